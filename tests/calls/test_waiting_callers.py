"""A second call while one is up, through the real engine: the tone, the alerting signal, the telephone's acknowledgement, the display."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peers.sound import tone

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.calls.conftest import Trunk

FIRST = '"Aigerim" <sip:77011234567@provider.test>'
SECOND = '"Post office" <sip:77029998877@provider.test>'


@pytest.mark.parametrize(("country", "signalling"), [("US", "bell202"), ("KZ", "v23")])
def test_a_lifted_telephone_shows_who_waits(trunk: Callable[..., Trunk], country: str, signalling: str) -> None:
    made = trunk(country=country)
    with made.caller("call_until_bye", caller=FIRST) as first:
        made.device.wait_ringing()
        made.device.lift()
        made.device.wait_line("in call")
        made.device.say(tone(600.0, 0.5))
        with made.caller("call_and_cancel", caller=SECOND, pause_ms=5000) as second:
            phone = made.device.wait_phone(lambda state: (state["caller_id"] or {}).get("waiting"), "who waits", 8)
            second.wait_passed()
        made.hang_up()
        first.wait_passed()
    shown = phone["caller_id"]
    assert (shown["number"], shown["name"], shown["signalling"]) == ("77029998877", "Post office", signalling)
