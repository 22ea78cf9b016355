"""Reads a scenario in telephone words (`.call`): text to steps, one a line, each with its line number. Pure: plays nothing.

The words stand in docs/scenarios.md. A player with more to offer than a telephone gives its own readers (`more`).
"""

import re
from collections.abc import Callable, Mapping

from hal.errors import ScriptInvalid
from hal.sim import steps
from hal.sim.steps import Step

EXCHANGE_NAMES = (
    "dial", "ringback", "busy", "congestion", "special", "stutter", "howler", "call_waiting", "confirmation", "holding", "record",
    "silence", "voice",
)  # fmt: skip
"""What `hal.sim.ear` may answer."""

TONE_NAMES = (*EXCHANGE_NAMES, "prompt", "music")
"""What HEAR knows: also speech and music, told apart by `hal.sim.programme`."""

WITHIN_S = 10.0
"""How long a step waits when the scenario does not say."""

FOR_S = 3.0
"""How long a step makes sure that something does not come."""

SAY_S = 1.0
MOST_WITHIN_S = 600.0
LINES = ("1", "2")
NEEDS_PEERS = ("SETTINGS", "END", "PEERS", "FAR", "BOX", "SERVER", "MAIL")
"""Words for the far ends and the box: a telephone alone has neither."""

Reader = Callable[[int, list[str]], Step]
"""A line's number and the words after its first one, to the step; raises ScriptInvalid with a sentence."""


def parse_script(text: str, more: Mapping[str, Reader] | None = None) -> list[Step]:
    """The steps of a scenario. Raises ScriptInvalid with one sentence for each wrong line."""
    readers = {**_VERBS, **(more or {})}
    found: list[Step] = []
    mistakes: list[str] = []
    for number, written in enumerate(text.splitlines(), start=1):
        words = re.sub(r"(^|\s)#\s.*|^\s*#.*", "", written).split()
        if words:
            try:
                found.append(_step(readers, number, words))
            except ScriptInvalid as mistake:
                mistakes.append(f"Line {number}: {mistake}")
    if mistakes:
        raise ScriptInvalid("\n".join(mistakes))
    return found


def _step(readers: Mapping[str, Reader], line: int, words: list[str]) -> Step:
    verb, *rest = words
    read = readers.get(verb)
    if read is None and verb in NEEDS_PEERS:
        raise ScriptInvalid(f"{verb} needs far ends, which only the tests have (docs/scenarios.md).")
    if read is None:
        raise ScriptInvalid(f"{verb} is no step; the steps are {', '.join(readers)}.")
    return read(line, rest)


def within(words: list[str], word: str = "WITHIN", usual_s: float = WITHIN_S) -> tuple[list[str], float]:
    """Split WITHIN (or FOR) and its seconds from the end."""
    if word not in words:
        return words, usual_s
    at = words.index(word)
    if len(words) != at + 2:
        raise ScriptInvalid(f"{word} needs seconds and stands last, as in {word} 5.")
    return words[:at], number(words[at + 1], word, 0.1, MOST_WITHIN_S, "seconds")


def number(word: str, what: str, low: float, high: float, unit: str) -> float:
    """The number in a word; raises ScriptInvalid with the range."""
    if not re.fullmatch(r"\d+(\.\d+)?", word) or not low <= float(word) <= high:
        raise ScriptInvalid(f"{what} needs {low:g} to {high:g} {unit}, not {word}.")
    return float(word)


def keys(word: str, what: str, *, letters: bool = True) -> str:
    """Digits as they can be dialed; raises ScriptInvalid."""
    pattern, allowed = (r"[0-9*#A-D]+", "0 to 9, *, # or A to D") if letters else (r"[0-9]+", "0 to 9")
    if not re.fullmatch(pattern, word):
        raise ScriptInvalid(f"{what} needs digits from {allowed}, not {word}.")
    return word


def alone(kind: type[Step], verb: str) -> Reader:
    """A step without words after it."""

    def read(line: int, words: list[str]) -> Step:
        if words:
            raise ScriptInvalid(f"{verb} stands alone, without {' '.join(words)!r}.")
        return kind(line)

    return read


def tone(words: list[str], what: str) -> tuple[float, float]:
    """HZ, and seconds where given, of `tone HZ [SECONDS]`."""
    match words:
        case [hz]:
            return number(hz, f"{what} tone", 60, 3900, "Hz"), SAY_S
        case [hz, seconds]:
            return number(hz, f"{what} tone", 60, 3900, "Hz"), number(seconds, f"{what} tone HZ", 0.05, 60, "seconds")
    raise ScriptInvalid(f"{what} tone needs HZ, and seconds if not one, as in {what} tone 700 2.")


def _line(line: int, words: list[str]) -> Step:
    """LINE 2 LIFT: the same words for another telephone."""
    match words:
        case [telephone, verb, *rest] if telephone in LINES and verb in _VERBS and verb not in {"LINE", "WAIT"}:
            step = _VERBS[verb](line, rest)
            return type(step)(**{**vars(step), "telephone": int(telephone)})
    raise ScriptInvalid("LINE needs 1 or 2 and a step of that telephone, as in LINE 2 LIFT.")


def _dial(line: int, words: list[str]) -> Step:
    match words:
        case [digits]:
            return steps.Dial(line, keys(digits, "DIAL"), pulse=False)
        case [digits, "PULSE"]:
            return steps.Dial(line, keys(digits, "DIAL ... PULSE", letters=False), pulse=True)
        case [digits, "PULSE", pps]:
            speed = number(pps, "PULSE", 8, 22, "pulses a second")
            return steps.Dial(line, keys(digits, "DIAL ... PULSE", letters=False), pulse=True, pps=speed)
    raise ScriptInvalid("DIAL needs digits, and PULSE after them for a rotary dial, as in DIAL 600.")


def _say(line: int, words: list[str]) -> Step:
    if words[:1] == ["tone"]:
        return steps.SayTone(line, *tone(words[1:], "SAY"))
    if not words:
        raise ScriptInvalid("SAY needs a sound file or a tone, as in SAY hello.wav or SAY tone 700.")
    return steps.Say(line, " ".join(words))


def _wait(line: int, words: list[str]) -> Step:
    if len(words) != 1:
        raise ScriptInvalid("WAIT needs seconds, as in WAIT 2.")
    return steps.Wait(line, number(words[0], "WAIT", 0.0, MOST_WITHIN_S, "seconds"))


def _hear(line: int, words: list[str]) -> Step:
    if words[:1] == ["NOT"]:
        what, for_s = within(words[1:], "FOR", FOR_S)
        heard = _heard(line, what, for_s)
        if isinstance(heard, steps.HearDtmf):
            raise ScriptInvalid("HEAR NOT needs tone HZ or a name, not dtmf.")
        return steps.HearNot(line, heard, for_s)
    return _heard(line, *within(words))


def _heard(line: int, what: list[str], within_s: float) -> steps.HearName | steps.HearTone | steps.HearDtmf:
    match what:
        case ["tone", hz]:
            return steps.HearTone(line, within_s, number(hz, "HEAR tone", 60, 3900, "Hz"))
        case ["dtmf", digits]:
            return steps.HearDtmf(line, within_s, keys(digits, "HEAR dtmf"))
        case [name] if name in TONE_NAMES:
            return steps.HearName(line, within_s, name)
    raise ScriptInvalid(f"HEAR needs tone HZ, dtmf DIGITS or one of {', '.join(TONE_NAMES)}, not {' '.join(what) or 'nothing'}.")


def _expect(line: int, words: list[str]) -> Step:
    if words[:2] == ["no", "ringing"]:
        rest, for_s = within(words[2:], "FOR", FOR_S)
        if rest:
            raise ScriptInvalid(f"EXPECT no ringing is followed by FOR and seconds at most, not by {' '.join(rest)!r}.")
        return steps.ExpectNoRing(line, for_s)
    what, within_s = within(words)
    match what:
        case ["ringing" | "quiet" as state]:
            return steps.ExpectRinging(line, within_s, state == "ringing")
        case ["caller", caller, *name]:
            return steps.ExpectCaller(line, within_s, caller, " ".join(name))
        case ["waiting", "caller", caller, *name]:
            return steps.ExpectCaller(line, within_s, caller, " ".join(name), waiting=True)
        case ["cadence", _, *_]:
            cadence_ms = tuple(round(number(word, "EXPECT cadence", 10, 60_000, "ms")) for word in what[1:])
            return steps.ExpectCadence(line, within_s, cadence_ms)
    return _expect_line(line, what, within_s)


def _expect_line(line: int, what: list[str], within_s: float) -> Step:
    """What shows on the pair itself."""
    match what:
        case ["lamp", "lit" | "dark" as lamp]:
            return steps.ExpectLamp(line, within_s, lamp == "lit")
        case ["polarity", "normal" | "reversed" as polarity]:
            return steps.ExpectPolarity(line, within_s, polarity)
        case ["current", "cut"]:
            return steps.ExpectCut(line, within_s)
    raise ScriptInvalid(
        "EXPECT needs ringing, quiet, no ringing, caller NUMBER [NAME], waiting caller NUMBER [NAME], cadence MS MS, "
        f"lamp lit or dark, polarity normal or reversed, or current cut, not {' '.join(what) or 'nothing'}."
    )


_VERBS: dict[str, Reader] = {
    "LIFT": alone(steps.Lift, "LIFT"),
    "REPLACE": alone(steps.Replace, "REPLACE"),
    "FLASH": alone(steps.Flash, "FLASH"),
    "DIAL": _dial,
    "HEAR": _hear,
    "SAY": _say,
    "EXPECT": _expect,
    "WAIT": _wait,
    "LINE": _line,
}
