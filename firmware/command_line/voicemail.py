"""The commands about voice messages: list, save, delete, and the greeting of a mailbox."""

import base64
from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from firmware.client import Client
from firmware.command_line.output import duration, print_json, print_text, say, table
from firmware.command_line.sound import read_wav, write_file
from firmware.sound.wav import to_wav
from firmware.state_folder import control_socket

_LOUD_PATIENCE_S = 60
"""A long message travels through the socket as a whole."""


def list_messages(arguments: Namespace) -> int:
    found = _ask(arguments, "voicemail.list", mailbox=arguments.mailbox)
    if arguments.json:
        print_json(found)
    else:
        print_text(messages_text(found))
    return 0


def save(arguments: Namespace) -> int:
    """Keeps the message as new as it was."""
    found = _ask(arguments, "voicemail.play", message=arguments.message)
    write_file(Path(arguments.file), base64.b64decode(found["wav"]))
    return _done(arguments, f"message {arguments.message} is in {arguments.file}")


def delete(arguments: Namespace) -> int:
    _ask(arguments, "voicemail.delete", message=arguments.message)
    return _done(arguments, f"message {arguments.message} is deleted")


def greeting(arguments: Namespace) -> int:
    """Without a file the standard greeting comes back."""
    if arguments.file:
        wav = base64.b64encode(to_wav(read_wav(Path(arguments.file)))).decode()
        _ask(arguments, "voicemail.greeting", mailbox=arguments.mailbox, wav=wav)
        return _done(arguments, f"mailbox {arguments.mailbox} has its own greeting")
    _ask(arguments, "voicemail.greeting", mailbox=arguments.mailbox, standard=True)
    return _done(arguments, f"mailbox {arguments.mailbox} has the standard greeting")


def messages_text(rows: list[Mapping[str, Any]]) -> Iterable[str]:
    """The rows of `voicemail list` for people."""
    if not rows:
        return ["no messages"]
    heading = ("id", "", "at (UTC)", "length", "number", "name", "called", "mailbox", "mail")
    return table(heading, (_cells(row) for row in rows))


def _cells(row: Mapping[str, Any]) -> list[object]:
    at = str(row.get("at", "")).replace("T", " ")[:19] or "not known"
    told = [row.get(key) for key in ("name", "called", "mailbox")]
    notice = row.get("notice")
    return [
        row.get("id"),
        "" if row.get("heard") else "new",
        at,
        duration(row.get("seconds") or 0),
        row.get("number") or "withheld",
        *told,
        "" if notice == "none" else notice,
    ]


def _done(arguments: Namespace, sentence: str) -> int:
    if arguments.json:
        print_json({})
    else:
        say(sentence)
    return 0


def _ask(arguments: Namespace, do: str, **given: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    with Client(control_socket(Path(arguments.state))) as client:
        return client.ask(do, patience_s=_LOUD_PATIENCE_S, **given)
