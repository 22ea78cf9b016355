"""What is said about a message: nothing of a time that nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime

from firmware.voicemail.mail_text import Envelope, compose
from firmware.voicemail.words import heading
from tests.voicemail.place import a_message

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLAIN = ("vm_message", "1", "vm_from", "6", "0", "0")
UNDATED = a_message("600", undated="boot 5")


def test_the_time_is_said_where_it_is_known() -> None:
    assert heading(a_message("600"), 1, NOW) == (*PLAIN, "vm_today", "vm_at", "10", "0")


def test_no_time_is_said_of_a_message_that_has_none_or_to_a_box_that_knows_none() -> None:
    assert heading(UNDATED, 1, NOW) == PLAIN
    assert heading(a_message("600"), 1, None) == PLAIN


def test_an_e_mail_names_no_time_of_it_either() -> None:
    envelope = Envelope("box@example.test", "owner@example.test", "Box", "en")
    assert "At: " not in compose(envelope, UNDATED, NOW, None).get_content()
    assert "At: 2026-11-24 10:00" in compose(envelope, a_message("600"), NOW, None).get_content()
