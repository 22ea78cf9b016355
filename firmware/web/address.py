"""Where the page listens: reads "address:port" and takes the socket. It knows nothing of what is served."""

import ipaddress
import re
import socket
from dataclasses import dataclass

from firmware.web.errors import ListenTaken, ListenWrong

_ALLOWED = 'allowed: "address:port", such as 127.0.0.1:8080 or [::1]:8080; port 0 to 65535, 0 takes any free one'
_BACKLOG = 64


@dataclass(frozen=True)
class Address:
    """`host` is an IP address, without brackets."""

    host: str
    port: int

    @property
    def is_private(self) -> bool:
        """Whether only this machine can reach it."""
        return ipaddress.ip_address(self.host).is_loopback

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    def __str__(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"


def read_address(text: str) -> Address:
    """Raises ListenWrong."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+)):([0-9]{1,5})", text)
    if not found or int(found[3]) > 65535:
        raise ListenWrong(f"--listen {text!r} is no address to listen on; {_ALLOWED}")
    host = "127.0.0.1" if found[2] == "localhost" else found[1] or found[2]
    try:
        return Address(str(ipaddress.ip_address(host)), int(found[3]))
    except ValueError as error:
        raise ListenWrong(f"--listen {text!r}: {host!r} is no IP address; {_ALLOWED}") from error


def take(address: Address) -> socket.socket:
    """A listening socket; raises ListenTaken."""
    try:
        listener = socket.create_server((address.host, address.port), family=address.family, backlog=_BACKLOG)
    except OSError as error:
        raise ListenTaken(_reason(address, error)) from error
    # Connections inherit it. asyncio sets it only where the socket names its protocol, which accept() leaves out; without it the second piece of an
    # answer waits 40 ms for the acknowledgement of the first (Nagle's algorithm, RFC 9293 section 3.7.4).
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def bracketed(host: str) -> str:
    """As a URL writes it."""
    return f"[{host}]" if ":" in host else host


def _reason(address: Address, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"port {address.port} needs more rights than this process has; use one from 1024 on"
    if error.errno == 98:  # EADDRINUSE
        return f"something else already listens on {address}; stop it, or choose another port with --listen"
    return f"cannot listen on {address}: {error.strerror or error}"
