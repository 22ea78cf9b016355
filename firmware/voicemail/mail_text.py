"""A notice of a voice message as an e-mail, in the owner's language. Pure; knows no server."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from firmware.records.messages import Message


@dataclass(frozen=True)
class Words:
    """Of one language; the caller stands after a colon, so that no word has to agree with a number or a name."""

    subject: str
    first: str
    caller: str
    called: str
    at: str
    length: str
    mailbox: str
    withheld: str


WORDS = {
    "en": Words("Voice message", "A new voice message.", "From", "To", "At", "Length", "Mailbox", "number withheld"),
    "ru": Words(
        "Голосовое сообщение",
        "Новое голосовое сообщение.",
        "От кого",
        "Кому",
        "Когда",
        "Длительность",
        "Почтовый ящик",
        "номер скрыт",
    ),
    "kk": Words(
        "Дауыстық хабарлама", "Жаңа дауыстық хабарлама.", "Кімнен", "Кімге", "Қашан", "Ұзақтығы", "Пошта жәшігі", "нөмірі жасырын"
    ),
    "bn": Words("ভয়েস বার্তা", "নতুন ভয়েস বার্তা।", "প্রেরক", "প্রাপক", "সময়", "দৈর্ঘ্য", "মেইলবক্স", "নম্বর গোপন"),
}
"""Not yet read by native speakers of Kazakh and Bengali."""


@dataclass(frozen=True)
class Envelope:
    sender: str
    recipient: str
    box: str
    """What the box is called: the sender's name."""
    language: str


def compose(envelope: Envelope, message: Message, now: datetime, wav: bytes | None) -> EmailMessage:
    """`now` with the owner's time zone; ValueError for addresses that are none.

    The same message always has the same Message-ID, so that a notice sent twice can be told.
    """
    words = WORDS.get(envelope.language, WORDS["en"])
    mail = EmailMessage()
    mail["From"] = formataddr((_harmless(envelope.box), envelope.sender))
    mail["To"] = envelope.recipient
    mail["Subject"] = f"{words.subject}: {_caller(words, message)} ({_length(message)})"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{envelope.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 section 5: nobody's holiday notice shall answer
    mail.set_content(_body(words, message, now), cte="quoted-printable")  # not every server takes 8 bits
    if wav is not None:
        mail.add_attachment(wav, maintype="audio", subtype="wav", filename=message.file)
    return mail


def _body(words: Words, message: Message, now: datetime) -> str:
    at = datetime.fromisoformat(message.recorded_at).astimezone(now.tzinfo) if message.recorded_at else None
    facts = (
        (words.caller, _caller(words, message)),
        (words.called, _harmless(message.called)),
        (words.at, f"{at:%Y-%m-%d %H:%M}" if at else ""),
        (words.length, _length(message)),
        (words.mailbox, message.mailbox),
    )
    return "\n".join([words.first, "", *(f"{word}: {fact}" for word, fact in facts if fact), ""])


def _caller(words: Words, message: Message) -> str:
    number, name = _harmless(message.number) or words.withheld, _harmless(message.name)
    return f"{name}, {number}" if name else number


def _length(message: Message) -> str:
    minutes, seconds = divmod(round(message.seconds), 60)
    return f"{minutes}:{seconds:02}"


def _harmless(text: str) -> str:
    """A caller chooses his name: it must not begin a header of its own."""
    return "".join(character if character.isprintable() else " " for character in text)
