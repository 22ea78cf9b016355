"""The page's parts as HTML, made in one place for the first load and for every change after it. Everything shown is escaped here."""

from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from string import Template

from firmware.web import words
from firmware.web.feed import Look
from firmware.web.words import Json, Mood, Told

_PAGE = Path(__file__).with_name("page.html")
_MARKS = {Mood.GOOD: "✓", Mood.BUSY: "●", Mood.BAD: "!", Mood.CALM: "·"}


def page(look: Look, csrf: str) -> str:
    """The whole page, readable without a script."""
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(parts(look), csrf=escape(csrf))


def plain_page(name: str) -> str:
    """One that shows nothing of the device."""
    return _PAGE.with_name(name).read_text(encoding="utf-8")


def parts(look: Look) -> dict[str, str]:
    """HTML by the id of the element it stands in."""
    if look.trouble:
        return dict.fromkeys(_PARTS, "") | {"name": "Keepline", "health": _told("p", words.trouble_told(look.trouble))}
    return {name: draw(look) for name, draw in _PARTS.items()}


def _name(look: Look) -> str:
    return escape(str(look.status["name"]))


def _health(look: Look) -> str:
    return _told("p", words.health_told(look.status))


def _lines(look: Look) -> str:
    return "".join(_line(line, many=len(look.status["lines"]) > 1) for line in look.status["lines"])


def _line(line: Json, *, many: bool) -> str:
    told, more = words.line_told(line)
    label = f'<p class="label">Line {line["line"]}</p>' if many else ""
    return f'<div class="line">{label}{_told("p", told, "state")}<p class="more">{escape(more)}</p></div>'


def _calls(look: Look) -> str:
    return "".join(_call(call) for call in look.status["calls"]) or '<p class="none">No call at the moment.</p>'


def _call(call: Json) -> str:
    way = "To" if call["direction"] == "out" else "From"
    who = " ".join(filter(None, (call["name"], call["number"]))) or "a withheld number"
    facts = [words.call_told(call)]
    if call["state"] in {"in call", "held"}:
        facts.append(_clock(call["seconds"], "up"))
    shown = [escape(facts[0]), *facts[1:]]
    if call["codec"]:
        shown += [escape(words.codec_told(call)), escape(words.encryption_told(call))]
    return f'<div class="call"><p class="who">{way} <b>{escape(who)}</b></p><p class="more">{" · ".join(shown)}</p></div>'


def _accounts(look: Look) -> str:
    rows = "".join(_account(account) for account in look.status["accounts"])
    return f"<ul>{rows}</ul>" if rows else '<p class="none">No account is set up in the settings.</p>'


def _account(account: Json) -> str:
    retry = account["retry_in_s"]
    again = f'<p class="more">Next try in {_clock(retry, "down")}</p>' if retry else ""
    place = f"{account['server']} over {account['transport'].upper()}"
    return (
        f'<li><p class="who"><b>{escape(account["number"] or account["id"])}</b> <span class="more">{escape(place)}</span></p>'
        f"{_told('p', words.account_told(account))}{again}</li>"
    )


def _log(look: Look) -> str:
    rows = "".join(_log_row(row) for row in look.log if row["outcome"] != "under way")
    return f"<ol>{rows}</ol>" if rows else '<p class="none">No calls yet.</p>'


def _log_row(row: Json) -> str:
    arrow, way = ("↗", "Outgoing to") if row["direction"] == "out" else ("↙", "Incoming from")
    who = row["name"] or row["number"] or "withheld"
    started = str(row["started_at"])
    facts = [words.duration(row["talk_s"])] if row["talk_s"] else []
    told = words.outcome_told(row)
    return (
        f'<li><span class="way" aria-hidden="true">{arrow}</span><span class="unseen">{way} </span><b>{escape(who)}</b>'
        f'<span class="told told-{told.mood.value}">{escape(" · ".join([told.sentence, *facts]))}</span>'
        f'<time datetime="{escape(started)}">{escape(started[:16].replace("T", " "))} UTC</time></li>'
    )


def _about(look: Look) -> str:
    status = look.status
    board = "simulated board" if status["board"] == "sim" else "Raspberry Pi"
    return escape(f"Keepline {status['version']} · tones of {status['country']} · {board} · {status['engine']}")


def _told(tag: str, told: Told, more_class: str = "") -> str:
    mood = told.mood
    mark = f'<span class="mark" aria-hidden="true">{_MARKS[mood]}</span>'
    return f'<{tag} class="told told-{mood.value} {more_class}">{mark}<span>{escape(told.sentence)}</span></{tag}>'


def _clock(seconds: float, way: str) -> str:
    """Seconds that the browser counts on by itself."""
    return f'<span class="clock" data-counts="{way}" data-seconds="{seconds:.0f}">{words.duration(seconds)}</span>'


_PARTS: Mapping[str, Callable[[Look], str]] = {
    "name": _name,
    "health": _health,
    "lines": _lines,
    "calls": _calls,
    "accounts": _accounts,
    "log": _log,
    "about": _about,
}
