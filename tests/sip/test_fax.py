"""A fax passes as G.711 with a jitter buffer that stands still; T.38 is not spoken, and its offer leaves the call as it was."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.sip.news import CallEstablished, CallOver, MediaChanged
from tests.peers.ports import free_port_block
from tests.peers.sipp import Sipp
from tests.sip.box import HEARD_DBM0, Box, account, level, trunk

if TYPE_CHECKING:
    from tests.peers.kamailio import Kamailio

NEAR_HZ, FAR_HZ = 1200.0, 1004.0
T38 = Path(__file__).with_name("scenarios") / "asks_for_t38.xml"


def test_an_offer_of_t38_is_refused_with_488_and_the_voice_stays(tmp_path: Path) -> None:
    async def story() -> None:
        port = free_port_block(2)
        async with Box(trunk(port)) as box:
            near, head = box.line(NEAR_HZ)
            with Sipp(tmp_path / "far", T38, port=port, echo=True, pause_ms=600) as far:
                box.agent.place("out", "trunk", "600", near)
                await box.until(CallEstablished)
                await head.waits_to_hear(NEAR_HZ)  # the far end's echo
                refused = await asyncio.to_thread(far.wait_received, lambda message: message.status == 488)
                assert refused.method == "INVITE"
                await head.hears(0.3)
                assert level(await head.hears(), NEAR_HZ) > HEARD_DBM0
                assert not [news for news in box.news if isinstance(news, CallOver)]
                box.agent.end("out")
                await asyncio.to_thread(far.wait_passed)

    asyncio.run(story())


def test_a_fax_moves_the_call_to_g711_and_holds_the_delay_still(kamailio: Kamailio) -> None:
    async def story() -> None:
        codecs = ("G722", "PCMA")
        async with Box(*(account(name, kamailio.server, codecs=codecs) for name in ("alice", "bob"))) as box:
            near, near_head = box.line(NEAR_HZ)
            far, far_head = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            assert (await box.until(MediaChanged, lambda news: news.handle == "out")).codec.startswith("G722")
            await near_head.waits_to_hear(FAR_HZ)
            before = shortest_wait_ms(box, "out")
            box.agent.set_fax("out", on=True)
            await box.until(MediaChanged, lambda news: news.handle == "out" and news.codec.startswith("PCMA"))
            await near_head.waits_to_hear(FAR_HZ)
            assert shortest_wait_ms(box, "out") > before
            assert level(await near_head.hears(), FAR_HZ) > HEARD_DBM0
            assert level(await far_head.hears(), NEAR_HZ) > HEARD_DBM0
            box.agent.set_fax("out", on=False)
            assert level(await near_head.hears(), FAR_HZ) > HEARD_DBM0

    asyncio.run(story())


def shortest_wait_ms(box: Box, handle: str) -> int:
    """The shortest wait of the jitter buffer so far, by the engine's own report, in ms."""
    return int(box.agent._calls[handle].getStreamStat(0).jbuf.minDelayMsec)
