"""How often a word may be tried wrongly before the next try must wait. Pure: wall-clock seconds in, so that it holds over a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network

FREE_TRIES = 5
FIRST_WAIT_S = 30
LONGEST_WAIT_S = 3600
FORGOTTEN_S = 24 * 3600
MOST_PLACES = 500

STORM_TRIES = 100
"""Wrong tries from everywhere within an hour, from which on each place has one free try only."""
STORM_S = 3600


@dataclass(frozen=True)
class Tries:
    """Of one place: how many were wrong, when the last was, until when the next must wait."""

    wrong: int = 0
    last_s: float = 0
    until_s: float = 0


@dataclass(frozen=True)
class Attempts:
    """`places` by address; `storm` are the wrong tries from everywhere since `storm_s`."""

    places: Mapping[str, Tries] = field(default_factory=dict)
    storm: int = 0
    storm_s: float = 0


def place_of(address: str) -> str:
    """Whose tries count together: an IPv4 address, an IPv6 network of 64 bits, which one household has."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "unknown"
    mapped = getattr(ip, "ipv4_mapped", None)
    if ip.version == 4 or mapped:
        return str(mapped or ip)
    return str(ip_network(f"{ip}/64", strict=False).network_address)


def wait_s(attempts: Attempts, place: str, now_s: float) -> int:
    """Seconds until this place may try; never more than the longest wait, whatever the clock did meanwhile."""
    until_s = attempts.places.get(place, Tries()).until_s
    return min(max(0, round(until_s - now_s + 0.5)), LONGEST_WAIT_S) if until_s > now_s else 0


def failed(attempts: Attempts, place: str, now_s: float) -> Attempts:
    """A wrong word came from there."""
    fresh = 0 <= now_s - attempts.storm_s < STORM_S
    storm, storm_s = (attempts.storm + 1, attempts.storm_s) if fresh else (1, now_s)
    before = attempts.places.get(place, Tries())
    wrong = 1 + (before.wrong if 0 <= now_s - before.last_s < FORGOTTEN_S else 0)
    free = 1 if storm > STORM_TRIES else FREE_TRIES
    wait = min(FIRST_WAIT_S * 2 ** min(wrong - free, 20), LONGEST_WAIT_S) if wrong >= free else 0
    places = {**attempts.places, place: Tries(wrong, now_s, now_s + wait)}
    return Attempts(_newest(places), storm, storm_s)


def succeeded(attempts: Attempts, place: str) -> Attempts:
    """The right word came from there."""
    return replace(attempts, places={each: tries for each, tries in attempts.places.items() if each != place})


def _newest(places: Mapping[str, Tries]) -> Mapping[str, Tries]:
    if len(places) <= MOST_PLACES:
        return places
    kept = sorted(places, key=lambda place: places[place].last_s)[-MOST_PLACES:]
    return {place: places[place] for place in kept}
