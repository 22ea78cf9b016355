"""The owner at the mailbox, carried out: `core.mailbox` decides, here its orders become sound and files. Knows no line."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from firmware.core import mailbox
from firmware.core import voicemail as order
from firmware.core.answering import SHORTEST_S
from firmware.core.voicemail import Action, Event, GreetingStored, HungUp, Kept, OwnerConnected, Stored
from firmware.records.errors import RecordsFull
from firmware.records.message_files import HEADER_BYTES
from firmware.records.messages import Message
from firmware.records.voicemail import VoicemailStore
from firmware.voicemail import words
from firmware.voicemail.box import Box, PinFailures
from firmware.voicemail.desk import Desk, Prompts, when_done
from firmware.voicemail.session import Session
from firmware.voicemail.sounds import InTurn, PcmSource, beep, pause
from firmware.wall_clock import WALL_CLOCK
from hal.ports import Scheduler

if TYPE_CHECKING:
    from firmware.voicemail.recorder import Recorder

_PAUSE_MS = 300
"""Between what is said about a message and the message."""


class MenuSession(Session):
    """`on_end` is called once when the session is over, with the number to call back or "", not after `hung_up`. Begin with `start`."""

    def __init__(  # noqa: PLR0913, PLR0917 (the parts it joins)
        self,
        desk: Desk,
        box: Box,
        store: VoicemailStore,
        prompts: Prompts,
        scheduler: Scheduler,
        failures: PinFailures,
        on_end: Callable[[str], None],
        *,
        asks_pin: bool,
        now: Callable[[], datetime | None] = WALL_CLOCK.local,
    ) -> None:
        super().__init__(desk, scheduler)
        self.state = mailbox.State()
        self._box = box
        self._rules = box.menu_rules(asks_pin=asks_pin)
        self._store = store
        self._prompts = prompts
        self._failures = failures
        self._on_end = on_end
        self._now = now
        self._messages: dict[str, Message] = {}
        self._recorder: Recorder | None = None
        self._recorded = bytearray()

    def start(self) -> None:
        when_done(self._store.messages(self._box.name), self.scheduler.post, lambda found, _error: self._connect(found or []))

    def _connect(self, found: list[Message]) -> None:
        """New messages first, both kinds as they came."""
        ordered = sorted(found, key=lambda message: message.heard)
        self._messages = {message.id: message for message in ordered}
        kept = tuple(Kept(message.id, message.number, message.heard) for message in ordered)
        self.take(OwnerConnected(kept, self._failures.of(self._box.name)))

    def take(self, event: Event) -> None:
        step = mailbox.step(self._rules, self.state, event)
        self.state = step.state
        for action in step.actions:
            self._perform(action, gone=isinstance(event, HungUp))

    def _perform(self, action: Action, *, gone: bool) -> None:
        match action:
            case order.Say() | order.SayOverview() | order.PlayMessage() | order.PlayBeep() | order.StopPlaying():
                self._sound(action)
            case order.StartTimer() | order.StopTimer():
                self.keep_time(action)
            case order.StartRecording() | order.KeepRecording() | order.DropRecording() | order.UseStandardGreeting():
                self._change_greeting(action)
            case order.MarkHeard(message):
                self._store.mark(message, heard=True)
            case order.DeleteMessages(messages):
                self._store.delete(messages)
            case order.CountFailures(failures):
                self._failures.count(self._box.name, failures)
            case order.CallBack(number):
                self._end(number, gone=False)
            case order.End():
                self._end("", gone=gone)

    def _sound(self, action: Action) -> None:
        match action:
            case order.Say(names):
                self.player.play(self._prompts.source(*names))
            case order.SayOverview(new, old):
                self.player.play(self._prompts.source(*words.overview(new, old)))
            case order.PlayBeep():
                self.player.play(beep())
            case order.PlayMessage():
                self._play_message(action)
            case _:
                self.player.stop()

    def _play_message(self, action: order.PlayMessage) -> None:
        """The file comes from the worker; a digit meanwhile has begun something else."""
        self.player.stop()
        turn = self.player.turn
        when_done(
            self._store.sound(action.message),
            self.scheduler.post,
            lambda wav, _error: self._play_loaded(action, wav) if self.player.turn == turn else None,
        )

    def _play_loaded(self, action: order.PlayMessage, wav: bytes | None) -> None:
        if wav is None:
            self.player.play(self._prompts.source("not_possible"))
            return
        names = (*action.before, *words.heading(self._messages[action.message], action.place, self._now()))
        self.player.play(InTurn((self._prompts.source(*names), pause(_PAUSE_MS), PcmSource(wav[HEADER_BYTES:]))))

    def _change_greeting(self, action: Action) -> None:
        match action:
            case order.StartRecording():
                self._recorded = bytearray()
                self._recorder = self.start_recording(self._recorded.extend)
            case order.UseStandardGreeting():
                self._store_greeting(None)
            case order.KeepRecording():
                self._keep_greeting(self._stopped_recording())
            case _:
                self._stopped_recording()

    def _stopped_recording(self) -> bytes:
        recorder = self._recorder
        if recorder is None:
            return b""
        self.stop_recording(recorder)
        return bytes(self._recorded[: recorder.kept_bytes])

    def _keep_greeting(self, pcm: bytes) -> None:
        if self._recorder and self._recorder.spoken_s < SHORTEST_S / 2:
            self.scheduler.post(lambda: self.take(GreetingStored(Stored.TOO_SHORT)))
        else:
            self._store_greeting(pcm)

    def _store_greeting(self, pcm: bytes | None) -> None:
        stored = self._store.set_greeting(self._box.name, pcm)
        when_done(stored, self.scheduler.post, lambda _none, error: self.take(GreetingStored(_stored(error))))

    def _end(self, number: str, *, gone: bool) -> None:
        self.player.stop()
        self.rest()
        if not gone:
            self._on_end(number)


def _stored(error: BaseException | None) -> Stored:
    if isinstance(error, RecordsFull):
        return Stored.DISK_FULL
    return Stored.FAILED if error else Stored.SAVED
