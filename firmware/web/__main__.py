"""`keepline-web`: arguments, sentences and exit codes of the page's process."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from firmware import VERSION
from firmware.state_folder import control_socket
from firmware.web.address import read_address, take
from firmware.web.errors import ListenTaken, ListenWrong

STATE = "/var/lib/keepline"
LISTEN = "127.0.0.1:8080"

_EXIT_CODES = "Exit codes: 0 stopped by SIGTERM or Ctrl-C; 1 the address cannot be had; 2 wrong use."


def main(words: Sequence[str] | None = None) -> int:
    """Run the page; returns the exit code. Wrong use of options ends in argparse's SystemExit(2)."""
    arguments = _parser().parse_args(words)
    try:
        address = read_address(arguments.listen)
        listener = take(address)
    except ListenWrong as wrong:
        return _say(str(wrong), 2)
    except ListenTaken as taken:
        return _say(str(taken), 1)
    if arguments.demo and not address.is_private:
        return _say("--demo lets everybody in without a password: it takes an address that only this machine can reach", 2)
    # imported here: a mistake in the arguments is said at once
    from firmware.web.server import serve  # noqa: PLC0415

    serve(control_socket(Path(arguments.state)), address, listener, demo=arguments.demo)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "keepline-web", description="The page of a phone adapter that keeps the line.", epilog=_EXIT_CODES
    )
    parser.add_argument("--version", action="version", version=f"keepline-web {VERSION}")
    parser.add_argument("--state", default=STATE, metavar="DIR", help=f"the device's state folder (default: {STATE})")
    parser.add_argument("--listen", default=LISTEN, metavar="ADDRESS:PORT", help=f"where to serve the page (default: {LISTEN})")
    parser.add_argument("--demo", action="store_true", help="no password; only on loopback, and only for a simulated telephone")
    return parser


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
