"""One command at a time, each with a deadline: no answer is ever taken for another command's, whatever the modem does."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from firmware.loop import Loop
from hal.at import Answer, Command, Result, Unsolicited
from hal.errors import PartBusy, PartMissing
from hal.modem import Modem, ModemGone, ModemHung, ModemNews, ModemReady
from hal.pi.uart import SerialPort, SerialSource
from hal.sim.cellular import SimModem, World
from hal.sim.cellular_port import SimModemPlug
from hal.sim.cellular_world import Cure
from hal.usb_modem import UsbTree, plug_in, plug_out
from tests.hal.modem_wire import ModemBench

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

SIGNAL = Command("AT+CSQ", r"\+CSQ: .*")
OPERATOR = Command("AT+COPS?", r"\+COPS: .*")
MODEL = Command("AT+CGMM", r"SIM.*")


def ask(bench: ModemBench, *commands: Command) -> list[Answer]:
    answers: list[Answer] = []
    for command in commands:
        bench.modem.send(command, answers.append)
    return answers


def test_it_gets_into_step_and_says_so_once() -> None:
    bench = ModemBench().started()
    assert bench.news == [ModemReady("/dev/ttyUSB2")]


def test_commands_are_asked_one_after_another() -> None:
    bench = ModemBench().started()
    bench.world.misdeeds.late_ms = {"AT+CSQ": 1_000}
    answers = ask(bench, SIGNAL, OPERATOR)
    bench.clock.run(900)
    assert "AT+COPS?" not in bench.sim.commands
    bench.clock.run(500)
    assert [answer.line for answer in answers] == ["+CSQ: 20,99", '+COPS: 0,0,"Keepline Test",7']


def test_an_answer_that_is_late_is_not_the_next_commands() -> None:
    bench = ModemBench().started()
    bench.world.misdeeds.late_ms = {"AT+CFUN": 7_000}
    answers = ask(bench, Command("AT+CFUN=1"), Command('AT+CGDCONT=1,"WRONG"'), SIGNAL)
    bench.clock.run(5_500)
    assert [answer.result for answer in answers] == [Result.SILENT]
    bench.clock.run(5_000)
    assert [answer.result for answer in answers] == [Result.SILENT, Result.ERROR, Result.OK]
    assert answers[2].line == "+CSQ: 20,99"


@pytest.mark.parametrize("late_ms", range(4_800, 9_000, 350))
def test_however_late_it_is_the_same_question_again_gets_its_own_answer(late_ms: int) -> None:
    bench = ModemBench().started()
    bench.world.misdeeds.late_ms = {"AT+CSQ": late_ms}
    answers = ask(bench, SIGNAL)
    bench.clock.run(5_000)
    bench.world.misdeeds.late_ms = {}
    bench.world.network.signal = 7
    answers += (again := ask(bench, SIGNAL, OPERATOR))
    bench.clock.run(10_000)
    assert again[0].line == "+CSQ: 7,99"
    assert again[1].line.startswith("+COPS: ")


def test_a_modem_that_does_not_echo_is_understood_too() -> None:
    bench = ModemBench()
    bench.world.misdeeds.echoes = False
    bench.started()
    bench.world.misdeeds.late_ms = {"AT+CSQ": 6_000}
    answers = ask(bench, SIGNAL, OPERATOR)
    bench.clock.run(15_000)
    assert [answer.result for answer in answers] == [Result.SILENT, Result.OK]
    assert answers[1].line.startswith("+COPS: ")


def test_news_reach_their_reader_and_no_answer() -> None:
    bench = ModemBench().started()
    bench.world.misdeeds.storm = ("RING", '+CLIP: "123",129', "+CREG: 1", "NO CARRIER")
    answers = ask(bench, SIGNAL, OPERATOR)
    bench.clock.run(100)
    assert [answer.lines for answer in answers] == [("+CSQ: 20,99",), ('+COPS: 0,0,"Keepline Test",7',)]
    assert bench.news.count(Unsolicited("RING")) >= 4


def test_pieces_make_no_difference() -> None:
    bench = ModemBench()
    bench.world.misdeeds.piece_bytes = 1
    bench.started()
    answers = ask(bench, SIGNAL, OPERATOR)
    bench.clock.run(2_000)
    assert [answer.line for answer in answers] == ["+CSQ: 20,99", '+COPS: 0,0,"Keepline Test",7']


def test_a_message_is_written_at_the_prompt() -> None:
    bench = ModemBench().started()
    answers = ask(bench, Command("AT+CMGS=12", r"\+CMGS: .*", payload=b"0011"), SIGNAL)
    bench.clock.run(100)
    assert [answer.line for answer in answers] == ["+CMGS: 7", "+CSQ: 20,99"]


def test_a_modem_that_hangs_is_reported_and_found_again_when_it_wakes() -> None:
    bench = ModemBench().started()
    bench.world.misdeeds.hangs_until = Cure.POWER
    answers = ask(bench, SIGNAL, OPERATOR)
    bench.clock.run(16_000)
    assert [answer.result for answer in answers] == [Result.SILENT, Result.SILENT]
    assert bench.news[-1] == ModemHung()
    answers += (refused := ask(bench, SIGNAL))
    bench.clock.run(0)
    assert [answer.result for answer in refused] == [Result.SILENT]
    bench.world.misdeeds.hangs_until = None
    bench.clock.run(10_000)
    assert bench.news[-1] == ModemReady("/dev/ttyUSB2")


def test_a_port_that_goes_answers_everything_and_comes_back_under_another_name() -> None:
    bench = ModemBench().started()
    bench.world.misdeeds.late_ms = {"AT": 1_000}
    answers = ask(bench, SIGNAL, OPERATOR)
    bench.clock.run(100)
    bench.source.pull()
    bench.clock.run(10)
    assert [answer.result for answer in answers] == [Result.GONE, Result.GONE]
    answers = ask(bench, SIGNAL)
    bench.clock.run(0)
    assert answers[0].result is Result.GONE
    bench.sim.boot()
    bench.world.misdeeds.late_ms = {}
    bench.source.plug("/dev/ttyUSB6")
    bench.clock.run(5_000)
    assert bench.news[-1] == ModemReady("/dev/ttyUSB6")
    assert bench.modem.port == "/dev/ttyUSB6"


def test_a_missing_port_is_told_once_and_not_every_time_it_is_looked_for() -> None:
    bench = ModemBench()
    bench.source.plugged = False
    bench.started()
    assert bench.news == [ModemGone("No modem is on the USB: neither a known model nor one that shows its AT ports.")]


def test_after_stop_nothing_is_said_any_more() -> None:
    bench = ModemBench().started()
    answers = ask(bench, SIGNAL)
    bench.modem.stop()
    bench.clock.run(60_000)
    assert (answers, bench.news) == ([], [ModemReady("/dev/ttyUSB2")])


class RealPort:
    """The driver at a real terminal, with real time."""

    def __init__(self, folder: Path) -> None:
        self.loop = Loop()
        self.world = World()
        self.sim = SimModem(self.loop, self.world)
        self.plug = SimModemPlug(self.loop, self.sim, folder, interface="usb0")
        self.news: list[ModemNews] = []
        self._arrived = asyncio.Event()
        self.modem = Modem(self.loop, SerialSource(self.loop, lambda: self.plug.tree.find().control), self._heard)

    async def until(self, wanted: Callable[[], bool]) -> None:
        while not wanted():
            self._arrived.clear()
            await self._arrived.wait()

    async def ask(self, command: Command) -> Answer:
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.modem.send(command, answered.set_result)
        return await answered

    def _heard(self, news: ModemNews) -> None:
        self.news.append(news)
        self._arrived.set()


@asynccontextmanager
async def real_port(folder: Path) -> AsyncIterator[RealPort]:
    port = RealPort(folder)
    port.plug.plug()
    port.modem.start()
    try:
        await port.until(lambda: ModemReady(port.modem.port) in port.news)
        yield port
    finally:
        port.modem.stop()
        port.plug.pull()


def test_over_a_real_terminal(tmp_path: Path) -> None:
    async def try_it() -> None:
        async with real_port(tmp_path) as port:
            port.world.misdeeds.storm = ("RING",)
            port.world.misdeeds.piece_bytes = 3
            answers = await asyncio.gather(*(port.ask(command) for command in (SIGNAL, MODEL) * 20))
            assert [answer.line for answer in answers[:2]] == ["+CSQ: 20,99", "SIM7600E-H"]
            assert all(answer.ok and len(answer.lines) == 1 for answer in answers)

    asyncio.run(try_it())


def test_over_a_real_terminal_that_vanishes_and_returns_under_another_name(tmp_path: Path) -> None:
    async def try_it() -> None:
        async with real_port(tmp_path) as port:
            before = port.modem.port
            port.world.misdeeds.late_ms = {"AT+CSQ": 60_000}
            asked = asyncio.ensure_future(port.ask(SIGNAL))
            await asyncio.sleep(0)
            port.plug.restart(300, name="ttyUSB7")
            assert (await asked).result is Result.GONE
            port.world.misdeeds.late_ms = {}
            await port.until(lambda: port.news[-1] == ModemReady(str(port.plug.tree.dev / "ttyUSB7")))
            assert port.modem.port != before
            assert (await port.ask(SIGNAL)).line == "+CSQ: 20,99"

    asyncio.run(try_it())


def test_a_modem_taken_off_the_bus_comes_back_with_it(tmp_path: Path) -> None:
    async def try_it() -> None:
        async with real_port(tmp_path) as port:
            port.world.misdeeds.hangs_until = Cure.PLUG
            modem = port.plug.tree.find()
            plug_out(modem)
            await port.until(lambda: isinstance(port.news[-1], ModemGone))
            plug_in(modem)
            await port.until(lambda: isinstance(port.news[-1], ModemReady))
            assert (await port.ask(SIGNAL)).ok

    asyncio.run(try_it())


def test_a_port_has_one_owner(tmp_path: Path) -> None:
    async def try_it() -> None:
        async with real_port(tmp_path) as port:
            with pytest.raises(PartBusy, match="in use by another program"):
                SerialPort(port.modem.port, port.loop, lambda _data: None, lambda _reason: None)

    asyncio.run(try_it())


def test_a_port_that_is_not_there_is_named(tmp_path: Path) -> None:
    async def try_it() -> None:
        with pytest.raises(PartMissing, match="ttyUSB9 cannot be opened: No such file"):
            SerialPort(str(tmp_path / "ttyUSB9"), Loop(), lambda _data: None, lambda _reason: None)

    asyncio.run(try_it())


def test_the_port_is_found_by_interface_also_behind_a_network_card(tmp_path: Path) -> None:
    for place, interface in ((tmp_path / "card", "usb0"), (tmp_path / "none", "")):
        tree = _plugged(place, interface)
        found = tree.find()
        assert (found.table.name, found.control, found.interface) == ("SIM7600", str(tree.dev / "ttyUSB2"), interface)


def test_no_modem_on_the_bus_is_said(tmp_path: Path) -> None:
    with pytest.raises(PartMissing, match="No modem is on the USB"):
        UsbTree(tmp_path, tmp_path).find()


def _show_at_ports(folder: Path, ports: int, card: str) -> UsbTree:
    """A stranger on the bus: AT ports as every CDC-ACM device shows them, and perhaps a network card."""
    device = folder / "bus/usb/devices/1-1"
    device.mkdir(parents=True)
    for name, text in {"idVendor": "1d6b", "idProduct": "0104"}.items():
        (device / name).write_text(text)
    for number in range(ports):
        interface = device.parent / f"1-1:1.{2 * number}"
        (interface / "tty" / f"ttyACM{number}").mkdir(parents=True)
        shown = {"bInterfaceNumber": f"{2 * number:02x}", "bInterfaceClass": "02", "bInterfaceSubClass": "02"}
        for name, text in {**shown, "bInterfaceProtocol": "01"}.items():
            (interface / name).write_text(text)
    if card:
        (device.parent / "1-1:1.9/net" / card).mkdir(parents=True)
        (device.parent / "1-1:1.9/bInterfaceNumber").write_text("09")
    return UsbTree(folder, folder.parent / "dev")


def test_a_stranger_is_known_by_its_at_ports(tmp_path: Path) -> None:
    found = _show_at_ports(tmp_path / "ports", 2, "").find()
    assert (found.table.name, found.control, found.data) == (
        "generic",
        str(tmp_path / "dev/ttyACM0"),
        str(tmp_path / "dev/ttyACM1"),
    )
    assert _show_at_ports(tmp_path / "card", 1, "usb0").find().interface == "usb0"


def test_a_circuit_board_with_a_serial_port_is_no_modem(tmp_path: Path) -> None:
    with pytest.raises(PartMissing, match="No modem is on the USB"):
        _show_at_ports(tmp_path, 1, "").find()


def _plugged(folder: Path, interface: str) -> UsbTree:
    """The folder as a plugged modem leaves it, without a terminal."""

    async def plug() -> UsbTree:
        loop = Loop()
        plug = SimModemPlug(loop, SimModem(loop, World()), folder, interface)
        plug.plug()
        assert plug._look_timer
        assert plug._terminal
        plug._look_timer.cancel()
        plug._terminal.close()
        return plug.tree

    return asyncio.run(plug())
