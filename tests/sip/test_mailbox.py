"""The provider's mailbox: asked for (SUBSCRIBE) and told unasked (NOTIFY), from the account's own server only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware.sip.news import MessagesWaiting
from tests.peers.ports import free_port, free_port_block
from tests.peers.sipp import Sipp
from tests.sip.box import Box, account, trunk
from tests.sip.stranger import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

MAILBOX = Path(__file__).with_name("scenarios") / "mailbox.xml"
NOTIFY: Mapping[str, str] = {
    "headers": "Event: message-summary\r\nSubscription-State: active\r\nContent-Type: application/simple-message-summary\r\n",
    "body": "Messages-Waiting: yes\r\nMessage-Account: sip:alice@127.0.0.1\r\nVoice-Message: 2/8 (0/2)\r\n",
}


def test_a_subscribed_mailbox_tells_what_waits(tmp_path: Path) -> None:
    async def story(server: Sipp) -> None:
        async with Box(account("alice", server.server, mwi=True)) as box:
            assert await box.until(MessagesWaiting) == MessagesWaiting("alice", waiting=True, new=3, old=1)
            request = await asyncio.to_thread(server.wait_received, lambda message: message.method == "SUBSCRIBE")
            assert request.headers["Event"] == "message-summary"

    port = free_port_block(2)
    with Sipp(tmp_path / "sipp", MAILBOX, port=port, keys={"new": "3", "old": "1"}, calls=0) as server:
        asyncio.run(story(server))


def test_an_account_that_does_not_ask_sends_no_subscribe(tmp_path: Path) -> None:
    async def story(server: Sipp) -> None:
        async with Box(account("alice", server.server)):
            pass
        assert server.received("SUBSCRIBE") == []

    with Sipp(tmp_path / "sipp", MAILBOX, port=free_port_block(2), keys={"new": "0", "old": "0"}, calls=0) as server:
        asyncio.run(story(server))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (NOTIFY["body"], (True, 2, 8)),
        ("Messages-Waiting: no\r\n", (False, 0, 0)),
        ("messages-waiting:YES\r\n", (True, 0, 0)),
    ],
)
def test_an_unasked_notify_of_the_accounts_server_counts(body: str, told: tuple[bool, int, int]) -> None:
    async def story() -> None:
        async with Box(trunk(free_port())) as box:
            notify = {**NOTIFY, "body": body}
            assert await asyncio.to_thread(lambda: ask("127.0.0.1", box.port, "NOTIFY", **notify)) == 200
            news = await box.until(MessagesWaiting)
            assert (news.waiting, news.new, news.old) == told

    asyncio.run(story())


def test_a_notify_from_elsewhere_or_without_sense_changes_nothing() -> None:
    async def story() -> None:
        other = trunk(free_port(), id="other", user="other", accept_from=("127.0.0.3",))
        async with Box(trunk(free_port()), other) as box:
            assert await asyncio.to_thread(lambda: ask("127.0.0.2", box.port, "NOTIFY", **NOTIFY)) == 0, "silence"
            nonsense = {**NOTIFY, "body": "Voice-Message: 99999999999/x\r\n"}
            assert await asyncio.to_thread(lambda: ask("127.0.0.1", box.port, "NOTIFY", **nonsense)) == 200
            assert not [news for news in box.news if isinstance(news, MessagesWaiting)]
            assert await asyncio.to_thread(lambda: ask("127.0.0.3", box.port, "NOTIFY", **NOTIFY)) == 200
            assert (await box.until(MessagesWaiting)).account == "other", "one server does not speak for another's number"

    asyncio.run(story())
