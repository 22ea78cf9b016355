"""Where a server is, seen from here: which local address leads to it, and which addresses may call in its name.

The engine resolves names for its own requests; this room only answers the two questions above. Names go to the system's resolver in its own
thread or, where name servers are set or only SRV records exist, to dnspython, so a slow name server holds up nobody.
"""

import asyncio
import importlib
import socket
from dataclasses import dataclass
from pathlib import Path

from firmware.settings.model import Account, Sip, Transport
from firmware.sip.bearer import Bearer, Uplinks, is_on_this_machine, reachable
from firmware.sip.errors import ServerUnknown

DEFAULT_PORTS: dict[Transport, int] = {"udp": 5060, "tcp": 5060, "tls": 5061}
_SRV_NAMES: dict[Transport, str] = {"udp": "_sip._udp.", "tcp": "_sip._tcp.", "tls": "_sips._tcp."}
_LONGEST_S = 5.0


@dataclass(frozen=True)
class Server:
    """A server as a setting names it; `port` is None where SRV records or the default decide."""

    host: str
    port: int | None

    @property
    def is_numeric(self) -> bool:
        return family_of(self.host) is not None

    @property
    def uri_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def uri_host_port(self) -> str:
        return f"{self.uri_host}:{self.port}" if self.port else self.uri_host


@dataclass(frozen=True)
class Located:
    """`local_address` leads to the server; `targets` are its addresses and ports, best first."""

    local_address: str
    targets: tuple[tuple[str, int], ...]


def parse_server(text: str) -> Server:
    """Read "host", "host:port", "[v6]" or "[v6]:port" (already checked by the settings)."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return Server(host, int(rest[1:]) if rest.startswith(":") else None)
    host, colon, port = text.partition(":")
    return Server(host, int(port) if colon else None)


def family_of(address: str) -> socket.AddressFamily | None:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, address)
        except OSError:
            continue
        return family
    return None


def local_address_to(address: str) -> str:
    """The source address the kernel would use towards `address`; no packet is sent."""
    family = family_of(address) or socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((address, 9))
        return str(probe.getsockname()[0])


NO_UPLINKS = Uplinks()


async def locate(account: Account, sip: Sip, uplinks: Uplinks = NO_UPLINKS) -> Located:
    """Find the account's server, or its outbound proxy, by the active uplink; raises ServerUnknown with a sentence."""
    server = parse_server(account.outbound_proxy or account.server)
    if uplinks.managed and uplinks.active is None and not is_on_this_machine(server.host):
        raise ServerUnknown("no uplink leads to the internet now")
    try:
        async with asyncio.timeout(_LONGEST_S):
            targets = await _targets(server, account.transport, sip.nameservers, uplinks.active)
            return located_by(uplinks.active, targets) if uplinks.active else Located(local_address_to(targets[0][0]), targets)
    except TimeoutError as error:
        raise ServerUnknown(f"no name server answered for {server.host} within {_LONGEST_S:.0f} s") from error
    except OSError as error:
        raise ServerUnknown(f"{server.host} cannot be reached from here: {error.strerror or error}") from error


def located_by(bearer: Bearer, targets: tuple[tuple[str, int], ...]) -> Located:
    """The targets as this uplink reaches them; raises ServerUnknown where it has no address of their family."""
    usable = reachable(targets, bearer)
    if not usable:
        raise ServerUnknown(
            f"{bearer.name} has no {'IPv6' if ':' in targets[0][0] else 'IPv4'} address, which {targets[0][0]} needs"
        )
    first = usable[0][0]
    return Located(local_address_to(first) if is_on_this_machine(first) else bearer.address_towards(first), usable)


async def _targets(
    server: Server, transport: Transport, nameservers: tuple[str, ...], bearer: Bearer | None
) -> tuple[tuple[str, int], ...]:
    port = server.port or DEFAULT_PORTS[transport]
    if server.is_numeric:
        return ((server.host, port),)
    known = hosts_file().get(server.host.lower())
    if known:
        return ((known, port),)
    nameservers = nameservers or (bearer.nameservers if bearer else ())
    if not nameservers:
        found = await _system_lookup(server.host, port)
        if found:
            return found
    return await _dns_lookup(server, transport, nameservers, bearer)


async def _system_lookup(host: str, port: int) -> tuple[tuple[str, int], ...]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except socket.gaierror:
        return ()
    return tuple((str(entry[4][0]), port) for entry in found)


async def _dns_lookup(
    server: Server, transport: Transport, nameservers: tuple[str, ...], bearer: Bearer | None
) -> tuple[tuple[str, int], ...]:
    # Only accounts that are named by SRV records alone pay for the import, and nobody waits for it: it takes a fraction of a second.
    srv = await asyncio.to_thread(importlib.import_module, "firmware.sip.srv")
    asked_from = srv.Asked(nameservers, bearer)
    found: tuple[tuple[str, int], ...] = await srv.lookup(server, _SRV_NAMES[transport], DEFAULT_PORTS[transport], asked_from)
    if not found:
        raise ServerUnknown(f"no name server knows {server.host}")
    return found


def hosts_file(path: Path = Path("/etc/hosts")) -> dict[str, str]:
    """The names of the hosts file, lower case, to their first address."""
    known: dict[str, str] = {"localhost": "127.0.0.1"}
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return known
    for line in lines:
        address, *names = line.partition("#")[0].split() or [""]
        if family_of(address):
            for name in names:
                known.setdefault(name.lower(), address)
    return known


def system_nameservers(path: Path = Path("/etc/resolv.conf")) -> tuple[str, ...]:
    """The name servers of resolv.conf, for the engine's own resolver."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    return tuple(word[1] for word in words if len(word) > 1 and word[0] == "nameserver" and family_of(word[1]))
