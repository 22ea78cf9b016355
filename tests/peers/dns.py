"""A real small DNS server for tests: dnsmasq on a loopback port, with exactly the records it was given and no way out."""

from __future__ import annotations

import re
import secrets
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tests.peers.ports import free_port
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

QUERY_S = 2.0
EVENT_S = 10.0
# Resource record types: RFC 1035, RFC 3596 (AAAA), RFC 2782 (SRV), RFC 3403 (NAPTR)
TYPES = {"A": 1, "AAAA": 28, "SRV": 33, "NAPTR": 35}
NO_SUCH_NAME = 3


@dataclass(frozen=True)
class Srv:
    """`name` is like `_sip._udp.foo.test`; the lowest priority is tried first, weights share among equals (RFC 2782)."""

    name: str
    target: str
    port: int
    priority: int = 0
    weight: int = 0


@dataclass(frozen=True)
class Naptr:
    """`service` is `SIP+D2U`, `SIP+D2T` or `SIPS+D2T`; `replacement` the SRV name to ask next (RFC 3263, section 4.1)."""

    name: str
    service: str
    replacement: str
    order: int = 10
    preference: int = 10


@dataclass(frozen=True)
class Answer:
    """What the server said: its response code (0 is fine) and the data of the records of the type asked."""

    code: int
    records: tuple[bytes, ...]


class Dns:
    """One server. Start by constructing, stop by leaving the context."""

    def __init__(  # noqa: PLR0913 - one argument a record type
        self,
        folder: Path,
        hosts: Mapping[str, str | Sequence[str]],
        srv: Sequence[Srv] = (),
        naptr: Sequence[Naptr] = (),
        *,
        address: str = "127.0.0.1",
        port: int | None = None,
    ) -> None:
        """`hosts` is name to address or addresses, IPv4 or IPv6. Any other name does not exist."""
        self.address, self.port = address, port or free_port()
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / "dnsmasq.conf"
        config.write_text("\n".join(["local=/#/", *_hosts(hosts), *map(_srv, srv), *map(_naptr, naptr)]) + "\n")
        listening = [
            f"--port={self.port}",
            f"--listen-address={address}",
            "--bind-interfaces",
            "--no-resolv",
            "--no-hosts",
            "--no-poll",
        ]
        ownership = ["--user=", "--group=", f"--pid-file={folder}/dnsmasq.pid"]  # empty: it stays who it is
        self.process = Process(
            [
                "dnsmasq",
                "--keep-in-foreground",
                f"--conf-file={config}",
                *listening,
                *ownership,
                "--log-queries",
                "--log-facility=-",
            ],
            folder,
        )
        try:
            self.process.wait_for_line("started, version")
        except BaseException:
            self.process.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def server(self) -> str:
        """`host:port`."""
        return f"{self.address}:{self.port}"

    def wait_for_query(self, kind: str, name: str, timeout_s: float = EVENT_S) -> None:
        """Return once someone has asked for this type and name; raises `PeerSilent`."""
        self.process.wait_for_line(rf"query\[{kind}\] {re.escape(name)} from", timeout_s)

    def ask(self, name: str, kind: str) -> Answer:
        """Put one question of `TYPES` over UDP, as a resolver on the wire would; raises `TimeoutError`."""
        number = secrets.randbits(16)
        question = (
            b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0" + struct.pack("!HH", TYPES[kind], 1)
        )
        with socket.socket(socket.AF_INET6 if ":" in self.address else socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.settimeout(QUERY_S)
            door.connect((self.address, self.port))
            door.send(struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + question)
            data = door.recv(4096)
        return _parse_answer(data, 12 + len(question), TYPES[kind])

    def stop(self) -> None:
        """End it; resolvers then hear a closed port."""
        self.process.stop()


def _hosts(hosts: Mapping[str, str | Sequence[str]]) -> list[str]:
    pairs = ((name, [found] if isinstance(found, str) else found) for name, found in hosts.items())
    return [f"host-record={name},{address}" for name, addresses in pairs for address in addresses]


def _srv(record: Srv) -> str:
    return f"srv-host={record.name},{record.target},{record.port},{record.priority},{record.weight}"


def _naptr(record: Naptr) -> str:
    return f'naptr-record={record.name},{record.order},{record.preference},"s","{record.service}","",{record.replacement}'


def _parse_answer(data: bytes, place: int, wanted: int) -> Answer:
    flags, _questions, count = struct.unpack_from("!HHH", data, 2)
    records = []
    for _ in range(count):
        place = _after_name(data, place)
        kind, _class, _ttl_s, length = struct.unpack_from("!HHIH", data, place)
        if kind == wanted:
            records.append(data[place + 10 : place + 10 + length])
        place += 10 + length
    return Answer(flags & 15, tuple(records))


def _after_name(data: bytes, place: int) -> int:
    while data[place]:
        if data[place] >= 0xC0:  # a pointer ends the name (RFC 1035, section 4.1.4)
            return place + 2
        place += data[place] + 1
    return place + 1
