"""A caller at the mailbox, carried out: `core.answering` decides, here its orders become sound and files. Knows no SIP call."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from firmware.core import answering
from firmware.core import voicemail as order
from firmware.core.answering import Phase, worth_keeping
from firmware.core.voicemail import Action, CallerConnected, DiskFilled, Event, HungUp, Room
from firmware.records.errors import MailboxFull
from firmware.records.messages import Message, Notice
from firmware.records.voicemail import Recording, VoicemailStore
from firmware.voicemail.box import Box
from firmware.voicemail.desk import Desk, Prompts, Source, when_done
from firmware.voicemail.session import Session
from firmware.voicemail.sounds import PcmSource, beep
from firmware.wall_clock import WALL_CLOCK, utc
from hal.ports import Scheduler

if TYPE_CHECKING:
    from firmware.voicemail.recorder import Recorder


class AnsweringSession(Session):
    """`caller` tells account, number, name and called number. `on_end` is called once when the caller is to be let go, not after `hung_up`.

    A kept message is told by the store's counts. Begin with `start`; `phase` is for those who look.
    """

    def __init__(  # noqa: PLR0913, PLR0917 (the parts it joins)
        self,
        desk: Desk,
        box: Box,
        caller: Message,
        store: VoicemailStore,
        prompts: Prompts,
        scheduler: Scheduler,
        on_end: Callable[[], None],
    ) -> None:
        super().__init__(desk, scheduler)
        self.phase = Phase.WAITING
        self._box = box
        self._rules = box.answering_rules()
        self._caller = replace(caller, mailbox=box.name, notice=Notice.DUE if box.mails else Notice.NONE)
        self._store = store
        self._prompts = prompts
        self._on_end = on_end
        self._greeting: bytes | None = None
        self._recording: Recording | None = None
        self._recorder: Recorder | None = None

    def start(self) -> None:
        """Look for room and the owner's greeting, then let the caller hear it."""
        own = self._store.greeting(self._box.name)
        room = self._store.check_room(self._box.name)  # answered after the greeting: one worker, in order
        when_done(own, self.scheduler.post, lambda pcm, _error: self._take_greeting(pcm))
        when_done(room, self.scheduler.post, lambda _none, error: self.take(CallerConnected(_room(error))))

    def _take_greeting(self, pcm: bytes | None) -> None:
        self._greeting = pcm if self._box.own_greeting else None

    def take(self, event: Event) -> None:
        step = answering.step(self._rules, self.phase, event)
        self.phase = step.phase
        for action in step.actions:
            self._perform(action, gone=isinstance(event, HungUp))

    def _perform(self, action: Action, *, gone: bool) -> None:
        match action:
            case order.Say(names):
                self.player.play(self._prompts.source(*names))
            case order.PlayGreeting():
                self.player.play(self._greeting_source())
            case order.PlayBeep():
                self.player.play(beep())
            case order.StopPlaying():
                self.player.stop()
            case order.StartRecording():
                self._start()
            case order.KeepRecording():
                self._keep()
            case order.StartTimer() | order.StopTimer():
                self.keep_time(action)
            case order.End():
                self._end(gone=gone)

    def _greeting_source(self) -> Source:
        return PcmSource(self._greeting) if self._greeting else self._prompts.source("vm_standard_greeting")

    def _start(self) -> None:
        message = replace(self._caller, at=utc(datetime.now(UTC)), undated=WALL_CLOCK.stamp().undated)
        recording = self._store.begin(message, lambda: self.scheduler.post(lambda: self.take(DiskFilled())))
        self._recording = recording
        self._recorder = self.start_recording(recording.add)

    def _keep(self) -> None:
        recording, recorder = self._recording, self._recorder
        if recording and recorder:
            self.stop_recording(recorder)
            if worth_keeping(recorder.kept_bytes / 16000, recorder.spoken_s):
                recording.keep(recorder.kept_bytes)
            else:
                recording.drop()

    def _end(self, *, gone: bool) -> None:
        self.rest()
        if not gone:
            self._on_end()


def _room(error: BaseException | None) -> Room:
    if isinstance(error, MailboxFull):
        return Room.MAILBOX_FULL
    return Room.DISK_FULL if error else Room.FREE
