"""The device's state as plain data for `keepline status --json`, the page and the watchers of the control socket. It only reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from firmware import VERSION
from firmware.core.registration import RegistrationPhase
from firmware.journal import Entry
from firmware.settings.model import Account, Settings
from firmware.sip.news import AccountChanged
from firmware.wall_clock import WALL_CLOCK, utc

if TYPE_CHECKING:
    from firmware.line.card import LineCard

Json = dict[str, object]


class ExchangeFacts(Protocol):
    """What the exchange knows beside the lines' own state."""

    def held(self) -> frozenset[str]: ...
    def account_of(self, line: int) -> str: ...
    def services_of(self, line: int) -> Json: ...
    def lesson_of(self, line: int) -> Json | None: ...
    def messages_of(self, line: int) -> int: ...
    def boxes(self) -> list[Json]: ...


@dataclass(frozen=True)
class _AccountNews:
    news: AccountChanged
    at_ms: float


class StatusView:
    """`entries` are the journal's calls under way; times are the loop's. Give it `exchange` before it is asked."""

    exchange: ExchangeFacts

    def __init__(self, board: str, entries: Mapping[str, Entry], trouble: str) -> None:
        self.ready = False
        self.trouble = trouble
        """Of the box itself, as one sentence; "" where there is none."""
        self.live: Callable[[str], object] = lambda _handle: None
        """How a call sounds now: RTP figures and MOS, both ways; None while nobody knows."""
        self.access: Callable[[], Json] = dict
        """What is known of the ways out: uplinks, uplink, modem."""
        self._board = board
        self._entries = entries
        self._accounts: dict[str, _AccountNews] = {}
        self._started_at, self._undated = utc(datetime.now(UTC)), WALL_CLOCK.stamp().undated

    def date(self) -> None:
        """The time has become known."""
        self._started_at = WALL_CLOCK.dated(self._undated) or self._started_at

    def take_account(self, news: AccountChanged, now_ms: float) -> None:
        self._accounts[news.account] = _AccountNews(news, now_ms)

    def whole(self, settings: Settings, cards: "Sequence[LineCard]", engine: str, now_ms: float) -> Json:
        return {
            "ready": self.ready,
            "trouble": self.trouble,
            "name": settings.device.name,
            "version": VERSION,
            "engine": engine,
            "board": self._board,
            "country": settings.device.country,
            "started_at": self._started_at,
            "time_known": WALL_CLOCK.is_known,
            "lines": [self.line(card) for card in cards],
            "accounts": [self.account(account, now_ms) for account in settings.account],
            "calls": self.calls(now_ms / 1000),
            "mailboxes": self.exchange.boxes(),
            "uplinks": [],
            "uplink": None,
            "modem": None,
            **self.access(),
        }

    def line(self, card: "LineCard") -> Json:
        state = card.state
        return {
            "line": card.number,
            "state": state.phase.value,
            "digits": state.digits,
            "account": self.exchange.account_of(card.number),
            "call": state.call,
            "held": state.held.call if state.held else "",
            "waiting": state.waiting,
            "ring_test": card.ring_test.state.value,
            "dial_lesson": self.exchange.lesson_of(card.number),
            "services": self.exchange.services_of(card.number),
            "messages": self.exchange.messages_of(card.number),
        }

    def account(self, account: Account, now_ms: float) -> Json:
        known = self._accounts.get(account.id)
        shown: Json = {
            "id": account.id,
            "number": account.number or account.user,
            "server": account.server,
            "transport": account.transport,
            "state": "unregistered",
            "reason": "",
            "expires_s": 0,
            "retry_in_s": 0,
        }
        if known is None:
            return shown
        registration = known.news.registration
        passed_s = (now_ms - known.at_ms) / 1000
        waits = registration.phase in {RegistrationPhase.WAITING, RegistrationPhase.REFUSED}
        direct = not account.register and registration.phase is RegistrationPhase.UNREGISTERED
        return shown | {
            "state": "direct" if direct else registration.phase.value,
            "reason": known.news.reason,
            "status": registration.status,
            "expires_s": max(0, round(known.news.expires_s - passed_s)),
            "retry_in_s": max(0, round(registration.wait_ms / 1000 - passed_s)) if waits else 0,
        }

    def calls(self, now_s: float) -> list[Json]:
        held = self.exchange.held()
        return [
            _call(handle, entry, now_s, held_here=handle in held) | {"quality": self.live(handle)}
            for handle, entry in self._entries.items()
        ]


def _call(handle: str, entry: Entry, now_s: float, *, held_here: bool) -> Json:
    return {
        "call": handle,
        "line": entry.row.line,
        "direction": entry.row.direction.value,
        "number": entry.row.number,
        "name": entry.row.name,
        "account": entry.row.account,
        "state": "held" if entry.held or held_here else entry.state,
        "held_by": "here" if held_here else "there" if entry.held else "",
        "codec": entry.row.codec,
        "srtp": entry.srtp,
        "seconds": round(now_s - entry.answered_s, 1) if entry.answered_s is not None else 0,
    }
