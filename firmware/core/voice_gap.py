"""How long no voice packet must come before that means something: as short as loss and jitter on the line allow.

Pure. A packet comes every 20 ms. Lost ones and late ones make gaps that mean nothing; this room says how long those can be, so that whoever watches
for a dead uplink is neither fooled by a bad line nor slow on a good one.
"""

from math import ceil, log

SHORTEST_MS = 120.0
"""On a perfect line. Two packets lost and one late are a daily matter (measured: 60 ms gives false alarms as soon as there is jitter)."""
LONGEST_MS = 200.0
"""The last packet may be 20 ms old and the watch looks every 10 ms: still decided within 0.25 s."""
_ONE_IN = 30_000 * 100
"""A gap by chance once in a hundred times ten minutes (30 000 packets)."""


def stall_after_ms(loss_percent: float = 0.0, jitter_ms: float = 0.0, packet_ms: float = 20.0) -> float:
    """Silence that is no longer chance: the longest run of lost packets to be expected, the packet itself, and twice the jitter."""
    share = min(max(loss_percent, 0.1) / 100, 0.5)
    run = ceil(log(_ONE_IN) / -log(share))
    return min(max(packet_ms * (run + 1) + 2 * max(0.0, jitter_ms), SHORTEST_MS), LONGEST_MS)
