"""When a part that does not answer is restarted."""

from __future__ import annotations

from firmware.core.health import LONGEST_WAIT, PATIENCE, Record, checked


def restarts(answers: list[bool]) -> list[int]:
    """At which checks, counted from 1."""
    record, found = Record(), []
    for number, answer in enumerate(answers, 1):
        record, due = checked(record, answers=answer)
        if due:
            found.append(number)
    return found


def test_one_missed_check_is_nothing() -> None:
    assert restarts([True, False, False, True, False, False, True]) == []


def test_it_is_restarted_ever_more_rarely_and_never_given_up() -> None:
    at = restarts([False] * 1000)
    waits = [later - before for before, later in zip([0, *at], at, strict=False)]
    assert waits[:5] == [PATIENCE, 6, 12, 24, 48]
    assert set(waits[5:]) == {LONGEST_WAIT}


def test_an_answer_makes_it_new() -> None:
    assert restarts([False] * 10 + [True] + [False] * 3) == [3, 9, 14]
