"""How numbers are written for providers, and what their beginnings find."""

import pytest

from firmware.core.numbers import BEYOND_COUNTRIES, Home, Kind, Number, NumberForm, Prefix, written_as

ALMATY = Number("87272501234", Kind.FIXED, "+77272501234", "KZ", "7272501234")
MOSCOW = Number("84957654321", Kind.FIXED, "+74957654321", "RU", "4957654321", international=True)
BERLIN = Number("8104930123456", Kind.FIXED, "+4930123456", "DE", "30123456", international=True)
FROM_THE_BOOK = Number("+77272501234", Kind.FIXED, "+77272501234", "KZ", "7272501234")
BERLIN_FROM_THE_BOOK = Number("+4930123456", Kind.FIXED, "+4930123456", "DE", "30123456", international=True)

KAZAKHSTAN = Home("KZ", "7", "8", "810")
NEW_YORK = Number("2125551212", Kind.FIXED_OR_MOBILE, "+12125551212", "US", "2125551212")
AMERICA = Home("US", "1", "1", "011")
LONDON = Number("02071838750", Kind.FIXED, "+442071838750", "GB", "2071838750")
BRITAIN = Home("GB", "44", "0", "00")


@pytest.mark.parametrize(
    ("home", "number", "form", "written"),
    [
        (KAZAKHSTAN, ALMATY, "as-dialed", "87272501234"),
        (KAZAKHSTAN, ALMATY, "e164", "77272501234"),
        (KAZAKHSTAN, ALMATY, "plus-e164", "+77272501234"),
        (KAZAKHSTAN, ALMATY, "national", "7272501234"),
        (KAZAKHSTAN, ALMATY, "eight", "87272501234"),
        (KAZAKHSTAN, ALMATY, "double-zero", "0077272501234"),
        (KAZAKHSTAN, MOSCOW, "national", "4957654321"),  # the same calling code
        (KAZAKHSTAN, MOSCOW, "eight", "84957654321"),
        (KAZAKHSTAN, BERLIN, "as-dialed", "8104930123456"),
        (KAZAKHSTAN, BERLIN, "e164", "4930123456"),
        (KAZAKHSTAN, BERLIN, "national", "8104930123456"),
        (KAZAKHSTAN, BERLIN, "eight", "8104930123456"),
        (KAZAKHSTAN, BERLIN, "double-zero", "004930123456"),
        (KAZAKHSTAN, FROM_THE_BOOK, "as-dialed", "87272501234"),  # nobody dials a +
        (KAZAKHSTAN, BERLIN_FROM_THE_BOOK, "as-dialed", "8104930123456"),
        (KAZAKHSTAN, FROM_THE_BOOK, "plus-e164", "+77272501234"),
        (AMERICA, NEW_YORK, "as-dialed", "2125551212"),
        (AMERICA, NEW_YORK, "eight", "12125551212"),
        (AMERICA, NEW_YORK, "e164", "12125551212"),
        (AMERICA, BERLIN, "eight", "0114930123456"),
        (BRITAIN, LONDON, "eight", "02071838750"),
        (BRITAIN, LONDON, "national", "2071838750"),
        (BRITAIN, BERLIN, "national", "004930123456"),
    ],
)
def test_numbers_are_written_as_the_provider_wants(home: Home, number: Number, form: str, written: str) -> None:
    assert written_as(number, NumberForm(form), home) == written


@pytest.mark.parametrize("form", NumberForm)
@pytest.mark.parametrize(
    "number", [Number("112", Kind.EMERGENCY), Number("600", Kind.SHORT), Number("*8", Kind.CODE), Number("9" * 9, Kind.UNKNOWN)]
)
def test_what_is_no_whole_number_goes_as_it_was_dialed(number: Number, form: NumberForm) -> None:
    assert written_as(number, form, KAZAKHSTAN) == number.dialed


@pytest.mark.parametrize(
    ("prefix", "number", "found"),
    [
        (Prefix("8727"), ALMATY, True),
        (Prefix("8727", ("+7727",)), FROM_THE_BOOK, True),
        (Prefix("8701", ("+7701",)), FROM_THE_BOOK, False),
        (Prefix("810", abroad="+7"), BERLIN_FROM_THE_BOOK, True),
        (Prefix("810", abroad="+7"), FROM_THE_BOOK, False),
        (Prefix("810", abroad="+7"), Number("600", Kind.SHORT), False),
        (Prefix("6"), Number("600", Kind.SHORT), True),
    ],
)
def test_prefixes(prefix: Prefix, number: Number, found: bool) -> None:  # noqa: FBT001 (a table)
    assert prefix.begins(number) is found


def test_places_in_words() -> None:
    assert ALMATY.place == "in KZ"
    assert Number("+8821", Kind.UNKNOWN, "+8821", BEYOND_COUNTRIES).place == "beyond all countries"
    assert Number("1", Kind.SHORT).place == ""
