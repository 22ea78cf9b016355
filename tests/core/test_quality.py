"""R and MOS against figures worked out elsewhere, and what must hold for any path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.quality import BEST_R, G729A, Path, mos, proven_loss_percent, r_factor
from firmware.core.voice_gap import LONGEST_MS, SHORTEST_MS, stall_after_ms

LOSS = st.floats(0, 100)
MS = st.floats(0, 2000)


def through(delay_ms: float, loss_percent: float) -> Path:
    """A path of so much delay mouth to ear."""
    return Path(loss_percent, 0, (delay_ms - 60) * 2)


@pytest.mark.parametrize(
    ("delay_ms", "loss_percent", "r", "score"),
    [(150, 1, 86.0, 4.23), (150, 3, 79.5, 4.00), (150, 5, 73.8, 3.77), (300, 3, 62.4, 3.22), (400, 0, 59.1, 3.05)],
)
def test_figures_of_the_e_model(delay_ms: float, loss_percent: float, r: float, score: float) -> None:
    path = through(delay_ms, loss_percent)
    assert r_factor(path) == pytest.approx(r, abs=0.06)
    assert mos(r_factor(path)) == pytest.approx(score, abs=0.01)


def test_another_codec() -> None:
    assert r_factor(through(150, 1), G729A) == pytest.approx(74.4, abs=0.06)


@pytest.mark.parametrize(("r", "score"), [(-5, 1), (0, 1), (5, 1), (50, 2.58), (93.2, 4.41), (100, 4.5), (120, 4.5)])
def test_mos_at_its_ends(r: float, score: float) -> None:
    assert mos(r) == pytest.approx(score, abs=0.01)


@given(LOSS, MS, MS)
def test_r_is_within_its_scale_and_nothing_improves_by_more_loss_delay_or_jitter(loss: float, jitter: float, rtt: float) -> None:
    r = r_factor(Path(loss, jitter, rtt))
    assert 0 <= r <= BEST_R
    assert 1 <= mos(r) <= 4.5
    assert r_factor(Path(min(100, loss + 1), jitter, rtt)) <= r
    assert r_factor(Path(loss, jitter + 1, rtt)) <= r
    assert r_factor(Path(loss, jitter, rtt + 1)) <= r


def test_figures_beyond_reason_are_taken_for_the_nearest() -> None:
    assert r_factor(Path(-3, 0, 0)) == r_factor(Path(0, 0, 0))
    assert r_factor(Path(250, 0, 0)) == r_factor(Path(100, 0, 0))


def test_words_of_a_path() -> None:
    assert str(Path(4.6, 12.2, 80)) == "5 % loss, 12 ms jitter, 80 ms round trip"


@given(st.integers(0, 200), st.integers(0, 200))
def test_few_samples_prove_little(lost: int, more: int) -> None:
    sent = lost + more
    assert 0 <= proven_loss_percent(lost, sent) <= (100 * lost / sent if sent else 0) + 1e-9


def test_three_of_thirty_may_be_five_percent_but_fifteen_may_not() -> None:
    assert proven_loss_percent(3, 30) < 5 < proven_loss_percent(15, 30)


@given(LOSS, MS)
def test_the_patience_with_missing_voice_is_bounded_and_grows_with_trouble(loss: float, jitter: float) -> None:
    patience = stall_after_ms(loss, jitter)
    assert SHORTEST_MS <= patience <= LONGEST_MS
    assert stall_after_ms(min(100, loss + 5), jitter + 5) >= patience


def test_a_clean_line_is_judged_sooner_than_a_bad_one() -> None:
    assert stall_after_ms(0, 1) == SHORTEST_MS
    assert stall_after_ms(5, 40) == LONGEST_MS
