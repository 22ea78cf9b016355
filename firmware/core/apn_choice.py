"""Which access points to try for a card, best first. Pure."""

from collections.abc import Iterable

from firmware.core.modem_events import Apn

NETWORKS_CHOICE = Apn("")
"""An LTE network attaches a card without an access point to its default one (3GPP TS 23.401 section 5.3.2.1)."""


def candidates(set_by_owner: Apn | None, remembered: Apn | None, known: Iterable[Apn]) -> tuple[Apn, ...]:
    """The owner's alone, if there is one; else what worked for this card before, the network's own choice, and what the provider database knows."""
    if set_by_owner:
        return (set_by_owner,)
    wanted = [*([remembered] if remembered else []), NETWORKS_CHOICE, *known]
    return tuple(dict.fromkeys(wanted))


def network_codes(imsi: str) -> tuple[tuple[str, str], ...]:
    """The (MCC, MNC) pairs an IMSI may begin with, longer MNC first: its length is two or three digits, and the IMSI does not say (ITU-T E.212)."""
    return ((imsi[:3], imsi[3:6]), (imsi[:3], imsi[3:5]))
