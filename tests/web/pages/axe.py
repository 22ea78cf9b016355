"""axe-core, which finds what a screen reader or weak eyes would stumble over. Fetched once by npm under build/axe; no part of the product."""

from __future__ import annotations

import functools
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.peers.errors import PeerMissing

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VERSION = "4.14.1"
FOLDER = Path(__file__).parents[3] / "build" / "axe"


@functools.cache
def _source() -> str:
    script = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        if shutil.which("npm") is None:
            raise PeerMissing("npm is not installed: apt-get install the packages of tests/web/packages.txt")
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund", f"axe-core@{VERSION}"],
            check=True,
            capture_output=True,
        )
    return script.read_text(encoding="utf-8")


def troubles(page: Page) -> list[str]:
    """What is serious or critical on the page as it stands, a line each."""
    page.evaluate(_source())
    found = page.evaluate(f"async () => (await axe.run(document, {{ runOnly: {_RULES} }})).violations")
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:150]} | {node['failureSummary'][:200]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]
