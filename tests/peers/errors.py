"""The ways a real peer can fail a test, named by what the reader should do next. Knows no peer."""

from __future__ import annotations


class PeerError(Exception):
    """A real peer did not do its part; the message carries the last lines of its log."""


class PeerMissing(PeerError):
    """The program is not installed: install the packages of tests/peers/packages.txt."""


class PeerDied(PeerError):
    """The program ended by itself: read the log lines in the message."""


class PeerSilent(PeerError):
    """The program lives but the awaited event did not come in time."""
