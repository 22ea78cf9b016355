"""What DHCP told an uplink, name servers above all, as far as files tell; D-Bus is not needed.

Relied upon, in this order, the first that names a server counts:
1. systemd-networkd: /run/systemd/netif/links/INDEX and leases/INDEX, "DNS=a b" (systemd src/network/networkd-state-file.c, sd-dhcp-lease.c);
2. NetworkManager with its own DHCP client: /run/NetworkManager/devices/INDEX, "dhcp4.domain_name_servers=a b" and "dhcp6.dhcp6_name_servers=a b"
   (seen in 1.42 and 1.52; its lease files hold the address only). It stays there when the uplink goes, so it counts only while the uplink stands
   in the subnet of the address it tells of;
3. dhclient, of ifupdown or of NetworkManager: the last lease of the interface in /var/lib/dhcp/dhclient*.leases or
   /var/lib/NetworkManager/dhclient-*-IFACE.lease, "option domain-name-servers a, b;" (dhclient.leases(5));
4. resolvconf, openresolv and dhcpcd: a resolv.conf(5) for each interface in /run/resolvconf/interface*/ and /run/dhcpcd/hook-state/resolv.conf/;
5. /run/NetworkManager/no-stub-resolv.conf, /run/systemd/resolve/resolv.conf, /etc/resolv.conf: of no uplink in particular, so servers that
   stand in another uplink's subnet are left out, and so are those of this machine itself.
Of 1 to 3 also the gateway, for an uplink whose default route the system does not want or had no place for.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_interface, ip_network
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firmware.network.link_state import LinkState

_NETWORKD = ("run/systemd/netif/links/{index}", "run/systemd/netif/leases/{index}")
_NETWORKMANAGER = ("run/NetworkManager/devices/{index}",)
_DHCLIENT = ("var/lib/dhcp/dhclient*.leases", "var/lib/NetworkManager/dhclient-*-{name}.lease")
_RESOLVCONF = ("run/resolvconf/interface*/{name}*", "run/dhcpcd/hook-state/resolv.conf/{name}.*")
_GENERAL = ("run/NetworkManager/no-stub-resolv.conf", "run/systemd/resolve/resolv.conf", "etc/resolv.conf")

_NM_ROUTERS = (("dhcp4.ip_address", "dhcp4.routers"),)
_NM_SERVERS = (("dhcp4.ip_address", "dhcp4.domain_name_servers"), ("dhcp6.ip6_address", "dhcp6.dhcp6_name_servers"))
"""Options of a lease, each with the one by which the lease is known as still ours."""

_LEASE = re.compile(r"lease6?\s*\{(.*?)^\}", re.DOTALL | re.MULTILINE)
_INTERFACE = re.compile(r'^\s*interface "([^"]*)";', re.MULTILINE)
_ROUTERS = re.compile(r"option routers ([^;]*);")
_SERVERS = re.compile(r"option (?:domain-name-servers|dhcp6\.name-servers) ([^;]*);")


class Leases:
    """Remembers files by their time of change, so that looking again costs next to nothing."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or Path("/")
        self._texts: dict[Path, tuple[tuple[int, int], str]] = {}

    def router(self, link: LinkState) -> str:
        """The gateway of its IPv4 lease; empty without one, or when that is of a subnet the link no longer stands in."""
        named = [
            line.removeprefix("ROUTER=")
            for text in self._found(_NETWORKD, link)
            for line in text.splitlines()
            if line.startswith("ROUTER=")
        ]
        named += self._networkmanager(link, _NM_ROUTERS)
        named += [servers for lease in self._lease(link) for servers in _ROUTERS.findall(lease)]
        routers = _addresses(re.split(r"[,\s]+", " ".join(named)))
        return next((each for each in routers if link.subnet4 and ip_address(each) in ip_network(link.subnet4)), "")

    def nameservers(self, link: LinkState, all_links: Iterable[LinkState]) -> tuple[str, ...]:
        """The addresses of its name servers, best first; empty while the link has none of its own addresses."""
        if not (link.address4 or link.address6):
            return ()
        found = (
            self._networkd(link)
            or self._networkmanager(link, _NM_SERVERS)
            or self._dhclient(link)
            or self._resolv_conf(_RESOLVCONF, link)
            or self._general(link, all_links)
        )
        return tuple(each for each in dict.fromkeys(found) if _fits(link, each))

    def _networkd(self, link: LinkState) -> list[str]:
        for text in self._found(_NETWORKD, link):
            lines = [line.removeprefix("DNS=") for line in text.splitlines() if line.startswith("DNS=")]
            if servers := _addresses(" ".join(lines).split()):
                return servers
        return []

    def _networkmanager(self, link: LinkState, options: Iterable[tuple[str, str]]) -> list[str]:
        """The addresses in those options whose lease is of a subnet the link stands in."""
        known = dict(
            line.split("=", 1) for text in self._found(_NETWORKMANAGER, link) for line in text.splitlines() if "=" in line
        )
        named = [known.get(option, "") for leased, option in options if _stands_with(link, known.get(leased, ""))]
        return _addresses(" ".join(named).split())

    def _dhclient(self, link: LinkState) -> list[str]:
        return _addresses(
            re.split(r"[,\s]+", " ".join(servers for lease in self._lease(link) for servers in _SERVERS.findall(lease)))
        )

    def _lease(self, link: LinkState) -> list[str]:
        """The latest lease in dhclient's files, as a list of one or none."""
        texts = self._found(_DHCLIENT, link)
        return [lease for text in texts for lease in _LEASE.findall(text) if link.name in _INTERFACE.findall(lease)][-1:]

    def _resolv_conf(self, patterns: Sequence[str], link: LinkState) -> list[str]:
        for text in self._found(patterns, link):
            words = (line.split() for line in text.splitlines())
            if servers := _addresses(each[1] for each in words if len(each) > 1 and each[0] == "nameserver"):
                return servers
        return []

    def _general(self, link: LinkState, all_links: Iterable[LinkState]) -> list[str]:
        others = [ip_network(each.subnet4) for each in all_links if each.subnet4 and each.subnet4 != link.subnet4]
        servers = [each for each in self._resolv_conf(_GENERAL, link) if not ip_address(each).is_loopback]
        return [each for each in servers if not any(ip_address(each) in subnet for subnet in others)]

    def _found(self, patterns: Sequence[str], link: LinkState) -> Iterable[str]:
        for pattern in patterns:
            for path in self._paths(pattern.format(index=link.index, name=link.name)):
                if text := self._read(path):
                    yield text

    def _paths(self, pattern: str) -> list[Path]:
        return sorted(self._root.glob(pattern)) if "*" in pattern else [self._root / pattern]

    def _read(self, path: Path) -> str:
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if self._texts.get(path, ((0, 0), ""))[0] != stamp:
                self._texts[path] = (stamp, path.read_text(errors="replace"))
        except OSError:
            return ""
        return self._texts[path][1]


def _addresses(words: Iterable[str]) -> list[str]:
    """Those words that are addresses; networkd may add "#name" or a port, which plain DNS does not need."""
    found = []
    for word in words:
        try:
            found.append(str(ip_address(word.partition("#")[0].partition("%")[0])))
        except ValueError:
            continue
    return found


def _stands_with(link: LinkState, leased: str) -> bool:
    """Whether an address is of the subnet in which the uplink has its own; rubbish is of none."""
    own, length = (link.address6, link.prefix6) if ":" in leased else (link.address4, link.prefix4)
    return bool(own) and any(ip_address(each) in ip_interface(f"{own}/{length}").network for each in _addresses([leased]))


def _fits(link: LinkState, server: str) -> bool:
    """Whether the uplink has an address of the server's family. A link-local server needs its interface named, which no file here does."""
    return bool(link.address6 if ":" in server else link.address4) and not ip_address(server).is_link_local
