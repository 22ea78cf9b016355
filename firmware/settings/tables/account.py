"""One number at one SIP provider: server and login, how SIP and voice travel, how the number rings and what callers may see."""

from typing import Annotated, Literal

from msgspec import Meta

from firmware.settings import formats
from firmware.settings.secret import Secret
from firmware.settings.tables.table import Table, amount, choice, text

Codec = Literal["opus", "PCMA", "PCMU", "G722", "G729"]
Transport = Literal["udp", "tcp", "tls"]
Wish = Literal["off", "optional", "required"]
NumberForm = Literal["as-dialed", "e164", "plus-e164", "national", "eight", "double-zero"]
Identity = Literal["none", "preferred", "asserted"]
Ring = Literal["country", "dr1", "dr2", "dr3", "dr4", "dr5"]
ForwardBy = Literal["bridge", "redirect"]
Dtmf = Literal["rfc4733", "info", "inband"]


class Account(Table, frozen=True, kw_only=True):
    """One number at one SIP provider."""

    id: Annotated[str, text("A short name for this account, used by lines.", formats.ID)]
    provider: Annotated[
        str,
        text("The preset of a known provider; keys left out are as it says. `keepline providers` lists them.", formats.PRESET),
    ] = ""
    number: Annotated[str, text("Your number as the provider writes it; empty: the user.", formats.NUMBER)] = ""
    display_name: Annotated[str, text("The name that those you call may see.", formats.LABEL)] = ""
    server: Annotated[
        str, text("The provider's SIP server; only to be left out where the provider's preset knows it.", formats.SERVER)
    ] = ""
    user: Annotated[str, text("The SIP user, often the number.", formats.SIP_USER)] = ""
    password: Annotated[Secret, text("The SIP password.", formats.PASSWORD)] = Secret()
    auth_user: Annotated[str, text("The login, where it is not the user.", formats.LOGIN)] = ""
    transport: Annotated[Transport, choice("How SIP travels to the server.")] = "udp"
    outbound_proxy: Annotated[str, text("Send everything through this server first.", formats.or_empty(formats.SERVER))] = ""
    from_domain: Annotated[
        str, text("The domain of your own address, where it is not the server.", formats.or_empty(formats.DOMAIN))
    ] = ""
    contact_user: Annotated[str, text("The name the server reaches this box by, where it is not the user.", formats.SIP_USER)] = (
        ""
    )
    register: Annotated[bool, choice("Whether to register, that is to be reachable; false for fixed trunks.")] = True
    # RFC 3261 section 10.2 leaves the time to the registrar; 300 s keeps most NAT bindings of TCP and is kind to providers.
    register_s: Annotated[int, amount("How long a registration is asked to last.", 60, 86400, "s")] = 300
    number_form: Annotated[
        NumberForm,
        choice(
            "How the provider wants numbers: as they were dialed, 77271234567 (e164), +77271234567 (plus-e164), as dialed inside "
            "the country (national), 87271234567 (eight) or 0077271234567 (double-zero)."
        ),
    ] = "as-dialed"
    srtp: Annotated[Wish, choice("Encrypted voice.")] = "off"
    srtp_keys: Annotated[
        Literal["sdes", "dtls"],
        choice("How keys for encrypted voice are offered (RFC 4568, RFC 5763); calls in may use either."),
    ] = "sdes"
    # Opus mends lost packets. A-law and µ-law cost least delay and are what most far ends speak. G.722 is wideband, which a telephone line cannot carry.
    codecs: Annotated[tuple[Codec, ...], Meta(min_length=1, description="Voice codecs, the best first.")] = (
        "opus",
        "PCMA",
        "PCMU",
        "G722",
        "G729",
    )
    dtmf: Annotated[Dtmf, choice("How keys pressed in a call are sent.")] = "rfc4733"
    accept_from: Annotated[tuple[str, ...], text("Who else may call directly, besides the server.", formats.NETWORK)] = ()
    prack: Annotated[
        Literal["optional", "required"], choice("Whether ringing must be confirmed by the other side (100rel, RFC 3262).")
    ] = "optional"
    session_timer: Annotated[Wish, choice("Session timers (RFC 4028), which end calls that died unseen.")] = "optional"
    anonymous: Annotated[bool, choice("Whether those you call are not to see your number (RFC 3323).")] = False
    identity: Annotated[
        Identity, choice("Whether the provider is told who calls beside the From address, and in which header (RFC 3325).")
    ] = "none"
    reject_anonymous: Annotated[bool, choice("Whether callers without a number are turned away.")] = False
    lines: Annotated[
        tuple[Annotated[int, amount("", 1, 2)], ...],
        choice("The lines that ring for this number, counted from 1; empty: all."),
    ] = ()
    ring: Annotated[Ring, choice("How this number rings: as the country does, or one of five rhythms of its own.")] = "country"
    name_prefix: Annotated[
        str, text("Put before the caller's name, so that you see which number was called.", formats.PREFIX_OF_NAME)
    ] = ""
    mailbox: Annotated[str, text("The name of the mailbox for this number; empty: none.", formats.or_empty(formats.ID))] = ""
    mwi: Annotated[bool, choice("Whether to ask the provider for its own mailbox (SUBSCRIBE, RFC 3842).")] = False
    voicemail_number: Annotated[
        str, text("What to dial for the provider's mailbox; empty: none.", formats.or_empty(formats.DIALED))
    ] = ""
    forward_by: Annotated[
        ForwardBy, choice("How calls are forwarded: through this box (bridge), or by the provider (redirect, SIP 302).")
    ] = "bridge"
