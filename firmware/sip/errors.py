"""What can go wrong in the SIP agent, named by what the caller should do about it."""


class SipError(Exception):
    """Base of this page. The text is one sentence for the owner of the box."""


class EngineUnusable(SipError):
    """The engine is not installed or does not start: nothing can be done without it."""


class ServerUnknown(SipError):
    """The server's name leads nowhere at the moment: try again later."""


class CallImpossible(SipError):
    """The call cannot be placed now; `status` is the SIP status that says it best."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
