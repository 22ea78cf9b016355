"""Fifty open pages beside a call: what they cost the page's process and the device, in processor time and memory, and whether the call hears it.

The call of line 1 carries 1004 Hz to a far end that keeps every packet, while somebody at line 2 lifts, dials and replaces. Windows with the pages open
and with none follow each other in turn; the device's share is the difference between them.
"""

from __future__ import annotations

import base64
import threading
import time
from dataclasses import dataclass, field
from statistics import mean
from typing import TYPE_CHECKING

import numpy as np

from firmware.client import Client
from tests.bench.usage import cpu_s, memory_mb
from tests.bench.voice_end import PACKET_SAMPLES
from tests.bench_failover.samples import Row, Target
from tests.bench_page.open_pages import OpenPages
from tests.bench_page.stand import stand
from tests.peers.sound import RATE_HZ, tone, tone_level_dbm0

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench_page.stand import Stand
    from tests.peers.sound import Samples

PAGES = 50
TONE_HZ = 1004.0
SETTLED_S = 2.0
LATE_MS = 60.0
"""Between two packets of 20 ms: what a jitter buffer of two more packets still takes."""

FAINT_DB = 3.0


@dataclass
class Rows:
    """`none` are the same windows without an open page."""

    page: Row = field(default_factory=lambda: Row(f"processor time of the page process, {PAGES} pages open", "% of a core"))
    share: Row = field(
        default_factory=lambda: Row(
            "the device's share of it", "% of a core", note="its time with the pages open less that without"
        )
    )
    both: Row = field(default_factory=lambda: Row("both together", "% of a core", Target(median=10.0)))
    device: Row = field(default_factory=lambda: Row("processor time of the device in the call, no page open", "% of a core"))
    faint: Row = field(
        default_factory=lambda: Row(
            f"20 ms of the tone missing or {FAINT_DB:g} dB faint at the far end, {PAGES} pages open",
            "of a window",
            Target(worst=0.5),
        )
    )
    faint_none: Row = field(default_factory=lambda: Row("such pieces, no page open", "of a window"))
    level: Row = field(default_factory=lambda: Row("change of its level by the open pages", "dB", Target(worst=0.5)))
    late: Row = field(
        default_factory=lambda: Row(f"packets of voice {LATE_MS:g} ms and more after the last, {PAGES} pages open", "of a window")
    )
    late_none: Row = field(default_factory=lambda: Row("such packets, no page open", "of a window"))
    news: Row = field(default_factory=lambda: Row("events that each page was sent", "a minute"))
    idle_rss: Row = field(
        default_factory=lambda: Row("RSS of the page process, idle", "MB", Target(median=60.0), note="signed in, home seen once")
    )
    idle_pss: Row = field(default_factory=lambda: Row("PSS of the page process, idle", "MB", Target(median=60.0)))
    open_rss: Row = field(default_factory=lambda: Row(f"RSS of the page process, {PAGES} pages open", "MB", Target(median=60.0)))
    open_pss: Row = field(default_factory=lambda: Row(f"PSS of the page process, {PAGES} pages open", "MB", Target(median=60.0)))

    def all(self) -> list[Row]:
        return list(vars(self).values())


@dataclass(frozen=True)
class Window:
    """What one window cost, in percent of a core, and what of the tone came through."""

    page_percent: float
    device_percent: float
    faint: float
    late: float
    level_dbm0: float


def measure(folder: Path, windows: int, window_s: float) -> list[Row]:
    rows = Rows()
    with stand(folder) as box:
        box.owner.send("GET", "/", b"", {"cookie": box.cookie})
        time.sleep(SETTLED_S)
        _note(box, rows.idle_rss, rows.idle_pss)
        for _ in range(windows):
            without = _window(box, window_s)
            with OpenPages(box, PAGES) as pages:
                before, began_s = mean(pages.news), time.monotonic()
                watched = _window(box, window_s)
                rows.news.samples.append((mean(pages.news) - before) * 60 / (time.monotonic() - began_s))
                _note(box, rows.open_rss, rows.open_pss)
            _take(rows, without, watched)
    return rows.all()


def _take(rows: Rows, without: Window, watched: Window) -> None:
    share = watched.device_percent - without.device_percent
    for row, value in (
        (rows.page, watched.page_percent),
        (rows.share, share),
        (rows.both, watched.page_percent + share),
        (rows.device, without.device_percent),
        (rows.faint, watched.faint),
        (rows.faint_none, without.faint),
        (rows.level, abs(watched.level_dbm0 - without.level_dbm0)),
        (rows.late, watched.late),
        (rows.late_none, without.late),
    ):
        row.samples.append(value)


def _window(box: Stand, window_s: float) -> Window:
    """A call of its own."""
    box.call()
    speaking = threading.Thread(target=_say, args=[box, tone(TONE_HZ, window_s + 2 * SETTLED_S)])
    speaking.start()
    time.sleep(SETTLED_S)
    box.voice.forget()
    pids = (box.page.process.pid, box.device.process.pid)
    before, began_s = [cpu_s(pid) for pid in pids], time.monotonic()
    _play_line_2(box, began_s + window_s)
    spent = [cpu_s(pid) - earlier for pid, earlier in zip(pids, before, strict=True)]
    seconds = time.monotonic() - began_s
    heard = _heard(box)
    speaking.join()
    box.hang_up()
    page, device = (100 * each / seconds for each in spent)
    return Window(page, device, *heard)


def _say(box: Stand, speech: Samples) -> None:
    """Over a connection of its own: that of the stand is busy with line 2."""
    with Client(box.device.state / "control.sock") as client:
        client.ask("phone.say", len(speech) / RATE_HZ + 30, pcm=base64.b64encode(speech.tobytes()).decode())


def _play_line_2(box: Stand, until_s: float) -> None:
    """Four changes of the line every five seconds, more than a call has."""
    while time.monotonic() < until_s:
        box.device.ask("phone.lift", line=2)
        time.sleep(1)
        box.device.ask("phone.dial", digits="1", line=2)
        time.sleep(1)
        box.device.ask("phone.replace", line=2)
        time.sleep(max(0.0, min(3.0, until_s - time.monotonic())))


def _heard(box: Stand) -> tuple[float, float, float]:
    """Pieces of 20 ms without the tone, packets that came late, the tone's level: of what came since it was forgotten."""
    packets = box.voice.heard()
    levels = np.array([tone_level_dbm0(each.samples, TONE_HZ) for each in packets])
    middle = float(np.median(levels))
    sent = (packets[-1].timestamp - packets[0].timestamp) // PACKET_SAMPLES + 1
    missing = sent - len(packets)
    gaps_ms = 1000 * np.diff(sorted(each.at_s for each in packets))
    return float(missing + np.sum(levels < middle - FAINT_DB)), float(np.sum(gaps_ms >= LATE_MS)), middle


def _note(box: Stand, rss: Row, pss: Row) -> None:
    for row, size in zip((rss, pss), memory_mb(box.page.process.pid), strict=True):
        row.samples.append(size)
