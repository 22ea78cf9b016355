"""Why the page cannot start, named by what the caller should do. Each text is one sentence for the owner of the box."""


class ListenWrong(Exception):
    """--listen makes no sense: correct it."""


class ListenTaken(Exception):
    """The address cannot be had now: free it, or choose another."""
