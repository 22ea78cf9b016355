"""The words of a scenario that need peers: SETTINGS, PEERS, FAR, BOX, SERVER, MAIL. Text to data; it plays nothing.

The telephone's own words are read by hal.sim.script. All of them stand in docs/scenarios.md.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from hal.errors import ScriptInvalid
from hal.sim import script
from hal.sim.steps import Step

if TYPE_CHECKING:
    from pathlib import Path

Exchange = Literal["kamailio", "asterisk"]
EXCHANGES: tuple[Exchange, ...] = ("kamailio", "asterisk")
KEYS = r"([0-9*#A-D]+)"
NAME = r"([\w.+*#-]+)"


@dataclass(frozen=True)
class Form:
    """What may follow a word: as a pattern, whose groups become arguments, and as people write it; `timed` is WITHIN, FOR or empty."""

    pattern: str
    written: str
    timed: str = ""


ROW = r"((?:\w+=(?:\"[^\"]*\"|\S+) ?)+)"
SIP = r"([A-Z]+)(?: WITH (\S+?): (.+))?"

FAR_FORMS = {
    "CALLS": Form(rf"{NAME}(?: WITH (\S+: .+))?", "CALLS USER [WITH Header: value]"),
    "RINGS": Form("", "RINGS [WITHIN s]", "WITHIN"),
    "IS QUIET": Form("", "IS QUIET [FOR s]", "FOR"),
    "SEES CALLER": Form(NAME, "SEES CALLER NUMBER [WITHIN s]", "WITHIN"),
    "ANSWERS": Form("", "ANSWERS [WITHIN s]", "WITHIN"),
    "REJECTS": Form("", "REJECTS [WITHIN s]", "WITHIN"),
    "REFUSES": Form(r"([3-6]\d\d)", "REFUSES STATUS"),
    "ALLOWS": Form("", "ALLOWS"),
    "TALKS": Form("", "TALKS [WITHIN s]", "WITHIN"),
    "HAS NO CALL": Form("", "HAS NO CALL [WITHIN s]", "WITHIN"),
    "GETS": Form(r"(ringing|[3-6]\d\d)", "GETS ringing or STATUS [WITHIN s]", "WITHIN"),
    "HANGS UP": Form("", "HANGS UP"),
    "HOLDS": Form("", "HOLDS"),
    "RESUMES": Form("", "RESUMES"),
    "HEARS": Form(
        rf"(?:(tone) ([0-9.]+)|(dtmf) {KEYS}|(music|prompt|silence))",
        "HEARS tone HZ, dtmf DIGITS, music, prompt or silence [WITHIN s]",
        "WITHIN",
    ),
    "HEARS NOT": Form(r"(?:(tone) ([0-9.]+)|(music|prompt))", "HEARS NOT tone HZ, music or prompt [FOR s]", "FOR"),
    "SAYS": Form(r"(?:(tone) ([0-9.]+)|(silence)|(\S+\.wav))", "SAYS tone HZ, silence or FILE.wav"),
    "DIALS": Form(KEYS, "DIALS DIGITS"),
    "TRANSFERS TO": Form(NAME, "TRANSFERS TO USER"),
}

BOX_FORMS = {
    "HAS ROW": Form(ROW, 'HAS ROW key=value key="some words" [WITHIN s]', "WITHIN"),
    "HAS NO ROW": Form(ROW, "HAS NO ROW key=value"),
    "STATUS": Form(r"(\S+) (.+)", "STATUS lines.1.state idle [WITHIN s]", "WITHIN"),
    "STOPS": Form("", "STOPS"),
    "IS KILLED": Form("", "IS KILLED"),
    "STARTS": Form("", "STARTS"),
    "DISK FILLS": Form("", "DISK FILLS"),
}

SERVER_FORMS = {
    "STOPS": Form("", "STOPS"),
    "STARTS": Form("", "STARTS"),
    "SEES": Form(SIP, "SEES METHOD [WITH Header: part of its value] [WITHIN s]", "WITHIN"),
    "SEES NO": Form(SIP, "SEES NO METHOD [WITH Header: part of its value]"),
    "ANNOUNCES": Form(rf"tone ([0-9.]+) AT {KEYS}", "ANNOUNCES tone HZ AT NUMBER"),
    "SENDS": Form(rf"(\d+) CALLS TO {NAME} AND (\d+) GET ([3-6]\d\d)", "SENDS N CALLS TO USER AND N GET STATUS"),
    "TELLS": Form(rf"{NAME} MESSAGES (\d+)/(\d+)", "TELLS USER MESSAGES NEW/OLD"),
}


MAIL_FORMS = {"ARRIVES": Form(r"AT (\S+) ABOUT (\S+)", "ARRIVES AT someone@example.org ABOUT WORD [WITHIN s]", "WITHIN")}


@dataclass(frozen=True)
class Peers(Step):
    """Who stands around the box: the exchange, and the far ends registered there."""

    exchange: Exchange
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Act(Step):
    """Something a far end, the box or the server does or shows. `seconds` are those of WITHIN or FOR, None for a step that takes no time."""

    who: str
    verb: str
    words: tuple[str, ...]
    seconds: float | None


@dataclass(frozen=True)
class Scenario:
    """A whole file."""

    path: Path
    written: list[str]
    peers: Peers
    steps: list[Step]
    settings: dict[str, Any] = field(default_factory=dict)

    def place(self, step: Step) -> str:
        """`FILE:LINE: what is written there`."""
        return f"{self.path}:{step.line}: {self.written[step.line - 1].strip()}"


def read(path: Path) -> Scenario:
    """Raises ScriptInvalid with one sentence for each mistake, each with the file."""
    text = path.read_text(encoding="utf-8")
    try:
        rest, settings = _without_settings(text)
        steps = script.parse_script(rest, READERS)
        peers = _the_peers(steps)
    except ScriptInvalid as mistake:
        raise ScriptInvalid("\n".join(f"{path}: {sentence}" for sentence in str(mistake).splitlines())) from mistake
    return Scenario(path, text.splitlines(), peers, [step for step in steps if not isinstance(step, Peers)], settings)


def _the_peers(steps: list[Step]) -> Peers:
    """The PEERS of the scenario, who are all that it names."""
    peers = [step for step in steps if isinstance(step, Peers)]
    if len(peers) != 1:
        raise ScriptInvalid(f"PEERS must stand there once, as in PEERS kamailio 601 602, not {len(peers)} times.")
    known = {*peers[0].numbers, "BOX", "SERVER", "MAIL"}
    if strangers := [step for step in steps if isinstance(step, Act) and step.who not in known]:
        names = " ".join(peers[0].numbers) or "none"
        raise ScriptInvalid("\n".join(f"Line {at.line}: there is no far end {at.who}; PEERS names {names}." for at in strangers))
    return peers[0]


def _without_settings(text: str) -> tuple[str, dict[str, Any]]:
    """The text with the lines from SETTINGS to END emptied, so that line numbers hold, and these as TOML."""
    lines = text.splitlines()
    words = [line.strip() for line in lines]
    if "SETTINGS" not in words:
        return text, {}
    start = words.index("SETTINGS")
    if "END" not in words[start:]:
        raise ScriptInvalid(f"Line {start + 1}: SETTINGS needs a line END after its last line.")
    end = words.index("END", start)
    try:
        settings = tomllib.loads("\n" * (start + 1) + "\n".join(lines[start + 1 : end]))
    except tomllib.TOMLDecodeError as error:
        raise ScriptInvalid(f"Line {start + 1}: SETTINGS are no TOML: {error}") from error
    return "\n".join(["" if start <= number <= end else line for number, line in enumerate(lines)]), settings


def _peers(line: int, words: list[str]) -> Step:
    match words:
        case ["kamailio" | "asterisk" as exchange, *numbers]:
            return Peers(line, exchange, tuple(numbers))
    raise ScriptInvalid(f"PEERS needs {' or '.join(EXCHANGES)} and the numbers of the far ends, as in PEERS kamailio 601 602.")


def _far(line: int, words: list[str]) -> Step:
    if not words:
        raise ScriptInvalid("FAR needs the number of a far end and what it does, as in FAR 601 ANSWERS.")
    return _act(line, words[0], words[1:], FAR_FORMS)


def _act(line: int, who: str, words: list[str], forms: dict[str, Form]) -> Step:
    """The longest verb that fits: HEARS NOT before HEARS."""
    text = " ".join(words)
    for verb in sorted(forms, key=len, reverse=True):
        if text == verb or text.startswith(f"{verb} "):
            return _shaped(line, who, verb, text[len(verb) :].split(), forms[verb])
    raise ScriptInvalid(f"{text or 'nothing'} is not known; allowed: {'; '.join(form.written for form in forms.values())}.")


def _shaped(line: int, who: str, verb: str, words: list[str], form: Form) -> Step:
    rest, seconds = words, None
    if form.timed:
        rest, seconds = script.within(words, form.timed, script.FOR_S if form.timed == "FOR" else script.WITHIN_S)
    found = re.fullmatch(form.pattern, " ".join(rest))
    if found is None:
        raise ScriptInvalid(f"{verb} {' '.join(rest)} is not understood; allowed: {form.written}.")
    return Act(line, who, verb, tuple(group for group in found.groups() if group is not None), seconds)


READERS: dict[str, script.Reader] = {
    "PEERS": _peers,
    "FAR": _far,
    "BOX": lambda line, words: _act(line, "BOX", words, BOX_FORMS),
    "SERVER": lambda line, words: _act(line, "SERVER", words, SERVER_FORMS),
    "MAIL": lambda line, words: _act(line, "MAIL", words, MAIL_FORMS),
}
