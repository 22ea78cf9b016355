"""Where a dialed number goes: rules that choose the account, what may be dialed at all, and what it may cost."""

from typing import Annotated, Literal

from firmware.settings import formats
from firmware.settings.tables.table import Table, amount, choice, text

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Rule(Table, frozen=True, kw_only=True):
    """Calls that fit every condition go out by this account; the first rule that fits wins."""

    account: Annotated[str, text("The id of the account to call with.", formats.ID)]
    name: Annotated[str, text("What `keepline explain` calls this rule.", formats.LABEL)] = ""
    prefix: Annotated[tuple[str, ...], text("The number begins with one of these; empty: any.", formats.PREFIX)] = ()
    country: Annotated[
        tuple[str, ...], text("The number belongs to one of these countries; empty: any.", formats.COUNTRY_CODE)
    ] = ()
    contact: Annotated[tuple[str, ...], text("The number is one of these contacts' or groups'; empty: any.", formats.NAME)] = ()
    line: Annotated[int, amount("The line that calls, counted from 1; 0: any.", 0, 2)] = 0
    hours: Annotated[str, text("The time of day; empty: any.", formats.HOURS)] = ""
    days: Annotated[tuple[Day, ...], choice("The days of the week; empty: all.")] = ()


class DialPlan(Table, frozen=True, kw_only=True):
    area_code: Annotated[str, text("Put before local numbers, such as 727 for Almaty; empty: none.", formats.AREA_CODE)] = ""
    international: Annotated[bool, choice("Whether numbers of other countries may be called.")] = True
    block: Annotated[tuple[str, ...], text("Numbers never called, or how they begin.", formats.PREFIX)] = ()
    allow: Annotated[
        tuple[str, ...], text("Where not empty, only numbers that begin like these are called.", formats.PREFIX)
    ] = ()
    premium: Annotated[Literal["refuse", "allow"], choice("What happens to premium-rate numbers, which cost extra.")] = "refuse"
    longest_call_min: Annotated[int, amount("A call you made ends after this long; 0: never.", 0, 1440, "min")] = 0
    call_back_last_number: Annotated[
        bool, choice("Whether somebody who called one of your numbers is called back by the same.")
    ] = True
    daily_cost_limit: Annotated[
        float, amount("No more calls than this costs a day, by the prices below; 0: no limit.", 0, 1_000_000)
    ] = 0.0
    daily_international_min: Annotated[int, amount("No more minutes abroad than this a day; 0: no limit.", 0, 1440, "min")] = 0


class Price(Table, frozen=True, kw_only=True):
    """What a minute costs; the longest prefix that fits holds."""

    prefix: Annotated[str, text("Numbers that begin like this.", formats.PREFIX)]
    per_minute: Annotated[float, amount("What a minute costs, in your currency.", 0, 100_000)]
