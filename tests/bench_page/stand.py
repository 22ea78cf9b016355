"""The scene of the page's bench: a box in use with two lines, its page, and a far end that keeps each packet of voice. It measures nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.adapter import Adapter, account
from tests.bench.call_load import call_out
from tests.bench.sip_end import SipEnd
from tests.bench.voice_end import VoiceEnd
from tests.web.client import Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserContext

LINES = '[[line]]\ndigit_map = "xxx"\n' * 2


@dataclass
class Stand:
    """`owner` is signed in; `far` takes the calls, `voice` hears and speaks in them."""

    device: Adapter
    page: PageProcess
    owner: Client
    far: SipEnd
    voice: VoiceEnd

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.owner.cookies.items())

    def call(self) -> tuple[str, int]:
        """Line 1 calls the far end and is answered; where it wants the voice."""
        self.far.forget()  # the call before
        return call_out(self.device, self.far, self.voice)

    def hang_up(self) -> None:
        self.device.replace()
        self.far.answer(self.far.wait_request("BYE"), 200, "OK")
        self.device.wait_line("idle")

    def let_in(self, context: BrowserContext) -> None:
        """The browser is signed in too."""
        context.clear_cookies()
        for name, value in self.owner.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": self.page.url}])


@contextmanager
def stand(folder: Path, *, set_up: bool = True) -> Iterator[Stand]:
    """`set_up` False: a new box, which shows its set-up to everybody."""
    with SipEnd() as far, VoiceEnd() as voice:
        table = account("direct", far.address, register=False, number="100", codecs=["PCMA"]) + LINES
        with Adapter(folder / "device", table) as device, PageProcess(folder / "page", device.state) as page:
            owner = Client.of(page)
            if set_up:
                owner.set_up(device.state)
            yield Stand(device, page, owner, far, voice)
