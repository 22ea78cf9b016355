"""Servers by name: SRV records, the hosts file, names that lead nowhere, name servers that never answer; and IPv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.adapter import Adapter, account
from tests.peers.kamailio import Kamailio

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "alicepw"  # noqa: S105 - a test's


def test_registers_over_ipv6(tmp_path: Path) -> None:
    with Kamailio(tmp_path / "kamailio", {"alice": PASSWORD}, address="::1") as kamailio:
        home = account("home", kamailio.server, user="alice", password=PASSWORD)
        with Adapter(tmp_path / "device", home) as device:
            device.wait_registered()
            assert "[::1]" in kamailio.registered("alice")[0].uri
