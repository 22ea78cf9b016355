"""axe-core, which finds what a screen reader or weak eyes would stumble over. It comes inside a Python package, of which only the script is used."""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@functools.cache
def _source() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


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
