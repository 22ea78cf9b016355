"""Whether a PIN may be given to a SIM card. Pure; one rule above all: a PIN the card refused is never tried again.

Three wrong PINs cost the owner the PUK. So a try is written down before it is made, and a try whose outcome is unknown (the power failed in between) counts
as refused unless the card itself says that no try is missing.
"""

from dataclasses import dataclass

ALL_TRIES = 3
"""What a card starts with and returns to after the right PIN (3GPP TS 11.11 section 9.3)."""


@dataclass(frozen=True)
class PinMemory:
    """What was tried, as marks of card and PIN together; empty: nothing."""

    refused: frozenset[str] = frozenset()
    trying: str = ""
    """Given to the card, the answer not yet seen."""


NOTHING_TRIED = PinMemory()


def why_not(mark: str, memory: PinMemory, tries_left: int | None, *, by_hand: bool = False) -> str:
    """Why the PIN of this mark may not be given; empty: it may. An empty mark: there is no PIN.

    `tries_left` is None where the card or the modem does not say. `by_hand`: the owner has just typed it and takes the risk of the last try.
    """
    if not mark:
        return "the SIM card asks for a PIN and none is set (modem.pin)"
    if mark in memory.refused:
        return f"the SIM card refused this PIN; it is not tried again, set the right one (modem.pin){_left(tries_left)}"
    if mark == memory.trying and tries_left != ALL_TRIES and not by_hand:
        return f"the PIN was given once and the answer was lost; give it again by hand{_left(tries_left)}"
    if tries_left is not None and tries_left <= 1 and not by_hand:
        return "the SIM card has one try left before it asks for the PUK; give the PIN by hand"
    return ""


def _left(tries_left: int | None) -> str:
    return "" if tries_left is None else f"; tries left: {tries_left}"
