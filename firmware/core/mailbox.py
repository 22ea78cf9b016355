"""The owner at the mailbox: PIN, how many, listening, deleting, greetings; a table from phase and event to the next state and the orders it gives.

Pure. Everything works with the digits 0-9 alone, because a rotary dial has no * and #; a digit interrupts whatever plays. It does not know samples,
files, clocks or languages. Deleted messages are only marked until the end of the session, so 3 on a deleted message takes it back.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from firmware.core.voicemail import (
    Action,
    CallBack,
    CallerConnected,
    CountFailures,
    DeleteMessages,
    DigitTaken,
    DiskFilled,
    DropRecording,
    End,
    Event,
    FellSilent,
    GreetingStored,
    HungUp,
    KeepRecording,
    Kept,
    MarkHeard,
    OwnerConnected,
    PlayBeep,
    PlayedOut,
    PlayMessage,
    Row,
    Say,
    SayOverview,
    StartRecording,
    StartTimer,
    StopPlaying,
    Stored,
    Timer,
    UseStandardGreeting,
    kind_of,
    stops,
)


class Phase(Enum):
    WAITING = "waiting"
    PIN = "pin"
    REFUSED = "refused"
    """A wrong PIN: the next attempt has to wait."""
    OVERVIEW = "overview"
    PLAYING = "playing"
    CHOOSING = "choosing"
    """A sentence or the help is heard, then a digit is awaited."""
    GREETING_ASKED = "greeting asked"
    BEEP = "beep"
    RECORDING = "recording"
    SAVING = "saving"
    FAREWELL = "farewell"
    OVER = "over"


@dataclass(frozen=True)
class Rules:
    pin: str = ""
    """Empty: none is asked."""
    attempts: int = 3
    delay_ms: int = 1_000
    """After the first wrong PIN; doubled with each further one in a row, up to `longest_delay_ms`."""
    longest_delay_ms: int = 60_000
    no_digit_ms: int = 8_000
    repeats: int = 2
    """How often the help is said again before the session ends."""
    longest_greeting_ms: int = 60_000


@dataclass(frozen=True)
class State:
    """`place` counts messages from 0; `asked` how often help or PIN was asked in vain."""

    phase: Phase = Phase.WAITING
    messages: tuple[Kept, ...] = ()
    place: int = 0
    deleted: frozenset[str] = frozenset()
    digits: str = ""
    failures: int = 0
    tries: int = 0
    asked: int = 0

    @property
    def message(self) -> Kept | None:
        return self.messages[self.place] if self.messages else None


@dataclass(frozen=True)
class Step:
    state: State
    actions: tuple[Action, ...] = ()


_TIMERS: dict[Phase, frozenset[Timer]] = {
    Phase.PIN: frozenset({Timer.NO_DIGIT}),
    Phase.REFUSED: frozenset({Timer.DELAY}),
    Phase.CHOOSING: frozenset({Timer.NO_DIGIT}),
    Phase.RECORDING: frozenset({Timer.LONGEST}),
}

_ASK_PIN = Say(("vm_intro_enter_pin",))


# The PIN


def _connect(rules: Rules, state: State, event: OwnerConnected) -> Step:
    present = replace(state, messages=event.messages, failures=event.failures)
    if not rules.pin:
        return _overview(present)
    if event.failures >= rules.attempts:
        return Step(replace(present, phase=Phase.REFUSED), (Say(("vm_wrong_pin",)),))
    return Step(replace(present, phase=Phase.PIN), (_ASK_PIN,))


def _take_pin_digit(rules: Rules, state: State, event: DigitTaken) -> Step:
    if event.digit == "*":
        return _farewell(state)
    digits = state.digits + event.digit
    if event.digit == "#" or len(digits) >= len(rules.pin):
        return _judge_pin(rules, replace(state, digits=digits.rstrip("#")))
    return Step(replace(state, digits=digits), (StopPlaying(), StartTimer(Timer.NO_DIGIT, rules.no_digit_ms)))


def _judge_pin(rules: Rules, state: State) -> Step:
    if state.digits == rules.pin:
        done = _overview(replace(state, digits="", failures=0, asked=0))
        return Step(done.state, (CountFailures(0), *done.actions))
    counted = replace(state, digits="", failures=state.failures + 1, tries=state.tries + 1)
    if counted.tries >= rules.attempts:
        done = _farewell(counted, "vm_wrong_pin")
        return Step(done.state, (CountFailures(counted.failures), *done.actions))
    return Step(replace(counted, phase=Phase.REFUSED), (CountFailures(counted.failures), Say(("vm_wrong_pin",))))


def _delay(rules: Rules, state: State, _event: PlayedOut) -> Step:
    doubled = rules.delay_ms * 2 ** min(max(state.failures - 1, 0), 20)
    return Step(state, (StartTimer(Timer.DELAY, min(doubled, rules.longest_delay_ms)),))


def _ask_again(_rules: Rules, state: State, _event: Event) -> Step:
    return Step(replace(state, phase=Phase.PIN), (_ASK_PIN,))


def _miss_pin_digit(rules: Rules, state: State, _event: Event) -> Step:
    if state.digits:
        return _judge_pin(rules, state)
    return _repeat(rules, state, _ASK_PIN)


# The messages


def _overview(state: State) -> Step:
    new = sum(not message.heard for message in state.messages)
    return Step(replace(state, phase=Phase.OVERVIEW), (SayOverview(new, len(state.messages) - new),))


def _begin(_rules: Rules, state: State, _event: PlayedOut) -> Step:
    return _play(state) if state.messages else _say(state)


def _play(state: State, *before: str) -> Step:
    message = state.message
    if message is None:
        return _say(state, "vm_no_messages")
    said = (*before, "vm_deleted") if message.id in state.deleted and not before else before
    return Step(replace(state, phase=Phase.PLAYING), (PlayMessage(message.id, state.place + 1, said),))


def _say(state: State, *prompts: str) -> Step:
    """These sentences, then the help, then a digit is awaited."""
    return Step(replace(state, phase=Phase.CHOOSING), (Say((*prompts, "vm_menu")),))


def _hear_out(_rules: Rules, state: State, _event: PlayedOut) -> Step:
    return _with_heard(state, _say(state))


def _interrupt(rules: Rules, state: State, event: DigitTaken) -> Step:
    """Whoever acts on a message while it plays has heard enough of it; whoever hangs up finds it new again."""
    return _with_heard(state, _choose(rules, state, event))


def _with_heard(state: State, done: Step) -> Step:
    heard = (MarkHeard(state.message.id),) if state.message else ()
    return Step(done.state, (*heard, *done.actions))


def _choose(_rules: Rules, state: State, event: DigitTaken) -> Step:
    return _CHOICES.get(event.digit, _say)(replace(state, asked=0))


def _next(state: State, *before: str) -> Step:
    if state.place + 1 >= len(state.messages):
        return _say(state, *before, "vm_end_of_messages")
    return _play(replace(state, place=state.place + 1), *before)


def _previous(state: State) -> Step:
    return _play(replace(state, place=max(state.place - 1, 0)))


def _delete(state: State) -> Step:
    message = state.message
    if message is None:
        return _say(state, "vm_no_messages")
    if message.id in state.deleted:
        return _say(replace(state, deleted=state.deleted - {message.id}), "vm_restored")
    return _next(replace(state, deleted=state.deleted | {message.id}), "vm_deleted")


def _call_back(state: State) -> Step:
    message = state.message
    if message is None or not message.number:
        return _say(state, "vm_unknown_caller" if message else "vm_no_messages")
    return Step(replace(state, phase=Phase.OVER), (*_deletions(state), CallBack(message.number)))


# The greetings


def _ask_greeting(state: State) -> Step:
    return Step(replace(state, phase=Phase.GREETING_ASKED), (Say(("vm_record_greeting_after_tone",)),))


def _beep(_rules: Rules, state: State, _event: Event) -> Step:
    return Step(replace(state, phase=Phase.BEEP), (PlayBeep(),))


def _record(rules: Rules, state: State, _event: PlayedOut) -> Step:
    longest = StartTimer(Timer.LONGEST, rules.longest_greeting_ms)
    return Step(replace(state, phase=Phase.RECORDING), (StartRecording(), longest))


def _keep_greeting(_rules: Rules, state: State, _event: Event) -> Step:
    return Step(replace(state, phase=Phase.SAVING), (KeepRecording(),))


def _use_standard(state: State) -> Step:
    return Step(replace(state, phase=Phase.SAVING), (StopPlaying(), UseStandardGreeting()))


_SAVED: dict[Stored, str] = {
    Stored.SAVED: "vm_greeting_saved",
    Stored.TOO_SHORT: "vm_greeting_not_saved",
    Stored.DISK_FULL: "vm_disk_full",
    Stored.FAILED: "not_possible",
}


def _tell_saved(_rules: Rules, state: State, event: GreetingStored) -> Step:
    return _say(state, _SAVED[event.result])


# The end


def _await_digit(rules: Rules, state: State, _event: PlayedOut) -> Step:
    return Step(state, (StartTimer(Timer.NO_DIGIT, rules.no_digit_ms),))


def _miss_digit(rules: Rules, state: State, _event: Event) -> Step:
    return _repeat(rules, state, Say(("vm_menu",)))


def _repeat(rules: Rules, state: State, question: Say) -> Step:
    if state.asked >= rules.repeats:
        return _farewell(state)
    return Step(replace(state, asked=state.asked + 1), (question,))


def _farewell(state: State, *before: str) -> Step:
    return Step(replace(state, phase=Phase.FAREWELL), (Say((*before, "vm_goodbye")),))


def _end(_rules: Rules, state: State, _event: PlayedOut) -> Step:
    return Step(replace(state, phase=Phase.OVER), (*_deletions(state), End()))


def _leave(_rules: Rules, state: State, _event: HungUp) -> Step:
    dropped = (DropRecording(),) if state.phase is Phase.RECORDING else ()
    return Step(replace(state, phase=Phase.OVER), (StopPlaying(), *dropped, *_deletions(state), End()))


def _deletions(state: State) -> tuple[Action, ...]:
    ids = tuple(message.id for message in state.messages if message.id in state.deleted)
    return (DeleteMessages(ids),) if ids else ()


_CHOICES: dict[str, Callable[[State], Step]] = {
    "1": _play,
    "2": _next,
    "3": _delete,
    "4": _previous,
    "5": _call_back,
    "7": _ask_greeting,
    "8": _use_standard,
    "9": _farewell,
    "*": _farewell,
    "#": _next,
}
"""Every other digit, 0 first of all, says the help."""

Key = tuple[Phase, type[Event] | Timer]

_CHOICE_LEADS_TO = (Phase.PLAYING, Phase.CHOOSING, Phase.GREETING_ASKED, Phase.SAVING, Phase.FAREWELL, Phase.OVER)
_BEEPED = Row(_beep, (Phase.BEEP,))
_GREETING_KEPT = Row(_keep_greeting, (Phase.SAVING,))
_IN_SESSION = tuple(phase for phase in Phase if phase is not Phase.OVER)

TABLE: dict[Key, Row[Phase]] = {
    (Phase.WAITING, OwnerConnected): Row(_connect, (Phase.PIN, Phase.REFUSED, Phase.OVERVIEW)),
    (Phase.PIN, DigitTaken): Row(_take_pin_digit, (Phase.OVERVIEW, Phase.REFUSED, Phase.FAREWELL)),
    (Phase.PIN, PlayedOut): Row(_await_digit, ()),
    (Phase.PIN, Timer.NO_DIGIT): Row(_miss_pin_digit, (Phase.REFUSED, Phase.FAREWELL)),
    (Phase.REFUSED, PlayedOut): Row(_delay, ()),
    (Phase.REFUSED, Timer.DELAY): Row(_ask_again, (Phase.PIN,)),
    (Phase.OVERVIEW, PlayedOut): Row(_begin, (Phase.PLAYING, Phase.CHOOSING)),
    (Phase.OVERVIEW, DigitTaken): Row(_choose, _CHOICE_LEADS_TO),
    (Phase.PLAYING, PlayedOut): Row(_hear_out, (Phase.CHOOSING,)),
    (Phase.PLAYING, DigitTaken): Row(_interrupt, _CHOICE_LEADS_TO),
    (Phase.CHOOSING, PlayedOut): Row(_await_digit, ()),
    (Phase.CHOOSING, DigitTaken): Row(_choose, _CHOICE_LEADS_TO),
    (Phase.CHOOSING, Timer.NO_DIGIT): Row(_miss_digit, (Phase.FAREWELL,)),
    (Phase.GREETING_ASKED, PlayedOut): _BEEPED,
    (Phase.GREETING_ASKED, DigitTaken): _BEEPED,
    (Phase.BEEP, PlayedOut): Row(_record, (Phase.RECORDING,)),
    (Phase.RECORDING, DigitTaken): _GREETING_KEPT,
    (Phase.RECORDING, FellSilent): _GREETING_KEPT,
    (Phase.RECORDING, Timer.LONGEST): _GREETING_KEPT,
    (Phase.SAVING, GreetingStored): Row(_tell_saved, (Phase.CHOOSING,)),
    (Phase.FAREWELL, PlayedOut): Row(_end, (Phase.OVER,)),
    **{(phase, HungUp): Row(_leave, (Phase.OVER,)) for phase in _IN_SESSION},
}


def _everywhere_but(kind: type[Event] | Timer, *phases: Phase) -> frozenset[Key]:
    return frozenset((phase, kind) for phase in Phase if phase not in phases)


_HEARS = (
    Phase.PIN,
    Phase.REFUSED,
    Phase.OVERVIEW,
    Phase.PLAYING,
    Phase.CHOOSING,
    Phase.GREETING_ASKED,
    Phase.BEEP,
    Phase.FAREWELL,
)
_LISTENS = (Phase.PIN, Phase.OVERVIEW, Phase.PLAYING, Phase.CHOOSING, Phase.GREETING_ASKED, Phase.RECORDING)

IGNORED: frozenset[Key] = (
    # A session begins once, and this one is no caller's.
    _everywhere_but(OwnerConnected, Phase.WAITING)
    | _everywhere_but(CallerConnected)
    # A greeting is kept in memory until it is complete: no disk fills meanwhile.
    | _everywhere_but(DiskFilled)
    # News of a sound, a recording or a file that is no longer awaited.
    | _everywhere_but(PlayedOut, *_HEARS)
    | _everywhere_but(FellSilent, Phase.RECORDING)
    | _everywhere_but(GreetingStored, Phase.SAVING)
    # Digits during the beep are the tail of the one that asked for it; after a wrong PIN and at the end nobody listens.
    | _everywhere_but(DigitTaken, *_LISTENS)
    # A timer that expired while its cancellation was on the way.
    | _everywhere_but(Timer.NO_DIGIT, Phase.PIN, Phase.CHOOSING)
    | _everywhere_but(Timer.DELAY, Phase.REFUSED)
    | _everywhere_but(Timer.LONGEST, Phase.RECORDING)
    | frozenset({(Phase.OVER, HungUp)})
)


def step(rules: Rules, state: State, event: Event) -> Step:
    """One event. Total: every pair of phase and event stands in TABLE or IGNORED (tests/core/test_mailbox.py proves it)."""
    key: Key = (state.phase, kind_of(event))
    if key in IGNORED:
        return Step(state)
    done: Step = TABLE[key].handler(rules, state, event)
    return Step(done.state, _leaving(state.phase, done.state.phase, event) + done.actions)


def _leaving(old: Phase, new: Phase, event: Event) -> tuple[Action, ...]:
    """What follows from the step alone: the old phase's timers stop, and a digit stops waiting for one."""
    kept = frozenset() if isinstance(event, DigitTaken) else _TIMERS.get(new, frozenset())
    if old is new and not isinstance(event, DigitTaken):
        return ()
    return stops(_TIMERS.get(old, frozenset()), kept)
