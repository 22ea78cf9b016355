"""How long the control socket takes to answer while something else happens: the deciding thread must never be blocked."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

from firmware.client import Client

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_S = 0.5
PAUSE_S = 0.02


class RoundTrips:
    """Asks for the status again and again, on a connection of its own, as long as the context lasts."""

    def __init__(self, state: Path) -> None:
        self._client = Client(state / "control.sock")
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="round trips", daemon=True)
        self.count, self.longest_s = 0, 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._client.close()
        if kind is None:
            assert self.count, "the control socket was never asked"
            assert self.longest_s < LONGEST_S, f"the control socket was silent for {self.longest_s:.2f} s"

    def _ask(self) -> None:
        while not self._ending.wait(PAUSE_S):
            began = time.monotonic()
            self._client.ask("status")
            self.longest_s = max(self.longest_s, time.monotonic() - began)
            self.count += 1
