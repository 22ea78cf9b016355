"""Uplinks, watched and chosen: a pure function of what happened, when, and the rules. In comes an event, out come the new state and orders.

`core.uplink_health` says what each uplink is, `core.uplink_choice` which is used, `core.uplink_rates` how often each is asked. Time is lived time: what
passed between two events, never less than nothing and never much at once, so that no jump of a clock decides anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware.core.budget import warning
from firmware.core.uplink_choice import Move, decide, pinned, recent_moves
from firmware.core.uplink_events import (
    Action,
    BytesCounted,
    CallsEnded,
    CallStarted,
    Event,
    HealthEvent,
    LinkChanged,
    PinChanged,
    PortalFound,
    ProbeAnswered,
    ProbeFailed,
    ProviderApart,
    TimePassed,
    UseUplink,
    VoiceMeasured,
    VoiceResumed,
    VoiceStalled,
    WarnBudget,
)
from firmware.core.uplink_health import Moment, take, voice_patience_ms
from firmware.core.uplink_rates import rate_of
from firmware.core.uplink_state import NEVER, Uplink, UplinkRules, Uplinks, Use


@dataclass(frozen=True)
class _Taken:
    """A state on its way through one step."""

    state: Uplinks
    actions: tuple[Action, ...] = ()


def step(rules: UplinkRules, state: Uplinks, event: Event) -> tuple[Uplinks, tuple[Action, ...]]:
    """One event. Total over Event: every kind has a row in TABLE; of an uplink nobody configured nothing is known and nothing follows."""
    taken = TABLE[type(event)](rules, _lived(rules, state, event.at_ms), event)
    move = decide(rules, taken.state)
    if move:
        taken = _moved(rules, taken, move)
    return _paced(rules, taken)


def _lived(rules: UplinkRules, state: Uplinks, at_ms: float) -> Uplinks:
    """Time goes on by what passed; a gap means that nobody was watching."""
    passed_ms = max(0.0, at_ms - (at_ms if state.clock_ms is None else state.clock_ms))
    now_ms = state.now_ms + min(passed_ms, rules.longest_gap_ms)
    deaf_ms = now_ms + rules.deaf_ms if passed_ms > rules.longest_gap_ms else state.deaf_until_ms
    return replace(state, now_ms=now_ms, clock_ms=at_ms, deaf_until_ms=deaf_ms)


def _moment(rules: UplinkRules, state: Uplinks) -> Moment:
    known = any(each.provider_known for each in state.uplinks.values())
    return Moment(rules, state.now_ms, deaf=state.now_ms < state.deaf_until_ms, provider_known=known)


def _of_one(rules: UplinkRules, state: Uplinks, event: HealthEvent) -> _Taken:
    uplink = state.uplinks.get(getattr(event, "uplink", ""))
    return _Taken(state.having(take(_moment(rules, state), uplink, event)) if uplink else state)


def _link_changed(rules: UplinkRules, state: Uplinks, event: LinkChanged) -> _Taken:
    """An address the active uplink gets beside the one in use is in use from then on."""
    taken = _of_one(rules, state, event)
    if event.uplink != state.active:
        return taken
    first, second = ((old or new) for old, new in zip(state.used, (event.address4, event.address6), strict=True))
    return _Taken(replace(taken.state, used=(first, second)))


def _of_a_call(rules: UplinkRules, state: Uplinks, event: HealthEvent) -> _Taken:
    """Voice speaks for the active uplink alone, and only while there is a call."""
    concerned = state.in_call and getattr(event, "uplink", "") == state.active
    return _of_one(rules, state, event) if concerned else _Taken(state)


def _bytes_counted(_rules: UplinkRules, state: Uplinks, event: BytesCounted) -> _Taken:
    uplink = state.uplinks.get(event.uplink)
    if uplink is None:
        return _Taken(state)
    use = Use(event.month_bytes, event.standby_bytes, event.month_left_s)
    words = warning(uplink.name, uplink.facts.cap_bytes, uplink.use.month_bytes, use.month_bytes)
    warned = (WarnBudget(uplink.name, words),) if words else ()
    return _Taken(state.having(replace(uplink, use=use)), warned)


def _call_started(_rules: UplinkRules, state: Uplinks, _event: CallStarted) -> _Taken:
    return _Taken(replace(state, in_call=True))


def _calls_ended(_rules: UplinkRules, state: Uplinks, _event: CallsEnded) -> _Taken:
    silent = {name: _without_voice(each) for name, each in state.uplinks.items()}
    return _Taken(replace(state, in_call=False, uplinks=silent))


def _without_voice(uplink: Uplink) -> Uplink:
    return replace(uplink, voice=None, voice_ms=NEVER, stalled_ms=None)


def _pin_changed(rules: UplinkRules, state: Uplinks, event: PinChanged) -> _Taken:
    if event.uplink and event.uplink not in state.uplinks:
        return _Taken(state)
    taken = _Taken(replace(state, pin=event.uplink))
    move = pinned(rules, taken.state)
    return _moved(rules, taken, move) if move else taken


def _time_passed(rules: UplinkRules, state: Uplinks, event: TimePassed) -> _Taken:
    at = _moment(rules, state)
    return _Taken(replace(state, uplinks={name: take(at, each, event) for name, each in state.uplinks.items()}))


TABLE: dict[type[Event], Callable[..., _Taken]] = {
    LinkChanged: _link_changed,
    ProbeAnswered: _of_one,
    ProbeFailed: _of_one,
    PortalFound: _of_one,
    ProviderApart: _of_one,
    VoiceStalled: _of_a_call,
    VoiceResumed: _of_a_call,
    VoiceMeasured: _of_a_call,
    BytesCounted: _bytes_counted,
    CallStarted: _call_started,
    CallsEnded: _calls_ended,
    PinChanged: _pin_changed,
    TimePassed: _time_passed,
}


def _moved(rules: UplinkRules, taken: _Taken, move: Move) -> _Taken:
    state = taken.state
    uplinks = {name: _without_voice(each) for name, each in state.uplinks.items()}
    target = uplinks.get(move.uplink)
    moved = replace(
        state,
        uplinks=uplinks,
        active=move.uplink,
        reason=move.reason,
        since_ms=state.now_ms,
        used=target.addresses if target else ("", ""),
        moves=recent_moves(rules, state) + (() if state.since_ms == NEVER else (state.now_ms,)),  # to begin is no move
    )
    return _Taken(moved, (*taken.actions, UseUplink(move.uplink, move.reason)))


def _paced(rules: UplinkRules, taken: _Taken) -> tuple[Uplinks, tuple[Action, ...]]:
    """Order the rates that have changed."""
    state = taken.state
    rates = {name: rate_of(rules, state, each) for name, each in state.uplinks.items()}
    orders = tuple(rate for name, rate in rates.items() if rate != state.rates.get(name))
    return (replace(state, rates=rates) if orders else state), (*taken.actions, *orders)


def wake_after_ms(state: Uplinks) -> float:
    """When TimePassed is due, so that nothing is decided late: soon while something hangs in the balance."""
    current = state.current
    if current is None or not current.usable:
        return 100
    if current.stalled_ms is not None:
        due_ms = current.stalled_ms + voice_patience_ms(current) - state.now_ms
        return max(10.0, due_ms) if due_ms > 0 else 20
    return 1000
