"""A far end that does not follow: refuses re-INVITEs, forgets the call, or is not heard by the old sockets; and what is tried next."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from tests.lab.addresses import FAR
from tests.lab.ordered import here, module
from tests.lab.pjsua_end import Plan
from tests.lab.telephony import PASSWORD, PjsuaEnd
from tests.peers.ports import free_port_block
from tests.peers.process import Process
from tests.sip.moving import Town, far_hears

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.lab.stage import Stage

STUBBORN = "601"
MANY = 100


class StubbornEnd(PjsuaEnd):
    """A far end at the laboratory's provider."""

    def __init__(self, town: Town | Stage, folder: Path, status: int, count: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.recording = folder / "heard"
        with town.lab.cloud.inside():
            plan = Plan(
                STUBBORN,
                PASSWORD,
                town.exchange.server,
                "udp",
                keys="",
                address=FAR,
                port=free_port_block(200),
                authority="",
                recording=str(self.recording),
            )
            (folder / "plan.json").write_text(json.dumps(asdict(plan)))
            command = module("tests.sip.stubborn_end", str(folder / "plan.json"), str(status), str(count))
            Process.__init__(self, command, folder, name="stubborn", environment=here())
        self.wait_for_line("^registered$")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town(tmp_path) as made:
        yield made


def call(town: Town, folder: Path, status: int, count: int) -> None:
    """A call with a stubborn far end, heard by both."""
    far = StubbornEnd(town, folder / "stubborn", status, count)
    town.keep(far)
    town.call(number=STUBBORN)


@pytest.mark.parametrize(("refusals", "how"), [(1, "B"), (2, "A")])
def test_a_far_end_that_refuses_is_asked_with_new_sockets_and_once_more_when_registered(
    town: Town, tmp_path: Path, refusals: int, how: str
) -> None:
    call(town, tmp_path, 488, refusals)
    town.cut()
    assert town.moved(town.second, town.first)["how"] == how
    town.mover.wait_heard("out")
    far_hears(town.exchange)


@pytest.mark.parametrize("status", [488, 481, 403])
def test_a_far_end_that_refuses_everything_is_called_again_and_the_line_hears_it(town: Town, tmp_path: Path, status: int) -> None:
    call(town, tmp_path, status, MANY)
    town.cut()
    before = town.use(town.second, town.first)
    replaced = town.mover.until("CallReplaced", after=before)
    assert (replaced["handle"], replaced["established"], replaced["number"]) == ("out", False, STUBBORN)
    moved = town.mover.until("CallMoved", after=before)
    assert (moved["handle"], moved["how"]) == (replaced["by_handle"], "redial")
    town.mover.wait_heard("out")
    far_hears(town.exchange)


def test_a_caller_whose_telephone_refuses_is_called_back(town: Town, tmp_path: Path) -> None:
    far = StubbornEnd(town, tmp_path / "stubborn", 488, MANY)
    town.keep(far)
    town.called()
    town.mover.order("answer in-1")
    town.mover.wait_heard("in-1")
    town.cut()
    assert town.moved(town.second, town.first)["how"] == "redial"
    town.mover.wait_heard("in-1")
    far_hears(town.exchange)


def test_a_far_end_that_is_not_heard_by_the_old_sockets_is_heard_by_new_ones(town: Town) -> None:
    town.call()
    town.swallow_voice(town.second)
    town.cut()
    assert town.moved(town.second, town.first)["how"] == "B"
    town.mover.wait_heard("out")
    far_hears(town.exchange)


def test_voice_that_flows_is_kept_though_nobody_answers(town: Town) -> None:
    """Signalling is dead on the new uplink: the far end follows our packets, and the call talks on."""
    town.call()
    town.swallow_sip(town.second)
    cut_s = town.cut()
    moved = town.moved(town.second, town.first)
    assert moved["how"] == "DS"
    town.mover.wait_heard("out", time.monotonic())
    assert max(hole.heard_s for hole in town.mover.holes("out", cut_s)) < 1.0
    far_hears(town.exchange)
