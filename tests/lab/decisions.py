"""What the device decided about its uplinks, and when: read from its own log, whose stamps are brought to the machine's monotonic clock.

Knows the log's words and nothing of the inside.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.peers.process import Process

_DECISION = re.compile(r"^(\S+ \S+) \w+ keepline\S*: calls go by (\S+|no uplink) now: (.*)$")


@dataclass(frozen=True)
class Decision:
    """`uplink` is empty where nothing works; `at_s` is monotonic, to the millisecond of the log."""

    at_s: float
    uplink: str
    reason: str


def decisions(device: Process, after: int = 0) -> list[Decision]:
    """All in the log from line number `after` on."""
    found = (_DECISION.match(line) for line in device.lines[after:])
    return [Decision(_monotonic(match[1]), match[2].replace("no uplink", ""), match[3]) for match in found if match]


def wait_decision(device: Process, after: int, timeout_s: float = 20.0) -> Decision:
    """The first from line number `after` on; raises `PeerSilent`."""
    device.wait_for_line(r"calls go by \S.* now: ", timeout_s, after=after)
    return decisions(device, after)[0]


def _monotonic(stamp: str) -> float:
    """The log's stamps are local wall-clock time with milliseconds after a comma."""
    wall_s = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S,%f").timestamp()  # noqa: DTZ007 (the log's own zone)
    return wall_s - time.time() + time.monotonic()
