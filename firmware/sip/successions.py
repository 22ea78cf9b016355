"""Calls that are about to take the place of others: until one does, its news are nobody's affair but ours.

A far end that transfers us makes us place a second call; whether that is answered decides which of the two the line talks on. It knows no engine.
"""

from dataclasses import dataclass, field

from firmware.sip.news import CallEstablished, CallProgressed, News


@dataclass
class _Heir:
    """A call in waiting; `number` is whom it reaches."""

    handle: str
    number: str
    held_back: list[News] = field(default_factory=list)


class Successions:
    """Heirs by the handle of the call they are to replace."""

    def __init__(self) -> None:
        self._heirs: dict[str, _Heir] = {}

    def expect(self, handle: str, heir: str, number: str) -> None:
        self._heirs[handle] = _Heir(heir, number)

    def heir_of(self, handle: str) -> str:
        """The handle of the call in waiting; empty where there is none."""
        return self._heirs[handle].handle if handle in self._heirs else ""

    def predecessor_of(self, heir: str) -> str:
        return next((handle for handle, each in self._heirs.items() if each.handle == heir), "")

    def keep(self, news: News) -> bool:
        """Keep an heir's news back; False where they are of no heir."""
        predecessor = self.predecessor_of(getattr(news, "handle", ""))
        if predecessor:
            self._heirs[predecessor].held_back.append(news)
        return bool(predecessor)

    def succeed(self, handle: str) -> tuple[str, str, list[News]]:
        """The heir takes over: its handle, whom it reaches, and what was kept back of it."""
        heir = self._heirs.pop(handle)
        return heir.handle, heir.number, heir.held_back

    def fail(self, heir: str) -> None:
        """It came to nothing."""
        self._heirs.pop(self.predecessor_of(heir), None)


def still_to_tell(held_back: list[News]) -> list[News]:
    """What is worth telling of a call that talks already: not how it came to that."""
    return [news for news in held_back if not isinstance(news, CallEstablished | CallProgressed)]
