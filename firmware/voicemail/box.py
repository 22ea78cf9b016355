"""What a session needs to know of a mailbox, and who guessed PINs at it."""

from dataclasses import dataclass
from typing import Self

from firmware.core import answering, mailbox
from firmware.settings.tables.messages import Mailbox

QUIET_S = 10.0
"""A message or greeting ends after so much silence (the default of Asterisk's `maxsilence`)."""


@dataclass(frozen=True)
class Box:
    """One mailbox, as settings have it."""

    name: str
    own_greeting: bool = True
    """Whether callers hear the recorded greeting where there is one."""
    longest_s: int = 120
    pin: str = ""
    mails: bool = False
    """Whether a notice of each message is due by e-mail."""

    @classmethod
    def of(cls, settings: Mailbox, *, mails: bool) -> Self:
        """`mails`: whether a mail server is set."""
        due = mails and bool(settings.email)
        return cls(settings.name, settings.greeting == "own", settings.longest_s, settings.pin.reveal(), due)

    def answering_rules(self) -> answering.Rules:
        return answering.Rules(longest_ms=1000 * self.longest_s)

    def menu_rules(self, *, asks_pin: bool) -> mailbox.Rules:
        return mailbox.Rules(pin=self.pin if asks_pin else "")


class PinFailures:
    """Wrong PINs in a row by mailbox, so that hanging up does not make guessing quicker. Make one and keep it."""

    def __init__(self) -> None:
        self._by_mailbox: dict[str, int] = {}

    def of(self, mailbox_name: str) -> int:
        return self._by_mailbox.get(mailbox_name, 0)

    def count(self, mailbox_name: str, failures: int) -> None:
        self._by_mailbox[mailbox_name] = failures
