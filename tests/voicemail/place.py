"""A desk in memory and what stands around it: samples in, samples out, prompts that can be told apart by ear, a store on a real disk."""

from __future__ import annotations

import random
from array import array
from math import pi, sin
from typing import TYPE_CHECKING

from firmware.records.messages import Message
from firmware.records.voicemail import VoicemailStore
from firmware.sound.prompts import Prompts
from firmware.voicemail.box import PinFailures
from firmware.voicemail.sounds import beep
from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from firmware.voicemail.desk import Sink, Source

NAMES = (
    *[
        "vm_intro_enter_pin",
        "vm_wrong_pin",
        "vm_you_have",
        "vm_new_messages",
        "vm_old_messages",
        "vm_no_messages",
        "vm_message",
        "vm_from",
    ],
    *["vm_unknown_caller", "vm_menu", "vm_deleted", "vm_end_of_messages", "vm_record_greeting_after_tone", "vm_greeting_saved"],
    *[
        "vm_goodbye",
        "vm_standard_greeting",
        "vm_full",
        "vm_disk_full",
        "vm_restored",
        "vm_at",
        "vm_today",
        "vm_yesterday",
        "vm_days_ago",
    ],
    *["vm_greeting_not_saved", "not_possible", "plus", "star", "hash"],
    *map(str, range(100)),
)
FRAME = 80
_PROMPT_SAMPLES = 5 * FRAME


def tone(seconds: float, hz: int = 440, peak: int = 8000) -> bytes:
    return array("h", (round(peak * sin(2 * pi * hz * n / 8000)) or 1 for n in range(round(8000 * seconds)))).tobytes()


def silence(seconds: float) -> bytes:
    return bytes(2 * round(8000 * seconds))


def record_prompts(folder: Path) -> Prompts:
    """Recordings of a language nobody speaks: each name is 50 ms of a noise of its own."""
    place = folder / "xx"
    place.mkdir(parents=True)
    for name in NAMES:
        (place / f"{name}.alaw").write_bytes(random.Random(name).randbytes(_PROMPT_SAMPLES))  # noqa: S311 (told apart, not kept secret)
    return Prompts("xx", (folder,))


def _is_quiet(frame: bytes) -> bool:
    """8 is the least that A-law can say."""
    return max(map(abs, array("h", frame))) <= 8


class MemoryDesk:
    """The audio bridge's place in memory. `far_end` is what the other side says next; `heard` all that it heard."""

    def __init__(self, scheduler: FakeScheduler) -> None:
        self._scheduler = scheduler
        self._playing: tuple[Source, Callable[[], None] | None] | None = None
        self.sink: Sink | None = None
        self.far_end = bytearray()
        self.heard = bytearray()

    @property
    def plays(self) -> bool:
        return self._playing is not None

    def play(self, source: Source, on_end: Callable[[], None] | None = None) -> None:
        self._playing = (source, on_end)

    def stop_playing(self) -> None:
        self._playing = None

    def record(self, sink: Sink | None) -> None:
        self.sink = sink

    def frame(self) -> None:
        """10 ms of media, as the bridge's thread does it."""
        said = bytes(self.far_end[: 2 * FRAME]).ljust(2 * FRAME, b"\0")
        del self.far_end[: 2 * FRAME]
        if self.sink:
            self.sink.give(said)
        playing = self._playing
        if playing is None:
            self.heard += bytes(2 * FRAME)
            return
        source, on_end = playing
        self.heard += source.take(FRAME)
        if source.finished:
            self._playing = None
            if on_end:
                self._scheduler.post(on_end)


class Place:
    """One mailbox's surroundings; time moves by `run` and `until`."""

    def __init__(self, folder: Path) -> None:
        self.scheduler = FakeScheduler()
        self.desk = MemoryDesk(self.scheduler)
        self.prompts = record_prompts(folder / "prompts")
        self.told: list[str] = []
        self.changed: list[str] = []
        self.store = VoicemailStore(folder / "voicemail", self.told.append, self.changed.append)
        self.failures = PinFailures()
        self._known: dict[bytes, str] = {}
        for name, source in [*((name, self.prompts.source(name)) for name in NAMES), ("beep", beep())]:
            while not source.finished:
                self._known.setdefault(source.take(FRAME), name)

    def settle(self) -> None:
        """Until the worker and the deciding thread have nothing left to do now."""
        for _ in range(4):
            self.store.post(lambda: None).result(10)
            self.scheduler.run(0)

    def run(self, seconds: float) -> None:
        for _ in range(round(100 * seconds)):
            self._frame()
        self.settle()

    def until(self, holds: Callable[[], bool], at_most_s: float = 300) -> None:
        for _ in range(round(100 * at_most_s)):
            if holds():
                return
            self._frame()
        raise AssertionError(f"not within {at_most_s} s; heard: {self.heard()}")

    def _frame(self) -> None:
        """10 ms for everyone: media, deciding thread, worker."""
        self.desk.frame()
        self.scheduler.run(10)
        self.store.post(lambda: None).result(10)
        self.scheduler.run(0)

    def heard(self) -> list[str]:
        """What was heard since last asked: prompts by name, "beep", and "sound" for anything else. Sources begin with a frame."""
        heard = bytes(self.desk.heard)
        self.desk.heard.clear()
        frames = (heard[start : start + 2 * FRAME] for start in range(0, len(heard), 2 * FRAME))
        names = ["" if _is_quiet(frame) else self._known.get(frame, "sound") for frame in frames]
        return [name for name, before in zip(names, ["", *names], strict=False) if name not in {"", before}]

    def messages(self) -> list[Message]:
        return self.store.messages().result(10)

    def leave(self, number: str = "600", seconds: float = 2, **about: object) -> Message:
        """A message in the store, as if a caller had left it."""
        recording = self.store.begin(a_message(number, **about), lambda: None)
        recording.add(tone(seconds))
        kept = recording.keep(1 << 30).result(10)
        assert kept
        return kept

    def close(self) -> None:
        self.store.close()


def a_message(number: str = "600", **about: object) -> Message:
    given = {"mailbox": "home", "at": "2026-11-24T10:00:00.000Z", "account": "shop", "number": number} | about
    return Message(**given)  # type: ignore[arg-type]
