"""Two uplinks in one subnet, such as the cable and the Wi-Fi of the same router: each is to answer for its own address only.

By default Linux answers ARP for any of its addresses on every interface, so the router may send what is meant for one uplink over the other, and
probes of the one tell of the other. While two uplinks share a subnet, arp_ignore and arp_announce of just these interfaces are set (kernel
Documentation/networking/ip-sysctl.rst); what stood there is put back afterwards, by a note on disk also after a kill. Knows no route.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from firmware.network.link_state import LinkState

OURS = {"arp_ignore": "1", "arp_announce": "2"}
FOLDER = Path("/proc/sys/net/ipv4/conf")


class SharedSubnets:
    """Keeps the settings fit for the uplinks there are."""

    def __init__(self, note: Path | None, complain: Callable[[str], None]) -> None:
        """`note`: where to remember what stood there; without one a killed process leaves its settings."""
        self._note = note
        self._complain = complain
        self._before: dict[str, dict[str, str]] = _read_note(note)
        self._refused = False

    def fit(self, links: Iterable[LinkState]) -> None:
        """Set on every uplink that shares its subnet, put back on every other. An empty list puts everything back."""
        sharing = _sharing(list(links))
        for name in self._before.keys() - sharing:
            self._put_back(name)
        for name in sharing:
            self._set(name)

    def _set(self, name: str) -> None:
        found = {key: _read(name, key) for key in OURS}
        if found == OURS or not all(found.values()):
            return
        self._before.setdefault(name, found)
        self._write_note()  # first, so that a kill in between loses nothing
        self._write(name, OURS)

    def _put_back(self, name: str) -> None:
        self._write(name, self._before.pop(name))
        self._write_note()

    def _write(self, name: str, values: dict[str, str]) -> None:
        try:
            for key, value in values.items():
                (FOLDER / name / key).write_text(value)
        except FileNotFoundError:
            return  # the interface has gone, and its settings with it
        except OSError as error:
            if not self._refused:
                self._complain(
                    f"{name} shares its subnet with another uplink, and its ARP settings cannot be fitted: {error.strerror}"
                )
            self._refused = True

    def _write_note(self) -> None:
        if self._note is None:
            return
        if not self._before:
            self._note.unlink(missing_ok=True)
            return
        fresh = self._note.with_suffix(".new")
        fresh.write_text(json.dumps(self._before))
        fresh.replace(self._note)


def _sharing(links: list[LinkState]) -> set[str]:
    subnets = [link.subnet4 for link in links if link.subnet4]
    return {link.name for link in links if link.subnet4 and subnets.count(link.subnet4) > 1}


def _read(name: str, key: str) -> str:
    try:
        return (FOLDER / name / key).read_text().strip()
    except OSError:
        return ""


def _read_note(note: Path | None) -> dict[str, dict[str, str]]:
    """What an earlier process noted; a note that makes no sense is as none."""
    try:
        noted = json.loads(note.read_text()) if note else {}
        return {str(name): {key: str(int(values[key])) for key in OURS} for name, values in noted.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
