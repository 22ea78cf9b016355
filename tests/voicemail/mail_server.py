"""A real mail server, on loopback if not told otherwise, and a clock that tells when another thread has posted. Knows nothing of voicemail."""

from __future__ import annotations

import queue
import threading
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from email.message import EmailMessage

    from aiosmtpd.smtp import SMTP, Envelope, Session

USER, PASSWORD = "box@example.org", "right"


class Inbox:
    """What came in. `answers` are given to RCPT first, one each; `encrypted` says how the last mail travelled."""

    def __init__(self, *, behind_tls: bool) -> None:
        self._behind_tls = behind_tls
        self.mails: queue.Queue[EmailMessage] = queue.Queue()
        self.answers: list[str] = []
        self.data_answers: list[str] = []
        self.encrypted = False

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:  # noqa: N802 (aiosmtpd's name)
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (same)
        if self.data_answers:
            return self.data_answers.pop(0)
        self.encrypted = self._behind_tls or session.ssl is not None
        self.mails.put(message_from_bytes(envelope.content or b"", policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"

    def next(self) -> EmailMessage:
        return self.mails.get(timeout=20)


class MailServer:
    """aiosmtpd on `port`; `starttls` and `tls` are its certificate where it encrypts. With USER and PASSWORD only, if `login`."""

    def __init__(
        self,
        port: int,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        login: bool = False,
        address: str = "127.0.0.1",
    ) -> None:
        self.port = port
        self.inbox = Inbox(behind_tls=tls is not None)
        self._controller = Controller(
            self.inbox,
            hostname=address,
            port=port,
            ssl_context=tls,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=_judge,
            auth_required=login,
            auth_require_tls=tls is None,
        )

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


def _judge(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == right, handled=False)


class AwakeScheduler(FakeScheduler):
    """Time by hand, but news of other threads can be awaited."""

    def __init__(self) -> None:
        super().__init__()
        self._news = threading.Event()

    def post(self, action: Callable[[], None]) -> None:
        super().post(action)
        self._news.set()

    def until(self, holds: Callable[[], bool]) -> None:
        while True:
            self._news.clear()
            self.run(0)
            if holds():
                return
            assert self._news.wait(20), "nothing happens any more"
