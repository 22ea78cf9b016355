"""What the lamps of the box show: its condition turned into one pattern a lamp, by a table. Pure; it knows no pin and starts no timer."""

from dataclasses import dataclass
from enum import Enum


class Lamp(Enum):
    POWER = "power"
    LINE = "line"
    UPLINK = "uplink"
    MESSAGE = "message"


class Pattern(Enum):
    """How a lamp behaves; `STEPS` says for how long it is lit and dark."""

    DARK = "dark"
    LIT = "lit"
    BREATHING = "breathing"
    SLOW = "slow"
    FAST = "fast"
    TWICE = "twice"
    WINK = "wink"


STEPS: dict[Pattern, tuple[int, ...]] = {
    Pattern.DARK: (),
    Pattern.LIT: (),
    Pattern.BREATHING: (1500, 1500),
    Pattern.SLOW: (500, 500),
    Pattern.FAST: (125, 125),
    Pattern.TWICE: (120, 130, 120, 1130),
    Pattern.WINK: (1900, 100),
}
"""Lit, dark, lit, dark in milliseconds, again and again; none for the two that stay. Our choice: slow enough to be counted, each unlike the others."""


class Health(Enum):
    """The box as a whole."""

    BOOTING = "booting"
    WORKING = "working"
    FAULT = "fault"
    UPDATING = "updating"


class Reach(Enum):
    """Whether and how the world is reached."""

    NONE = "no uplink"
    REGISTERING = "registering"
    READY = "ready"
    CELLULAR = "cellular in use"


class LineUse(Enum):
    ON_HOOK = "on hook"
    OFF_HOOK = "off hook"
    RINGING = "ringing"


@dataclass(frozen=True)
class Condition:
    """Everything the lamps tell. `line` is the busiest of several, `messages` whether new ones wait."""

    health: Health = Health.BOOTING
    reach: Reach = Reach.NONE
    line: LineUse = LineUse.ON_HOOK
    messages: bool = False


Shown = dict[Lamp, Pattern]

_POWER = {
    Health.BOOTING: Pattern.SLOW,
    Health.WORKING: Pattern.LIT,
    Health.FAULT: Pattern.FAST,
    Health.UPDATING: Pattern.BREATHING,
}
_UPLINK = {
    Reach.NONE: Pattern.FAST,
    Reach.REGISTERING: Pattern.SLOW,
    Reach.READY: Pattern.LIT,
    Reach.CELLULAR: Pattern.TWICE,
}
_LINE = {LineUse.ON_HOOK: Pattern.DARK, LineUse.OFF_HOOK: Pattern.LIT, LineUse.RINGING: Pattern.FAST}
_MESSAGE = {False: Pattern.DARK, True: Pattern.SLOW}


def show(condition: Condition) -> Shown:
    """One pattern for each lamp. While the box starts only its power lamp speaks: the others know nothing yet."""
    if condition.health is Health.BOOTING:
        return {lamp: _POWER[condition.health] if lamp is Lamp.POWER else Pattern.DARK for lamp in Lamp}
    return {
        Lamp.POWER: _POWER[condition.health],
        Lamp.LINE: _LINE[condition.line],
        Lamp.UPLINK: _UPLINK[condition.reach],
        Lamp.MESSAGE: _MESSAGE[condition.messages],
    }


IDENTIFY: Shown = dict.fromkeys(Lamp, Pattern.FAST)
"""Which of several boxes is this one?"""


def countdown(seconds_left: int) -> Shown:
    """Before everything is forgotten the lamps go out one by one; letting go of the button cancels it."""
    lamps = list(Lamp)
    lit = max(0, min(len(lamps), -(-seconds_left * len(lamps) // COUNTDOWN_S)))
    return {lamp: Pattern.FAST if at < lit else Pattern.DARK for at, lamp in enumerate(lamps)}


COUNTDOWN_S = 7
"""From the third second of the press to the tenth."""
