"""Errors of the set-up network, named by what the caller should do."""


class RadioMissing(Exception):
    """This box can open no Wi-Fi: use a cable. The text is one sentence."""


class HotspotFailed(Exception):
    """It could not be opened or did not stay: try again later. The text is one sentence."""
