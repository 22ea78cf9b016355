"""Everything that the page asks of the device beyond calls, put together: access, settings, the box as a whole, evidence, MQTT's settings.

A part of the composition root, kept apart for its size.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware.evidence.orders import Evidence
from firmware.evidence.recorder import Sources
from firmware.journal import Entry
from firmware.mqtt_orders import MqttOrders
from firmware.orders import Handler, OrderRefused
from firmware.records.errors import RecordsError
from firmware.settings.model import Settings
from firmware.settings_orders import SettingsOrders
from firmware.sip.agent import Agent
from firmware.state_folder import StateFolder
from firmware.system_orders import Parts, SystemOrders
from firmware.trial_account import TrialAccount
from firmware.trust.orders import AccessOrders
from firmware.uplinks.proposal import proposal
from hal.ports import Scheduler

if TYPE_CHECKING:
    from concurrent.futures import Future

_SUPPORT_CALLS = 100


@dataclass(frozen=True)
class DeviceParts:
    """What the page's orders need of the device. `settings` gives them as they now hold, `entries` the journal's calls under way."""

    settings_path: Path
    folder: StateFolder
    board: str
    settings: Callable[[], Settings]
    agent: Agent
    entries: Callable[[], Mapping[str, Entry]]
    scheduler: Scheduler
    reload: Callable[[], Awaitable[object]]
    restart: Callable[[], None]
    status: Callable[[], Awaitable[object]]
    calls: Callable[[int], Awaitable[object]]
    erase_calls: Callable[[], "Future[None]"]
    trouble: Callable[[str], None]


class PageOrders:
    """Give it every event that is published (`hear_event`); close it when the last call is over."""

    def __init__(self, parts: DeviceParts) -> None:
        self._mqtt = MqttOrders(parts.settings)
        self._erase_calls = parts.erase_calls
        state = parts.folder.path
        self.evidence = Evidence(state / "evidence", _sources(parts), parts.scheduler, parts.trouble)
        parts.agent.engine.watch_wire(self.evidence.recorder.hear_wire)
        trial = TrialAccount(parts.agent.engine, lambda: parts.agent.uplinks)
        self._of_settings = SettingsOrders(parts.settings_path, parts.reload, trial.register)
        self._access = AccessOrders(state, parts.settings, parts.board, self._of_settings.save_password)
        looks = {"status.json": parts.status, "calls.json": lambda: parts.calls(_SUPPORT_CALLS)}
        self._system = SystemOrders(
            Parts(parts.settings_path, state, parts.settings, lambda: bool(parts.entries()), parts.restart, looks)
        )

    def orders(self) -> dict[str, Handler]:
        return {
            **self._of_settings.orders(),
            **self._access.orders(),
            **self._system.orders(),
            **self.evidence.orders(),
            "calls.erase": self._erase,
            "mqtt.settings": self._mqtt.settings,
            "uplinks.proposal": self._proposal,
        }

    def hear_event(self, event: Mapping[str, Any]) -> None:
        self.evidence.hear_event(event)

    @property
    def is_set_up(self) -> bool:
        """Whether the first set-up was done."""
        return self._access.is_set_up

    async def reset(self) -> None:
        """The factory reset, asked for at the box itself. Raises OrderRefused."""
        await self._system.reset()

    def live(self, handle: str) -> dict[str, Any] | None:
        """How a call sounds now, for the status."""
        return self.evidence.recorder.live(handle)

    def close(self) -> None:
        self.evidence.close()
        self._system.close()

    async def _erase(self) -> object:
        try:
            await asyncio.wrap_future(self._erase_calls())
            await self.evidence.erase()
        except (RecordsError, OSError) as error:
            raise OrderRefused(f"the calls were not erased: {error}") from error
        return {}

    async def _proposal(self) -> object:
        return await asyncio.to_thread(proposal)


def _sources(parts: DeviceParts) -> Sources:
    return Sources(
        rows=lambda: {handle: entry.row.id for handle, entry in parts.entries().items()},
        figures=parts.agent.quality,
        call_id=parts.agent.call_id,
    )
