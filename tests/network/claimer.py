"""A process that claims uplinks and waits to be killed: `python -m tests.network.claimer IFACE...`. Without rights it says so, and watches and pings."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.network.errors import MissingRights
from firmware.network.probes.ping import ping
from firmware.network.routes import Routes
from firmware.network.watch import NetworkWatch

if TYPE_CHECKING:
    from firmware.network.link_state import LinkState


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def try_ping(link: LinkState) -> None:
    try:
        say(f"ping answered in {await ping(link, link.gateway4, 5000)}")
    except MissingRights as missing:
        say(f"no ping: {missing}")


async def main(names: list[str]) -> None:
    watch = NetworkWatch(names)
    watch.start(lambda _: None)
    routes = Routes(note=Path(os.environ["NOTE"]) if "NOTE" in os.environ else None)
    try:
        routes.start()
    except MissingRights as missing:
        say(f"MissingRights: {missing}")
        for link in watch.links:
            say(f"watching {link.name} {link.address4}")
            await try_ping(link)
        watch.stop()
        return
    for link in watch.links:
        routes.claim(link)
    routes.use_for_voice(names[-1], 42000, 42099)
    say("claimed")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
