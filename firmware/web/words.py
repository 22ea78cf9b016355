"""What the device's states mean, in sentences for its owner. Pure; knows no HTML and no socket."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Json = Mapping[str, Any]


class Mood(Enum):
    """Shown by a mark and a colour beside the words, never instead of them."""

    GOOD = "good"
    BUSY = "busy"
    BAD = "bad"
    CALM = "calm"


@dataclass(frozen=True)
class Told:
    mood: Mood
    sentence: str


LINES: dict[str, tuple[Mood, str, str]] = {
    "idle": (Mood.GOOD, "Ready", "The handset is on the hook."),
    "ringing": (Mood.BUSY, "Ringing", "Lift the handset to answer."),
    "dial tone": (Mood.BUSY, "Dial tone", "Waiting for a number."),
    "collecting": (Mood.BUSY, "Dialing", "{digits}"),
    "calling": (Mood.BUSY, "Calling {digits}", "Waiting for the far end."),
    "ringback": (Mood.BUSY, "Calling {digits}", "It rings at the far end."),
    "early media": (Mood.BUSY, "Calling {digits}", "The network is speaking before the answer."),
    "in call": (Mood.BUSY, "In a call", "Replace the handset to end it."),
    "conference": (Mood.BUSY, "In a call of three", "Replace the handset to end it."),
    "service": (Mood.BUSY, "Keepline speaks", "Replace the handset to end it."),
    "released": (Mood.CALM, "Call over", "Replace the handset to call again."),
    "howler": (Mood.BAD, "Left off the hook", "The howler sounds until the handset is replaced."),
    "denied": (Mood.BAD, "Left off the hook", "The line is silent until the handset is replaced."),
}

ACCOUNTS: dict[str, tuple[Mood, str]] = {
    "registered": (Mood.GOOD, "Registered"),
    "direct": (Mood.GOOD, "Calls directly, without registering"),
    "registering": (Mood.BUSY, "Registering"),
    "waiting": (Mood.BAD, "Not registered"),
    "refused": (Mood.BAD, "Refused by the provider"),
    "unregistered": (Mood.CALM, "Not registered"),
}

_CALLS = {
    "calling": "Calling",
    "ringing": "Ringing",
    "early media": "Before the answer",
    "in call": "In progress",
    "held": "On hold",
}

_OUTCOMES = {
    "answered": (Mood.GOOD, "answered"),
    "missed": (Mood.BAD, "missed"),
    "failed": (Mood.BAD, "failed"),
}


def line_told(line: Json) -> tuple[Told, str]:
    """The state in a word or two, and a sentence beside it."""
    mood, short, more = LINES.get(line["state"], (Mood.CALM, str(line["state"]).capitalize(), ""))
    digits = line.get("digits") or ""
    return Told(mood, short.format(digits=digits).strip()), more.format(digits=digits)


def account_told(account: Json) -> Told:
    mood, words = ACCOUNTS.get(account["state"], (Mood.CALM, str(account["state"]).capitalize()))
    reason = account.get("reason") or ""
    return Told(mood, f"{words}: {reason}" if reason and mood in {Mood.BAD, Mood.CALM} else words)


def call_told(call: Json) -> str:
    return _CALLS.get(call["state"], str(call["state"]).capitalize())


def codec_told(call: Json) -> str:
    """Without the clock rate of an SDP rtpmap (RFC 8866 section 6.6)."""
    return str(call["codec"]).partition("/")[0]


def encryption_told(call: Json) -> str:
    return f"encrypted ({call['srtp']})" if call.get("srtp") else "not encrypted"


def outcome_told(row: Json) -> Told:
    mood, words = _OUTCOMES.get(row["outcome"], (Mood.CALM, str(row["outcome"])))
    reason = row.get("reason") or ""
    shown = reason and reason != words and row["outcome"] != "answered"
    return Told(mood, f"{words}: {reason}" if shown else words)


def health_told(status: Json) -> Told:
    """One sentence over everything."""
    accounts = status["accounts"]
    if not status["ready"]:
        return Told(Mood.BUSY, "The adapter is starting.")
    if not accounts:
        return Told(Mood.CALM, "No account is set up: the telephone has dial tone, and nobody to call through.")
    moods = [account_told(account).mood for account in accounts]
    if all(mood is Mood.GOOD for mood in moods):
        idle = all(line["state"] == "idle" for line in status["lines"])
        return Told(Mood.GOOD, "Everything works. Lift the handset to call." if idle else "Everything works.")
    if Mood.GOOD in moods:
        return Told(Mood.BAD, "Calls work; one of the accounts does not.")
    if Mood.BAD in moods:
        return Told(Mood.BAD, "No account is registered: calls will not go through.")
    return Told(Mood.BUSY, "Connecting to the provider.")


def trouble_told(trouble: str) -> Told:
    return Told(Mood.BAD, f"The adapter is not running: {trouble}. This page goes on by itself when it is back.")


def duration(seconds: float) -> str:
    """ "1:05" of 65, "1:00:00" of 3600."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
