"""What a line is at one moment: its phase, the calls it has, and the rules it was set up with. Data only; what happens next stands in `core.line`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TypeVar

from firmware.core.actions import Action, ToneName
from firmware.core.dialing import DialRules
from firmware.core.events import Event


class Phase(Enum):
    IDLE = "idle"
    RINGING = "ringing"
    DIAL_TONE = "dial tone"
    COLLECTING = "collecting"
    CALLING = "calling"
    """The INVITE left; nothing is heard yet."""
    RINGBACK = "ringback"
    EARLY_MEDIA = "early media"
    IN_CALL = "in call"
    CONFERENCE = "conference"
    """Three-way: `call` joined last, `held.call` was there before."""
    SERVICE = "service"
    """The box itself speaks: a feature confirms, or the mailbox."""
    RELEASED = "released"
    """The call is over or never came about; a tone says why until the handset is replaced."""
    HOWLER = "howler"
    DENIED = "denied"
    """Left off hook for long: silent until the handset is replaced."""


class Pairing(Enum):
    """How the second call of a line came about, and so what the next flash and a hang-up mean."""

    CONSULTATION = "consultation"
    """The subscriber put the first on hold and dialed: a flash swaps, a hang-up connects the two (attended transfer)."""
    CONFERENCE = "conference"
    """The same, asked for as a three-way call: a flash joins the two."""
    WAITING = "waiting"
    """The second called in: a flash swaps, a hang-up lets the held one ring back."""


@dataclass(frozen=True)
class Held:
    call: str
    pairing: Pairing


@dataclass(frozen=True)
class LineState:
    """One phase and what belongs to it: `digits` while collecting and of the number called, `call` the one heard, `held` the one on hold,
    `waiting` the one that was offered meanwhile."""

    phase: Phase = Phase.IDLE
    digits: str = ""
    call: str = ""
    held: Held | None = None
    waiting: str = ""
    calls_placed: int = 0
    """Counts our own calls, so that each has a handle no other had."""

    @property
    def calls(self) -> tuple[str, ...]:
        """Every call the line has, the one heard first."""
        return tuple(call for call in (self.call, self.held.call if self.held else "", self.waiting) if call)

    def to(self, phase: Phase, digits: str = "", call: str = "") -> "LineState":
        """The same held and waiting calls in another phase."""
        return replace(self, phase=phase, digits=digits, call=call)

    def resumed(self) -> "LineState":
        """Talking to the held call again, the one heard let go."""
        held = self.held.call if self.held else ""
        return replace(self, phase=Phase.IN_CALL, digits="", call=held, held=None)

    def renamed(self, old: str, new: str) -> "LineState":
        """Another call stands in the place of `old` (RFC 3891 Replaces)."""
        held = replace(self.held, call=new) if self.held and self.held.call == old else self.held
        call, waiting = (new if each == old else each for each in (self.call, self.waiting))
        return replace(self, call=call, held=held, waiting=waiting)


class ConferenceEnd(Enum):
    """What a hang-up means for the two others of a three-way call."""

    END = "end"
    TRANSFER = "transfer"


@dataclass(frozen=True)
class Hotline:
    """A number called by lifting alone; `after_ms` leaves time to dial another (0: at once)."""

    digits: str
    after_ms: int = 0


@dataclass(frozen=True)
class LineRules:
    """The line's settings, in milliseconds."""

    line: int
    """The line's number; call handles carry it, so that no two lines ever name a call alike."""
    dialing: DialRules = field(default_factory=DialRules)
    first_digit_ms: int = 15_000
    inter_digit_ms: int = 4_000
    no_answer_ms: int = 180_000
    tone_ms: int = 20_000
    howler_ms: int = 60_000
    dial_tone: ToneName = ToneName.DIAL
    """Stutter where messages wait or a feature is on that makes the line behave unusually."""
    bearer_signal: ToneName | None = None
    """Heard before dial tone while calls go by another way than usual, or by none."""
    hotline: Hotline | None = None
    call_waiting: bool = True
    pairing: Pairing = Pairing.CONSULTATION
    """What a call placed from hold is; CONFERENCE where a flash is to join the two without being asked (Bellcore style)."""
    transfers_on_hang_up: bool = True
    conference_end: ConferenceEnd = ConferenceEnd.END

    @property
    def howls(self) -> bool:
        """Whether a handset left off is howled at; without, the tone simply ends (0 in the settings)."""
        return self.tone_ms > 0


@dataclass(frozen=True)
class LineStep:
    state: LineState
    actions: tuple[Action, ...] = ()


E = TypeVar("E", bound=Event)
Handler = Callable[[LineRules, LineState, E], LineStep]


@dataclass(frozen=True)
class Row:
    """One row of the table: what is done, and every phase it can lead to (the diagram is drawn from these)."""

    handler: Callable[..., LineStep]
    leads_to: tuple[Phase, ...]
