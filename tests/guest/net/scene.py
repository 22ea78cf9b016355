"""The installed device in the laboratory of uplinks, inside the guest: a telephone on gpio-sim and the sound loop-back, a provider and a far end beyond.

It knows the laboratory and the telephone, and nothing of the device but its status and its log.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.adapter import Adapter, account
from tests.guest.inside.telephone import Telephone, prepare
from tests.lab.decisions import Decision, wait_decision
from tests.lab.laboratory import Laboratory
from tests.lab.stage import uplink_tables
from tests.lab.telephony import Exchange
from tests.lab.time_code import FAR, NEAR, PERIOD_S, Voice, holes, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.lab.uplink import UplinkPlan
    from tests.peers.sound import Samples

FOLDER = Path("/tmp/net")  # noqa: S108 (in the guest, which is thrown away)
INSTALLED = "/usr/bin/keepline"
SPEECH_S = 120.0
STEADY_S, LOOK_S = 0.4, 0.2
RATE_HZ = 8000
PIECE, OVERLAP = 12 * RATE_HZ, 3 * RATE_HZ
SETTLED_S = 4.0
START_S = 40.0
"""For what the guest's one slow processor does at a start."""


class Scene:
    """Laboratory, exchange, telephone and device. Use as a context."""

    def __init__(
        self,
        plans: Sequence[UplinkPlan],
        lab: Callable[[Path, Sequence[UplinkPlan]], Laboratory] = Laboratory,
        settings: str = "",
        codecs: Sequence[str] = ("PCMA",),
        enter: Sequence[str] = (),
    ) -> None:
        """`enter` are words before the device's own."""
        prepare()
        self._running = ExitStack()
        try:
            self.lab = self._running.enter_context(lab(FOLDER / "lab", plans))
            self.exchange = self._running.enter_context(Exchange(self.lab.cloud, FOLDER / "exchange"))
            self.phone = self._running.enter_context(Telephone())
            keys = {**self.exchange.account(), "codecs": list(codecs)}
            # waiting for the end of dialing is not what is tried here
            words = '[device]\ncountry = "KZ"\nboard_file = "sim"\n[[line]]\ndigit_map = "xxx"\n'
            text = words + account("home", self.exchange.server, **keys) + uplink_tables(plans) + settings
            self.device = Adapter(FOLDER / "device", text, program=[*self.lab.device.enter, *enter, INSTALLED], board="pi")
            self._running.callback(self.device.stop)
        except BaseException:
            self._running.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *how: object) -> None:
        self._running.__exit__(*how)  # type: ignore[arg-type]

    def call(self) -> Talk:
        """Lift, dial by keys, be answered; returns once sound is live both ways."""
        self.device.wait_registered(timeout_s=START_S)
        since = self.phone.heard_samples
        self.phone.lift()
        self.phone.wait(lambda: self.phone.heard_samples > since + RATE_HZ // 2, "sound at the ear")
        self.phone.dial(self.exchange.number)
        self.device.wait_line("in call", START_S)
        talk = Talk(self.phone, self.exchange.far)
        talk.wait_live()
        return talk

    def hang_up(self) -> dict[str, Any]:
        """Replace; the call log's last row."""
        self.phone.replace()
        self.device.wait(lambda status: status["lines"][0]["state"] == "idle" and not status["calls"], "rest", START_S)
        return self.device.calls()[0]

    def uplink(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next((each for each in self.device.ask("status")["uplinks"] if each["name"] == name), {})
        return found

    def wait_uplink(self, name: str, states: Sequence[str], timeout_s: float = START_S) -> dict[str, Any]:
        """The uplink's part of the status once it is in one of the states."""
        try:
            self.phone.wait(lambda: self.uplink(name).get("state") in states, f"{name} {' or '.join(states)}", timeout_s)
        except AssertionError as problem:
            raise AssertionError(f"{problem}: {self.device.ask('status')['uplinks']}") from None
        return self.uplink(name)

    def moved(self, talk: Talk, cut: Callable[[], float], to: str) -> dict[str, object]:
        """Make a fault in a call; how long it took the device to move, and what either end missed.

        Some talk goes before: who has just moved does not know the line yet, and does not trust at once what has just failed.
        """
        talk.listen(SETTLED_S)
        lines, far_from = len(self.device.process.lines), len(talk.far())
        cut_s = cut()
        decision: Decision = wait_decision(self.device.process, lines, START_S)
        assert decision.uplink == to, f"calls go by {decision.uplink}, not {to}: {decision.reason}"
        talk.wait_live(decision.at_s)
        near, far = talk.longest_hole_ms(near_from=cut_s), talk.longest_hole_ms(far_from=far_from)
        decided_ms = max(0, round(1000 * (decision.at_s - cut_s)))  # the log's moments are whole milliseconds, cut short
        figures = {"decided_ms": decided_ms, "ear_hole_ms": near, "far_hole_ms": far}
        return {**figures, "why": decision.reason}


class Talk:
    """Both ends speak their time codes until the call ends; what either heard, and the holes in it."""

    def __init__(self, phone: Telephone, far: Any) -> None:  # noqa: ANN401 - one of the laboratory's far ends
        self._phone, self._far = phone, far
        self._near_began, self._far_began = phone.heard_samples, len(far.heard())
        self._began_s = time.monotonic()
        phone.say(NEAR.speech(SPEECH_S // PERIOD_S * PERIOD_S))

    def near(self) -> Samples:
        return self._phone.heard(self._near_began)

    def far(self) -> Samples:
        samples: Samples = self._far.heard()[self._far_began :]
        return samples

    def listen(self, seconds: float) -> None:
        """So much more sound at the ear."""
        enough = len(self.near()) + round(seconds * RATE_HZ)
        self._phone.wait(lambda: len(self.near()) >= enough, f"{seconds:g} s of sound", seconds + 20)

    def wait_live(self, since_s: float = 0.0, timeout_s: float = 30.0) -> None:
        """Sound that was heard after `since_s` is live at both ends."""
        recent = round((STEADY_S + LOOK_S) * RATE_HZ)
        after = max(0, round((since_s - self._began_s) * RATE_HZ)) if since_s else 0

        def live() -> bool:
            near, far = self.near(), self.far()
            return len(near) > after + recent and _is_live(near[-recent:], FAR) and _is_live(far[-recent:], NEAR)

        self._phone.wait(live, "live sound at both ends", timeout_s)

    def longest_hole_ms(self, near_from: float | None = None, far_from: int = 0) -> int:
        """At the ear after that moment, or at the far end from that sample on; a second before is looked at too."""
        if near_from is None:
            return _longest_ms(self.far()[max(0, far_from - RATE_HZ) :], NEAR)
        return _longest_ms(self.near()[max(0, round((near_from - self._began_s - 1) * RATE_HZ)) :], FAR)


def _longest_ms(samples: Samples, voice: Voice) -> int:
    """In pieces that overlap by what a hole may last: the spectra of minutes of sound are more than the guest's memory holds."""
    pieces = [samples[at : at + PIECE] for at in range(0, max(1, len(samples) - OVERLAP), PIECE - OVERLAP)]
    return round(1000 * max((hole.heard_s for each in pieces for hole in holes(each, voice)), default=0.0))


def _is_live(samples: Samples, voice: Voice) -> bool:
    return any(each.last_s - each.first_s >= STEADY_S / 2 for each in runs(samples, voice))
