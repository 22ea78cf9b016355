"""A caller at the mailbox: greeting, beep, recording, end; a table from phase and event to the next phase and the orders it gives.

Pure. It does not know samples, files or the clock: silence, a full disk and a finished greeting come as events. Whether what was recorded is worth
keeping is `worth_keeping`.
"""

from dataclasses import dataclass
from enum import Enum

from firmware.core.voicemail import (
    Action,
    CallerConnected,
    DigitTaken,
    DiskFilled,
    End,
    Event,
    FellSilent,
    GreetingStored,
    HungUp,
    KeepRecording,
    OwnerConnected,
    PlayBeep,
    PlayedOut,
    PlayGreeting,
    Room,
    Row,
    Say,
    StartRecording,
    StartTimer,
    StopPlaying,
    Timer,
    kind_of,
    stops,
)


class Phase(Enum):
    WAITING = "waiting"
    GREETING = "greeting"
    BEEP = "beep"
    RECORDING = "recording"
    FAREWELL = "farewell"
    """A last sentence is heard: thanks, or why nothing (more) can be recorded."""
    OVER = "over"


@dataclass(frozen=True)
class Rules:
    longest_ms: int = 120_000


SHORTEST_S = 1.0
LEAST_SPOKEN_S = 0.3
"""A shorter message, or one with less sound in it, is somebody who hung up: it is dropped (Asterisk's `minsecs` is there for the same reason)."""


def worth_keeping(seconds: float, spoken_s: float) -> bool:
    """`spoken_s`: how much of it was louder than a silent line."""
    return seconds >= SHORTEST_S and spoken_s >= LEAST_SPOKEN_S


@dataclass(frozen=True)
class Step:
    phase: Phase
    actions: tuple[Action, ...] = ()


_TIMERS: dict[Phase, frozenset[Timer]] = {Phase.RECORDING: frozenset({Timer.LONGEST})}
_NO_ROOM = {Room.MAILBOX_FULL: "vm_full", Room.DISK_FULL: "vm_disk_full"}


def _greet(_rules: Rules, event: CallerConnected) -> Step:
    if event.room is Room.FREE:
        return Step(Phase.GREETING, (PlayGreeting(),))
    return Step(Phase.FAREWELL, (Say((_NO_ROOM[event.room],)),))


def _beep(_rules: Rules, _event: Event) -> Step:
    return Step(Phase.BEEP, (PlayBeep(),))


def _skip(rules: Rules, event: DigitTaken) -> Step:
    return _beep(rules, event) if event.digit == "#" else Step(Phase.GREETING)


def _record(rules: Rules, _event: PlayedOut) -> Step:
    return Step(Phase.RECORDING, (StartRecording(), StartTimer(Timer.LONGEST, rules.longest_ms)))


def _thank(_rules: Rules, _event: Event) -> Step:
    return Step(Phase.FAREWELL, (KeepRecording(), Say(("vm_goodbye",))))


def _finish(rules: Rules, event: DigitTaken) -> Step:
    return _thank(rules, event) if event.digit == "#" else Step(Phase.RECORDING)


def _regret(_rules: Rules, _event: DiskFilled) -> Step:
    return Step(Phase.FAREWELL, (KeepRecording(), Say(("vm_disk_full",))))


def _end(_rules: Rules, _event: PlayedOut) -> Step:
    return Step(Phase.OVER, (End(),))


def _leave(_rules: Rules, _event: HungUp) -> Step:
    return Step(Phase.OVER, (StopPlaying(), End()))


def _keep_and_leave(_rules: Rules, _event: HungUp) -> Step:
    return Step(Phase.OVER, (KeepRecording(), End()))


Key = tuple[Phase, type[Event] | Timer]

_THANKED = Row(_thank, (Phase.FAREWELL,))
_LEFT = Row(_leave, (Phase.OVER,))

TABLE: dict[Key, Row[Phase]] = {
    (Phase.WAITING, CallerConnected): Row(_greet, (Phase.GREETING, Phase.FAREWELL)),
    (Phase.WAITING, HungUp): _LEFT,
    (Phase.GREETING, PlayedOut): Row(_beep, (Phase.BEEP,)),
    (Phase.GREETING, DigitTaken): Row(_skip, (Phase.BEEP,)),
    (Phase.GREETING, HungUp): _LEFT,
    (Phase.BEEP, PlayedOut): Row(_record, (Phase.RECORDING,)),
    (Phase.BEEP, HungUp): _LEFT,
    (Phase.RECORDING, DigitTaken): Row(_finish, (Phase.FAREWELL,)),
    (Phase.RECORDING, FellSilent): _THANKED,
    (Phase.RECORDING, Timer.LONGEST): _THANKED,
    (Phase.RECORDING, DiskFilled): Row(_regret, (Phase.FAREWELL,)),
    (Phase.RECORDING, HungUp): Row(_keep_and_leave, (Phase.OVER,)),
    (Phase.FAREWELL, PlayedOut): Row(_end, (Phase.OVER,)),
    (Phase.FAREWELL, HungUp): _LEFT,
}


def _everywhere_but(kind: type[Event] | Timer, *phases: Phase) -> frozenset[Key]:
    return frozenset((phase, kind) for phase in Phase if phase not in phases)


IGNORED: frozenset[Key] = (
    # A session begins once, and this one is no owner's.
    _everywhere_but(CallerConnected, Phase.WAITING)
    | _everywhere_but(OwnerConnected)
    | _everywhere_but(GreetingStored)
    # News of a sound or a recording that was already stopped.
    | _everywhere_but(PlayedOut, Phase.GREETING, Phase.BEEP, Phase.FAREWELL)
    | _everywhere_but(FellSilent, Phase.RECORDING)
    | _everywhere_but(DiskFilled, Phase.RECORDING)
    # Keys mean something while there is something to skip or to finish.
    | _everywhere_but(DigitTaken, Phase.GREETING, Phase.RECORDING)
    # A timer that expired while its cancellation was on the way, and those of the owner's menu.
    | _everywhere_but(Timer.LONGEST, Phase.RECORDING)
    | _everywhere_but(Timer.NO_DIGIT)
    | _everywhere_but(Timer.DELAY)
    | frozenset({(Phase.OVER, HungUp)})
)


def step(rules: Rules, phase: Phase, event: Event) -> Step:
    """One event. Total: every pair of phase and event stands in TABLE or IGNORED (tests/core/test_answering.py proves it)."""
    key: Key = (phase, kind_of(event))
    if key in IGNORED:
        return Step(phase)
    done: Step = TABLE[key].handler(rules, event)
    gone = stops(_TIMERS.get(phase, frozenset()), _TIMERS.get(done.phase, frozenset()))
    return Step(done.phase, gone + done.actions)
