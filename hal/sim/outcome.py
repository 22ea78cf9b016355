"""How an order to the simulated person ended. It must not know the orders."""

from collections.abc import Callable
from typing import Final

Done = Callable[[bool], None]
"""Called once, on the deciding thread, when an order has ended: COMPLETED or CUT_SHORT."""

COMPLETED: Final = True
"""Everything ordered happened."""

CUT_SHORT: Final = False
"""The handset was replaced, or no audio clock runs."""
