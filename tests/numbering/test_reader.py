"""Dialed digits as numbers, country by country, as a person there dials them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.numbers import Kind, Number, Prefix
from firmware.numbering.plans import country_codes, load_plan
from firmware.numbering.reader import Numbering

FIXED, MOBILE, EITHER, FREE, PREMIUM, UNKNOWN = (
    Kind.FIXED,
    Kind.MOBILE,
    Kind.FIXED_OR_MOBILE,
    Kind.FREE,
    Kind.PREMIUM,
    Kind.UNKNOWN,
)
AREA_CODES = {"KZ": "727", "RU": "495", "US": "212", "GB": "20", "DE": "30", "IN": "11"}
NUMBERINGS = {country: Numbering(country, area_code) for country, area_code in AREA_CODES.items()}

NATIONAL = [
    ("KZ", "87272501234", "+77272501234", FIXED),  # 8 and area code
    ("KZ", "87011234567", "+77011234567", MOBILE),
    ("KZ", "2501234", "+77272501234", FIXED),  # Almaty from Almaty
    ("KZ", "77011234567", "+77011234567", MOBILE),  # as mobiles and messengers write it
    ("KZ", "7011234567", "+77011234567", MOBILE),
    ("KZ", "+77011234567", "+77011234567", MOBILE),
    ("KZ", "8 (701) 123-45-67", "+77011234567", MOBILE),  # from a caller's display
    ("KZ", "88001234567", "+78001234567", FREE),  # shared by Kazakhstan and Russia
    ("KZ", "88095001234", "+78095001234", PREMIUM),
    ("KZ", "87271234567", "+77271234567", UNKNOWN),  # a range the library does not have
    ("RU", "84957654321", "+74957654321", FIXED),
    ("RU", "7654321", "+74957654321", FIXED),
    ("RU", "89161234567", "+79161234567", MOBILE),
    ("RU", "79161234567", "+79161234567", MOBILE),
    ("RU", "88001234567", "+78001234567", FREE),
    ("RU", "88095001234", "+78095001234", PREMIUM),
    ("US", "12125551212", "+12125551212", EITHER),
    ("US", "2125551212", "+12125551212", EITHER),
    ("US", "5551212", "+12125551212", EITHER),
    ("US", "18005551212", "+18005551212", FREE),
    ("US", "19005551234", "+19005551234", PREMIUM),
    ("GB", "02071838750", "+442071838750", FIXED),
    ("GB", "71838750", "+442071838750", FIXED),
    ("GB", "07400123456", "+447400123456", MOBILE),
    ("GB", "08001111", "+448001111", FREE),
    ("GB", "09012345678", "+449012345678", PREMIUM),
    ("GB", "01534123456", "+441534123456", FIXED),  # Jersey is dialed as at home
    ("DE", "030123456", "+4930123456", FIXED),
    ("DE", "123456", "+4930123456", FIXED),
    ("DE", "015123456789", "+4915123456789", MOBILE),
    ("DE", "09001234567", "+499001234567", PREMIUM),
    ("IN", "01126112345", "+911126112345", FIXED),
    ("IN", "26112345", "+911126112345", FIXED),
    ("IN", "09876543210", "+919876543210", MOBILE),
    ("IN", "9876543210", "+919876543210", MOBILE),
    ("IN", "919876543210", "+919876543210", MOBILE),
]


@pytest.mark.parametrize(("country", "dialed", "e164", "kind"), NATIONAL)
def test_national_numbers(country: str, dialed: str, e164: str, kind: Kind) -> None:
    number = NUMBERINGS[country].read(dialed)
    assert (number.e164, number.kind, number.international) == (e164, kind, False)
    assert e164.endswith(number.national)
    assert number.national


ABROAD = [
    ("KZ", "8104930123456", "+4930123456", "DE"),  # 8~10, the second dial tone not waited for
    ("KZ", "004930123456", "+4930123456", "DE"),
    ("KZ", "+4930123456", "+4930123456", "DE"),
    ("KZ", "84957654321", "+74957654321", "RU"),  # dialed like a national number
    ("KZ", "+79161234567", "+79161234567", "RU"),
    ("KZ", "8107495765432", "", ""),  # one digit short
    ("RU", "87011234567", "+77011234567", "KZ"),
    ("RU", "81012125551212", "+12125551212", "US"),
    ("US", "0114930123456", "+4930123456", "DE"),
    ("US", "18095551234", "+18095551234", "DO"),  # dialed like a national number, charged like one abroad
    ("US", "14165550123", "+14165550123", "CA"),
    ("GB", "004930123456", "+4930123456", "DE"),
    ("DE", "00442071838750", "+442071838750", "GB"),
    ("IN", "0012125551212", "+12125551212", "US"),
    ("IN", "+979123456789", "+979123456789", "001"),
]


@pytest.mark.parametrize(("country", "dialed", "e164", "place"), ABROAD)
def test_numbers_abroad(country: str, dialed: str, e164: str, place: str) -> None:
    number = NUMBERINGS[country].read(dialed)
    assert number.international
    if place:
        assert (number.e164, number.country) == (e164, place)


@pytest.mark.parametrize("country", country_codes())
def test_emergency_numbers_are_known_however_little_else_is(country: str) -> None:
    for numbering in (NUMBERINGS[country], Numbering(country)):
        for emergency in load_plan(country).emergency:
            number = numbering.read(emergency.number)
            assert (number.kind, number.e164, number.dialed) == (Kind.EMERGENCY, "", emergency.number)


def test_kazakhstan_knows_112_and_101_to_104() -> None:
    assert {each.number for each in load_plan("KZ").emergency} == {"112", "101", "102", "103", "104"}


@pytest.mark.parametrize(
    ("country", "dialed", "kind"),
    [
        ("KZ", "600", Kind.SHORT),
        ("KZ", "0", Kind.SHORT),
        ("KZ", "160", Kind.SHORT),
        ("US", "101", Kind.SHORT),  # an extension where it is nobody's emergency number
        ("US", "411", Kind.SHORT),
        ("GB", "101", Kind.SHORT),
        ("DE", "116117", Kind.SHORT),
        ("KZ", "*8", Kind.CODE),
        ("KZ", "*85", Kind.CODE),
        ("KZ", "#31#", Kind.CODE),
    ],
)
def test_short_numbers_and_codes_are_left_as_they_are(country: str, dialed: str, kind: Kind) -> None:
    number = NUMBERINGS[country].read(dialed)
    assert (number.kind, number.e164, number.key, number.international) == (kind, "", dialed, False)


@pytest.mark.parametrize("dialed", ["987871234567", "81234567", "12345678901234567890", "8727*1234567"])
def test_a_long_number_nobody_knows_counts_as_abroad(dialed: str) -> None:
    number = NUMBERINGS["KZ"].read(dialed)
    assert (number.kind, number.international) == (UNKNOWN, True)


def test_a_local_number_without_area_code_is_at_home() -> None:
    number = Numbering("KZ").read("2501234")
    assert (number.kind, number.e164, number.country, number.international) == (UNKNOWN, "", "KZ", False)


def test_a_number_that_cannot_exist_still_has_a_beginning() -> None:
    """So that the block on +99 finds it, however it is dialed."""
    block = NUMBERINGS["KZ"].prefix("+99")
    assert all(block.begins(NUMBERINGS["KZ"].read(dialed)) for dialed in ("0099890", "81099890111", "+99890111222333444555"))


@given(st.sampled_from(country_codes()), st.text("0123456789*#+ABCD -x\u0660", max_size=24))
def test_any_text_gives_a_number(country: str, text: str) -> None:
    number = NUMBERINGS[country].read(text)
    assert isinstance(number, Number)
    assert not number.e164 or number.e164.startswith("+")
    assert number.kind is not Kind.EMERGENCY or number.dialed in {each.number for each in load_plan(country).emergency}


@given(st.sampled_from(country_codes()), st.text("0123456789", min_size=7, max_size=16))
def test_however_a_number_is_read_its_whole_form_reads_the_same(country: str, digits: str) -> None:
    number = NUMBERINGS[country].read(digits)
    if number.kind is not UNKNOWN:
        again = NUMBERINGS[country].read(number.e164)
        assert (again.e164, again.country, again.kind) == (number.e164, number.country, number.kind)


@pytest.mark.parametrize(
    ("country", "written", "found", "not_found"),
    [
        ("KZ", "8727", ["87272501234", "+77272501234", "2501234", "77272501234"], ["87011234567"]),
        ("KZ", "+7727", ["87272501234", "2501234"], ["87011234567", "600"]),
        ("KZ", "81049", ["8104930123456", "+4930123456", "004930123456"], ["81033123456789", "87011234567"]),
        ("KZ", "810", ["8104930123456", "+4930123456", "004930123456"], ["87011234567", "2501234", "112"]),
        ("KZ", "25", ["2501234", "87272501234"], ["87272601234", "825"]),
        ("KZ", "8809", ["88095001234", "+78095001234"], ["87272501234"]),
        ("KZ", "6", ["600"], ["700"]),
        ("KZ", "*8", ["*85"], ["*75"]),
        ("US", "1900", ["19005551234", "9005551234", "+19005551234"], ["12125551212"]),
        ("US", "900", ["19005551234", "9005551234"], ["12125551212"]),
        ("US", "011", ["0114930123456", "+4930123456"], ["18095551234"]),
        ("GB", "09", ["09012345678", "+449012345678"], ["07400123456"]),
        ("DE", "0900", ["09001234567", "+499001234567"], ["030123456"]),
        ("IN", "98", ["9876543210", "09876543210", "+919876543210"], ["26112345"]),
    ],
)
def test_a_prefix_finds_numbers_however_both_are_written(
    country: str, written: str, found: list[str], not_found: list[str]
) -> None:
    numbering = NUMBERINGS[country]
    prefix = numbering.prefix(written)
    assert [dialed for dialed in found if not prefix.begins(numbering.read(dialed))] == []
    assert [dialed for dialed in not_found if prefix.begins(numbering.read(dialed))] == []


def test_the_longer_of_two_prefixes_is_the_longer_however_they_are_written() -> None:
    lengths = [NUMBERINGS["KZ"].prefix(text).length for text in ("810", "+7", "8727", "+77272")]
    assert lengths == sorted(lengths)
    assert Prefix("600").length == 3
