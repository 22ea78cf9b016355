"""Name servers and gateways out of the files DHCP clients write, in the shapes in which they write them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from firmware.network.leases import Leases
from firmware.network.link_state import LinkState

if TYPE_CHECKING:
    from pathlib import Path

ETH0 = LinkState("eth0", up=True, carrier=True, address4="192.0.2.50", prefix4=24, index=2)
WLAN0 = LinkState("wlan0", up=True, carrier=True, address4="198.51.100.7", prefix4=24, index=3)
BOTH = [ETH0, WLAN0]

DHCLIENT = """
lease {
  interface "eth0";
  fixed-address 192.0.2.40;
  option routers 192.0.2.254;
  option domain-name-servers 192.0.2.9;
  renew 2 2026/11/24 10:00:00;
}
lease {
  interface "wlan0";
  option domain-name-servers 198.51.100.1;
}
lease {
  interface "eth0";
  fixed-address 192.0.2.50;
  option subnet-mask 255.255.255.0;
  option routers 192.0.2.1;
  option domain-name-servers 192.0.2.1,203.0.113.5;
  renew 3 2026/11/25 10:00:00;
}
"""
"""dhclient.leases(5): each new lease is appended."""

NETWORKMANAGER = """\
[device]
managed=true
connection-uuid=7ba00b1d-8cdd-30da-91ad-bb83ed4f7474

[dhcp4]
dhcp4.domain_name_servers=192.0.2.1 203.0.113.5
dhcp4.ip_address=192.0.2.50
dhcp4.routers=192.0.2.1

[dhcp6]
dhcp6.dhcp6_name_servers=2001:db8::1
dhcp6.ip6_address=2001:db8::51
"""


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.mark.parametrize(
    "path",
    ["var/lib/dhcp/dhclient.leases", "var/lib/dhcp/dhclient.eth0.leases", "var/lib/NetworkManager/dhclient-5f1c-eth0.lease"],
)
def test_the_latest_lease_of_dhclient_counts(tmp_path: Path, path: str) -> None:
    write(tmp_path, path, DHCLIENT)
    leases = Leases(tmp_path)
    assert leases.nameservers(ETH0, BOTH) == ("192.0.2.1", "203.0.113.5")
    assert leases.router(ETH0) == "192.0.2.1"


def test_networkd_names_servers_for_each_interface(tmp_path: Path) -> None:
    write(
        tmp_path,
        "run/systemd/netif/links/2",
        "# Do not parse.\nOPER_STATE=routable\nDNS=192.0.2.1 2001:db8::1 192.0.2.2#dot.example\n",
    )
    write(tmp_path, "run/systemd/netif/leases/2", "ADDRESS=192.0.2.50\nROUTER=192.0.2.1\nDNS=192.0.2.1\n")
    write(tmp_path, "run/systemd/netif/leases/3", "ROUTER=198.51.100.1\nDNS=198.51.100.1 198.51.100.2\n")
    leases = Leases(tmp_path)
    assert leases.nameservers(ETH0, BOTH) == ("192.0.2.1", "192.0.2.2")  # no IPv6 address, so no IPv6 server
    assert leases.nameservers(WLAN0, BOTH) == ("198.51.100.1", "198.51.100.2")
    assert leases.router(ETH0) == "192.0.2.1"


def test_networkmanager_tells_what_its_own_client_was_given(tmp_path: Path) -> None:
    """Its file stays as it was when the cable goes into another router."""
    write(tmp_path, "run/NetworkManager/devices/2", NETWORKMANAGER)
    leases = Leases(tmp_path)
    assert leases.nameservers(ETH0, BOTH) == ("192.0.2.1", "203.0.113.5")
    assert leases.router(ETH0) == "192.0.2.1"
    both_families = replace(ETH0, address6="2001:db8::51", prefix6=128)
    assert leases.nameservers(both_families, BOTH) == ("192.0.2.1", "203.0.113.5", "2001:db8::1")
    only_ipv6 = replace(both_families, address4="", prefix4=0)
    assert leases.nameservers(only_ipv6, BOTH) == ("2001:db8::1",)
    moved = replace(ETH0, address4="10.9.0.50")
    assert (leases.nameservers(moved, BOTH), leases.router(moved)) == ((), "")


def test_a_gateway_of_a_former_network_is_none(tmp_path: Path) -> None:
    write(tmp_path, "run/systemd/netif/leases/2", "ROUTER=10.9.0.1\n")
    assert not Leases(tmp_path).router(ETH0)


@pytest.mark.parametrize(
    "path",
    [
        "run/resolvconf/interface/eth0.dhclient",
        "run/resolvconf/interfaces/eth0.udhcpc",
        "run/dhcpcd/hook-state/resolv.conf/eth0.dhcp",
    ],
)
def test_resolvconf_keeps_a_file_for_each_interface(tmp_path: Path, path: str) -> None:
    write(tmp_path, path, "# resolv.conf from eth0\ndomain example\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n")
    assert Leases(tmp_path).nameservers(ETH0, BOTH) == ("192.0.2.1", "192.0.2.2")
    assert Leases(tmp_path).nameservers(WLAN0, BOTH) == ()


def test_the_general_file_serves_where_nothing_says_more(tmp_path: Path) -> None:
    """A server inside another uplink's subnet is that uplink's; a stub on this machine would ask over whatever uplink it likes."""
    write(
        tmp_path,
        "etc/resolv.conf",
        "nameserver 127.0.0.53\nnameserver 192.0.2.1\nnameserver 203.0.113.5\nnameserver fe80::1%eth0\nnonsense\n",
    )
    leases = Leases(tmp_path)
    assert leases.nameservers(ETH0, BOTH) == ("192.0.2.1", "203.0.113.5")
    assert leases.nameservers(WLAN0, BOTH) == ("203.0.113.5",)
    write(tmp_path, "run/NetworkManager/no-stub-resolv.conf", "nameserver 203.0.113.6\n")
    assert leases.nameservers(WLAN0, BOTH) == ("203.0.113.6",)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    leases = Leases(tmp_path)
    assert leases.nameservers(ETH0, BOTH) == ()
    write(tmp_path, "run/systemd/netif/leases/2", "DNS=192.0.2.1\n")
    assert leases.nameservers(ETH0, BOTH) == ("192.0.2.1",)
    write(tmp_path, "run/systemd/netif/leases/2", "DNS=192.0.2.100\n")
    assert leases.nameservers(ETH0, BOTH) == ("192.0.2.100",)


def test_rubbish_names_no_server(tmp_path: Path) -> None:
    write(tmp_path, "run/systemd/netif/links/2", "DNS=\nDNS=not-an-address 300.1.1.1\n\0\ufffd")
    write(tmp_path, "run/NetworkManager/devices/2", "=\ndhcp4.ip_address=x\ndhcp6.ip6_address=:\ndhcp4.routers=192.0.2.1\n\0")
    write(tmp_path, "var/lib/dhcp/dhclient.leases", 'lease {\n interface "eth0";\n option domain-name-servers')
    write(tmp_path, "etc/resolv.conf", "nameserver\nnameserver :::\n")
    leases = Leases(tmp_path)
    assert (leases.nameservers(ETH0, BOTH), leases.router(ETH0)) == ((), "")


def test_a_link_without_an_address_has_no_servers(tmp_path: Path) -> None:
    write(tmp_path, "etc/resolv.conf", "nameserver 203.0.113.5\n")
    assert Leases(tmp_path).nameservers(LinkState("eth0", up=True, index=2), BOTH) == ()
