"""302 both ways: ours is followed by the server, the far end's is not followed by us."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.sip.news import CallArrived, CallOver
from tests.peers.ports import free_port_block
from tests.peers.sip_wire import uri_of
from tests.peers.sipp import Sipp
from tests.sip.box import Box, account, trunk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.kamailio import Kamailio


def test_a_redirected_caller_is_sent_to_the_number_at_the_accounts_server(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server), account("bob", kamailio.server)) as box:
            before = len(kamailio.sip_trace)
            box.agent.place("out", "alice", "bob")
            arrived = await box.until(CallArrived)
            box.agent.redirect(arrived.handle, "77271234567", "no-answer")
            over = await box.until(CallOver, lambda news: news.handle == arrived.handle)
            assert (over.status, over.by_us) == (302, True)
            seen = await asyncio.to_thread(kamailio.wait_for_message, lambda traced: traced.message.status == 302, after=before)
            answer = seen.message
            assert [uri_of(value) for value in answer.headers.all("Contact")] == [f"sip:77271234567@{kamailio.server}"]
            assert answer.headers["Diversion"] == "<sip:bob@127.0.0.1>;reason=no-answer"

    asyncio.run(story())


def test_a_redirection_by_the_far_end_is_not_followed_and_the_reason_names_the_number(tmp_path: Path) -> None:
    async def story() -> None:
        port, elsewhere = free_port_block(2), free_port_block(2)
        async with Box(trunk(port)) as box:
            headers = {"Contact": f"<sip:79001234567@127.0.0.1:{elsewhere}>"}
            refusal = {"code": "302", "reason": "Moved Temporarily"}
            with (
                Sipp(tmp_path / "far", "refuse", port=port, keys=refusal, headers=headers) as far,
                Sipp(tmp_path / "elsewhere", "answer", port=elsewhere) as other,
            ):
                box.agent.place("out", "trunk", "600")
                over = await box.until(CallOver)
                await asyncio.to_thread(far.wait_passed)
                assert other.received() == []
            assert (over.status, over.by_us) == (302, False)
            assert "79001234567" in over.reason

    asyncio.run(story())
