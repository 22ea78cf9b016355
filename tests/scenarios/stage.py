"""Sets up what a scenario needs - exchange, far ends, the box with its telephone - and plays it, step by step.

The box is reached by its control socket only, each far end by its own door, so that the same files can be played wherever those are.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from firmware.command_line.errors import Undone
from firmware.command_line.script import Player
from firmware.orders import OrderRefused
from tests.adapter import Never
from tests.peers.errors import PeerError
from tests.peers.ports import free_port_block
from tests.scenarios import settings
from tests.scenarios.box import Box
from tests.scenarios.failed import Failed
from tests.scenarios.far_end import ANONYMOUS, FarEnd
from tests.scenarios.mail import Mail
from tests.scenarios.place import LOOPBACK
from tests.scenarios.server import KamailioServer
from tests.scenarios.words import Act

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hal.sim.steps import Step
    from tests.scenarios.place import Place
    from tests.scenarios.words import Scenario

RTP_PORTS = 60

TROUBLE = (Failed, Undone, OrderRefused, Never, PeerError)


class Stage:
    """One scenario's peers and box. Start by constructing, stop by leaving the context."""

    def __init__(  # noqa: PLR0913 - each has its default
        self,
        folder: Path,
        scenario: Scenario,
        start_server: Callable[[Path, Mapping[str, str]], Any] | None = None,
        *,
        board: str = "sim",
        phone: Path | None = None,
        place: Place = LOOPBACK,
    ) -> None:
        """`phone` is the control socket that plays the person; the box's own, which has a simulated telephone, unless told otherwise."""
        self._place = place
        self._scenario = scenario
        self._board, self._phone = board, phone
        self._running = ExitStack()
        try:
            self._start(folder, start_server or partial(KamailioServer, place=place))
        except BaseException:
            self._running.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, *_: object) -> None:
        self._running.__exit__(kind, value, None)

    def _start(self, folder: Path, start_server: Callable[[Path, Mapping[str, str]], Any]) -> None:
        numbers = self._scenario.peers.numbers
        names = settings.users(settings.merged(self._scenario.settings, ""))
        users = names | {number: f"{number}pw" for number in numbers if number != ANONYMOUS}
        self.server = self._running.enter_context(start_server(folder / "server", users))
        tables = settings.merged(self._scenario.settings, self.server.address)
        files = self._scenario.path.parent
        ends = {
            number: self._running.enter_context(FarEnd(folder / number, number, self.server.address, files, self._place))
            for number in numbers
        }
        for number in set(numbers) - {ANONYMOUS}:
            self.server.wait_registered(number)
        mail = self._running.enter_context(Mail(tables, self._place))
        tables = mail.reached_by(_with_ports(tables))
        full = any(isinstance(step, Act) and step.verb == "DISK FILLS" for step in self._scenario.steps)
        box = Box(folder / "device", settings.toml(tables), small_disk=full, board=self._board, place=self._place)
        self.box = self._running.enter_context(box)
        self._tables = tables
        self._wait_registered()
        self._ends = ends
        self._others: dict[str, Any] = {"BOX": self.box, "SERVER": self.server, "MAIL": mail}
        self._player = Player(self._phone or self.box.device.state / "control.sock", 1, self._scenario.path.parent)

    def _wait_registered(self) -> None:
        for account in self._tables["account"]:
            if account.get("register", True) and account["server"] == self.server.address:
                self.box.device.wait_registered(account["id"], self._place.registers_within_s)

    def play(self, tell: Callable[[str], None] = lambda _: None) -> None:
        """Every step, each told once it came true; raises Failed with the place and what was there instead."""
        self.go_on(self._scenario, tell)

    def go_on(self, scenario: Scenario, tell: Callable[[str], None] = lambda _: None) -> None:
        """The steps of another scenario with the same far ends, on the stage as it stands."""
        for step in scenario.steps:
            if not isinstance(step, Act) or step.verb != "HEARS":
                for end in self._ends.values():
                    end.mark()
            try:
                self._play(step)
            except TROUBLE as trouble:
                raise Failed(f"{scenario.place(step)}\n{trouble}") from trouble
            tell(scenario.place(step))

    def _play(self, step: Step) -> None:
        if not isinstance(step, Act):
            self._player.play(step)
            return
        name = step.verb.lower().replace(" ", "_")
        if step.verb in self.server.far_words:
            getattr(self.server, name)(self._ends[step.who], *step.words)
        else:
            time = () if step.seconds is None else (step.seconds,)
            getattr({**self._ends, **self._others}[step.who], name)(*time, *step.words)
        if (step.who, step.verb) == ("BOX", "STARTS"):
            self._wait_registered()


def _with_ports(tables: settings.Table) -> settings.Table:
    """RTP ports of its own: scenarios run side by side."""
    first = free_port_block(RTP_PORTS)
    return {**tables, "sip": {"rtp_first": first, "rtp_last": first + RTP_PORTS - 1, **tables.get("sip", {})}}
