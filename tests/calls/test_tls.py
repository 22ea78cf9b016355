"""SIP over TLS: whom the device trusts, what it tells its owner when it does not, and the one connection that serves both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.adapter import Adapter, account
from tests.peers.certificates import Authority
from tests.peers.kamailio import Kamailio

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "alicepw"  # noqa: S105 - a test's


def test_a_certificate_for_the_right_name_is_trusted(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    with Kamailio(tmp_path / "kamailio", {"alice": PASSWORD}, tls=authority.issue(("127.0.0.1",))) as kamailio:
        trust = f'[sip]\ntls_ca_file = "{authority.certificate}"\n'
        home = account("home", kamailio.tls_server, user="alice", password=PASSWORD, transport="tls")
        with Adapter(tmp_path / "device", trust + home) as device:
            device.wait_registered()
