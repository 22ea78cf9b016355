"""Where a number goes as the day passes: who called by which number, what the day has cost, and midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from firmware.exchange.way import NoWay, Way, Wish
from firmware.records.calls import Direction
from tests.exchange.places import EVENING, SETTINGS, Place, row

MOBILE = "87011234567"


def way(place: Place, number: str = MOBILE) -> Way:
    found = place.router.find(1, number, Wish())
    assert isinstance(found, Way), found
    return found


def test_a_caller_is_called_back_by_the_number_they_reached_last() -> None:
    place = Place()
    assert way(place).account == "city"
    place.router.take_row(row(Direction.IN, "+77011234567", EVENING, account="mobile"))
    assert way(place).account == "mobile"
    place.router.take_row(row(Direction.IN, "7011234567", EVENING, account="city"))
    assert way(place).account == "city"


def test_the_log_read_at_the_start_is_older_than_what_happened_since() -> None:
    place = Place()
    place.router.take_row(row(Direction.IN, MOBILE, EVENING, account="mobile"))
    newest_first = [
        row(Direction.IN, MOBILE, EVENING, account="city"),
        row(Direction.IN, "87019999999", EVENING, account="mobile"),
    ]
    place.router.remember(newest_first)
    assert way(place).account == "mobile"
    assert way(place, "87019999999").account == "mobile"


def test_the_days_limit_begins_anew_at_midnight() -> None:
    place = Place()
    place.router.take_row(row(Direction.OUT, "+77011234567", EVENING - timedelta(minutes=20), talk_s=600))
    spent = place.router.find(1, MOBILE, Wish())
    assert isinstance(spent, NoWay)
    assert spent.prompt == "cost_limit_reached"
    place.now = EVENING + timedelta(minutes=10)
    assert way(place).limit_s == 599  # before an eleventh minute begins


def test_yesterdays_calls_in_the_log_cost_nothing_today_and_todays_do() -> None:
    place = Place()
    rows = [
        row(Direction.OUT, "+77011234567", EVENING - timedelta(hours=1), talk_s=300),
        row(Direction.OUT, "+77011234567", EVENING - timedelta(days=1), talk_s=600),
        row(Direction.IN, "+77011234567", EVENING - timedelta(hours=2), talk_s=6000),
    ]
    place.router.take_row(rows[0])  # it ended while the log was read
    place.router.remember(rows)
    assert way(place).limit_s == 299


def test_a_transfer_to_a_number_that_may_not_be_called_is_refused_in_a_sentence() -> None:
    place = Place(SETTINGS.replace("area_code", 'block = ["8701"]\narea_code'))
    assert place.router.may_transfer(1, "87271234567") == ""
    assert "8701" in place.router.may_transfer(1, MOBILE)


def test_a_call_of_a_boot_that_never_knew_the_time_costs_nothing_today() -> None:
    place = Place()
    spoken = row(Direction.OUT, "+77011234567", EVENING, talk_s=300)
    place.router.take_row(replace(spoken, started_at="", undated="another-boot 5.0"))
    assert way(place).limit_s == 599
