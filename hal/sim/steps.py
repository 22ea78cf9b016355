"""The steps of a scenario in telephone words, as data: what the person does, hears and sees. `hal.sim.script` reads them, others play them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One line of a scenario. `telephone` is the line it is for (LINE 2 ...), 0: the one the player was started for."""

    line: int
    telephone: int = field(default=0, kw_only=True)


@dataclass(frozen=True)
class Lift(Step):
    pass


@dataclass(frozen=True)
class Replace(Step):
    pass


@dataclass(frozen=True)
class Flash(Step):
    """Press the cradle for a moment."""


@dataclass(frozen=True)
class Dial(Step):
    """`pps` 0: the usual speed of a rotary dial."""

    digits: str
    pulse: bool
    pps: float = 0.0


@dataclass(frozen=True)
class Say(Step):
    file: str


@dataclass(frozen=True)
class SayTone(Step):
    hz: float
    seconds: float


@dataclass(frozen=True)
class Wait(Step):
    seconds: float


@dataclass(frozen=True)
class Hear(Step):
    """Something to be heard at the receiver."""

    within_s: float


@dataclass(frozen=True)
class HearName(Hear):
    """Hear a tone of the exchange, a voice, speech, music or silence."""

    name: str


@dataclass(frozen=True)
class HearTone(Hear):
    hz: float


@dataclass(frozen=True)
class HearDtmf(Hear):
    digits: str


@dataclass(frozen=True)
class HearNot(Step):
    """Listen for `for_s` and hear nothing of the kind."""

    what: HearName | HearTone
    for_s: float


@dataclass(frozen=True)
class Expect(Step):
    """Something to be seen at the telephone."""

    within_s: float


@dataclass(frozen=True)
class ExpectRinging(Expect):
    """The telephone rings, or (`ringing` false) is quiet."""

    ringing: bool


@dataclass(frozen=True)
class ExpectNoRing(Step):
    """The telephone does not ring for this long."""

    for_s: float


@dataclass(frozen=True)
class ExpectCaller(Expect):
    """The display shows this number, and this name if one is given; `waiting`: of a second caller, during a call."""

    number: str
    name: str = ""
    waiting: bool = False


@dataclass(frozen=True)
class ExpectCadence(Expect):
    cadence_ms: tuple[int, ...]


@dataclass(frozen=True)
class ExpectLamp(Expect):
    """The lamp for messages is lit or dark."""

    lit: bool


@dataclass(frozen=True)
class ExpectPolarity(Expect):
    """The pair is `normal` or `reversed`."""

    polarity: str


@dataclass(frozen=True)
class ExpectCut(Expect):
    """The exchange cut the current of the lifted telephone for a moment."""
