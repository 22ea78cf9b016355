"""The alerting signal heard by the telephone: at every level and length it may have, and not in speech."""

import subprocess

import numpy as np
import pytest

from hal.sim.caller_id import CallerId
from hal.sim.level import from_pcm, to_pcm
from hal.sim.waiting_caller import AlertDetector
from tests.hal.bench import Bench, noise, silence, sine
from tests.hal.fsk_sender import BELL, V23, Frame, message, modulate, parameters

CALL = message(0x80, parameters((1, "11241000"), (2, "87001234567"), (7, "Aigerim")))


def alert(ms: float = 80, level: float = -15, twist: float = 0.0, off: float = 0.0) -> np.ndarray:
    return sine(2130 * (1 + off), level, ms / 1000) + sine(2750 * (1 + off), level + twist, ms / 1000)


def heard(samples: np.ndarray) -> int:
    """How often the signal was heard."""
    detector = AlertDetector()
    data = from_pcm(to_pcm(samples))
    return sum(detector.hear(data[at : at + 80]) for at in range(0, len(data) - 79, 80))


@pytest.mark.parametrize("start_ms", range(0, 10, 2))
@pytest.mark.parametrize("level", [-32.0, -22.0, -15.0, -8.0])
def test_the_signal_is_heard_once_at_any_level_and_phase(start_ms: int, level: float) -> None:
    assert heard(np.concatenate([silence(0.1 + start_ms / 1000), alert(level=level), silence(0.1)])) == 1


@pytest.mark.parametrize(
    ("ms", "twist", "off"), [(75, 0, 0), (85, 0, 0), (80, 6, 0), (80, -6, 0), (80, 0, 0.005), (80, 0, -0.005)]
)
def test_tolerances_of_the_signal_are_taken(ms: float, twist: float, off: float) -> None:
    signal = np.concatenate([silence(0.1), alert(ms, -20, twist, off), silence(0.1)])
    assert heard(signal + noise(-45, len(signal) / 8000)[: len(signal)]) == 1


def test_it_is_heard_right_after_a_tone() -> None:
    assert heard(np.concatenate([sine(440, -13, 0.3), alert(), silence(0.1)])) == 1


@pytest.mark.parametrize("other", [alert(50), alert(150), sine(2130, -15, 0.08), sine(2750, -15, 0.08), alert(80, -50)])
def test_something_like_it_is_not_taken_for_it(other: np.ndarray) -> None:
    assert heard(np.concatenate([silence(0.1), other, silence(0.1)])) == 0


@pytest.mark.parametrize("voice", ["en-us", "ru+f4", "kk+f1", "bn"])
def test_speech_and_noise_are_never_taken_for_it(voice: str) -> None:
    text = "She sees six silver ships, since sixty sailors sang. Yes, this is the fourth of September. " * 12
    wav = subprocess.run(["espeak-ng", "--stdout", "-v", voice, text], capture_output=True, check=True).stdout
    speech = np.frombuffer(wav[44 : len(wav) // 2 * 2], "<i2")[:: int.from_bytes(wav[24:28], "little") // 8000]
    assert len(speech) > 8000 * 30
    assert heard(speech.astype(np.float64)) == 0
    assert heard(noise(-15, 30)) == 0


@pytest.mark.parametrize(("frame", "signalling"), [(Frame(BELL, 0, 80), "bell202"), (Frame(V23, 0, 80), "v23")])
@pytest.mark.parametrize("level", [-35.0, -14.0])
def test_it_acknowledges_and_shows_what_comes(frame: Frame, signalling: str, level: float) -> None:
    bench = Bench()
    bench.lift()
    said = bench.exchange(400, np.concatenate([silence(0.1), alert(level=level)]))
    assert any(abs(said[1600:2600]) > 1000), "an acknowledgement within 100 ms"
    bench.exchange(1500, modulate(CALL, frame, level))
    shown = CallerId(number="87001234567", name="Aigerim", time="11-24 10:00", signalling=signalling, waiting=True)
    assert bench.handset.state().caller_id == shown


def test_without_data_the_ear_is_open_again() -> None:
    bench = Bench()
    ear: list[bytes] = []
    bench.lift()
    bench.exchange(200, np.concatenate([silence(0.05), alert()]))
    bench.handset.listen(ear.append)
    bench.exchange(500)
    bench.exchange(600, sine(1004, -50, 0.6))
    assert not any(any(frame) for frame in ear[:40])
    assert np.abs(from_pcm(b"".join(ear))[-1600:]).max() > 30


def test_a_replaced_handset_forgets_the_signal() -> None:
    bench = Bench()
    bench.lift()
    bench.exchange(150, np.concatenate([silence(0.05), alert()]))
    bench.handset.replace()
    bench.time.run(500)
    bench.lift()
    ear: list[bytes] = []
    bench.handset.listen(ear.append)
    bench.exchange(100, sine(1004, -15, 0.1))
    assert all(any(frame) for frame in ear)


def test_a_telephone_that_cannot_hears_the_signal_as_noise() -> None:
    bench = Bench()
    bench.handset.fit_waiting_display(fitted=False)
    bench.lift()
    said = bench.exchange(400, np.concatenate([silence(0.1), alert()]))
    assert np.abs(said[1700:]).max() == 0
