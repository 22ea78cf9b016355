"""Servers and name servers that are not there: dial tone comes all the same, a call ends with a tone and a sentence, and nothing blocks."""

from __future__ import annotations

import os
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter, account
from tests.bad_input.rig import NO_NAMES, TROUBLE
from tests.bad_input.round_trips import RoundTrips
from tests.bad_input.wire import LOCAL
from tests.peers.dns import Dns
from tests.peers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LINE = '[[line]]\ndigit_map = "x"\ncaller_id = "off"\nflash_min_ms = 90\nflash_max_ms = 100\n'
NOBODY = "127.0.0.99"
CALL_S = 12.0
"""Longer than the device looks for a server (5 s) and than its resolver asks again."""


def loopback_of_this_run(last: int) -> str:
    """An address for a name server on port 53, distinct between runs side by side."""
    number = os.getpid()
    return f"127.{66 + (number >> 8 & 0x3F)}.{number & 0xFF}.{last}"


@contextmanager
def name_server_that_never_answers() -> Iterator[str]:
    address = loopback_of_this_run(53)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind((address, 53))
        yield address


@contextmanager
def server_that_never_accepts() -> Iterator[str]:
    """A TCP port whose queue is full: the kernel drops further SYNs, as a black hole does."""
    with ExitStack() as held:
        listener = held.enter_context(socket.socket())
        listener.bind((LOCAL, 0))
        listener.listen(0)
        for _ in range(2):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 - the socket's own word
            waiting.connect_ex(listener.getsockname())
        yield f"{LOCAL}:{listener.getsockname()[1]}"


@contextmanager
def device(folder: Path, server: str, nameserver: str = NO_NAMES, **keys: object) -> Iterator[Adapter]:
    table = account("home", server, user="line", password="secret", **keys)  # noqa: S106
    with Adapter(folder, f'[sip]\nnameservers = ["{nameserver}"]\n{table}{LINE}') as made, RoundTrips(made.state):
        yield made
        assert made.process.running
        assert not [line for line in made.process.lines if TROUBLE.search(line)], made.process.log_tail


def a_call_fails_clearly(phone: Adapter, tone: str = "congestion") -> None:
    phone.lift()
    phone.wait_line("dial tone")
    assert phone.hear(1.3).name == "dial"
    phone.dial("5")
    phone.wait_line("released", CALL_S)
    assert phone.hear(1.2).name == tone
    phone.replace()
    phone.wait_line("idle")
    row = phone.calls()[0]
    assert row["outcome"] in {"failed", "no answer"}
    assert row["reason"], row


def a_closed_port(folder: Path, transport: str, where: str, *, register: bool) -> None:
    with device(folder, f"{where}:{free_port()}", transport=transport, register=register) as phone:
        if register:
            assert phone.wait_account("waiting")["reason"]
        a_call_fails_clearly(phone)


def a_closed_udp_port_can_be_hung_up_on(folder: Path) -> None:
    """Nothing says that a UDP server is gone but time (RFC 3261 timer B, 32 s); meanwhile the telephone obeys."""
    with device(folder, f"{NOBODY}:{free_port()}") as phone:
        phone.lift()
        phone.wait_line("dial tone")
        phone.dial("5")
        phone.wait_line("calling")
        phone.replace()
        phone.wait_line("idle")
        phone.lift()
        assert phone.hear(1.3).name == "dial"


def a_server_that_never_accepts(folder: Path) -> None:
    with server_that_never_accepts() as server, device(folder, server, transport="tcp") as phone:
        phone.lift()
        phone.wait_line("dial tone")
        phone.dial("5")
        phone.wait_line("calling")
        phone.replace()
        phone.wait_line("idle")
        phone.lift()
        assert phone.hear(1.3).name == "dial"


def a_name_nobody_knows(folder: Path) -> None:
    with (
        Dns(folder / "dns", {"other.test": LOCAL}, address=loopback_of_this_run(54), port=53) as dns,
        device(folder / "device", "nobody.test", dns.address) as phone,
    ):
        assert "nobody.test" in phone.wait_account("waiting")["reason"]
        a_call_fails_clearly(phone)


def a_name_server_that_never_answers(folder: Path) -> None:
    with name_server_that_never_answers() as nameserver, device(folder, "home.test", nameserver) as phone:
        a_call_fails_clearly(phone)
        account_now = phone.wait_account("waiting")
        assert "no name server answered for home.test" in account_now["reason"]


def a_name_server_that_falls_silent_after_the_start(folder: Path) -> None:
    """The name was known when the device looked for the server; the engine asks again for each call and gets nothing."""
    address = loopback_of_this_run(55)
    with (
        Dns(folder / "dns", {"home.test": LOCAL}, address=address, port=53) as dns,
        device(folder / "device", f"home.test:{free_port()}", address, transport="tcp", register=False) as phone,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf,
    ):
        phone.wait_account("direct")
        dns.stop()
        deaf.bind((address, 53))
        a_call_fails_clearly(phone)


SCENARIOS: dict[str, Callable[[Path], None]] = {
    "tcp-port-closed": lambda folder: a_closed_port(folder, "tcp", LOCAL, register=True),
    "tcp-host-absent": lambda folder: a_closed_port(folder, "tcp", NOBODY, register=False),
    "tls-host-absent": lambda folder: a_closed_port(folder, "tls", NOBODY, register=True),
    "udp-port-closed": a_closed_udp_port_can_be_hung_up_on,
    "tcp-port-never-accepts": a_server_that_never_accepts,
    "name-unknown": a_name_nobody_knows,
    "name-server-deaf": a_name_server_that_never_answers,
    "name-server-falls-silent": a_name_server_that_falls_silent_after_the_start,
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[None]]]:
    """All of them at once, each with a device of its own: they mostly wait."""
    with ThreadPoolExecutor(len(SCENARIOS)) as pool:
        yield {name: pool.submit(scenario, tmp_path_factory.mktemp(name)) for name, scenario in SCENARIOS.items()}


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_telephone_goes_on_without(running: dict[str, Future[None]], name: str) -> None:
    running[name].result()
