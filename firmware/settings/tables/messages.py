"""Voicemail on the box: mailboxes, when they answer, and the mail that brings messages along."""

from typing import Annotated, Literal

from firmware.settings import formats
from firmware.settings.secret import Secret
from firmware.settings.tables.table import Table, amount, choice, text

AnswerWhen = Literal["no-answer", "busy", "do-not-disturb"]


class Mailbox(Table, frozen=True, kw_only=True):
    """One answering machine."""

    name: Annotated[str, text("A short name for this mailbox, used by accounts.", formats.ID)]
    greeting: Annotated[
        Literal["standard", "own"], choice("What callers hear; own: what you recorded, the standard one until then.")
    ] = "standard"
    after_s: Annotated[int, amount("It answers when nobody did for this long.", 5, 120, "s")] = 20
    pin: Annotated[Secret, text("The PIN asked for when it is called; empty: none.", formats.MAILBOX_PIN)] = Secret()
    longest_s: Annotated[int, amount("The longest message.", 10, 600, "s")] = 120
    most_messages: Annotated[int, amount("How many messages it keeps.", 1, 500)] = 50
    keep_days: Annotated[int, amount("Messages older than this go away; 0: never.", 0, 3650, "days")] = 90
    email: Annotated[str, text("New messages are sent here; empty: nowhere.", formats.or_empty(formats.EMAIL))] = ""


class Voicemail(Table, frozen=True, kw_only=True):
    enabled: Annotated[bool, choice("Whether the box answers calls at all.")] = True
    skip_pin_from_own_phone: Annotated[bool, choice("Whether the own telephone needs no PIN.")] = True
    answer: Annotated[tuple[AnswerWhen, ...], choice("When mailboxes answer.")] = ("no-answer", "busy", "do-not-disturb")


class Mail(Table, frozen=True, kw_only=True):
    """The server that sends mail for the box."""

    server: Annotated[str, text("The outgoing mail server; empty: no mail is sent.", formats.or_empty(formats.SERVER))] = ""
    # RFC 6409 section 3.1: submission is on port 587
    port: Annotated[int, amount("The mail server's port.", 1, 65535)] = 587
    user: Annotated[str, text("The login; empty: none.", formats.LOGIN)] = ""
    password: Annotated[Secret, text("The password of that login.", formats.PASSWORD)] = Secret()
    sender: Annotated[str, text("The address mail comes from.", formats.or_empty(formats.EMAIL))] = ""
    security: Annotated[Literal["starttls", "tls", "none"], choice("How the way to the mail server is encrypted.")] = "starttls"
    attach: Annotated[bool, choice("Whether the recording travels with the mail; false: only the news of it.")] = True
