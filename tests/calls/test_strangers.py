"""Who may call: the account's own server. Everyone else knocks on a door that does not answer, so that scans find nothing."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter, account
from tests.peers.kamailio import Kamailio
from tests.peers.ports import free_port
from tests.peers.sipp import Sipp
from tests.peers.sound import loudest_dbm0, tone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STRANGE_METHODS = ("INVITE", "OPTIONS", "REGISTER", "SUBSCRIBE", "MESSAGE", "BYE")


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def registered(running: ExitStack, tmp_path: Path, more: str = "", **keys: object) -> tuple[Adapter, int]:
    """A device registered at a Kamailio, listening on a known port."""
    port = free_port()
    kamailio = running.enter_context(Kamailio(tmp_path / "kamailio", {"alice": "alicepw"}))
    home = account("home", kamailio.server, user="alice", password="alicepw", **keys)  # noqa: S106
    device = running.enter_context(Adapter(tmp_path / "device", f"[sip]\nport = {port}\n{more}{home}"))
    device.wait_registered()
    return device, port


def knock(method: str, port: int, address: str) -> list[str]:
    """Send one request from `address`; the first lines of what came back within a second."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((address, 0))
        host, own = stranger.getsockname()
        stranger.sendto(request(method, host, own, port), ("127.0.0.1", port))
        stranger.settimeout(1.0)
        try:
            return [stranger.recv(65535).decode(errors="replace").partition("\r\n")[0]]
        except TimeoutError:
            return []


def request(method: str, host: str, own: int, port: int) -> bytes:
    return (
        f"{method} sip:alice@127.0.0.1:{port} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP {host}:{own};branch=z9hG4bK{method}{own};rport\r\n"
        f"From: <sip:scan@{host}>;tag=1\r\nTo: <sip:alice@127.0.0.1>\r\nCall-ID: {method}{own}@{host}\r\n"
        f"CSeq: 1 {method}\r\nContact: <sip:scan@{host}:{own}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    ).encode()


@pytest.mark.parametrize("address", ["127.0.0.2", "127.0.0.1"])
def test_strangers_get_no_answer_and_no_bell(running: ExitStack, tmp_path: Path, address: str) -> None:
    device, port = registered(running, tmp_path)
    for method in STRANGE_METHODS:
        assert knock(method, port, address) == [], method
    assert not device.phone()["ringing"]
    assert device.calls() == []
    door = device.ask("status")["door"]
    assert door["dropped"] >= len(STRANGE_METHODS)
    assert door["last_dropped"].startswith("BYE from 127.0.0.")


def test_an_address_let_in_may_call(running: ExitStack, tmp_path: Path) -> None:
    device, port = registered(running, tmp_path, accept_from=["127.0.0.2/31"])
    assert knock("OPTIONS", port, "127.0.0.3")[0].startswith("SIP/2.0 200")
    assert knock("OPTIONS", port, "127.0.0.4") == []
    assert not device.phone()["ringing"]


def test_anyone_may_call_where_the_owner_says_so(running: ExitStack, tmp_path: Path) -> None:
    device, port = registered(running, tmp_path, "accept_unknown = true\n")
    caller = running.enter_context(Sipp(tmp_path / "sipp", "call", target=f"127.0.0.1:{port}", user="alice"))
    device.wait_ringing()
    device.lift()
    caller.wait_passed()


def test_two_devices_call_each_other_without_a_registrar(running: ExitStack, tmp_path: Path) -> None:
    ports = {"near": free_port(), "far": free_port()}
    near, far = (
        running.enter_context(
            Adapter(
                tmp_path / name,
                f"[sip]\nport = {ports[name]}\n" + account("peer", f"127.0.0.1:{ports[other]}", number=name, register=False),
            )
        )
        for name, other in (("near", "far"), ("far", "near"))
    )
    near.wait_account("direct")
    far.wait_account("direct")
    near.lift()
    near.dial("22#")
    far.wait_ringing()
    far.wait_phone(lambda phone: phone["caller_id"], "the display")
    far.lift()
    near.wait_line("in call")
    near.say(tone(700, 0.3))  # lets the first packets pass before anything is measured
    assert heard_by(far, near, 700) > -20
    assert heard_by(near, far, 1200) > -20


def heard_by(ear: Adapter, mouth: Adapter, frequency_hz: float) -> float:
    """How loud a tone said at one end is at the other, in the samples."""
    with ThreadPoolExecutor() as other:
        heard = other.submit(ear.samples_by_another, 2.0)
        mouth.say(tone(frequency_hz, 1.5))
        return loudest_dbm0(heard.result(), frequency_hz)
