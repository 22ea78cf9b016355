"""WAV files on the disk as the telephone line's sound and back. What is in them is `firmware.sound.wav`'s affair; knows no phone."""

from pathlib import Path

from firmware.command_line.errors import Misused, Undone
from firmware.sound.errors import WavWrong
from firmware.sound.wav import BYTES_A_SECOND, RATE_HZ, from_wav, resample, to_wav

__all__ = ["BYTES_A_SECOND", "RATE_HZ", "read_wav", "resample", "write_wav"]

_LONGEST_S = 300


def read_wav(path: Path) -> bytes:
    """Samples, 8000 a second, 16 bit; raises Misused."""
    try:
        return from_wav(path.read_bytes(), str(path), _LONGEST_S)
    except WavWrong as wrong:
        raise Misused(str(wrong)) from wrong
    except OSError as error:
        raise Misused(f"{path} cannot be read: {error.strerror}") from error


def write_wav(path: Path, pcm: bytes) -> None:
    """Raises Undone."""
    write_file(path, to_wav(pcm))


def write_file(path: Path, content: bytes) -> None:
    """Raises Undone."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Undone(f"{path} cannot be written: {error.strerror}") from error
