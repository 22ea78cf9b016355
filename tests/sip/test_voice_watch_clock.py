"""The voice watch by a clock that is turned as far as the next timer: what becomes of a silence that it has told of."""

from __future__ import annotations

import asyncio
import selectors
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from firmware.sip.call_media import Heard
from firmware.sip.news import VoiceResumed, VoiceStalled
from firmware.sip.renegotiation import Renegotiation
from firmware.sip.voice_watch import VoiceWatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firmware.sip.call import Call

PACKET_S = 0.02


class Turned(selectors.DefaultSelector):
    """Waits for nothing: time is there at once."""

    now_s = 100.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now_s += timeout or 0
        return super().select(0)


class TurnedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.clock = Turned()
        super().__init__(self.clock)

    def time(self) -> float:
        return self.clock.now_s


@dataclass
class Talk:
    """An answered call whose packets come evenly while `sends`."""

    established = True
    is_quiet_by_right: bool = False
    talk: Renegotiation = field(default_factory=lambda: Renegotiation(caller=True))
    _packets: int = 0
    _last_s: float = 0.0
    _sends: bool = False

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    def send(self, wanted: bool) -> None:  # noqa: FBT001
        self.heard()
        if wanted and not self._sends:
            self._last_s = self._now_s()
            self._packets += 1
        self._sends = wanted

    def new_stream(self) -> None:
        """What follows a re-INVITE: nothing has come yet."""
        self._packets, self._sends = 0, False

    def heard(self) -> Heard:
        if self._sends:
            count = int((self._now_s() - self._last_s) / PACKET_S)
            self._packets, self._last_s = self._packets + count, self._last_s + count * PACKET_S
        return Heard(self._packets, 0, round(1000 * (self._now_s() - self._last_s)), 0.0, announced=False)


class Scene:
    """One call that was heard for three seconds and then fell silent."""

    def __init__(self) -> None:
        self.call = Talk()
        self.told: list[VoiceStalled | VoiceResumed] = []
        self.watch = VoiceWatch(cast("dict[str, Call]", {"out": self.call}), self.told.append)
        self.watch.watch(wanted=True)
        self.call.send(True)  # noqa: FBT003

    async def falls_silent(self) -> None:
        await asyncio.sleep(3.0)
        assert self.told == []
        self.call.send(False)  # noqa: FBT003
        await asyncio.sleep(0.3)
        assert [type(each) for each in self.told] == [VoiceStalled]


def played(story: Callable[[Scene], Awaitable[None]]) -> list[type]:
    """The kinds of news that a scene ends with."""

    async def whole() -> list[type]:
        scene = Scene()
        await scene.falls_silent()
        await story(scene)
        scene.watch.watch(wanted=False)
        return [type(each) for each in scene.told]

    with asyncio.Runner(loop_factory=TurnedLoop) as runner:
        return runner.run(whole())


def test_a_silence_is_over_once_the_call_is_held() -> None:
    async def held(scene: Scene) -> None:
        scene.call.is_quiet_by_right = True
        await asyncio.sleep(0.2)
        assert scene.told[-1] == VoiceResumed("out")
        await asyncio.sleep(30.0)
        scene.call.is_quiet_by_right = False
        await asyncio.sleep(1.0)
        scene.call.send(True)  # noqa: FBT003
        await asyncio.sleep(10.0)

    assert played(held) == [VoiceStalled, VoiceResumed]


def test_a_silence_goes_on_over_a_new_stream_until_something_is_heard() -> None:
    async def renewed(scene: Scene) -> None:
        scene.call.new_stream()
        await asyncio.sleep(2.0)
        assert len(scene.told) == 1
        scene.call.send(True)  # noqa: FBT003
        await asyncio.sleep(0.2)

    assert played(renewed) == [VoiceStalled, VoiceResumed]


def test_who_falls_silent_after_a_hold_is_told_of_again() -> None:
    async def again(scene: Scene) -> None:
        scene.call.is_quiet_by_right = True
        await asyncio.sleep(2.0)
        scene.call.is_quiet_by_right = False
        scene.call.send(True)  # noqa: FBT003
        await asyncio.sleep(3.0)
        scene.call.send(False)  # noqa: FBT003
        await asyncio.sleep(0.5)

    assert played(again) == [VoiceStalled, VoiceResumed, VoiceStalled]
