"""A router with a dial plan from a settings file, and a time of day that a test sets. Knows no call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from firmware.exchange.dial_plan import DialPlan
from firmware.exchange.router import Router
from firmware.records.calls import CallRow, Direction, Outcome
from firmware.settings.load import parse

ALMATY = timezone(timedelta(hours=5))
EVENING = datetime(2026, 11, 25, 23, 50, tzinfo=ALMATY)

SETTINGS = """
[device]
country = "KZ"
[dial_plan]
area_code = "727"
daily_cost_limit = 100
longest_call_min = 30
[[price]]
prefix = "+7"
per_minute = 10
[[account]]
id = "city"
server = "h.example"
user = "u"
[[account]]
id = "mobile"
server = "h.example"
user = "v"
"""


@dataclass
class Place:
    """`now` is the local time."""

    text: str = SETTINGS
    now: datetime = EVENING
    router: Router = field(init=False)

    def __post_init__(self) -> None:
        settings = parse(self.text.encode(), "k.toml")
        working = frozenset(account.id for account in settings.account)
        self.router = Router(lambda: settings, lambda: working, lambda _line: False, DialPlan(settings), lambda: self.now)


def row(direction: Direction, number: str, began: datetime, *, account: str = "city", talk_s: float = 0) -> CallRow:
    at = began.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    outcome = Outcome.ANSWERED if talk_s else Outcome.MISSED
    return CallRow(at, direction, 1, account, number, outcome=outcome, talk_s=talk_s)
