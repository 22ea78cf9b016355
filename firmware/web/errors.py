"""What keeps the page from starting or a request from being answered, named by what to do. Each text is one sentence for a person."""


class ListenWrong(Exception):
    """--listen makes no sense: correct it."""


class ListenTaken(Exception):
    """The address cannot be had now: free it, or choose another."""


class Unclear(Exception):
    """The request is not what this page takes: correct it (400)."""


class NotFound(Exception):
    """There is no such thing: look at the list of them (404)."""


class SignInFirst(Exception):
    """Nobody is signed in, or not with the rights it takes: sign in (401), or as somebody else (403)."""

    def __init__(self, sentence: str, status: int = 401) -> None:
        super().__init__(sentence)
        self.status = status


class WaitFirst(Exception):
    """Too many wrong tries: come back after `wait_s` (429)."""

    def __init__(self, sentence: str, wait_s: int) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s
