"""The life of the cellular modem, from no port to data that was proven, and back up the ladder when it fails.

Pure: events in, actions out; every pair of phase and event has a row or stands in IGNORED. It knows nothing of AT, files or time; `firmware.cellular` does.
Three rules it keeps: a PIN that a card refused is never tried again; abroad there is no data unless it is allowed; an address is not yet the internet.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

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
    StopTimer,
    TakeRung,
    TimerExpired,
)
from firmware.core.modem_ladder import Cause, Rung, climb, proven
from firmware.core.modem_state import TIMES, ModemPhase, ModemRules, ModemState


@dataclass(frozen=True)
class Turn:
    """One event's meaning at one moment: `day` counts days for the ladder's budget."""

    rules: ModemRules
    state: ModemState
    event: Any
    day: int = 0


_LOST_FOR_NOW = "the network is lost for the moment"

Step = tuple[ModemState, tuple[ModemAction, ...]]
_CHECK, _LIMIT = ModemTimer.CHECK, ModemTimer.LIMIT
_Key = tuple[ModemPhase, type[ModemEvent] | ModemTimer]


def _enter(state: ModemState, phase: ModemPhase, *actions: ModemAction, check_ms: int = 0, limit_ms: int = 0) -> Step:
    """Into `phase`, with just these timers running."""
    timers = [StartTimer(timer, ms) if ms else StopTimer(timer) for timer, ms in ((_CHECK, check_ms), (_LIMIT, limit_ms))]
    return replace(state, phase=phase), (*timers, *actions)


def _stay(turn: Turn, *actions: ModemAction, **changes: Any) -> Step:  # noqa: ANN401 (fields of ModemState)
    return replace(turn.state, **changes), actions


def _again(timer: ModemTimer, ms: int, order: Order) -> Callable[[Turn], Step]:
    """Ask again, and look again in a while."""
    return lambda turn: _stay(turn, order, StartTimer(timer, ms))


def _start(turn: Turn) -> Step:
    return _enter(replace(turn.state, trouble=""), ModemPhase.ABSENT, Order.OPEN_PORT, limit_ms=TIMES.absent_ms)


def _stop(turn: Turn) -> Step:
    return _enter(replace(turn.state, trouble=""), ModemPhase.STOPPED, Order.DISCONNECT, Order.CLOSE_PORT)


def _note_wish(turn: Turn) -> Step:
    return _stay(turn, wanted=turn.event.wanted)


def _lose_port(turn: Turn) -> Step:
    state = replace(turn.state, trouble=turn.event.reason)
    return _enter(state, ModemPhase.ABSENT, Order.DISCONNECT, limit_ms=TIMES.absent_ms)


def _note_reason(turn: Turn) -> Step:
    """Why there is no port; while the ladder has just sent the modem away, what sent it up the ladder says more."""
    return _stay(turn, trouble=turn.state.trouble if turn.state.rung else turn.event.reason)


def _prepare(turn: Turn) -> Step:
    return _enter(replace(turn.state, trouble=""), ModemPhase.STARTING, Order.PREPARE, limit_ms=TIMES.prepare_ms)


def _ask_card(turn: Turn) -> Step:
    return _enter(turn.state, ModemPhase.UNLOCKING, Order.READ_CARD, limit_ms=TIMES.card_ms)


def _take_card(turn: Turn) -> Step:
    report: CardReported = turn.event
    match report.lock:
        case CardLock.READY:
            return _look_for_network(turn)
        case CardLock.BUSY:
            return _stay(turn, StartTimer(_CHECK, TIMES.card_busy_ms))
        case CardLock.PIN if report.may_enter:
            return _enter(turn.state, ModemPhase.UNLOCKING, Order.ENTER_PIN, limit_ms=TIMES.card_ms)
        case lock:
            words = {
                CardLock.PUK: "the SIM card asks for its PUK: put it into a mobile phone and unlock it there",
                CardLock.ABSENT: "there is no SIM card in the modem",
            }.get(lock, report.words or "the SIM card is locked")
            return _enter(replace(turn.state, trouble=words), ModemPhase.LOCKED, check_ms=TIMES.card_look_ms)


def _look_for_network(turn: Turn) -> Step:
    state = replace(turn.state, trouble="looking for a network")
    return _enter(state, ModemPhase.SEARCHING, Order.READ_NETWORK, check_ms=TIMES.register_look_ms, limit_ms=TIMES.register_ms)


def _take_network(turn: Turn) -> Step:
    """A report while nothing is connected."""
    status, searching = turn.event.status, turn.state.phase is ModemPhase.SEARCHING
    if status is NetworkStatus.HOME or (status is NetworkStatus.ROAMING and turn.rules.roaming):
        return _use_network(turn)
    if status is NetworkStatus.ROAMING:
        state = replace(turn.state, trouble="the SIM card is abroad, and the settings allow no data there (modem.roaming)")
        return _enter(state, ModemPhase.BARRED, check_ms=TIMES.watch_ms)
    if not searching:
        return _look_for_network(turn)
    words = "the network refuses the SIM card" if status is NetworkStatus.DENIED else "no network found yet"
    return _stay(turn, trouble=words)


def _use_network(turn: Turn) -> Step:
    state = replace(turn.state, trouble="")
    if not state.wanted:
        return _enter(state, ModemPhase.IDLE, check_ms=TIMES.watch_ms)
    return _enter(state, ModemPhase.CONNECTING, Order.FIND_APNS, limit_ms=TIMES.connect_ms)


def _stay_idle(turn: Turn) -> Step:
    """A report while no data is wanted: only a lost network is news."""
    if turn.event.status is NetworkStatus.HOME or (turn.event.status is NetworkStatus.ROAMING and turn.rules.roaming):
        return _stay(turn)
    return _take_network(turn)


def _connect(turn: Turn) -> Step:
    return _try_apn(turn, turn.event.apns)


def _try_apn(turn: Turn, apns: tuple[Apn, ...], *first: ModemAction) -> Step:
    state = replace(turn.state, apns=apns)
    return _enter(state, ModemPhase.CONNECTING, *first, Connect(apns[0]), limit_ms=TIMES.connect_ms)


def _prove(turn: Turn) -> Step:
    return _enter(turn.state, ModemPhase.PROVING, Order.PROVE, limit_ms=TIMES.prove_ms)


def _next_apn(turn: Turn) -> Step:
    """This access point leads nowhere: the next one, or up the ladder when there is none."""
    left = turn.state.apns[1:]
    if left:
        return _try_apn(turn, left, Order.DISCONNECT)
    reason = getattr(turn.event, "reason", "") or "it took too long"
    refused = getattr(turn.event, "refused", False)
    return _fail(turn, Cause.REFUSED if refused else Cause.DATA, f"no data connection: {reason}")


def _accept(turn: Turn) -> Step:
    state = replace(turn.state, trouble="", rung=None)
    return _enter(state, ModemPhase.CONNECTED, RememberApn(state.apns[0]), check_ms=TIMES.watch_ms)


def _watch(turn: Turn) -> Step:
    """Connected for a while: the ladder starts at its foot again."""
    ladder = proven(turn.state.ladder)
    kept = () if ladder == turn.state.ladder else (Order.KEEP_LADDER,)
    return _stay(turn, Order.READ_NETWORK, StartTimer(_CHECK, TIMES.watch_ms), *kept, ladder=ladder)


def _watch_network(turn: Turn) -> Step:
    """A report while connected. A network lost for a moment does not cost the connection."""
    status = turn.event.status
    if status is NetworkStatus.ROAMING and not turn.rules.roaming:
        state, actions = _take_network(turn)
        return state, (*actions, Order.DISCONNECT)
    if status in {NetworkStatus.HOME, NetworkStatus.ROAMING}:
        return _stay(turn, StopTimer(_LIMIT), trouble="")
    if turn.state.trouble == _LOST_FOR_NOW:
        return _stay(turn)  # the limit already runs
    return _stay(turn, StartTimer(_LIMIT, TIMES.unregistered_ms), trouble=_LOST_FOR_NOW)


def _lose_network(turn: Turn) -> Step:
    state, actions = _look_for_network(turn)
    return state, (*actions, Order.DISCONNECT)


def _obey_wish(turn: Turn) -> Step:
    """While connected or about to be."""
    if turn.event.wanted:
        return _stay(turn, wanted=True)
    state = replace(turn.state, wanted=False, trouble="")
    return _enter(state, ModemPhase.IDLE, Order.DISCONNECT, check_ms=TIMES.watch_ms)


def _want(turn: Turn) -> Step:
    """While idle."""
    return _use_network(replace(turn, state=replace(turn.state, wanted=turn.event.wanted))) if turn.event.wanted else _stay(turn)


def _lose_data(turn: Turn) -> Step:
    return _fail(turn, Cause.DATA, f"the data connection is lost: {turn.event.reason}")


def _hang(turn: Turn) -> Step:
    return _fail(turn, Cause.SILENT, "the modem does not answer")


def _note_silence(turn: Turn) -> Step:
    """Connected, and no question is answered: the data may well go on, with a call on it. If it does not, that is noticed as such."""
    return _stay(turn, trouble="the modem does not answer, its data connection is still up")


def _too_long(cause: Cause, words: str) -> Callable[[Turn], Step]:
    return lambda turn: _fail(turn, cause, words)


def _fail(turn: Turn, cause: Cause, words: str) -> Step:
    """Up the ladder. Where the day's budget is spent, patience."""
    next_try = climb(turn.state.ladder, cause, turn.rules.rungs, turn.day)
    state = replace(turn.state, ladder=next_try.ladder, cause=cause, rung=next_try.rung, trouble=words)
    wait_ms = next_try.wait_ms if next_try.rung else TIMES.patience_ms
    return _enter(state, ModemPhase.WAITING, Order.KEEP_LADDER, Order.DISCONNECT, check_ms=wait_ms)


def _take_rung(turn: Turn) -> Step:
    rung = turn.state.rung
    if rung is None:
        return _begin_anew(turn)
    return _enter(turn.state, ModemPhase.RECOVERING, TakeRung(rung), limit_ms=TIMES.recover_ms)


def _begin_anew(turn: Turn) -> Step:
    """Nothing could be done, so look whether it has healed by itself. A port that is not there is waited for."""
    if turn.state.cause in {Cause.ABSENT, Cause.SILENT}:
        return _enter(turn.state, ModemPhase.ABSENT, limit_ms=TIMES.absent_ms)
    return _ask_card(turn)


def _begin_anew_by_owner(turn: Turn) -> Step:
    """Other settings: what failed before says nothing about them."""
    return _begin_anew(replace(turn, state=replace(turn.state, ladder=proven(turn.state.ladder))))


def _after_rung(turn: Turn) -> Step:
    if not turn.event.done:
        return _fail(turn, turn.state.cause, turn.state.trouble)
    if turn.state.rung in {Rung.DATA, Rung.RADIO}:
        return _ask_card(turn)
    return _enter(turn.state, ModemPhase.ABSENT, limit_ms=TIMES.absent_ms)


def _rung_too_long(turn: Turn) -> Step:
    return _fail(turn, turn.state.cause, turn.state.trouble)


_PHASES = frozenset(ModemPhase)
_ALIVE = _PHASES - {ModemPhase.STOPPED}
_WITH_PORT = _ALIVE - {ModemPhase.ABSENT, ModemPhase.WAITING, ModemPhase.RECOVERING}
_ONLINE = frozenset({ModemPhase.CONNECTING, ModemPhase.PROVING, ModemPhase.CONNECTED})
_REGISTERED = frozenset({ModemPhase.IDLE, ModemPhase.BARRED})
_KINDS: tuple[type[ModemEvent] | ModemTimer, ...] = (
    Started, Stopped, DataWanted, SettingsChanged, PortReady, PortGone, PortHung, Prepared, CardReported, NetworkReported,
    ApnsFound, DataConnected, DataLost, Proved, Disproved, RungTaken, *ModemTimer,
)  # fmt: skip


def _rows(
    phases: frozenset[ModemPhase], kind: type[ModemEvent] | ModemTimer, row: Callable[[Turn], Step]
) -> dict[_Key, Callable[[Turn], Step]]:
    return {(phase, kind): row for phase in phases}


TABLE: dict[_Key, Callable[[Turn], Step]] = {
    (ModemPhase.STOPPED, Started): _start,
    **_rows(_ALIVE, Stopped, _stop),
    **_rows(_PHASES, DataWanted, _note_wish),
    **_rows(_ONLINE, DataWanted, _obey_wish),
    (ModemPhase.IDLE, DataWanted): _want,
    # the port
    **_rows(_WITH_PORT, PortGone, _lose_port),
    (ModemPhase.ABSENT, PortGone): _note_reason,
    **_rows(_WITH_PORT | {ModemPhase.ABSENT}, PortHung, _hang),
    **_rows(_ALIVE, PortReady, _prepare),
    (ModemPhase.CONNECTED, PortHung): _note_silence,
    (ModemPhase.CONNECTED, PortReady): lambda turn: _stay(turn, Order.READ_NETWORK, trouble=""),
    (ModemPhase.ABSENT, _LIMIT): _too_long(Cause.ABSENT, "there is no modem"),
    (ModemPhase.STARTING, Prepared): _ask_card,
    (ModemPhase.STARTING, _LIMIT): _too_long(Cause.SILENT, "the modem does not answer"),
    # the card
    **_rows(frozenset({ModemPhase.UNLOCKING, ModemPhase.LOCKED}), CardReported, _take_card),
    (ModemPhase.UNLOCKING, _CHECK): lambda turn: _stay(turn, Order.READ_CARD),
    (ModemPhase.UNLOCKING, _LIMIT): _too_long(Cause.CARD, "the SIM card cannot be read"),
    (ModemPhase.LOCKED, _CHECK): _again(_CHECK, TIMES.card_look_ms, Order.READ_CARD),
    (ModemPhase.LOCKED, SettingsChanged): lambda turn: _stay(turn, Order.READ_CARD),
    # the network
    (ModemPhase.SEARCHING, NetworkReported): _take_network,
    (ModemPhase.SEARCHING, _CHECK): _again(_CHECK, TIMES.register_look_ms, Order.READ_NETWORK),
    (ModemPhase.SEARCHING, _LIMIT): _too_long(Cause.NETWORK, "no network takes the SIM card"),
    (ModemPhase.BARRED, NetworkReported): _take_network,
    (ModemPhase.IDLE, NetworkReported): _stay_idle,
    **{(phase, _CHECK): _again(_CHECK, TIMES.watch_ms, Order.READ_NETWORK) for phase in _REGISTERED},
    (ModemPhase.BARRED, SettingsChanged): lambda turn: _stay(turn, Order.READ_NETWORK),
    # the data
    (ModemPhase.CONNECTING, ApnsFound): _connect,
    (ModemPhase.CONNECTING, DataConnected): _prove,
    **_rows(frozenset({ModemPhase.CONNECTING, ModemPhase.PROVING}), DataLost, _next_apn),
    **_rows(frozenset({ModemPhase.CONNECTING, ModemPhase.PROVING}), _LIMIT, _next_apn),
    (ModemPhase.PROVING, Proved): _accept,
    (ModemPhase.PROVING, Disproved): _next_apn,
    (ModemPhase.CONNECTED, DataLost): _lose_data,
    (ModemPhase.CONNECTED, Disproved): _lose_data,
    (ModemPhase.CONNECTED, _CHECK): _watch,
    (ModemPhase.CONNECTED, _LIMIT): _lose_network,
    (ModemPhase.CONNECTED, NetworkReported): _watch_network,
    **_rows(_ONLINE, SettingsChanged, _lose_network),
    # the ladder
    (ModemPhase.WAITING, _CHECK): _take_rung,
    (ModemPhase.WAITING, SettingsChanged): _begin_anew_by_owner,
    (ModemPhase.RECOVERING, RungTaken): _after_rung,
    (ModemPhase.RECOVERING, _LIMIT): _rung_too_long,
}

IGNORED: frozenset[_Key] = frozenset({
    *((phase, Started) for phase in _ALIVE),
    (ModemPhase.STOPPED, Stopped),
    # it is read when its turn comes
    *((phase, SettingsChanged) for phase in _PHASES - _ONLINE - {ModemPhase.LOCKED, ModemPhase.BARRED, ModemPhase.WAITING}),
    # a port that goes or hangs while the ladder already works on it
    *((phase, kind) for phase in (ModemPhase.WAITING, ModemPhase.RECOVERING) for kind in (PortGone, PortHung)),
    *((ModemPhase.STOPPED, kind) for kind in (PortReady, PortGone, PortHung)),
    # answers to what is no longer asked
    *((phase, Prepared) for phase in _PHASES - {ModemPhase.STARTING}),
    *((phase, CardReported) for phase in _PHASES - {ModemPhase.UNLOCKING, ModemPhase.LOCKED}),
    *((phase, NetworkReported) for phase in _PHASES - _REGISTERED - {ModemPhase.SEARCHING, ModemPhase.CONNECTED}),
    *((phase, ApnsFound) for phase in _PHASES - {ModemPhase.CONNECTING}),
    *((phase, DataConnected) for phase in _PHASES - {ModemPhase.CONNECTING}),
    *((phase, DataLost) for phase in _PHASES - _ONLINE),
    *((phase, Proved) for phase in _PHASES - {ModemPhase.PROVING}),
    *((phase, Disproved) for phase in _PHASES - {ModemPhase.PROVING, ModemPhase.CONNECTED}),
    *((phase, RungTaken) for phase in _PHASES - {ModemPhase.RECOVERING}),
    # timers that expired while their cancellation was on the way
    *((phase, _CHECK) for phase in (
        ModemPhase.STOPPED, ModemPhase.ABSENT, ModemPhase.STARTING, ModemPhase.CONNECTING, ModemPhase.PROVING,
        ModemPhase.RECOVERING,
    )),
    *((phase, _LIMIT) for phase in (
        ModemPhase.STOPPED, ModemPhase.LOCKED, ModemPhase.IDLE, ModemPhase.BARRED, ModemPhase.WAITING,
    )),
})  # fmt: skip


def step(rules: ModemRules, state: ModemState, event: ModemEvent, day: int = 0) -> Step:
    """One event. Total: every pair stands in TABLE or IGNORED. `day` counts days, for the ladder's budget."""
    key: _Key = (state.phase, event.timer if isinstance(event, TimerExpired) else type(event))
    return (state, ()) if key in IGNORED else TABLE[key](Turn(rules, state, event, day))
