"""Bad answers to real calls, over UDP and TCP: the device takes what is right, passes over what is not, and the next answer still counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bad_input.far_end import FarEnd
from tests.bad_input.rig import Rig
from tests.bad_input.torture_responses import RESPONSES, BadAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_input.wire import Kind

KINDS: tuple[Kind, ...] = ("udp", "tcp")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("responses")) as made:
        yield made


@pytest.fixture
def far_end(rig: Rig) -> Iterator[FarEnd]:
    with FarEnd(rig) as made:
        yield made


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        pytest.param(bad, kind, id=f"{bad}-{kind}")
        for bad in RESPONSES
        for kind in KINDS
        if kind == "udp" or bad.section.startswith("4475")
    ],
)
def test_the_call_ends_as_a_call_must(rig: Rig, far_end: FarEnd, bad: BadAnswer, kind: Kind) -> None:
    call = far_end.call(kind)
    call.wire.send(bad.data(call.invite, call.wire))
    if bad.answers:
        call.request("ACK")
        assert call.settle("in call") == "in call"
    else:
        call.refuse()
        assert call.settle() == "released"
    call.hang_up()
    rig.check(str(bad))
    assert call.row["reason"], f"{bad} left no reason in the call log: {call.row}"
    rig.prove_answering(kind)


def test_memory_stays_within_bounds(rig: Rig) -> None:
    rig.check_memory()
