"""The mail server of a scenario and what it got: aiosmtpd, as the owner's provider would be, without encryption."""

from __future__ import annotations

import queue
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from tests.peers.ports import free_port
from tests.scenarios.failed import Failed
from tests.scenarios.place import LOOPBACK
from tests.voicemail.mail_server import MailServer

if TYPE_CHECKING:
    from email.message import EmailMessage

    from tests.scenarios.place import Place
    from tests.scenarios.settings import Table


class Mail:
    """The words of `tests.scenarios.words.MAIL_FORMS`. Serves only where the scenario's settings have a [mail]."""

    def __init__(self, tables: Table, place: Place = LOOPBACK) -> None:
        self._address = place.address
        self._serving = ExitStack()
        self._server = self._serving.enter_context(MailServer(free_port(), address=place.address)) if "mail" in tables else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.close()

    def reached_by(self, tables: Table) -> Table:
        """The settings with this server in them."""
        if self._server is None:
            return tables
        way = {"server": f"{self._address}:{self._server.port}", "security": "none", "sender": "box@example.org"}
        return {**tables, "mail": {**way, **tables["mail"]}}

    def arrives(self, within_s: float, address: str, word: str) -> None:
        """For this address, with `word` in the subject and the message's sound beside it."""
        mail = self._next(within_s)
        sounds = [part.get_content() for part in mail.iter_attachments() if part.get_content_type() == "audio/wav"]
        if mail["To"] != address or word not in mail["Subject"] or not sounds or sounds[0][:4] != b"RIFF":
            raise Failed(f"a mail for {mail['To']} came: {mail['Subject']}, with {len(sounds)} sounds")

    def _next(self, within_s: float) -> EmailMessage:
        ends_s = time.monotonic() + within_s
        if self._server is None:
            raise Failed("SETTINGS have no [mail], so there is no mail server")
        try:
            return self._server.inbox.mails.get(timeout=max(0.0, ends_s - time.monotonic()))
        except queue.Empty:
            raise Failed("no mail came") from None
