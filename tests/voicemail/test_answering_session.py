"""A caller at the mailbox, in samples: what is heard, what is kept, on a real disk."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware.records.messages import Notice
from firmware.records.voicemail import Limits
from firmware.voicemail.answering import AnsweringSession
from firmware.voicemail.box import Box
from tests.private_mounts import private_mounts
from tests.voicemail.place import a_message, silence, tone

if TYPE_CHECKING:
    from tests.voicemail.place import Place

ROOT = Path(__file__).parents[2]


class Caller:
    """Somebody who reached the mailbox."""

    def __init__(self, place: Place, box: Box | None = None, number: str = "600") -> None:
        self.place = place
        self.let_go = 0
        caller = a_message(number, name="Aigul", called="+77271234567", mailbox="")
        self.session = AnsweringSession(
            place.desk, box or Box("home"), caller, place.store, place.prompts, place.scheduler, self._end
        )
        self.session.start()
        place.settle()

    def _end(self) -> None:
        self.let_go += 1

    def until_recording(self) -> None:
        self.place.until(lambda: self.place.desk.sink is not None)

    def speak(self, *sounds: bytes) -> None:
        self.place.desk.far_end += b"".join(sounds)
        self.place.run(sum(map(len, sounds)) / 16000)

    def hang_up(self) -> None:
        self.session.hung_up()
        self.place.settle()


def sound_of(place: Place) -> bytes:
    """The samples of the only message, by the standard library's own reader."""
    (message,) = place.messages()
    with wave.open(io.BytesIO(place.store.sound(message.id).result(10))) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        pcm: bytes = file.readframes(file.getnframes())
        return pcm


def test_a_caller_hears_greeting_and_beep_and_what_is_said_is_kept(place: Place) -> None:
    caller = Caller(place)
    caller.until_recording()
    assert place.heard() == ["vm_standard_greeting", "beep"]
    said = tone(3)
    caller.speak(said)
    caller.hang_up()
    (message,) = place.messages()
    assert (message.mailbox, message.account, message.number, message.name) == ("home", "shop", "600", "Aigul")
    assert (message.called, message.seconds, message.heard, message.notice) == ("+77271234567", 3.0, False, Notice.NONE)
    assert sound_of(place) == said
    assert caller.let_go == 0
    assert place.store.counts("home") == (1, 0)
    assert place.changed == ["home"]


def test_the_owners_own_greeting_is_heard(place: Place) -> None:
    greeting = tone(0.5, 300)
    place.store.set_greeting("home", greeting).result(10)
    Caller(place).until_recording()
    assert greeting in bytes(place.desk.heard)
    assert place.heard() == ["sound", "beep"]


def test_settings_can_hold_to_the_standard_greeting(place: Place) -> None:
    place.store.set_greeting("home", tone(0.5, 300)).result(10)
    Caller(place, Box("home", own_greeting=False)).until_recording()
    assert place.heard() == ["vm_standard_greeting", "beep"]


def test_hash_ends_it_with_a_goodbye_and_the_caller_is_let_go(place: Place) -> None:
    caller = Caller(place)
    caller.until_recording()
    caller.speak(tone(2))
    place.heard()
    caller.session.take_digit("#")
    place.until(lambda: caller.let_go == 1)
    assert place.heard() == ["vm_goodbye"]
    assert len(place.messages()) == 1
    caller.hang_up()
    assert caller.let_go == 1


def test_silence_ends_it_and_is_not_kept(place: Place) -> None:
    caller = Caller(place)
    caller.until_recording()
    caller.speak(tone(2), silence(1), tone(1), silence(20))
    assert caller.let_go == 1
    assert place.messages()[0].seconds == 4.5


def test_the_longest_message(place: Place) -> None:
    caller = Caller(place, Box("home", longest_s=10))
    caller.until_recording()
    place.heard()
    caller.speak(tone(12))
    assert caller.let_go == 1
    assert place.heard() == ["vm_goodbye"]
    assert place.messages()[0].seconds == pytest.approx(10, abs=0.05)


@pytest.mark.parametrize("said", [tone(0.4), silence(5), tone(0.2) + silence(3), b""])
def test_a_short_or_silent_message_leaves_nothing(place: Place, said: bytes) -> None:
    caller = Caller(place)
    caller.until_recording()
    caller.speak(said)
    caller.hang_up()
    assert place.messages() == []
    assert place.store.counts("home") == (0, 0)


def test_who_hangs_up_in_the_greeting_leaves_nothing_and_hears_nothing_more(place: Place) -> None:
    caller = Caller(place)
    caller.hang_up()
    place.heard()
    place.run(5)
    assert place.heard() == []
    assert place.messages() == []
    assert caller.let_go == 0


def test_a_full_mailbox_is_told_before_any_tone(place: Place) -> None:
    place.store.apply({"home": Limits(most_messages=1)})
    place.leave()
    caller = Caller(place)
    place.until(lambda: caller.let_go == 1)
    assert place.heard() == ["vm_full"]


def test_hash_skips_the_greeting(place: Place) -> None:
    caller = Caller(place)
    place.run(0.02)
    caller.session.take_digit("#")
    caller.until_recording()
    assert place.heard() == ["vm_standard_greeting", "beep"]
    assert place.desk.far_end == b""


def test_a_notice_is_due_where_the_mailbox_has_an_address(place: Place) -> None:
    caller = Caller(place, Box("home", mails=True))
    caller.until_recording()
    caller.speak(tone(2))
    caller.hang_up()
    assert place.messages()[0].notice is Notice.DUE


ON_A_SMALL_DISK = """
import os, pathlib
from tests.voicemail.place import Place, tone
from tests.voicemail.test_answering_session import Caller
place = Place(pathlib.Path("."))
caller = Caller(place)
caller.until_recording()
place.heard()
free = os.statvfs(".").f_bavail * os.statvfs(".").f_frsize
pathlib.Path("ballast").write_bytes(bytes(free - 1_200_000))
caller.speak(tone(30))
print(place.heard(), caller.let_go)
(message,) = place.messages()
print(4 < message.seconds < 15, place.store.sound(message.id).result()[44:44 + 32000] == tone(2))
place.close()
"""


def test_a_disk_that_fills_is_heard_and_the_message_so_far_is_kept(tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o size=8m small "$PWD" && cd "$PWD" && "$PYTHON" -c "$SCRIPT"'
    given = {"SCRIPT": ON_A_SMALL_DISK, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)}
    command = [*private_mounts(), "sh", "-c", script]
    told = subprocess.run(command, cwd=tmp_path, env=os.environ | given, capture_output=True, text=True, check=False)
    assert told.stdout.splitlines() == ["['vm_disk_full'] 1", "True True"], told.stderr
