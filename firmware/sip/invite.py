"""What goes into an INVITE besides its destination: who we say we are. Pure; RFC 3323 Privacy, RFC 3325 identities, RFC 5806 Diversion."""

from dataclasses import dataclass

from firmware.settings.model import Account
from firmware.sip.account_config import domain_of, user_of

_ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
"""RFC 3323 section 4.1.1.3."""

_IDENTITY_HEADERS = {"preferred": "P-Preferred-Identity", "asserted": "P-Asserted-Identity"}


@dataclass(frozen=True)
class Invite:
    """A call to be placed. `hidden` hides our number, `shown` shows it though the account hides it; `own_number` is the number to call as, where
    the account has several; `headers` are further ones, name and value."""

    digits: str
    hidden: bool = False
    own_number: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    shown: bool = False


@dataclass(frozen=True)
class Sender:
    """How the INVITE names us: From (empty: the account's own) and the headers that go with it."""

    from_uri: str
    headers: tuple[tuple[str, str], ...]


def sender_of(account: Account, invite: Invite) -> Sender:
    """Hidden from the far end but not from the provider, who is told by the identity header or by the login."""
    hidden = invite.hidden or (account.anonymous and not invite.shown)
    headers = [*invite.headers]
    if hidden:
        headers.append(("Privacy", "id"))
    if account.identity != "none":
        user = invite.own_number or account.number or user_of(account)
        headers.append((_IDENTITY_HEADERS[account.identity], f"<sip:{_uri_user(user)}@{domain_of(account)}>"))
    shown = f"<sip:{_uri_user(invite.own_number)}@{domain_of(account)}>" if invite.own_number else ""
    return Sender(_ANONYMOUS if hidden else shown, tuple((name, _one_line(value)) for name, value in headers))


def diversion(account: Account, called: str, reason: str = "unconditional") -> tuple[str, str]:
    """The header that says for whom a forwarded call was meant (RFC 5806 section 5: unconditional, user-busy, no-answer, unavailable)."""
    return "Diversion", f"<sip:{_uri_user(called or user_of(account))}@{domain_of(account)}>;reason={reason}"


def _uri_user(text: str) -> str:
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "+-_.!~*'()") else f"%{ord(letter):02X}" for letter in text
    )


def _one_line(value: str) -> str:
    """A header value is one line, whatever it was made of."""
    return " ".join(value.split())
