"""What decides where a dialed number goes, and what comes out: the owner's plan, the request, the situation, the route. Frozen data, no decision.

Pure; `firmware.exchange.dial_plan` makes the plan from the settings, `core.routing` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware.core.events import EndCause
from firmware.core.guards import Guards
from firmware.core.numbers import Home, Number, NumberForm, Prefix
from firmware.core.schedule import Moment, Schedule
from firmware.core.spending import Spending


@dataclass(frozen=True)
class Account:
    """As far as choosing goes. `hidden`: its calls do not show the own number unless asked to."""

    id: str
    own_number: str = ""
    form: NumberForm = NumberForm.AS_DIALED
    hidden: bool = False


@dataclass(frozen=True)
class Contact:
    """`keys` are `Number.key` of all their numbers; `account` "" means: as for everyone."""

    name: str
    keys: frozenset[str]
    group: str = ""
    account: str = ""


@dataclass(frozen=True)
class Rule:
    """Calls that fit every condition go by `account`; an empty condition fits all. `line` 0 is any."""

    account: str
    name: str = ""
    prefixes: tuple[Prefix, ...] = ()
    countries: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()
    """Names and groups."""
    line: int = 0
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True)
class Plan:
    """Everything that decides where calls go, from the settings. `line_accounts`: the account a line was given, by its number."""

    home: Home
    accounts: tuple[Account, ...] = ()
    contacts: tuple[Contact, ...] = ()
    rules: tuple[Rule, ...] = ()
    line_accounts: Mapping[int, str] = field(default_factory=dict)
    guards: Guards = field(default_factory=Guards)
    call_back_last_number: bool = True

    def account(self, name: str) -> Account | None:
        return next((account for account in self.accounts if account.id == name), None)

    def contact_of(self, number: Number) -> Contact | None:
        return next((contact for contact in self.contacts if number.key in contact.keys), None)


@dataclass(frozen=True)
class Request:
    """What was dialed, star codes taken off. `account` was chosen by code; `hidden` is asked for this once, None: as always."""

    number: Number
    line: int = 1
    account: str = ""
    hidden: bool | None = None


@dataclass(frozen=True)
class Situation:
    """How things are at this moment. `working` accounts are registered, or need not be. `last_reached`: by which own account each
    number (`Number.key`) last called us, the newest first."""

    now: Moment
    working: frozenset[str] = frozenset()
    last_reached: Mapping[str, str] = field(default_factory=dict)
    spending: Spending = field(default_factory=Spending)


@dataclass(frozen=True)
class Route:
    """The call is placed: `dialed_form` goes into the Request-URI, `limit_s` ends the call (None: nothing does)."""

    account: str
    number: Number
    dialed_form: str
    own_number: str
    hidden: bool
    emergency: bool
    limit_s: int | None
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class NoRoute:
    """The call is refused here: `cause` is the listener's tone, `prompt` what the receiver says, `sentence` for the log."""

    number: Number
    cause: EndCause
    sentence: str
    prompt: str
    reasons: tuple[str, ...]
