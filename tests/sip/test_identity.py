"""Who we say we are, on the wire; who the caller is and which ring the network asks for, in the news."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from firmware.sip.invite import Invite
from firmware.sip.news import CallArrived, CallOver
from tests.peers.ports import free_port_block
from tests.peers.sipp import Sipp
from tests.sip.box import Box, account, trunk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.kamailio import Kamailio
    from tests.peers.sip_wire import SipMessage

ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'


async def sent(tmp_path: Path, invite: Invite, **keys: object) -> SipMessage:
    """The INVITE as a far end gets it."""
    port = free_port_block(2)
    async with Box(trunk(port, number="77270000001", **keys)) as box:
        with Sipp(tmp_path / "sipp", "refuse", port=port) as far:
            box.agent.place("out", "trunk", invite)
            await box.until(CallOver)
            return far.received("INVITE")[0]


@pytest.mark.parametrize(
    ("invite", "keys", "shown", "header"),
    [
        (Invite("600"), {}, "<sip:alice@127.0.0.1>", None),
        (Invite("600", hidden=True), {}, ANONYMOUS, None),
        (Invite("600"), {"anonymous": True}, ANONYMOUS, None),
        (Invite("600", shown=True), {"anonymous": True}, "<sip:alice@127.0.0.1>", None),
        (
            Invite("600", hidden=True),
            {"identity": "preferred"},
            ANONYMOUS,
            ("P-Preferred-Identity", "<sip:77270000001@127.0.0.1>"),
        ),
        (
            Invite("600", hidden=True),
            {"identity": "asserted", "from_domain": "provider.test"},
            ANONYMOUS,
            ("P-Asserted-Identity", "<sip:77270000001@provider.test>"),
        ),
        (
            Invite("600", own_number="+77270000002"),
            {"identity": "asserted"},
            "<sip:+77270000002@127.0.0.1>",
            ("P-Asserted-Identity", "<sip:+77270000002@127.0.0.1>"),
        ),
        (Invite("600"), {"from_domain": "provider.test"}, "<sip:alice@provider.test>", None),
    ],
)
def test_privacy_and_identity_on_the_wire(
    tmp_path: Path, invite: Invite, keys: dict[str, object], shown: str, header: tuple[str, str] | None
) -> None:
    message = asyncio.run(sent(tmp_path, invite, **keys))
    assert message.headers["From"].partition(";tag=")[0] == shown
    assert message.headers.get("Privacy") == ("id" if shown == ANONYMOUS else "")
    identities = [(name, value) for name, value in message.headers.fields if name.startswith("P-")]
    assert identities == ([header] if header else [])


def test_headers_of_the_caller_go_out_and_cannot_smuggle_others_in(tmp_path: Path) -> None:
    invite = Invite("600", own_number="1\r\nEvil: 1", headers=(("Diversion", "<sip:1@a.test>\r\nEvil: yes"),))
    message = asyncio.run(sent(tmp_path, invite))
    assert message.headers["Diversion"] == "<sip:1@a.test> Evil: yes"
    assert "Evil" not in message.headers


@pytest.mark.parametrize(
    ("headers", "ring", "diverted"),
    [
        ({}, "", ""),
        ({"Alert-Info": "<http://127.0.0.1/ring>;info=Bellcore-dr2"}, "Bellcore-dr2", ""),
        ({"Alert-Info": "Bellcore-dr3"}, "Bellcore-dr3", ""),
        ({"Alert-Info": "<http://notused>; info=alert-internal;x=1"}, "alert-internal", ""),
        ({"Alert-Info": "info=alert-external"}, "alert-external", ""),
        ({"Alert-Info": "<urn:alert:source:internal>"}, "urn:alert:source:internal", ""),
        ({"Diversion": "<sip:77270000009@a.test>;reason=no-answer"}, "", "77270000009"),
        ({"History-Info": "<sip:77270000008@a.test>;index=1, <sip:alice@a.test>;index=1.1"}, "", "77270000008"),
        ({"History-Info": "<sip:alice@a.test>;index=1"}, "", ""),
    ],
)
def test_the_wanted_ring_and_the_number_first_called_are_told(
    tmp_path: Path, headers: dict[str, str], ring: str, diverted: str
) -> None:
    async def story() -> CallArrived:
        async with Box(trunk(free_port_block(2))) as box:
            with Sipp(tmp_path / "sipp", "call", target=f"127.0.0.1:{box.port}", user="alice", headers=headers):
                return await box.until(CallArrived)

    arrived = asyncio.run(story())
    assert (arrived.alert_info, arrived.diverted_from, arrived.called) == (ring, diverted, "alice")


def test_a_call_is_for_the_account_whose_server_sent_it_though_another_has_the_same_user(tmp_path: Path) -> None:
    async def story() -> None:
        second = account("alice", "127.0.0.4", register=False, id="second", accept_from=("127.0.0.3",))
        async with Box(trunk(free_port_block(2)), second) as box:
            for address, name in (("127.0.0.3", "second"), ("127.0.0.1", "trunk")):
                seen = len(box.news)
                folder, target = tmp_path / name, f"127.0.0.1:{box.port}"
                with Sipp(folder, "call", target=target, user="alice", address=address):
                    assert (await box.until(CallArrived, after=seen)).account == name

    asyncio.run(story())


def test_the_server_reaches_the_box_by_the_contact_user_of_the_settings(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server, contact_user="s-4711"), account("bob", kamailio.server)) as box:
            assert kamailio.registered("alice")[0].uri.startswith("sip:s-4711@")
            box.agent.place("out", "bob", "alice")
            assert (await box.until(CallArrived)).account == "alice"

    asyncio.run(story())
