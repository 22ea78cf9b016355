"""SRV and address records asked of named or the system's name servers (RFC 3263 section 4). The only file that knows dnspython."""

from dataclasses import dataclass

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.nameserver import Do53Nameserver

from firmware.sip.bearer import Bearer, is_on_this_machine
from firmware.sip.resolve import Server

Target = tuple[str, int]


@dataclass(frozen=True)
class Asked:
    """Whom we ask (nobody: the system's name servers), and by which uplink."""

    nameservers: tuple[str, ...] = ()
    bearer: Bearer | None = None

    @property
    def source(self) -> str | None:
        """The address the questions come from, so that they leave by the uplink; None: the system's choice."""
        if self.bearer is None or not self.nameservers or any(map(is_on_this_machine, self.nameservers)):
            return None
        return self.bearer.address_towards(self.nameservers[0]) or None


async def lookup(server: Server, service: str, default_port: int, asked: Asked) -> tuple[Target, ...]:
    """Addresses and ports of the server, best first; a port in the setting leaves SRV out (RFC 3263 section 4.2). Empty when unknown."""
    resolver = _resolver(asked.nameservers)
    named = [(server.host, server.port)] if server.port else await _services(resolver, service + server.host, asked.source)
    found: list[Target] = []
    for host, port in named or [(server.host, default_port)]:
        found += [(address, port) for address in await _addresses(resolver, host, asked.source)]
    return tuple(found)


def _resolver(nameservers: tuple[str, ...]) -> Resolver:
    if not nameservers:
        return Resolver()
    resolver = Resolver(configure=False)
    resolver.nameservers = [_nameserver(text) for text in nameservers]
    return resolver


def _nameserver(text: str) -> Do53Nameserver:
    """Read "address", "address:port" or "[v6]:port"."""
    if text.startswith("["):
        host, _, port = text[1:].partition("]:")
        return Do53Nameserver(host.rstrip("]"), int(port or 53))
    host, colon, port = text.partition(":")
    return Do53Nameserver(text) if ":" in port else Do53Nameserver(host, int(port) if colon else 53)


async def _services(resolver: Resolver, name: str, source: str | None) -> list[tuple[str, int]]:
    try:
        answer = await resolver.resolve(name, "SRV", source=source)
    except DNSException:
        return []
    records = sorted(answer, key=lambda record: (record.priority, -record.weight))
    return [(record.target.to_text(omit_final_dot=True), record.port) for record in records]


async def _addresses(resolver: Resolver, host: str, source: str | None) -> list[str]:
    """By the system's choice the first kind that is known; by an uplink both, of which it may have one only."""
    found: list[str] = []
    for kind in ("A", "AAAA"):
        if found and source is None:
            break
        try:
            answer = await resolver.resolve(host, kind, source=source)
        except DNSException:
            continue
        found += [record.address for record in answer]
    return found
