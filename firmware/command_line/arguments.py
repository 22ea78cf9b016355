"""What the command line takes: every command, its arguments and its help. Knows which function a command is, not what that does."""

import re
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from firmware import VERSION
from firmware.command_line import device, explain, phone, providers, script, services, voicemail

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    Commands = _SubParsersAction[ArgumentParser]

CONFIG = "/etc/keepline/keepline.toml"
STATE = "/var/lib/keepline"

_EXIT_CODES = (
    "Exit codes: 0 done; 1 it did not happen, or no device runs; 2 wrong use or wrong settings. JSON on stdout, words on stderr."
)

Command = Callable[[Namespace], int]


def parser() -> ArgumentParser:
    top = ArgumentParser("keepline", description="A phone adapter that keeps the line.", epilog=_EXIT_CODES)
    top.add_argument("--version", action="version", version=f"keepline {VERSION}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    _add_run(commands)
    _command(commands, "check", device.check, "check a settings file, saying every mistake").add_argument("file", metavar="FILE")
    known = _with_json(_command(commands, "providers", providers.providers, "the presets of providers an account may name"))
    known.add_argument("id", nargs="?", metavar="ID", help="all that one preset says")
    known.add_argument(
        "--config", default=CONFIG, metavar="FILE", help=f"own presets stand in providers/ beside it (default: {CONFIG})"
    )
    _with_json(_with_state(_command(commands, "status", device.status, "line, accounts, calls, uplinks, modem, versions")))
    calls = _with_json(_with_state(_command(commands, "calls", device.calls, "the call log, newest first")))
    calls.add_argument("--limit", type=between(int, 1, 10_000), default=100, metavar="N", help="how many at most (default: 100)")
    _with_state(
        _command(commands, "reload", device.reload, "read the settings file again; running settings stay where it has mistakes")
    )
    _add_explain(commands)
    _add_voicemail(commands)
    _add_phone(commands)
    _add_services(commands)
    return top


def between(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], float]:
    """An argparse type: a number with bounds that says them."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(most) + 1
        if not least <= value <= most:
            whole = "a whole number" if kind is int else "a number"
            raise ArgumentTypeError(f"{text!r} is not allowed; allowed: {whole} from {least} to {most}")
        return value

    return read


def digits(text: str) -> str:
    if not re.fullmatch(r"[0-9*#A-Da-d]{1,128}", text):
        raise ArgumentTypeError(f"{text!r} cannot be dialed; allowed: 1 to 128 of 0123456789*#ABCD")
    return text.upper()


def number(text: str) -> str:
    """As dialed, or as it stands in the phone book."""
    if not re.fullmatch(r"\+?[0-9*#]{1,128}", text):
        raise ArgumentTypeError(f"{text!r} is no number; allowed: 1 to 128 of 0123456789*#, a leading + too")
    return text


def local_time(text: str) -> str:
    try:
        datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the box's own time is meant
    except ValueError as error:
        raise ArgumentTypeError(f'{text!r} is no time; allowed: a local time such as "2026-11-25 21:30"') from error
    return text


def _command(commands: "Commands", name: str, command: Command, summary: str) -> ArgumentParser:
    added: ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}.",
        epilog=_EXIT_CODES,
    )
    added.set_defaults(command=command)
    return added


def _with_state(command: ArgumentParser, default: str = STATE) -> ArgumentParser:
    command.add_argument("--state", default=default, metavar="DIR", help=f"the device's state folder (default: {STATE})")
    return command


def _with_json(command: ArgumentParser) -> ArgumentParser:
    command.add_argument("--json", action="store_true", help="JSON instead of tables")
    return command


def _add_run(commands: "Commands") -> None:
    run = _with_state(_command(commands, "run", device.run, "run the device in the foreground until SIGTERM"))
    _with_config(run)
    run.add_argument("--board", choices=("sim", "pi"), help="the hardware, instead of what the settings say")


def _add_explain(commands: "Commands") -> None:
    explained = _command(
        commands, "explain", explain.explain, "say where a number would go and why; exit 1 if it would not be called"
    )
    _with_line(_with_json(_with_state(explained)), 1)
    explained.add_argument("number", type=number, metavar="NUMBER", help="as it would be dialed, star codes too")
    explained.add_argument("--at", type=local_time, metavar="TIME", help='as if it were this local time: "2026-11-25 21:30"')
    explained.add_argument("--config", metavar="FILE", help="of this settings file, without a running device")


def _add_voicemail(commands: "Commands") -> None:
    top = commands.add_parser("voicemail", help="voice messages: list, save, delete, and the greeting", epilog=_EXIT_CODES)
    verbs = top.add_subparsers(metavar="VERB", required=True, dest="verb")

    def verb(name: str, command: Command, summary: str) -> ArgumentParser:
        return _with_json(_with_state(_command(verbs, name, command, summary)))

    listed = verb("list", voicemail.list_messages, "messages with their ids, oldest first")
    listed.add_argument("--mailbox", default="", metavar="NAME", help="of this one only (default: of all)")
    saved = verb("save", voicemail.save, "write a message to a WAV file; it stays as new as it was")
    saved.add_argument("message", metavar="ID")
    saved.add_argument("file", metavar="FILE.wav")
    verb("delete", voicemail.delete, "delete a message").add_argument("message", metavar="ID")
    greeting = verb("greeting", voicemail.greeting, "give a mailbox its own greeting, or the standard one without a file")
    greeting.add_argument("mailbox", metavar="MAILBOX")
    greeting.add_argument("file", nargs="?", metavar="FILE.wav", help="16-bit PCM, up to 60 s")


def _add_phone(commands: "Commands") -> None:
    top = _with_state(
        commands.add_parser("phone", help="play the person at the simulated telephone (board sim only)", epilog=_EXIT_CODES)
    )
    _with_line(top, 1)
    verbs = top.add_subparsers(metavar="VERB", required=True, dest="verb")
    for verb, summary in (("lift", "lift the handset"), ("replace", "replace the handset"), ("flash", "press the hook shortly")):
        _verb(verbs, verb, phone.act, summary)
    _verb(verbs, "state", phone.act, "hook, ringing and caller ID as JSON")
    _add_dial(_verb(verbs, "dial", phone.dial, "dial by real tones, or by real hook breaks"))
    hear = _verb(verbs, "hear", phone.hear, "listen at the receiver and say what was heard, as JSON")
    hear.add_argument("seconds", type=between(float, 0.1, 300), metavar="SECONDS")
    hear.add_argument("--wav", metavar="FILE", help="keep the sound")
    _verb(verbs, "say", phone.say, "speak a WAV file (16-bit PCM) into the mouthpiece").add_argument("file", metavar="FILE.wav")

    _verb(verbs, "script", script.script, "play a scenario, one step a line").add_argument("file", metavar="FILE.call")


def _add_services(commands: "Commands") -> None:
    """What the units of systemd/ run beside the device."""
    _command(commands, "hold-data", services.hold_data, "hold a mobile data connection for the device (keepline-data.socket)")
    panel = _command(commands, "fault-panel", services.fault_panel, "lamps and button while the device is down")
    _with_config(_with_state(panel))
    network = _command(commands, "set-up-network", services.set_up_network, "a Wi-Fi of the box's own to set it up by")
    _with_page_port(_with_config(_with_state(network)))
    network.add_argument("--request", required=True, metavar="FILE", help="it lasts as long as this file is there")
    health = _with_page_port(
        _with_state(_command(commands, "health", services.health, "ask device and page whether they answer"))
    )
    health.add_argument("--kept", required=True, metavar="FILE", help="what earlier checks found")
    health.add_argument("--restart", action="store_true", help="restart what has not answered for some checks")


def _with_config(command: ArgumentParser) -> ArgumentParser:
    command.add_argument("--config", default=CONFIG, metavar="FILE", help=f"the settings file (default: {CONFIG})")
    return command


def _with_page_port(command: ArgumentParser) -> ArgumentParser:
    command.add_argument(
        "--page-port", type=between(int, 1, 65535), default=8080, metavar="N", help="where the page is (default: 8080)"
    )
    return command


def _add_dial(dial: ArgumentParser) -> None:
    """The telephone itself knows what it can do: bounds and defaults of these are not told twice."""
    dial.add_argument("digits", type=digits, metavar="DIGITS", help="of 0123456789*#ABCD")
    dial.add_argument("--pulse", action="store_true", help="hook breaks, as a rotary dial makes, instead of tones")
    for option, name, meaning in (
        ("--level", "level_dbm0", "level of a digit's tones in dBm0"),
        ("--twist", "twist_db", "how much stronger the high tone is, in dB"),
        ("--on-ms", "on_ms", "length of a tone"),
        ("--off-ms", "off_ms", "pause after a tone"),
        ("--pps", "pps", "pulses a second"),
        ("--break-ratio", "break_ratio", "part of a pulse in which the loop is open"),
    ):
        dial.add_argument(option, dest=name, type=between(float, -10_000, 10_000), metavar="N", help=meaning)


def _verb(verbs: "Commands", name: str, command: Command, summary: str) -> ArgumentParser:
    # SUPPRESS: a --state before the verb holds unless one follows it
    return _with_line(_with_state(_command(verbs, name, command, summary), SUPPRESS), SUPPRESS)


def _with_line(command: ArgumentParser, default: int | str) -> ArgumentParser:
    command.add_argument("--line", type=between(int, 1, 2), default=default, metavar="N", help="which telephone (default: 1)")
    return command
