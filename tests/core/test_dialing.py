"""What keys mean: star codes beside numbers, judged digit by digit."""

from __future__ import annotations

import pytest

from firmware.core.dialing import DialRules, Order, codes_of, refused_codes
from firmware.core.digit_map import Verdict, parse
from firmware.core.star_codes import STAR_CODES, Feature, Follows, StarCode

RULES = DialRules(parse("112|6xx|87xxxxxxxxx|[*#]x.T"), speed_dials={"2": "87010000001"})


@pytest.mark.parametrize(
    ("digits", "verdict"),
    [
        ("*", Verdict.AMBIGUOUS),
        ("*7", Verdict.AMBIGUOUS),
        ("*78", Verdict.COMPLETE),
        ("*72", Verdict.INCOMPLETE),
        ("*7260", Verdict.INCOMPLETE),
        ("*72601", Verdict.COMPLETE),
        ("*67112", Verdict.COMPLETE),
        ("**", Verdict.INCOMPLETE),
        ("**2", Verdict.INCOMPLETE),
        ("**2601", Verdict.COMPLETE),
        ("***", Verdict.COMPLETE),
        ("*742601", Verdict.COMPLETE),
        ("601", Verdict.COMPLETE),
        ("*8", Verdict.AMBIGUOUS),
        ("5", Verdict.IMPOSSIBLE),
    ],
)
def test_digits_are_judged_as_they_come(digits: str, verdict: Verdict) -> None:
    assert RULES.judge(digits) is verdict


@pytest.mark.parametrize(
    ("digits", "order"),
    [
        ("601", None),
        ("*78", Order(Feature.DO_NOT_DISTURB_ON)),
        ("*72601", Order(Feature.CALL_FORWARD_ALL_ON, "601")),
        ("**3601", Order(Feature.CHOOSE_NUMBER, "601", "3")),
        ("*742601", Order(Feature.SPEED_DIAL_SET, "601", "2")),
        ("***", Order(Feature.SAY_STATUS)),
        ("*8", None),
    ],
)
def test_complete_digits_are_read(digits: str, order: Order | None) -> None:
    assert RULES.read(digits) == order


def test_one_code_means_two_things_with_and_without_a_call_on_hold() -> None:
    assert RULES.read("*87") == Order(Feature.ANONYMOUS_REJECTION_OFF)
    assert RULES.read("*87601", holding=True) == Order(Feature.BLIND_TRANSFER, "601")
    assert RULES.judge("*87") is Verdict.COMPLETE
    assert RULES.judge("*87", holding=True) is Verdict.INCOMPLETE


def test_codes_are_renumbered_switched_off_and_passed_on() -> None:
    settings = {"do_not_disturb_on": "*21", "call_return": "off", "redial": "pass"}
    rules = DialRules(parse("6xx|[*#]x.T"), codes_of(settings), refused=refused_codes(settings))
    assert rules.read("*21") == Order(Feature.DO_NOT_DISTURB_ON)
    assert rules.judge("*78") is Verdict.AMBIGUOUS
    assert rules.judge("*69") is Verdict.IMPOSSIBLE
    assert rules.judge("*07") is Verdict.AMBIGUOUS


def test_a_speed_dial_key_is_a_number_when_it_is_sent() -> None:
    assert RULES.complete_if_sent("2")
    assert not RULES.complete_if_sent("3")
    assert RULES.number_of("2") == "87010000001"


def test_a_square_ends_a_number_and_not_a_code_that_has_one() -> None:
    rules = DialRules(parse("x.T"), codes_of({"do_not_disturb_on": "*26#"}))
    assert rules.accepts("*26", "#")
    assert not rules.accepts("601", "#")
    assert rules.read("*26#") == Order(Feature.DO_NOT_DISTURB_ON)


@pytest.mark.parametrize("entry", STAR_CODES, ids=lambda entry: entry.feature.value)
def test_every_code_can_be_dialed_to_its_end(entry: StarCode) -> None:
    rest = {Follows.NOTHING: "", Follows.NUMBER: "601", Follows.CHOICE_NUMBER: "1601", Follows.SLOT_NUMBER: "2601"}
    for code in entry.default.split() if entry.default != "pass" else ():
        dialed = code + rest[entry.follows]
        assert RULES.judge(dialed, holding=entry.while_held) is Verdict.COMPLETE
        found = RULES.read(dialed, holding=entry.while_held)
        assert found is not None
        assert found.feature is entry.feature
