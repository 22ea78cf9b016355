"""Reads a scenario in telephone words (`.call`): text to steps, one a line, each with its line number. Pure: plays nothing.

```
LIFT                              REPLACE                     FLASH
DIAL 600                          DIAL 600 PULSE              SAY hello.wav              WAIT 2
HEAR dial                         HEAR ringback WITHIN 5      (any name the ear knows)
HEAR tone 440 WITHIN 5            HEAR dtmf 123
EXPECT ringing WITHIN 5           EXPECT quiet
EXPECT caller 87001234567         EXPECT cadence 1000 4000    # a comment
```
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from hal.errors import ScriptInvalid

TONE_NAMES = ("dial", "ringback", "busy", "congestion", "special", "stutter", "howler", "call_waiting", "silence", "voice")
"""What `hal.sim.ear` may answer."""

WITHIN_S = 10.0
"""How long a step waits when the scenario does not say."""

MOST_WITHIN_S = 600.0


@dataclass(frozen=True)
class Step:
    """One line of a scenario."""

    line: int


@dataclass(frozen=True)
class Lift(Step):
    pass


@dataclass(frozen=True)
class Replace(Step):
    pass


@dataclass(frozen=True)
class Flash(Step):
    pass


@dataclass(frozen=True)
class Dial(Step):
    digits: str
    pulse: bool


@dataclass(frozen=True)
class Say(Step):
    file: str


@dataclass(frozen=True)
class Wait(Step):
    seconds: float


@dataclass(frozen=True)
class HearName(Step):
    """Hear a tone of the exchange, a voice or silence."""

    name: str
    within_s: float


@dataclass(frozen=True)
class HearTone(Step):
    hz: float
    within_s: float


@dataclass(frozen=True)
class HearDtmf(Step):
    digits: str
    within_s: float


@dataclass(frozen=True)
class ExpectRinging(Step):
    """The telephone rings, or (`ringing` false) is quiet."""

    ringing: bool
    within_s: float


@dataclass(frozen=True)
class ExpectCaller(Step):
    number: str
    within_s: float


@dataclass(frozen=True)
class ExpectCadence(Step):
    cadence_ms: tuple[int, ...]
    within_s: float


def parse_script(text: str) -> list[Step]:
    """The steps of a scenario. Raises ScriptInvalid with one sentence for each wrong line."""
    steps: list[Step] = []
    mistakes: list[str] = []
    for number, written in enumerate(text.splitlines(), start=1):
        words = re.sub(r"(^|\s)#.*", "", written).split()
        if words:
            try:
                steps.append(_step(number, words[0], words[1:]))
            except ScriptInvalid as mistake:
                mistakes.append(f"Line {number}: {mistake}")
    if mistakes:
        raise ScriptInvalid("\n".join(mistakes))
    return steps


def _step(line: int, verb: str, words: list[str]) -> Step:
    read = _VERBS.get(verb)
    if read is None:
        raise ScriptInvalid(f"{verb} is no step; the steps are {', '.join(_VERBS)}.")
    return read(line, words)


def _alone(kind: type[Step], verb: str) -> Callable[[int, list[str]], Step]:
    """A step without words after it."""

    def read(line: int, words: list[str]) -> Step:
        if words:
            raise ScriptInvalid(f"{verb} stands alone, without {' '.join(words)!r}.")
        return kind(line)

    return read


def _dial(line: int, words: list[str]) -> Step:
    match words:
        case [digits]:
            return Dial(line, _checked(digits, r"[0-9*#A-D]+", "DIAL needs digits from 0 to 9, *, # or A to D"), pulse=False)
        case [digits, "PULSE"]:
            return Dial(line, _checked(digits, r"[0-9]+", "DIAL ... PULSE needs digits from 0 to 9"), pulse=True)
    raise ScriptInvalid("DIAL needs digits, and PULSE after them for a rotary dial, as in DIAL 600.")


def _say(line: int, words: list[str]) -> Step:
    if not words:
        raise ScriptInvalid("SAY needs a sound file, as in SAY hello.wav.")
    return Say(line, " ".join(words))


def _wait(line: int, words: list[str]) -> Step:
    if len(words) != 1:
        raise ScriptInvalid("WAIT needs seconds, as in WAIT 2.")
    return Wait(line, _number(words[0], "WAIT", 0.0, MOST_WITHIN_S, "seconds"))


def _hear(line: int, words: list[str]) -> Step:
    what, within_s = _within(words)
    match what:
        case ["tone", hz]:
            return HearTone(line, _number(hz, "HEAR tone", 60, 3900, "Hz"), within_s)
        case ["dtmf", digits]:
            return HearDtmf(
                line, _checked(digits, r"[0-9*#A-D]+", "HEAR dtmf needs digits from 0 to 9, *, # or A to D"), within_s
            )
        case [name] if name in TONE_NAMES:
            return HearName(line, name, within_s)
    raise ScriptInvalid(f"HEAR needs tone HZ, dtmf DIGITS or one of {', '.join(TONE_NAMES)}, not {' '.join(what) or 'nothing'}.")


def _expect(line: int, words: list[str]) -> Step:
    what, within_s = _within(words)
    match what:
        case ["ringing" | "quiet" as state]:
            return ExpectRinging(line, state == "ringing", within_s)
        case ["caller", number]:
            return ExpectCaller(line, number, within_s)
        case ["cadence", _, *_]:
            return ExpectCadence(
                line, tuple(round(_number(word, "EXPECT cadence", 10, 60_000, "ms")) for word in what[1:]), within_s
            )
    raise ScriptInvalid(f"EXPECT needs ringing, quiet, caller NUMBER or cadence MS MS, not {' '.join(what) or 'nothing'}.")


def _within(words: list[str]) -> tuple[list[str], float]:
    """Split WITHIN and its seconds from the end."""
    if "WITHIN" not in words:
        return words, WITHIN_S
    at = words.index("WITHIN")
    if len(words) != at + 2:
        raise ScriptInvalid("WITHIN needs seconds and stands last, as in WITHIN 5.")
    return words[:at], _number(words[at + 1], "WITHIN", 0.1, MOST_WITHIN_S, "seconds")


def _number(word: str, what: str, low: float, high: float, unit: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", word) or not low <= float(word) <= high:
        raise ScriptInvalid(f"{what} needs {low:g} to {high:g} {unit}, not {word}.")
    return float(word)


def _checked(word: str, pattern: str, wanted: str) -> str:
    if not re.fullmatch(pattern, word):
        raise ScriptInvalid(f"{wanted}, not {word}.")
    return word


_VERBS: dict[str, Callable[[int, list[str]], Step]] = {
    "LIFT": _alone(Lift, "LIFT"),
    "REPLACE": _alone(Replace, "REPLACE"),
    "FLASH": _alone(Flash, "FLASH"),
    "DIAL": _dial,
    "HEAR": _hear,
    "SAY": _say,
    "EXPECT": _expect,
    "WAIT": _wait,
}
