"""When a number is complete, country by country: at once where nothing longer begins alike, otherwise after the wait."""

import pytest

from firmware.core.digit_map import DigitMap, Verdict, parse
from firmware.numbering.digit_maps import digit_map_of
from firmware.numbering.plans import country_codes, load_plan

AT_ONCE = {
    "KZ": ["112", "101", "104", "87272501234", "84951234567", "88001234567", "77011234567", "81012125551212", "810998901234567"],
    "RU": ["112", "103", "89161234567", "87011234567", "81012125551212"],
    "US": ["911", "112", "12125551212", "2125551212", "01179161234567"],
    "GB": ["999", "112", "02071838750", "07400123456", "0012125551212"],
    "DE": ["110", "112", "0012125551212"],
    "IN": ["112", "100", "101", "102", "108", "09876543210", "9876543210", "01126112345"],
}
AFTER_THE_WAIT = {
    "KZ": ["600", "0", "16", "8", "2501234", "8104930123456", "*8", "*85", "*72", "872725"],
    "RU": ["01", "02", "03", "04", "600", "8104930123456", "82612345678"],
    "US": ["411", "600", "5551212", "0114930123456", "988"],
    "GB": ["111", "101", "600", "08001111", "004930123456"],
    "DE": ["115", "116117", "030123456", "015123456789", "00493012345"],
    "IN": ["1098", "2611", "600", "26112345", "004930123456"],
}


def map_of(country: str, area_code: str = "", own: str = "") -> DigitMap:
    return parse(digit_map_of(country, area_code, own))


@pytest.mark.parametrize(("country", "dialed"), [(country, each) for country, numbers in AT_ONCE.items() for each in numbers])
def test_these_are_sent_with_their_last_digit_and_not_before(country: str, dialed: str) -> None:
    digit_map = map_of(country)
    assert digit_map.judge(dialed) is Verdict.COMPLETE
    assert all(digit_map.judge(dialed[:length]) is Verdict.AMBIGUOUS for length in range(1, len(dialed)))


@pytest.mark.parametrize(
    ("country", "dialed"), [(country, each) for country, numbers in AFTER_THE_WAIT.items() for each in numbers]
)
def test_these_wait_for_a_digit_that_may_follow(country: str, dialed: str) -> None:
    assert map_of(country).judge(dialed) is Verdict.AMBIGUOUS


@pytest.mark.parametrize("country", country_codes())
def test_no_emergency_number_is_sent_at_once_where_something_complete_begins_alike(country: str) -> None:
    """A map that sent Russia's 01 at once would keep everyone from dialing 01..."""
    plan = load_plan(country)
    for emergency in plan.emergency:
        if emergency.at_once:
            assert all(parse(each).judge(emergency.number) is Verdict.IMPOSSIBLE for each in plan.complete)


@pytest.mark.parametrize(
    ("country", "area_code", "dialed"),
    [("KZ", "727", "2501234"), ("KZ", "7172", "321234"), ("RU", "495", "6543210"), ("IN", "11", "26112345")],
)
def test_with_the_area_code_set_local_numbers_do_not_wait(country: str, area_code: str, dialed: str) -> None:
    assert map_of(country, area_code).judge(dialed) is Verdict.COMPLETE
    assert map_of(country, area_code).judge(dialed[:-1]) is Verdict.AMBIGUOUS
    assert map_of(country).judge(dialed) is Verdict.AMBIGUOUS


@pytest.mark.parametrize("country", country_codes())
@pytest.mark.parametrize("own", ["8xxxxxxxxxx", "(2xx|3xx)", "1xx.T", "[2-9]xxT|*xx"])
def test_no_map_of_the_owner_keeps_emergency_numbers_from_being_dialed(country: str, own: str) -> None:
    digit_map = map_of(country, own=own)
    for emergency in load_plan(country).emergency:
        expected = {Verdict.COMPLETE} if emergency.at_once else {Verdict.COMPLETE, Verdict.AMBIGUOUS}
        assert digit_map.judge(emergency.number) in expected


def test_a_map_of_the_owner_replaces_the_rest() -> None:
    assert map_of("KZ", own="2xx").judge("87011234567") is Verdict.IMPOSSIBLE
