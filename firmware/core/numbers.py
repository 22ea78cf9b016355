"""What a number is, how providers want it written, and what it begins with. Data and text only.

Pure: who takes dialed digits apart is `firmware.numbering`, which alone knows the numbering plans; where a number goes is `core.routing`.
"""

from dataclasses import dataclass
from enum import Enum

BEYOND_COUNTRIES = "001"
"""What stands for the country of satellite telephones and services of the whole world: the UN's code for it, as libphonenumber has it."""


class Kind(Enum):
    EMERGENCY = "emergency"
    SHORT = "short"
    """Up to six digits of a PBX or a service of the network: told by nobody but the one who answers it."""
    CODE = "code"
    """With * or #: a feature of the PBX, passed through."""
    FIXED = "fixed"
    MOBILE = "mobile"
    FIXED_OR_MOBILE = "fixed or mobile"
    """Where numbers do not tell, as in North America."""
    FREE = "free"
    PREMIUM = "premium"
    UNKNOWN = "unknown"


class NumberForm(Enum):
    """How a provider wants numbers; the values are those of the settings. Examples: Almaty, called from Kazakhstan."""

    AS_DIALED = "as-dialed"
    E164 = "e164"
    """77271234567"""
    PLUS_E164 = "plus-e164"
    """+77271234567"""
    NATIONAL = "national"
    """7271234567"""
    EIGHT = "eight"
    """87271234567: with the country's trunk prefix, 8 in Kazakhstan and Russia, 0 or 1 elsewhere"""
    DOUBLE_ZERO = "double-zero"
    """0077271234567"""


@dataclass(frozen=True)
class Home:
    """The country whose telephone this is. `trunk` goes before national numbers, `international` before calling codes; either may be empty."""

    country: str
    calling_code: str
    trunk: str
    international: str


@dataclass(frozen=True)
class Number:
    """A dialed number. `e164` begins with + and is "" where there is none or nobody knows; `country` is ISO 3166-1's two letters,
    BEYOND_COUNTRIES or ""; `national` is the part after the calling code."""

    dialed: str
    kind: Kind
    e164: str = ""
    country: str = ""
    national: str = ""
    international: bool = False
    """It leaves the country; also where that cannot be told of a long number, so that no guard is passed by an odd way of dialing."""

    @property
    def key(self) -> str:
        """By which the same number is found again, however it was dialed."""
        return self.e164 or self.dialed

    @property
    def place(self) -> str:
        """ "in DE"; "" where nobody knows."""
        if self.country == BEYOND_COUNTRIES:
            return "beyond all countries"
        return f"in {self.country}" if self.country else ""

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True)
class Prefix:
    """The beginning of numbers. `written` fits what was dialed, each of `e164` the whole number, so that 8727 finds +7727 too; `abroad` is
    set to the own calling code where it means all numbers that begin otherwise."""

    written: str
    e164: tuple[str, ...] = ()
    abroad: str = ""

    def begins(self, number: Number) -> bool:
        return number.dialed.startswith(self.written) or self._begins_e164(number)

    def _begins_e164(self, number: Number) -> bool:
        if not number.e164:
            return False
        if self.abroad:
            return not number.e164.startswith(self.abroad)
        return any(number.e164.startswith(begin) for begin in self.e164)

    @property
    def length(self) -> int:
        """How closely it says what it means: the longer of two that fit holds."""
        return 1 if self.abroad else max((len(begin) for begin in self.e164), default=len(self.written))

    def __str__(self) -> str:
        return self.written


def first_fitting(prefixes: tuple[Prefix, ...], number: Number) -> Prefix | None:
    return next((prefix for prefix in prefixes if prefix.begins(number)), None)


def written_as(number: Number, form: NumberForm, home: Home) -> str:
    """What goes into the Request-URI. Numbers without E.164 form (emergency, short, codes, what nobody knows) go as they were dialed."""
    if not number.e164 or (form is NumberForm.AS_DIALED and not number.dialed.startswith("+")):
        return number.dialed
    digits = number.e164.removeprefix("+")
    written = {
        NumberForm.E164: digits,
        NumberForm.PLUS_E164: number.e164,
        NumberForm.DOUBLE_ZERO: f"00{digits}",
        NumberForm.NATIONAL: _dialed_at(home, number, ""),
    }
    # EIGHT, and AS_DIALED of the phone book or a call returned: a + is nothing a person dials
    return written.get(form) or _dialed_at(home, number, home.trunk)


def _dialed_at(home: Home, number: Number, trunk: str) -> str:
    """As dialed in the home country: countries that share its calling code are national there, as Russia is in Kazakhstan."""
    digits = number.e164.removeprefix("+")
    if digits.startswith(home.calling_code):
        return trunk + digits.removeprefix(home.calling_code)
    return home.international + digits
