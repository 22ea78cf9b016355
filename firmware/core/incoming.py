"""What becomes of a call that comes in: screened before the first ring, then rung, announced, sent on, answered by the mailbox, or refused.

Pure: who calls and how the lines are goes in, one decision with its reason in words comes out. It knows no SIP and starts no timer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Forwarding(Enum):
    ALL = "all"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class LineServices:
    """What the subscriber switched on by star codes or on the page, for one line."""

    do_not_disturb: bool = False
    forwards: Mapping[Forwarding, str] = field(default_factory=dict)
    call_waiting: bool = True
    hides_number: bool = False
    rejects_anonymous: bool = False


class Ability(Enum):
    """What a line can do with one more call."""

    RING = "ring"
    WAIT = "announce a second call"
    BUSY = "busy"
    LEFT_OFF = "the handset is left off"


@dataclass(frozen=True)
class Candidate:
    """A line the called account rings on."""

    line: int
    ability: Ability
    services: LineServices = LineServices()


class Treatment(Enum):
    """What a rule does with a caller."""

    RING = "ring"
    REJECT = "reject"
    VOICEMAIL = "voicemail"


class NightCallers(Enum):
    ALL = "all"
    CONTACTS = "contacts"
    VIP = "vip"


@dataclass(frozen=True)
class Calling:
    """Who calls: `number` in every form it may be listed under (as sent, E.164), empty when withheld."""

    forms: frozenset[str] = frozenset()
    withheld: bool = False
    known: bool = False
    vip: bool = False


@dataclass(frozen=True)
class ScreeningRules:
    """`block` and `allow` are whole numbers or how they begin; `blocked_callers` whole numbers (by star code)."""

    anonymous: Treatment = Treatment.RING
    unknown: Treatment = Treatment.RING
    block: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    blocked_callers: frozenset[str] = frozenset()
    rejects_anonymous: bool = False
    night: bool = False
    night_callers: NightCallers = NightCallers.CONTACTS


@dataclass(frozen=True)
class Screened:
    treatment: Treatment
    reason: str = ""


LET_IN = Screened(Treatment.RING)


def screen(rules: ScreeningRules, calling: Calling) -> Screened:
    """The verdict before the bell; the first that fits counts, and the allow list counts before all."""
    if _listed(calling, rules.allow):
        return LET_IN
    return next((screened for screened in _objections(rules, calling) if screened.treatment is not Treatment.RING), LET_IN)


def _objections(rules: ScreeningRules, calling: Calling) -> Iterator[Screened]:
    """Every rule that fits the caller, in the order in which they count."""
    if calling.forms & rules.blocked_callers or _listed(calling, rules.block):
        yield Screened(Treatment.REJECT, "the caller is on the block list")
    if calling.withheld:
        treatment = Treatment.REJECT if rules.rejects_anonymous else rules.anonymous
        yield Screened(treatment, "callers without a number are turned away")
    if not calling.known:
        yield Screened(rules.unknown, "the caller is not in the phone book")
    if rules.night and not _rings_at_night(rules.night_callers, calling):
        yield Screened(Treatment.VOICEMAIL, "it is night, and the caller is not let through")


def _listed(calling: Calling, prefixes: Sequence[str]) -> bool:
    return any(form.startswith(prefix) for form in calling.forms for prefix in prefixes)


def _rings_at_night(who: NightCallers, calling: Calling) -> bool:
    match who:
        case NightCallers.ALL:
            return True
        case NightCallers.CONTACTS:
            return calling.known
        case NightCallers.VIP:
            return calling.vip


class MailboxWhen(Enum):
    """When a mailbox answers."""

    NO_ANSWER = "no-answer"
    BUSY = "busy"
    DO_NOT_DISTURB = "do-not-disturb"


@dataclass(frozen=True)
class Ring:
    """Ring these lines, or announce the call on one; what follows when nobody answers."""

    lines: tuple[int, ...]
    forward_to: str = ""
    mailbox: bool = False


@dataclass(frozen=True)
class Forward:
    number: str
    why: Forwarding


@dataclass(frozen=True)
class Refuse:
    """`status` is the SIP answer."""

    status: int
    reason: str


@dataclass(frozen=True)
class ToMailbox:
    reason: str


Decision = Ring | Forward | Refuse | ToMailbox


def decide(
    screened: Screened, candidates: Sequence[Candidate], *, vip: bool = False, answers: frozenset[MailboxWhen] = frozenset()
) -> Decision:
    """Where the call goes. `answers` is empty where the account has no mailbox; `candidates` are never none."""
    match screened.treatment:
        case Treatment.REJECT:
            return Refuse(603, screened.reason)
        case Treatment.VOICEMAIL:
            return ToMailbox(screened.reason) if answers else Refuse(480, screened.reason)
        case Treatment.RING:
            return _let_in([each for each in candidates if vip or not each.services.do_not_disturb], candidates, answers)


def _let_in(awake: Sequence[Candidate], candidates: Sequence[Candidate], answers: frozenset[MailboxWhen]) -> Decision:
    sent_on = _forward(awake or candidates, Forwarding.ALL)
    staying = [each for each in awake if Forwarding.ALL not in each.services.forwards]
    if not staying and sent_on:
        return sent_on
    if not staying:
        return _or_mailbox(MailboxWhen.DO_NOT_DISTURB, answers, Refuse(486, "do not disturb is on"))
    return _ring(staying, answers) or _busy(staying, answers)


def _ring(candidates: Sequence[Candidate], answers: frozenset[MailboxWhen]) -> Ring | None:
    free = tuple(each.line for each in candidates if each.ability is Ability.RING)
    waiting = tuple(each.line for each in candidates if each.ability is Ability.WAIT and each.services.call_waiting)
    lines = free or waiting[:1]
    later = _forward(candidates, Forwarding.NO_ANSWER)
    return Ring(lines, later.number if later else "", MailboxWhen.NO_ANSWER in answers) if lines else None


def _busy(candidates: Sequence[Candidate], answers: frozenset[MailboxWhen]) -> Decision:
    if all(each.ability is Ability.LEFT_OFF for each in candidates):
        unreachable = _forward(candidates, Forwarding.UNREACHABLE)
        if unreachable:
            return unreachable
    return _forward(candidates, Forwarding.BUSY) or _or_mailbox(MailboxWhen.BUSY, answers, Refuse(486, "the line was busy"))


def _forward(candidates: Sequence[Candidate], why: Forwarding) -> Forward | None:
    number = next((each.services.forwards[why] for each in candidates if each.services.forwards.get(why)), "")
    return Forward(number, why) if number else None


def _or_mailbox(when: MailboxWhen, answers: frozenset[MailboxWhen], otherwise: Refuse) -> Decision:
    return ToMailbox(otherwise.reason) if when in answers else otherwise
