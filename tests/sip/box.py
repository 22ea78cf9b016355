"""The agent by itself: real accounts, real calls, and line ports whose mouth says a tone and whose ear keeps every sample.

No telephone, no line machine and no device around it, so what is seen here is the agent's own doing. Its far ends may be peers or its own other accounts.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np

from firmware.settings.model import Account, Settings, Sip
from firmware.settings.secret import Secret
from firmware.sip.agent import Agent
from firmware.sip.audio import LinePort
from firmware.sip.news import AccountChanged, CallArrived
from hal.ports import FRAME_SAMPLES
from tests.peers.ports import free_port_block
from tests.peers.sound import RATE_HZ, Samples, tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.sip.desk import Desk
    from firmware.sip.news import News

EVENT_S = 15.0
HEARD_DBM0, ABSENT_DBM0 = -22.0, -45.0
N = TypeVar("N")


class Head:
    """Mouth and ear of a line: says `hz` (None: nothing) and keeps what it hears."""

    def __init__(self, hz: float | None) -> None:
        self._says = tone(hz, 10.0).tobytes() if hz else bytes(2 * FRAME_SAMPLES)
        self._at = 0
        self._heard: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self._more = asyncio.Event()

    def take_frame(self) -> bytes:
        frame = self._says[self._at : self._at + 2 * FRAME_SAMPLES]
        self._at = (self._at + 2 * FRAME_SAMPLES) % len(self._says)
        return frame

    def give_frame(self, pcm: bytes) -> None:
        self._heard.append(pcm)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._more.set)

    give = give_frame  # a desk's sink

    async def hears(self, seconds: float = 0.6) -> Samples:
        """What it hears from now on, that long."""
        first, count = len(self._heard), round(seconds * RATE_HZ / FRAME_SAMPLES)
        async with asyncio.timeout(EVENT_S):
            while len(self._heard) < first + count:
                self._more.clear()
                await self._more.wait()
        return np.frombuffer(b"".join(self._heard[first : first + count]), np.int16)

    async def waits_to_hear(self, hz: float) -> None:
        """Return once a tone is there."""
        async with asyncio.timeout(EVENT_S):
            while tone_level_dbm0(await self.hears(0.2), hz) < HEARD_DBM0:
                pass


class _Voice:
    """Nothing is done to what the mouth says."""

    def process(self, frame: bytes) -> bytes:
        return frame

    def heard(self, frame: bytes) -> None:
        """There is no echo to take out."""


class Box:
    """An agent with these accounts. Use it as an asynchronous context."""

    def __init__(self, *accounts: Account, may_transfer: Callable[[str, str], str] | None = None, silence_s: int = 30) -> None:
        first = free_port_block(200)
        self.port = free_port_block(2)
        sip = Sip(port=self.port, rtp_first=first, rtp_last=first + 199, rtp_silence_s=silence_s)
        self.settings = Settings(account=accounts, sip=sip)
        self.asked: list[tuple[str, str]] = []
        self._may_transfer = may_transfer or (lambda _handle, _digits: "")
        self.news: list[News] = []
        self.ports: list[LinePort] = []
        self.on_news: Callable[[News], None] = lambda _news: None
        self._answering: dict[str, list[LinePort | Desk | None]] = {}

    async def __aenter__(self) -> Self:
        self._changed = asyncio.Event()
        self.agent = Agent(self.settings, "0a0a0a0a-0000-4000-8000-000000000001", self._take, self._judge)
        self.agent.start()
        self.agent.engine.run_clock(wanted=True)
        for account in self.settings.account:
            await self.account_is(account.id, "registered" if account.register else "unregistered")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind:
            print("\n".join(map(str, self.news)))  # noqa: T201 (pytest shows it with the failure)
        await self.agent.stop()
        for port in self.ports:
            port.close()
        self.agent.close()

    def _judge(self, handle: str, digits: str) -> str:
        self.asked.append((handle, digits))
        return self._may_transfer(handle, digits)

    def _take(self, news: News) -> None:
        self.news.append(news)
        self.on_news(news)
        self._changed.set()
        waiting = self._answering.get(news.account) if isinstance(news, CallArrived) else None
        if waiting and isinstance(news, CallArrived):
            asyncio.get_running_loop().call_soon(self.agent.answer, news.handle, waiting.pop(0))

    def line(self, hz: float | None = None) -> tuple[LinePort, Head]:
        """A line port and who speaks there."""
        head = Head(hz)
        port = LinePort(f"line-{len(self.ports)}", head, _Voice(), lambda _action: None)
        self.agent.engine.add_port(port, 0, 0)
        self.ports.append(port)
        return port, head

    def answers(self, account: str, *places: LinePort | Desk | None) -> None:
        """Calls to this account are answered, the first on the first place, and so on."""
        self._answering.setdefault(account, []).extend(places)

    async def until(self, kind: type[N], wanted: Callable[[N], object] = lambda _: True, after: int = 0) -> N:
        """The first news of a kind that `wanted` accepts, among those from number `after` on."""
        async with asyncio.timeout(EVENT_S):
            while True:
                for news in self.news[after:]:
                    if isinstance(news, kind) and wanted(news):
                        return news
                self._changed.clear()
                try:
                    await self._changed.wait()
                except asyncio.CancelledError:
                    raise AssertionError(f"no such {kind.__name__} among {self.news[after:]}") from None

    async def account_is(self, account: str, state: str) -> None:
        await self.until(AccountChanged, lambda news: news.account == account and news.registration.phase.value == state)


def account(name: str, server: str, **keys: object) -> Account:
    """An account that logs in as `name` with `namepw`."""
    given = {"user": name, "password": Secret(f"{name}pw"), "codecs": ("PCMA",), **keys}
    return Account(**{"id": name, "server": server, **given})  # type: ignore[arg-type]


def trunk(port: int, **keys: object) -> Account:
    """An account at a peer that takes no registration."""
    return account("trunk", f"127.0.0.1:{port}", **{"register": False, "user": "alice", **keys})


def level(samples: Samples, hz: float) -> float:
    """The level of a tone in the middle of what was heard."""
    return tone_level_dbm0(samples[len(samples) // 4 :], hz)
