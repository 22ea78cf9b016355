"""Servers by name: SRV records, the hosts file, names that lead nowhere, name servers that never answer; and IPv6."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.adapter import KEEPLINE, Adapter, account
from tests.calls.conftest import FAR_HZ
from tests.peers.baresip import Baresip
from tests.peers.certificates import Authority
from tests.peers.dns import Dns, Srv
from tests.peers.kamailio import Kamailio
from tests.peers.ports import free_port
from tests.peers.sound import strongest_hz
from tests.private_mounts import private_mounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCAL = "127.0.0.1"
PASSWORD = "alicepw"  # noqa: S105 - a test's
DOMAIN = "home.test"
HOST = "sip1.home.test"
SERVICES = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}


@contextmanager
def registrar(folder: Path, names: tuple[str, ...] = (DOMAIN,)) -> Iterator[tuple[Kamailio, str]]:
    """A registrar for the domain, and the settings that trust it."""
    authority = Authority(folder / "ca")
    users = {"alice": PASSWORD, "600": "600pw"}
    with Kamailio(folder / "kamailio", users, tls=authority.issue(names), domains=[DOMAIN]) as kamailio:
        yield kamailio, f'tls_ca_file = "{authority.certificate}"\n'


def device(
    folder: Path,
    server: str,
    nameserver: str = "",
    sip: str = "",
    program: tuple[str | Path, ...] = (KEEPLINE,),
    **keys: object,
) -> Adapter:
    servers = f'nameservers = ["{nameserver}"]\n' if nameserver else ""
    home = account("home", server, **{"user": "alice", "password": PASSWORD, **keys})
    return Adapter(folder / "device", f"[sip]\n{sip}{servers}{home}", program=program)


def port_of(kamailio: Kamailio, transport: str) -> int:
    return kamailio.tls_port or 0 if transport == "tls" else kamailio.port


def calls_by_name(phone: Adapter, kamailio: Kamailio) -> None:
    """An INVITE goes out with the domain in it."""
    phone.lift()
    phone.dial("600#")
    call = kamailio.wait_for_message(lambda each: each.message.first_line.startswith("INVITE"))
    assert call.message.first_line.startswith(f"INVITE sip:600@{DOMAIN}")


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_domain_known_only_by_srv(tmp_path: Path, transport: str) -> None:
    """The domain itself has no address; over TLS the certificate must be the domain's, not the host's (RFC 5922 section 4)."""
    with registrar(tmp_path) as (kamailio, trust):
        record = Srv(SERVICES[transport] + DOMAIN, HOST, port_of(kamailio, transport))
        with (
            Dns(tmp_path / "dns", {HOST: LOCAL}, [record]) as dns,
            device(tmp_path, DOMAIN, dns.server, trust, transport=transport) as phone,
        ):
            phone.wait_registered()
            calls_by_name(phone, kamailio)


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_dead_first_server_is_passed_over(tmp_path: Path, transport: str) -> None:
    with registrar(tmp_path) as (kamailio, trust):
        name = SERVICES[transport] + DOMAIN
        records = [Srv(name, HOST, free_port(), priority=1), Srv(name, HOST, port_of(kamailio, transport), priority=2)]
        with (
            Dns(tmp_path / "dns", {HOST: LOCAL}, records) as dns,
            device(tmp_path, DOMAIN, dns.server, trust, transport=transport) as phone,
        ):
            phone.wait_registered()
            calls_by_name(phone, kamailio)


def test_a_dead_first_server_is_passed_over_by_udp_too(tmp_path: Path) -> None:
    """RFC 3263 section 4.3. Silence is certain only after 32 s (RFC 3261, timer F), so this takes its time."""
    with registrar(tmp_path) as (kamailio, trust):
        name = SERVICES["udp"] + DOMAIN
        records = [Srv(name, HOST, free_port(), priority=1), Srv(name, HOST, kamailio.port, priority=2)]
        with (
            Dns(tmp_path / "dns", {HOST: LOCAL}, records) as dns,
            device(tmp_path, DOMAIN, dns.server, trust) as phone,
        ):
            phone.wait_registered(timeout_s=60)
            calls_by_name(phone, kamailio)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_server_of_the_lowest_priority_number_is_asked(tmp_path: Path, transport: str) -> None:
    with registrar(tmp_path) as (kamailio, _), Kamailio(tmp_path / "other", {"alice": PASSWORD}, domains=[DOMAIN]) as other:
        name = SERVICES[transport] + DOMAIN
        records = [Srv(name, HOST, other.port, priority=20), Srv(name, HOST, kamailio.port, priority=10)]
        with (
            Dns(tmp_path / "dns", {HOST: LOCAL}, records) as dns,
            device(tmp_path, DOMAIN, dns.server, transport=transport) as phone,
        ):
            phone.wait_registered()
            assert kamailio.registered("alice")
            assert not other.sip_trace


def test_a_port_in_the_settings_leaves_srv_out(tmp_path: Path) -> None:
    """RFC 3263 section 4.2."""
    with registrar(tmp_path) as (kamailio, _):
        record = Srv(SERVICES["udp"] + DOMAIN, HOST, free_port())
        with (
            Dns(tmp_path / "dns", {DOMAIN: LOCAL, HOST: LOCAL}, [record]) as dns,
            device(tmp_path, f"{DOMAIN}:{kamailio.port}", dns.server) as phone,
        ):
            phone.wait_registered()


def test_a_call_comes_in_from_a_server_found_by_srv(tmp_path: Path) -> None:
    with registrar(tmp_path) as (kamailio, _):
        record = Srv(SERVICES["udp"] + DOMAIN, HOST, kamailio.port)
        with (
            Dns(tmp_path / "dns", {HOST: LOCAL}, [record]) as dns,
            device(tmp_path, DOMAIN, dns.server) as phone,
            Baresip(tmp_path / "far", "600", "600pw", server=kamailio.server) as far,
        ):
            phone.wait_registered()
            kamailio.wait_registered("600")
            far.dial("alice")
            phone.wait_ringing()


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_localhost(tmp_path: Path, transport: str) -> None:
    with registrar(tmp_path, ("localhost",)) as (kamailio, trust):
        phone = device(tmp_path, f"localhost:{port_of(kamailio, transport)}", sip=trust, transport=transport)
        with phone:
            phone.wait_registered()


def test_a_name_of_the_outbound_proxy(tmp_path: Path) -> None:
    with registrar(tmp_path) as (kamailio, _), Dns(tmp_path / "dns", {"proxy.test": LOCAL}) as dns:
        phone = device(tmp_path, DOMAIN, dns.server, outbound_proxy=f"proxy.test:{kamailio.port}")
        with phone:
            phone.wait_registered()


def with_hosts(folder: Path, hosts: str) -> tuple[str | Path, ...]:
    """The device's program with this hosts file, in a mount namespace of its own: /etc/hosts for it alone."""
    mine = folder / "hosts"
    mine.write_text(hosts)
    return (*private_mounts(), "sh", "-c", f'mount --bind {mine} /etc/hosts && exec "$0" "$@"', KEEPLINE)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_name_of_the_hosts_file(tmp_path: Path, transport: str) -> None:
    """The engine's own resolver reads no such file; it is taught the name, which the certificate must bear."""
    program = with_hosts(tmp_path, f"{LOCAL} Home.test  # at home\n")
    with registrar(tmp_path) as (kamailio, trust):
        phone = device(tmp_path, f"{DOMAIN}:{port_of(kamailio, transport)}", sip=trust, program=program, transport=transport)
        with phone:
            phone.wait_registered()
            calls_by_name(phone, kamailio)


def test_the_certificate_must_bear_the_name_of_the_hosts_file(tmp_path: Path) -> None:
    program = with_hosts(tmp_path, f"{LOCAL} {DOMAIN}\n")
    with registrar(tmp_path, (LOCAL, "localhost")) as (kamailio, trust):
        phone = device(tmp_path, f"{DOMAIN}:{kamailio.tls_port}", sip=trust, program=program, transport="tls")
        with phone:
            phone.wait(lambda status: f"is not for {DOMAIN}" in status["accounts"][0]["reason"], "the sentence")
        assert not kamailio.sip_trace


def test_an_outbound_proxy_of_the_hosts_file(tmp_path: Path) -> None:
    with registrar(tmp_path) as (kamailio, _):
        phone = device(tmp_path, DOMAIN, outbound_proxy=f"localhost:{kamailio.port}")
        with phone:
            phone.wait_registered()
            calls_by_name(phone, kamailio)


def test_a_name_nobody_knows_leaves_dial_tone(tmp_path: Path) -> None:
    with Dns(tmp_path / "dns", {"other.test": LOCAL}) as dns, device(tmp_path, "nobody.test", dns.server) as phone:
        assert phone.wait_account("waiting")["reason"] == "no name server knows nobody.test"
        phone.lift()
        assert phone.hear(2.0).name == "dial"


def test_a_name_that_becomes_known_is_taken(tmp_path: Path) -> None:
    with registrar(tmp_path) as (kamailio, _):
        port = free_port()
        with Dns(tmp_path / "dns", {}, port=port) as dns:
            phone = device(tmp_path, f"{DOMAIN}:{kamailio.port}", dns.server)
            phone.wait_account("waiting")
        with phone, Dns(tmp_path / "dns2", {DOMAIN: LOCAL}, port=port):
            phone.wait_registered()


def test_a_name_server_that_never_answers_holds_up_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((LOCAL, 0))
        with device(tmp_path, DOMAIN, f"{LOCAL}:{deaf.getsockname()[1]}") as phone:
            phone.lift()
            slowest_s, state = 0.0, "registering"
            end = time.monotonic() + 9
            while state == "registering" and time.monotonic() < end:
                asked = time.monotonic()
                home = phone.ask("status")["accounts"][0]
                slowest_s, state = max(slowest_s, time.monotonic() - asked), home["state"]
                assert phone.hear(0.5).level_dbm0 > -30  # dial tone all the while
            assert slowest_s < 0.5
            assert (state, home["reason"]) == ("waiting", f"no name server answered for {DOMAIN} within 5 s")


def test_registers_and_calls_over_ipv6(tmp_path: Path) -> None:
    with (
        Kamailio(tmp_path / "kamailio", {"alice": PASSWORD, "600": "600pw"}, address="::1") as kamailio,
        device(tmp_path, kamailio.server) as phone,
        Baresip(tmp_path / "far", "600", "600pw", server=kamailio.server, source=FAR_HZ, address="::1") as far,
    ):
        phone.wait_registered()
        assert "[::1]" in kamailio.registered("alice")[0].uri
        kamailio.wait_registered("600")
        phone.lift()
        phone.dial("600#")
        phone.wait_line("in call")
        far.wait_for("CALL_ESTABLISHED")
        assert abs(strongest_hz(phone.samples(0.5)) - FAR_HZ) < 5
        call = kamailio.wait_for_message(lambda each: each.message.first_line.startswith("INVITE"))
        assert {media.connection for media in call.message.sdp.media} == {"::1"}


def test_a_name_with_an_ipv6_address_only(tmp_path: Path) -> None:
    with Kamailio(tmp_path / "kamailio", {"alice": PASSWORD}, address="::1", domains=[DOMAIN]) as kamailio:
        dns = Dns(tmp_path / "dns", {DOMAIN: "::1"})
        with dns, device(tmp_path, f"{DOMAIN}:{kamailio.port}", dns.server) as phone:
            phone.wait_registered()
