"""Figures of the network room, printed as JSON: `python -m tests.network.measure [ROUNDS]`, as root.

How soon a cut cable and a new address are told, how long a move of the voice takes, and what watching three uplinks costs: a probe of the
gateway, one of the internet, STUN and a name server each second, on every uplink.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from typing import TYPE_CHECKING

from firmware.network.errors import NoAnswer
from firmware.network.probes.dns import ask_dns
from firmware.network.probes.ping import ping
from firmware.network.probes.stun import stun
from firmware.network.routes import Routes
from firmware.network.watch import NetworkWatch
from tests.network.answerer import Answerer
from tests.network.test_probes import stun_answer
from tests.network.town import CLOUD4, Town, town

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.network.link_state import LinkState

NAMES = ("eth0", "wlan0", "wwan0")
WATCHED_S = 20
RTP = (42000, 42099)


class Told:
    """Waits for a link to be told of, and knows when that was."""

    def __init__(self) -> None:
        self.links: dict[str, LinkState] = {}
        self._waiting: tuple[Callable[[LinkState], bool], asyncio.Future[float]] | None = None

    def hear(self, link: LinkState) -> None:
        self.links[link.name] = link
        if self._waiting and link.name == "eth0" and self._waiting[0](link) and not self._waiting[1].done():
            self._waiting[1].set_result(time.perf_counter())

    async def after(self, cause: Callable[[], None], holds: Callable[[LinkState], bool]) -> float:
        """Milliseconds from the end of the cause (a command that changes the kernel) until it was told; below zero if before that."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting = (holds, future)
        began = await asyncio.to_thread(_timed, cause)
        return (await future - began) * 1000


def _timed(cause: Callable[[], None]) -> float:
    cause()
    return time.perf_counter()


def summary(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[int(len(ordered) * 0.95)], 3),
        "worst": round(ordered[-1], 3),
    }


async def news(place: Town, told: Told, rounds: int) -> dict[str, dict[str, float]]:
    cuts, addresses = [], []
    for _ in range(rounds):
        cuts.append(await told.after(lambda: void(place.wire.ip("link", "set", "lan", "down")), lambda link: not link.carrier))
        await told.after(lambda: void(place.wire.ip("link", "set", "lan", "up")), lambda link: link.carrier)
        addresses.append(
            await told.after(lambda: void(readdress(place, "10.1.0.9", "10.1.0.2")), lambda link: link.address4 == "10.1.0.9")
        )
        await told.after(lambda: void(readdress(place, "10.1.0.2", "10.1.0.9")), lambda link: link.address4 == "10.1.0.2")
    return {"cut_cable_told_ms": summary(cuts), "new_address_told_ms": summary(addresses)}


def void(_: object) -> None:
    return None


def readdress(place: Town, new: str, old: str) -> None:
    place.device.ip("addr", "del", f"{old}/24", "dev", "eth0")
    place.device.ip("addr", "add", f"{new}/24", "dev", "eth0")


def moves(links: list[LinkState], rounds: int) -> dict[str, float]:
    routes = Routes()
    routes.start()
    for link in links:
        routes.claim(link)
    taken = []
    for number in range(rounds):
        began = time.perf_counter()
        routes.use_for_voice(("eth0", "wlan0")[number % 2], *RTP)
        taken.append((time.perf_counter() - began) * 1000)
    routes.release_all()
    return summary(taken)


async def watching(watch: NetworkWatch, port: int) -> dict[str, float]:
    began_cpu, began = time.process_time(), time.monotonic()
    probes = failed = 0
    while time.monotonic() - began < WATCHED_S:
        next_round = asyncio.create_task(asyncio.sleep(1))
        for link in watch.links:
            asked = (
                ping(link, link.gateway4, 900),
                ping(link, CLOUD4, 900),
                stun(link, CLOUD4, 900, port),
                ask_dns(link, link.gateway4, "a.example", 900),
            )
            answers = await asyncio.gather(*asked, return_exceptions=True)
            probes += len(answers)
            # No name server listens there: it is refused at once, which costs the same.
            failed += sum(1 for each in answers[:3] if isinstance(each, BaseException))
            assert isinstance(answers[3], NoAnswer)
        await next_round
    return {
        "cpu_percent_of_a_core": round(100 * (time.process_time() - began_cpu) / (time.monotonic() - began), 3),
        "probes": probes,
        "failed": failed,
    }


async def measure(place: Town, rounds: int) -> dict[str, object]:
    told = Told()
    watch = NetworkWatch(NAMES)
    watch.start(told.hear)
    figures: dict[str, object] = dict(await news(place, told, rounds))
    figures["move_of_the_voice_ms"] = moves(watch.links, rounds)
    gateway = ("route", "replace", "default", "via", "10.1.0.1", "dev", "eth0", "metric", "100")
    await told.after(lambda: void(place.device.ip(*gateway)), lambda link: bool(link.gateway4))
    with Answerer(place.cloud, CLOUD4, stun_answer) as server:
        figures["watching_three_uplinks"] = await watching(watch, server.port)
    watch.stop()
    return figures


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    with town(cellular=True) as place, place.device.inside():
        sys.stdout.write(json.dumps(asyncio.run(measure(place, rounds)), indent=2) + "\n")


if __name__ == "__main__":
    main()
