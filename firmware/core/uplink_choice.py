"""Which uplink is used: the best that works, by the user's pin, the owner's priority, what it costs, and how long it has been calm. Pure.

Fast away from what is dead, slowly back to what was. In a call it only gets away, never back. Every answer carries its reason in words.
"""

from collections.abc import Callable
from dataclasses import dataclass

from firmware.core.uplink_state import (
    Phase,
    Trouble,
    Uplink,
    UplinkRules,
    Uplinks,
    flaps_of,
    give_up_ms,
    hold_ms,
    settle_ms,
)

_KINDS = ("ethernet", "wifi", "cellular")


@dataclass(frozen=True)
class Move:
    uplink: str
    reason: str


Place = tuple[int, bool, int, str]


def standing(uplink: Uplink) -> Place:
    """The owner's order: priority, then cost, then the wire before the air. Lower comes first."""
    return (uplink.facts.priority, uplink.facts.metered, _KINDS.index(uplink.facts.kind), uplink.name)


def rank(state: Uplinks, uplink: Uplink) -> tuple[int, Place]:
    """Among those that work: the pinned one, the good, the poor, those over their monthly limit, those that lead to no provider; within these the
    owner's order."""
    if uplink.provider_apart:
        return (4, standing(uplink))
    if uplink.name == state.pin:
        return (0, standing(uplink))
    if uplink.over_cap:
        return (3, standing(uplink))
    return (2 if uplink.phase is Phase.POOR else 1, standing(uplink))


def in_order(state: Uplinks) -> list[Uplink]:
    """Those that work, best first."""
    return sorted((each for each in state.uplinks.values() if each.usable), key=lambda each: rank(state, each))


def may_move(rules: UplinkRules, state: Uplinks, spare: int = 0) -> bool:
    """Whether another move is allowed this minute, `spare` more being left for what may follow."""
    return len(recent_moves(rules, state)) + spare < rules.most_moves


def recent_moves(rules: UplinkRules, state: Uplinks) -> tuple[float, ...]:
    return tuple(at_ms for at_ms in state.moves if state.now_ms - at_ms < rules.moves_within_ms)


def decide(rules: UplinkRules, state: Uplinks) -> Move | None:
    """Where to move now; None to stay."""
    if not may_move(rules, state):
        return None
    for rule in _RULES:
        move = rule(rules, state)
        if move:
            return move
    return None


def _begin(rules: UplinkRules, state: Uplinks) -> Move | None:
    """None is used: take the best, whatever it did before."""
    works = in_order(state) if not state.current else []
    if not works or _better_one_comes(rules, state, works[0]):
        return None
    return Move(works[0].name, f"{works[0].name} works{_beside(state, works[0])}")


def _better_one_comes(rules: UplinkRules, state: Uplinks, best: Uplink) -> bool:
    """At a start all get their addresses at about the same time; the quickest answer need not win."""
    hopes = (each for each in state.uplinks.values() if each.phase is Phase.CHECKING and standing(each) < standing(best))
    return state.now_ms - best.steady_ms < rules.first_ms and any(state.now_ms - each.since_ms < rules.first_ms for each in hopes)


def _beside(state: Uplinks, taken: Uplink) -> str:
    """Why not the one that would come first."""
    ahead = [each for each in state.uplinks.values() if not each.serves and standing(each) < standing(taken)]
    return f"; {ahead[0].name}: {ahead[0].words}" if ahead else ""


def _get_away(rules: UplinkRules, state: Uplinks) -> Move | None:
    """The active one is unusable: to the best that holds, or admit that there is none. One that leads to no provider is better than nothing, but no
    place to take a call to."""
    current = state.current
    if current is None or current.serves:
        return None
    works = [
        each
        for each in in_order(state)
        if _settled(rules, state, each) and (each.serves or not (state.in_call or current.usable))
    ]
    if works:
        return Move(works[0].name, f"{current.name}: {current.words}; {works[0].name} works")
    waited_ms = state.now_ms - current.since_ms
    nothing = not in_order(state) and waited_ms >= give_up_ms(rules, current.flaps)
    return Move("", f"no uplink works; {current.name}: {current.reason}") if nothing and may_move(rules, state, 1) else None


def _settled(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> bool:
    return state.now_ms - uplink.steady_ms >= settle_ms(rules, flaps_of(rules, uplink, state.now_ms))


def _follow_address(_rules: UplinkRules, state: Uplinks) -> Move | None:
    """The active one has another address than it was taken with; one more (IPv6 came later) changes nothing."""
    current = state.working
    if current is None or all(old in {"", new} for old, new in zip(state.used, current.addresses, strict=True)):
        return None
    return Move(current.name, f"the address of {current.name} changed to {' and '.join(filter(None, current.addresses))}")


def _leave_poor(rules: UplinkRules, state: Uplinks) -> Move | None:
    """From a poor one to a good one. In a call only onwards: to return would be a second break for the same trouble."""
    current = state.working
    if current is None or current.phase is not Phase.POOR or current.name == state.pin:
        return None
    if state.in_call and current.trouble is Trouble.PROVIDER:
        return None  # the voice still flows
    for each in in_order(state):
        better = each.phase is Phase.GOOD and not each.over_cap and _trusted(rules, state, each) and _proven(current, each)
        if better and (not state.in_call or standing(each) > standing(current)):
            return Move(each.name, f"{current.name} is poor: {current.reason}; {each.name} is good")
    return None


def _trusted(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> bool:
    return state.now_ms - uplink.steady_ms >= hold_ms(rules, flaps_of(rules, uplink, state.now_ms))


def _proven(current: Uplink, other: Uplink) -> bool:
    """A provider that answers nobody is no uplink's fault: it must still be silent here, and the other have reached it since."""
    if current.trouble is not Trouble.PROVIDER:
        return True
    return current.provider_lost > 0 and other.provider_ms > current.provider_lost_ms


def _come_back(rules: UplinkRules, state: Uplinks) -> Move | None:
    """Idle: to a better one that has been calm."""
    current = state.working
    if current is None or state.in_call:
        return None
    for each in in_order(state):
        if rank(state, each) < rank(state, current) and left_ms(rules, state, each) <= 0 and _worth_it(state, current, each):
            return Move(each.name, _back_words(rules, state, current, each))
    return None


def _worth_it(state: Uplinks, current: Uplink, better: Uplink) -> bool:
    """One that comes later in the owner's order is only better because this one is poor: that must be proven."""
    return better.name == state.pin or current.over_cap or standing(better) < standing(current) or _proven(current, better)


def calm_ms(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> float:
    """How long it must have worked without trouble before we come back to it."""
    return max(rules.calm_ms, hold_ms(rules, flaps_of(rules, uplink, state.now_ms)))


def left_ms(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> float:
    """How much of that is left."""
    return calm_ms(rules, state, uplink) - (state.now_ms - uplink.steady_ms)


def _back_words(rules: UplinkRules, state: Uplinks, current: Uplink, better: Uplink) -> str:
    if better.name == state.pin:
        return f"{better.name} is the one you chose and works again"
    if current.over_cap:
        return f"{current.name} has used up its month; {better.name} works"
    if current.phase is Phase.POOR and better.phase is Phase.GOOD:
        return f"{current.name} is poor: {current.reason}; {better.name} is good"
    return f"{better.name} comes before {current.name} and has been calm for {calm_ms(rules, state, better) / 1000:.0f} s"


_RULES: tuple[Callable[[UplinkRules, Uplinks], Move | None], ...] = (_begin, _get_away, _follow_address, _leave_poor, _come_back)


def pinned(rules: UplinkRules, state: Uplinks) -> Move | None:
    """What the user's word means at the moment it is given: go there at once, call or not, if it works."""
    wanted = state.uplinks.get(state.pin)
    if wanted is None or not wanted.usable or wanted.name == state.active or not may_move(rules, state):
        return None
    return Move(wanted.name, f"you chose {wanted.name}")


def explain(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> str:
    """Why it is used, or why not, in words."""
    if uplink.name == state.active:
        return uplink.words if not uplink.serves or uplink.phase is Phase.POOR else state.reason
    current = state.working
    if not uplink.serves or current is None or rank(state, uplink) >= rank(state, current):
        return _waiting_words(uplink)
    if state.in_call:
        return f"{uplink.reason}; not before the call ends"
    wait_s = max(0.0, left_ms(rules, state, uplink)) / 1000
    flaps = flaps_of(rules, uplink, state.now_ms)
    failed = f", for it failed {flaps} time{'s' if flaps > 1 else ''}" if flaps else ""
    return f"{uplink.reason}; used again after {calm_ms(rules, state, uplink) / 1000:.0f} s of calm{failed}: {wait_s:.0f} s to go"


def _waiting_words(uplink: Uplink) -> str:
    return f"{uplink.words}, and its month is used up" if uplink.over_cap else uplink.words
