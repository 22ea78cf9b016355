"""Peers and devices for tests of whole calls: real Kamailio, real baresip, the device as its owner starts it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest

from tests.adapter import Adapter, account
from tests.peers.baresip import Baresip
from tests.peers.certificates import Authority
from tests.peers.kamailio import Kamailio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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


def _srtp(transport: Path_) -> dict[str, object]:
    return {"srtp": "required"} if transport == "tls" else {}
