"""One e-mail to one mail server (RFC 6409). It blocks, so it is called in a thread of its own; every failure is a sentence that says what to correct."""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlsplit

_PATIENCE_S = 30


class MailError(Exception):
    """Base of what can go wrong. The text is one sentence for the owner."""


class MailDelayed(MailError):
    """The server is away or the settings are wrong: try again later."""


class MailRefused(MailError):
    """The server does not take this mail, now or ever: give it up."""


@dataclass(frozen=True)
class Server:
    """Where mail goes; `security` is "starttls", "tls" or "none"."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "starttls"
    ca_file: str = ""
    """Whom to trust instead of the system's authorities."""

    def __repr__(self) -> str:
        return f"Server({self.name})"

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


def server_of(address: str, port: int, user: str, password: str, security: str) -> Server:
    """`address` as settings write it: a host, perhaps with a port, which then counts."""
    parts = urlsplit(f"//{address}")
    return Server(parts.hostname or address, parts.port or port, user, password, security)


def send(server: Server, mail: EmailMessage) -> None:
    """Raises MailDelayed, MailRefused."""
    try:
        with _connected(server) as connection:
            _encrypt(server, connection)
            if server.user:
                connection.login(server.user, server.password)
            connection.send_message(mail)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
        raise _refused(server, refusal) from refusal
    except (smtplib.SMTPException, OSError, ValueError) as trouble:
        raise MailDelayed(f"the mail server {server.name} {_why(trouble)}; it is tried again") from trouble


def _connected(server: Server) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_PATIENCE_S, context=_trust(server))
    return smtplib.SMTP(server.host, server.port, timeout=_PATIENCE_S)


def _encrypt(server: Server, connection: smtplib.SMTP) -> None:
    if server.security == "starttls":
        connection.starttls(context=_trust(server))


def _trust(server: Server) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=server.ca_file or None)


def _refused(server: Server, refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> MailError:
    """Codes from 500 are final (RFC 5321 section 4.2.1)."""
    code, text = _code_and_text(refusal)
    said = f"the mail server {server.name} refuses the mail: {_answer(code, text)}"
    return MailRefused(f"{said}; it is given up") if code >= 500 else MailDelayed(f"{said}; it is tried again")


def _code_and_text(refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> tuple[int, bytes | str]:
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return next(iter(refusal.recipients.values()))
    return refusal.smtp_code, refusal.smtp_error


_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPNotSupportedError, "offers no encryption or no login; see mail.security and mail.user"),
    (smtplib.SMTPServerDisconnected, "closed the connection"),
    (ssl.SSLCertVerificationError, "shows a certificate that is not trusted: {verify_message}"),
    (ssl.SSLError, "does not speak TLS as expected; see mail.security and mail.port"),
    (socket.gaierror, "is not known to the name service"),
    (TimeoutError, "does not answer"),
    (smtplib.SMTPException, "cannot be used; see mail.user and mail.sender"),
    (OSError, "cannot be reached: {strerror}"),
)


def _why(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        what = "refuses user and password: " if isinstance(trouble, smtplib.SMTPAuthenticationError) else "answers "
        return what + _answer(trouble.smtp_code, trouble.smtp_error)
    words = next(
        (words for kind, words in _REASONS if isinstance(trouble, kind)), "cannot be used; see mail.server and mail.sender"
    )
    return words.format_map({name: getattr(trouble, name, "") for name in ("verify_message", "strerror")})


def _answer(code: int, text: bytes | str) -> str:
    """What a server said, short and harmless: it goes to the log."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return "".join(character if character.isprintable() else " " for character in f"{code} {words}")[:200]
