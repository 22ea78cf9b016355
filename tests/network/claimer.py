"""A process that claims uplinks and waits to be killed: `python -m tests.network.claimer IFACE...`. Without rights it says so, and watches and pings."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from firmware.network.errors import MissingRights
from firmware.network.probes.ping import ping
from firmware.network.routes import Routes
from firmware.network.watch import NetworkWatch

if TYPE_CHECKING:
    from firmware.network.link_state import LinkState


async def try_ping(link: LinkState) -> None:
    try:
        print(f"ping answered in {await ping(link, link.gateway4, 5000)}", flush=True)
    except MissingRights as missing:
        print(f"no ping: {missing}", flush=True)


async def main(names: list[str]) -> None:
    watch = NetworkWatch(names)
    watch.start(lambda _: None)
    routes = Routes()
    try:
        routes.start()
    except MissingRights as missing:
        print(f"MissingRights: {missing}", flush=True)
        for link in watch.links:
            print(f"watching {link.name} {link.address4}", flush=True)
            await try_ping(link)
        watch.stop()
        return
    for link in watch.links:
        routes.claim(link)
    routes.use_for_voice(names[-1], 42000, 42099)
    print("claimed", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
