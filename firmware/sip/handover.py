"""Takes one established call to another uplink, step by step until its voice is heard there.

The steps, measured before they were chosen: DS, the same sockets, whose packets the routes send by the new uplink already, and a re-INVITE that tells
the far end the new address; B, new sockets as well; A, the same once the registrar knows the new address, for far ends that take nothing from strangers;
at last the same number is called again. Where keys were agreed on by DTLS there must be new ones, which some far ends send only to the address they were
told, and take no second try: A at once. Routes, registrations and what a redial is are decided elsewhere.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from firmware.sip.call_media import Heard
from firmware.sip.news import CallMoved, CallStranded, How
from firmware.sip.renegotiation import REQUEST_PENDING

_ANSWER_S = 2.0
"""Then the re-INVITE counts as unanswered: four times sent by then (RFC 3261 timer A: after 0.5, 1.5 and 3.5 s)."""

_VOICE_S = 0.3
"""From the answer to the first packet. A far end that learns our new address from our packets has them already; Asterisk takes 80 ms more."""

_PATIENT_VOICE_S = 3.0
"""The same before the last step, which costs the far end a second call."""

_REGISTER_S = 4.0
_LOOK_S = 0.01
_SWALLOWED_MS = 60
"""Silent for so long, the old uplink has swallowed what we said too, and not just the frame that met the cut."""

_STRAYS_S = 0.04
"""What was under way by the old uplink when the far end answered may still come in for so long."""

_STEADY = 0.8
_USUAL_PACKET_S = 0.02

_GONE = 481
_PENDING_S = 4.5
"""Asked again after 4 s at the most (RFC 3261 section 14.1), which is not the fault of the uplink."""

_ENGINES_OWN = frozenset({408, 503})
"""Nobody answered, or nothing could be sent."""


class Step(Enum):
    DS = "DS"
    B = "B"
    REGISTERING = "registering"
    A = "A"
    REDIAL = "redial"
    DONE = "done"


_NEXT = {Step.DS: Step.B, Step.B: Step.REGISTERING, Step.A: Step.REDIAL}
_HOW: dict[Step, How] = {Step.DS: "DS", Step.B: "B", Step.A: "A"}


class Moving(Protocol):
    """What is asked of a call."""

    handle: str
    on_answer: Callable[[int], None]

    @property
    def is_quiet_by_right(self) -> bool: ...
    def heard(self) -> Heard | None: ...
    def move(self, address: str, *, new_sockets: bool = False) -> None: ...
    def say_again(self) -> None: ...


@dataclass(frozen=True)
class Way:
    """Where a call is to go: the uplink's name, our address there, whether the call's sockets can send from there at all, and whether its keys
    were agreed on between addresses, so that there must be new ones."""

    bearer: str
    address: str
    same_family: bool = True
    needs_keys: bool = False


class Handover:
    """One call's move. `tell` gets the end of it; `redial` calls again and says why not; `is_registered` speaks of the call's account."""

    def __init__(
        self,
        call: Moving,
        way: Way,
        is_registered: Callable[[], bool],
        redial: Callable[[str, float], str],
        tell: Callable[[CallMoved | CallStranded], None],
    ) -> None:
        self._call = call
        self._way = way
        self._is_registered = is_registered
        self._redial = redial
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._began_s = self._answered_s = self._loop.time()
        self._step = Step.DONE
        self._timer: asyncio.TimerHandle | None = None
        self._refused = 0
        heard = call.heard()
        self._spoke = heard is not None and heard.packets > 0 and not heard.announced
        self._packets = heard.packets if heard else 0
        self._swallowed = self._spoke and heard is not None and heard.silent_ms >= _SWALLOWED_MS

    def start(self) -> None:
        self._call.on_answer = self._take_answer
        if self._way.needs_keys:
            # The account is about to register; until it does it counts as registered, by the old uplink.
            self._wait(0, lambda: self._take(Step.REGISTERING))
            return
        if self._swallowed and self._way.same_family:
            self._call.say_again()
        self._take(Step.DS if self._way.same_family else Step.B)

    def stop(self) -> None:
        """The call is over, or goes elsewhere."""
        self._step = Step.DONE
        self._call.on_answer = lambda _status: None
        self._cancel()

    def registered(self) -> None:
        """The account is registered by the new uplink."""
        if self._step is Step.REGISTERING:
            self._take(Step.A)

    def _take(self, step: Step) -> None:
        self._step = step
        match step:
            case Step.DS | Step.B | Step.A:
                self._ask(new_sockets=step is not Step.DS)
            case Step.REGISTERING if self._is_registered():
                self._take(Step.A)
            case Step.REGISTERING:
                self._wait(_REGISTER_S, self._give_up_for_now)
            case Step.REDIAL:
                self._call_again()

    def _ask(self, *, new_sockets: bool) -> None:
        self._call.move(self._way.address, new_sockets=new_sockets)
        self._wait(_ANSWER_S, self._unanswered)

    def _take_answer(self, status: int) -> None:
        """The last answer to our re-INVITE."""
        if self._step is Step.DONE:
            return
        if status // 100 == 2:
            self._answered_s = self._loop.time()
            self._listen()
        elif status == REQUEST_PENDING:
            self._wait(_PENDING_S, self._unanswered)
        elif status in _ENGINES_OWN:
            self._wait(0, self._unanswered)
        else:
            self._refused = status
            self._wait(0, lambda: self._take(Step.REDIAL if status == _GONE else _NEXT[self._step]))

    def _unanswered(self) -> None:
        """Voice that comes although nobody answered is worth more than an answer: the far end follows our packets."""
        heard = self._call.heard()
        if heard and heard.packets and heard.silent_ms < 1000 * _VOICE_S and self._spoke:
            self._finish()
        else:
            self._take(Step.REGISTERING if self._step is not Step.A else Step.REDIAL)

    def _listen(self) -> None:
        """The far end has agreed: wait for its voice, if there is any to be waited for."""
        if self._call.is_quiet_by_right or not self._spoke:
            self._finish()
            return
        heard, since_s = self._call.heard(), self._loop.time() - self._answered_s
        if heard and heard.packets and since_s - heard.silent_ms / 1000 > _STRAYS_S:
            self._finish()
        elif since_s < (_PATIENT_VOICE_S if self._step is Step.A else _VOICE_S):
            self._wait(_LOOK_S, self._listen)
        elif self._step is Step.A and not self._was_steady():
            self._finish()  # one that pauses without saying so may be pausing
        else:
            self._take(_NEXT[self._step])

    def _was_steady(self) -> bool:
        """Whether the call before the move had at least a few seconds of packets; it is not worth a second call otherwise."""
        return self._packets * _USUAL_PACKET_S * _STEADY > _PATIENT_VOICE_S

    def _call_again(self) -> None:
        reason = self._redial(self._way.bearer, self._began_s)
        if reason:
            self._strand(reason)
        else:
            self.stop()

    def _finish(self) -> None:
        how = _HOW[self._step]
        self.stop()
        self._tell(CallMoved(self._call.handle, self._way.bearer, how, round(1000 * (self._loop.time() - self._began_s))))

    def _strand(self, reason: str) -> None:
        self.stop()
        self._tell(CallStranded(self._call.handle, f"{reason} (the far end said {self._refused})" if self._refused else reason))

    def _give_up_for_now(self) -> None:
        """The registration may still come, and takes the call with it."""
        self._tell(CallStranded(self._call.handle, "neither the far end nor the server answers by the new uplink"))

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._cancel()
        self._timer = self._loop.call_later(seconds, then)

    def _cancel(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
