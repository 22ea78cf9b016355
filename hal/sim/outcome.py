"""How an order to the simulated person ended. It must not know the orders."""

from collections.abc import Callable
from enum import Enum, auto


class Outcome(Enum):
    """Everything ordered happened, or something (the handset replaced, no audio clock) cut it short."""

    COMPLETED = auto()
    CUT_SHORT = auto()


Done = Callable[[Outcome], None]
"""Called once, on the deciding thread, when an order has ended."""
