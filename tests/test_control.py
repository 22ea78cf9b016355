"""The control socket as its clients see it: a real server on a real socket, spoken to by our clients and by hand."""

import asyncio
import json
import socket
import stat
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.client import AsyncClient, Client, DeviceAbsent
from firmware.control import Control
from firmware.orders import LONGEST_LINE_BYTES, OrderRefused


class Device:
    """A device with a few orders, on a loop in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.loop = asyncio.new_event_loop()
        self.control = Control(
            path, {"add": self.add, "wait": self.wait, "go": self.go, "break": self.fail, "big": self.big, "count": self.count}
        )
        self.gone = asyncio.Event()
        self.counting_stopped = threading.Event()

    async def add(self, first: int, second: float = 0, name: str = "", loud: bool = False) -> object:  # noqa: FBT001, FBT002 - as orders are
        if first < 0:
            raise OrderRefused("first must not be negative")
        return {"sum": first + second, "name": name, "loud": loud}

    async def wait(self) -> object:
        await self.gone.wait()
        return "waited"

    async def go(self) -> object:
        self.gone.set()
        return None

    async def fail(self) -> object:
        raise KeyError("inside")

    async def big(self) -> object:
        return "x" * LONGEST_LINE_BYTES

    async def count(self, start: int) -> AsyncIterator[object]:
        if start < 0:
            raise OrderRefused("start must not be negative")
        return self._numbers(start)

    async def _numbers(self, number: int) -> AsyncIterator[object]:
        try:
            while True:
                yield {"event": "number", "value": number}
                number += 1
        finally:
            self.counting_stopped.set()

    def publish(self, *events: Mapping[str, object]) -> None:
        def send() -> None:
            for event in events:
                self.control.publish(event)

        self.call(send)

    def call(self, work: Callable[[], None]) -> None:
        done: Future[None] = Future()

        def work_on_the_loop() -> None:
            work()
            done.set_result(None)

        self.loop.call_soon_threadsafe(work_on_the_loop)
        done.result(10)


@contextmanager
def running(path: Path) -> Iterator[Device]:
    device = Device(path)
    thread = threading.Thread(target=device.loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(device.control.start(), device.loop).result(10)
        yield device
    finally:
        asyncio.run_coroutine_threadsafe(device.control.stop(), device.loop).result(10)
        device.loop.call_soon_threadsafe(device.loop.stop)
        thread.join()
        device.loop.close()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Device]:
    with running(tmp_path / "control.sock") as running_device:
        yield running_device


class ByHand:
    """A client that sends what it likes."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.lines.close()
        self.socket.close()

    def send(self, *lines: bytes) -> None:
        self.socket.sendall(b"".join(line + b"\n" for line in lines))

    def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.lines.readline())
        return answer


@pytest.fixture
def by_hand(device: Device) -> Iterator[ByHand]:
    with ByHand(device.path) as hand:
        yield hand


def test_an_order_is_answered(device: Device) -> None:
    with Client(device.path) as client:
        assert client.ask("add", first=1, second=2.5, name="ä\n") == {"sum": 3.5, "name": "ä\n", "loud": False}
        assert client.ask("add", first=1, second=2, loud=True, name=None) == {"sum": 3, "name": "", "loud": True}


@pytest.mark.parametrize(
    ("line", "answer_id", "error"),
    [
        (b"{", None, "the line is not JSON; an order is one JSON object a line"),
        (b"\xff", None, "the line is not JSON; an order is one JSON object a line"),
        (b"[" * 100_000, None, "the line is not JSON; an order is one JSON object a line"),
        (b"[]", None, 'an order is a JSON object such as {"v": 1, "id": 1, "do": "status"}'),
        (b'{"id": []}', None, "id must be a whole number or text"),
        (b'{"id": 4, "v": 2, "do": "add"}', 4, "this device speaks version 1 of the control protocol"),
        (b'{"id": 4}', 4, '"do" is missing; it names the order'),
        (b'{"id": "x", "do": "fly"}', "x", 'there is no order "fly"; there are: add, big, break, count, go, wait, watch'),
        (b'{"id": 4, "do": "add"}', 4, "add needs first (a whole number)"),
        (b'{"id": 4, "do": "add", "first": "1"}', 4, 'add: first must be a whole number, not "1"'),
        (b'{"id": 4, "do": "add", "first": true}', 4, "add: first must be a whole number, not true"),
        (b'{"id": 4, "do": "add", "first": 1, "second": []}', 4, "add: second must be a number, not []"),
        (b'{"id": 4, "do": "add", "first": 1, "third": 1}', 4, 'add takes no "third"; its arguments: first, second, name, loud'),
        (b'{"id": 4, "do": "go", "x": 1}', 4, 'go takes no "x"; its arguments: none'),
        (b'{"id": 4, "do": "add", "first": -1}', 4, "first must not be negative"),
        (b'{"id": 4, "do": "break"}', 4, '"break" failed unexpectedly (KeyError); the log says more'),
        (b'{"id": 4, "do": "big"}', 4, "the answer is longer than a line may be; ask for less"),
        (b'{"id": 4, "do": "count", "start": -1}', 4, "start must not be negative"),
    ],
)
def test_a_wrong_order_is_a_sentence_and_the_connection_stays(
    by_hand: ByHand, line: bytes, answer_id: object, error: str
) -> None:
    by_hand.send(line, b'{"v": 1, "id": 5, "do": "add", "first": 1}')
    answers = {answer["id"]: answer for answer in (by_hand.answer(), by_hand.answer())}
    assert answers[answer_id] == {"id": answer_id, "ok": False, "error": error}
    assert answers[5]["ok"]


def test_a_line_that_is_too_long_is_skipped_and_the_connection_stays(by_hand: ByHand) -> None:
    by_hand.send(b'{"do": "' + b"x" * (2 * LONGEST_LINE_BYTES + 5), b'{"id": 5, "do": "add", "first": 1}')
    assert by_hand.answer() == {"id": None, "ok": False, "error": "the line is longer than 8 MiB"}
    assert by_hand.answer()["id"] == 5


def test_a_long_order_holds_up_no_other(by_hand: ByHand) -> None:
    by_hand.send(b'{"id": 1, "do": "wait"}', b'{"id": 2, "do": "go"}')
    assert [by_hand.answer()["id"], by_hand.answer()["id"]] == [2, 1]


def test_a_client_that_has_said_all_still_gets_its_answers(by_hand: ByHand, device: Device) -> None:
    by_hand.send(b'{"id": 1, "do": "wait"}')
    by_hand.socket.shutdown(socket.SHUT_WR)
    with Client(device.path) as other:
        other.ask("go")
    assert by_hand.answer() == {"id": 1, "ok": True, "result": "waited"}
    assert by_hand.lines.readline() == b""


def test_an_order_without_its_end_of_line_is_still_an_order(by_hand: ByHand) -> None:
    by_hand.socket.sendall(b'{"id": 1, "do": "add", "first": 2}')
    by_hand.socket.shutdown(socket.SHUT_WR)
    assert by_hand.answer()["result"]["sum"] == 2


def test_more_orders_at_once_than_anyone_needs_are_refused(by_hand: ByHand) -> None:
    by_hand.send(*[b'{"id": 1, "do": "wait"}'] * 65)
    assert by_hand.answer() == {"id": None, "ok": False, "error": "more than 64 orders at once; wait for answers first"}


def test_watchers_get_events_with_their_time_and_others_do_not(device: Device) -> None:
    with Client(device.path) as watcher, Client(device.path) as other:
        assert watcher.ask("watch") == {}
        device.publish({"event": "line", "state": "idle"}, {"event": "ring", "at": "then"})
        events = watcher.events()
        first = next(events)
        assert (first["event"], first["state"]) == ("line", "idle")
        assert first["at"].endswith("Z")
        assert next(events) == {"event": "ring", "at": "then"}
        assert other.ask("add", first=1)["sum"] == 1


def test_a_watcher_may_go_on_asking(device: Device) -> None:
    with Client(device.path) as client:
        client.ask("watch")
        device.publish({"event": "line"})
        assert client.ask("add", first=1)["sum"] == 1


def test_a_watcher_that_does_not_read_is_dropped_and_the_others_are_not(device: Device) -> None:
    large = {"event": "line", "filler": "x" * 50_000}
    with ByHand(device.path) as lazy, Client(device.path) as watcher:
        lazy.send(b'{"id": 1, "do": "watch"}')
        lazy.answer()
        watcher.ask("watch")
        events = watcher.events()
        for _ in range(600):
            device.publish(large)
            assert next(events)["event"] == "line"
        received = 0
        with suppress(ConnectionResetError):
            for _ in lazy.lines:
                received += 1
        assert received < 600


def test_a_stream_ends_with_its_connection(device: Device) -> None:
    with Client(device.path) as client:
        assert client.ask("count", start=7) == {}
        events = client.events()
        assert [next(events)["value"] for _ in range(3)] == [7, 8, 9]
    assert device.counting_stopped.wait(10)


def test_only_the_owner_may_use_the_socket_and_it_goes_when_the_device_stops(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with running(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert not path.exists()


def test_the_socket_of_a_killed_device_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    with pytest.raises(DeviceAbsent, match="no device runs on the state folder"):
        Client(path)
    with running(path), Client(path) as client:
        assert client.ask("add", first=1)["sum"] == 1


def test_a_folder_deeper_than_a_socket_name_may_be(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with running(deep / "control.sock"), Client(deep / "control.sock") as client:
        assert client.ask("add", first=1)["sum"] == 1
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_a_device_that_stops_is_a_sentence(tmp_path: Path) -> None:
    with running(tmp_path / "control.sock") as device:
        client = Client(device.path)
        client.ask("watch")
    with client, pytest.raises(DeviceAbsent, match="stopped before it answered"):
        client.ask("add", first=1)


def test_a_device_that_does_not_answer_is_a_sentence(device: Device) -> None:
    with Client(device.path) as client, pytest.raises(DeviceAbsent, match=r"did not answer within 0\.05 s"):
        client.ask("wait", patience_s=0.05)


def test_the_page_s_client(device: Device) -> None:
    async def page() -> None:
        client = await AsyncClient.connect(device.path)
        waiting = asyncio.create_task(client.ask("wait"))
        assert (await client.ask("add", first=2))["sum"] == 2
        with pytest.raises(OrderRefused, match="add needs first"):
            await client.ask("add")
        await client.ask("go")
        assert await waiting == "waited"
        await client.ask("watch")
        await asyncio.to_thread(device.publish, {"event": "line", "at": "now"})
        assert await anext(client.events()) == {"event": "line", "at": "now"}
        await client.close()

    asyncio.run(page())


def test_the_page_s_client_is_told_when_the_device_stops(tmp_path: Path) -> None:
    async def page() -> None:
        with running(tmp_path / "control.sock") as device:
            client = await AsyncClient.connect(device.path)
            waiting = asyncio.create_task(client.ask("wait"))
            await client.ask("watch")
        with pytest.raises(DeviceAbsent):
            await waiting
        assert [event async for event in client.events()] == []
        with pytest.raises(DeviceAbsent):
            await client.ask("add", first=1)
        await client.close()
        with pytest.raises(DeviceAbsent, match="no device runs"):
            await AsyncClient.connect(device.path)

    asyncio.run(page())


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["v", "id", "do", "first", "name"]), inner, max_size=4)
    ),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=60).map(lambda junk: junk.replace(b"\n", b"")) | JSON_VALUES.map(lambda value: json.dumps(value).encode())
)
def test_whatever_is_sent_the_next_order_is_answered(device: Device, junk: bytes) -> None:
    with ByHand(device.path) as hand:
        hand.send(junk, b'{"id": "after", "do": "add", "first": 1}')
        while (answer := hand.answer())["id"] != "after":
            assert answer["ok"] is False
            assert answer["error"]
        assert answer["ok"] is True
