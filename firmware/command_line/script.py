"""Plays a scenario (.call, read by hal.sim.script) on the simulated telephone: one line of output a step, until one fails.

It hears as a person would: from the samples at the receiver, for as long as telling tones apart takes, and no longer than the step allows.
"""

import array
import math
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from firmware.client import Client
from firmware.command_line.errors import Misused, Undone
from firmware.command_line.listening import LOOK_AGAIN_S, in_words, wanted, windows
from firmware.command_line.output import print_text
from firmware.command_line.phone import Telephone, analysed
from firmware.command_line.sound import RATE_HZ, read_wav
from firmware.orders import OrderRefused
from firmware.state_folder import control_socket
from hal.errors import ScriptInvalid
from hal.sim import steps
from hal.sim.bell import same_cadence
from hal.sim.script import parse_script

_SAY_AMPLITUDE = 7219
"""-10 dBm0 (ITU-T G.711: a full-scale sine is +3.14)."""


class StepFailed(Undone):
    """What was expected did not come; says what was there instead."""


def script(arguments: Namespace) -> int:
    path = Path(arguments.file)
    text = _read(path)
    try:
        found = parse_script(text)
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


class Player:
    """Plays steps on the telephones of one device; `line` is the one meant where a step names none.

    Every step gets a connection of its own, so that no sound of an earlier one is left in it.
    """

    def __init__(self, socket: Path, line: int, folder: Path) -> None:
        self._socket = socket
        self._line = line
        self._folder = folder

    def play(self, step: steps.Step) -> str:
        """Returns what was heard or seen, in words; raises StepFailed, OrderRefused and DeviceAbsent."""
        match step:
            case steps.Hear():
                return self._hear(step)
            case steps.HearNot(what=what, for_s=for_s):
                self._hear_not(what, self._line_of(step), for_s)
            case steps.Expect():
                self._expect(step)
            case steps.ExpectNoRing(for_s=for_s):
                self._expect_no_ring(self._line_of(step), for_s)
            case steps.Wait(seconds=seconds):
                time.sleep(seconds)
            case _:
                self._do(step)
        return ""

    def _do(self, step: steps.Step) -> None:
        with Telephone(Client(self._socket), self._line_of(step)) as telephone:
            match step:
                case steps.Lift():
                    telephone.act("lift")
                case steps.Replace():
                    telephone.act("replace")
                case steps.Flash():
                    telephone.act("flash")
                case steps.Dial(digits=digits, pulse=pulse, pps=pps):
                    telephone.dial(digits, pulse=pulse, **({"pps": pps} if pps else {}))
                case steps.Say(file=file):
                    telephone.say(read_wav(self._folder / file))
                case steps.SayTone(hz=hz, seconds=seconds):
                    telephone.say(sine(hz, seconds))
                case _:
                    raise StepFailed(f"this step is not known here: {step}")

    def _hear(self, step: steps.Hear) -> str:
        looks_for, heard = wanted(step), b""
        for heard in windows(self._socket, self._line_of(step), looks_for.window_s, step.within_s):
            if looks_for.holds(heard):
                return in_words(analysed(heard))
        raise StepFailed(f"heard {in_words(analysed(heard))}" if heard else "heard nothing: no sound came from the receiver")

    def _hear_not(self, step: steps.Step, line: int, for_s: float) -> None:
        looks_for = wanted(step)
        for heard in windows(self._socket, line, looks_for.window_s, max(for_s, looks_for.window_s)):
            if looks_for.holds(heard):
                raise StepFailed(f"heard {in_words(analysed(heard))}")

    def _expect(self, step: steps.Expect) -> None:
        ends_at_s = time.monotonic() + step.within_s
        with Telephone(Client(self._socket), self._line_of(step)) as telephone:
            while not _is_there(step, state := telephone.act("state")):
                if time.monotonic() > ends_at_s:
                    raise StepFailed(f"the telephone {_seen(state)}")
                time.sleep(LOOK_AGAIN_S / 2)

    def _expect_no_ring(self, line: int, for_s: float) -> None:
        ends_at_s = time.monotonic() + for_s
        with Telephone(Client(self._socket), line) as telephone:
            while time.monotonic() < ends_at_s:
                if (state := telephone.act("state"))["ringing"]:
                    raise StepFailed(f"the telephone {_seen(state)}")
                time.sleep(LOOK_AGAIN_S / 2)

    def _line_of(self, step: steps.Step) -> int:
        return step.telephone or self._line


def sine(hz: float, seconds: float) -> bytes:
    """A tone at -10 dBm0, as the telephone speaks it: 8 kHz, 16 bit."""
    turn = 2 * math.pi * hz / RATE_HZ
    return array.array("h", (round(_SAY_AMPLITUDE * math.sin(turn * at)) for at in range(round(seconds * RATE_HZ)))).tobytes()


def _is_there(step: steps.Expect, state: dict[str, Any]) -> bool:
    match step:
        case steps.ExpectCaller():
            return _shows(step, state["caller_id"])
        case steps.ExpectCadence(cadence_ms=cadence_ms):
            return same_cadence(state["cadence_ms"], list(cadence_ms))
        case steps.ExpectCut():
            return bool(state["current_gaps_ms"])
    return _plainly(step, state)


def _plainly(step: steps.Expect, state: dict[str, Any]) -> bool:
    """What is one word of the state."""
    match step:
        case steps.ExpectRinging(ringing=ringing):
            return bool(state["ringing"] == ringing)
        case steps.ExpectLamp(lit=lit):
            return bool(state["messages_waiting"] == lit)
        case steps.ExpectPolarity(polarity=polarity):
            return bool(state["polarity"] == polarity)
    return False


def _shows(step: steps.ExpectCaller, shown: dict[str, Any] | None) -> bool:
    if not shown or shown["waiting"] != step.waiting:
        return False
    number = shown["number"] or shown["number_absent"]
    return bool(number == step.number) and (not step.name or shown["name"] == step.name)


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
