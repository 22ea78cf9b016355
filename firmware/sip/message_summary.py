"""What a NOTIFY of a mailbox says (RFC 3842 section 5.2). Pure."""

import re


def summary_of(message: str) -> tuple[bool, int, int] | None:
    """Whether messages wait, and how many voice messages are new and old; None where the body says nothing of it."""
    body = message.replace("\r\n", "\n").partition("\n\n")[2]
    waiting = re.search(r"^Messages-Waiting\s*:\s*(yes|no)\b", body, re.IGNORECASE | re.MULTILINE)
    if not waiting:
        return None
    counts = re.search(r"^Voice-Message\s*:\s*(\d{1,6})\s*/\s*(\d{1,6})", body, re.IGNORECASE | re.MULTILINE)
    return waiting[1].lower() == "yes", int(counts[1]) if counts else 0, int(counts[2]) if counts else 0
