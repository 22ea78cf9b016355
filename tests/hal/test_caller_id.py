"""The caller-ID display, against our own test sender and against spandsp's, through noise, level and the simulated line."""

import numpy as np
import pytest

from hal.sim.caller_id import BurstCollector, CallerId, read_burst, read_keys
from hal.sim.dtmf import ToneDial, tones
from hal.sim.level import to_pcm
from hal.sim.settings import SimLineSettings
from tests.hal.bench import Bench, noise, silence
from tests.hal.fsk_sender import BELL, CLASS, CLIP, CLIP_DTMF, V23, Frame, message, modulate, parameters, spandsp_burst

SETUP, SINGLE = 0x80, 0x04
ETSI = Frame(V23, marks=80)
CALLER = parameters((1, "11241000"), (2, "87001234567"), (7, "Aigerim"))
SHOWN = CallerId(number="87001234567", name="Aigerim", time="11-24 10:00", signalling="bell202")


def read(data: bytes, frame: Frame = Frame(), level: float = -13.0) -> CallerId | None:  # noqa: B008  (frozen)
    return read_burst(np.concatenate([silence(0.02), modulate(data, frame, level), silence(0.25)]))


def test_multiple_data_with_time_number_and_name_is_shown() -> None:
    assert read(message(SETUP, CALLER)) == SHOWN


def test_call_setup_by_v23_is_shown_as_such() -> None:
    shown = read(message(SETUP, CALLER), ETSI)
    assert shown == CallerId(number="87001234567", name="Aigerim", time="11-24 10:00", signalling="v23")


def test_single_data_is_shown() -> None:
    assert read(message(SINGLE, b"030212345551234")) == CallerId(number="5551234", time="03-02 12:34", signalling="bell202")


@pytest.mark.parametrize(("letter", "reason"), [("O", "unavailable"), ("P", "private")])
def test_reasons_for_absence_are_shown(letter: str, reason: str) -> None:
    single = read(message(SINGLE, b"03021234" + letter.encode()))
    assert single == CallerId(time="03-02 12:34", number_absent=reason, signalling="bell202")
    setup = read(message(SETUP, parameters((1, "03021234"), (4, letter), (8, letter))), ETSI)
    assert setup == CallerId(time="03-02 12:34", number_absent=reason, name_absent=reason, signalling="v23")


def test_unknown_parameters_are_passed_over() -> None:
    body = parameters((0x11, "\x01"), (2, "112"), (0x0B, "xyz"))
    assert read(message(SETUP, body)) == CallerId(number="112", signalling="bell202")


def test_marks_between_bytes_and_a_speed_one_percent_off_are_tolerated() -> None:
    for speed in (0.99, 1.01):
        assert read(message(SETUP, CALLER), Frame(mark_between=3, speed=speed)) == SHOWN


def test_a_message_without_seizure_is_read() -> None:
    assert read(message(SETUP, CALLER), Frame(seizure=0, marks=80)) == SHOWN


@pytest.mark.parametrize("at", range(len(CALLER) + 3))
def test_a_wrong_byte_anywhere_shows_nothing(at: int) -> None:
    data = bytearray(message(SETUP, CALLER))
    data[at] ^= 0x11
    assert read(bytes(data)) is None


def test_a_message_cut_short_shows_nothing() -> None:
    assert read(message(SETUP, CALLER)[:-4]) is None


def test_other_messages_show_nothing() -> None:
    assert read(message(0x82, parameters((0x0B, "\xff")))) is None


MULTIPLE_ON, MULTIPLE_OFF = (message(0x82, parameters((0x0B, state))) for state in ("\xff", "\x00"))
SINGLE_ON, SINGLE_OFF = message(0x06, b"BBB"), message(0x06, b"ooo")


@pytest.mark.parametrize(("on", "off"), [(MULTIPLE_ON, MULTIPLE_OFF), (SINGLE_ON, SINGLE_OFF)], ids=["multiple", "single"])
@pytest.mark.parametrize("frame", [Frame(BELL), ETSI], ids=["bell202", "v23"])
def test_the_lamp_goes_on_and_off(on: bytes, off: bytes, frame: Frame) -> None:
    bench = Bench(SimLineSettings(noise_dbm0=-55))
    for data, lamp in ((on, True), (on, True), (off, False)):
        bench.exchange(1500, np.concatenate([silence(0.1), modulate(data, frame, -20)]))
        assert bench.handset.state().messages_waiting == lamp
        assert bench.handset.state().caller_id is None


@pytest.mark.parametrize(
    "spoilt", [message(0x82, parameters((0x0B, "\x17"))), message(0x06, b"Bob"), MULTIPLE_OFF[:-1] + b"\x11"]
)
def test_an_unknown_or_spoilt_message_leaves_the_lamp_as_it_is(spoilt: bytes) -> None:
    bench = Bench()
    for data in (MULTIPLE_ON, spoilt):
        bench.exchange(1500, np.concatenate([silence(0.1), modulate(data, Frame(), -20)]))
    assert bench.handset.state().messages_waiting


def test_a_caller_does_not_touch_the_lamp() -> None:
    bench = Bench()
    for data in (MULTIPLE_ON, message(SETUP, CALLER)):
        bench.exchange(2000, np.concatenate([silence(0.1), modulate(data, Frame(), -20)]))
    assert (bench.handset.state().messages_waiting, bench.handset.state().caller_id) == (True, SHOWN)


@pytest.mark.parametrize("frame", [Frame(BELL), ETSI])
@pytest.mark.parametrize("level", [-40.0, -25.0, -10.0, 0.0])
def test_levels_from_minus_40_to_0_are_read(frame: Frame, level: float) -> None:
    bench = Bench()
    bench.exchange(2500, np.concatenate([silence(0.3), modulate(message(SETUP, CALLER), frame, level)]))
    shown = bench.handset.state().caller_id
    assert shown is not None
    assert (shown.number, shown.name) == ("87001234567", "Aigerim")


@pytest.mark.parametrize("frame", [Frame(BELL), ETSI])
def test_twenty_noisy_lines_in_twenty_are_read_at_15_db(frame: Frame) -> None:
    burst = modulate(message(SETUP, CALLER), frame, -20)
    shown = [read_burst(burst + noise(-35, len(burst) / 8000, seed)[: len(burst)]) for seed in range(20)]
    assert [each.number if each else None for each in shown] == ["87001234567"] * 20


def test_noise_alone_never_shows_a_number() -> None:
    assert [read_burst(noise(-20, 2.0, seed)) for seed in range(20)] == [None] * 20


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("A87001234567C", CallerId(number="87001234567")),
        ("A87001234567#", CallerId(number="87001234567")),
        ("D0312345678C", CallerId(number="0312345678")),
        ("A112D445566C", CallerId(number="445566")),
        ("B00C", CallerId(number_absent="unavailable")),
        ("B10C", CallerId(number_absent="private")),
        ("D1#", CallerId(number_absent="unavailable")),
        ("D2#", CallerId(number_absent="private")),
        ("12345", None),
        ("A123", None),
    ],
)
def test_dtmf_codes_are_read(keys: str, shown: CallerId | None) -> None:
    found = read_keys(keys)
    assert (found and (found.number, found.number_absent)) == (shown and (shown.number, shown.number_absent))


@pytest.mark.parametrize("level", [-35.0, -12.0, -5.0])
def test_a_dtmf_number_before_the_first_ring_stays_when_it_rings(level: float) -> None:
    bench = Bench()
    bench.exchange(2500, tones("A87001234567C", ToneDial(level, 0, 50, 50)).astype(np.float64))
    bench.ring(1000)
    assert bench.handset.state().caller_id == CallerId(number="87001234567", signalling="dtmf")


@pytest.mark.parametrize(("standard", "signalling"), [(CLASS, "bell202"), (CLIP, "v23")])
def test_spandsp_is_understood_between_rings(standard: int, signalling: str) -> None:
    burst = spandsp_burst(standard, [(1, b"11241000"), (2, b"87001234567"), (7, b"Aigerim")], SETUP)
    bench = Bench(SimLineSettings(noise_dbm0=-55))
    bench.ring(1000, 500)
    bench.exchange(3500, burst.astype(np.float64))
    shown = CallerId(number="87001234567", name="Aigerim", time="11-24 10:00", signalling=signalling)
    assert bench.handset.state().caller_id == shown
    bench.ring(1000, 300)
    assert bench.handset.state().caller_id == shown


def test_spandsp_by_dtmf_is_understood() -> None:
    burst = spandsp_burst(CLIP_DTMF, [(ord("A"), b"87001234567")], ord("C"))
    bench = Bench()
    bench.exchange(4000, burst.astype(np.float64))
    assert bench.handset.state().caller_id == CallerId(number="87001234567", signalling="dtmf")


def test_a_ring_that_cuts_the_burst_ends_it() -> None:
    bench = Bench()
    burst = modulate(message(SETUP, CALLER), Frame(), -13)
    bench.ring(400, 200)
    bench.exchange(len(burst) / 8 + 20, burst)
    assert bench.handset.state().caller_id is None
    bench.ring(400)
    assert bench.handset.state().caller_id == SHOWN


def test_the_next_call_begins_with_an_empty_display() -> None:
    bench = Bench()
    bench.ring(1000, 200)
    bench.exchange(2000, modulate(message(SETUP, CALLER), Frame(), -13))
    bench.time.run(10_000)
    assert bench.handset.state().caller_id == SHOWN
    bench.ring(1000)
    assert bench.handset.state().caller_id is None


def test_a_lifted_telephone_shows_nothing_new(bench: Bench) -> None:
    bench.lift()
    bench.exchange(2000, modulate(message(SETUP, CALLER), Frame(), -13))
    assert bench.handset.state().caller_id is None


def test_the_ringing_voltage_drowns_a_message() -> None:
    bench = Bench()
    bench.slic.start_ring()
    bench.exchange(2000, modulate(message(SETUP, CALLER), Frame(), -13))
    bench.slic.stop_ring()
    bench.exchange(500)
    assert bench.handset.state().caller_id is None


def test_a_burst_is_kept_from_the_frame_before_it_grew_loud() -> None:
    collector = BurstCollector()
    frames = [to_pcm(noise(level, 0.01)) for level in (-60, -55, -20, -20)]
    assert [collector.take(frame) for frame in frames] == [b""] * 4
    assert collector.end() == b"".join(frames[1:])
    assert collector.end() == b""


def test_a_loud_line_is_read_when_it_rings_again() -> None:
    """Noise above the receiver's gate: the burst has no end of its own."""
    bench = Bench(SimLineSettings(noise_dbm0=-35))
    bench.ring(1000, 200)
    bench.exchange(3500, modulate(message(SETUP, CALLER), Frame(), -13))
    bench.ring(1000)
    assert bench.handset.state().caller_id == SHOWN
