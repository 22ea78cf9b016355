"""The plans' files: every value has its source, mistakes are sentences."""

from typing import Any, get_args

import pytest

from firmware.numbering.errors import PlanInvalid, PlanUnknown
from firmware.numbering.plans import country_codes, load_plan, plan_from
from firmware.settings.model import Country
from firmware.sound.countries import country_codes as countries_with_tones

GOOD: dict[str, Any] = {
    "name": "Nowhere",
    "calling_code": "999",
    "trunk": {"prefix": "0", "source": "s"},
    "international": [{"prefix": "00", "source": "s"}],
    "emergency": [{"number": "112", "service": "all", "source": "s"}],
    "local": {"lengths": [6], "source": "s"},
}
ABROAD: dict[str, Any] = {"length": [{"calling_code": "1", "digits": "[2-9]xx", "source": "s"}]}


def test_every_country_of_the_settings_has_a_plan_and_tones() -> None:
    assert set(country_codes()) == set(get_args(Country)) == set(countries_with_tones())


@pytest.mark.parametrize("code", country_codes())
def test_every_plan_is_sound(code: str) -> None:
    plan = load_plan(code)
    assert plan.emergency
    assert plan.international
    assert plan.local_lengths


def test_a_small_plan_is_enough() -> None:
    plan = plan_from("XX", GOOD, ABROAD)
    assert (plan.trunk, plan.international, plan.emergency[0].at_once, plan.own_begins) == ("0", ("00",), True, ())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"calling_code": None}, "XX.toml: calling_code is missing."),
        ({"calling_code": 7}, "XX.toml: calling_code must be a text."),
        ({"calling_code": "+7"}, "XX.toml: calling_code must be digits."),
        ({"trunk": {"prefix": "8"}}, "XX.toml [trunk]: source is missing."),
        ({"trunk": "8"}, "XX.toml [trunk]: must be a table."),
        ({"trunk": {"prefix": "8", "source": "s", "optional": 1}}, "XX.toml [trunk]: optional must be true or false."),
        ({"emergency": []}, "XX.toml: emergency must be one or more tables."),
        ({"emergency": [{"number": "112", "service": "all"}]}, "XX.toml [emergency.1]: source is missing."),
        ({"local": {"lengths": ["6"], "source": "s"}}, "XX.toml [local]: lengths must be a list, each a whole number."),
        ({"complete": [{"digits": "0y", "source": "s"}]}, "XX.toml [complete.1]: digits cannot be read: "),
    ],
)
def test_a_mistake_in_a_file_is_a_sentence(change: dict[str, Any], sentence: str) -> None:
    entries = {key: value for key, value in (GOOD | change).items() if value is not None}
    with pytest.raises(PlanInvalid) as caught:
        plan_from("XX", entries, ABROAD)
    assert str(caught.value).startswith(sentence)


def test_a_country_without_a_plan_is_told_with_those_that_have_one() -> None:
    with pytest.raises(PlanUnknown, match="choose one of DE, GB, IN, KZ, RU, US"):
        load_plan("FR")
