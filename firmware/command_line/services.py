"""The commands that systemd's units run beside the device (systemd/). Each is small and imports what it needs when it runs."""

import asyncio
import socket
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from firmware.command_line.output import say


def hold_data(_arguments: Namespace) -> int:
    """One connection of keepline-data.socket, which is our standard input."""
    from firmware.cellular.data_orders import DataOrderWrong  # noqa: PLC0415
    from firmware.cellular.ways import help_one  # noqa: PLC0415

    try:
        connection = socket.socket(fileno=sys.stdin.fileno())
    except OSError:
        say("hold-data speaks over a socket that systemd gives it (keepline-data.socket)")
        return 2
    with connection, tempfile.TemporaryDirectory(prefix="keepline-data-") as folder:
        try:
            asyncio.run(help_one(connection, Path(folder)))
        except DataOrderWrong as wrong:
            say(str(wrong))
            return 1
        finally:
            connection.detach()
    return 0
