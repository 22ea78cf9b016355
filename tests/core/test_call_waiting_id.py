"""The table of call waiting: total, and never deaf for good."""

import pytest

from firmware.core.call_waiting_id import (
    ALERT_MS,
    IGNORED,
    MUTED,
    TABLE,
    WaitingEvent,
    WaitingOrder,
    WaitingPhase,
    step,
    waiting_pause_ms,
    waiting_signal,
    with_alert,
)
from firmware.core.tones import Segment, Sine, Tone

Order, E, P = WaitingOrder, WaitingEvent, WaitingPhase
TONE = Tone((Segment((Sine(425, -12),), 200), Segment((), 200), Segment((Sine(425, -12),), 200), Segment((), 5000)))


def play(*events: WaitingEvent) -> tuple[WaitingPhase, list[WaitingOrder]]:
    phase, given = P.IDLE, []
    for event in events:
        phase, orders = step(phase, event)
        given += orders
    return phase, given


def test_every_pair_has_a_row_or_is_ignored() -> None:
    pairs = {(phase, event) for phase in WaitingPhase for event in WaitingEvent}
    assert set(TABLE) | IGNORED == pairs
    assert not set(TABLE) & IGNORED


def test_a_telephone_with_a_display_is_told_and_the_voice_comes_back() -> None:
    phase, orders = play(E.OFFERED_WITH_ID, E.SOUND_ENDED, E.ACKNOWLEDGED, E.TIMER_EXPIRED, E.SOUND_ENDED)
    assert phase is P.RESTING
    assert orders == [
        *(Order.MUTE, Order.PLAY_ALERT, Order.WAIT_FOR_ACKNOWLEDGEMENT, Order.WAIT_BEFORE_DATA, Order.PLAY_DATA),
        *(Order.UNMUTE, Order.WAIT_BETWEEN_TONES),
    ]


def test_without_acknowledgement_no_data_is_sent_and_the_voice_comes_back() -> None:
    phase, orders = play(E.OFFERED_WITH_ID, E.SOUND_ENDED, E.TIMER_EXPIRED)
    assert phase is P.RESTING
    assert orders == [Order.MUTE, Order.PLAY_ALERT, Order.WAIT_FOR_ACKNOWLEDGEMENT, Order.UNMUTE, Order.WAIT_BETWEEN_TONES]


def test_the_tone_comes_again_and_again_without_alert() -> None:
    _, orders = play(E.OFFERED, *(E.SOUND_ENDED, E.TIMER_EXPIRED) * 3)
    assert orders == [Order.PLAY_TONE, *(Order.WAIT_BETWEEN_TONES, Order.PLAY_TONE) * 3]


def test_a_late_acknowledgement_changes_nothing() -> None:
    before = play(E.OFFERED_WITH_ID, E.SOUND_ENDED, E.TIMER_EXPIRED)
    assert play(E.OFFERED_WITH_ID, E.SOUND_ENDED, E.TIMER_EXPIRED, E.ACKNOWLEDGED) == before


@pytest.mark.parametrize("phase", [phase for phase in WaitingPhase if phase is not P.IDLE])
def test_withdrawn_anywhere_leaves_nothing_behind(phase: WaitingPhase) -> None:
    after, orders = step(phase, E.WITHDRAWN)
    assert after is P.IDLE
    assert Order.STOP in orders
    assert (Order.UNMUTE in orders) == (phase in MUTED)


def test_muted_is_exactly_between_mute_and_unmute() -> None:
    for (phase, _), (after, orders) in TABLE.items():
        muted = (phase in MUTED or Order.MUTE in orders) and Order.UNMUTE not in orders
        assert (after in MUTED) == muted


def test_the_signal_is_everything_but_the_pause() -> None:
    assert waiting_signal(TONE) == Tone(TONE.segments[:3], repeat_from=None)
    assert waiting_pause_ms(TONE) == 5000


def test_the_alert_follows_the_signal_at_once() -> None:
    segments = with_alert(TONE, -15).segments
    assert segments[:3] == TONE.segments[:3]
    assert segments[3] == Segment((Sine(2130, -15), Sine(2750, -15)), ALERT_MS)
