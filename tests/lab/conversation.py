"""A conversation under measurement: the person at the telephone speaks the near time code without end and keeps what the receiver gives, with times.

Afterwards the holes in the sound are told for both directions, in the samples as they were heard. Must not know what was cut.
"""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from tests.bench.ear import Ear
from tests.lab.time_code import FAR, NEAR, PERIOD_S, Voice, holes, runs
from tests.peers.errors import PeerSilent
from tests.peers.sound import RATE_HZ, Samples

if TYPE_CHECKING:
    from tests.adapter import Adapter
    from tests.lab.telephony import FarEnd

SAYING_S = 4 * PERIOD_S
STEADY_S = 0.4
"""Live sound for so long means that a direction is there again."""
RECENT = round((STEADY_S + 0.2) * RATE_HZ)
LOOK_AGAIN_S = 0.05


@dataclass(frozen=True)
class Gap:
    """One direction after a cut, in ms. `hole_ms` is the longest break in the sound, `back_ms` from the cut to the first live sound after it."""

    hole_ms: float
    back_ms: float


class Conversation:
    """Speaks and listens from its start until its context ends; the call must be answered already, or its far end be heard before."""

    def __init__(self, device: Adapter, far: FarEnd, one_way_ms: float = 30.0) -> None:
        self._far, self._one_way_ms = far, one_way_ms
        self._path = device.state / "control.sock"
        self._far_began = len(far.heard())
        self.ear = Ear(self._path)
        self._speaking = True
        self._mouth = threading.Thread(target=self._speak, name="mouth", daemon=True)
        self._mouth.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more, speak no further than what is begun; may be called twice."""
        if self._speaking:
            self._speaking = False
            self.ear.__exit__()

    def _speak(self) -> None:
        """Two sayings are always under way, the next behind the one being spoken, so that there is no seam."""
        pcm = base64.b64encode(NEAR.speech(SAYING_S).tobytes()).decode()
        order = json.dumps({"v": 1, "id": 1, "do": "phone.say", "pcm": pcm}).encode() + b"\n"
        with contextlib.suppress(OSError), contextlib.ExitStack() as open_:
            mouths = [open_.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2)]
            for mouth in mouths:
                mouth.settimeout(3 * SAYING_S)
                mouth.connect(str(self._path))
                mouth.sendall(order)
            while self._speaking:
                for mouth in mouths:
                    if not _spoken(mouth):
                        return
                    mouth.sendall(order)

    def near(self) -> tuple[float, Samples]:
        """When the receiver's recording began, and all of it. The beat is laid through the pieces that came least late."""
        pairs = self.ear.pairs()
        if not pairs:
            return time.monotonic(), np.zeros(0, np.int16)
        began_s = min(each.at_s - (number + 1) * 0.02 for number, each in enumerate(pairs))
        return began_s, np.concatenate([each.samples for each in pairs])

    def far(self) -> Samples:
        return self._far.heard()[self._far_began :]

    def wait_live(self, timeout_s: float = 15.0, since_s: float | None = None) -> None:
        """Return once both directions carry live sound now, near sound spoken after `since_s`; raises `PeerSilent` with what is missing."""
        end, before = time.monotonic() + timeout_s, len(self._far.heard())
        while True:
            near, far = self._near_is_live(since_s), self._far_is_live(before)
            if near and far:
                return
            if time.monotonic() > end:
                missing = " and ".join(["the receiver"] * (not near) + ["the far end"] * (not far))
                raise PeerSilent(f"no live sound at {missing} within {timeout_s:g} s")
            time.sleep(LOOK_AGAIN_S)

    def wait_heard(self, timeout_s: float = 15.0, since_s: float | None = None) -> None:
        """As `wait_live`, of the receiver alone: before the answer nobody need listen to us."""
        end = time.monotonic() + timeout_s
        while not self._near_is_live(since_s):
            if time.monotonic() > end:
                raise PeerSilent(f"no live sound at the receiver within {timeout_s:g} s")
            time.sleep(LOOK_AGAIN_S)

    def _near_is_live(self, since_s: float | None) -> bool:
        began_s, samples = self.near()
        if since_s is not None and began_s + (len(samples) - RECENT) / RATE_HZ < since_s:
            return False
        return _is_live(samples[-RECENT:], FAR)

    def _far_is_live(self, before: int) -> bool:
        """Sound came after sample `before`, and the last of it is live. Asterisk writes its recordings in pieces of a second."""
        heard = self._far.heard()
        return len(heard) - before >= RECENT and _is_live(heard[-RECENT:], NEAR)

    def near_gap(self, cut_s: float) -> Gap:
        """What the person at the telephone missed after a cut."""
        began_s, samples = self.near()
        found = [hole for hole in holes(samples, FAR) if began_s + hole.until_s > cut_s]
        return _gap([(hole.heard_s, began_s + hole.until_s - cut_s) for hole in found])

    def far_gap(self, heard_before: int) -> Gap:
        """What the far end missed in what it heard from sample `heard_before` on, where the cut lies within.

        A second more shows what came before the hole.

        What was spoken before the cut still arrived, and live sound is heard again when as much time is lost as the hole tells: so from the cut to the
        sound is the hole and the way's delay.
        """
        found = holes(self._far.heard()[max(0, heard_before - RATE_HZ) :], NEAR)
        lengths = [hole.heard_s if self._far.clocked else hole.longest_s for hole in found]
        return _gap([(each, each + self._one_way_ms / 1000) for each in lengths])


def _spoken(mouth: socket.socket) -> bool:
    """Wait for the answer; false when the handset was put down meanwhile, or the device is gone."""
    answer = b""
    while not answer.endswith(b"\n"):
        more = mouth.recv(65536)
        if not more:
            return False
        answer += more
    return bool(json.loads(answer)["ok"])


def _gap(found: list[tuple[float, float]]) -> Gap:
    hole_s, back_s = max(found, default=(0.0, 0.0))
    return Gap(1000 * hole_s, 1000 * back_s)


def _is_live(samples: Samples, voice: Voice) -> bool:
    return any(each.last_s - each.first_s >= STEADY_S / 2 for each in runs(samples, voice))
