"""How a command can end badly, named by the exit code."""


class Undone(Exception):
    """Exit 1: what was asked did not happen. The text is one sentence."""


class Misused(Exception):
    """Exit 2: the command makes no sense as it was given. The text is one sentence."""
