"""A device in the laboratory with somebody to call: the usual start of a test. Knows how the settings file is written, and nothing of the inside."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from tests.adapter import KEEPLINE, Adapter, account
from tests.lab.conversation import Conversation
from tests.lab.laboratory import USUAL, Laboratory
from tests.lab.telephony import Exchange
from tests.peers.errors import PeerSilent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.lab.uplink import UplinkPlan


def uplink_tables(plans: Sequence[UplinkPlan]) -> str:
    """The [[uplink]] tables of the settings file."""
    return "".join(
        f'[[uplink]]\ninterface = "{each.interface}"\nkind = "{each.kind}"\npriority = {each.priority}\n'
        f"metered = {str(each.metered).lower()}\nmonth_limit_mb = {each.month_limit_mb}\n"
        for each in plans
    )


class Stage:
    """Laboratory, exchange and device. Use as a context manager."""

    def __init__(  # noqa: PLR0913 - a test sets what it needs
        self,
        folder: Path,
        plans: Sequence[UplinkPlan] = USUAL,
        *,
        watched: bool = True,
        settings: str = "",
        enter: Sequence[str] = (),
        account_keys: dict[str, object] | None = None,
        **exchange: Any,  # noqa: ANN401 - what Exchange takes
    ) -> None:
        """`watched` writes the [[uplink]] tables; `enter` are words before `keepline`, inside the namespace."""
        self.plans = plans
        self._talk: Conversation | None = None
        self._running = ExitStack()
        try:
            self.lab = self._running.enter_context(Laboratory(folder / "lab", plans))
            self.exchange = self._running.enter_context(Exchange(self.lab.cloud, folder / "exchange", **exchange))
            trust = f'[sip]\ntls_ca_file = "{self.exchange.authority.certificate}"\n'
            keys = {**self.exchange.account(), **(account_keys or {})}
            table = account("home", self.exchange.server, **keys)
            tables = uplink_tables(plans) if watched else ""
            self._program = [*self.lab.device.enter, *enter, KEEPLINE]
            self._folder, self._settings = folder / "device", trust + table + tables + settings
            self.device = self._start_device()
        except BaseException:
            self._running.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *how: object) -> None:
        self._running.__exit__(*how)  # type: ignore[arg-type]

    def _start_device(self) -> Adapter:
        device = Adapter(self._folder, self._settings, program=self._program)
        self._running.callback(device.stop)
        device.wait_registered()
        return device

    def restart_device(self, *, kill: bool = False) -> None:
        """End the device and start it again on its folder, after SIGKILL if `kill`."""
        if kill:
            self.device.process.kill()
        self.device.stop()
        self.device = self._start_device()

    @property
    def far(self) -> Any:  # noqa: ANN401 - one of three
        return self.exchange.far

    def call(self, digits: str = "") -> None:
        """Lift, dial, be answered."""
        self.device.lift()
        self.device.dial(f"{digits or self.exchange.number}#")
        self.device.wait_line("in call")

    def talk(self) -> Conversation:
        """A conversation in the call there is; returns once sound is live both ways."""
        self.end_talk()
        talk = self._talk = Conversation(self.device, self.far, self.plans[0].one_way_ms)
        self._running.callback(talk.close)
        talk.wait_live()
        return talk

    def end_talk(self) -> None:
        """Listen and speak no more; the call stays."""
        if self._talk:
            self._talk.close()
            self._talk = None

    def wait_status(self, holds: Callable[[dict[str, Any]], object], what: str, timeout_s: float = 15.0) -> dict[str, Any]:
        """As the device's `wait`, for figures that change without an event: looked at often."""
        end = time.monotonic() + timeout_s
        while not holds(status := self.device.ask("status")):
            if time.monotonic() > end:
                raise PeerSilent(
                    f"{what} did not happen within {timeout_s} s; {status['uplinks']}\n{self.device.process.log_tail}"
                )
            time.sleep(0.1)
        return dict(status)

    def wait_contact(self, interface: str, timeout_s: float = 10.0) -> None:
        """Return once the registrar would send a call by this uplink; raises `PeerSilent`."""
        end, outside = time.monotonic() + timeout_s, self.lab[interface].outside
        while not any(outside in contact for contact in self.exchange.registered()):
            if time.monotonic() > end:
                raise PeerSilent(f"the registrar knows {self.exchange.registered()}, none of them by {outside}")
            time.sleep(0.01)

    def wait_contacts(self, *interfaces: str, timeout_s: float = 10.0) -> None:
        """Return once the registrar would send a call by each of these uplinks and by no other; raises `PeerSilent`."""
        end, wanted = time.monotonic() + timeout_s, {self.lab[each].outside for each in interfaces}
        while {contact.partition("@")[2].partition(":")[0] for contact in self.exchange.registered()} != wanted:
            if time.monotonic() > end:
                raise PeerSilent(f"the registrar knows {self.exchange.registered()}, not one by each of {wanted}")
            time.sleep(0.02)

    def hang_up(self) -> dict[str, Any]:
        """Replace; the call log's last row."""
        self.device.replace()
        self.device.wait(lambda status: status["lines"][0]["state"] == "idle" and not status["calls"], "rest")
        return self.device.calls()[0]

    def active(self) -> str:
        """The uplink the device uses now, by its status."""
        used: str = (self.device.ask("status").get("uplink") or {}).get("active", "")
        return used

    def wait_active(self, interface: str, timeout_s: float = 10.0) -> dict[str, Any]:
        """Return once the device says it uses this uplink (empty: none)."""
        return self.wait_status(
            lambda status: (status.get("uplink") or {}).get("active", "-") == interface,
            f"use of {interface or 'no uplink'}",
            timeout_s,
        )
