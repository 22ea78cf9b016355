"""Playing the person at the telephone from the command line: what is heard comes from the samples of a real device."""

import json
import math
import socket
import subprocess
import sys
import wave
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.command_line.errors import Misused, Undone
from firmware.command_line.sound import read_wav, resample, write_wav
from hal.sim.ear import analyse
from tests.adapter import Adapter
from tests.peers.ports import free_port

KEEPLINE = Path(sys.executable).with_name("keepline")


@pytest.fixture(scope="module")
def sip_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory, sip_port: int) -> Iterator[Adapter]:
    settings = f"""
    [sip]
    port = {sip_port}
    accept_unknown = true
    [[account]]
    id = "here"
    server = "127.0.0.1:9"
    register = false
    [[line]]
    inter_digit_s = 30  # digits stay to be seen, however busy the computer is
    """
    with Adapter(tmp_path_factory.mktemp("device"), settings) as running:
        yield running


@pytest.fixture(autouse=True)
def on_hook(device: Adapter) -> Iterator[None]:
    yield
    if device.phone()["hook"] == "off":
        device.replace()
    device.wait_line("idle")


def phone(device: Adapter, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KEEPLINE, "phone", "--state", device.state, *words], capture_output=True, text=True, check=False, timeout=60
    )


def play(device: Adapter, folder: Path, *steps: str) -> subprocess.CompletedProcess[str]:
    file = folder / "s.call"
    file.write_text("\n".join(steps))
    return phone(device, "script", file)


def sine(hz: float, rate_hz: int, seconds: float = 1.0, peak: float = 8000) -> "array[int]":
    return array("h", (round(peak * math.sin(2 * math.pi * hz * number / rate_hz)) for number in range(round(seconds * rate_hz))))


def wav(path: Path, samples: bytes, rate_hz: int, channels: int = 1, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate_hz, 0, "NONE", ""))
        file.writeframes(samples)
    return path


def test_lifting_gives_dial_tone_in_the_samples(device: Adapter, tmp_path: Path) -> None:
    assert json.loads(phone(device, "lift").stdout)["hook"] == "off"
    heard = phone(device, "hear", "1.5", "--wav", tmp_path / "heard.wav")
    found = json.loads(heard.stdout)
    assert (heard.returncode, found["name"], found["dtmf"]) == (0, "dial", "")
    assert set(found) == {"level_dbm0", "tones_hz", "name", "dtmf"}
    pcm = read_wav(tmp_path / "heard.wav")
    assert len(pcm) == 1.5 * 16000
    assert analyse(pcm).name == "dial"
    assert json.loads(phone(device, "replace").stdout)["hook"] == "on"


@pytest.mark.parametrize(
    "how", [(), ("--pulse", "--pps", "20"), ("--level", "-20", "--twist", "-3", "--on-ms", "60", "--off-ms", "60")]
)
def test_what_is_dialed_reaches_the_device(device: Adapter, how: tuple[str, ...]) -> None:
    phone(device, "lift")
    told = phone(device, "dial", "31", *how)
    assert (told.returncode, told.stdout) == (0, "")
    device.wait(lambda status: status["lines"][0]["digits"] == "31", "digits 31")


def test_what_the_telephone_cannot_do_is_told(device: Adapter) -> None:
    phone(device, "lift")
    told = phone(device, "dial", "1", "--pulse", "--pps", "500")
    assert told.returncode == 1
    assert "pps" in told.stderr


def test_a_scenario_is_told_step_by_step(device: Adapter, tmp_path: Path) -> None:
    wav(tmp_path / "word.wav", sine(700, 16000, 0.2).tobytes(), 16000)
    told = play(
        device, tmp_path, "LIFT", "HEAR dial", "# a remark", "HEAR tone 425 WITHIN 5", "DIAL 3", "SAY word.wav", "FLASH", "WAIT 0.1", "REPLACE", "EXPECT quiet"
    )  # fmt: skip
    lines = told.stdout.splitlines()
    assert [line.split(" (")[0] for line in lines] == [
        "ok 1: LIFT",
        "ok 2: HEAR dial",
        "ok 4: HEAR tone 425 WITHIN 5",
        "ok 5: DIAL 3",
        "ok 6: SAY word.wav",
        "ok 7: FLASH",
        "ok 8: WAIT 0.1",
        "ok 9: REPLACE",
        "ok 10: EXPECT quiet",
    ]
    assert "(dial, 425 Hz, " in lines[1]
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize(
    ("steps", "failure"),
    [
        (("LIFT", "HEAR busy WITHIN 4"), "FAILED 2: HEAR busy WITHIN 4: heard dial, 425 Hz, "),
        (("LIFT", "HEAR tone 1000 WITHIN 1"), "FAILED 2: HEAR tone 1000 WITHIN 1: heard dial, 425 Hz, "),
        (("LIFT", "HEAR dtmf 1 WITHIN 1"), "FAILED 2: HEAR dtmf 1 WITHIN 1: heard dial, 425 Hz, "),
        (
            ("EXPECT ringing WITHIN 0.2",),
            "FAILED 1: EXPECT ringing WITHIN 0.2: the telephone is on hook, is quiet, shows no caller",
        ),
        (("DIAL 1",), "FAILED 1: DIAL 1: "),
    ],
)
def test_a_step_that_fails_says_what_was_there_instead(
    device: Adapter, tmp_path: Path, steps: tuple[str, ...], failure: str
) -> None:
    told = play(device, tmp_path, *steps, "REPLACE")
    assert told.returncode == 1
    assert told.stdout.splitlines()[-1].startswith(failure)


def test_a_wrong_scenario_is_not_begun(device: Adapter, tmp_path: Path) -> None:
    told = play(device, tmp_path, "LIFT", "DANCE", "DIAL x")
    assert (told.returncode, told.stdout) == (2, "")
    assert [line.split(": ")[1] for line in told.stderr.splitlines()] == ["Line 2", "Line 3"]
    assert device.phone()["hook"] == "on"


def test_a_scenario_is_called_and_sees_who_calls(device: Adapter, tmp_path: Path, sip_port: int) -> None:
    """A real INVITE, by hand; KZ rings 1 s on, 4 s off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", 0))
        caller.connect(("127.0.0.1", sip_port))
        caller.send(invite(caller.getsockname()[1], sip_port))
        told = play(
            device, tmp_path, "EXPECT ringing WITHIN 5", "EXPECT cadence 1000 4000 WITHIN 12", "EXPECT caller 87001234567", "LIFT", "EXPECT quiet"
        )  # fmt: skip
    assert (told.returncode, told.stdout.count("ok ")) == (0, 5), told.stdout


def invite(port: int, sip_port: int) -> bytes:
    sdp = f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {free_port()} RTP/AVP 8\r\n"
    return (
        f"INVITE sip:here@127.0.0.1:{sip_port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK-script\r\n"
        f"From: <sip:87001234567@127.0.0.1>;tag=1\r\nTo: <sip:here@127.0.0.1>\r\n"
        f"Call-ID: script@127.0.0.1\r\nCSeq: 1 INVITE\r\nContact: <sip:87001234567@127.0.0.1:{port}>\r\nMax-Forwards: 70\r\n"
        f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"
    ).encode()


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100, 48000])
def test_any_sample_rate_becomes_the_line_s(tmp_path: Path, rate_hz: int) -> None:
    pcm = read_wav(wav(tmp_path / "tone.wav", sine(1000, rate_hz).tobytes(), rate_hz))
    heard = analyse(pcm)
    assert len(pcm) == 16000
    assert heard.tones_hz == [pytest.approx(1000, rel=0.005)]
    assert heard.level_dbm0 == pytest.approx(analyse(sine(1000, 8000).tobytes()).level_dbm0, abs=0.3)


def test_what_the_line_cannot_carry_does_not_fold_back() -> None:
    """5 kHz at 16 kHz would come out as 3 kHz."""
    assert max(map(abs, resample(sine(5000, 16000), 16000)[100:-100])) < 8000 / 100


def test_stereo_is_mixed(tmp_path: Path) -> None:
    left = sine(500, 8000)
    both = array("h", (value for sample in left for value in (sample, 0)))
    assert (
        read_wav(wav(tmp_path / "stereo.wav", both.tobytes(), 8000, channels=2)) == array("h", (s // 2 for s in left)).tobytes()
    )


def test_sound_files_that_cannot_be_spoken_are_sentences(tmp_path: Path) -> None:
    eight_bit = wav(tmp_path / "8bit.wav", bytes(800), 8000, width=1)
    slow = wav(tmp_path / "slow.wav", bytes(800), 100)
    long = wav(tmp_path / "long.wav", bytes(2 * 4000 * 301), 4000)
    text = tmp_path / "text.wav"
    text.write_text("no sound")
    cut = tmp_path / "cut.wav"
    cut.write_bytes(eight_bit.read_bytes()[:10])
    for path, sentence in (
        (eight_bit, "has 8-bit samples; allowed: 16-bit PCM"),
        (slow, "has 100 samples a second; allowed: 4000 to 192000"),
        (long, "is too long; allowed: up to 300 s"),
        (text, "is not a WAV file of 16-bit PCM"),
        (cut, "is not a WAV file of 16-bit PCM"),
        (tmp_path, "cannot be read: Is a directory"),
    ):
        with pytest.raises(Misused, match=sentence):
            read_wav(path)


def test_sound_that_cannot_be_kept_is_a_sentence() -> None:
    with pytest.raises(Undone, match="/dev/full cannot be written: No space left on device"):
        write_wav(Path("/dev/full"), bytes(100_000))
