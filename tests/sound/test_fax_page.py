"""A whole page through what a call does to samples: the line's voice path, A-law both ways, the hybrid's echo. Real modems, faster than life."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest
from line_signals import FRAME, pcm, samples_of

from firmware.sound.fax import FaxTone
from firmware.sound.line_voice import LineVoice
from hal.sim.hybrid import Hybrid
from tests.peers.fax_machine import V17, V27TER, V29, FaxMachine, page, read_page, write_page

if TYPE_CHECKING:
    from pathlib import Path

SILENCE = bytes(2 * FRAME)
MOST_FRAMES = 12_000
"""Two minutes of a call."""


def through_a_law(frame: bytes) -> bytes:
    """What is left of a frame after ITU-T G.711 A-law: thirteen segments, by their definition."""
    value = np.clip(samples_of(frame) / 32768, -1, 1)
    size, sign = np.abs(value), np.sign(value)
    segment = np.clip(np.floor(np.log2(np.maximum(size, 1e-9))) + 8, 1, 7)
    step = 2.0 ** (segment - 8) / 16
    return pcm(sign * (np.floor(size / step) + 0.5) * step * 32768)


@dataclass
class Call:
    """A machine on the line and one far away, and the device between them."""

    near: FaxMachine
    far: FaxMachine
    network_frames: int = 6
    tones: list[FaxTone] = field(default_factory=list)

    def run(self) -> None:
        voice = LineVoice(lambda _: None, lambda _: None, self.tones.append)
        voice.cancels_echo = True
        voice.listen_for_fax()
        hybrid, echo = Hybrid(14, 2), np.zeros(FRAME, np.float32)
        out, back = ([SILENCE] * self.network_frames for _ in range(2))
        given = SILENCE
        for _ in range(MOST_FRAMES):
            said = self.near.exchange(given)
            hybrid.take(echo)
            out.append(through_a_law(voice.process(pcm(echo + samples_of(said)))))
            back.append(through_a_law(self.far.exchange(out.pop(0))))
            given = back.pop(0)
            voice.heard(given)
            hybrid.give(given)
            if self.tones:
                voice.cancels_echo = False
            if self.near.result and self.far.result:
                return


@pytest.mark.parametrize("near_sends", [True, False])
@pytest.mark.parametrize(("modems", "corrects"), [(V27TER, False), (V27TER | V29, False), (V27TER | V29 | V17, True)])
def test_a_page_arrives_dot_by_dot(tmp_path: Path, modems: int, corrects: bool, near_sends: bool) -> None:  # noqa: FBT001
    sent, received = tmp_path / "sent.tiff", tmp_path / "received.tiff"
    dots = page()
    write_page(sent, dots)
    sender = FaxMachine(sends=sent, modems=modems, corrects=corrects)
    receiver = FaxMachine(receives=received, modems=modems, corrects=corrects)
    call = Call(sender, receiver) if near_sends else Call(receiver, sender)
    call.run()
    assert (sender.result, receiver.result) == ("OK", "OK")
    assert np.array_equal(read_page(received)[: len(dots)], dots)
    assert set(call.tones) >= {FaxTone.ANSWER}
