"""People who call and are called: the phone book, and who is let through to the bell."""

from typing import Annotated, Literal

from firmware.settings import formats
from firmware.settings.tables.account import Ring
from firmware.settings.tables.table import Table, amount_or_zero, choice, text

Verdict = Literal["ring", "reject", "voicemail"]
NightCallers = Literal["all", "contacts", "vip"]


class Contact(Table, frozen=True, kw_only=True):
    """Somebody in the phone book."""

    name: Annotated[str, text("The name the telephone shows.", formats.NAME)]
    numbers: Annotated[tuple[str, ...], text("The numbers, as you would dial them or as +77271234567.", formats.DIALED, 1)]
    speed_dial: Annotated[int, amount_or_zero("The speed-dial slot; 0: none.", 2, 99)] = 0
    account: Annotated[str, text("The id of the account to call with; empty: as for everyone.", formats.or_empty(formats.ID))] = (
        ""
    )
    ring: Annotated[Ring, choice("How calls of this contact ring; country: as the account does.")] = "country"
    group: Annotated[str, text("A word that several contacts share, for rules.", formats.LABEL)] = ""
    vip: Annotated[bool, choice("Whether this contact rings at night and in do-not-disturb.")] = False


class Screening(Table, frozen=True, kw_only=True):
    """The verdict on a caller before the first ring."""

    anonymous: Annotated[Verdict, choice("What happens to callers without a number.")] = "ring"
    unknown: Annotated[Verdict, choice("What happens to callers who are not in the phone book.")] = "ring"
    block: Annotated[tuple[str, ...], text("Numbers turned away, or how they begin.", formats.PREFIX)] = ()
    allow: Annotated[
        tuple[str, ...], text("Numbers that ring whatever else is said here, or how they begin.", formats.PREFIX)
    ] = ()
    night: Annotated[str, text("When it is night for the bell; empty: never.", formats.HOURS)] = ""
    night_callers: Annotated[NightCallers, choice("Who rings at night: all, the phone book, or contacts with vip = true.")] = (
        "contacts"
    )
