"""What must hold between keys: of one table, of two, between the names of all. Knows no file.

Each mistake stands at the key the owner should change. A rule is not asked about keys that are wrong in themselves: one mistake, one line.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from firmware.settings.errors import Mistake
from firmware.settings.found import Found
from firmware.settings.model import SECTIONS, Account, DialPlan, Line, Mail, Mailbox, Mqtt, Rule, Screening, Settings, Sip
from firmware.settings.references import missing_references, names_taken_twice
from firmware.settings.star_code_rules import broken_star_codes

_VOICE_PORTS = 16
"""Two calls a line, two lines, an RTP and an RTCP port each, twice over: ports of a call that just ended rest for a while."""

_BROKER_TLS = ("tls_ca_file", "tls_certificate_file", "tls_key_file")


@dataclass(frozen=True)
class _Broken:
    """A rule between keys; the mistake stands at `key`; `others` are "key", or "table.key" of a table there is one of."""

    key: str
    others: tuple[str, ...]
    problem: str
    allowed: str


def broken_rules(found: Found) -> Iterable[Mistake]:
    for section in SECTIONS:
        for place, table in found.tables(section.name):
            for broken in _broken(table, found.settings):
                if found.sound(place, broken.key, *broken.others):
                    yield Mistake(place, broken.key, broken.problem, broken.allowed)
            yield from missing_references(found, section.name, place, table)
    yield from _rules_never_asked(found)
    yield from names_taken_twice(found)
    yield from broken_star_codes(found)


def _broken(table: object, settings: Settings) -> Iterable[_Broken]:
    rule = _RULES.get(type(table))
    return rule(table, settings) if rule else ()


def _line(line: Line, _settings: Settings) -> Iterable[_Broken]:
    if line.flash_min_ms >= line.flash_max_ms:
        yield _Broken(
            "flash_min_ms",
            ("flash_max_ms",),
            f"{line.flash_min_ms} leaves no room for a flash",
            f"less than flash_max_ms ({line.flash_max_ms})",
        )


def _account(account: Account, _settings: Settings) -> Iterable[_Broken]:
    if not account.server:
        left_out = f", the preset {account.provider} leaves it to you" if account.provider else ""
        yield _Broken(
            "server", ("provider",), f"is missing{left_out}", '"host" or "host:port", or a provider whose preset knows it'
        )
    if account.register and not account.user:
        yield _Broken("user", ("register",), "is missing", "the SIP user; only register = false goes without")


def _dial_plan(plan: DialPlan, settings: Settings) -> Iterable[_Broken]:
    if plan.daily_cost_limit and not settings.price:
        yield _Broken("daily_cost_limit", ("price.",), "no prices are known to count with", "0, or add [[price]] tables")


def _screening(screening: Screening, settings: Settings) -> Iterable[_Broken]:
    for key in ("anonymous", "unknown"):
        if getattr(screening, key) == "voicemail" and not settings.mailbox:
            yield _Broken(key, ("mailbox.",), '"voicemail" needs a mailbox', "ring, reject, or add a [[mailbox]]")


def _mailbox(mailbox: Mailbox, settings: Settings) -> Iterable[_Broken]:
    if mailbox.email and not settings.mail.server:
        yield _Broken("email", ("mail.server",), "no mail server is set", '"", or set server in [mail]')


def _mail(mail: Mail, _settings: Settings) -> Iterable[_Broken]:
    if mail.server and not mail.sender:
        yield _Broken("sender", ("server",), "is missing", "a mail address, as the server is set")
    if mail.password and not mail.user:
        yield _Broken("user", ("password",), "is missing", "the login that goes with the password")
    if mail.password and mail.security == "none":
        yield _Broken("security", ("password",), "none would send the password in clear", "starttls, tls, or no password")


def _mqtt(mqtt: Mqtt, _settings: Settings) -> Iterable[_Broken]:
    if mqtt.password and not mqtt.user:
        yield _Broken("user", ("password",), "is missing", "the login that goes with the password")
    if mqtt.security == "none":
        for key in _BROKER_TLS:
            if getattr(mqtt, key):
                yield _Broken(key, ("security",), "is of no use without TLS", '"", or security = "tls"')
    for key, other in (_BROKER_TLS[1:], _BROKER_TLS[:0:-1]):
        if getattr(mqtt, other) and not getattr(mqtt, key):
            yield _Broken(key, (other,), f"is missing, as {other} is set", "both, or none")


def _sip(sip: Sip, _settings: Settings) -> Iterable[_Broken]:
    if sip.rtp_last - sip.rtp_first + 1 < _VOICE_PORTS:
        least = sip.rtp_first + _VOICE_PORTS - 1
        yield _Broken(
            "rtp_last",
            ("rtp_first",),
            f"{sip.rtp_last} leaves too few ports for voice",
            f"at least {least} (rtp_first and {_VOICE_PORTS - 1})",
        )


_RULES: Mapping[type, Callable[[Any, Settings], Iterable[_Broken]]] = {
    Line: _line,
    Account: _account,
    DialPlan: _dial_plan,
    Screening: _screening,
    Mailbox: _mailbox,
    Mail: _mail,
    Mqtt: _mqtt,
    Sip: _sip,
}


def _rules_never_asked(found: Found) -> Iterable[Mistake]:
    """A rule without conditions fits every call."""
    tables = found.tables("rule")
    for place, rule in tables[:-1]:
        if found.untouched(place) and rule == Rule(account=rule.account, name=rule.name):
            yield Mistake(place, "", "has no condition, so the rules after it are never asked", "a condition, or the last place")
