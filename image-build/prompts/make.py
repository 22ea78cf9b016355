"""Makes the recordings of everything the box says: has espeak-ng read `firmware/sound/prompts/texts.toml` aloud.

    python image-build/prompts/make.py

They land in build/prompts/<checksum>/<language>/<name>.alaw, where the checksum covers the texts, this file and espeak-ng's version, so
a second run has nothing to do; build/prompts/current points to the newest, and its path is the last line printed. An image
copies that folder to /usr/share/keepline/prompts. Needs the Debian package espeak-ng and numpy (the extra "sim").
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from firmware.sound.prompts import SUFFIX
from firmware.sound.prompts.texts import TEXTS, load_speech

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "build" / "prompts"
RATE_HZ = 8000
FULL_SCALE_SINE_DBM0 = 3.14  # ITU-T G.711
SPEECH_DBM0 = -16.0  # while speaking; loud enough beside tones of -12 dBm0, and peaks stay below full scale
BAND_HZ = (150.0, 3900.0)
EDGE_HZ = 300.0  # edges of the band as soft as this do not ring
PAUSE_BELOW_DB = 35.0  # what is so much weaker than the loudest part is no speech
MARGIN_MS = 20

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Recording:
    """One text to be read into one file."""

    voice: str
    words_a_minute: int
    text: str
    file: Path


def espeak(*arguments: str) -> bytes:
    program = shutil.which("espeak-ng")
    if program is None:
        sys.exit("make.py: espeak-ng is not installed; install the Debian package espeak-ng")
    return subprocess.run([program, *arguments], capture_output=True, check=True).stdout  # noqa: S603 (our own texts)


def checksum() -> str:
    parts = (TEXTS.read_bytes(), Path(__file__).read_bytes(), espeak("--version"))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def read_aloud(recording: Recording) -> Samples:
    """espeak-ng's voice as 8 kHz samples in the band of a telephone."""
    wav = espeak("--stdout", "-v", recording.voice, "-s", str(recording.words_a_minute), recording.text)
    rate_hz = int.from_bytes(wav[24:28], "little")
    return to_telephone(np.frombuffer(wav[44 : len(wav) // 2 * 2], "<i2").astype(np.float64), rate_hz)


def to_telephone(samples: Samples, rate_hz: int) -> Samples:
    """Resampled in the frequency domain; what a telephone does not carry is left out. Silence around it hides the wrap."""
    tenth = rate_hz // 10
    whole_tenths = np.pad(samples, (tenth, tenth + -len(samples) % tenth))
    spectrum = np.fft.rfft(whole_tenths)
    hz = np.fft.rfftfreq(len(whole_tenths), 1 / rate_hz)
    spectrum *= np.sin(np.pi / 2 * np.clip(np.minimum(hz - BAND_HZ[0], BAND_HZ[1] - hz) / EDGE_HZ, 0, 1)) ** 2
    count = len(whole_tenths) * RATE_HZ // rate_hz
    return np.fft.irfft(spectrum[: count // 2 + 1], count) * count / len(whole_tenths)


def levels(samples: Samples) -> Samples:
    """Mean square of each 10 ms."""
    pieces = np.pad(samples, (0, -len(samples) % 80)).reshape(-1, 80)
    return np.mean(np.square(pieces), axis=1)


def trimmed_and_levelled(samples: Samples) -> Samples:
    """Without silence at either end, at SPEECH_DBM0 over the parts that are speech."""
    power = levels(samples)
    speaking = power > power.max() * 10 ** (-PAUSE_BELOW_DB / 10)
    first, last = np.flatnonzero(speaking)[[0, -1]]
    margin = MARGIN_MS * RATE_HZ // 1000
    kept = samples[max(0, first * 80 - margin) : (last + 1) * 80 + margin]
    wanted = 32768**2 / 2 * 10 ** ((SPEECH_DBM0 - FULL_SCALE_SINE_DBM0) / 10)
    return np.clip(kept * np.sqrt(wanted / power[speaking].mean()), -32768, 32767)


def to_alaw(samples: Samples) -> bytes:
    """ITU-T G.711 A-law: a sign and 12 bits to 8, even bits inverted."""
    size = np.minimum(np.abs(samples).astype(np.int64) >> 3, 4095)
    segment = np.maximum(0, np.floor(np.log2(np.maximum(size, 1))).astype(np.int64) - 4)
    step = np.where(segment > 0, size >> np.maximum(segment, 1), size >> 1) & 0xF
    return bytes((((samples >= 0) << 7 | segment << 4 | step) ^ 0x55).astype(np.uint8))


def record(recording: Recording) -> None:
    recording.file.write_bytes(to_alaw(trimmed_and_levelled(read_aloud(recording))))


def record_all(folder: Path) -> None:
    recordings = []
    for language, speech in load_speech().items():
        (folder / language).mkdir(parents=True)
        recordings += [
            Recording(speech.voice, speech.words_a_minute, text, folder / language / f"{name}{SUFFIX}")
            for name, text in speech.texts.items()
        ]
    with ThreadPoolExecutor(os.cpu_count()) as readers:
        list(readers.map(record, recordings))


def make() -> Path:
    """The folder with every recording; made now if it is not there. One process at a time."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        finished = TARGET / checksum()
        if not finished.is_dir():
            unfinished = TARGET / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            record_all(unfinished)
            unfinished.rename(finished)
        current = TARGET / "current"
        if not current.exists() or current.resolve() != finished:
            current.unlink(missing_ok=True)
            current.symlink_to(finished.name)
        for other in TARGET.iterdir():
            if other.is_dir() and not other.is_symlink() and other != finished:
                shutil.rmtree(other)
    return finished


if __name__ == "__main__":
    sys.stdout.write(f"{make()}\n")
