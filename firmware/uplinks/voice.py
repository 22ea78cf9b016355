"""Calls as evidence: which there are, which have fallen silent, and how well the last second was heard."""

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.core.quality import Path, r_factor
from firmware.uplinks.parts import Measured

LEAST_PACKETS = 10
"""Fewer in a second (a pause, a held call) say nothing about the path."""


@dataclass
class VoiceEvidence:
    """`quality` gives a call's figures since its start."""

    quality: Callable[[str], Measured]
    calls: set[str] = field(default_factory=set)
    _stalled: set[str] = field(default_factory=set)
    _counts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def stalled(self, handle: str) -> None:
        self._stalled.add(handle)

    def resumed(self, handle: str) -> bool:
        """Whether every call is heard again."""
        self._stalled.discard(handle)
        return not self._stalled

    def ended(self, handle: str) -> bool:
        """Whether that leaves no silent call, though there was one."""
        self.calls.discard(handle)
        self._counts.pop(handle, None)
        was_silent = handle in self._stalled
        return self.resumed(handle) and was_silent

    def last_second(self) -> Path | None:
        """The path by the call that is heard best: the worse ones suffer from their far ends. None when nobody speaks."""
        paths = [path for handle in sorted(self.calls - self._stalled) if (path := self._path(handle))]
        return max(paths, key=r_factor, default=None)

    def _path(self, handle: str) -> Path | None:
        figures = self.quality(handle)
        before = self._counts.get(handle, (figures.rx_packets, figures.rx_lost))
        self._counts[handle] = (figures.rx_packets, figures.rx_lost)
        heard, lost = figures.rx_packets - before[0], max(0, figures.rx_lost - before[1])
        if heard < LEAST_PACKETS:
            return None
        return Path(100 * lost / (heard + lost), figures.jitter_ms, figures.rtt_ms)
