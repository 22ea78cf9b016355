"""AT text as data: what a command looks like, and what the modem's bytes mean while one is under way.

Pure: bytes in, events out, however the bytes were cut on the way. It knows the shape of ITU-T V.250 and 3GPP TS 27.007 answers (information lines,
one final result, unsolicited codes in between, echo, prompt) and not what any command does. `hal.modem` gives it a port, a clock and a queue.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

LONGEST_LINE_BYTES = 4096
"""A longer line is noise (a wrong port, a data call on it) and is dropped to its end."""

ESCAPE = b"\x1b"
"""Leaves a prompt without sending (3GPP TS 27.005 section 3.5.1)."""
SUBMIT = b"\x1a"
"""Ends what is written at a prompt (same place)."""


class Result(Enum):
    OK = "OK"
    ERROR = "ERROR"
    CONNECT = "CONNECT"
    NO_CARRIER = "NO CARRIER"
    BUSY = "BUSY"
    NO_ANSWER = "NO ANSWER"
    NO_DIALTONE = "NO DIALTONE"
    SILENT = "no answer in time"
    GONE = "the port is gone"


_OF_A_CALL = frozenset({Result.CONNECT, Result.NO_CARRIER, Result.BUSY, Result.NO_ANSWER, Result.NO_DIALTONE})
"""Final results of a dialing command only; at any other time `NO CARRIER` is news of a call (V.250 table 1)."""


@dataclass(frozen=True)
class Command:
    """One command line and what its answer may look like."""

    text: str
    answer: str = ""
    """A regular expression for the whole of its information lines; empty: it has none, and every line that comes is unsolicited."""
    deadline_ms: int = 5_000
    payload: bytes | None = None
    """What is written when the modem prompts with `> `."""

    @property
    def dials(self) -> bool:
        return self.text[:3].upper() in {"ATD", "ATA"}


@dataclass(frozen=True)
class Answer:
    """What came of a command: its final result, and the information lines before it."""

    result: Result
    lines: tuple[str, ...] = ()
    code: int | None = None
    """Of `+CME ERROR` and `+CMS ERROR`, where it is a number (3GPP TS 27.007 section 9.2)."""
    words: str = ""
    """The final result as it came."""
    echoed: bool = False
    """The command's own echo was heard before it: this answer cannot belong to an earlier command."""

    @property
    def ok(self) -> bool:
        return self.result in {Result.OK, Result.CONNECT}

    @property
    def line(self) -> str:
        """The first information line, or nothing."""
        return self.lines[0] if self.lines else ""


@dataclass(frozen=True)
class Unsolicited:
    """A line that answers nothing: `RING`, `+CREG: 1`, or an answer that came too late."""

    text: str


@dataclass(frozen=True)
class PromptGiven:
    """The modem waits for the payload: send `send`."""

    send: bytes


Heard = Answer | Unsolicited | PromptGiven


def quoted(text: str) -> str:
    """`text` as a string argument; ValueError for what cannot stand in one (quotes and control characters would start another command)."""
    if '"' in text or not text.isprintable():
        raise ValueError(f"{text!r} cannot stand in an AT command")
    return f'"{text}"'


def arguments(line: str) -> list[str]:
    """The fields after the colon of `+CREG: 2,1,"1A2B"`, without their quotes; commas inside quotes do not part."""
    _, _, tail = line.partition(":")
    return [field.strip().strip('"') for field in re.findall(r'(?:^|(?<=,))(\s*"[^"]*"\s*|[^,]*)', tail.strip())]


def final_of(line: str, command: Command) -> Answer | None:
    """The final result that `line` is for `command`; None for any other line."""
    failure = re.fullmatch(r"\+CM[ES] ERROR: ?(.*)", line)
    if failure:
        code = failure[1].strip()
        return Answer(Result.ERROR, code=int(code) if code.isdecimal() else None, words=line)
    for result in Result:
        if line == result.value or (result is Result.CONNECT and line.startswith("CONNECT ")):
            return Answer(result, words=line) if command.dials or result not in _OF_A_CALL else None
    return None


class Lines:
    """Bytes become lines and prompts. Line ends, empty lines and line noise are gone; it does not matter how the bytes were cut."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._overlong = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The lines that `data` completes; a prompt is the line `>`."""
        for byte in data:
            line = self._take(byte)
            if line:
                yield line

    def _take(self, byte: int) -> str:
        if byte in b"\r\n":
            return self._end()
        if len(self._rest) < LONGEST_LINE_BYTES:
            self._rest.append(byte)
        else:
            self._overlong = True
        return self._end() if self._rest == b"> " else ""

    def _end(self) -> str:
        line = b"" if self._overlong else bytes(self._rest)
        self._rest.clear()
        self._overlong = False
        return line.replace(b"\0", b"").decode("utf-8", "replace").strip()


class Conversation:
    """One command at a time against everything the modem says. Whoever keeps the time calls `begin` and, at the deadline, `give_up`."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._command: Command | None = None
        self._answer: list[str] = []
        self._echoed = False

    def begin(self, command: Command) -> bytes:
        """Make `command` the one that answers belong to; the bytes to send."""
        self._command, self._answer, self._echoed = command, [], False
        return command.text.encode("ascii", "replace") + b"\r"

    def give_up(self) -> bytes:
        """The deadline has passed: nothing that comes from now on answers the command. The bytes that leave an open prompt, if any."""
        prompts = self._command is not None and self._command.payload is not None
        self._command = None
        return ESCAPE if prompts else b""

    def hear(self, data: bytes) -> list[Heard]:
        """What `data` means, in order."""
        return [heard for line in self._lines.feed(data) if (heard := self._meaning(line))]

    def _meaning(self, line: str) -> Heard | None:
        command = self._command
        if command is None:
            return Unsolicited(line)
        if line == command.text:
            self._echoed, self._answer = True, []  # whatever came before the echo belonged to an earlier command
            return None
        if line == ">" and command.payload is not None:
            return PromptGiven(command.payload + SUBMIT)
        final = final_of(line, command)
        if final:
            return self._finish(final)
        if command.answer and re.fullmatch(command.answer, line):
            self._answer.append(line)
            return None
        return Unsolicited(line)

    def _finish(self, final: Answer) -> Answer:
        self._command = None
        return Answer(final.result, tuple(self._answer), final.code, final.words, self._echoed)
