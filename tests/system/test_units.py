"""The files that belong to the units, as far as no running systemd is needed: where they go, and that they speak of the same things as the code."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from firmware.cellular.ways import HELPER
from firmware.command_line.arguments import parser
from firmware.health import DEVICE, PAGE
from firmware.system.requests import SET_UP_NETWORK
from hal.modem_tables import TABLES

DEBIANS_OWN = {"root", "audio", "dialout"}
"""Of base-passwd, which every Debian has."""
UNITS = Path(__file__).parent.parent.parent / "systemd"


def text(name: str) -> str:
    return (UNITS / name).read_text()


def test_every_known_modem_is_named_to_udev() -> None:
    named = set()
    for vendor, products in re.findall(r'ATTR\{idVendor\}=="(\w+)", ATTR\{idProduct\}=="([\w|]+)"', text("70-keepline.rules")):
        named |= {f"{vendor}:{product}" for product in products.split("|")}
    assert named == {usb_id for table in TABLES for usb_id in table.usb}


def test_device_and_units_mean_the_same_doors() -> None:
    assert f"ListenStream={HELPER}\n" in text("keepline-data.socket")
    request = f"/run/keepline/{SET_UP_NETWORK}"
    assert f"PathExists={request}\n" in text("keepline-setup-network.path")
    assert f"--request {request}\n" in text("keepline-setup-network.service")
    assert f"ExecStopPost=-/usr/bin/rm -f {request}\n" in text("keepline-setup-network.service")
    assert "RuntimeDirectory=keepline\n" in text("keepline.service")
    assert (UNITS / DEVICE).exists()
    assert (UNITS / PAGE).exists()


COMMANDS = [
    (unit.name, line.split()[1:])
    for unit in sorted(UNITS.glob("*.service"))
    for line in unit.read_text().splitlines()
    if line.startswith("ExecStart=/usr/bin/keepline ")
]


@pytest.mark.parametrize(("unit", "words"), COMMANDS, ids=[unit for unit, _ in COMMANDS])
def test_the_command_line_knows_what_a_unit_starts(unit: str, words: list[str]) -> None:
    assert callable(parser().parse_args(words).command), unit


def test_whom_a_unit_runs_as_is_made_where_it_is_missing(tmp_path: Path) -> None:
    subprocess.run([UNITS / "install", tmp_path], check=True, capture_output=True)
    made = {line.split(":")[0] for line in (tmp_path / "etc" / "group").read_text().splitlines()}
    named = {
        name
        for unit in [*UNITS.glob("*.service"), *UNITS.glob("*.socket")]
        for names in re.findall(r"(?m)^(?:User|Group|SupplementaryGroups|SocketUser|SocketGroup)=(.*)$", unit.read_text())
        for name in names.split()
    }
    assert "netdev" in named
    assert named - DEBIANS_OWN == made


def test_all_of_it_is_installed_and_what_is_enabled_can_be(tmp_path: Path) -> None:
    subprocess.run([UNITS / "install", tmp_path], check=True, capture_output=True)
    places = [tmp_path / "usr", tmp_path / "etc" / "avahi"]
    installed = sorted(path.read_text() for place in places for path in place.rglob("*") if path.is_file())
    assert installed == sorted(
        path.read_text() for path in UNITS.iterdir() if path.name not in {"install", "verify", "README.md"}
    )
    for line in text("90-keepline.preset").splitlines():
        if line.startswith("enable "):
            assert "[Install]" in text(line.split()[1])
