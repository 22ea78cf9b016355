"""The set-up network on the clock: looks now and then, and asks the system for the network or takes the request back. What it is made of is not known here."""

import logging
from collections.abc import Callable

from firmware.core.set_up_network import LOOK_EVERY_MS, Phase, Seen, State, held, is_at_rest, looked
from firmware.system.requests import SET_UP_NETWORK, Requests
from hal.ports import Scheduler, Timer

log = logging.getLogger("keepline.set_up")

_LONGEST_WAIT = 40
"""Looks between two requests: ten minutes."""


class SetUpNetwork:
    """`is_set_up` and `has_way_out` are asked at each look, and nobody looks at a box that is set up."""

    def __init__(
        self, scheduler: Scheduler, requests: Requests, is_set_up: Callable[[], bool], has_way_out: Callable[[], bool]
    ) -> None:
        self._scheduler = scheduler
        self._requests = requests
        self._is_set_up = is_set_up
        self._has_way_out = has_way_out
        self._state = State()
        self._timer: Timer | None = None
        self._failures = self._to_wait = 0
        # of our life before a restart: whoever is in the middle of the set-up must not lose the network
        if requests.is_asked(SET_UP_NETWORK):
            self._state = held(self._seen())
        self._look_later()

    @property
    def is_open(self) -> bool:
        """Whether the network is wanted."""
        return self._state.phase is not Phase.CLOSED

    def open(self) -> None:
        """The button was held."""
        self._become(held(self._seen()))

    def _seen(self) -> Seen:
        return Seen(self._is_set_up(), self._has_way_out(), self._scheduler.now_ms())

    def _look_later(self) -> None:
        if self._timer:
            self._timer.cancel()
        at_rest = is_at_rest(self._state, self._seen())
        self._timer = (
            None if at_rest else self._scheduler.later(LOOK_EVERY_MS, lambda: self._become(looked(self._state, self._seen())))
        )

    def _become(self, state: State) -> None:
        if state.phase is not self._state.phase:
            log.warning("the set-up network: %s", state.phase.value)
        was_open, self._state = self.is_open, state
        if self.is_open:
            self._ask(again=was_open)
        elif was_open:
            self._requests.take_back(SET_UP_NETWORK)
        self._look_later()

    def _ask(self, *, again: bool) -> None:
        """At each look, for a network that failed has taken its request away; ever more rarely where it fails each time: there may be no radio."""
        if not again or self._requests.is_asked(SET_UP_NETWORK):
            self._failures = self._to_wait = 0
        elif self._to_wait:
            self._to_wait -= 1
            return
        else:
            self._failures += 1
            self._to_wait = min(2**self._failures, _LONGEST_WAIT) - 1
        problem = self._requests.ask(SET_UP_NETWORK)
        if problem and not again:
            log.warning("nobody opens the set-up network: %s", problem)

    def close(self) -> None:
        """The request stays: the device may only be starting anew."""
        if self._timer:
            self._timer.cancel()
