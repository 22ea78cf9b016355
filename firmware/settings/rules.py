"""What must hold between keys: pairs of one table, names that must be found elsewhere, names that must be unique. Knows no file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from firmware.settings.errors import Mistake
from firmware.settings.model import Account, Line, Settings, Sip

Places = Mapping[str, Sequence[str]]
"""For each table name the places of its tables, in the order of the settings: {"account": ["account.1", "account.3"]}."""

Wrong = frozenset[tuple[str, str]]
"""(place, key) of what is already known to be wrong."""

_VOICE_PORTS = 16
"""Two calls a line, two lines, an RTP and an RTCP port each, twice over: ports of a call that just ended rest for a while."""


@dataclass(frozen=True)
class _Pair:
    """A rule between two keys of one table; the mistake stands at the first."""

    key: str
    other: str
    problem: str
    allowed: str


def broken_rules(settings: Settings, places: Places, wrong: Wrong) -> Iterable[Mistake]:
    """Rules are not asked about keys that are `wrong` in themselves: one mistake, one line."""
    for place, line in zip(places["line"], settings.line, strict=False):
        yield from _told(place, _line_pairs(line), wrong)
        yield from _account_known(settings, place, line, wrong)
    for place, account in zip(places["account"], settings.account, strict=True):
        yield from _told(place, _account_pairs(account), wrong)
    yield from _told("sip", _sip_pairs(settings.sip), wrong)
    yield from _twice(places["account"], [account.id for account in settings.account], "id", wrong)
    yield from _twice(places["uplink"], [uplink.interface for uplink in settings.uplink], "interface", wrong)


def _told(place: str, pairs: Iterable[_Pair], wrong: Wrong) -> Iterable[Mistake]:
    for pair in pairs:
        if not {(place, pair.key), (place, pair.other)} & wrong:
            yield Mistake(place, pair.key, pair.problem, pair.allowed)


def _line_pairs(line: Line) -> Iterable[_Pair]:
    if line.flash_min_ms >= line.flash_max_ms:
        yield _Pair(
            "flash_min_ms",
            "flash_max_ms",
            f"{line.flash_min_ms} leaves no room for a flash",
            f"less than flash_max_ms ({line.flash_max_ms})",
        )


def _account_pairs(account: Account) -> Iterable[_Pair]:
    if account.register and not account.user:
        yield _Pair("user", "register", "is missing", "the SIP user; only register = false goes without")


def _sip_pairs(sip: Sip) -> Iterable[_Pair]:
    if sip.rtp_last - sip.rtp_first + 1 < _VOICE_PORTS:
        least = sip.rtp_first + _VOICE_PORTS - 1
        yield _Pair(
            "rtp_last",
            "rtp_first",
            f"{sip.rtp_last} leaves too few ports for voice",
            f"at least {least} (rtp_first and {_VOICE_PORTS - 1})",
        )


def _account_known(settings: Settings, place: str, line: Line, wrong: Wrong) -> Iterable[Mistake]:
    ids = [account.id for account in settings.account]
    unclear = any(table.startswith("account") for table, key in wrong if key in ("", "id"))
    if line.account and line.account not in ids and not unclear and (place, "account") not in wrong:
        yield Mistake(
            place,
            "account",
            f'no account has the id "{line.account}"',
            ", ".join(dict.fromkeys(ids)) or "nothing, as there is no [[account]]",
        )


def _twice(places: Sequence[str], names: Sequence[str], key: str, wrong: Wrong) -> Iterable[Mistake]:
    first: dict[str, str] = {}
    for place, name in zip(places, names, strict=True):
        if (place, key) in wrong:
            continue
        if name in first:
            yield Mistake(place, key, f'"{name}" is already taken by [{first[name]}]', "one that no other table has")
        first.setdefault(name, place)
