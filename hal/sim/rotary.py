"""A rotary dial: how it turns and which breaks each digit makes. It must not know lines or handsets."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from hal.errors import PartMisused
from hal.sim.contact import Move
from hal.sim.settings import check_range

DIRECTIONS = ("standard", "new-zealand", "swedish")
"""As many pulses as the digit (ten for 0); ten less the digit (ten for 0); one more than the digit."""


@dataclass(frozen=True)
class PulseDial:
    """How a rotary dial turns: pulses a second, the share of each that is break, and the pause between digits.

    Defaults: 10 pulses a second, 60 % break (ITU-T Q.23 leaves it to countries; the common value; 67 % also occurs). With `jitter` every pulse
    is longer or shorter by up to that share of it, as with a worn governor. Its contact bounces for `bounce_ms`, or None as the line's contacts do.
    """

    pps: float = 10.0
    break_ratio: float = 0.6
    pause_ms: float = 800.0
    direction: str = "standard"
    jitter: float = 0.0
    bounce_ms: float | None = None

    def __post_init__(self) -> None:
        check_range("pps", self.pps, 8, 22, "pulses a second")
        check_range("break_ratio", self.break_ratio, 0.2, 0.8, "of the pulse")
        check_range("pause_ms", self.pause_ms, 100, 10_000, "ms")
        check_range("jitter", self.jitter, 0, 0.5, "of the pulse")
        if self.bounce_ms is not None:
            check_range("bounce_ms", self.bounce_ms, 0, 50, "ms")
        if self.direction not in DIRECTIONS:
            raise PartMisused(f"direction must be one of {', '.join(DIRECTIONS)}, not {self.direction}.")

    def pulses(self, digit: str) -> int:
        """How many breaks this dial makes for a digit of 0-9."""
        match self.direction:
            case "new-zealand":
                return 10 - int(digit)
            case "swedish":
                return int(digit) + 1
            case _:
                return int(digit) or 10


def pulse_moves(digits: str, how: PulseDial, chance: random.Random, first_pause_ms: float = 0.0) -> Iterator[Move]:
    """Each digit as its breaks, the loop closed for the dial's pause between digits."""
    rest_ms = first_pause_ms
    for digit in digits:
        for _ in range(how.pulses(digit)):
            period_ms = 1000 / how.pps * (1 + (chance.uniform(-how.jitter, how.jitter) if how.jitter else 0.0))
            yield Move(rest_ms, closed=False, bounce_ms=how.bounce_ms)
            yield Move(period_ms * how.break_ratio, closed=True, bounce_ms=how.bounce_ms)
            rest_ms = period_ms * (1 - how.break_ratio)
        rest_ms = how.pause_ms
