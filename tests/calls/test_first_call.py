"""The product's main job, end to end: lift, dial tone, dial, talk, hang up; and being called. Sound is measured in the samples at both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.calls.conftest import FAR_HZ, NEAR_HZ, Exchange
from tests.peers.sound import loudest_dbm0, strongest_hz, tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.adapter import Adapter
    from tests.peers.baresip import Baresip

TRANSPORTS = ("udp", "tcp", "tls")
HEARD_DBM0 = -20.0
"""A tone of -10 dBm0 through codec, line and resampling; anything below is not the tone."""


def both_hear_each_other(device: Adapter, far: Baresip) -> None:
    """A tone put in at either end is measured at the other."""
    ear = device.samples(0.5)
    assert abs(strongest_hz(ear) - FAR_HZ) < 5
    assert tone_level_dbm0(ear, FAR_HZ) > HEARD_DBM0
    device.say(tone(NEAR_HZ, 1.0))
    far.process.wait_until(lambda: loudest_dbm0(far.heard(), NEAR_HZ) > HEARD_DBM0, f"never heard {NEAR_HZ} Hz")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("dial", ["tones", "pulses"])
def test_lift_dial_talk_and_hang_up(exchange: Callable[..., Exchange], transport: str, dial: str) -> None:
    made = exchange(transport, settings="[[line]]\ninter_digit_s = 3\n")
    device, far = made.device, made.far
    device.lift()
    assert device.hear(2.0).name == "dial"
    device.dial("600", pulse=dial == "pulses")
    device.wait_line("in call")
    far.wait_for("CALL_ESTABLISHED")
    both_hear_each_other(device, far)
    call = device.ask("status")["calls"][0]
    assert (call["number"], bool(call["srtp"])) == ("600", transport == "tls")
    device.replace()
    far.wait_for("CALL_CLOSED")
    device.wait(lambda status: not status["calls"], "the end of the call")
    row = device.calls()[0]
    assert (row["direction"], row["number"], row["outcome"]) == ("out", "600", "answered")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_called_ringing_caller_id_answer_and_far_hang_up(exchange: Callable[..., Exchange], transport: str) -> None:
    made = exchange(transport, far={"display_name": "Aigerim"})
    device, far = made.device, made.far
    host = made.kamailio.tls_server if transport == "tls" else made.kamailio.server
    far.dial(f"sip:alice@{host};transport={transport}")
    device.wait_ringing()
    state = device.wait_phone(lambda phone: phone["caller_id"], "caller ID")
    assert (state["caller_id"]["number"], state["caller_id"]["name"]) == ("600", "Aigerim")
    device.lift()
    far.wait_for("CALL_ESTABLISHED")
    device.wait(lambda status: status["calls"] and status["calls"][0]["state"] == "in call", "the call")
    assert not device.phone()["ringing"]
    both_hear_each_other(device, far)
    far.hangup()
    device.wait_line("released")
    assert device.hear(2.0).name == "busy"
    device.replace()
    device.wait_line("idle")
    assert device.calls()[0]["outcome"] == "answered"
