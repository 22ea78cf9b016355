"""SRV and address records asked of named or the system's name servers (RFC 3263 section 4). The only file that knows dnspython."""

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.nameserver import Do53Nameserver

from firmware.sip.resolve import Server

Target = tuple[str, int]


async def lookup(server: Server, service: str, default_port: int, nameservers: tuple[str, ...]) -> tuple[Target, ...]:
    """Addresses and ports of the server, best first; a port in the setting leaves SRV out (RFC 3263 section 4.2). Empty when unknown."""
    resolver = _resolver(nameservers)
    named = [(server.host, server.port)] if server.port else await _services(resolver, service + server.host)
    found: list[Target] = []
    for host, port in named or [(server.host, default_port)]:
        found += [(address, port) for address in await _addresses(resolver, host)]
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


async def _services(resolver: Resolver, name: str) -> list[tuple[str, int]]:
    try:
        answer = await resolver.resolve(name, "SRV")
    except DNSException:
        return []
    records = sorted(answer, key=lambda record: (record.priority, -record.weight))
    return [(record.target.to_text(omit_final_dot=True), record.port) for record in records]


async def _addresses(resolver: Resolver, host: str) -> list[str]:
    for kind in ("A", "AAAA"):
        try:
            answer = await resolver.resolve(host, kind)
        except DNSException:
            continue
        return [record.address for record in answer]
    return []
