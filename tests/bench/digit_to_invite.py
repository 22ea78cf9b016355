"""From the last digit to the INVITE on the wire, where the digit map says that the number is complete."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from tests.adapter import Adapter, account
from tests.bench.ear import FRAME_S, Ear
from tests.bench.figures import Bench, Figure, Target
from tests.bench.sip_end import SipEnd
from tests.peers.baresip import Baresip

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "digit_to_invite"
LEAST_TONE_S = 0.04  # what ITU-T Q.24 asks a receiver to hear
DIGIT_END_S = 0.2  # firmware/core/hook.py
PULSE_S = 0.06  # the break of a one at 10 pulses a second
PAUSE_S = 0.85  # longer than the dial's own pause between digits, so that the next one starts at once
COMMAND = "from the command to dial to its INVITE: it hears no digits"


def measure(bench: Bench) -> list[Figure]:
    keys = Figure(
        "last key to INVITE",
        "ms",
        Target(30),
        "from 40 ms of the last key being on the line (a frame is on the line when its last sample is; the key starts with the first "
        "frame due after the order) to the kernel's stamp on the INVITE.",
        COMMAND,
    )
    pulses = Figure(
        "last pulse to INVITE",
        "ms",
        Target(30),
        "from 200 ms (the end of a digit) after the last pulse's end, by the order's time, to the kernel's stamp on the INVITE.",
        COMMAND,
    )
    with SipEnd() as server:
        table = account("direct", server.address, register=False, number="100", codecs=["PCMA"])
        settings = f'{table}[[line]]\ndigit_map = "xxx"\n'
        with (
            Adapter(bench.folder / NAME, settings) as device,
            Ear(device.state / "control.sock") as ear,
            Baresip(bench.folder / NAME / "baresip", "200", server=server.address, register=False) as far,
        ):
            for _ in range(bench.runs):
                keys.keepline.append(_dial(device, ear, server, _last_key))
                keys.baresip.append(_command(far, server))
                pulses.keepline.append(_dial(device, ear, server, _last_pulse))
                pulses.baresip.append(_command(far, server))
    return [keys, pulses]


def _dial(device: Adapter, ear: Ear, server: SipEnd, last_digit: Callable[[Adapter, Ear], Callable[[], float]]) -> float:
    device.wait_line("idle")
    ear.forget()
    server.forget()
    device.lift()
    ear.wait_sound()
    due_s = last_digit(device, ear)
    invite = server.wait_invite()
    sample = (invite.at_s - due_s()) * 1000
    server.answer(invite, 486, "Busy Here")
    server.wait_request("ACK")
    device.replace()
    return sample


def _last_key(device: Adapter, ear: Ear) -> Callable[[], float]:
    device.dial("60")
    time.sleep(random.random() * 2 * FRAME_S)  # noqa: S311 - any phase of the audio clock
    ordered_s = time.monotonic()
    device.dial("0")
    return lambda: ear.next_frame_after(ordered_s) - FRAME_S + LEAST_TONE_S


def _last_pulse(device: Adapter, _ear: Ear) -> Callable[[], float]:
    device.dial("11", pulse=True)
    time.sleep(PAUSE_S)
    ordered_s = time.monotonic()
    device.dial("1", pulse=True)
    return lambda: ordered_s + PULSE_S + DIGIT_END_S


def _command(far: Baresip, server: SipEnd) -> float:
    server.forget()
    ordered_s = time.monotonic()
    far.dial(f"sip:600@{server.address}")
    invite = server.wait_invite()
    server.answer(invite, 486, "Busy Here")
    server.wait_request("ACK")
    far.wait_for("CALL_CLOSED")
    return (invite.at_s - ordered_s) * 1000
