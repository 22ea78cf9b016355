"""Contacts of one account at addresses that it has left, which the registrar may still know.

Taken away, they do not pile up, and no call rings into nothing. When to register is the account's affair.
"""

from collections.abc import Callable

import pjsua2 as pj

from firmware.sip.identity import place_of

_PLACES = 32


class LeftContacts:
    """By the address that was left."""

    def __init__(self) -> None:
        self._contacts: dict[str, str] = {}
        self.places: tuple[str, ...] = ()
        """Those that were left last, as `identity.place_of` tells them."""

    def leave(self, address: str, contact: str) -> None:
        """Remember the Contact that the account had there."""
        if contact:
            self._contacts[address] = contact.partition(">")[0] + ">"
            self.places = (*self.places[1 - _PLACES :], place_of(contact))

    def come_to(self, address: str) -> None:
        """The account is there again."""
        self._contacts.pop(address, None)

    def remove(self, engine_id: int, register: Callable[[], None]) -> None:
        """Have the next REGISTER take them away, and send it. While the engine is registering already, its answer is the time to ask again."""
        if self._contacts:
            try:
                pj.keeplineRemoveContacts(engine_id, pj.StringVector(list(self._contacts.values())))
                register()
            except pj.Error:
                return
            self._contacts.clear()
