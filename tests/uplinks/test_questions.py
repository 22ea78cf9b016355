"""Questions through a real interface, the loopback: who can be asked, and what real answers, silence and refusals become."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from firmware.network.link_state import LinkState
from firmware.uplinks.parts import Answered, Apart, Intercepted, Outcome, Unanswered
from firmware.uplinks.questions import NetworkQuestions, Provider, Targets

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firmware.core.uplink_events import Target

LOOPBACK = LinkState("lo", up=True, carrier=True, address4="127.0.0.1", gateway4="127.0.0.1", index=1)
INTERNET = ("127.0.0.2", "127.0.0.3", "::1")


class SipServer(asyncio.DatagramProtocol):
    """Refuses every OPTIONS, which proves that it is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        head = data.decode().splitlines()[1:]
        kept = [line for line in head if line.lower().startswith(("via", "from", "to", "call-id", "cseq"))]
        self.transport.sendto("\r\n".join(["SIP/2.0 405 Method Not Allowed", *kept, "", ""]).encode(), address)


async def page(answer: bytes) -> tuple[asyncio.Server, str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def ask(questions: NetworkQuestions, target: Target, link: LinkState = LOOPBACK) -> Outcome:
    answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
    questions.ask(link, target, 500, answer.set_result)
    return await answer


async def resolved(questions: NetworkQuestions) -> None:
    """To be asked whom there is sets out to find the provider; wait until that is done."""
    questions.targets(LOOPBACK)
    await asyncio.gather(*questions._tasks)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await work()

    asyncio.run(whole())


def test_real_answers_become_round_trips() -> None:
    async def work() -> None:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(SipServer, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        questions = NetworkQuestions(Targets(INTERNET, Provider("127.0.0.1", port)), pytest.fail)
        await resolved(questions)
        assert questions.targets(LOOPBACK) == {"gateway", "internet-1", "internet-2", "provider"}
        asked: tuple[Target, ...] = ("gateway", "internet-1", "internet-2", "provider")
        for target in asked:
            outcome = await ask(questions, target)
            assert isinstance(outcome, Answered), target
            assert 0 < outcome.rtt_ms < 500
        await questions.close()
        transport.close()

    run(work)


def test_a_provider_without_an_address_of_the_uplinks_family_is_out_of_reach_there() -> None:
    async def work() -> None:
        questions = NetworkQuestions(Targets(INTERNET, Provider("127.0.0.1", 5060)), pytest.fail)
        only_six = replace(LOOPBACK, name="six", address4="", address6="::1")
        await resolved(questions)
        assert "provider" in questions.targets(only_six)
        assert await ask(questions, "provider", only_six) == Apart()
        await questions.close()

    run(work)


def test_where_bytes_cost_the_providers_name_is_asked_for_four_times_a_day_and_sooner_when_it_is_silent() -> None:
    async def work() -> None:
        targets = Targets((), Provider("127.0.0.1", 9), metered=frozenset({"dear"}))
        questions, now_s = NetworkQuestions(targets, pytest.fail), asyncio.get_running_loop().time()
        dear = replace(LOOPBACK, name="dear", nameservers=("127.0.0.1",))
        for link in (LOOPBACK, dear):
            questions.targets(link)
        await asyncio.gather(*questions._tasks)
        again_s = {name: known.again_s - now_s for name, known in questions._known.items()}
        assert again_s == pytest.approx({"lo": 600, "dear": 21_600}, abs=10)
        assert await ask(questions, "provider", dear) == Unanswered()
        assert questions._known["dear"].again_s - now_s == pytest.approx(300, abs=10)
        await questions.close()

    run(work)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answered),
        (b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n\r\n", Intercepted),
    ],
)
def test_the_page_tells_a_portal(answer: bytes, kind: type) -> None:
    async def work() -> None:
        server, address = await page(answer)
        questions = NetworkQuestions(Targets(INTERNET, page=address), pytest.fail)
        assert "portal" in questions.targets(LOOPBACK)
        assert isinstance(await ask(questions, "portal"), kind)
        server.close()
        await questions.close()

    run(work)


def test_nobody_there_is_no_answer() -> None:
    async def work() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))  # hears and says nothing
            questions = NetworkQuestions(Targets((), Provider("127.0.0.1", taken.getsockname()[1])), pytest.fail)
            await resolved(questions)
            assert await ask(questions, "provider") == Unanswered()
            await questions.close()

    run(work)


def test_each_uplink_is_asked_in_its_own_family() -> None:
    wanted = Targets(("192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2", "192.0.2.3"))
    assert wanted.internet_of(LOOPBACK) == ("192.0.2.1", "192.0.2.2")
    assert wanted.internet_of(replace(LOOPBACK, address4="", address6="2001:db8::9")) == ("2001:db8::1", "2001:db8::2")
