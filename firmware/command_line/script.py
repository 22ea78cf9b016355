"""Plays a scenario (.call, read by hal.sim.script) on the simulated telephone: one line of output a step, until one fails.

It hears as a person would: from the samples at the receiver, for as long as telling tones apart takes, and no longer than the step allows.
"""

import base64
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.client import Client
from firmware.command_line.errors import Misused, Undone
from firmware.command_line.output import print_text
from firmware.command_line.phone import Telephone, analysed
from firmware.command_line.sound import BYTES_A_SECOND, read_wav
from firmware.orders import OrderRefused
from firmware.state_folder import control_socket
from hal.errors import ScriptInvalid
from hal.sim import script as steps
from hal.sim.bell import same_cadence

_LOOK_AGAIN_S = 0.2

_WINDOW_S = 3.0
"""A window this long, wherever it falls in the cadences hal.sim.ear knows, is never given the name of another tone (tried for KZ, US, GB, DE)."""
_WINDOWS_S = {
    "dial": 1.2,  # longer than any burst of the same tone
    "voice": 1.2,
    "howler": 1.2,
    "silence": 4.5,  # longer than the pause of any ringback
}
_TONE_WINDOW_S = 0.4
_TONE_NEAR = 0.015
"""Exchanges and codecs keep tones to 1.5 % (see hal.sim.ear)."""

_LONGEST_WINDOW_S = 30.0


class StepFailed(Undone):
    """What was expected did not come; says what was there instead."""


def script(arguments: Namespace) -> int:
    path = Path(arguments.file)
    text = _read(path)
    try:
        found = steps.parse_script(text)
    except ScriptInvalid as invalid:
        raise Misused("\n".join(f"{path}: {sentence}" for sentence in str(invalid).splitlines())) from invalid
    written = text.splitlines()
    player = Player(control_socket(Path(arguments.state)), arguments.line, path.parent)
    for step in found:
        name = f"{step.line}: {written[step.line - 1].strip()}"
        try:
            told = player.play(step)
        except (StepFailed, OrderRefused) as failure:
            print_text([f"FAILED {name}: {failure}"])
            return 1
        print_text([f"ok {name}{told and f' ({told})'}"])
    return 0


@dataclass(frozen=True)
class _Wanted:
    """What a HEAR waits for: what a window of this length must hold, and in words."""

    window_s: float
    holds: Callable[[dict[str, Any]], bool]


class Player:
    """Plays steps on one telephone. Every step gets a connection of its own, so that no sound of an earlier one is left in it."""

    def __init__(self, socket: Path, line: int, folder: Path) -> None:
        self._socket = socket
        self._line = line
        self._folder = folder

    def play(self, step: steps.Step) -> str:
        """Returns what was heard or seen, in words; raises StepFailed, OrderRefused and DeviceAbsent."""
        match step:
            case steps.HearName() | steps.HearTone() | steps.HearDtmf():
                return self._hear(step)
            case steps.ExpectRinging() | steps.ExpectCaller() | steps.ExpectCadence():
                return self._expect(step)
            case steps.Wait(seconds=seconds):
                time.sleep(seconds)
            case _:
                self._do(step)
        return ""

    def _do(self, step: steps.Step) -> None:
        with Telephone(Client(self._socket), self._line) as telephone:
            match step:
                case steps.Lift():
                    telephone.act("lift")
                case steps.Replace():
                    telephone.act("replace")
                case steps.Flash():
                    telephone.act("flash")
                case steps.Dial(digits=digits, pulse=pulse):
                    telephone.dial(digits, pulse=pulse)
                case steps.Say(file=file):
                    telephone.say(read_wav(self._folder / file))
                case _:
                    raise StepFailed(f"this step is not known here: {step}")

    def _hear(self, step: steps.HearName | steps.HearTone | steps.HearDtmf) -> str:
        wanted = _wanted(step)
        heard: dict[str, Any] = {}
        for window in self._windows(wanted.window_s, step.within_s):
            heard = analysed(window)
            if wanted.holds(heard):
                return _in_words(heard)
        raise StepFailed(f"heard {_in_words(heard)}" if heard else "heard nothing: no sound came from the receiver")

    def _windows(self, window_s: float, within_s: float) -> Iterator[bytes]:
        """The last `window_s` of sound, again and again; at the end what there is, if that is less."""
        length, ends_at_s, sound = round(window_s * BYTES_A_SECOND), time.monotonic() + within_s, bytearray()
        looked_at = 0
        with Client(self._socket) as client:
            client.ask("phone.listen", line=self._line)
            for event in client.events(silent_s=min(within_s, 2.0)):
                sound += base64.b64decode(event["pcm"])
                if len(sound) - looked_at >= _LOOK_AGAIN_S * BYTES_A_SECOND and (
                    len(sound) >= length or window_s >= _LONGEST_WINDOW_S
                ):
                    looked_at = len(sound)
                    yield bytes(sound[-length:])
                if time.monotonic() > ends_at_s:
                    break
        if sound:
            yield bytes(sound[-length:])

    def _expect(self, step: steps.ExpectRinging | steps.ExpectCaller | steps.ExpectCadence) -> str:
        ends_at_s = time.monotonic() + step.within_s
        with Telephone(Client(self._socket), self._line) as telephone:
            while True:
                state = telephone.act("state")
                if _is_there(step, state):
                    return ""
                if time.monotonic() > ends_at_s:
                    raise StepFailed(f"the telephone {_seen(state)}")
                time.sleep(_LOOK_AGAIN_S / 2)


def _wanted(step: steps.HearName | steps.HearTone | steps.HearDtmf) -> _Wanted:
    match step:
        case steps.HearName(name=name):
            return _Wanted(_WINDOWS_S.get(name, _WINDOW_S), lambda heard: heard["name"] == name)
        case steps.HearTone(hz=hz):
            return _Wanted(_TONE_WINDOW_S, lambda heard: any(abs(tone - hz) <= _TONE_NEAR * hz for tone in heard["tones_hz"]))
        case steps.HearDtmf(digits=digits):
            return _Wanted(_LONGEST_WINDOW_S, lambda heard: digits in heard["dtmf"])


def _is_there(step: steps.Step, state: dict[str, Any]) -> bool:
    match step:
        case steps.ExpectRinging(ringing=ringing):
            return bool(state["ringing"]) == ringing
        case steps.ExpectCaller(number=number):
            return bool(state["caller_id"]) and state["caller_id"]["number"] == number
        case steps.ExpectCadence(cadence_ms=cadence_ms):
            return same_cadence(state["cadence_ms"], list(cadence_ms))
    return False


def _in_words(heard: dict[str, Any]) -> str:
    tones = "+".join(f"{hz:g}" for hz in heard["tones_hz"])
    parts = [heard["name"], f"{tones} Hz" if tones else "", f"digits {heard['dtmf']}" if heard["dtmf"] else ""]
    return ", ".join(part for part in (*parts, f"{heard['level_dbm0']} dBm0") if part)


def _seen(state: dict[str, Any]) -> str:
    caller = state["caller_id"]
    shows = f"shows {caller['number'] or 'no number'}" if caller else "shows no caller"
    cadence = f" in the rhythm {state['cadence_ms']} ms" if state["cadence_ms"] else ""
    return f"is {state['hook']} hook, {'rings' if state['ringing'] else 'is quiet'}{cadence}, {shows}"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Misused(f"{path} is not UTF-8 text") from error
    except OSError as error:
        raise Misused(f"{path} cannot be read: {error.strerror}") from error
