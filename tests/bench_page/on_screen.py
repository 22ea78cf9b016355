"""From the lifted handset to other words on the screen: in Chromium, by the clock that both the bench and the browser read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.bench_failover.samples import Row, Target
from tests.bench_page.open_pages import OpenPages
from tests.bench_page.stand import stand
from tests.web.browser import browser

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.bench_page.stand import Stand

OTHERS = 50
WATCH = """() => {
  window.shown = [];
  new MutationObserver(() => {
    const text = document.getElementById('lines').textContent;
    requestAnimationFrame(() => window.shown.push([Date.now(), text]));
  }).observe(document.getElementById('lines'), {childList: true, subtree: true, characterData: true});
}"""
SHOWN = "words => { const found = window.shown.find(each => each[1].includes(words)); return found ? found[0] : 0; }"


def measure(folder: Path, lifts: int) -> list[Row]:
    bounds = Target(median=300.0, p95=300.0)
    seen = "from the order to lift the handset to the frame after the text changed; the device's 6 ms of debounce count"
    alone = Row("handset lifted to words on the screen", "ms", bounds, note=seen)
    crowded = Row(f"the same, {OTHERS} other pages open", "ms", bounds)
    with stand(folder) as box, browser(folder / "browser") as context:
        box.let_in(context)
        page = context.new_page()
        page.goto(box.page.url)
        page.get_by_role("button", name="Lift the handset").first.wait_for()
        page.evaluate(WATCH)
        alone.samples = [_lift(box, page) for _ in range(lifts)]
        with OpenPages(box, OTHERS):
            crowded.samples = [_lift(box, page) for _ in range(lifts)]
    return [alone, crowded]


def _lift(box: Stand, page: Page) -> float:
    page.evaluate("window.shown.length = 0")
    lifted_ms = time.time() * 1000
    box.device.lift()
    shown_ms = page.wait_for_function(SHOWN, arg="Dial tone").json_value()
    box.device.replace()
    box.device.wait_line("idle")
    page.wait_for_function(SHOWN, arg="Ready")
    return float(shown_ms) - lifted_ms
