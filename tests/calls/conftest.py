"""Peers and devices for tests of whole calls: real Kamailio, real baresip, the device as its owner starts it."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import pytest

from tests.adapter import KEEPLINE, Adapter, account
from tests.peers.baresip import Baresip
from tests.peers.certificates import Authority
from tests.peers.kamailio import Kamailio
from tests.peers.ports import free_port_block
from tests.peers.sipp import Sipp
from tests.peers.sound import loudest_dbm0, tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

Path_ = Literal["udp", "tcp", "tls"]
FAR_HZ = 1004.0
"""What the far end says: ITU-T O.6's test frequency region, and no tone of any exchange."""
NEAR_HZ = 700.0


@dataclass
class Exchange:
    """A registrar, a far end on it, and the device."""

    kamailio: Kamailio
    far: Baresip
    device: Adapter


@pytest.fixture
def exchange(tmp_path: Path) -> Iterator[Callable[..., Exchange]]:
    """Start all three; `transport` also chooses the voice: TLS comes with SRTP, required at both ends."""
    with ExitStack() as running:

        def start(
            transport: Path_ = "udp", *, far: dict[str, object] | None = None, settings: str = "", **keys: object
        ) -> Exchange:
            authority = Authority(tmp_path / "ca")
            tls = authority.issue(("localhost", "127.0.0.1"))
            users = {"alice": "alicepw", "600": "600pw"}
            kamailio = running.enter_context(Kamailio(tmp_path / "kamailio", users, tls=tls))
            encryption = {"mediaenc": "srtp-mand"} if transport == "tls" else {}
            server = kamailio.tls_server if transport == "tls" else kamailio.server
            options = {
                "source": FAR_HZ,
                "server": server,
                "transport": transport,
                "authority": authority.certificate,
                **encryption,
            }
            other = running.enter_context(Baresip(tmp_path / "far", "600", "600pw", **{**options, **(far or {})}))  # type: ignore[arg-type]
            kamailio.wait_registered("600")
            table = account("home", server, user="alice", password="alicepw", transport=transport, **{**_srtp(transport), **keys})  # noqa: S106
            trust = f'[sip]\ntls_ca_file = "{authority.certificate}"\n'
            device = running.enter_context(Adapter(tmp_path / "device", trust + table + settings))
            device.wait_registered()
            return Exchange(kamailio, other, device)

        yield start


class Trunk:
    """A device that calls, and is called by, whatever sipp scenario stands at its server's port; nobody registers."""

    def __init__(  # noqa: PLR0913 - what a device can be told
        self,
        folder: Path,
        *,
        country: str = "KZ",
        line: str = "",
        sip: str = "",
        more: str = "",
        device_port: int = 0,
        program: Sequence[str | Path] = (KEEPLINE,),
        **keys: object,
    ) -> None:
        """`line` and `sip` are more lines of these tables, `more` is further tables, `keys` are of the account."""
        self._folder = folder
        self._numbers = itertools.count(1)
        self.port = free_port_block(2)
        self.device_port = device_port or free_port_block(2)
        settings = (
            f'[device]\ncountry = "{country}"\n[[line]]\ndigit_map = "xxx"\n{line}\n[sip]\nport = {self.device_port}\n{sip}\n'
        )
        table = account(
            "trunk", **{"server": f"127.0.0.1:{self.port}", "register": False, "user": "alice", "codecs": ["PCMA"], **keys}
        )
        self.device = Adapter(folder / "device", settings + table + more, program=program)
        self._running = ExitStack()
        self._running.enter_context(self.device)
        self.device.wait_account("direct")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    @property
    def server(self) -> str:
        """`host:port` of the device."""
        return f"127.0.0.1:{self.device_port}"

    def far(self, scenario: str, **how: Any) -> Sipp:  # noqa: ANN401 - what Sipp takes
        """The far end that will be called."""
        return Sipp(self._folder / f"far-{next(self._numbers)}", scenario, port=self.port, **how)

    def caller(self, scenario: str | Path, **how: Any) -> Sipp:  # noqa: ANN401 - same
        """A far end that calls the device now."""
        return Sipp(self._folder / f"caller-{next(self._numbers)}", scenario, target=self.server, **{"user": "alice", **how})

    def dial(self, digits: str = "600") -> None:
        self.device.lift()
        self.device.dial(digits)

    def hang_up(self) -> dict[str, Any]:
        """Replace the handset; the call log's last row, once nothing of the call is left."""
        self.device.replace()
        return self.last_call()

    def rest(self) -> None:
        """Make the line ready for the next test, whatever the last one left."""
        if self.device.phone()["hook"] == "off":
            self.device.replace()
        self.device.wait_line("idle")

    def last_call(self) -> dict[str, Any]:
        """The call log's last row, once the line rests and no call is left."""
        self.device.wait(lambda status: status["lines"][0]["state"] == "idle" and not status["calls"], "rest")
        return self.device.calls()[0]


def loudest_of(speaker: Adapter, listener: Adapter, frequency_hz: float) -> float:
    """The level, in dBm0, at which one device hears the tone that the other says meanwhile."""
    with ThreadPoolExecutor(1) as other:
        heard = other.submit(listener.samples, 1.2)
        speaker.say(tone(frequency_hz, 1.0))
        return loudest_dbm0(heard.result(), frequency_hz, 0.3)


@pytest.fixture
def trunk(tmp_path: Path) -> Iterator[Callable[..., Trunk]]:
    """Make trunks with settings of the test's own."""
    with ExitStack() as running:
        yield lambda **keys: running.enter_context(Trunk(tmp_path, **keys))


def _srtp(transport: Path_) -> dict[str, object]:
    return {"srtp": "required"} if transport == "tls" else {}
