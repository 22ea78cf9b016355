"""The command that says where a number would go, and why. It asks the running device, or reads a settings file by itself."""

from argparse import Namespace
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from firmware.client import Client
from firmware.command_line.errors import Misused, Undone
from firmware.command_line.output import duration, print_json, print_text, say
from firmware.state_folder import control_socket


def explain(arguments: Namespace) -> int:
    found = _of_file(arguments) if arguments.config else _of_device(arguments)
    if arguments.json:
        print_json(found)
    else:
        print_text(explained(found))
    if not found["allowed"]:
        raise Undone(f"{found['dialed']} would not be called: {found['sentence']}")
    return 0


def explained(found: Mapping[str, Any]) -> Iterable[str]:
    """The answer for people: each step, then what comes of it."""
    yield f"{found['dialed']} dialed on line {found['line']}, {found['at']}"
    yield from (f"  {place}. {sentence}" for place, sentence in enumerate(found["reasons"], 1))
    if not found["allowed"]:
        yield "Not called."
        return
    hidden = "its number hidden" if found["hidden"] else f"showing {found['own_number'] or 'its user'}"
    limit = f", for {duration(found['limit_s'])} at most" if found["limit_s"] is not None else ""
    yield f"Called by account {found['account']}, {hidden}, as {found['dialed_form']}{limit}."


def _of_device(arguments: Namespace) -> Any:  # noqa: ANN401 - whatever JSON holds
    with Client(control_socket(Path(arguments.state))) as client:
        return client.ask("explain", number=arguments.number, line=arguments.line, at=arguments.at)


def _of_file(arguments: Namespace) -> Mapping[str, Any]:
    from firmware.exchange.dial_plan import moment_of, read_moment  # noqa: PLC0415 - brings the numbering plans with it
    from firmware.exchange.explanation import explain_settings  # noqa: PLC0415 - same
    from firmware.settings.load import load  # noqa: PLC0415 - brings msgspec with it

    settings = load(Path(arguments.config))
    if arguments.line > len(settings.line):
        raise Misused(f"there is no line {arguments.line} in {arguments.config}; allowed: 1 to {len(settings.line)}")
    now = read_moment(arguments.at) if arguments.at else moment_of(datetime.now().astimezone())
    say(f"from {arguments.config} alone, as if every account were registered and nobody had called today")
    return explain_settings(settings, arguments.number, arguments.line, now)
