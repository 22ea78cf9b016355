"""Many at once: accounts, and callers beyond what is free."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.sip.news import CallArrived, CallEstablished
from tests.peers.kamailio import Kamailio
from tests.peers.ports import free_port
from tests.sip.box import HEARD_DBM0, Box, account, level, trunk
from tests.sip.stranger import burst

if TYPE_CHECKING:
    from firmware.sip.news import News

CALLERS = 50
NUMBERS = [f"7727000000{number}" for number in range(8)]
MOST_MB = 5.0


def test_fifty_callers_at_once_are_all_answered_and_the_call_that_talks_goes_on(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server), account("bob", kamailio.server), trunk(free_port())) as box:
            near, head = box.line(1200.0)
            far, _ = box.line(1004.0)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await box.until(CallEstablished, lambda news: news.handle == "out")
            box.on_news = busy(box)
            statuses = await asyncio.to_thread(burst, CALLERS, box.port)
            assert statuses == [486] * CALLERS
            assert level(await head.hears(), 1004.0) > HEARD_DBM0
            arrived = [news for news in box.news if isinstance(news, CallArrived)]
            assert len(arrived) > 1, "some came through to be judged"

    asyncio.run(story())


def busy(box: Box):  # noqa: ANN201 - what a box takes
    """Refuse whoever calls."""

    def judge(news: News) -> None:
        if isinstance(news, CallArrived):
            asyncio.get_running_loop().call_soon(box.agent.end, news.handle, 486)

    return judge


def test_eight_numbers_are_registered_at_once_and_cost_little_memory(tmp_path: Path) -> None:
    async def used(server: str, numbers: list[str]) -> float:
        async with Box(*(account(number, server, codecs=("PCMA", "PCMU")) for number in numbers)):
            return resident_mb()

    users = {number: f"{number}pw" for number in NUMBERS}
    with Kamailio(tmp_path / "kamailio", users) as server:
        asyncio.run(used(server.server, NUMBERS[:1]))  # what the first ever costs
        one = asyncio.run(used(server.server, NUMBERS[:1]))
        eight = asyncio.run(used(server.server, NUMBERS))
    assert eight - one < MOST_MB


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024
