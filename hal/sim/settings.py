"""How the simulated line and telephone behave: one frozen page of settings with bounds. It must not know who uses them."""

from dataclasses import dataclass

from hal.errors import PartMisused


def check_range(name: str, value: float, low: float, high: float, unit: str) -> None:
    """Refuse a value outside its bounds with a sentence that tells them."""
    if not low <= value <= high:
        raise PartMisused(f"{name} must be {low:g} to {high:g} {unit}, not {value:g}.")


@dataclass(frozen=True)
class SimLineSettings:
    """The line's echo and noise, and the telephone's contacts."""

    echo_loss_db: float = 14.0
    """Trans-hybrid loss: how much weaker the exchange's own sound comes back. 14 dB is a mediocre match; 60 is next to none."""
    echo_delay_ms: float = 2.0
    noise_dbm0: float | None = None
    """Level of white line noise, heard at both ends; None is a silent line."""
    bounce_ms: float = 5.0
    """How long a contact bounces; 0 is a perfect contact."""
    bounce_edges: int = 8
    """At most so many edges in one change of a contact (at least 3 as soon as it bounces)."""
    seed: int = 1
    """Bounce and noise repeat exactly with the same seed."""

    def __post_init__(self) -> None:
        check_range("echo_loss_db", self.echo_loss_db, 0, 60, "dB")
        check_range("echo_delay_ms", self.echo_delay_ms, 0, 64, "ms")
        if self.noise_dbm0 is not None:
            check_range("noise_dbm0", self.noise_dbm0, -90, -10, "dBm0")
        check_range("bounce_ms", self.bounce_ms, 0, 50, "ms")
        check_range("bounce_edges", self.bounce_edges, 3, 31, "edges")
