"""The commands about the device itself: run, check, status, calls, reload."""

from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from firmware.client import Client
from firmware.command_line.output import duration, print_json, print_text, say, table
from firmware.state_folder import control_socket

_RELOAD_PATIENCE_S = 30


def run(arguments: Namespace) -> int:
    from firmware import service  # noqa: PLC0415 - brings pjsua2 with it, which no other command needs

    return service.run(Path(arguments.config), Path(arguments.state), arguments.board)


def check(arguments: Namespace) -> int:
    from firmware.settings.load import load, presets_for  # noqa: PLC0415 - brings msgspec with it, which most commands do not need

    path = Path(arguments.file)
    for sentence in presets_for(path).sentences:
        say(sentence)
    load(path)
    say(f"{arguments.file}: no mistakes")
    return 0


def status(arguments: Namespace) -> int:
    found = _ask(arguments, "status")
    if arguments.json:
        print_json(found)
    else:
        print_text(status_text(found))
    return 0


def calls(arguments: Namespace) -> int:
    found = _ask(arguments, "calls", limit=arguments.limit)
    if arguments.json:
        print_json(found)
    else:
        print_text(calls_text(found))
    return 0


def reload(arguments: Namespace) -> int:
    print_json(_ask(arguments, "reload", patience_s=_RELOAD_PATIENCE_S))
    return 0


def status_text(found: Mapping[str, Any]) -> Iterable[str]:
    """The object of `status` for people."""
    ready = "ready" if found.get("ready") else "not ready"
    about = ", ".join(f"{key} {found[key]}" for key in ("engine", "board") if found.get(key))
    yield f"{found.get('name', 'Keepline')} {found.get('version', '')}: {ready}" + (f" ({about})" if about else "")
    if found.get("trouble"):
        yield str(found["trouble"])
    if not found.get("time_known", True):
        yield "the time is not known yet"
    elif found.get("started_at"):
        yield f"started {found['started_at']}"
    for name, heading in _TABLES.items():
        rows = [_in_words(row) for row in found.get(name) or []]
        if rows:
            yield from (
                "",
                *table([word.replace("_", " ") for word in heading], ([row.get(key) for key in heading] for row in rows)),
            )
    if found.get("uplink"):
        yield from _ways_out(found["uplink"])
    yield from (str(row["warning"]) for row in found.get("uplinks") or [] if row.get("warning"))
    if found.get("modem"):
        yield from ("", *table(["modem", ""], [[key.replace("_", " "), value] for key, value in found["modem"].items()]))


_TABLES = {
    "lines": ("line", "state", "digits", "account", "messages", "switched_on"),
    "accounts": ("id", "number", "server", "transport", "state", "reason", "expires_s", "retry_in_s"),
    "calls": ("line", "direction", "number", "name", "account", "state", "codec", "srtp", "seconds"),
    "mailboxes": ("name", "new", "old"),
    "uplinks": ("name", "kind", "state", "reason"),
}


def _ways_out(used: Mapping[str, Any]) -> Iterable[str]:
    """Which uplink calls go by, and why."""
    if used.get("active") and used.get("works"):
        yield f"calls go by {used['active']}: {used['reason']}"
    else:
        yield f"no uplink works: {used['reason'] or 'nobody has answered yet'}"
    if used.get("pin"):
        yield f"pinned to {used['pin']} as long as it works"
    if used.get("trouble"):
        yield str(used["trouble"])


def _in_words(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row as it is shown: what a line has switched on as one sentence."""
    return {**row, "switched_on": ", ".join(_switched_on(row["services"]))} if "services" in row else row


def _switched_on(services: Mapping[str, Any]) -> Iterable[str]:
    words = {
        "do_not_disturb": "do not disturb",
        "hides_number": "number hidden",
        "rejects_anonymous": "anonymous callers refused",
    }
    yield from (word for name, word in words.items() if services.get(name))
    if not services.get("call_waiting", True):
        yield "no call waiting"
    yield from (f"forward {why} to {number}" for why, number in services.get("forwards", {}).items())
    if services.get("call_back"):
        yield f"call back {services['call_back']} when free"


def calls_text(rows: list[Mapping[str, Any]]) -> Iterable[str]:
    """The rows of `calls` for people."""
    if not rows:
        return ["no calls yet"]
    heading = ("started (UTC)", "line", "way", "number", "name", "account", "outcome", "talk", "codec", "reason")
    return table(heading, (_call_cells(row) for row in rows))


def _call_cells(row: Mapping[str, Any]) -> list[object]:
    started = str(row.get("started_at", "")).replace("T", " ")[:19] or "not known"
    number = row.get("number") or "withheld"
    told = [row.get(key) for key in ("name", "account", "outcome")]
    talk = row.get("talk_s") or 0
    return [
        started,
        row.get("line"),
        row.get("direction"),
        number,
        *told,
        duration(talk) if talk else "",
        row.get("codec"),
        row.get("reason"),
    ]


def _ask(arguments: Namespace, do: str, **given: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    with Client(control_socket(Path(arguments.state))) as client:
        return client.ask(do, **given)
