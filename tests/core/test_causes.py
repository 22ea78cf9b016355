"""Every SIP final status has a tone and a sentence."""

import pytest

from firmware.core.actions import ToneName
from firmware.core.causes import TONE_BY_CAUSE, cause_of, words_of
from firmware.core.events import EndCause


@pytest.mark.parametrize("status", range(200, 700))
def test_every_status_has_words_and_a_tone(status: int) -> None:
    assert words_of(status)
    assert str(status) not in words_of(status)
    assert TONE_BY_CAUSE[cause_of(status)]


def test_every_cause_has_a_tone() -> None:
    assert set(TONE_BY_CAUSE) == set(EndCause)


@pytest.mark.parametrize(
    ("status", "tone"),
    [(486, ToneName.BUSY), (600, ToneName.BUSY), (404, ToneName.SPECIAL), (484, ToneName.SPECIAL), (503, ToneName.CONGESTION)],
)
def test_what_is_heard(status: int, tone: ToneName) -> None:
    assert TONE_BY_CAUSE[cause_of(status)] is tone
