"""The simulated pair: echo and noise measured in the samples, and who hears whom in each state."""

import numpy as np
import pytest

from hal.errors import PartMisused
from hal.sim.level import level_dbm0, to_pcm
from hal.sim.settings import SimLineSettings
from tests.hal.bench import Bench, noise, sine


@pytest.mark.parametrize("loss_db", [6.0, 14.0, 30.0])
@pytest.mark.parametrize("delay_ms", [0.0, 2.0, 9.5, 20.0])
def test_the_echo_has_the_ordered_loss_and_delay(loss_db: float, delay_ms: float) -> None:
    bench = Bench(SimLineSettings(echo_loss_db=loss_db, echo_delay_ms=delay_ms))
    bench.lift()
    sent = noise(-10, 1.0)
    heard = bench.exchange(1200, sent).astype(np.float64)
    likeness = np.correlate(heard, sent[:4000], mode="valid")
    assert np.argmax(likeness) == delay_ms * 8
    assert level_dbm0(sent) - level_dbm0(heard[800:8000]) == pytest.approx(loss_db, abs=0.2)


def test_the_receiver_hears_the_exchange_sample_by_sample(bench: Bench) -> None:
    bench.lift()
    heard: list[bytes] = []
    bench.handset.listen(heard.append)
    sent = sine(440, -10, 0.5)
    bench.exchange(500, sent)
    assert b"".join(heard) == to_pcm(sent)


def test_with_the_loop_open_nobody_hears_anybody(bench: Bench) -> None:
    heard: list[bytes] = []
    bench.handset.listen(heard.append)
    assert not bench.exchange(200, sine(440, -10, 0.2)).any()
    assert len(b"".join(heard)) == 200 * 16
    assert not any(b"".join(heard))


def test_a_denied_or_ringing_line_carries_no_sound(bench: Bench) -> None:
    bench.lift()
    bench.slic.deny()
    assert not bench.exchange(100, sine(440, -10, 0.1)).any()


def test_no_echo_of_the_last_call_is_left_for_the_next(bench: Bench) -> None:
    bench.lift()
    bench.exchange(100, sine(440, -3, 0.1))
    bench.handset.replace()
    bench.exchange(100)
    bench.lift()
    assert not bench.exchange(100).any()


def test_line_noise_has_the_ordered_level_at_both_ends() -> None:
    bench = Bench(SimLineSettings(noise_dbm0=-50, echo_loss_db=60))
    bench.lift()
    heard: list[bytes] = []
    bench.handset.listen(heard.append)
    at_exchange = bench.exchange(3000)
    at_phone = np.frombuffer(b"".join(heard), dtype="<i2")
    assert level_dbm0(at_exchange) == pytest.approx(-50, abs=0.3)
    assert level_dbm0(at_phone) == pytest.approx(-50, abs=0.3)
    assert abs(np.corrcoef(at_exchange, at_phone)[0, 1]) < 0.05


def test_a_20_ms_clock_loses_no_echo(bench: Bench) -> None:
    """pjmedia's tick: two frames taken, then two given."""
    bench.lift()
    sent = noise(-10, 0.4)
    pcm, heard = to_pcm(sent), b""
    for tick in range(0, len(pcm), 320):
        heard += bench.sound.take_frame() + bench.sound.take_frame()
        bench.sound.give_frame(pcm[tick : tick + 160])
        bench.sound.give_frame(pcm[tick + 160 : tick + 320])
    likeness = np.correlate(np.frombuffer(heard, "<i2").astype(np.float64), sent[:1600], mode="valid")
    assert np.argmax(likeness) == 160 + 16
    echo = np.frombuffer(heard, "<i2")[176:]
    assert level_dbm0(sent[: len(echo)]) - level_dbm0(echo) == pytest.approx(14, abs=0.1)


def test_an_exchange_that_runs_ahead_hears_its_latest_echo(bench: Bench) -> None:
    bench.lift()
    sent = noise(-10, 0.05)
    for at in range(0, 400, 80):
        bench.sound.give_frame(to_pcm(sent[at : at + 80]))
    heard = np.frombuffer(bench.sound.take_frame() + bench.sound.take_frame(), dtype="<i2")
    assert np.argmax(np.correlate(sent, heard.astype(np.float64), mode="valid")) == 3 * 80 - 16


def test_loud_sound_is_clipped_not_wrapped() -> None:
    bench = Bench(SimLineSettings(echo_loss_db=0, echo_delay_ms=0))
    bench.lift()
    loud = sine(440, 3, 0.5)
    bench.handset.speak(to_pcm(loud))
    heard = bench.exchange(500, loud)
    assert heard.max() == 32767
    assert np.abs(np.diff(heard.astype(int))).max() < 25_000


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"echo_loss_db": -1}, "echo_loss_db must be 0 to 60 dB, not -1"),
        ({"echo_delay_ms": 100}, "echo_delay_ms must be 0 to 64 ms, not 100"),
        ({"noise_dbm0": 0}, "noise_dbm0 must be -90 to -10 dBm0, not 0"),
        ({"bounce_ms": 51}, "bounce_ms must be 0 to 50 ms"),
        ({"bounce_edges": 2}, "bounce_edges must be 3 to 31 edges"),
    ],
)
def test_settings_out_of_bounds_are_refused_with_a_sentence(wrong: dict[str, float], sentence: str) -> None:
    with pytest.raises(PartMisused, match=sentence):
        SimLineSettings(**wrong)  # type: ignore[arg-type]
