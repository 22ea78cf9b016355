"""Uplinks as plain data for the status, the page and the watchers of the control socket. It only reads."""

from collections.abc import Mapping

from firmware.core.budget import near_the_cap
from firmware.core.quality import mos, r_factor
from firmware.core.uplink_choice import explain, in_order
from firmware.core.uplink_samples import path_of
from firmware.core.uplink_state import Phase, Uplink, UplinkRules, Uplinks
from firmware.network.link_state import LinkState

Json = dict[str, object]

_STATES = {Phase.PORTAL: "portal", Phase.POOR: "poor", Phase.GOOD: "standby"}


def as_json(rules: UplinkRules, state: Uplinks, links: Mapping[str, LinkState]) -> list[Json]:
    """The best first, those that do not work after them."""
    works = in_order(state)
    rest = [each for each in state.uplinks.values() if not each.usable]
    return [_row(rules, state, each, links.get(each.name, LinkState(each.name))) for each in (*works, *rest)]


def active_json(state: Uplinks, since: str) -> Json:
    current = state.current
    works = current is not None and current.usable
    reason = state.reason if works or current is None else f"{current.name}: {current.reason}"
    return {"active": state.active, "works": works, "reason": reason, "since": since, "pin": state.pin}


def _row(rules: UplinkRules, state: Uplinks, uplink: Uplink, link: LinkState) -> Json:
    path = path_of(uplink, state.now_ms) if uplink.usable else None
    r = r_factor(path) if path else None
    return {
        "name": uplink.name,
        "kind": uplink.facts.kind,
        "state": _state(state, uplink),
        "address": link.address4 or link.address6,
        "gateway": link.gateway4 or link.gateway6,
        "rtt_ms": round(path.rtt_ms, 1) if path else None,
        "loss_percent": round(path.loss_percent, 1) if path else None,
        "jitter_ms": round(path.jitter_ms, 1) if path else None,
        "r_factor": round(r) if r is not None else None,
        "mos": round(mos(r), 1) if r is not None else None,
        "reason": explain(rules, state, uplink),
        "metered": uplink.facts.metered,
        "month_bytes": uplink.use.month_bytes,
        "standby_bytes": uplink.use.standby_bytes,
        "cap_bytes": uplink.facts.cap_bytes,
        "warning": near_the_cap(uplink.name, uplink.facts.cap_bytes, uplink.use.month_bytes),
        "signal_dbm": link.signal_dbm,
    }


def _state(state: Uplinks, uplink: Uplink) -> str:
    if uplink.name == state.active and uplink.phase is Phase.GOOD:
        return "active"
    return _STATES.get(uplink.phase, "down")
