"""The product's calls through a real Asterisk 22: what is heard in the receiver, what the exchange heard, over each transport and encryption."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.adapter import Adapter, account
from tests.peers.asterisk import Asterisk
from tests.peers.asterisk_config import BUSY, CONGESTION, ECHO, KEYS, MILLIWATT
from tests.peers.sound import loudest_dbm0, strongest_hz, tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.peers.asterisk_config import MediaEncryption
    from tests.peers.certificates import Authority

MILLIWATT_HZ = 1004.0
SAID_HZ = 700.0
HEARD_DBM0 = -20.0

WAYS: list[tuple[Literal["udp", "tcp", "tls"], MediaEncryption]] = [
    ("udp", "no"),
    ("tcp", "no"),
    ("tls", "sdes"),
    ("tls", "dtls"),
]


@pytest.fixture
def exchange(tmp_path: Path, authority: Authority) -> Iterator[Callable[..., tuple[Asterisk, Adapter]]]:
    """An Asterisk and a device registered at it."""
    with ExitStack() as running:

        def start(
            transport: Literal["udp", "tcp", "tls"] = "udp", encryption: MediaEncryption = "no", **keys: object
        ) -> tuple[Asterisk, Adapter]:
            certificate = authority.issue(("localhost", "127.0.0.1"))
            users = {"alice": "alicepw"}
            pbx = running.enter_context(Asterisk(tmp_path / "asterisk", users, tls=certificate, media_encryption=encryption))
            server = pbx.tls_server if transport == "tls" else pbx.server
            srtp = "off" if encryption == "no" else "required"
            if encryption == "dtls":
                keys["srtp_keys"] = "dtls"
            home = account("home", server, user="alice", password="alicepw", transport=transport, srtp=srtp, **keys)  # noqa: S106
            trust = f'[sip]\ntls_ca_file = "{authority.certificate}"\n'
            device = running.enter_context(Adapter(tmp_path / "device", trust + home))
            device.wait_registered()
            return pbx, device

        yield start


def call(device: Adapter, number: str) -> None:
    device.lift()
    device.dial(f"{number}#")


def wait_talking(device: Adapter, encryption: str) -> None:
    """Answered, and the keys agreed: DTLS shakes hands on the media path after the answer."""

    def holds(status: dict[str, Any]) -> bool:
        call = status["calls"][0] if status["calls"] else {"state": "", "srtp": ""}
        return call["state"] == "in call" and bool(call["srtp"]) == (encryption != "no")

    device.wait(holds, "the talk")


@pytest.mark.parametrize(("transport", "encryption"), WAYS)
def test_the_exchange_is_heard_and_hears(
    exchange: Callable[..., tuple[Asterisk, Adapter]], transport: str, encryption: str
) -> None:
    _, device = exchange(transport, encryption)
    call(device, ECHO)
    wait_talking(device, encryption)
    with ThreadPoolExecutor() as ear:
        echo = ear.submit(device.samples_by_another, 2.5)
        device.say(tone(SAID_HZ, 2.0))
        assert loudest_dbm0(echo.result(), SAID_HZ) > HEARD_DBM0
    device.replace()
    device.wait_line("idle")
    call(device, MILLIWATT)
    wait_talking(device, encryption)
    heard = device.samples(1.5)
    assert abs(strongest_hz(heard[-8000:]) - MILLIWATT_HZ) < 5
    assert loudest_dbm0(heard, MILLIWATT_HZ) > HEARD_DBM0


@pytest.mark.parametrize(("transport", "encryption"), WAYS)
def test_a_call_taken_back_from_hold_is_heard(
    exchange: Callable[..., tuple[Asterisk, Adapter]], transport: str, encryption: str
) -> None:
    _, device = exchange(transport, encryption)
    call(device, MILLIWATT)
    wait_talking(device, encryption)
    device.flash()
    device.wait_line("dial tone")
    device.wait(lambda status: status["calls"][0]["state"] == "held", "the hold")
    device.flash()
    wait_talking(device, encryption)
    assert loudest_dbm0(device.samples(2.0), MILLIWATT_HZ) > HEARD_DBM0


@pytest.mark.parametrize("codec", ["PCMA", "PCMU", "G722", "opus"])
def test_each_codec_carries_the_voice(exchange: Callable[..., tuple[Asterisk, Adapter]], codec: str) -> None:
    _, device = exchange(codecs=[codec])
    call(device, MILLIWATT)
    device.wait_line("in call")
    assert loudest_dbm0(device.samples(1.5), MILLIWATT_HZ) > HEARD_DBM0
    assert device.ask("status")["calls"][0]["codec"].lower().startswith(codec.lower())


@pytest.mark.parametrize(("number", "tone_name"), [(BUSY, "busy"), (CONGESTION, "congestion")])
def test_a_refusal_is_heard_as_its_tone(exchange: Callable[..., tuple[Asterisk, Adapter]], number: str, tone_name: str) -> None:
    _, device = exchange()
    call(device, number)
    device.wait_line("released")
    assert device.hear(3.0).name == tone_name


def test_keys_reach_the_exchange(exchange: Callable[..., tuple[Asterisk, Adapter]]) -> None:
    pbx, device = exchange()
    call(device, KEYS)
    device.wait_line("in call")
    device.dial("1470")
    pbx.wait_keys("1470")


@pytest.mark.parametrize(("transport", "encryption"), WAYS)
def test_the_exchange_calls_and_is_heard(
    exchange: Callable[..., tuple[Asterisk, Adapter]], transport: str, encryption: str
) -> None:
    pbx, device = exchange(transport, encryption)
    pbx.call("alice", MILLIWATT)
    device.wait_ringing()
    device.lift()
    wait_talking(device, encryption)
    assert loudest_dbm0(device.samples(1.5), MILLIWATT_HZ) > HEARD_DBM0
    pbx.hang_up_all()
    device.wait_line("released")
