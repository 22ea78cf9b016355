"""Draws one real failover: the levels of both directions over time as they were heard, with the cut, the decision and the SIP that followed.

`python -m tests.lab.picture record FILE.json` makes the run in a laboratory and keeps it; `draw FILE.json FILE.svg` draws it. The drawing is that of
docs/failover.md.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.lab.decisions import wait_decision
from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.lab.time_code import FAR, NEAR, Voice, holes, levels
from tests.peers.sound import RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.conversation import Conversation
    from tests.peers.sound import Samples

BEFORE_S, AFTER_S = 0.6, 1.2
STEP_S = 0.02
WIDTH, LANE, LEFT, TOP, RIGHT = 900, 120, 150, 70, 20
LOWEST, HIGHEST = -60.0, 0.0
INK, FAINT, SOUND, HOLE, CUT, DECIDED, SIP = "#222222", "#cccccc", "#2f6f4f", "#f4c7c3", "#b3261e", "#1f4e9c", "#8a6d1f"


@dataclass(frozen=True)
class Lane:
    """One direction. Times are seconds from the cut; `levels` are dBm0 every `STEP_S` from `first_s` on."""

    title: str
    first_s: float
    levels: list[float]
    holes: list[tuple[float, float]]


@dataclass(frozen=True)
class Mark:
    at_s: float
    words: str
    colour: str


@dataclass(frozen=True)
class Recorded:
    title: str
    lanes: list[Lane]
    marks: list[Mark]


def record(folder: Path) -> Recorded:
    """A call over Ethernet whose router dies without a word, with Wi-Fi beside it."""
    with Stage(folder, (ETHERNET, WIFI)) as stage:
        stage.wait_active("eth0")
        stage.call()
        talk = stage.talk()
        time.sleep(BEFORE_S + 1)  # a steady beginning
        lines = len(stage.device.process.lines)
        cut_s = stage.lab["eth0"].silence()
        decision = wait_decision(stage.device.process, lines)
        talk.wait_live(since_s=decision.at_s)
        time.sleep(AFTER_S)
        lanes = [_near(talk, cut_s), _far(stage, cut_s)]
        marks = [Mark(0.0, "the router falls silent", CUT)]
        marks += [Mark(decision.at_s - cut_s, f"decided: {decision.uplink}", DECIDED), *_sip(stage, cut_s)]
        return Recorded(f"Decided because: {decision.reason}", lanes, marks)


def _near(talk: Conversation, cut_s: float) -> Lane:
    began_s, samples = talk.near()
    return lane("heard at the telephone", samples, FAR, began_s - cut_s)


def _far(stage: Stage, cut_s: float) -> Lane:
    began_s, samples = stage.far.heard_since()
    return lane("heard at the far end", samples, NEAR, began_s - cut_s)


def lane(title: str, samples: Samples, voice: Voice, began_s: float) -> Lane:
    """The part around the cut."""
    skipped = max(0, round((-BEFORE_S - began_s) / STEP_S))
    part = samples[round(skipped * STEP_S * RATE_HZ) :][: round((BEFORE_S + AFTER_S) * RATE_HZ)]
    first_s = began_s + skipped * STEP_S
    found = [(first_s + each.from_s, first_s + each.until_s) for each in holes(part, voice)]
    return Lane(title, first_s, [round(float(each), 1) for each in levels(part, voice, STEP_S)], found)


def _sip(stage: Stage, cut_s: float) -> Iterator[Mark]:
    """The re-INVITE as it reached the proxy by the new uplink, and the answer it sent back."""
    assert stage.exchange.provider is not None
    outside = stage.lab["wlan0"].outside
    for traced in stage.exchange.provider.sip_trace:
        at_s, message = traced.seen_s - cut_s, traced.message
        if at_s > 0 and traced.source[0] == outside and message.method == "INVITE":
            yield Mark(at_s, "re-INVITE at the proxy", SIP)
        if (
            at_s > 0
            and traced.target[0] == outside
            and message.first_line.startswith("SIP/2.0 200")
            and "INVITE" in message.headers["CSeq"]
        ):
            yield Mark(at_s, "its 200 leaves the proxy", SIP)


def draw(recorded: Recorded) -> str:
    """The SVG."""
    height = TOP + 2 * LANE + 40 + 18 * len(recorded.marks) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="24" font-size="15">A call whose uplink dies without a word</text>',
        f'<text x="{LEFT}" y="44">{_escaped(recorded.title)}</text>',
    ]
    for number, each in enumerate(recorded.lanes):
        parts += _lane(each, TOP + number * LANE)
    parts += _axis(TOP + 2 * LANE)
    for number, mark in enumerate(recorded.marks):
        parts += _mark(mark, number)
    return "\n".join([*parts, "</svg>", ""])


def _x(at_s: float) -> float:
    return LEFT + (at_s + BEFORE_S) / (BEFORE_S + AFTER_S) * (WIDTH - LEFT - RIGHT)


def _lane(each: Lane, top: int) -> Iterator[str]:
    bottom, room = top + LANE - 16, LANE - 24
    for from_s, until_s in each.holes:
        wide = _x(until_s) - _x(from_s)
        yield f'<rect x="{_x(from_s):.1f}" y="{bottom - room}" width="{wide:.1f}" height="{room}" fill="{HOLE}"/>'
        yield f'<text x="{_x(until_s) + 4:.1f}" y="{bottom - room + 12}" fill="{CUT}">{1000 * (until_s - from_s):.0f} ms</text>'
    for number, level in enumerate(each.levels):
        share = (min(max(level, LOWEST), HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
        x, tall = _x(each.first_s + number * STEP_S), share * room
        yield f'<rect x="{x:.1f}" y="{bottom - tall:.1f}" width="6" height="{tall:.1f}" fill="{SOUND}"/>'
    yield f'<line x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{bottom}" stroke="{FAINT}"/>'
    yield f'<text x="10" y="{bottom - room / 2}">{_escaped(each.title)}</text>'


def _axis(y: int) -> Iterator[str]:
    for tenth in range(round(-BEFORE_S * 10), round(AFTER_S * 10) + 1, 2):
        x = _x(tenth / 10)
        yield f'<line x1="{x:.1f}" y1="{y - 12}" x2="{x:.1f}" y2="{y - 6}" stroke="{INK}"/>'
        yield f'<text x="{x:.1f}" y="{y + 8}" text-anchor="middle">{tenth * 100}</text>'
    yield f'<text x="10" y="{y + 8}">ms from the cut</text>'


def _mark(mark: Mark, number: int) -> Iterator[str]:
    x, y = _x(mark.at_s), TOP + 2 * LANE + 36 + 18 * number
    yield f'<line x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{y - 4}" stroke="{mark.colour}" stroke-dasharray="4 3"/>'
    yield f'<text x="{x + 5:.1f}" y="{y}" fill="{mark.colour}">{1000 * mark.at_s:.0f} ms: {_escaped(mark.words)}</text>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read(text: str) -> Recorded:
    kept: dict[str, Any] = json.loads(text)
    return Recorded(kept["title"], [Lane(**each) for each in kept["lanes"]], [Mark(**each) for each in kept["marks"]])


def main(words: list[str]) -> int:
    match words:
        case ["record", target]:
            with TemporaryDirectory(prefix="keepline-picture-") as folder:
                Path(target).write_text(json.dumps(asdict(record(Path(folder)))) + "\n")
        case ["draw", source, target]:
            Path(target).write_text(draw(read(Path(source).read_text())))
        case _:
            sys.stderr.write("python -m tests.lab.picture record FILE.json | draw FILE.json FILE.svg\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
