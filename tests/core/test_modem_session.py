"""The modem's session: every pair answered, the PIN never twice, nothing abroad unasked, an address is not the internet."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core import modem_session
from firmware.core.modem_events import (
    Apn,
    ApnsFound,
    CardLock,
    CardReported,
    Connect,
    DataConnected,
    DataLost,
    DataWanted,
    Disproved,
    ModemAction,
    ModemEvent,
    ModemTimer,
    NetworkReported,
    NetworkStatus,
    Order,
    PortGone,
    PortHung,
    PortReady,
    Prepared,
    Proved,
    RememberApn,
    RungTaken,
    SettingsChanged,
    Started,
    StartTimer,
    Stopped,
    TakeRung,
    TimerExpired,
)
from firmware.core.modem_ladder import Rung
from firmware.core.modem_session import IGNORED, TABLE, step
from firmware.core.modem_state import ModemPhase, ModemRules, ModemState

ALL = ModemRules(rungs=frozenset(Rung))
HOME, AWAY = NetworkReported(NetworkStatus.HOME), NetworkReported(NetworkStatus.ROAMING)
LOOKING, DENIED = NetworkReported(NetworkStatus.LOOKING), NetworkReported(NetworkStatus.DENIED)
CARD = CardReported(CardLock.READY)
APNS = ApnsFound((Apn("first"), Apn("second")))
CHECK, LIMIT = TimerExpired(ModemTimer.CHECK), TimerExpired(ModemTimer.LIMIT)
UP_TO_CARD = (Started(), PortReady(), Prepared())
UP_TO_NETWORK = (*UP_TO_CARD, CARD)
UP_TO_DATA = (*UP_TO_NETWORK, HOME, APNS, DataConnected())
CONNECTED = (*UP_TO_DATA, Proved())


def live(*events: ModemEvent, rules: ModemRules = ALL, state: ModemState | None = None) -> tuple[ModemState, list[ModemAction]]:
    """The state after `events`, and what the last one ordered."""
    state, actions = state or ModemState(), ()
    for event in events:
        state, actions = step(rules, state, event)
    return state, [action for action in actions if not isinstance(action, StartTimer | modem_session.StopTimer)]


@pytest.mark.parametrize(("phase", "kind"), [*product(ModemPhase, modem_session._KINDS)])
def test_every_phase_and_event_has_a_row_or_is_ignored_by_name(phase: ModemPhase, kind: type[ModemEvent] | ModemTimer) -> None:
    assert ((phase, kind) in TABLE) != ((phase, kind) in IGNORED)


def test_the_way_to_data() -> None:
    for events, orders in (
        ((Started(),), [Order.OPEN_PORT]),
        (UP_TO_CARD[:2], [Order.PREPARE]),
        (UP_TO_CARD, [Order.READ_CARD]),
        (UP_TO_NETWORK, [Order.READ_NETWORK]),
        ((*UP_TO_NETWORK, HOME), [Order.FIND_APNS]),
        ((*UP_TO_NETWORK, HOME, APNS), [Connect(Apn("first"))]),
        (UP_TO_DATA, [Order.PROVE]),
        (CONNECTED, [RememberApn(Apn("first"))]),
    ):
        assert live(*events)[1] == orders
    assert live(*CONNECTED)[0].trouble == ""


def test_a_pin_that_may_be_entered_is_entered_and_one_that_may_not_is_not() -> None:
    assert live(*UP_TO_CARD, CardReported(CardLock.PIN, may_enter=True))[1] == [Order.ENTER_PIN]
    state, actions = live(*UP_TO_CARD, CardReported(CardLock.PIN, words="the SIM card refused the PIN"))
    assert (state.phase, state.trouble, actions) == (ModemPhase.LOCKED, "the SIM card refused the PIN", [])


def test_locked_nothing_but_a_question_happens_until_the_settings_change() -> None:
    state = live(*UP_TO_CARD, CardReported(CardLock.PIN, words="refused"))[0]
    assert live(CHECK, state=state)[1] == [Order.READ_CARD]
    assert live(CardReported(CardLock.PIN, words="refused"), state=state)[0].phase is ModemPhase.LOCKED
    assert live(SettingsChanged(), CardReported(CardLock.PIN, may_enter=True), state=state)[1] == [Order.ENTER_PIN]


@pytest.mark.parametrize("lock", [CardLock.PUK, CardLock.ABSENT, CardLock.OTHER])
def test_a_card_that_cannot_be_opened_is_told_and_no_rung_is_wasted_on_it(lock: CardLock) -> None:
    state, actions = live(*UP_TO_CARD, CardReported(lock))
    assert state.phase is ModemPhase.LOCKED
    assert state.trouble
    assert not actions
    assert live(*[CHECK] * 100, state=state)[0].phase is ModemPhase.LOCKED


def test_a_busy_card_is_asked_again_and_only_after_a_minute_reset() -> None:
    state = live(*UP_TO_CARD, *(CardReported(CardLock.BUSY), CHECK) * 20)[0]
    assert state.phase is ModemPhase.UNLOCKING
    assert live(LIMIT, CHECK, state=state)[1] == [TakeRung(Rung.RADIO)]


def test_abroad_there_is_no_data_unless_it_is_allowed() -> None:
    state, actions = live(*UP_TO_NETWORK, AWAY)
    assert (state.phase, actions) == (ModemPhase.BARRED, [])
    assert "roaming" in state.trouble
    assert live(*UP_TO_NETWORK, AWAY, rules=replace(ALL, roaming=True))[1] == [Order.FIND_APNS]
    assert live(HOME, state=state)[1] == [Order.FIND_APNS]


def test_who_crosses_the_border_connected_is_disconnected() -> None:
    state, actions = live(*CONNECTED, AWAY)
    assert (state.phase, actions) == (ModemPhase.BARRED, [Order.DISCONNECT])


def test_a_network_lost_for_a_moment_does_not_cost_the_connection() -> None:
    state = live(*CONNECTED, LOOKING, LOOKING)[0]
    assert state.phase is ModemPhase.CONNECTED
    assert live(HOME, state=state)[0].trouble == ""
    state, actions = live(LIMIT, state=state)
    assert (state.phase, actions) == (ModemPhase.SEARCHING, [Order.READ_NETWORK, Order.DISCONNECT])


@pytest.mark.parametrize("event", [Disproved("no answer"), DataLost("refused"), LIMIT])
def test_an_access_point_that_leads_nowhere_is_followed_by_the_next_and_then_by_the_ladder(event: ModemEvent) -> None:
    state, actions = live(*UP_TO_DATA, event)
    assert actions == [Order.DISCONNECT, Connect(Apn("second"))]
    state, actions = live(DataConnected(), event, state=state)
    assert state.phase is ModemPhase.WAITING
    assert state.trouble.startswith("no data connection: ")


def test_the_ladder_is_climbed_rung_by_rung_and_persisted_at_each() -> None:
    state, taken = live(*UP_TO_NETWORK)[0], []
    for _ in range(8):
        state, actions = live(HOME, ApnsFound((Apn("a"),)), DataLost("refused"), state=state)
        assert Order.KEEP_LADDER in actions
        state, actions = live(CHECK, state=state)
        taken += actions
        back = (PortReady(), Prepared()) if state.rung not in {Rung.DATA, Rung.RADIO} else ()
        state = live(RungTaken(done=True), *back, CARD, state=state)[0]
    assert [action.rung for action in taken if isinstance(action, TakeRung)] == [
        Rung.DATA, Rung.DATA, Rung.RADIO, Rung.RESET, Rung.PLUG, Rung.POWER, Rung.POWER, Rung.POWER,
    ]  # fmt: skip


def test_a_rung_that_cannot_be_taken_is_followed_by_the_next() -> None:
    state = live(*UP_TO_DATA[:-2], ApnsFound((Apn("a"),)), DataLost("x"), CHECK, RungTaken(done=False))[0]
    assert (state.phase, state.ladder.failures) == (ModemPhase.WAITING, 2)


def test_a_silent_modem_is_unplugged_and_then_switched_off_but_never_talked_to() -> None:
    state, actions = live(*UP_TO_NETWORK, PortHung(), CHECK)
    assert actions == [TakeRung(Rung.PLUG)]
    assert live(RungTaken(done=True), LIMIT, CHECK, state=state)[1] == [TakeRung(Rung.POWER)]


def test_a_silent_control_port_does_not_cost_a_connection_that_works() -> None:
    state = live(*CONNECTED, PortHung())[0]
    assert state.phase is ModemPhase.CONNECTED
    assert live(PortReady(), state=state)[0].trouble == ""


def test_a_modem_pulled_out_and_put_back_begins_anew_without_the_ladder() -> None:
    state, actions = live(*CONNECTED, PortGone("unplugged"))
    assert (state.phase, state.trouble, actions) == (ModemPhase.ABSENT, "unplugged", [Order.DISCONNECT])
    assert live(PortReady(), state=state)[1] == [Order.PREPARE]
    assert state.ladder.failures == 0


def test_no_data_wanted_leaves_it_registered() -> None:
    state, actions = live(*CONNECTED, DataWanted(wanted=False))
    assert (state.phase, actions) == (ModemPhase.IDLE, [Order.DISCONNECT])
    assert live(HOME, state=state)[0].phase is ModemPhase.IDLE
    assert live(DataWanted(wanted=True), state=state)[1] == [Order.FIND_APNS]


def test_a_denied_card_is_told_apart_from_no_network() -> None:
    assert live(*UP_TO_NETWORK, DENIED)[0].trouble == "the network refuses the SIM card"
    assert live(*UP_TO_NETWORK, LOOKING)[0].trouble == "no network found yet"


EVENTS = st.sampled_from(
    [
        *CONNECTED, Stopped(), DataWanted(wanted=False), DataWanted(wanted=True), SettingsChanged(), PortGone("gone"), PortHung(),
        CardReported(CardLock.PIN), CardReported(CardLock.PUK), CardReported(CardLock.BUSY), AWAY, LOOKING, DENIED,
        DataLost("lost"), Disproved("no answer"), RungTaken(done=True), RungTaken(done=False), CHECK, LIMIT,
    ]
)  # fmt: skip


@given(st.lists(EVENTS, max_size=60))
def test_whatever_happens_it_never_stands_still_and_never_roams(events: list[ModemEvent]) -> None:
    """Outside STOPPED a timer always runs; data abroad never; no PIN is entered without leave."""
    state, running = ModemState(), set[ModemTimer]()
    for event in (Started(), *events):
        state, actions = step(ALL, state, event)
        if isinstance(event, TimerExpired):
            running.discard(event.timer)
        for action in actions:
            if isinstance(action, StartTimer):
                running.add(action.timer)
            elif isinstance(action, modem_session.StopTimer):
                running.discard(action.timer)
        assert Order.ENTER_PIN not in actions
        if event == AWAY:
            assert state.phase is not ModemPhase.CONNECTED
        if isinstance(event, TimerExpired):
            continue
        if state.phase not in {ModemPhase.STOPPED, ModemPhase.UNLOCKING}:
            waits = state.phase is ModemPhase.CONNECTED or running
            assert waits, f"{state.phase} after {event}"
