"""Notices of voice messages by e-mail, one after another: which are due stands in the message's row, so nothing is lost by a restart.

Decided on the deciding thread; each attempt has a thread of its own, since a mail server may take half a minute to answer. After trouble everything
waits, longer each time. A message that was deleted meanwhile needs no notice.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Self

from firmware.records.messages import Message, Notice
from firmware.records.voicemail import VoicemailStore
from firmware.settings.model import Settings
from firmware.voicemail.desk import when_done
from firmware.voicemail.mail_text import Envelope, compose
from firmware.voicemail.smtp import MailDelayed, MailError, MailRefused, Server, send, server_of
from hal.ports import Scheduler, Timer

FIRST_WAIT_MS = 30_000
LONGEST_WAIT_MS = 3_600_000
MOST_ATTEMPTS = 120
"""At one an hour that is five days, as long as RFC 5321 section 4.5.4.1 has a sender try."""


@dataclass(frozen=True)
class Post:
    """Everything needed to send notices. `recipients` by mailbox; `server` None: no mail is sent."""

    server: Server | None = None
    sender: str = ""
    attach: bool = True
    box: str = "Keepline"
    language: str = "en"
    recipients: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        mail, device = settings.mail, settings.device
        server = server_of(mail.server, mail.port, mail.user, mail.password.reveal(), mail.security) if mail.server else None
        recipients = {box.name: box.email for box in settings.mailbox if box.email}
        return cls(server, mail.sender, mail.attach, device.name, device.language, recipients)


def wait_ms(failures: int) -> int:
    """How long to wait after so many failures in a row."""
    return min(FIRST_WAIT_MS << min(failures - 1, 20), LONGEST_WAIT_MS)


class Mailer:
    """`on_trouble` gets a sentence when something new goes wrong, on the deciding thread. Everything else is called there too."""

    def __init__(self, store: VoicemailStore, scheduler: Scheduler, on_trouble: Callable[[str], None]) -> None:
        self._store = store
        self._scheduler = scheduler
        self._on_trouble = on_trouble
        self._post = Post()
        self._busy = False
        self._again = False
        self._failures = 0
        self._waiting: Timer | None = None
        self._closed = False
        self.trouble = ""
        """The last sentence, until a mail got through."""

    def apply(self, post: Post) -> None:
        """New settings: whatever waited tries them at once."""
        self._post = post
        self._failures = 0
        self._stop_waiting()
        self.wake()

    def wake(self) -> None:
        """A message may have come: call it when counts changed, and at the start."""
        if self._busy:
            self._again = True
        elif self._post.server and not self._waiting and not self._closed:
            self._busy = True
            when_done(self._store.messages(), self._scheduler.post, lambda found, _error: self._look(found or []))

    def close(self) -> None:
        """What is under way may still get through; what does not is sent after the next start."""
        self._closed = True
        self._stop_waiting()

    def _look(self, found: list[Message]) -> None:
        due = next((message for message in found if message.notice is Notice.DUE), None)
        if due is None:
            self._rest()
        elif self._post.attach:
            when_done(self._store.sound(due.id), self._scheduler.post, lambda wav, error: self._send(due, wav, gone=bool(error)))
        else:
            self._send(due, None, gone=False)

    def _send(self, due: Message, wav: bytes | None, *, gone: bool) -> None:
        """`gone`: deleted a moment ago, or its file cannot be read."""
        server, recipient = self._post.server, self._post.recipients.get(due.mailbox, "")
        if self._closed or server is None:
            self._rest()
        elif gone or not recipient:
            self._settle(due, Notice.FAILED if gone else Notice.NONE)
        else:
            sender = self._post.sender or (server.user if "@" in server.user else recipient)
            envelope = Envelope(sender, recipient, self._post.box, self._post.language)
            threading.Thread(target=self._attempt, args=(server, envelope, due, wav), name="mail", daemon=True).start()

    def _attempt(self, server: Server, envelope: Envelope, due: Message, wav: bytes | None) -> None:
        """In a thread of its own."""
        trouble: MailError | None = None
        try:
            send(server, compose(envelope, due, datetime.now().astimezone(), wav))
        except MailError as error:
            trouble = error
        except ValueError:
            trouble = MailDelayed(f"no mail can be written from {envelope.sender} to {envelope.recipient}; see mail.sender")
        self._scheduler.post(partial(self._attempted, due, trouble))

    def _attempted(self, due: Message, trouble: MailError | None) -> None:
        if trouble is None:
            self._failures, self.trouble = 0, ""
            self._settle(due, Notice.SENT)
            return
        self._tell(str(trouble))
        self._failures += 1
        if isinstance(trouble, MailRefused) or self._failures >= MOST_ATTEMPTS:
            self._failures = 0
            self._settle(due, Notice.FAILED)
        else:
            self._waiting = self._scheduler.later(wait_ms(self._failures), self._waited)
            self._rest()

    def _settle(self, due: Message, notice: Notice) -> None:
        """Then look for the next one; a message deleted meanwhile needs nothing written down."""
        self._again = True
        when_done(self._store.set_notice(due.id, notice), self._scheduler.post, lambda _none, _error: self._rest())

    def _rest(self) -> None:
        self._busy = False
        if self._again:
            self._again = False
            self.wake()

    def _waited(self) -> None:
        self._waiting = None
        self.wake()

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None

    def _tell(self, sentence: str) -> None:
        if sentence != self.trouble:
            self._on_trouble(sentence)
        self.trouble = sentence
