"""How a far end that falls silent is told from one that is merely poorly heard: real packets with loss and jitter, pauses that are announced, holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sip.moving import Town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTICED_MS = 200
LEARNT_S = 3.0
QUIET_S = 20.0


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path) as made:
        made.mover.order("watch on")
        yield made


def talks(town: Town) -> None:
    """A call whose packets have been watched for a while, with nothing to be said of them."""
    town.call()
    calm(town, LEARNT_S)


def calm(town: Town, seconds: float) -> None:
    """Nothing is said of silence for so long, from now on."""
    town.mover.never("VoiceStalled", seconds)


def test_silence_is_told_at_once_and_its_end_too(town: Town) -> None:
    talks(town)
    before = len(town.mover.lines)
    town.cut()
    stalled = town.mover.until("VoiceStalled", after=before)
    assert (stalled["handle"], stalled["silent_ms"] < NOTICED_MS) == ("out", True)
    town.lab[town.first].heal()
    town.mover.until("VoiceResumed", after=before)


def test_silence_is_told_in_the_first_second_of_a_call(town: Town) -> None:
    town.call()
    calm(town, 0.5)
    before = len(town.mover.lines)
    town.cut()
    assert town.mover.until("VoiceStalled", after=before)["silent_ms"] < NOTICED_MS


def test_loss_and_jitter_are_no_silence_and_silence_is_told_among_them(town: Town) -> None:
    town.lab[town.first].lose(5)
    town.lab[town.first].delay(30, 40)
    town.call()
    calm(town, QUIET_S)
    before = len(town.mover.lines)
    town.cut()
    assert town.mover.until("VoiceStalled", after=before)["silent_ms"] < NOTICED_MS


@pytest.mark.parametrize("by_us", [True, False])
def test_a_held_call_may_be_silent(town: Town, *, by_us: bool) -> None:
    talks(town)
    before = len(town.mover.lines)
    if by_us:
        town.mover.order("hold out")
        town.exchange.far.wait_for_line("^invited again 1$")
    else:
        town.exchange.far.order("hold")
        town.mover.until("MediaChanged", lambda news: news["held"], before)
    town.wait_acknowledged()
    town.cut()
    calm(town, 2.0)


def test_a_far_end_that_said_nothing_yet_has_not_fallen_silent(town: Town) -> None:
    town.swallow_all_voice(town.first)
    town.mover.order(f"call out home {town.exchange.number}")
    town.mover.until("CallEstablished")
    calm(town, 3.0)


def test_the_watch_goes_on_after_the_move(town: Town) -> None:
    talks(town)
    town.cut()
    town.mover.until("VoiceStalled")
    town.moved(town.second, town.first)
    calm(town, LEARNT_S)
    before = len(town.mover.lines)
    town.cut(town.second)
    assert town.mover.until("VoiceStalled", after=before)["silent_ms"] < NOTICED_MS
