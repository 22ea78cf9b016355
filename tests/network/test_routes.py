"""Our routes and rules carry real packets over the uplink they are meant for, keep out of everybody's way, and go when we go."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firmware.network.policy import PROTOCOL
from firmware.network.routes import Routes
from tests.lab.namespaces import connect
from tests.network.claimed import claimed
from tests.network.letters import Letters
from tests.network.town import CLOUD4, CLOUD6, Town, rows, town
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator


RTP = (42000, 42099)
MOVES = 200
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def place() -> Iterator[Town]:
    with town() as made:
        yield made


def in_device(place: Town, scenario: Coroutine[object, object, None]) -> None:
    with place.device.inside():
        asyncio.run(scenario)


async def turn() -> None:
    """Let the loop read what the kernel has already sent."""
    for _ in range(3):
        await asyncio.sleep(0)


def ours(place: Town) -> list[object]:
    return [row for part in place.everything().values() for row in part if str(row.get("protocol")) == str(PROTOCOL)]


@pytest.mark.parametrize(
    ("cloud", "wire", "radio"), [(CLOUD4, "10.1.0.2", "10.2.0.2"), (CLOUD6, "2001:db8:1::2", "2001:db8:2::2")]
)
def test_an_address_leaves_by_its_own_uplink(place: Town, cloud: str, wire: str, radio: str) -> None:
    async def scenario() -> None:
        with Letters(place, cloud, wire) as by_wire, Letters(place, cloud, radio) as by_radio, Letters(place, cloud) as by_system:
            async with claimed():
                assert (by_wire.way(), by_radio.way()) == ("eth0", "wlan0")
                assert by_system.way() == "eth0"  # the system's own choice stays the system's

    in_device(place, scenario())


@pytest.mark.parametrize("cloud", [CLOUD4, CLOUD6])
def test_voice_moves_with_its_next_packet(place: Town, cloud: str) -> None:
    """The socket stays the same one, bound to no address; other sockets stay where they are."""

    async def scenario() -> None:
        with (
            Letters(place, cloud, port=RTP[0]) as first,
            Letters(place, cloud, port=RTP[1]) as last,
            Letters(place, cloud, port=42100) as other,
        ):
            async with claimed() as (held, _):
                for uplink in ("wlan0", "eth0", "wlan0", "wlan0", "eth0"):
                    held.routes.use_for_voice(uplink, *RTP)
                    assert (first.way(), last.way()) == (uplink, uplink), place.everything()
                    assert other.way() == "eth0"
                held.routes.use_for_voice("wlan0", *RTP)
                held.routes.use_for_voice("", *RTP)
                assert first.way() == "eth0"

    in_device(place, scenario())


SENDER = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.bind(("", int(sys.argv[1])))
    for number in range(int(sys.argv[3])):
        sender.sendto(b"voice", (sys.argv[2], 9))
        if not number:
            print("sending", flush=True)
"""
"""Ends with the packet that has no way."""
PACKETS = 200_000


def test_no_packet_falls_between_two_rules(place: Town) -> None:
    """A program sends without a pause while the voice moves; between two rules there would be no way at all."""

    async def scenario() -> None:
        async with claimed() as (held, _):
            held.routes.use_for_voice("eth0", *RTP)
            words = [sys.executable, "-c", SENDER, str(RTP[0]), CLOUD4, str(PACKETS)]
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            with subprocess.Popen(words, **pipes, text=True) as sender:  # noqa: ASYNC220 (this loop has nothing else to do)
                assert sender.stdout
                assert sender.stderr
                assert sender.stdout.readline() == "sending\n", sender.stderr.read()
                moves = 0
                while sender.poll() is None:
                    moves += 1
                    held.routes.use_for_voice(("wlan0", "eth0")[moves % 2], *RTP)
                assert not sender.returncode, f"after {moves} moves: {sender.stderr.read()}"
        assert moves >= MOVES

    in_device(place, scenario())


@pytest.mark.parametrize(("cloud", "wire"), [(CLOUD4, "10.1.0.2"), (CLOUD6, "2001:db8:1::2")])
def test_nothing_leaves_by_another_uplink_when_ones_own_way_is_gone(place: Town, cloud: str, wire: str) -> None:
    async def scenario() -> None:
        with Letters(place, cloud, wire) as by_wire, Letters(place, cloud, port=RTP[0]) as voice:
            async with claimed() as (held, sight):
                held.routes.use_for_voice("eth0", *RTP)
                assert (by_wire.way(), voice.way()) == ("eth0", "eth0")
                place.device.ip("link", "set", "eth0", "down")
                await sight.until(lambda link: not link.up)
                with pytest.raises(OSError, match="Network is unreachable"):
                    voice.way()
                held.routes.use_for_voice("wlan0", *RTP)
                assert voice.way() == "wlan0"

    in_device(place, scenario())


@pytest.mark.parametrize(
    ("cloud", "radio", "router"), [(CLOUD4, "10.2.0.2", "10.2.0.1"), (CLOUD6, "2001:db8:2::2", "2001:db8:2::1")]
)
def test_a_router_that_did_not_answer_is_asked_again_with_the_next_packet(
    place: Town, cloud: str, radio: str, router: str
) -> None:
    async def scenario() -> None:
        with Letters(place, cloud, radio) as by_radio, Letters(place, cloud, port=RTP[0]) as voice:
            async with claimed() as (held, _):
                held.routes.use_for_voice("wlan0", *RTP)
                for letters in (by_radio, voice):
                    place.device.ip("neigh", "replace", router, "dev", "wlan0", "nud", "failed")
                    assert letters.way() == "wlan0"

    in_device(place, scenario())


def test_the_router_stays_known_when_the_systems_default_route_is_taken_away(place: Town) -> None:
    """By another program, in a call; both uplinks' at once."""

    async def scenario() -> None:
        with Letters(place, CLOUD4, "10.1.0.2") as by_wire, Letters(place, CLOUD4, port=RTP[0]) as voice:
            async with claimed() as (held, sight):
                held.routes.use_for_voice("eth0", *RTP)
                for name in ("eth0", "wlan0"):
                    place.device.ip("route", "del", "default", "dev", name)
                await turn()
                assert (by_wire.way(), voice.way()) == ("eth0", "eth0")
                place.device.ip("route", "add", "default", "via", "10.1.0.254", "dev", "eth0")
                await sight.until(lambda link: link.gateway4 == "10.1.0.254")

    in_device(place, scenario())


def test_everything_else_is_as_before_and_all_of_ours_goes(place: Town) -> None:
    place.device.ip("route", "add", "192.0.2.0/24", "via", "10.1.0.1", "table", "7401")
    place.device.ip("rule", "add", "from", "10.1.0.2", "lookup", "main", "priority", "90")
    before = place.everything()

    async def scenario() -> None:
        async with claimed() as (held, _):
            held.routes.use_for_voice("wlan0", *RTP)
            during = place.everything()
            for what, was in before.items():
                assert [row for row in during[what] if str(row.get("protocol")) != str(PROTOCOL)] == was
            marked = [row for row in during["-4 rule show"] if str(row.get("protocol")) == str(PROTOCOL)]
            assert {int(row["table"]) for row in marked if "table" in row} == {7402, 7403}  # 7401 is somebody's

    in_device(place, scenario())
    assert place.everything() == before


def test_a_released_uplink_takes_its_table_along(place: Town) -> None:
    async def scenario() -> None:
        async with claimed("wlan0") as (held, _):
            assert ours(place)
            held.routes.release("wlan0")
            assert not ours(place)

    in_device(place, scenario())


def test_what_a_killed_process_left_goes_at_the_next_start(place: Town, tmp_path: Path) -> None:
    before = place.everything()
    claimer = [*place.device.enter, sys.executable, "-m", "tests.network.claimer", "eth0", "wlan0"]
    with Process(claimer, tmp_path, name="claimer", environment={"PYTHONPATH": str(ROOT)}, stop_signal=signal.SIGKILL) as process:
        process.wait_for_line("claimed")
    assert ours(place)

    async def scenario() -> None:
        routes = Routes()
        routes.start()
        assert place.everything() == before
        routes.release_all()

    in_device(place, scenario())


@pytest.mark.parametrize("family", ["-4", "-6"])
def test_what_another_program_takes_away_is_put_back(place: Town, family: str) -> None:
    """Theirs stays theirs: the rule it adds and the route it writes over ours are not touched."""
    cloud = CLOUD4 if family == "-4" else CLOUD6

    async def scenario() -> None:
        with Letters(place, cloud, port=RTP[0]) as voice:
            async with claimed() as (held, _):
                held.routes.use_for_voice("wlan0", *RTP)
                whole = ours(place)
                ip = place.device.ip
                table = next(str(row["table"]) for row in rows(place.device, family, "rule", "show") if row.get("oif") == "wlan0")
                ip(family, "rule", "add", "from", "all", "lookup", "main", "priority", "30000")
                ip(family, "rule", "flush", "protocol", str(PROTOCOL))
                await held.repaired()
                ip(family, "route", "flush", "table", table)
                await held.repaired()
                assert ours(place) == whole
                assert voice.way() == "wlan0"
                assert any(row["priority"] == 30000 for row in rows(place.device, family, "rule", "show"))

    in_device(place, scenario())


def test_a_route_written_over_ours_stays_behind_it(place: Town) -> None:
    async def scenario() -> None:
        with Letters(place, CLOUD4, "10.2.0.2") as by_radio:
            async with claimed() as (held, _):
                table = next(str(row["table"]) for row in rows(place.device, "-4", "rule", "show") if row.get("oif") == "wlan0")
                place.device.ip("route", "replace", "default", "via", "10.2.0.77", "dev", "wlan0", "table", table)
                await held.repaired()
                assert by_radio.way() == "wlan0"
                assert any(row.get("gateway") == "10.2.0.77" for row in rows(place.device, "-4", "route", "show", "table", table))
                place.device.ip("route", "del", "default", "via", "10.2.0.77", "dev", "wlan0", "table", table)

    in_device(place, scenario())


def test_a_new_gateway_and_a_new_address_are_followed(place: Town) -> None:
    """As DHCP brings them, while a call's socket is open."""
    place.wire.ip("addr", "add", "10.1.0.254/24", "dev", "lan")

    async def scenario() -> None:
        with Letters(place, CLOUD4, port=RTP[0]) as voice:
            async with claimed() as (held, sight):
                held.routes.use_for_voice("eth0", *RTP)
                ip = place.device.ip
                ip("route", "replace", "default", "via", "10.1.0.254", "dev", "eth0", "metric", "100")
                await sight.until(lambda link: link.gateway4 == "10.1.0.254")
                assert "10.1.0.254" in ip("route", "get", CLOUD4, "from", "10.1.0.2")
                assert voice.way() == "eth0"
                ip("addr", "del", "10.1.0.2/24", "dev", "eth0")
                ip("addr", "add", "10.1.0.50/24", "dev", "eth0")
                ip("route", "add", "default", "via", "10.1.0.1", "dev", "eth0", "metric", "100")
                await sight.until(lambda link: link.address4 == "10.1.0.50" and bool(link.gateway4))
                assert "src 10.1.0.50" in ip("route", "get", CLOUD4, "ipproto", "udp", "sport", str(RTP[0]))
                assert voice.way() == "eth0"
                assert not any(row.get("src") == "10.1.0.2" for row in rows(place.device, "-4", "rule", "show"))

    in_device(place, scenario())


def test_a_static_route_over_the_uplink_holds_for_its_address_too(place: Town) -> None:
    """The system's other routes over an interface are part of its table, also when they come later."""

    async def scenario() -> None:
        async with claimed():
            place.device.ip("route", "add", "192.0.2.0/24", "via", "10.2.0.77", "dev", "wlan0")
            await turn()
            assert "via 10.2.0.77" in place.device.ip("route", "get", "192.0.2.1", "from", "10.2.0.2")

    in_device(place, scenario())


def test_a_telephone_system_in_the_house_is_reached_as_before(place: Town) -> None:
    """The box may have an interface that is no uplink; voice to its subnet does not go to the internet."""
    connect(place.device, "house", place.cloud, "pbx")
    place.device.ip("addr", "add", "192.168.7.1/24", "dev", "house")

    async def scenario() -> None:
        async with claimed() as (held, _):
            held.routes.use_for_voice("wlan0", *RTP)
            assert "dev house" in place.device.ip("route", "get", "192.168.7.9", "ipproto", "udp", "sport", str(RTP[0]))

    in_device(place, scenario())


def test_an_uplink_with_ipv6_only(place: Town) -> None:
    place.device.ip("-4", "addr", "flush", "dev", "wlan0")

    async def scenario() -> None:
        with Letters(place, CLOUD6, port=RTP[0]) as six, Letters(place, CLOUD4, port=RTP[0]) as four:
            async with claimed() as (held, _):
                held.routes.use_for_voice("wlan0", *RTP)
                assert six.way() == "wlan0"
                with pytest.raises(OSError, match="Network is unreachable"):
                    four.way()

    in_device(place, scenario())


def test_a_vanished_interface_comes_back_under_its_rules(place: Town) -> None:
    async def scenario() -> None:
        with Letters(place, CLOUD4, port=RTP[0]) as voice:
            async with claimed() as (held, sight):
                held.routes.use_for_voice("wlan0", *RTP)
                place.device.ip("link", "del", "wlan0")
                await sight.until(lambda link: not link.index, "wlan0")
                place.uplink("wlan0", place.radio, 2, metric=600)
                await sight.until(lambda link: bool(link.gateway4 and link.gateway6), "wlan0")
                assert voice.way() == "wlan0"

    in_device(place, scenario())


@pytest.mark.parametrize(
    ("lost", "then"),
    [
        ("-net_admin", "ping answered"),
        ("-net_admin,-net_raw", "no ping: the device may not ping: open net.ipv4.ping_group_range"),
    ],
)
def test_no_rights_is_one_sentence(place: Town, tmp_path: Path, lost: str, then: str) -> None:
    """Watching goes on without them, and so does every probe that needs none."""
    before = place.everything()
    weak = ["setpriv", f"--bounding-set={lost}", f"--inh-caps={lost}", "--"]
    claimer = [*place.device.enter, *weak, sys.executable, "-m", "tests.network.claimer", "eth0"]
    with Process(claimer, tmp_path, name="claimer", environment={"PYTHONPATH": str(ROOT)}) as process:
        process.wait_for_line(r"^MissingRights: the device may not change routes: it lacks the right CAP_NET_ADMIN")
        process.wait_for_line(r"^watching eth0 10\.1\.0\.2")
        process.wait_for_line("^" + then)
        assert process.wait_for_exit(10) == 0
        assert not any("Traceback" in line for line in process.lines)
    assert place.everything() == before


class TestOneSubnetTwice:
    """Two routers of the same make: the same subnet on both uplinks, even the same address."""

    @pytest.mark.parametrize("same_address", [False, True])
    def test_voice_goes_where_it_is_sent(self, *, same_address: bool) -> None:
        with town(same_subnet=True) as place:
            if same_address:
                place.device.ip("addr", "del", "10.1.0.3/24", "dev", "wlan0")
                place.device.ip("addr", "add", "10.1.0.2/24", "dev", "wlan0")
                place.device.ip("route", "add", "default", "via", "10.1.0.1", "dev", "wlan0", "metric", "600")
            in_device(place, self._scenario(place))

    async def _scenario(self, place: Town) -> None:
        with Letters(place, CLOUD4, port=RTP[0]) as voice:
            async with claimed() as (held, sight):
                for uplink in ("wlan0", "eth0", "wlan0"):
                    held.routes.use_for_voice(uplink, *RTP)
                    link = sight.watch.link(uplink)
                    with Letters(place, CLOUD4, link.address4) as transport:
                        assert (voice.way(), transport.way()) == (uplink, uplink)


def test_a_claim_without_an_interface_is_no_trouble(place: Town) -> None:
    async def scenario() -> None:
        async with claimed("eth0", "wwan0") as (held, sight):
            assert not held.repairs
            held.routes.claim(replace(sight.watch.link("eth0"), address4="10.9.9.9"))  # lost between the news and now
            assert len(held.repairs) == 1

    in_device(place, scenario())
