"""A long way between two namespaces: a TUN device in each, and this process between them with a delay line for each direction.

`python -m tests.lab.long_way NAMESPACE TUN CLOUD TUN [...]` joins pairs. Orders come by standard input, one a line: `delay NUMBER MS JITTER_MS`,
where the delay is one way and the jitter is added, evenly spread, without changing the order of packets. It prints `ready`, and `done` after each order.
Must not know what the packets are. There is no netem here, and this also runs where the kernel has none.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import random
import select
import struct
import sys
import time
from collections import deque
from pathlib import Path

CLONE_NEWNET = 0x40000000  # linux/sched.h
TUNSETIFF = 0x400454CA  # linux/if_tun.h
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
LONGEST_PACKET = 65535
QUEUE = 1000
"""Packets under way in one direction; more are dropped, as in any router."""


class Direction:
    """Reads from one device, writes to another, later."""

    def __init__(self, source: int, sink: int) -> None:
        self.source, self._sink = source, sink
        self.delay_s = self.jitter_s = 0.0
        self._under_way: deque[tuple[float, bytes]] = deque()

    def take(self) -> None:
        """Everything that waits at the source."""
        with contextlib.suppress(BlockingIOError):
            while True:
                packet = os.read(self.source, LONGEST_PACKET)
                due_s = time.monotonic() + self.delay_s + random.uniform(0, self.jitter_s)  # noqa: S311 (weather, not secrets)
                if self._under_way:
                    due_s = max(due_s, self._under_way[-1][0])
                if len(self._under_way) < QUEUE:
                    self._under_way.append((due_s, packet))

    def give(self, now_s: float) -> None:
        while self._under_way and self._under_way[0][0] <= now_s:
            with contextlib.suppress(OSError):  # the device is down: the packet is lost
                os.write(self._sink, self._under_way.popleft()[1])

    @property
    def next_s(self) -> float:
        return self._under_way[0][0] if self._under_way else float("inf")


def device(namespace: str, name: str) -> int:
    """A TUN device in a namespace, as a file without waiting."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(f"/run/netns/{namespace}").open("rb") as door:
        if libc.setns(door.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {namespace}")
    file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return file


def obey(words: list[str], pairs: list[tuple[Direction, Direction]]) -> None:
    match words:
        case ["delay", number, delay_ms, jitter_ms]:
            for direction in pairs[int(number)]:
                direction.delay_s, direction.jitter_s = float(delay_ms) / 1000, float(jitter_ms) / 1000
        case _:
            raise ValueError(words)


def carry(pairs: list[tuple[Direction, Direction]]) -> None:
    """Until standard input ends."""
    every = {direction.source: direction for pair in pairs for direction in pair}
    orders = sys.stdin.fileno()
    while True:
        wait_s = min(each.next_s for each in every.values()) - time.monotonic()
        ready, _, _ = select.select([*every, orders], [], [], max(0.0, wait_s) if wait_s != float("inf") else None)
        for file in ready:
            if file == orders:
                line = sys.stdin.readline()
                if not line:
                    return
                obey(line.split(), pairs)
                say("done")
            else:
                every[file].take()
        now_s = time.monotonic()
        for direction in every.values():
            direction.give(now_s)


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def main(words: list[str]) -> int:
    pairs = []
    for at in range(0, len(words), 4):
        near, far = device(words[at], words[at + 1]), device(words[at + 2], words[at + 3])
        pairs.append((Direction(near, far), Direction(far, near)))
    with contextlib.suppress(PermissionError):  # so that the machine's load is not taken for the way's jitter
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(5))
    say("ready")
    carry(pairs)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
