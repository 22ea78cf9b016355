"""Transfers both ways, blind and attended, and who may not ask for one. Heard in the samples, read on the wire."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware.sip.news import CallArrived, CallEstablished, CallOver, CallReplaced, TransferDone
from tests.peers.baresip import Baresip
from tests.peers.ports import free_port
from tests.peers.sipp import Sipp
from tests.sip.box import HEARD_DBM0, Box, account, level, trunk
from tests.sip.stranger import ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.kamailio import Kamailio
    from tests.peers.sip_wire import SipMessage

NEAR_HZ, FAR_HZ, THIRD_HZ = 1200.0, 1004.0, 1504.0
REFER_TO = "Refer-To: <sip:600@127.0.0.1>\r\n"
REFER = Path(__file__).with_name("scenarios") / "call_and_refer.xml"


def three(kamailio: Kamailio, **how: Callable[[str, str], str]) -> Box:
    return Box(*(account(name, kamailio.server) for name in ("alice", "bob", "carol")), **how)  # type: ignore[arg-type]


def test_a_blind_transfer_joins_the_far_end_with_the_number_and_ends_our_call(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with three(kamailio) as box:
            near, head = box.line(NEAR_HZ)
            (far, far_head), (third, third_head) = box.line(FAR_HZ), box.line(THIRD_HZ)
            box.answers("bob", far)
            box.answers("carol", third)
            box.agent.place("out", "alice", "bob", near)
            await head.waits_to_hear(FAR_HZ)
            bobs = (await box.until(CallArrived)).handle
            box.agent.hold("out")
            box.agent.transfer("out", "carol")
            done = await box.until(TransferDone)
            assert (done.handle, done.ok, done.status) == ("out", True, 200)
            assert not (await box.until(CallOver, lambda news: news.handle == "out")).reason
            replaced = await box.until(CallReplaced)
            assert (replaced.handle, replaced.established, replaced.number) == (bobs, True, "carol")
            assert box.asked == [(bobs, "carol")]
            await asyncio.gather(far_head.waits_to_hear(THIRD_HZ), third_head.waits_to_hear(FAR_HZ))
            await box.until(CallOver, lambda news: news.handle == bobs)
            assert level(await far_head.hears(), THIRD_HZ) > HEARD_DBM0
            assert not [news for news in box.news if isinstance(news, CallEstablished) and news.handle == replaced.by_handle]

    asyncio.run(story())


def test_a_transfer_to_nobody_fails_with_the_status_and_the_call_is_taken_back(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with three(kamailio) as box:
            near, head = box.line(NEAR_HZ)
            far, far_head = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await head.waits_to_hear(FAR_HZ)
            box.agent.hold("out")
            box.agent.transfer("out", "dave")  # known, not registered
            done = await box.until(TransferDone)
            assert (done.ok, done.status) == (False, 480)
            box.agent.resume("out", near)
            await asyncio.gather(head.waits_to_hear(FAR_HZ), far_head.waits_to_hear(NEAR_HZ))
            assert not [news for news in box.news if isinstance(news, CallReplaced | CallOver)]

    asyncio.run(story())


def test_a_transfer_that_is_not_allowed_is_refused_and_nobody_is_called(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with three(kamailio, may_transfer=lambda _handle, _digits: "premium numbers are not called") as box:
            near, head = box.line(NEAR_HZ)
            far, _ = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await head.waits_to_hear(FAR_HZ)
            box.agent.transfer("out", "carol")
            done = await box.until(TransferDone)
            assert (done.ok, done.status) == (False, 403)
            assert [news.account for news in box.news if isinstance(news, CallArrived)] == ["bob"]

    asyncio.run(story())


def test_an_account_that_hides_its_number_takes_no_transfer(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server), account("bob", kamailio.server, anonymous=True)) as box:
            near, head = box.line(NEAR_HZ)
            far, _ = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await head.waits_to_hear(FAR_HZ)
            box.agent.transfer("out", "dave")
            done = await box.until(TransferDone)
            assert (done.ok, done.status, box.asked) == (False, 403, [])

    asyncio.run(story())


def test_an_attended_transfer_joins_both_far_ends_without_us(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with three(kamailio) as box:
            near, head = box.line(NEAR_HZ)
            (far, far_head), (third, third_head) = box.line(FAR_HZ), box.line(THIRD_HZ)
            box.answers("bob", far)
            box.answers("carol", third)
            before = len(kamailio.sip_trace)
            box.agent.place("first", "alice", "bob", near)
            await head.waits_to_hear(FAR_HZ)
            box.agent.hold("first")
            box.agent.place("second", "alice", "carol", near)
            await head.waits_to_hear(THIRD_HZ)
            box.agent.hold("second")
            box.agent.transfer_to("first", "second")
            assert (await box.until(TransferDone)).ok
            for handle in ("first", "second"):
                await box.until(CallOver, lambda news, handle=handle: news.handle == handle)
            bobs, carols = [news.handle for news in box.news if isinstance(news, CallArrived)]
            for handle, number in ((bobs, "carol"), (carols, "bob")):
                replaced = await box.until(CallReplaced, lambda news, handle=handle: news.handle == handle)
                assert (replaced.established, replaced.number) == (True, number)
            await asyncio.gather(far_head.waits_to_hear(THIRD_HZ), third_head.waits_to_hear(FAR_HZ))
            trace = [traced.message for traced in kamailio.sip_trace[before:]]
            refer = next(message for message in trace if message.method == "REFER" and message.is_request)
            assert "Replaces=" in refer.headers["Refer-To"]
            assert refer.headers["Referred-By"]
            assert any(message.method == "INVITE" and message.is_request and "Replaces" in message.headers for message in trace)

    asyncio.run(story())


def test_an_impatient_transferor_hangs_up_first_and_the_call_goes_on(kamailio: Kamailio) -> None:
    """Many telephones send BYE as soon as the REFER is accepted."""

    async def story() -> None:
        async with three(kamailio) as box:
            near, head = box.line(NEAR_HZ)
            (far, far_head), (third, _) = box.line(FAR_HZ), box.line(THIRD_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await head.waits_to_hear(FAR_HZ)
            bobs = (await box.until(CallArrived)).handle
            box.agent.transfer("out", "carol")
            carols = (await box.until(CallArrived, lambda news: news.account == "carol")).handle
            box.agent.ring(carols)
            box.agent.end("out")
            replaced = await box.until(CallReplaced)
            assert (replaced.handle, replaced.established) == (bobs, False)
            await box.until(CallOver, lambda news: news.handle == bobs)
            box.agent.answer(carols, third)
            await box.until(CallEstablished, lambda news: news.handle == replaced.by_handle)
            await far_head.waits_to_hear(THIRD_HZ)

    asyncio.run(story())


def test_a_real_telephone_is_transferred_by_us_and_transfers_us(kamailio: Kamailio, tmp_path: Path) -> None:
    async def story(telephone: Baresip) -> None:
        async with Box(account("alice", kamailio.server), account("carol", kamailio.server)) as box:
            near, head = box.line(NEAR_HZ)
            third, third_head = box.line(THIRD_HZ)
            box.answers("carol", third, third)
            box.agent.place("out", "alice", "600", near)
            await head.waits_to_hear(FAR_HZ)
            box.agent.hold("out")
            box.agent.transfer("out", "carol")
            assert (await box.until(TransferDone)).ok
            await third_head.waits_to_hear(FAR_HZ)
            box.agent.end((await box.until(CallArrived)).handle)
            seen = len(box.news)
            box.agent.place("again", "alice", "600", near)
            await box.until(CallEstablished, after=seen)
            await head.waits_to_hear(FAR_HZ)
            await asyncio.to_thread(telephone.transfer, "carol")
            replaced = await box.until(CallReplaced)
            assert (replaced.handle, replaced.number) == ("again", "carol")
            await asyncio.gather(head.waits_to_hear(THIRD_HZ), third_head.waits_to_hear(NEAR_HZ))
            await box.until(CallOver, lambda news: news.handle == "again")

    with Baresip(tmp_path / "600", "600", "600pw", server=kamailio.server, source=FAR_HZ) as telephone:
        kamailio.wait_registered("600")
        asyncio.run(story(telephone))


def test_a_line_that_hangs_up_while_it_is_transferred_calls_nobody(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with three(kamailio) as box:
            near, head = box.line(NEAR_HZ)
            far, _ = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await head.waits_to_hear(FAR_HZ)
            bobs = (await box.until(CallArrived)).handle
            box.agent.transfer("out", "carol")
            carols = (await box.until(CallArrived, lambda news: news.account == "carol")).handle
            box.agent.ring(carols)
            box.agent.end(bobs)
            await box.until(CallOver, lambda news: news.handle == carols)
            await box.until(CallOver, lambda news: news.handle == bobs)
            assert not [news for news in box.news if isinstance(news, CallReplaced)]

    asyncio.run(story())


@pytest.mark.parametrize(
    "refer_to",
    [
        "<sip:600@203.0.113.9>",
        "<sip:600@127.0.0.1;maddr=203.0.113.9>",
        "<sip:600@127.0.0.1?Route=%3Csip%3A203.0.113.9%3Blr%3E>",
        "<tel:+77271234567>",
        "nonsense",
    ],
)
def test_a_transfer_that_leads_away_from_the_accounts_server_is_refused(tmp_path: Path, refer_to: str) -> None:
    async def story() -> None:
        async with Box(trunk(free_port())) as box:
            far, _ = box.line()
            box.answers("trunk", far)
            keys = {"refer_to": refer_to, "code": "403"}
            with Sipp(tmp_path / "sipp", REFER, target=f"127.0.0.1:{box.port}", user="alice", keys=keys, pause_ms=300) as caller:
                await asyncio.to_thread(caller.wait_passed)
            assert box.asked == []

    asyncio.run(story())


def test_a_stranger_who_knows_the_dialog_may_neither_transfer_nor_replace_it(tmp_path: Path) -> None:
    async def story() -> None:
        other = trunk(free_port(), id="other", user="other", accept_from=("127.0.0.3",))
        async with Box(trunk(free_port()), other) as box:
            far, _ = box.line()
            box.answers("trunk", far)
            with Sipp(tmp_path / "sipp", "call_until_bye", target=f"127.0.0.1:{box.port}", user="alice") as caller:
                await box.until(CallEstablished)
                answer = await asyncio.to_thread(caller.wait_received, lambda message: message.status == 200)

                def status(address: str, method: str, **what: str) -> int:
                    return ask(address, box.port, method, **what)

                for address in ("127.0.0.2", "127.0.0.3"):
                    assert await asyncio.to_thread(status, address, "REFER", headers=REFER_TO, **dialog_of(answer)) == 403
                assert await asyncio.to_thread(status, "127.0.0.3", "INVITE", **replacing(answer)) == 403
                assert await asyncio.to_thread(status, "127.0.0.2", "INVITE", **replacing(answer)) == 0, "silence"
                assert await asyncio.to_thread(status, "127.0.0.1", "INVITE", **replacing(answer, "nobody")) == 481
                assert await asyncio.to_thread(status, "127.0.0.1", "REFER", headers=REFER_TO) == 405
                assert await asyncio.to_thread(status, "127.0.0.2", "REFER", headers=REFER_TO) == 0, "silence"
                assert box.asked == []
                assert not [news for news in box.news if isinstance(news, CallReplaced | CallOver)]

    asyncio.run(story())


def dialog_of(answer: SipMessage) -> dict[str, str]:
    return {"far": answer.headers["From"], "near": answer.headers["To"], "call": answer.call_id}


def replacing(answer: SipMessage, call: str = "") -> dict[str, str]:
    """An INVITE that would take the dialog over."""
    to_tag, from_tag = (answer.headers[name].partition("tag=")[2] for name in ("To", "From"))
    return {
        "headers": f"Replaces: {call or answer.call_id};to-tag={to_tag};from-tag={from_tag}\r\nContent-Type: application/sdp\r\n",
        "body": "v=0\r\no=raw 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9000 RTP/AVP 8\r\n",
    }
