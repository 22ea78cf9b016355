"""The person at the telephone: what they do reaches the wires and the samples, and what they hear is what was sent."""

import numpy as np
import pytest

from hal.errors import PartMisused
from hal.sim.dtmf import KEY_HZ, ToneDial, digits_in
from hal.sim.level import FULL_SCALE_SINE_DBM0, level_dbm0, to_pcm
from hal.sim.rotary import PulseDial
from hal.sim.settings import SimLineSettings
from tests.hal.bench import Bench, sine


def tone_level_dbm0(samples: np.ndarray, hz: float) -> float:
    """The level of one frequency by its Fourier component: pieces must hold whole periods or be long."""
    window = np.hanning(len(samples))
    turn = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / 8000)
    peak = 2 * abs(np.dot(samples * window, turn)) / window.sum()
    return float(FULL_SCALE_SINE_DBM0 + 20 * np.log10(peak / 32768))


@pytest.mark.parametrize(("key", "pair"), KEY_HZ.items())
def test_each_key_sends_its_two_tones_at_the_ordered_levels(clean_bench: Bench, key: str, pair: tuple[int, int]) -> None:
    clean_bench.lift()
    clean_bench.handset.dial(key, ToneDial(level_dbm0=-12, twist_db=3, on_ms=200))
    heard = clean_bench.exchange(200)
    assert tone_level_dbm0(heard, pair[0]) == pytest.approx(-12, abs=0.1)
    assert tone_level_dbm0(heard, pair[1]) == pytest.approx(-9, abs=0.1)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 80_000))
    strongest = np.argmax(spectrum) / 10
    assert strongest == pytest.approx(pair[1], rel=0.001)


def test_digits_have_the_ordered_duration_and_pause_in_samples(clean_bench: Bench) -> None:
    clean_bench.lift()
    clean_bench.handset.dial("55", ToneDial(on_ms=60, off_ms=45))
    heard = clean_bench.exchange(300)
    sounding = np.flatnonzero(np.abs(heard) > 300)
    edges = np.flatnonzero(np.diff(sounding) > 40)
    assert sounding[edges[0]] == pytest.approx(480, abs=3)
    assert sounding[edges[0] + 1] == pytest.approx(480 + 360, abs=3)


def test_dialing_is_done_when_the_last_sample_is_out(bench: Bench) -> None:
    done: list[bool] = []
    bench.lift()
    bench.handset.dial("12", ToneDial(on_ms=50, off_ms=50), done.append)
    bench.exchange(190)
    assert done == []
    bench.exchange(20)
    assert done == [True]


def test_two_orders_to_dial_follow_each_other_and_mix_with_speech(clean_bench: Bench) -> None:
    clean_bench.lift()
    clean_bench.handset.dial("147")
    clean_bench.handset.dial("*0#")
    clean_bench.handset.speak(to_pcm(sine(300, -40, 1.0)))
    heard = clean_bench.exchange(1000)
    assert digits_in(heard.astype(float)) == "147*0#"
    assert tone_level_dbm0(heard, 300) == pytest.approx(-40, abs=0.5)


def test_speech_reaches_the_exchange_unchanged(clean_bench: Bench) -> None:
    clean_bench.lift()
    said = to_pcm(sine(1004, -10, 0.25))
    clean_bench.handset.speak(said)
    assert clean_bench.exchange(250).astype("<i2").tobytes() == said


def test_replacing_cuts_dialing_and_speech_short(bench: Bench) -> None:
    ended: list[bool] = []
    bench.lift()
    bench.handset.dial("123456789", done=ended.append)
    bench.handset.speak(bytes(16_000), ended.append)
    bench.handset.flash(done=ended.append)
    bench.exchange(100)
    bench.handset.replace()
    bench.time.run(100)
    assert ended == [False, False, False]
    assert not bench.slic.loop_closed


def test_without_an_audio_clock_dialing_gives_up(bench: Bench) -> None:
    ended: list[bool] = []
    bench.lift()
    bench.handset.dial("1", done=ended.append)
    bench.time.run(4000)
    assert ended == [False]


@pytest.mark.parametrize("break_ms", [90, 300, 800])
def test_a_flash_is_one_break_as_long_as_ordered(bench: Bench, break_ms: float) -> None:
    done: list[bool] = []
    bench.lift()
    bench.handset.flash(break_ms, done.append)
    bench.time.run(1000)
    (opened, opened_ms), (closed, closed_ms) = bench.loop[1:]
    assert (opened, closed, done) == (False, True, [True])
    assert closed_ms - opened_ms == pytest.approx(break_ms)


def test_pulses_interrupt_the_sound_and_end_when_the_last_break_has(bench: Bench) -> None:
    done: list[bool] = []
    bench.lift()
    bench.handset.speak(to_pcm(sine(1000, -10, 2.0)))
    bench.handset.dial("2", PulseDial(pps=10), done.append)
    heard = bench.exchange(160)
    assert not heard[100:400].any()
    assert done == []
    bench.exchange(20)
    assert done == [True]


@pytest.mark.parametrize("seed", range(1, 6))
def test_contacts_bounce_within_their_time_and_repeatably(seed: int) -> None:
    histories = []
    for _ in range(2):
        bench = Bench(SimLineSettings(seed=seed, bounce_ms=4, bounce_edges=8))
        bench.lift()
        histories.append(bench.pins.history("shk"))
    assert histories[0] == histories[1]
    assert 3 <= len(histories[0]) <= 8
    assert histories[0][-1].at_ms - histories[0][0].at_ms <= 4


def test_hearing_gives_exactly_the_seconds_ordered(bench: Bench) -> None:
    heard: list[bytes] = []
    bench.lift()
    sent = sine(425, -12, 1.0)
    bench.handset.record(0.5, heard.append)
    bench.exchange(800, sent)
    assert heard == [to_pcm(sent[:4000])]


def test_hearing_without_an_audio_clock_is_silence(bench: Bench) -> None:
    heard: list[bytes] = []
    bench.handset.record(1.0, heard.append)
    bench.time.run(900)
    assert heard == []
    bench.time.run(400)
    assert heard == [bytes(16_000)]


def test_hearing_keeps_the_place_of_sound_after_the_clock_stood_still(bench: Bench) -> None:
    heard: list[bytes] = []
    bench.lift()
    bench.handset.record(2.0, heard.append)
    bench.time.run(1000)
    bench.exchange(1200, sine(425, -12, 1.2))
    samples = np.frombuffer(heard[0], dtype="<i2")
    assert len(samples) == 16_000
    assert not samples[:7900].any()
    assert level_dbm0(samples[8100:]) == pytest.approx(-12, abs=0.1)


def test_listening_stops_when_asked(bench: Bench) -> None:
    heard: list[bytes] = []
    stop = bench.handset.listen(heard.append)
    bench.exchange(50)
    stop()
    bench.exchange(50)
    assert len(heard) == 5


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda h: h.dial("1"), "Cannot dial: the handset is on hook"),
        (lambda h: h.dial("1", PulseDial()), "Cannot dial: the handset is on hook"),
        (lambda h: h.flash(), "Cannot flash: the handset is on hook"),
        (lambda h: h.speak(b""), "Cannot speak: the handset is on hook"),
        (lambda h: h.replace(), "Cannot replace the handset: the handset is on hook"),
    ],
)
def test_nothing_can_be_sent_with_the_handset_on_hook(bench: Bench, act: object, sentence: str) -> None:
    with pytest.raises(PartMisused, match=sentence):
        act(bench.handset)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda h: h.lift(), "lifted already"),
        (lambda h: h.dial(""), "no digit to dial"),
        (lambda h: h.dial("12x"), "'x' is not on the dial"),
        (lambda h: h.dial("1*", PulseDial()), "'\\*' is not on the dial"),
        (lambda h: h.speak(b"123"), "whole 16-bit samples"),
        (lambda h: h.flash(1), "flash must be 10 to 5000 ms, not 1"),
        (lambda _: PulseDial(pps=30), "pps must be 8 to 22 pulses a second, not 30"),
        (lambda _: PulseDial(break_ratio=0.9), "break_ratio must be 0.2 to 0.8"),
        (lambda _: PulseDial(direction="left"), "direction must be one of standard, new-zealand, swedish, not left"),
        (lambda _: PulseDial(jitter=1), "jitter must be 0 to 0.5 of the pulse, not 1"),
        (lambda _: ToneDial(level_dbm0=5), "level_dbm0 must be -60 to 0 dBm0, not 5"),
        (lambda _: ToneDial(on_ms=1), "on_ms must be 5 to 10000 ms"),
        (lambda h: h.record(0, print), "hear must be 0.02 to 3600 s, not 0"),
    ],
)
def test_wrong_orders_get_a_sentence(bench: Bench, act: object, sentence: str) -> None:
    bench.lift()
    with pytest.raises(PartMisused, match=sentence):
        act(bench.handset)  # type: ignore[operator]


def test_the_state_has_the_shape_of_the_contract(bench: Bench) -> None:
    state = bench.handset.state()
    assert (state.hook, state.ringing, state.cadence_ms, state.caller_id) == ("on", False, [], None)
    bench.lift()
    assert bench.handset.state().hook == "off"
