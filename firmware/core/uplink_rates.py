"""How often each uplink is probed: fast where a decision may depend on it, seldom where it costs. Pure."""

from firmware.core.budget import MONTH_S, standby_interval_ms
from firmware.core.uplink_choice import standing
from firmware.core.uplink_events import BEYOND, ProbeEvery
from firmware.core.uplink_samples import answers, latest_rtt_ms
from firmware.core.uplink_state import Phase, Uplink, UplinkRules, Uplinks


def rate_of(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> ProbeEvery:
    if uplink.phase is Phase.DOWN:
        return ProbeEvery(uplink.name, 0)
    active = uplink.name == state.active
    sparing = uplink.facts.metered and not (active and in_doubt(rules, state))
    pace = _active if active else _waiting
    return ProbeEvery(uplink.name, pace(rules, state, uplink), sparing)


def patience_ms(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> int:
    """How long a probe sent now may take. In doubt longer: then the answer counts more than the moment."""
    least, most = rules.patience_ms
    usual = _usual_ms(uplink)
    if uplink.name != state.active or usual is None:
        return most
    return min(max(usual, rules.doubt_patience_ms if in_doubt(rules, state) else least), most)


def _usual_ms(uplink: Uplink) -> int | None:
    """What an answer usually takes, and some; None before the first. Not by the voice, whose far end tells late of a way that has grown long; and by
    the last answers too, for a queue fills quickly."""
    latest_ms, path = latest_rtt_ms(uplink), uplink.path
    if latest_ms is None:
        return None
    if path is None:
        return round(3 * latest_ms + 100)
    return round(2 * max(path.rtt_ms, latest_ms) + 4 * path.jitter_ms + 100)


def _active(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> int:
    lonely = uplink.facts.metered and not any(each.usable for each in state.uplinks.values() if each is not uplink)
    if lonely:
        return rules.active_ms if state.in_call else rules.lonely_metered_ms
    return rules.in_call_ms if state.in_call or in_doubt(rules, state) else rules.active_ms


def _waiting(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> int:
    if in_doubt(rules, state):
        return rules.active_ms
    if uplink.facts.metered:
        return _metered(rules, state, uplink)
    current = state.working
    hoped_for = current is None or standing(uplink) < standing(current) or uplink.name == state.pin
    return rules.active_ms if hoped_for or uplink.phase is Phase.CHECKING else rules.standby_ms


def _metered(rules: UplinkRules, state: Uplinks, uplink: Uplink) -> int:
    """A new one is asked quickly until it answers or is given up, a few packets in all: the first ones often wait for the radio, and are lost."""
    if uplink.phase is Phase.CHECKING:
        return rules.active_ms
    if state.working is None:
        return rules.hopeless_metered_ms
    use, facts = uplink.use, uplink.facts
    share = facts.standby_bytes * min(1.0, use.month_left_s / MONTH_S)
    return standby_interval_ms(round(min(share, facts.standby_bytes - use.standby_bytes)), use.month_left_s, rules.round_bytes)


def in_doubt(rules: UplinkRules, state: Uplinks) -> bool:
    """The active one may be about to fail: for a short time nothing is too dear."""
    current = state.current
    if current is None or current.phase is Phase.DOWN:
        return False
    suspect = current.lost >= _round(current) or current.stalled_ms is not None or current.crossed_ms is not None
    if current.phase is Phase.GOOD:
        return suspect
    return state.now_ms - current.since_ms < rules.doubt_lasts_ms


def _round(uplink: Uplink) -> int:
    """How many probes make a round: of those beyond that answer at all; one where it is asked sparingly."""
    answering = sum(answers(uplink, target) for target in BEYOND)
    return 1 if uplink.facts.metered else max(1, answering)
