"""The second contact at the registrar, by an uplink that waits: which uplink it is kept for, whether the registrar kept both, when to try again. Pure.

A contact is worth having only where calls sent to it arrive: its uplink works, and the router's hole is knocked at often enough to stay open. So a
metered uplink holds none unless its standby budget bears that. It knows neither REGISTER nor who sends it.
"""

from collections.abc import Collection

from firmware.core.uplink_choice import in_order
from firmware.core.uplink_state import Uplink, UplinkRules, Uplinks, flaps_of, settle_ms

_CALM_MS = 2_000
"""What has just come up may go again at once: a plug bounces, a radio finds its way."""

_KNOCK_BYTES, _KNOCKS_AN_HOUR = 44, 150
"""An empty line each 24 s, with the headers of Ethernet, IP and UDP."""

_REGISTER_BYTES = 2_000
"""One registration of an hour: asked, challenged, asked again, answered."""

MONTH_BYTES = 31 * 24 * (_KNOCK_BYTES * _KNOCKS_AN_HOUR + _REGISTER_BYTES)
"""What a contact costs: 6.4 MB, more than the usual budget for all that waiting takes."""

_REFUSED_MS, _UNANSWERED_MS = 3_600_000, 30_000
_LONGEST_MS = 3_600_000


def contact_holder(rules: UplinkRules, state: Uplinks, holder: str) -> str:
    """The uplink that should hold the second contact, "" for none: the best of those that wait. `holder` is the one that has it now, which need
    not have been calm."""
    active = state.current
    if active is None:
        return ""
    for each in in_order(state):
        fits = each.name != active.name and not _share_address(each, active) and _affordable(each)
        if fits and (each.name == holder or _is_calm(rules, state, each)):
            return each.name
    return ""


def _share_address(one: Uplink, other: Uplink) -> bool:
    """Two routers may give the same address; a socket there is one and the same, and sends by the active uplink."""
    return any(mine and mine == theirs for mine, theirs in zip(one.addresses, other.addresses, strict=True))


def _is_calm(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> bool:
    return state.now_ms - uplink.steady_ms >= max(_CALM_MS, settle_ms(rules, flaps_of(rules, uplink, state.now_ms)))


def _affordable(uplink: Uplink) -> bool:
    """Where bytes cost, half of the budget must do: the rest is for the probes (`core.budget`)."""
    budget, use = uplink.facts.standby_bytes, uplink.use
    return not uplink.facts.metered or (not uplink.over_cap and budget / 2 >= MONTH_BYTES and use.standby_bytes < budget)


def displaced(before: Collection[str], now: Collection[str], own: Collection[str], left: Collection[str]) -> str:
    """Why the second contact must go although the registrar took it, or "". `before` and `now` are the contacts it listed without and with it, `own`
    those of the account itself, `left` those we had it take away. A registrar that lists nothing is believed."""
    lost = sorted(set(before) - set(now) - set(left)) if now else []
    if not lost:
        return ""
    return "the server keeps one contact of this account" if lost[0] in own else f"the server gave up {lost[0]} for it"


def patience_ms(failures: int, chance: float, *, answered: bool) -> int:
    """How long to do without after a failure; `chance` in 0..1. A registrar that says no is asked again no sooner than in an hour."""
    longest_ms = _REFUSED_MS if answered else min(_LONGEST_MS, _UNANSWERED_MS * 2 ** min(failures, 16))
    return int(longest_ms * (1 + chance / 4))
