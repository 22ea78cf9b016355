"""Registrations on the wire: kept alive, refused, put off, lost and found again; and the sentence the owner reads about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter, account
from tests.peers.kamailio import Kamailio

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "alicepw"  # noqa: S105 - a test's


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_registers_and_unregisters(tmp_path: Path, transport: str) -> None:
    with Kamailio(tmp_path / "kamailio", {"alice": PASSWORD}) as kamailio:
        home = account("home", kamailio.server, user="alice", password=PASSWORD, transport=transport)
        with Adapter(tmp_path / "device", home) as device:
            device.wait_registered()
            assert f"transport={transport}".upper() in f"{kamailio.registered('alice')[0].uri};transport=udp".upper()
        kamailio.wait_unregistered("alice")
