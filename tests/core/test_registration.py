"""Registration: waits that grow, refusals that do not hammer."""

from itertools import pairwise

import pytest

from firmware.core.registration import Registration, RegistrationPhase, failed, started, stopped, succeeded, words_of


def waits_of(status: int, tries: int, chance: float = 1.0) -> list[int]:
    registration, waits = Registration(), []
    for _ in range(tries):
        registration = failed(started(registration), status, 0, chance)
        waits.append(registration.wait_ms)
    return waits


def test_an_unreachable_server_is_tried_again_soon_then_less_often_up_to_a_minute() -> None:
    waits = waits_of(503, 10)
    assert waits[0] == 2_000
    assert all(later == min(60_000, 2 * earlier) for earlier, later in pairwise(waits))


def test_a_wrong_password_is_not_tried_again_for_minutes() -> None:
    assert min(waits_of(401, 5, chance=0.0)) >= 150_000
    assert max(waits_of(403, 20)) == 3_600_000


@pytest.mark.parametrize(
    ("status", "phase"), [(403, RegistrationPhase.REFUSED), (408, RegistrationPhase.WAITING), (0, RegistrationPhase.WAITING)]
)
def test_refusals_are_told_from_failures(status: int, phase: RegistrationPhase) -> None:
    assert failed(Registration(), status, 0, 0.5).phase is phase


def test_chance_spreads_the_wait_over_its_second_half() -> None:
    assert [waits_of(503, 1, chance)[0] for chance in (0.0, 0.5, 1.0)] == [1_000, 1_500, 2_000]


def test_the_registrars_own_wish_to_wait_is_kept() -> None:
    assert failed(Registration(), 503, 120, 0.0).wait_ms == 120_000


def test_no_registrar_can_silence_us_for_more_than_an_hour() -> None:
    assert failed(Registration(), 503, 10**9, 0.0).wait_ms == 3_600_000


@pytest.mark.parametrize(
    ("status", "part"),
    [
        (401, "user or password"),
        (403, "refuses this user"),
        (404, "not know"),
        (408, "not answer"),
        (500, "error"),
        (503, "overloaded"),
        (302, "moved"),
        (483, "does not take"),
        (604, "not know"),
    ],
)
def test_every_failure_has_a_sentence(status: int, part: str) -> None:
    assert part in words_of(status)


def test_success_forgets_the_failures() -> None:
    assert succeeded(failed(Registration(), 503, 0, 0.5)).failures == 0


def test_stopping_forgets_everything() -> None:
    assert stopped(succeeded(Registration())) == Registration()
