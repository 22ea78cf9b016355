"""What a scenario's HEAR waits for, and the windows of sound in which it looks: as long as telling tones apart takes, from the samples alone."""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.client import Client
from firmware.command_line.phone import analysed
from firmware.command_line.sound import BYTES_A_SECOND
from hal.sim import steps

LOOK_AGAIN_S = 0.2

_WINDOW_S = 3.0
"""A window this long, wherever it falls in the cadences hal.sim.ear knows, is never given the name of another tone (tried for KZ, US, GB, DE)."""
_WINDOWS_S = {
    "dial": 1.2,  # longer than any burst of the same tone
    "voice": 1.2,
    "prompt": 0.8,  # the shortest is a word
    "howler": 1.2,
    "silence": 4.5,  # longer than the pause of any ringback
}
_TONE_WINDOW_S = 0.4
_TONE_NEAR = 0.015
"""Exchanges and codecs keep tones to 1.5 % (see hal.sim.ear)."""

LONGEST_WINDOW_S = 30.0

_SILENT_S = 2.0
"""The line's clock stands still when no sound comes for so long."""


@dataclass(frozen=True)
class Wanted:
    """What a HEAR waits for: what a window of this length must hold."""

    window_s: float
    holds: Callable[[bytes], bool]


def wanted(step: steps.Step) -> Wanted:
    """Raises ValueError for a step that is not heard."""
    match step:
        case steps.HearName(name="prompt" | "music" as name):
            return Wanted(_WINDOWS_S.get(name, _WINDOW_S), _programme(name))
        case steps.HearName(name=name):
            return Wanted(_WINDOWS_S.get(name, _WINDOW_S), lambda pcm: analysed(pcm)["name"] == name)
        case steps.HearTone(hz=hz):
            return Wanted(
                _TONE_WINDOW_S, lambda pcm: any(abs(tone - hz) <= _TONE_NEAR * hz for tone in analysed(pcm)["tones_hz"])
            )
        case steps.HearDtmf(digits=digits):
            return Wanted(LONGEST_WINDOW_S, lambda pcm: digits in analysed(pcm)["dtmf"])
    raise ValueError(f"this step is not heard: {step}")


def windows(socket: Path, line: int, window_s: float, within_s: float) -> Iterator[bytes]:
    """The last `window_s` of sound at a telephone, again and again for `within_s`; at the end what there is, if that is less."""
    length, ends_at_s, sound = round(window_s * BYTES_A_SECOND), time.monotonic() + within_s, bytearray()
    looked_at = 0
    with Client(socket) as client:
        client.ask("phone.listen", line=line)
        for event in client.events(silent_s=min(within_s, _SILENT_S)):
            sound += base64.b64decode(event["pcm"])
            if len(sound) - looked_at >= LOOK_AGAIN_S * BYTES_A_SECOND and (len(sound) >= length or window_s >= LONGEST_WINDOW_S):
                looked_at = len(sound)
                yield bytes(sound[-length:])
            if time.monotonic() > ends_at_s:
                break
    if sound:
        yield bytes(sound[-length:])


def in_words(heard: dict[str, Any]) -> str:
    """`dial, 425 Hz, -12.1 dBm0`."""
    tones = "+".join(f"{hz:g}" for hz in heard["tones_hz"])
    parts = [heard["name"], f"{tones} Hz" if tones else "", f"digits {heard['dtmf']}" if heard["dtmf"] else ""]
    return ", ".join(part for part in (*parts, f"{heard['level_dbm0']} dBm0") if part)


def _programme(name: str) -> Callable[[bytes], bool]:
    from hal.sim import programme  # noqa: PLC0415 - brings numpy with it, which a Pi does not have

    return programme.is_speech if name == "prompt" else programme.is_music
