"""The lamp's message, read back by spandsp's receiver and by the simulated telephone."""

import numpy as np
import pytest
from line_signals import samples_of, sounding_runs_ms, strongest_sines
from spandsp_receiver import CLASS, CLIP, messages_in

from firmware.core.tones import CallerIdKind
from firmware.sound.message_waiting import LEAD_IN_MS, MessageWaitingSource, message_waiting_burst, message_waiting_message
from tests.hal.bench import Bench

BELLCORE, ETSI = CallerIdKind.BELLCORE, CallerIdKind.ETSI
FSK = {BELLCORE: CLASS, ETSI: CLIP}


@pytest.mark.parametrize(
    ("kind", "waiting", "message"),
    [
        (BELLCORE, 3, "82 03 0b 01 ff"),
        (BELLCORE, 0, "82 03 0b 01 00"),
        (ETSI, 3, "82 06 0b 01 ff 13 01 03"),
        (ETSI, 0, "82 06 0b 01 00 13 01 00"),
        (ETSI, 1000, "82 06 0b 01 ff 13 01 ff"),
    ],
)
def test_the_message_says_lamp_on_or_off(kind: CallerIdKind, waiting: int, message: str) -> None:
    assert message_waiting_message(kind, waiting) == bytes.fromhex(message)
    assert messages_in(message_waiting_burst(kind, waiting) + bytes(1600), FSK[kind]) == [bytes.fromhex(message)]


@pytest.mark.parametrize("kind", FSK)
def test_the_lamp_of_a_telephone_on_hook_goes_on_and_off_without_a_ring(kind: CallerIdKind) -> None:
    bench = Bench()
    for waiting, lamp in ((2, True), (1, True), (0, False), (5, True)):
        burst = samples_of(message_waiting_burst(kind, waiting))
        bench.exchange(len(burst) / 8 + 400, burst)
        state = bench.handset.state()
        assert (state.messages_waiting, state.ringing, state.cadence_ms, state.caller_id) == (lamp, False, [], None)


def test_a_lifted_telephone_keeps_its_lamp() -> None:
    bench = Bench()
    bench.lift()
    bench.exchange(3000, samples_of(message_waiting_burst(BELLCORE, 1)))
    assert not bench.handset.state().messages_waiting


def test_etsi_alerts_before_the_data() -> None:
    signal = samples_of(message_waiting_burst(ETSI, 1))
    (quiet, before), (loud, alert), (pause, gap), *_ = sounding_runs_ms(signal)
    assert (quiet, loud, pause) == (False, True, False)
    assert [before, alert, gap] == pytest.approx([LEAD_IN_MS, 100, 100], abs=4)
    tone = signal[(LEAD_IN_MS + 10) * 8 : (LEAD_IN_MS + 90) * 8]
    assert [hz for hz, _ in strongest_sines(tone, 2)] == pytest.approx([2130, 2750], rel=0.005)
    assert [dbm0 for _, dbm0 in strongest_sines(tone, 2)] == pytest.approx([-18, -18], abs=0.5)


def test_bellcore_sends_the_data_alone() -> None:
    assert [loud for loud, _ in sounding_runs_ms(samples_of(message_waiting_burst(BELLCORE, 1)))][:2] == [False, True]


@pytest.mark.parametrize("kind", [CallerIdKind.DTMF, CallerIdKind.NONE])
def test_there_is_nothing_for_telephones_without_fsk(kind: CallerIdKind) -> None:
    with pytest.raises(ValueError, match="by FSK only"):
        MessageWaitingSource(kind, 1)


def test_the_source_ends_with_its_burst() -> None:
    source = MessageWaitingSource(BELLCORE, 1)
    taken = b""
    while not source.finished:
        taken += source.take(80)
    assert taken.startswith(message_waiting_burst(BELLCORE, 1))
    assert not np.frombuffer(source.take(80), "<i2").any()
