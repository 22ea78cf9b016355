"""Looks every second, while there are calls, how their media is: keys that came late, far ends that fell silent. It ends no call itself."""

import asyncio
from collections.abc import Callable, Mapping

from firmware.sip.call import Call

_WATCH_S = 1.0


class MediaWatch:
    """`silent` is told of a call whose far end has sent nothing for `patience_s` (0: never)."""

    def __init__(self, calls: Mapping[str, Call], patience_s: int, silent: Callable[[str], None]) -> None:
        self._calls = calls
        self._patience_s = patience_s
        self._silent = silent
        self._held: set[str] = set()
        self._heard: dict[str, tuple[int, float]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def changed(self, handle: str, *, held: bool) -> None:
        """A call's media changed; `held` when the far end holds it."""
        (self._held.add if held else self._held.discard)(handle)
        if not self._timer:
            self._timer = asyncio.get_running_loop().call_later(_WATCH_S, self._look)

    def forget(self, handle: str) -> None:
        self._heard.pop(handle, None)
        self._held.discard(handle)

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _look(self) -> None:
        self._timer = None
        for call in list(self._calls.values()):
            call.look_at_media()
        if self._patience_s:
            self._look_for_silence()
        if self._calls:
            self._timer = asyncio.get_running_loop().call_later(_WATCH_S, self._look)

    def _look_for_silence(self) -> None:
        """A far end that holds us, or is held by us, may be silent for as long as it likes."""
        now = asyncio.get_running_loop().time()
        for handle, call in list(self._calls.items()):
            if not call.established:
                continue  # an announcement may be silent, and a far end may think
            packets = call.quality().rx_packets
            before, since = self._heard.get(handle, (-1, now))
            excused = handle in self._held or call.talk.wanted.held or call.talk.told.held
            self._heard[handle] = (packets, now if packets != before or excused else since)
            if now - self._heard[handle][1] >= self._patience_s:
                self._silent(handle)
