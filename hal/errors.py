"""What can go wrong with a part, named by what the caller should do about it."""


class PartError(Exception):
    """Base of this page. The text is one sentence for the owner of the box."""


class PartMissing(PartError):
    """The part is not there or not supported: tell the owner, do not retry."""


class PartBusy(PartError):
    """Somebody else holds the part: retry later."""


class PartMisused(PartError, ValueError):
    """The order makes no sense in the part's present state, such as dialing with the handset on hook: correct the order."""


class ScriptInvalid(PartMisused):
    """A scenario has mistakes: correct it; the text is one sentence a line, each naming the line it stands on."""
