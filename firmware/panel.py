"""The panel on the clock: the box's condition onto the lamps, the button's presses into orders. Joins `core.indicator` and `core.button` with `hal.panel`.

What an order does (a set-up network, a factory reset) is carried out by whoever made the panel.
"""

from collections.abc import Callable

from firmware.core import button
from firmware.core.indicator import IDENTIFY, STEPS, Condition, Pattern, Shown, countdown, show
from hal.panel import Button, Lamps
from hal.ports import PanelPins, Pins, Scheduler, Timer

IDENTIFY_MS = 10_000


class Panel:
    """`perform` gets the orders that are not about the lamps themselves."""

    def __init__(self, pins: Pins, names: PanelPins, scheduler: Scheduler, perform: Callable[[button.Order], None]) -> None:
        self._lamps = Lamps(pins, names.lamps, scheduler)
        self._scheduler = scheduler
        self._perform = perform
        self._condition = Condition()
        self._instead: Shown | None = None
        self._state = button.State()
        self._timer: Timer | None = None
        self._until: Timer | None = None
        self._button = Button(pins, names, scheduler, self._pressed) if names.button else None
        if self._button and self._button.pressed:
            self._take(button.Event.FOUND_PRESSED)
        self._renew()

    @property
    def shown(self) -> Shown:
        """What each lamp shows now."""
        return self._instead or show(self._condition)

    @property
    def is_held(self) -> bool:
        """Whether somebody is holding the button, and it may still order something."""
        return self._state.phase in {button.Phase.PRESSED, button.Phase.COUNTING}

    def tell(self, condition: Condition) -> None:
        """The box's condition, whenever it may have changed."""
        self._condition = condition
        self._renew()

    def _renew(self) -> None:
        for lamp, pattern in self.shown.items():
            self._lamps.show(lamp.value, lit=pattern is Pattern.LIT, steps_ms=STEPS[pattern])

    def _pressed(self, pressed: bool) -> None:  # noqa: FBT001 (the driver's report)
        self._take(button.Event.PRESSED if pressed else button.Event.RELEASED)

    def _take(self, event: button.Event) -> None:
        done = button.step(self._state, event)
        self._state = done.state
        if self._timer and event is not button.Event.TICKED:
            self._timer.cancel()
            self._timer = None
        if done.timer_ms is not None:
            self._timer = self._scheduler.later(done.timer_ms, lambda: self._take(button.Event.TICKED))
        for order in done.orders:
            self._order(order)

    def _order(self, order: button.Order) -> None:
        match order:
            case button.Order.IDENTIFY:
                self.identify()
            case button.Order.SHOW_COUNTDOWN:
                self._show_instead(countdown(self._state.seconds_left))
            case button.Order.CANCEL_COUNTDOWN:
                self._show_instead(None)
            case _:
                self._perform(order)

    def identify(self) -> None:
        """Blink with everything for a while: also for the page."""
        self._show_instead(IDENTIFY)
        self._until = self._scheduler.later(IDENTIFY_MS, lambda: self._show_instead(None))

    def _show_instead(self, shown: Shown | None) -> None:
        if self._until:
            self._until.cancel()
            self._until = None
        self._instead = shown
        self._renew()

    def close(self) -> None:
        for timer in (self._timer, self._until):
            if timer:
                timer.cancel()
        if self._button:
            self._button.close()
        self._lamps.close()
