"""Sockets tied to one uplink, by its address and by its interface, and waiting for the right answer on one. Knows no protocol."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from firmware.network.errors import NoAnswer, UplinkNotReady

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firmware.network.link_state import LinkState

LONGEST_ANSWER = 4096
Answer = TypeVar("Answer")
Read = Callable[[bytes], Answer | None]
"""Makes sense of a datagram, or None when it is not the answer waited for."""


@dataclass(frozen=True)
class Peer:
    """Whom to ask and through which uplink. `address` is in numbers."""

    link: LinkState
    address: str
    port: int = 0

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET

    @property
    def socket_address(self) -> tuple[str, int] | tuple[str, int, int, int]:
        """A link-local address (a gateway of IPv6) is this interface's."""
        return (self.address, self.port, 0, self.link.index) if ":" in self.address else (self.address, self.port)


@contextlib.contextmanager
def bound_socket(peer: Peer, kind: socket.SocketKind, protocol: int = 0) -> Iterator[socket.socket]:
    """A socket that does not wait and reaches the peer through its uplink.

    Raises UplinkNotReady, and PermissionError where such a socket may not be opened: the caller explains that.
    """
    own = peer.link.address_for(peer.address)
    with socket.socket(peer.family, kind | socket.SOCK_NONBLOCK, protocol) as made:
        try:
            _bind_to_device(made, peer.link.name)
            made.bind((own, 0))
        except OSError as error:
            raise UplinkNotReady(f"{peer.link.name} has gone or lost its address {own}: {error.strerror}") from error
        yield made


def _bind_to_device(made: socket.socket, name: str) -> None:
    """Free for everyone since Linux 5.7; before that, and where a container forbids it, the address alone must do."""
    with contextlib.suppress(PermissionError):
        made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())


async def ask(peer: Peer, question: bytes, read: Read[Answer], timeout_ms: float) -> tuple[Answer, float]:
    """One UDP question; what `read` makes of the first datagram it does not return None for, and the round trip in ms."""
    with bound_socket(peer, socket.SOCK_DGRAM) as asker:
        connect(asker, peer)
        return await answer_on(asker, peer, question, read, timeout_ms)


def connect(asker: socket.socket, peer: Peer) -> None:
    """Fix the peer of a datagram socket, so that only its packets and the network's refusals are heard."""
    with reaching(peer):
        asker.connect(peer.socket_address)


async def answer_on(
    asker: socket.socket, peer: Peer, question: bytes, read: Read[Answer], timeout_ms: float
) -> tuple[Answer, float]:
    """As `ask`, on a connected socket."""
    loop = asyncio.get_running_loop()
    sent = loop.time()
    with reaching(peer):
        asker.send(question)
        async with asyncio.timeout(timeout_ms / 1000):
            while True:
                answer = read(await loop.sock_recv(asker, LONGEST_ANSWER))
                if answer is not None:
                    return answer, (loop.time() - sent) * 1000


@contextlib.contextmanager
def reaching(peer: Peer) -> Iterator[None]:
    """Every way in which a peer can be out of reach becomes NoAnswer, in words."""
    try:
        yield
    except TimeoutError as error:
        raise NoAnswer(f"{peer.address} did not answer over {peer.link.name}") from error
    except OSError as error:
        raise NoAnswer(f"{peer.address} is out of reach over {peer.link.name}: {os.strerror(error.errno or 0)}") from error
