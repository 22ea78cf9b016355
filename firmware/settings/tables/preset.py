"""What a preset of a provider says: who it is, where that is known from, and the keys it sets for accounts that name it."""

from typing import Annotated, Literal

from firmware.settings import formats
from firmware.settings.tables.account import Codec, Dtmf, Identity, NumberForm, Transport, Wish
from firmware.settings.tables.table import Table, amount, choice, text

Status = Literal["confirmed", "community", "unconfirmed"]


class Preset(Table, frozen=True, kw_only=True):
    """One file under firmware/settings/providers/. Keys of an account stand there only where the provider wants them so."""

    id: Annotated[str, text("What provider = in an account calls it; the file's name without .toml.", formats.PRESET_ID)]
    name: Annotated[str, text("The provider's name.", formats.NAME)]
    country: Annotated[str, text("Where it serves, by two letters; empty: anywhere.", formats.or_empty(formats.COUNTRY_CODE))] = (
        ""
    )
    status: Annotated[
        Status,
        choice("confirmed: tried with Keepline; community: published by people who use it; unconfirmed: pieced together or old."),
    ]
    source: Annotated[tuple[str, ...], text("Where this is known from: addresses, or repository and path.", formats.NOTE, 1)]
    date: Annotated[str, text("When the source was read.", formats.DATE)]
    quirks: Annotated[tuple[str, ...], text("What the owner must know, a sentence each.", formats.NOTE)] = ()

    server: Annotated[str, text("As in an account; left out where each customer has its own.", formats.SERVER)] = ""
    outbound_proxy: Annotated[str, text("As in an account.", formats.SERVER)] = ""
    from_domain: Annotated[str, text("As in an account.", formats.DOMAIN)] = ""
    transport: Annotated[Transport, choice("As in an account.")] = "udp"
    register: Annotated[bool, choice("As in an account.")] = True
    register_s: Annotated[int, amount("As in an account.", 60, 86400, "s")] = 300
    number_form: Annotated[NumberForm, choice("As in an account.")] = "as-dialed"
    identity: Annotated[Identity, choice("As in an account.")] = "none"
    codecs: Annotated[tuple[Codec, ...], choice("As in an account.", 1)] = ("PCMA", "PCMU")
    dtmf: Annotated[Dtmf, choice("As in an account.")] = "rfc4733"
    srtp: Annotated[Wish, choice("As in an account.")] = "off"
    session_timer: Annotated[Wish, choice("As in an account.")] = "optional"
    mwi: Annotated[bool, choice("As in an account.")] = False
    voicemail_number: Annotated[str, text("As in an account.", formats.DIALED)] = ""
