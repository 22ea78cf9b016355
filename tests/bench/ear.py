"""The receiver of a simulated telephone, listened to over the control socket, each piece of sound with the time it came at.

The device gives 10 ms frames to the ear and reports them in pairs, when the second is there; that is the resolution of a time told here.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from tests.peers.errors import PeerSilent

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.sound import Samples

FRAME_S = 0.01
FRAME_SAMPLES = 80
SOUND = 100  # of 32767: above any silence, below the second sample of a dial tone


@dataclass(frozen=True)
class Pair:
    """Two frames; the second was given to the ear at `at_s`, the first one frame sooner."""

    at_s: float
    samples: Samples


class Ear:
    """Listens until its context ends."""

    def __init__(self, control_socket: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(control_socket))
        self._socket.sendall(b'{"v": 1, "id": 0, "do": "phone.listen"}\n')
        self._changed = threading.Condition()
        self._pairs: list[Pair] = []
        self._thread = threading.Thread(target=self._receive, name="ear", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._socket.close()

    def forget(self) -> None:
        with self._changed:
            self._pairs.clear()

    def pairs(self) -> list[Pair]:
        with self._changed:
            return list(self._pairs)

    def wait_sound(self, timeout_s: float = 5.0) -> float:
        """When the first audible sample was given to the ear; raises PeerSilent."""
        with self._changed:
            found = self._changed.wait_for(
                lambda: next((each for each in self._pairs if _onset(each) is not None), None), timeout_s
            )
        if found is None:
            raise PeerSilent(f"nothing was heard at the receiver within {timeout_s:g} s")
        onset = _onset(found)
        assert onset is not None
        return found.at_s - (FRAME_S if onset < FRAME_SAMPLES else 0.0)

    def next_frame_after(self, moment_s: float) -> float:
        """When the audio clock was due next: its even beat is laid through the frames that came least late."""
        first = self.pairs()
        began_s = min(each.at_s - number * 2 * FRAME_S for number, each in enumerate(first))
        return began_s + -(-(moment_s - began_s) // FRAME_S) * FRAME_S

    def _receive(self) -> None:
        lines = self._socket.makefile("rb")
        for line in lines:
            at_s = time.monotonic()
            event = json.loads(line)
            if event.get("event") == "sound":
                samples = np.frombuffer(base64.b64decode(event["pcm"]), np.int16)
                with self._changed:
                    self._pairs.append(Pair(at_s, samples))
                    self._changed.notify_all()


def _onset(pair: Pair) -> int | None:
    loud = np.flatnonzero(np.abs(pair.samples.astype(np.int32)) > SOUND)
    return int(loud[0]) if len(loud) else None
