"""What the device's states mean, in sentences for its owner. Pure; knows no HTML and no socket. `_` is the language that is spoken."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from firmware.web.catalogue import N_, Words

Json = Mapping[str, Any]


class Mood(Enum):
    """Shown by a mark and a colour beside the words, never instead of them."""

    GOOD = "good"
    BUSY = "busy"
    BAD = "bad"
    CALM = "calm"


_MARKS = {Mood.GOOD: "✓", Mood.BUSY: "●", Mood.BAD: "!", Mood.CALM: "·"}


@dataclass(frozen=True)
class Told:
    mood: Mood
    sentence: str
    more: str = ""

    @property
    def mark(self) -> str:
        return _MARKS[self.mood]


LINES: dict[str, tuple[Mood, str, str]] = {
    "idle": (Mood.GOOD, N_("Ready"), N_("The handset is on the hook.")),
    "ringing": (Mood.BUSY, N_("Ringing"), N_("Lift the handset to answer.")),
    "dial tone": (Mood.BUSY, N_("Dial tone"), N_("Waiting for a number.")),
    "collecting": (Mood.BUSY, N_("Dialing"), "{digits}"),
    "calling": (Mood.BUSY, N_("Calling {digits}"), N_("Waiting for the far end.")),
    "ringback": (Mood.BUSY, N_("Calling {digits}"), N_("It rings at the far end.")),
    "early media": (Mood.BUSY, N_("Calling {digits}"), N_("The network is speaking before the answer.")),
    "in call": (Mood.BUSY, N_("In a call"), N_("Replace the handset to end it.")),
    "conference": (Mood.BUSY, N_("In a call of three"), N_("Replace the handset to end it.")),
    "service": (Mood.BUSY, N_("Keepline speaks"), N_("Replace the handset to end it.")),
    "released": (Mood.CALM, N_("Call over"), N_("Replace the handset to call again.")),
    "howler": (Mood.BAD, N_("Left off the hook"), N_("The howler sounds until the handset is replaced.")),
    "denied": (Mood.BAD, N_("Left off the hook"), N_("The line is silent until the handset is replaced.")),
}

ACCOUNTS: dict[str, tuple[Mood, str]] = {
    "registered": (Mood.GOOD, N_("Registered")),
    "direct": (Mood.GOOD, N_("Calls directly, without registering")),
    "registering": (Mood.BUSY, N_("Registering")),
    "waiting": (Mood.BAD, N_("Not registered")),
    "refused": (Mood.BAD, N_("Refused by the provider")),
    "unregistered": (Mood.CALM, N_("Not registered")),
}

_CALLS = {
    "calling": N_("Calling"),
    "ringing": N_("Ringing"),
    "early media": N_("Before the answer"),
    "in call": N_("In progress"),
    "held": N_("On hold"),
}

OUTCOMES: dict[str, tuple[Mood, str]] = {
    "under way": (Mood.BUSY, N_("under way")),
    "answered": (Mood.GOOD, N_("answered")),
    "busy": (Mood.CALM, N_("busy")),
    "no answer": (Mood.CALM, N_("no answer")),
    "cancelled": (Mood.CALM, N_("cancelled")),
    "rejected": (Mood.CALM, N_("rejected")),
    "failed": (Mood.BAD, N_("failed")),
    "missed": (Mood.BAD, N_("missed")),
    "forwarded": (Mood.CALM, N_("forwarded")),
    "voicemail": (Mood.CALM, N_("voicemail")),
    "interrupted": (Mood.BAD, N_("interrupted")),
}

UPLINKS: dict[str, tuple[Mood, str]] = {
    "active": (Mood.GOOD, N_("In use")),
    "standby": (Mood.CALM, N_("Stands by")),
    "poor": (Mood.BAD, N_("Poor")),
    "down": (Mood.BAD, N_("Down")),
    "portal": (Mood.BAD, N_("Behind a login page")),
}

_KINDS = {"ethernet": N_("Cable"), "wifi": N_("Wi-Fi"), "cellular": N_("Mobile network")}

LAMPS = {"power": N_("Power"), "line": N_("Line"), "uplink": N_("Uplink"), "message": N_("Message")}

PATTERNS = {
    "dark": N_("dark"),
    "lit": N_("lit"),
    "breathing": N_("glows and fades"),
    "slow": N_("blinks slowly"),
    "fast": N_("blinks fast"),
    "twice": N_("flashes twice"),
    "wink": N_("winks"),
}


def line_told(_: Words, line: Json) -> Told:
    """The state in a word or two, and a sentence beside it."""
    mood, short, more = LINES.get(line["state"], (Mood.CALM, str(line["state"]).capitalize(), ""))
    digits = line.get("digits") or ""
    return Told(mood, _(short, digits=digits).strip(), _(more, digits=digits) if more else "")


def account_told(_: Words, account: Json) -> Told:
    mood, words = ACCOUNTS.get(account["state"], (Mood.CALM, str(account["state"]).capitalize()))
    reason = account.get("reason") or ""
    return Told(mood, f"{_(words)}: {_.sentence(reason)}" if reason and mood in {Mood.BAD, Mood.CALM} else _(words))


def call_told(_: Words, call: Json) -> str:
    return _(_CALLS.get(call["state"], str(call["state"]).capitalize()))


def codec_told(_: Words, call: Json) -> str:
    """Without the clock rate of an SDP rtpmap (RFC 8866 section 6.6)."""
    return str(call["codec"]).partition("/")[0]


def encryption_told(_: Words, call: Json) -> str:
    return _("encrypted ({how})", how=call["srtp"]) if call.get("srtp") else _("not encrypted")


def outcome_told(_: Words, row: Json) -> Told:
    mood, words = OUTCOMES.get(row["outcome"], (Mood.CALM, str(row["outcome"])))
    reason = row.get("reason") or ""
    shown = reason and reason != words and row["outcome"] != "answered"
    return Told(mood, f"{_(words)}: {_.sentence(reason)}" if shown else _(words))


def uplink_told(_: Words, uplink: Json) -> Told:
    mood, words = UPLINKS.get(uplink["state"], (Mood.CALM, str(uplink["state"]).capitalize()))
    return Told(mood, _(words), _.sentence(str(uplink.get("reason") or "")))


def kind_told(_: Words, kind: str) -> str:
    return _(_KINDS.get(kind, kind.capitalize()))


def lamps_told(_: Words, panel: Json) -> list[tuple[str, str]]:
    """(pattern, "Power: lit") of each lamp, in the box's order."""
    shown = ((name, str(panel.get(name, "dark"))) for name in LAMPS)
    return [(pattern, f"{_(LAMPS[name])}: {_(PATTERNS.get(pattern, pattern))}") for name, pattern in shown]


def health_told(_: Words, status: Json) -> Told:
    """One sentence over everything."""
    if not status["ready"]:
        return Told(Mood.BUSY, _("The adapter is starting."))
    if status.get("trouble"):
        return Told(Mood.BAD, _.sentence(status["trouble"]))
    return _reach_told(_, status)


def _reach_told(_: Words, status: Json) -> Told:
    accounts = status["accounts"]
    if not accounts:
        return Told(Mood.CALM, _("No account is set up: the telephone has dial tone, and nobody to call through."))
    moods = [account_told(_, account).mood for account in accounts]
    if all(mood is Mood.GOOD for mood in moods):
        idle = all(line["state"] == "idle" for line in status["lines"])
        return Told(Mood.GOOD, _("Everything works. Lift the handset to call.") if idle else _("Everything works."))
    if Mood.GOOD in moods:
        return Told(Mood.BAD, _("Calls work; one of the accounts does not."))
    if Mood.BAD in moods:
        return Told(Mood.BAD, _("No account is registered: calls will not go through."))
    return Told(Mood.BUSY, _("Connecting to the provider."))


def trouble_told(_: Words, trouble: str) -> Told:
    words = _("The adapter is not running: {trouble}. This page goes on by itself when it is back.", trouble=_.sentence(trouble))
    return Told(Mood.BAD, words)


def duration(_: Words, seconds: float) -> str:
    """ "1:05" of 65, "1:00:00" of 3600."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


FOR_TEMPLATES = (
    "line_told",
    "account_told",
    "call_told",
    "codec_told",
    "encryption_told",
    "outcome_told",
    "uplink_told",
    "kind_told",
    "lamps_told",
    "health_told",
    "trouble_told",
    "duration",
)
