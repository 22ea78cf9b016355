"""A laboratory with the agent alone in its device: what tests of moving calls share. Knows how orders and news are written, and how holes are measured."""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from tests.lab.laboratory import ETHERNET, WIFI, Laboratory
from tests.lab.ordered import Ordered, here, module
from tests.lab.telephony import Exchange
from tests.lab.time_code import FAR, NEAR, Hole, holes, runs
from tests.peers.errors import PeerSilent
from tests.sip.mover import HEARD, RTP_FIRST, RTP_LAST, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.lab.telephony import PjsuaEnd
    from tests.lab.uplink import UplinkPlan
    from tests.peers.sound import Samples

FRAME_BYTES = 160
EVENT_S = 20.0
NEWS = re.compile(r"^news (\w+) (.*)$")


class Mover(Ordered):
    """The agent in its namespace."""

    def __init__(
        self,
        lab: Laboratory,
        folder: Path,
        accounts: Sequence[dict[str, Any]],
        *,
        metered: Sequence[str] = (),
        **sip: Any,  # noqa: ANN401 - settings
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        plan = Plan(str(folder), list(accounts), list(lab.uplinks), sip, list(metered))
        (folder / "plan.json").write_text(json.dumps(asdict(plan)))
        environment = {**here(), "PYTHONPATH": os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), *here().values()]))}
        super().__init__(
            [*lab.device.enter, *module("tests.sip.mover", str(folder / "plan.json"))],
            folder,
            name="mover",
            environment=environment,
        )
        self.wait_for_line("^ready$")

    def news(self, kind: str, after: int = 0) -> list[dict[str, Any]]:
        found = (NEWS.match(line) for line in self.lines[after:])
        return [json.loads(match[2]) for match in found if match and match[1] == kind]

    def until(
        self, kind: str, wanted: Callable[[dict[str, Any]], object] = lambda _: True, after: int = 0, timeout_s: float = EVENT_S
    ) -> dict[str, Any]:
        """The first news of a kind that `wanted` accepts, among the lines from number `after` on."""
        self.wait_until(lambda: any(map(wanted, self.news(kind, after))), f"no such {kind} among {self.lines[after:]}", timeout_s)
        return next(each for each in self.news(kind, after) if wanted(each))

    def never(self, kind: str, seconds: float) -> None:
        """No such news for so long."""
        before = len(self.lines)
        with contextlib.suppress(PeerSilent):
            told = self.until(kind, after=before, timeout_s=seconds)
            raise AssertionError(f"{kind}: {told}")

    def registered(self, after: int = 0) -> None:
        self.until("AccountChanged", lambda news: news["registration"]["phase"] == "registered", after)

    def heard(self, handle: str) -> tuple[float, Samples]:
        """When the recording of a line began, and all of it, laid on an even beat through the frames that came least late."""
        data = (self.folder / f"{handle}.heard").read_bytes()
        rows = np.frombuffer(
            data[: len(data) // (HEARD.size + FRAME_BYTES) * (HEARD.size + FRAME_BYTES)],
            np.dtype([("at", "<f8"), ("pcm", "<i2", FRAME_BYTES // 2)]),
        )
        began_s = float(np.min(rows["at"] - np.arange(1, len(rows) + 1) * 0.01)) if len(rows) else time.monotonic()
        return began_s, rows["pcm"].reshape(-1).copy()

    def holes(self, handle: str, since_s: float) -> list[Hole]:
        """Breaks of the far end's voice after a moment, and in what is heard up to now."""
        began_s, samples = self.heard(handle)
        first = max(0, round((since_s - began_s - 0.3) * 8000))
        return [
            Hole(hole.from_s + first / 8000 + began_s - since_s, hole.until_s + first / 8000 + began_s - since_s, hole.lost_s)
            for hole in holes(samples[first:], FAR)
        ]

    def wait_heard(self, handle: str, since_s: float | None = None, timeout_s: float = EVENT_S) -> None:
        """Return once the far end is heard live on the line, in a quarter of a second spoken after `since_s`."""
        since_s = time.monotonic() if since_s is None else since_s

        def is_heard() -> bool:
            if not (self.folder / f"{handle}.heard").exists():
                return False
            began_s, samples = self.heard(handle)
            first = max(0, round((since_s - began_s) * 8000))
            return any(run.last_s - run.first_s > 0.2 for run in runs(samples[first:], FAR))

        self.wait_until(is_heard, f"{handle} did not hear the far end", timeout_s)


def far_hears(exchange: Exchange, timeout_s: float = EVENT_S) -> None:
    """Return once the far end hears the line live, in what it records from now on."""
    before, end_s = len(exchange.far.heard()), time.monotonic() + timeout_s
    while not any(run.last_s - run.first_s > 0.2 for run in runs(exchange.far.heard()[before:], NEAR)):
        assert time.monotonic() < end_s, "the far end does not hear the line"
        time.sleep(0.02)


class Town:
    """Laboratory, exchange and agent, registered by the first uplink. Use as a context manager."""

    def __init__(
        self,
        folder: Path,
        *,
        plans: Sequence[UplinkPlan] = (ETHERNET, WIFI),
        keys: dict[str, Any] | None = None,
        sip: dict[str, Any] | None = None,
        metered: Sequence[str] = (),
        **exchange: Any,  # noqa: ANN401 - what Exchange takes
    ) -> None:
        self._running = ExitStack()
        try:
            self.lab = self._running.enter_context(Laboratory(folder / "lab", plans))
            self.exchange = self._running.enter_context(Exchange(self.lab.cloud, folder / "exchange", **exchange))
            account = {"id": "home", "server": self.exchange.server, **self.exchange.account(), **(keys or {})}
            trust = {"tls_ca_file": str(self.exchange.authority.certificate)}
            self.mover = self._running.enter_context(
                Mover(self.lab, folder / "mover", [account], metered=metered, **trust, **(sip or {}))
            )
            self.first, self.second = (plan.interface for plan in plans[:2])
            self.mover.order(f"use {self.first} {self.second}")
            self.mover.order("start")
            self.mover.registered()
        except BaseException:
            self._running.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *how: object) -> None:
        if kind:
            print("\n".join(self.mover.lines[-60:]))  # noqa: T201 (pytest shows it with the failure)
        with self._running:
            self.mover.order("quit", "^stopped$")

    def call(self, handle: str = "out", number: str = "") -> None:
        """A call that both ends hear."""
        self.mover.order(f"call {handle} home {number or self.exchange.number}")
        self.mover.until("CallEstablished", lambda news: news["handle"] == handle)
        self.mover.wait_heard(handle)
        far_hears(self.exchange)

    def cut(self, interface: str = "") -> float:
        """The uplink is silently dead; when that began."""
        return self.lab[interface or self.first].silence()

    def use(self, *uplinks: str) -> int:
        """Order the move; the number of lines before it."""
        before = len(self.mover.lines)
        self.mover.order(f"use {' '.join(uplinks)}")
        return before

    def moved(self, *uplinks: str) -> dict[str, Any]:
        """Order the move; the news of the call that moved."""
        return self.mover.until("CallMoved", after=self.use(*uplinks))

    def wait_acknowledged(self) -> None:
        """Return once the last INVITE that the provider has seen is answered and acknowledged."""

        def is_over() -> bool:
            messages = [each.message for each in self.exchange.provider.sip_trace]
            last = max((at for at, each in enumerate(messages) if each.method == "INVITE"), default=0)
            return any(each.method == "ACK" for each in messages[last:])

        self.mover.wait_until(is_over, "the INVITE was not acknowledged", EVENT_S)

    def called(self) -> None:
        """The far end calls the device."""
        before = len(self.mover.lines)
        assert self.exchange.provider is not None
        self.exchange.far.order(f"call sip:alice@{self.exchange.provider.server}")
        self.mover.until("CallArrived", after=before)

    def keep(self, far: PjsuaEnd) -> None:
        """Another far end takes the place of the exchange's own."""
        self._running.callback(far.stop)
        self._running.callback(self.exchange.far.stop)
        self.exchange.far = far

    def swallow_voice(self, interface: str) -> None:
        """What comes for the sockets that the call has now gets lost in this uplink's router."""
        ports = self.mover.order("ports", r"^ports (.*)$")[1].split()
        self._drop(interface, f"udp dport {{ {', '.join(ports)} }} drop")

    def swallow_all_voice(self, interface: str) -> None:
        self._drop(interface, f"udp dport {RTP_FIRST}-{RTP_LAST} drop")

    def swallow_sip(self, interface: str) -> None:
        self._drop(interface, "udp dport 5060 drop")

    def _drop(self, interface: str, rule: str) -> None:
        """After the NAT has put the device's own ports back."""
        self.lab[interface].router.run("nft", f"add rule inet lab cut {rule}")

    def bytes_a_second(self, interface: str, seconds: float) -> float:
        """What passes an uplink of the device from now on, both ways."""
        before, began_s = self._passed(interface), time.monotonic()
        self.mover.wait_until(lambda: time.monotonic() - began_s >= seconds, "time stands still", seconds + EVENT_S)
        return (self._passed(interface) - before) / (time.monotonic() - began_s)

    def _passed(self, interface: str) -> int:
        statistics = json.loads(self.lab.device.ip("-statistics", "-json", "link", "show", "dev", interface))[0]["stats64"]
        return int(statistics["rx"]["bytes"] + statistics["tx"]["bytes"])
