"""The bursts, read back by spandsp's receiver and measured in their samples."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_signals import level_dbm0, samples_of, strongest_sines
from spandsp_receiver import CLASS, CLIP, messages_in

from firmware.core.events import Caller
from firmware.core.ringing import RingStep, RingStepKind, plan_ringing
from firmware.core.tones import CallerIdKind
from firmware.sound.caller_id import (
    CallerIdSource,
    call_setup_message,
    caller_id_burst,
    dtmf_keys,
    sendable_digits,
    sendable_name,
)
from firmware.sound.countries import country_codes, load_country
from firmware.sound.spandsp import fsk_burst

WHEN = datetime(2026, 11, 24, 9, 5)  # noqa: DTZ001 (local time, as a telephone shows it)
FSK = {CallerIdKind.BELLCORE: CLASS, CallerIdKind.ETSI: CLIP}
KNOWN = Caller("+77001234567", "Aigerim S.")
CALLERS = [
    KNOWN,
    Caller("100", None),
    Caller(None),
    Caller(None, "Front desk"),
    Caller(None, withheld=True),
    Caller("5" * 40, "x" * 90),
]


@pytest.mark.parametrize("kind", FSK)
@pytest.mark.parametrize("caller", CALLERS)
def test_a_telephone_gets_the_message_whole(kind: CallerIdKind, caller: Caller) -> None:
    message = call_setup_message(kind, caller, WHEN)
    assert messages_in(caller_id_burst(kind, caller, WHEN) + bytes(1600), FSK[kind]) == [message]


@given(st.sampled_from(list(FSK)), st.text(max_size=60), st.text(max_size=60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_name_or_number_breaks_the_burst(kind: CallerIdKind, number: str, name: str, withheld: bool) -> None:  # noqa: FBT001
    caller = Caller(number, name, withheld)
    message = call_setup_message(kind, caller, WHEN)
    assert len(message) == 2 + message[1] <= 66
    assert messages_in(caller_id_burst(kind, caller, WHEN) + bytes(1600), FSK[kind]) == [message]


@pytest.mark.parametrize("kind", FSK)
def test_a_telephone_is_told_no_time_that_nobody_knows(kind: CallerIdKind) -> None:
    message = call_setup_message(kind, KNOWN, None)
    assert 0x01 not in parameters_of(message)
    assert parameters_of(message)[0x02] == b"77001234567"
    assert messages_in(caller_id_burst(kind, KNOWN, None) + bytes(1600), FSK[kind]) == [message]


def parameters_of(message: bytes) -> dict[int, bytes]:
    found, at = {}, 2
    while at < len(message):
        found[message[at]] = message[at + 2 : at + 2 + message[at + 1]]
        at += 2 + message[at + 1]
    return found


def test_the_message_says_when_and_who() -> None:
    message = call_setup_message(CallerIdKind.BELLCORE, KNOWN, WHEN)
    assert message[0] == 0x80
    assert parameters_of(message) == {0x01: b"11240905", 0x02: b"77001234567", 0x07: b"Aigerim S."}


def test_withheld_is_told_as_private_whatever_is_known() -> None:
    told = parameters_of(call_setup_message(CallerIdKind.ETSI, Caller("100", "Secret", withheld=True), WHEN))
    assert told == {0x01: b"11240905", 0x04: b"P", 0x08: b"P", 0x11: b"\x01"}


def test_unknown_is_told_as_out_of_area() -> None:
    assert parameters_of(call_setup_message(CallerIdKind.BELLCORE, Caller(None), WHEN)) == {0x01: b"11240905", 0x04: b"O"}


def test_a_16_letter_name_keeps_its_length() -> None:
    """spandsp's own adsi_add_field would write a second length byte here."""
    told = parameters_of(call_setup_message(CallerIdKind.ETSI, Caller("1", "Sixteen letters!"), WHEN))
    assert told[0x07] == b"Sixteen letters!"


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        (None, ""),
        ("Щербаков Юрий", "Shcherbakov Iurii"),
        ("Әсел Қайратқызы", "Asel Kairatkyzy"),
        ("José Núñez", "Jose Nunez"),
        ("রহিম", ""),
        ("Rahim রহিম", "Rahim"),
        ("a\x00b\r\n c\x10", "ab c"),
    ],
)
def test_names_become_ascii(name: str | None, sent: str) -> None:
    assert sendable_name(name) == sent


@pytest.mark.parametrize(
    ("caller", "digits"),
    [(KNOWN, "77001234567"), (Caller("alice"), ""), (Caller("1" * 10 + "2" * 20), "2" * 20), (Caller("1", withheld=True), "")],
)
def test_numbers_become_digits(caller: Caller, digits: str) -> None:
    assert sendable_digits(caller) == digits


@pytest.mark.parametrize(
    ("caller", "keys"), [(KNOWN, "A77001234567C"), (Caller(None), "B00C"), (Caller("1", withheld=True), "B10C")]
)
def test_dtmf_keys(caller: Caller, keys: str) -> None:
    assert dtmf_keys(caller) == keys


@pytest.mark.parametrize(("kind", "mark_hz", "space_hz"), [(CallerIdKind.BELLCORE, 1200, 2200), (CallerIdKind.ETSI, 1300, 2100)])
def test_the_burst_begins_with_250_ms_of_seizure_and_150_ms_of_mark(kind: CallerIdKind, mark_hz: float, space_hz: float) -> None:
    signal = samples_of(caller_id_burst(kind, KNOWN, WHEN))
    seizure, mark = signal[:1900], signal[2100:3160]
    ((hz, level),) = strongest_sines(mark, 1)
    assert hz == pytest.approx(mark_hz, rel=0.005)
    assert level == pytest.approx(-14, abs=0.5)
    spectrum = np.abs(np.fft.rfft(seizure * np.hanning(len(seizure))))
    centre = float((spectrum**2 * np.fft.rfftfreq(len(seizure), 1 / 8000)).sum() / (spectrum**2).sum())
    assert centre == pytest.approx((mark_hz + space_hz) / 2, rel=0.05)
    assert np.abs(signal[3200:3300]).min() < np.abs(signal).max()


@pytest.mark.parametrize("kind", [*FSK, CallerIdKind.DTMF])
def test_the_length_is_known_and_silence_follows(kind: CallerIdKind) -> None:
    source = CallerIdSource(kind, KNOWN, WHEN)
    taken = samples_of(b"".join(source.take(80) for _ in range(300)))
    sounding = int(np.flatnonzero(taken)[-1]) / 8
    pause = 50 if kind is CallerIdKind.DTMF else 0
    assert source.finished
    assert sounding + pause == pytest.approx(source.duration_ms, abs=2)
    assert np.abs(taken).max() < 32767 * 0.5
    assert level_dbm0(float(np.abs(taken).max())) > -15


def test_no_burst_where_there_is_no_caller_id() -> None:
    with pytest.raises(ValueError, match="No caller ID is sent"):
        CallerIdSource(CallerIdKind.NONE, KNOWN, WHEN)


def test_a_message_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="has 300 octets; at most 253"):
        fsk_burst(1, bytes(300))


@pytest.mark.parametrize("code", country_codes())
@pytest.mark.parametrize("caller", CALLERS)
def test_no_pause_of_a_country_has_to_be_prolonged_for_the_longest_burst(code: str, caller: Caller) -> None:
    country = load_country(code)
    burst_ms = CallerIdSource(country.caller_id, caller, WHEN).duration_ms
    plan = plan_ringing(country.ring_cadence_ms, country.caller_id, burst_ms)
    if country.caller_id in FSK:
        assert sum(step.duration_ms for step in plan.opening) == sum(country.ring_cadence_ms)
    assert RingStep(RingStepKind.SEND_CALLER_ID, burst_ms) in plan.opening
