"""A device for a whole group of bad messages, with one line at a UDP server and one at a TCP server, both of them the test.

If a message ends the device, its own test fails and the next one gets a new device: a failure names its message.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.adapter import Adapter, account
from tests.bad_input.dialogs import Invited, contact_of, request
from tests.bad_input.wire import EVENT_S, LOCAL, Address, Kind, Wire
from tests.peers.ports import free_port

if TYPE_CHECKING:
    from tests.peers.sip_wire import SipMessage

TROUBLE = re.compile(r"Traceback|could not be handled|[Aa]ssert|failed unexpectedly|was never (awaited|retrieved)|Segmentation")
"""What the log of a sound device never holds."""

LINE_OF: dict[Kind, int] = {"udp": 1, "tcp": 2}
RSS_GROWTH_MOST = 24 << 20
"""Over a set of about a hundred messages; the engine keeps the pools of transactions for 32 s (RFC 3261 timers B, F, H, J)."""

NO_NAMES = "127.66.0.53"
"""Names in broken messages must not leave the machine: nobody listens at this loopback address."""

QUICK_LINES = "".join(
    f'[[line]]\naccount = "{kind}"\ndigit_map = "x"\ncaller_id = "off"\nflash_min_ms = 90\nflash_max_ms = 100\n'
    for kind in LINE_OF
)
"""One digit is a number, and a replaced handset is on hook at once: many calls in little time."""


class Rig:
    """Use as a context manager; `device` is always one that lives."""

    def __init__(self, folder: Path, **keys: object) -> None:
        self._folder, self._keys, self._starts = folder, keys, 0
        self.server_ports: dict[Kind, int] = {"udp": free_port(), "tcp": free_port()}
        self._running: Adapter | None = None
        self.seen_lines = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def device(self) -> Adapter:
        if self._running is None or not self._running.process.running:
            self.stop()
            self._running = self._start()
        return self._running

    @property
    def target(self) -> Address:
        return (LOCAL, self._port) if self.device else (LOCAL, 0)

    def _start(self) -> Adapter:
        self._starts += 1
        self._port, self.seen_lines = free_port(), 0
        sip = f'[sip]\nport = {self._port}\nnameservers = ["{NO_NAMES}"]\n'
        servers = "".join(
            account(kind, f"{LOCAL}:{self.server_ports[kind]}", user="line", transport=kind, register=False, **self._keys)
            for kind in LINE_OF
        )
        device = Adapter(self._folder / f"device-{self._starts}", sip + servers + QUICK_LINES)
        device.wait(lambda status: all(each["state"] == "direct" for each in status["accounts"]), "the accounts' start")
        self.rss_at_start = rss_bytes(device.process.pid)
        return device

    def stop(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    def restart_unless_idle(self) -> None:
        """After a failure half way through a call the next test shall find a fresh device."""
        running = self._running
        if running and not (running.process.running and all(line["state"] == "idle" for line in running.ask("status")["lines"])):
            self.stop()

    def wire(self, kind: Kind, source: str = LOCAL) -> Wire:
        return Wire(self.target, kind, source)

    def deliver(self, data: bytes, wire: Wire) -> list[SipMessage]:
        """Send, let an ordinary OPTIONS right after be answered, and return what came for `data`."""
        wire.send(data)
        self.prove_answering(wire.kind, data)
        return wire.arrived()

    def prove_answering(self, kind: Kind, after: bytes = b"") -> None:
        """An ordinary request from the server's side gets its answer."""
        with self.wire(kind) as other:
            other.send(request(other, "OPTIONS"))
            try:
                reply = other.wait_for(lambda each: not each.is_request)
            except Exception as silence:
                raise AssertionError(f"no answer to OPTIONS after {after[:200]!r}\n{self.log}") from silence
            assert reply.status == 200, f"OPTIONS got {reply} after {after[:200]!r}"

    def end_call(self, wire: Wire, replies: list[SipMessage], patience_s: float = EVENT_S) -> None:
        """Finish what an INVITE began: acknowledge a refusal, cancel a bell."""
        invites = [each for each in replies if each.headers.get("CSeq").endswith("INVITE") and each.status > 100]
        if not invites:
            return
        last = Invited(invites[-1], contact_of(invites[-1]) or f"sip:line@{wire.target[0]}:{wire.target[1]}")
        if last.reply.status < 200:
            wire.send(last.cancel())
            last = Invited(wire.wait_for(lambda each: each.status >= 300, patience_s), last.uri)
        wire.send(last.acknowledge())

    def check(self, about: str, patience_s: float = EVENT_S) -> None:
        """Alive, idle, and nothing in the log that should not be there."""
        running = self._running
        assert running is not None
        assert running.process.running, f"{about} ended the device:\n{running.process.log_tail}"
        running.wait(
            lambda status: all(line["state"] == "idle" for line in status["lines"]), f"idle lines after {about}", patience_s
        )
        fresh = running.process.lines[self.seen_lines :]
        self.seen_lines += len(fresh)
        bad = [line for line in fresh if TROUBLE.search(line)]
        assert not bad, f"{about} left in the log:\n" + "\n".join(fresh[-30:])

    def check_memory(self) -> None:
        grown = rss_bytes(self.device.process.pid) - self.rss_at_start
        assert grown < RSS_GROWTH_MOST, f"resident memory grew by {grown >> 20} MiB"

    @property
    def log(self) -> str:
        return self._running.process.log_tail if self._running else ""


def rss_bytes(pid: int) -> int:
    """Resident memory (proc(5), statm: second field, pages)."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
