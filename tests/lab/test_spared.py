"""What goes over a metered uplink, packet by packet as its router sees them: while it waits, while it is in use, and in a call that comes to it."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

import pytest

from tests.lab.addresses import PUBLIC, SERVER, WEB
from tests.lab.laboratory import CELLULAR, ETHERNET
from tests.lab.stage import Stage
from tests.lab.test_call_survives import FAULTS, cut
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.namespaces import Namespace

EVERY_PROTOCOL, IPV4, ICMP, TCP, UDP = 0x0003, 0x0800, 1, 6, 17
DNS, DHCP, HTTP, MQTT = 53, 67, 80, 1883
ASKED = ("OPTIONS", "REGISTER")
SHORT_S, LONG_S = 20.0, 40.0
WAITING_BYTES = 4_000
"""Of a start: one page with its name, one question to each of three who may answer."""
IN_USE_BYTES = 6_000
"""In 40 s: a question every 8 to 10 s, and what is left of a registration."""


class Wire:
    """Every IPv4 packet that passes a router's side of the cable from now on, as "what it is": how many, how many bytes."""

    def __init__(self, router: Namespace) -> None:
        with router.inside():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
        self._socket.bind(("lan", EVERY_PROTOCOL))
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self.packets: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def wait(self, what: str, timeout_s: float = LONG_S) -> None:
        end_s = time.monotonic() + timeout_s
        while not self.packets[what]:
            assert time.monotonic() < end_s, f"no {what} passed; {dict(self.packets)}"
            time.sleep(0.1)

    def _read(self) -> None:
        while not self._over.is_set():
            try:
                frame = self._socket.recv(65535)
            except TimeoutError:
                continue
            if struct.unpack_from("!H", frame, 12)[0] == IPV4:
                what = _kind(frame[14:])
                self.packets[what] += 1
                self.bytes[what] += len(frame)


def _kind(packet: bytes) -> str:
    """By the far side: who is there, and what is asked of it."""
    payload = packet[(packet[0] & 15) * 4 :]
    ends = {socket.inet_ntoa(packet[12:16]), socket.inet_ntoa(packet[16:20])}
    if packet[9] == ICMP:
        return "ping" if ends & set(PUBLIC) else f"ping of {ends}"
    ports = set(struct.unpack_from("!HH", payload))
    if packet[9] == TCP:
        return "page" if HTTP in ports and WEB in ends else "mqtt" if MQTT in ports else f"TCP of {ends}, {ports}"
    if packet[9] == UDP and SERVER in ends:
        said = payload[8:]
        return "knock" if not said.strip(b"\r\n\0") else next((each for each in ASKED if each.encode() in said), f"SIP: {said!r}")
    return "names" if DNS in ports else "lease" if DHCP in ports else f"protocol {packet[9]} of {ends}, {ports}"


@pytest.mark.parametrize("transport", ["udp", "tls"])
def test_while_it_waits_only_its_watch_uses_it(tmp_path: Path, transport: str) -> None:
    """From the start of the device on, with a broker to be told that is not there. No connection stands, no hole is kept open, nobody registers."""
    table = f'[mqtt]\nserver = "{WEB}:{MQTT}"\ntopic = "hall"\n'
    with ExitStack() as running:
        stage = running.enter_context(Stage(tmp_path, (ETHERNET, CELLULAR), transport=transport, settings=table))
        stage.device.stop()
        wire, cable = (running.enter_context(Wire(stage.lab[each].router)) for each in ("wwan0", "eth0"))
        stage.restart_device()
        with stage.lab.device.inside():
            running.enter_context(PageProcess(tmp_path / "page", stage.device.state))
        stage.wait_status(lambda status: status["uplinks"][1]["state"] == "standby", "the waiting uplink")
        cable.wait("mqtt")
        time.sleep(LONG_S)  # a hole would be knocked at, a connection be there
        assert set(wire.packets) <= {"ping", "OPTIONS", "names", "page", "lease"}
        assert wire.packets["ping"] + wire.packets["OPTIONS"] <= 12
        assert sum(wire.bytes.values()) < WAITING_BYTES
        assert stage.active() == "eth0"


def test_in_use_and_idle_it_is_asked_seldom_and_one_at_a_time(tmp_path: Path) -> None:
    with Stage(tmp_path, (CELLULAR,)) as stage:
        stage.wait_active("wwan0")
        time.sleep(SHORT_S)  # what a start takes is over
        with Wire(stage.lab["wwan0"].router) as wire:
            time.sleep(LONG_S)
        assert set(wire.packets) <= {"ping", "OPTIONS", "names", "page", "lease", "knock"}
        assert wire.packets["knock"] <= LONG_S / 24 + 1, "its NAT's hole, which calls come by"
        assert 0 < wire.packets["ping"] + wire.packets["OPTIONS"] <= 2 * (LONG_S / 8 + 1)
        assert sum(wire.bytes.values()) < IN_USE_BYTES


@pytest.mark.parametrize("transport", ["udp", "tls"])
def test_a_call_comes_to_it_though_no_connection_stood_there(tmp_path: Path, transport: str) -> None:
    with Stage(tmp_path, (ETHERNET, CELLULAR), transport=transport) as stage:
        stage.wait_status(lambda status: status["uplinks"][1]["state"] == "standby", "the waiting uplink")
        stage.call()
        cut(stage, FAULTS["silence"], to="wwan0")
        assert stage.hang_up()["outcome"] == "answered"
