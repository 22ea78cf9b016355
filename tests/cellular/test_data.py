"""Everything at once and for real: AT over a terminal, the modem found in a folder like /sys, udhcpc, an interface with an address, a packet there and back."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest

from firmware.cellular.assembly import Wiring, assemble
from firmware.cellular.dhcp import DhcpBearer
from firmware.cellular.orders import orders
from firmware.cellular.state import CellularSettings, CellularState
from firmware.cellular.ways import by_ourselves
from firmware.core.modem_events import Apn
from firmware.loop import Loop
from firmware.orders import OrderRefused
from hal.pi.uart import SerialSource
from hal.sim.cellular import SimModem, World
from hal.sim.cellular_port import SimModemPlug
from tests.cellular.mobile_network import CARD, MODEM, MobileNetwork, mobile_network, prove

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path


class Box:
    """The session as the device has it, in the namespace of the box."""

    def __init__(self, network: MobileNetwork, folder: Path, world: World, settings: CellularSettings) -> None:
        self.loop, self.network, self.world = Loop(), network, world
        self.sim = SimModem(self.loop, world)
        self.sim.on_data = network.lead
        world.network.apns = frozenset({"internet.beeline.kz"})  # what the installed database knows for this card
        self.plug = SimModemPlug(self.loop, self.sim, folder / "usb", interface=CARD)
        self.states: list[CellularState] = []
        self._changed = asyncio.Event()
        (folder / "state").mkdir(exist_ok=True)
        self.modem = assemble(self.loop, folder / "state", Wiring(SerialSource, usb=self.plug.tree), settings, prove)

    async def until(self, wanted: Callable[[CellularState], bool]) -> CellularState:
        while not wanted(self.modem.state):
            self._changed.clear()
            await self._changed.wait()
        return self.modem.state

    def on_state(self, state: CellularState) -> None:
        self.states.append(state)
        self._changed.set()


@asynccontextmanager
async def box(
    network: MobileNetwork, folder: Path, world: World | None = None, settings: CellularSettings | None = None
) -> AsyncIterator[Box]:
    made = Box(network, folder, world or World(), settings or CellularSettings())
    made.plug.plug()
    made.modem.start(made.on_state)
    try:
        yield made
    finally:
        made.modem.stop()
        await made.modem.ended()
        made.plug.pull()


def attached(state: CellularState) -> bool:
    return state.attached


def detached(state: CellularState) -> bool:
    return not state.attached


@pytest.mark.parametrize("refuses", [True, False])
def test_data_comes_up_by_itself_and_leaves_nothing_behind(tmp_path: Path, *, refuses: bool) -> None:
    """With `refuses` false a wrong access point gives an address that leads nowhere: only the probe tells."""

    async def live(network: MobileNetwork) -> None:
        world = World()
        world.network.refuses_others = refuses
        async with box(network, tmp_path, world) as made:
            state = await made.until(attached)
            assert (state.interface, state.apn, state.gateway, state.nameservers) == (
                CARD,
                "internet.beeline.kz",
                MODEM,
                (MODEM,),
            )
            assert f"{state.address}/24" in network.addresses()
            route = network.default_route()
            assert f"default via {MODEM} dev {CARD} proto dhcp" in route
            assert "metric 700" in route

    with mobile_network(tmp_path) as network:
        asyncio.run(live(network))
        assert network.addresses() == ""
        assert network.default_route() == ""


def test_data_the_network_takes_away_and_a_modem_that_vanishes_come_back(tmp_path: Path) -> None:
    async def live(network: MobileNetwork) -> None:
        async with box(network, tmp_path) as made:
            await made.until(attached)
            made.sim.drop_data()
            await made.until(detached)
            await made.until(attached)
            before = made.modem.state.port
            made.plug.restart(300)
            await made.until(detached)
            state = await made.until(attached)
            assert state.port != before
            assert f"{state.address}/24" in network.addresses()

    with mobile_network(tmp_path) as network:
        asyncio.run(live(network))


def test_dead_behind_a_living_modem(tmp_path: Path) -> None:
    """The uplink's watch says so; the address never went."""

    async def live(network: MobileNetwork) -> None:
        async with box(network, tmp_path) as made:
            await made.until(attached)
            made.modem.lost("no probe came back for 3 s")
            await made.until(detached)
            await made.until(attached)

    with mobile_network(tmp_path) as network:
        asyncio.run(live(network))


def test_the_orders_tell_and_open(tmp_path: Path) -> None:
    async def live(network: MobileNetwork) -> None:
        world = World()
        world.card.pin = "1234"
        async with box(network, tmp_path, world) as made:
            handlers = orders(made.modem)
            await made.until(lambda state: state.phase == "locked")
            with pytest.raises(OrderRefused, match="4 to 8 digits"):
                await handlers["modem.pin"](pin="12")
            with pytest.raises(OrderRefused, match="refused the PIN"):
                await handlers["modem.pin"](pin="4321")
            assert world.card.tries == 2
            with pytest.raises(OrderRefused, match="refused this PIN"):
                await handlers["modem.pin"](pin="4321")
            assert world.card.tries == 2
            assert await handlers["modem.pin"](pin="1234") == {"accepted": True}
            await made.until(attached)
            told = await handlers["modem.status"]()
            assert isinstance(told, dict)
            assert (told["operator"], told["technology"], told["attached"]) == ("Keepline Test", "4G", True)

    with mobile_network(tmp_path) as network:
        asyncio.run(live(network))


def test_no_dhcp_server_is_said(tmp_path: Path) -> None:
    async def live(network: MobileNetwork) -> None:
        network.beyond.ip("link", "set", "modem0", "up")
        network.beyond.run("nft", "add", "table", "inet", "mute")
        network.beyond.run("nft", "add chain inet mute in { type filter hook input priority 0 ; policy drop ; }")
        network.beyond.run("nft", "add table netdev mute")
        network.beyond.run(
            "nft", "add chain netdev mute in { type filter hook ingress device modem0 priority 0 ; policy drop ; }"
        )
        lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        bearer = DhcpBearer(lambda: CARD, by_ourselves(tmp_path / "run"))
        bearer.up(Apn(""), partial(pytest.fail, "an address from nowhere"), lost.set_result)
        assert "no address by DHCP on usb0" in await lost

    with mobile_network(tmp_path) as network:
        asyncio.run(live(network))
