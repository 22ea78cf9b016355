"""A step of a scenario that did not come true."""

from __future__ import annotations


class Failed(AssertionError):
    """What was expected did not come; the text says what was there instead."""
