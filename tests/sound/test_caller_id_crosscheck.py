"""Our bursts read by the simulated telephone's display, which knows nothing of spandsp."""

from datetime import datetime

import numpy as np
import pytest
from line_signals import noise, samples_of, silence

from firmware.core.events import Caller
from firmware.core.tones import CallerIdKind
from firmware.sound.caller_id import caller_id_burst
from hal.sim.caller_id import CallerId, read_burst

WHEN = datetime(2026, 11, 24, 9, 5)  # noqa: DTZ001 (local time, as a telephone shows it)
SIGNALLING = {CallerIdKind.BELLCORE: "bell202", CallerIdKind.ETSI: "v23", CallerIdKind.DTMF: "dtmf"}
FSK = [CallerIdKind.BELLCORE, CallerIdKind.ETSI]


def displayed(kind: CallerIdKind, caller: Caller, snr_db: float | None = None) -> CallerId | None:
    burst = np.concatenate([silence(160), samples_of(caller_id_burst(kind, caller, WHEN)), silence(160)])
    if snr_db is not None:
        burst = burst + noise(len(burst), -14 - snr_db, seed=3)
    return read_burst(burst)


@pytest.mark.parametrize("kind", FSK)
def test_number_name_and_time_are_displayed(kind: CallerIdKind) -> None:
    shown = displayed(kind, Caller("+77001234567", "Айгерим"))
    assert shown == CallerId(number="77001234567", name="Aigerim", time="11-24 09:05", signalling=SIGNALLING[kind])


@pytest.mark.parametrize("kind", FSK)
def test_a_display_reads_the_burst_in_noise(kind: CallerIdKind) -> None:
    shown = displayed(kind, Caller("100", "Front desk"), snr_db=20)
    assert shown is not None
    assert (shown.number, shown.name) == ("100", "Front desk")


@pytest.mark.parametrize("kind", FSK)
def test_a_name_in_bengali_leaves_the_number_readable(kind: CallerIdKind) -> None:
    shown = displayed(kind, Caller("8801712345678", "রহিম"))
    assert shown is not None
    assert (shown.number, shown.name) == ("8801712345678", "")


@pytest.mark.parametrize("kind", SIGNALLING)
@pytest.mark.parametrize(("caller", "reason"), [(Caller("1", withheld=True), "private"), (Caller(None), "unavailable")])
def test_a_missing_number_is_explained(kind: CallerIdKind, caller: Caller, reason: str) -> None:
    shown = displayed(kind, caller)
    assert shown is not None
    assert (shown.number, shown.number_absent, shown.signalling) == ("", reason, SIGNALLING[kind])


@pytest.mark.parametrize("number", ["77001234567", "1122334455", "9990001112", "0"])
def test_a_number_sent_by_keys_is_displayed(number: str) -> None:
    shown = displayed(CallerIdKind.DTMF, Caller(number))
    assert shown == CallerId(number=number, signalling="dtmf")
