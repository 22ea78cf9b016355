"""The walls of ARCHITECTURE.md: who may import whom. A breach fails by naming the line."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = frozenset({"firmware", "hal"})

THIRD_PARTY = {
    "pjsua2": "firmware.sip",
    "dns": "firmware.sip.srv",
    "cffi": "firmware.sound.spandsp_declarations",
    "_cffi_backend": "firmware.sound._spandsp",
    "jinja2": "firmware.web.drawing",
    "msgspec": "firmware.settings",
    "netifaces": "firmware.network.readings",
    "phonenumbers": "firmware.numbering.library",
    "aiomqtt": "firmware.mqtt.link",
    "argon2": "firmware.trust.password",
    "cryptography": "firmware.trust",
    "numpy": "hal.sim",
    "prometheus_client": "firmware.web.metrics",
    "pyroute2": "firmware.network.netlink",
    "RPi": "hal.pi.pins",
    "serial": "hal.pi.uart",
    "starlette": "firmware.web",
    "uvicorn": "firmware.web",
    "websockets": "firmware.web",
}
"""Each library's one room."""

ROOMS: dict[str, frozenset[str]] = {
    "firmware.core": frozenset(),
    "firmware.settings": frozenset({"firmware.core"}),
    "firmware.network": frozenset(),
    "firmware.numbering": frozenset({"firmware.core"}),
    "firmware.sound": frozenset({"firmware.core"}),
    "firmware.records": frozenset(),
    "firmware.sip": frozenset({"firmware.core", "firmware.settings", "hal.ports"}),
    "firmware.voicemail": frozenset(
        {
            "firmware.core",
            "firmware.orders",
            "firmware.records",
            "firmware.settings",
            "firmware.sound",
            "firmware.wall_clock",
            "hal.ports",
        }
    ),
    "firmware.web": frozenset({"firmware", "firmware.client", "firmware.mqtt", "firmware.orders", "firmware.state_folder"}),
    "firmware.mqtt": frozenset({"firmware", "firmware.client", "firmware.orders"}),
    "firmware.trust": frozenset({"firmware.orders", "firmware.settings"}),
    "firmware.system": frozenset({"firmware.settings", "firmware.trust"}),
    "firmware.evidence": frozenset({"firmware.core", "firmware.orders", "firmware.wall_clock", "hal.ports"}),
    "firmware.hotspot": frozenset(),
    "firmware.health": frozenset({"firmware.client", "firmware.core", "firmware.orders", "firmware.state_folder"}),
    "firmware.set_up": frozenset({"firmware.core", "firmware.system", "hal.ports"}),
    "firmware.mqtt_orders": frozenset({"firmware.settings"}),
    "firmware.settings_orders": frozenset({"firmware.orders", "firmware.settings"}),
    "firmware.system_orders": frozenset({"firmware", "firmware.orders", "firmware.settings", "firmware.system"}),
    "firmware.trial_account": frozenset({"firmware.core", "firmware.settings", "firmware.sip"}),
    "firmware.command_line": frozenset(
        {
            "firmware",
            "firmware.cellular",
            "firmware.client",
            "firmware.exchange",
            "firmware.fault_panel",
            "firmware.health",
            "firmware.hotspot",
            "firmware.orders",
            "firmware.service",
            "firmware.settings",
            "firmware.sound",
            "firmware.state_folder",
            "firmware.trust",
            "hal.errors",
            "hal.sim",
        }
    ),
    "firmware.cellular": frozenset(
        {
            "firmware.core",
            "firmware.orders",
            "hal.at",
            "hal.errors",
            "hal.modem",
            "hal.modem_tables",
            "hal.ports",
            "hal.usb_modem",
        }
    ),
    "firmware.wifi": frozenset({"firmware.core", "firmware.orders", "hal.errors", "hal.wifi", "hal.wifi_text"}),
    "firmware.control": frozenset({"firmware.orders", "firmware.state_folder", "firmware.wall_clock"}),
    "firmware.loop": frozenset(),
    "firmware.stand_in": frozenset(),
    "firmware.line": frozenset(
        {
            "firmware.core",
            "firmware.settings",
            "firmware.sip",
            "firmware.sound",
            "firmware.wall_clock",
            "hal.board",
            "hal.errors",
            "hal.ports",
            "hal.slic",
        }
    ),
    "firmware.exchange": frozenset(
        {
            "firmware.core",
            "firmware.journal",
            "firmware.line",
            "firmware.numbering",
            "firmware.orders",
            "firmware.records",
            "firmware.settings",
            "firmware.sip",
            "firmware.sound",
            "firmware.state_folder",
            "firmware.voicemail",
            "firmware.wall_clock",
            "hal.board",
            "hal.ports",
        }
    ),
    "firmware.call_orders": frozenset({"firmware.orders", "firmware.records"}),
    "firmware.service": frozenset(
        {
            "firmware.device",
            "firmware.notify",
            "firmware.numbering",
            "firmware.orders",
            "firmware.settings",
            "firmware.sip",
            "firmware.sound",
            "firmware.state_folder",
            "firmware.system",
            "hal.errors",
        }
    ),
    "firmware.panel": frozenset({"firmware.core", "hal.panel", "hal.ports"}),
    "firmware.update_watch": frozenset({"firmware.system", "hal.ports"}),
    "firmware.watchdog": frozenset({"hal.ports"}),
    "hal.panel": frozenset({"hal.ports"}),
    "firmware.journal": frozenset({"firmware.core", "firmware.records", "firmware.sip", "firmware.wall_clock"}),
    "firmware.wall_clock": frozenset(),
    "hal.boards": frozenset({"hal.errors", "hal.ports"}),
    "hal.pi": frozenset({"hal.board", "hal.boards", "hal.errors", "hal.ports"}),
    "hal.ports": frozenset(),
    "hal.errors": frozenset(),
    "hal.hook_switch": frozenset(),
    "hal.slic": frozenset({"hal.ports", "hal.errors", "hal.hook_switch"}),
    "hal.at": frozenset(),
    "hal.modem": frozenset({"hal.at", "hal.errors", "hal.ports"}),
    "hal.modem_tables": frozenset({"hal.at"}),
    "hal.usb_modem": frozenset({"hal.errors", "hal.modem_tables"}),
    "hal.wifi_text": frozenset(),
    "hal.wifi_socket": frozenset({"hal.errors"}),
    "hal.wifi": frozenset({"hal.errors", "hal.wifi_socket", "hal.wifi_text"}),
    "hal.sim": frozenset({"hal.ports", "hal.errors", "hal.board", "hal.boards", "hal.usb_modem"}),
}
"""What each room may know besides itself and the standard library. Rooms that join others are not listed: they are few, see JOINERS."""

JOINERS = frozenset(
    {
        "firmware.access",
        "firmware.device",
        "firmware.exchange.switchboard",
        "firmware.fault_panel",
        "firmware.line.card",
        "firmware.page_orders",
        "firmware.phone_orders",
        "firmware.status",
        "hal.board",
    }
)


@dataclass(frozen=True)
class Import:
    """One import statement: who, whom, where."""

    importer: str
    imported: str
    place: str


def imports() -> list[Import]:
    return [found for package in sorted(OURS) for path in sorted((ROOT / package).rglob("*.py")) for found in imports_of(path)]


def imports_of(path: Path) -> list[Import]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: imports are absolute"
            names = [str(node.module)]
        found += [Import(module, name, f"{path.relative_to(ROOT)}:{node.lineno}") for name in names]
    return found


IMPORTS = imports()


def room_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def is_inside(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def breaches(holds: object) -> list[str]:
    assert callable(holds)
    return [f"{each.place}: {each.importer} imports {each.imported}" for each in IMPORTS if not holds(each)]


def test_there_is_something_to_look_at() -> None:
    assert len(IMPORTS) > 100


def test_the_core_knows_the_standard_library_and_itself() -> None:
    calm = sys.stdlib_module_names - {"threading", "asyncio", "logging", "time", "socket", "os", "pathlib", "random"}
    assert not breaches(
        lambda each: (
            not is_inside(each.importer, "firmware.core")
            or is_inside(each.imported, "firmware.core")
            or each.imported.split(".")[0] in calm
        )
    )


def test_hal_never_knows_the_firmware() -> None:
    assert not breaches(lambda each: not (is_inside(each.importer, "hal") and is_inside(each.imported, "firmware")))


def test_each_library_has_one_room() -> None:
    assert not breaches(
        lambda each: (
            each.imported.split(".")[0] in OURS | sys.stdlib_module_names
            or is_inside(each.importer, THIRD_PARTY.get(each.imported.split(".")[0], "nowhere"))
        )
    )


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_knows_only_what_it_must(room: str) -> None:
    allowed = ROOMS[room]
    assert not breaches(
        lambda each: (
            not is_inside(each.importer, room)
            or each.imported.split(".")[0] not in OURS
            or is_inside(each.imported, room)
            or room_of(each.imported) in allowed
        )
    )


def test_only_the_composition_root_sees_everyone() -> None:
    """Whoever imports both a driver and the SIP agent joins rooms, and joiners are named."""
    seen: dict[str, set[str]] = {}
    for each in IMPORTS:
        seen.setdefault(each.importer, set()).add(room_of(each.imported))
    wide = {importer for importer, rooms in seen.items() if {"firmware.sip"} & rooms and rooms & {"hal.slic", "hal.board"}}
    assert wide <= JOINERS
