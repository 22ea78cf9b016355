"""The commands that systemd's units run beside the device (systemd/). Each is small and imports what it needs when it runs."""

import asyncio
import logging
import socket
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from firmware.command_line.output import print_json, say


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


def fault_panel(arguments: Namespace) -> int:
    """Lamps and button while the device is down."""
    from firmware.fault_panel import run  # noqa: PLC0415

    return run(Path(arguments.config), Path(arguments.state))


def health(arguments: Namespace) -> int:
    """One check; 1 if something does not answer."""
    from firmware.health import DEVICE, PAGE, check_all, device_check, page_check, restart_unit  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    state = Path(arguments.state)
    checks = {DEVICE: lambda: device_check(state), PAGE: lambda: page_check(arguments.page_port)}
    found = check_all(checks, Path(arguments.kept), restart_unit if arguments.restart else lambda _unit: None)
    print_json({unit: trouble or "answers" for unit, trouble in found.items()})
    return 1 if any(found.values()) else 0


def set_up_network(arguments: Namespace) -> int:
    """Until the request's file is gone."""
    from firmware.fault_panel import known_settings  # noqa: PLC0415
    from firmware.hotspot.run import run  # noqa: PLC0415
    from firmware.trust.label import setup_code  # noqa: PLC0415

    code = setup_code(Path(arguments.state) / "setup-code")
    country = known_settings(Path(arguments.config)).device.country
    problem = run(Path(arguments.request), code, country, arguments.page_port)
    if problem:
        say(f"the set-up network: {problem}")
    return 1 if problem else 0
