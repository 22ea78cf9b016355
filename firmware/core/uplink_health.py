"""The life of one uplink: a table from phase and event to what it is then, and why. Pure.

Usable or not is decided fast: carrier at once, silence after two rounds of probes, in a call by the missing voice. Good or poor is decided slowly, by
the rating R of `core.quality`. It knows no other uplink; which one is used is `core.uplink_choice`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from firmware.core.quality import Path, r_factor
from firmware.core.uplink_events import (
    BEYOND,
    HealthEvent,
    LinkChanged,
    PortalFound,
    ProbeAnswered,
    ProbeFailed,
    ProviderApart,
    TimePassed,
    VoiceMeasured,
    VoiceResumed,
    VoiceStalled,
)
from firmware.core.uplink_samples import answers, is_evidence, path_of, with_sample
from firmware.core.uplink_state import NEVER, Phase, Sample, Trouble, Uplink, UplinkRules, flaps_of
from firmware.core.voice_gap import stall_after_ms


@dataclass(frozen=True)
class Moment:
    """When an event is taken: `deaf` right after the machine slept, when silence proves nothing."""

    rules: UplinkRules
    now_ms: float
    deaf: bool = False
    provider_known: bool = False
    """The provider has answered on some uplink, so it is of those that answer."""


def _to(at: Moment, uplink: Uplink, phase: Phase, reason: str, trouble: Trouble = Trouble.NONE) -> Uplink:
    """Into another phase. To get worse is a flap."""
    worse = (uplink.usable and phase not in {Phase.GOOD, Phase.POOR}) or (uplink.phase, phase) == (Phase.GOOD, Phase.POOR)
    changed = replace(_flapped(at, uplink), steady_ms=at.now_ms) if worse else uplink
    return replace(changed, phase=phase, reason=reason, trouble=trouble, since_ms=at.now_ms, crossed_ms=None)


def _flapped(at: Moment, uplink: Uplink) -> Uplink:
    if at.now_ms - uplink.flapped_ms < at.rules.one_flap_ms:
        return uplink
    return replace(uplink, flaps=flaps_of(at.rules, uplink, at.now_ms) + 1, flapped_ms=at.now_ms)


def _forgotten(uplink: Uplink) -> Uplink:
    """Without what another address, or another time, had taught."""
    return replace(
        _without_samples(uplink),
        lost=0,
        answered_ms=NEVER,
        provider_ms=NEVER,
        provider_apart=False,
        gateway_answers=False,
        names_lost=0,
        voice=None,
        stalled_ms=None,
    )


def _link_changed(at: Moment, uplink: Uplink, event: LinkChanged) -> Uplink:
    has_address = bool(event.address4 or event.address6)
    if not event.up or not has_address:
        reason = "the link has no address" if event.up else "the link is down"
        return replace(_to(at, _forgotten(uplink), Phase.DOWN, reason), link=event)
    if uplink.phase is Phase.DOWN:
        return replace(_to(at, _forgotten(uplink), Phase.CHECKING, "the link is up; nobody has answered yet"), link=event)
    return replace(uplink, link=event, lost=0, provider_apart=False)


def _works(at: Moment, uplink: Uplink, event: ProbeAnswered) -> Uplink:
    """The first answer from beyond the router. What was lost before it is not held against it."""
    if event.target not in BEYOND:
        return _answered(at, uplink, event)
    known = _answered(at, _without_samples(uplink), event)
    return replace(_to(at, known, Phase.GOOD, _good_words(known)), steady_ms=at.now_ms)


def _without_samples(uplink: Uplink) -> Uplink:
    return replace(uplink, samples={}, path=None, proven=None, provider_lost=0, provider_lost_ms=NEVER)


def _answers_on(at: Moment, uplink: Uplink, event: ProbeAnswered) -> Uplink:
    return _judge(at, _answered(at, uplink, event))


def _past_the_portal(at: Moment, uplink: Uplink, event: ProbeAnswered) -> Uplink:
    """The page came as it should, or the provider itself answers: nothing is in the way. Pings alone pass many portals."""
    if event.target not in {"portal", "provider"}:
        return _answered(at, uplink, event)
    known = _answered(at, _without_samples(uplink), event)
    return replace(_to(at, known, Phase.GOOD, "the login page is gone"), steady_ms=at.now_ms)


def _answered(at: Moment, uplink: Uplink, event: ProbeAnswered) -> Uplink:
    match event.target:
        case "gateway":
            return replace(uplink, gateway_answers=True)
        case "dns":
            return replace(uplink, names_lost=0)
        case "portal":
            return uplink
        case target:
            known = with_sample(at.rules, uplink, target, Sample(at.now_ms, event.rtt_ms))
            known = replace(known, lost=0, answered_ms=at.now_ms)
            if target != "provider":
                return known
            return replace(
                known, provider_lost=0, provider_lost_ms=NEVER, provider_ms=at.now_ms, provider_known=True, provider_apart=False
            )


def _lost(at: Moment, uplink: Uplink, event: ProbeFailed) -> Uplink:
    match event.target:
        case "gateway":
            return replace(uplink, gateway_answers=False)
        case "dns":
            return replace(uplink, names_lost=uplink.names_lost + 1)
        case "portal":
            return uplink
        case _ if at.deaf:
            return uplink
        case target:
            known = with_sample(at.rules, uplink, target, Sample(at.now_ms, None))
            known = replace(known, lost=known.lost + (1 if is_evidence(known, target) else 0))
            if target != "provider":
                return known
            began_ms = known.provider_lost_ms if known.provider_lost else at.now_ms
            return replace(known, provider_lost=known.provider_lost + 1, provider_lost_ms=began_ms, provider_apart=False)


def _loses(at: Moment, uplink: Uplink, event: ProbeFailed) -> Uplink:
    return _judge(at, _lost(at, uplink, event))


def _nobody_answers(at: Moment, uplink: Uplink, event: ProbeFailed) -> Uplink:
    """Still checking: after as many probes as kill a working one we stop hoping, and go on asking."""
    known = _lost(at, uplink, event)
    return _died(at, known) if known.lost >= at.rules.dead_after else known


def _note_loss(at: Moment, uplink: Uplink, event: ProbeFailed) -> Uplink:
    known = _lost(at, uplink, event)
    return replace(known, reason=_dead_words(known)) if known.phase is Phase.DEAD else known


def _died(at: Moment, uplink: Uplink) -> Uplink:
    return _to(at, uplink, Phase.DEAD, _dead_words(uplink))


def _portal(at: Moment, uplink: Uplink, _event: PortalFound) -> Uplink:
    """Where the provider answers all the same, the page is somebody's advertisement and not in our way."""
    if not uplink.provider_lost and at.now_ms - uplink.provider_ms <= at.rules.standby_ms:
        return uplink
    return _to(at, uplink, Phase.PORTAL, "a login page stands between it and the internet")


def _apart(_at: Moment, uplink: Uplink, _event: ProviderApart) -> Uplink:
    return replace(uplink, provider_apart=True)


def _stalled(at: Moment, uplink: Uplink, event: VoiceStalled) -> Uplink:
    return _judge(at, replace(uplink, stalled_ms=at.now_ms - event.silent_ms))


def _resumed(at: Moment, uplink: Uplink, _event: VoiceResumed) -> Uplink:
    return _judge(at, replace(uplink, stalled_ms=None))


def _heard_again(_at: Moment, uplink: Uplink, _event: VoiceResumed) -> Uplink:
    """Only an answer makes it good again, but then no voice is missing any more."""
    return replace(uplink, stalled_ms=None)


def _measured(at: Moment, uplink: Uplink, event: VoiceMeasured) -> Uplink:
    voice = Path(event.loss_percent, event.jitter_ms, event.rtt_ms)
    return _judge(at, replace(uplink, voice=voice, voice_ms=at.now_ms))


def _time(at: Moment, uplink: Uplink, _event: TimePassed) -> Uplink:
    return _judge(at, uplink)


def _stay(_at: Moment, uplink: Uplink, _event: HealthEvent) -> Uplink:
    return uplink


# Judging one that works


def _judge(at: Moment, uplink: Uplink) -> Uplink:
    """Dead, poor or good, by all that is known now."""
    if uplink.lost >= at.rules.dead_after and not at.deaf:
        return _died(at, uplink)
    if _voice_proves_death(at, uplink):
        return _to(at, uplink, Phase.DEAD, f"no voice for {at.now_ms - _voice_from(uplink):.0f} ms and no probe is answered")
    return _judge_poor(at, uplink) if uplink.phase is Phase.POOR else _judge_good(at, uplink)


def _voice_from(uplink: Uplink) -> float:
    return NEVER if uplink.stalled_ms is None else uplink.stalled_ms


def voice_patience_ms(uplink: Uplink) -> float:
    """How long voice may be missing on it."""
    return stall_after_ms(uplink.voice.loss_percent, uplink.voice.jitter_ms) if uplink.voice else stall_after_ms()


def _voice_proves_death(at: Moment, uplink: Uplink) -> bool:
    """Voice is missing for longer than chance allows, and the probes are silent too. Voice alone may be the far end's."""
    if uplink.stalled_ms is None or at.deaf or at.now_ms - uplink.stalled_ms < voice_patience_ms(uplink):
        return False
    age_ms = at.now_ms - uplink.answered_ms
    if sum(answers(uplink, target) for target in BEYOND) > 1:
        return age_ms >= at.rules.answer_age_ms
    return age_ms >= at.rules.lone_answer_age_ms or uplink.answered_ms <= uplink.stalled_ms + at.rules.last_answers_ms


def _judge_good(at: Moment, uplink: Uplink) -> Uplink:
    if at.provider_known and uplink.provider_lost >= at.rules.dead_after:
        return _to(at, uplink, Phase.POOR, "the internet answers, the provider does not", Trouble.PROVIDER)
    if _voice_gone(at, uplink):
        return _to(at, uplink, Phase.POOR, "probes are answered, but no voice comes", Trouble.VOICE)
    path = path_of(uplink, at.now_ms, proven=True)
    if path is None or r_factor(path) >= at.rules.leave_r:
        return replace(uplink, crossed_ms=None, reason=_good_words(uplink))
    since_ms = at.now_ms if uplink.crossed_ms is None else uplink.crossed_ms
    if at.now_ms - since_ms < at.rules.leave_after_ms:
        return replace(uplink, crossed_ms=since_ms)
    return _to(at, uplink, Phase.POOR, _poor_words(at, path), Trouble.QUALITY)


def _voice_gone(at: Moment, uplink: Uplink) -> bool:
    """For seconds, and no other call was measured since."""
    if uplink.stalled_ms is None or at.deaf:
        return False
    measured_since = uplink.voice_ms > uplink.stalled_ms + at.rules.voice_gone_ms / 2
    return at.now_ms - uplink.stalled_ms >= at.rules.voice_gone_ms and not measured_since


def _judge_poor(at: Moment, uplink: Uplink) -> Uplink:
    path = path_of(uplink, at.now_ms)
    above = path is not None and r_factor(path) > at.rules.return_r
    if not above or (at.provider_known and uplink.provider_lost) or uplink.stalled_ms is not None:
        return replace(uplink, crossed_ms=None)
    since_ms = at.now_ms if uplink.crossed_ms is None else uplink.crossed_ms
    if at.now_ms - since_ms < at.rules.return_after_ms:
        return replace(uplink, crossed_ms=since_ms)
    return replace(_to(at, uplink, Phase.GOOD, _good_words(uplink)), steady_ms=since_ms)


def _good_words(uplink: Uplink) -> str:
    return "it works, but names are not resolved on it" if uplink.names_lost >= 3 else "it works"


def _dead_words(uplink: Uplink) -> str:
    if uplink.gateway_answers:
        return f"the router answers, nobody behind it does ({uplink.lost} probes lost)"
    return f"nobody answers, not even the router ({uplink.lost} probes lost)"


def _poor_words(at: Moment, path: Path) -> str:
    return f"R {r_factor(path):.0f}, below {at.rules.leave_r:.0f} for {at.rules.leave_after_ms / 1000:.0f} s: {path}"


_Key = tuple[Phase, type[HealthEvent]]
_UP = (Phase.CHECKING, Phase.GOOD, Phase.POOR, Phase.DEAD, Phase.PORTAL)
_WORKING = (Phase.GOOD, Phase.POOR)
_BROKEN = (Phase.DOWN, Phase.CHECKING, Phase.DEAD, Phase.PORTAL)

TABLE: dict[_Key, Callable[..., Uplink]] = {
    **{(phase, LinkChanged): _link_changed for phase in Phase},
    (Phase.CHECKING, ProbeAnswered): _works,
    (Phase.DEAD, ProbeAnswered): _works,
    (Phase.GOOD, ProbeAnswered): _answers_on,
    (Phase.POOR, ProbeAnswered): _answers_on,
    (Phase.PORTAL, ProbeAnswered): _past_the_portal,
    (Phase.CHECKING, ProbeFailed): _nobody_answers,
    (Phase.DEAD, ProbeFailed): _note_loss,
    (Phase.PORTAL, ProbeFailed): _note_loss,
    **{(phase, ProbeFailed): _loses for phase in _WORKING},
    **{(phase, PortalFound): _portal for phase in (Phase.CHECKING, Phase.GOOD, Phase.POOR, Phase.DEAD)},
    **{(phase, ProviderApart): _apart for phase in _UP},
    **{(phase, VoiceStalled): _stalled for phase in _WORKING},
    **{(phase, VoiceResumed): _resumed for phase in _WORKING},
    **{(phase, VoiceResumed): _heard_again for phase in _BROKEN},
    **{(phase, VoiceMeasured): _measured for phase in _WORKING},
    **{(phase, TimePassed): _time for phase in _WORKING},
}

IGNORED: frozenset[_Key] = frozenset(
    {
        # Answers, timeouts and pages that were under way when the link went.
        (Phase.DOWN, ProbeAnswered),
        (Phase.DOWN, ProbeFailed),
        (Phase.DOWN, PortalFound),
        (Phase.DOWN, ProviderApart),
        # Known already.
        (Phase.PORTAL, PortalFound),
        # Voice of a call that is about to leave, and time that changes nothing: only an answer does.
        *((phase, kind) for phase in _BROKEN for kind in (VoiceStalled, VoiceMeasured, TimePassed)),
    }
)


def take(at: Moment, uplink: Uplink, event: HealthEvent) -> Uplink:
    """What the uplink is after the event. Total: every pair stands in TABLE or IGNORED."""
    key: _Key = (uplink.phase, type(event))
    return _stay(at, uplink, event) if key in IGNORED else TABLE[key](at, uplink, event)
