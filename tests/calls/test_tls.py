"""SIP over TLS: whom the device trusts, what it tells its owner when it does not, and the one connection that serves both ways."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter, account
from tests.peers.baresip import Baresip
from tests.peers.certificates import Authority, Certificate
from tests.peers.dns import Dns
from tests.peers.kamailio import Kamailio
from tests.peers.raw_peer import RawPeer

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCAL = "127.0.0.1"
PASSWORD = "alicepw"  # noqa: S105 - a test's
NO_CODES = re.compile(r"PJ|OpenSSL|Unknown|0x|\b\d{4,}\b")
"""What an owner should never have to read."""


@contextmanager
def server(folder: Path, certificate: Certificate, **how: object) -> Iterator[Kamailio]:
    with Kamailio(folder / "kamailio", {"alice": PASSWORD, "600": "600pw"}, tls=certificate, **how) as kamailio:  # type: ignore[arg-type]
        yield kamailio


def device(folder: Path, address: str, trust: Path | str, sip: str = "", **keys: object) -> Adapter:
    home = account("home", address, user="alice", password=PASSWORD, transport="tls", **keys)
    return Adapter(folder / "device", f'[sip]\ntls_ca_file = "{trust}"\n{sip}\n{home}')


def why_not(phone: Adapter, part: str) -> str:
    """The sentence once it holds `part`; the account waits and has never been registered."""
    status = phone.wait(lambda status: part in status["accounts"][0]["reason"], f"a sentence with {part!r}")
    home = status["accounts"][0]
    assert home["state"] == "waiting"
    assert not NO_CODES.search(home["reason"])
    return str(home["reason"])


def registers_at(kamailio: Kamailio) -> list[str]:
    return [each.message.first_line for each in kamailio.sip_trace if each.message.first_line.startswith("REGISTER")]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_for_the_right_name_is_trusted(tmp_path: Path, host: str) -> None:
    authority = Authority(tmp_path / "ca")
    with server(tmp_path, authority.issue((host,))) as kamailio:
        with device(tmp_path, f"{host}:{kamailio.tls_port}", authority.certificate) as phone:
            phone.wait_registered()
        kamailio.wait_unregistered("alice")


@pytest.mark.parametrize(
    ("names", "expired", "stranger", "sentence"),
    [
        (("other.test",), False, False, "the server's certificate is not for 127.0.0.1"),
        ((LOCAL,), False, True, "the server's certificate is from an authority that this box does not trust"),
        ((LOCAL,), True, False, "the server's certificate has expired"),
    ],
    ids=["wrong-name", "unknown-authority", "expired"],
)
def test_a_bad_certificate_is_refused_with_its_fault(
    tmp_path: Path, names: tuple[str, ...], sentence: str, *, expired: bool, stranger: bool
) -> None:
    authority = Authority(tmp_path / "ca")
    trusted = Authority(tmp_path / "other-ca") if stranger else authority
    with server(tmp_path, authority.issue(names, expired=expired)) as kamailio:
        with device(tmp_path, kamailio.tls_server, trusted.certificate) as phone:
            assert why_not(phone, sentence) == sentence
            phone.lift()
            assert phone.hear(1.5).name == "dial"
        assert not registers_at(kamailio)


def test_a_name_is_checked_as_the_owner_wrote_it(tmp_path: Path) -> None:
    """The address is in the certificate, the name in the settings is not."""
    authority = Authority(tmp_path / "ca")
    with server(tmp_path, authority.issue((LOCAL,))) as kamailio:
        with device(tmp_path, f"localhost:{kamailio.tls_port}", authority.certificate) as phone:
            why_not(phone, "the server's certificate is not for localhost")
        assert not registers_at(kamailio)


def test_a_wildcard_is_told_from_a_wrong_name(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    with (
        server(tmp_path, authority.issue(("*.home.test",))) as kamailio,
        Dns(tmp_path / "dns", {"sip.home.test": LOCAL}) as dns,
        device(tmp_path, f"sip.home.test:{kamailio.tls_port}", authority.certificate, f'nameservers = ["{dns.server}"]') as phone,
    ):
        why_not(phone, "the server's certificate is for *.home.test, which is not enough for SIP")
        assert not registers_at(kamailio)


def test_the_check_can_be_put_off(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    stranger = Authority(tmp_path / "other-ca").certificate
    with (
        server(tmp_path, authority.issue(("other.test",), expired=True)) as kamailio,
        device(tmp_path, kamailio.tls_server, stranger, "tls_verify = false") as phone,
    ):
        phone.wait_registered()
        assert registers_at(kamailio)


def test_a_certificate_put_right_is_taken(tmp_path: Path) -> None:
    """The owner mends the file of trusted certificates; the next try sees it."""
    authority, stranger = Authority(tmp_path / "ca"), Authority(tmp_path / "other-ca")
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(stranger.certificate.read_bytes())
    with server(tmp_path, authority.issue((LOCAL,))) as kamailio, device(tmp_path, kamailio.tls_server, trusted) as phone:
        why_not(phone, "an authority that this box does not trust")
        trusted.write_bytes(authority.certificate.read_bytes())
        phone.wait_registered()


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("missing", "[sip] tls_ca_file: {path} cannot be read: no such file or directory"),
        ("folder", "[sip] tls_ca_file: {path} cannot be read: is a directory"),
        ("text", "[sip] tls_ca_file: {path} holds no certificate that can be read"),
    ],
    ids=["missing", "folder", "text"],
)
def test_an_unusable_file_of_trusted_certificates(tmp_path: Path, kind: str, sentence: str) -> None:
    path = tmp_path / "trusted.pem"
    if kind == "folder":
        path.mkdir()
    if kind == "text":
        path.write_text("hello")
    with device(tmp_path, f"{LOCAL}:9", path) as phone:
        assert why_not(phone, "tls_ca_file") == sentence.format(path=path)
        phone.lift()
        assert phone.hear(1.5).name == "dial"


class OldServer:
    """A TLS server that takes one connection and speaks no version above `newest`."""

    def __init__(self, certificate: Certificate, newest: ssl.TLSVersion) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.set_ciphers("DEFAULT@SECLEVEL=0")  # OpenSSL 3 leaves out the versions before 1.2 above level 0
        self._context.minimum_version = ssl.TLSVersion.TLSv1
        self._context.maximum_version = newest
        self._context.load_cert_chain(certificate.certificate, certificate.key)
        self._listener = socket.create_server((LOCAL, 0))
        self.address = f"{LOCAL}:{self._listener.getsockname()[1]}"
        self.outcome = ""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with self._listener, connection:
            connection.settimeout(5)
            try:
                with self._context.wrap_socket(connection, server_side=True) as secure:
                    self.outcome = f"{secure.version()} {secure.recv(9).decode()}"
            except ssl.SSLError as error:
                self.outcome = error.reason or ""

    def wait(self) -> str:
        self._thread.join(8)
        return self.outcome


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_nothing_below_tls_1_2_is_spoken(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    certificate = authority.issue((LOCAL,))
    modern = OldServer(certificate, ssl.TLSVersion.TLSv1_2)
    with device(tmp_path / "modern", modern.address, authority.certificate):
        assert modern.wait() == "TLSv1.2 REGISTER "
    old = OldServer(certificate, ssl.TLSVersion.TLSv1_1)
    with device(tmp_path / "old", old.address, authority.certificate) as phone:
        assert old.wait() == "UNSUPPORTED_PROTOCOL"
        why_not(phone, "the server cannot be reached")


def test_a_connection_closed_by_the_server_is_made_anew(tmp_path: Path) -> None:
    """A restarted server has forgotten everybody; the telephone must not stay deaf until its registration runs out."""
    authority = Authority(tmp_path / "ca")
    certificate = authority.issue((LOCAL,))
    with server(tmp_path, certificate) as kamailio, device(tmp_path, kamailio.tls_server, authority.certificate) as phone:
        phone.wait_registered()
        ports = {"port": kamailio.port, "tls_port": kamailio.tls_port}
        kamailio.stop()
        with server(tmp_path / "again", certificate, **ports) as restarted:
            restarted.wait_registered("alice")
            phone.wait_registered()


def listening_ports(pid: int) -> list[int]:
    """TCP ports that a process listens on."""
    own = {str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own]


def test_nobody_can_open_tls_to_us(tmp_path: Path) -> None:
    """The engine holds a port, but has no certificate to show on it: calls come by the connection to the server alone."""
    authority = Authority(tmp_path / "ca")
    with (
        server(tmp_path, authority.issue((LOCAL,))) as kamailio,
        device(tmp_path, kamailio.tls_server, authority.certificate) as phone,
    ):
        phone.wait_registered()
        for port in listening_ports(phone.process.pid):
            with pytest.raises(OSError, match=r"(?i)handshake|eof|reset|closed"):
                RawPeer((LOCAL, port), "tls")
        assert phone.wait_registered()["accounts"][0]["state"] == "registered"


def test_a_call_comes_in_over_the_connection_that_we_opened(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "ca")
    with (
        server(tmp_path, authority.issue((LOCAL,))) as kamailio,
        device(tmp_path, kamailio.tls_server, authority.certificate, srtp="required") as phone,
        Baresip(
            tmp_path / "far",
            "600",
            "600pw",
            server=kamailio.tls_server,
            transport="tls",
            authority=authority.certificate,
            mediaenc="srtp-mand",
        ) as far,
    ):
        phone.wait_registered()
        opened = next(each.source for each in kamailio.sip_trace if "alice" in each.message.headers.get("From"))
        kamailio.wait_registered("600")
        far.dial("alice")
        phone.wait_ringing()
        to_us = kamailio.wait_for_message(
            lambda each: each.message.first_line.startswith("INVITE") and each.source[1] == kamailio.tls_port
        )
        assert to_us.target == opened
        phone.lift()
        far.wait_for("CALL_ESTABLISHED")
