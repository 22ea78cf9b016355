"""The owner at the mailbox, in samples: what is said, what plays, what a digit changes on the disk."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware.core.mailbox import Phase
from firmware.voicemail.box import Box
from firmware.voicemail.menu import MenuSession
from tests.voicemail.place import silence, tone

if TYPE_CHECKING:
    from tests.voicemail.place import Place

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


class Owner:
    """Whoever dialed the mailbox."""

    def __init__(self, place: Place, box: Box | None = None, *, asks_pin: bool = False) -> None:
        self.place = place
        self.over: list[str] = []
        self.session = MenuSession(
            *(place.desk, box or Box("home"), place.store, place.prompts, place.scheduler, place.failures, self.over.append),
            asks_pin=asks_pin,
            now=lambda: NOW,
        )
        self.session.start()
        place.settle()

    def until(self, phase: Phase) -> None:
        self.place.until(lambda: self.session.state.phase is phase)

    def listen(self) -> list[str]:
        """Until a digit is awaited."""
        self.until(Phase.CHOOSING)
        self.place.run(1)
        return self.place.heard()

    def dial(self, digits: str) -> None:
        for digit in digits:
            self.session.take_digit(digit)
            self.place.settle()

    def hang_up(self) -> None:
        self.session.hung_up()
        self.place.settle()


HEADING = ("vm_message", "1", "vm_from", "6", "0", "0", "vm_today", "vm_at", "10", "0")


def test_the_owner_hears_how_many_and_each_with_number_and_time(place: Place) -> None:
    left = place.leave("600")
    owner = Owner(place)
    owner.until(Phase.CHOOSING)
    assert tone(2) in bytes(place.desk.heard)
    place.run(1)
    assert place.heard() == ["vm_you_have", "vm_new_messages", "1", *HEADING, "sound", "vm_menu"]
    assert [message.heard for message in place.messages()] == [True]
    assert left.id == place.messages()[0].id
    assert place.store.counts("home") == (0, 1)


def test_new_messages_come_before_old_ones(place: Place) -> None:
    old = place.leave("1")
    place.store.mark(old.id, heard=True)
    place.leave("2", at="2026-11-23T23:59:00.000Z")
    owner = Owner(place)
    heard = owner.listen()
    assert heard[:5] == ["vm_you_have", "vm_new_messages", "1", "vm_old_messages", "1"]
    assert heard[5:-2] == ["vm_message", "1", "vm_from", "2", "vm_yesterday", "vm_at", "23", "59"]
    owner.dial("2")
    assert owner.listen()[:4] == ["vm_message", "2", "vm_from", "1"]


def test_a_withheld_number_and_a_clock_that_was_not_set(place: Place) -> None:
    place.leave("", at="1970-01-01T00:00:10.000Z")
    assert Owner(place).listen()[3:-2] == ["vm_message", "1", "vm_from", "vm_unknown_caller"]


def test_a_digit_interrupts_at_once(place: Place) -> None:
    place.leave("1", seconds=60)
    place.leave("2")
    owner = Owner(place)
    owner.until(Phase.PLAYING)
    place.run(2)
    place.heard()
    owner.dial("2")
    place.run(0.1)
    assert place.heard() == ["vm_message"]


def test_a_digit_that_comes_with_the_end_of_a_message_is_not_overtaken_by_it(place: Place) -> None:
    for number in "123":
        place.leave(number)
    owner = Owner(place)
    owner.until(Phase.PLAYING)
    while place.desk.plays:
        place.desk.frame()
    place.heard()
    owner.dial("2")
    assert owner.session.state.phase is Phase.PLAYING
    assert owner.listen()[:4] == ["vm_message", "2", "vm_from", "2"]


def test_a_message_that_is_still_being_read_does_not_talk_into_the_next_wish(place: Place) -> None:
    place.leave("1")
    place.leave("2")
    owner = Owner(place)
    owner.listen()
    owner.session.take_digit("2")
    owner.session.take_digit("9")
    place.until(lambda: owner.over == [""])
    assert place.heard() == ["vm_goodbye"]


def test_deleting_frees_the_disk_when_the_handset_is_replaced(place: Place) -> None:
    gone, kept = place.leave("1"), place.leave("2")
    owner = Owner(place)
    owner.listen()
    owner.dial("3")
    assert owner.listen()[:3] == ["vm_deleted", "vm_message", "2"]
    assert len(place.messages()) == 2
    owner.hang_up()
    assert [message.id for message in place.messages()] == [kept.id]
    assert place.store.post(lambda: place.store._path(gone).exists()).result(10) is False
    assert owner.over == []


def test_deleting_can_be_taken_back(place: Place) -> None:
    place.leave("1")
    owner = Owner(place)
    owner.listen()
    owner.dial("3")
    assert owner.listen() == ["vm_deleted", "vm_end_of_messages", "vm_menu"]
    owner.dial("3")
    assert owner.listen() == ["vm_restored", "vm_menu"]
    owner.hang_up()
    assert len(place.messages()) == 1


def test_calling_back_gives_the_number(place: Place) -> None:
    place.leave("+77271234567")
    owner = Owner(place)
    owner.listen()
    owner.dial("5")
    assert owner.over == ["+77271234567"]
    owner.hang_up()
    assert owner.over == ["+77271234567"]


def test_nine_says_goodbye_and_the_line_is_given_back(place: Place) -> None:
    owner = Owner(place)
    assert owner.listen() == ["vm_no_messages", "vm_menu"]
    owner.dial("9")
    place.until(lambda: owner.over == [""])
    assert place.heard() == ["vm_goodbye"]


def test_silence_repeats_the_help_and_then_ends(place: Place) -> None:
    owner = Owner(place)
    place.until(lambda: owner.over == [""])
    assert place.heard() == ["vm_no_messages", "vm_menu", "vm_menu", "vm_menu", "vm_goodbye"]


# The PIN

LOCKED = Box("home", pin="2468")


def test_the_pin(place: Place) -> None:
    place.leave()
    owner = Owner(place, LOCKED, asks_pin=True)
    place.run(1)
    assert place.heard() == ["vm_intro_enter_pin"]
    owner.dial("1111")
    place.run(0.5)
    assert place.heard() == ["vm_wrong_pin"]
    place.run(1)
    assert place.heard() == ["vm_intro_enter_pin"]
    owner.dial("2468")
    assert owner.listen()[:3] == ["vm_you_have", "vm_new_messages", "1"]
    assert place.failures.of("home") == 0


def test_hanging_up_does_not_make_guessing_quicker(place: Place) -> None:
    for guess in ("1111", "2222", "3333"):
        owner = Owner(place, LOCKED, asks_pin=True)
        owner.dial(guess)
        owner.hang_up()
    owner = Owner(place, LOCKED, asks_pin=True)
    owner.dial("2468")
    place.run(4)
    assert place.heard()[-1] == "vm_wrong_pin"
    place.run(0.5)
    assert place.heard() == ["vm_intro_enter_pin"]


def test_no_pin_from_the_own_phone(place: Place) -> None:
    assert Owner(place, LOCKED).listen() == ["vm_no_messages", "vm_menu"]


# The greeting


def test_recording_the_own_greeting_by_digits_alone(place: Place) -> None:
    owner = Owner(place)
    owner.listen()
    owner.dial("7")
    place.until(lambda: place.desk.sink is not None)
    assert place.heard() == ["vm_record_greeting_after_tone", "beep"]
    greeting = tone(2, 500)
    place.desk.far_end += greeting + silence(0.3)
    place.run(2.3)
    owner.dial("1")
    assert owner.listen() == ["vm_greeting_saved", "vm_menu"]
    assert place.store.greeting("home").result(10) == greeting + silence(0.3)
    owner.dial("8")
    assert owner.listen() == ["vm_greeting_saved", "vm_menu"]
    assert place.store.greeting("home").result(10) is None


@pytest.mark.parametrize("how", ["silent", "hung up"])
def test_a_greeting_that_came_to_nothing_leaves_the_old_one(place: Place, how: str) -> None:
    place.store.set_greeting("home", b"\1\0" * 8000).result(10)
    owner = Owner(place)
    owner.listen()
    owner.dial("7")
    place.until(lambda: place.desk.sink is not None)
    if how == "silent":
        place.until(lambda: owner.session.state.phase is Phase.CHOOSING)
        place.heard()
        place.run(1)
        assert "vm_greeting_not_saved" in place.heard()
    else:
        place.desk.far_end += tone(2)
        place.run(2)
        owner.hang_up()
    assert place.store.greeting("home").result(10) == b"\1\0" * 8000
    assert place.desk.sink is None


def test_every_sentence_has_a_text_that_is_recorded() -> None:
    rooms = [ROOT / "firmware" / "core" / name for name in ("mailbox.py", "answering.py")]
    sources = [path.read_text() for path in (*rooms, *(ROOT / "firmware" / "voicemail").glob("*.py"))]
    named = set(re.findall(r'"(vm_[a-z_]+|not_possible)"', "".join(sources)))
    texts = tomllib.loads((ROOT / "firmware" / "sound" / "prompts" / "texts.toml").read_text())["texts"]
    assert len(named) > 20
    assert named <= set(texts)
