"""The provider database of Debian's mobile-broadband-provider-info (public domain): the access points of the network a card is from.

It is read only when a card needs it, a piece at a time between other work, and not kept: 360 kB of XML would hold up the deciding thread of a small board.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from firmware.core.apn_choice import network_codes
from firmware.core.modem_events import Apn
from hal.ports import Scheduler

DATABASE = Path("/usr/share/mobile-broadband-provider-info/serviceproviders.xml")
PIECE_BYTES = 16 * 1024

log = logging.getLogger("keepline.cellular")


def access_points(provider: Element, codes: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[Apn]]:
    """The internet access points of one provider, by those of its networks that are in `codes`."""
    found: dict[tuple[str, str], list[Apn]] = {}
    for gsm in provider.iter("gsm"):
        ours = [code for each in gsm.iter("network-id") if (code := (each.get("mcc", ""), each.get("mnc", ""))) in codes]
        apns = [_apn(each) for each in gsm.iter("apn") if _is_internet(each)]
        for code in ours:
            found.setdefault(code, []).extend(apns)
    return found


def _is_internet(apn: Element) -> bool:
    """An access point of no stated use counts, as in NetworkManager's reading of the same file."""
    uses = {usage.get("type") for usage in apn.iter("usage")}
    return not uses or "internet" in uses


def _apn(element: Element) -> Apn:
    words = [(element.findtext(name) or "").strip() for name in ("username", "password")]
    return Apn(element.get("value", "").strip(), *words)


class Providers:
    """Looks cards up, one at a time or several; each look reads the file anew."""

    def __init__(self, scheduler: Scheduler, database: Path = DATABASE) -> None:
        self._scheduler, self._database = scheduler, database

    def find(self, imsi: str, on_found: Callable[[tuple[Apn, ...]], None]) -> None:
        """The access points for a card of that IMSI, in the database's order; none where the database is missing. Never calls back at once."""
        try:
            file = self._database.open("rb")
        except OSError as error:
            log.warning("the provider database %s cannot be read (%s): set modem.apn", self._database, error.strerror)
            self._scheduler.post(lambda: on_found(()))
            return
        _Reading(self._scheduler, file, network_codes(imsi), on_found).go_on()


class _Reading:
    def __init__(
        self,
        scheduler: Scheduler,
        file: BinaryIO,
        codes: Sequence[tuple[str, str]],
        on_found: Callable[[tuple[Apn, ...]], None],
    ) -> None:
        self._scheduler, self._file, self._codes, self._on_found = scheduler, file, codes, on_found
        self._parser: XMLPullParser[Element] = XMLPullParser(["end"])
        self._found: dict[tuple[str, str], list[Apn]] = {}

    def go_on(self) -> None:
        piece = self._file.read(PIECE_BYTES)
        try:
            self._parser.feed(piece)
            self._take_providers()
        except ParseError as error:
            log.warning("the provider database is damaged: %s", error)
            piece = b""
        self._scheduler.post(self.go_on if piece else self._finish)

    def _take_providers(self) -> None:
        for _, element in cast("Iterator[tuple[str, Element]]", self._parser.read_events()):
            if element.tag == "provider":
                for code, apns in access_points(element, self._codes).items():
                    self._found.setdefault(code, []).extend(apns)
                element.clear()

    def _finish(self) -> None:
        self._file.close()
        best = next((self._found[code] for code in self._codes if code in self._found), [])
        self._on_found(tuple(dict.fromkeys(best)))
