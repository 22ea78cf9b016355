"""What can go wrong with records, named by what the caller should do about it. None of it may ever stop a call."""


class RecordsError(Exception):
    """Base of this page. The text is one sentence for the owner of the box."""


class RecordsFull(RecordsError):
    """No space left: tell the owner; the next write tries again."""


class RecordsUnusable(RecordsError):
    """The file cannot be opened, read or written: tell the owner; the next write tries again."""


class RecordsSetAside(RecordsError):
    """The file was damaged or from a newer Keepline; it was moved aside and a new one begun: tell the owner, go on."""


class MailboxFull(RecordsError):
    """The mailbox holds as many messages as it may: let the caller hear it; messages have to be deleted first."""


class MessageUnknown(RecordsError):
    """No message has this id: ask for one of those that exist."""
