"""When a page first shows something, with the browser's processor slowed six times: home of a box in use, and the first set-up."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from tests.bench_failover.samples import Row, Target
from tests.bench_page.stand import stand
from tests.peers.errors import PeerError
from tests.web.browser import browser

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import CDPSession, Page

    from tests.bench_page.stand import Stand

SLOWED = 6
LEAST_SLOWED = 0.5 * SLOWED  # as a loop meets it on a machine with other work
SPIN = "() => { const began = performance.now(); for (let i = 0, x = 1; i < 2e7; i++) x = (x * 31 + i) | 0; return performance.now() - began; }"
PAINTED = """() => new Promise(resolve => {
  const told = () => performance.getEntriesByName('first-contentful-paint')[0];
  if (told()) resolve(told().startTime);
  else new PerformanceObserver((list, watch) => { if (told()) { watch.disconnect(); resolve(told().startTime); } }).observe({type: 'paint', buffered: true});
})"""


def measure(folder: Path, loads: int) -> list[Row]:
    with stand(folder / "owned") as owned, stand(folder / "fresh", set_up=False) as fresh:
        owned.call()
        owned.hang_up()  # a row for the list of last calls
        return [*_rows(folder / "home", owned, "home", "/", loads), *_rows(folder / "setup", fresh, "set-up", "/setup", loads)]


def _rows(folder: Path, box: Stand, name: str, path: str, loads: int) -> list[Row]:
    note = f"first-contentful-paint on loopback, the browser's processor slowed {SLOWED} times (measured: {{:.1f}})"
    cold = Row(f"first paint of {name}, nothing cached", "ms", Target(median=500.0))
    warm = Row(f"first paint of {name}, files cached", "ms", Target(median=500.0))
    with browser(folder) as context:
        box.let_in(context)
        page = context.new_page()
        page.goto(box.page.url + path)  # the browser's own parts are warm, and the tab is one of this origin
        protocol = context.new_cdp_session(page)
        factor = _slow(page, protocol)
        for row, disabled in ((cold, True), (warm, False)):
            protocol.send("Network.setCacheDisabled", {"cacheDisabled": disabled})
            row.samples = [_load(page, box.page.url + path) for _ in range(loads)]
            row.note = note.format(factor)
    return [cold, warm]


def _slow(page: Page, protocol: CDPSession) -> float:
    """Slow the tab's processor; by how much it really is."""
    full_ms = _spin_ms(page)
    protocol.send("Network.enable")
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    factor = _spin_ms(page) / full_ms
    if factor < LEAST_SLOWED:
        raise PeerError(f"the browser was slowed {factor:.1f} times only, not {SLOWED} times")
    return factor


def _spin_ms(page: Page) -> float:
    return float(median(page.evaluate(SPIN) for _ in range(7)))


def _load(page: Page, url: str) -> float:
    page.goto(url)
    return float(page.evaluate(PAINTED))
