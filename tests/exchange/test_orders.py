"""The exchange's orders of the control socket, by a real device: what is switched on is there after a restart, what is wrong is a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from firmware.orders import OrderRefused
from tests.adapter import Adapter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = (
    '[device]\ncountry = "KZ"\n[[line]]\n[[line]]\n[[account]]\nid = "a"\nserver = "127.0.0.1:9"\nuser = "u"\nregister = false\n'
)


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapter]:
    with Adapter(tmp_path_factory.mktemp("orders"), SETTINGS) as made:
        yield made


def test_what_is_switched_on_is_told_in_the_status_and_kept_over_a_restart(tmp_path: Path) -> None:
    with Adapter(tmp_path, SETTINGS) as device:
        device.ask("services.line", line=2, do_not_disturb=True, hides_number=True)
        device.ask("services.forward", line=2, when="no answer", number="+77271234567")
        device.ask("services.speed_dial", key=3, number="602")
        before = device.ask("services")
        shown = device.ask("status")["lines"][1]["services"]
    assert (shown["do_not_disturb"], shown["hides_number"], shown["call_waiting"]) == (True, True, True)
    assert shown["forwards"] == {"no answer": "+77271234567"}
    with Adapter(tmp_path, SETTINGS) as device:
        assert device.ask("services") == before
        after = device.ask("services.forward", line=2, when="no answer")
        assert after["lines"]["2"]["forwards"] == {}
        assert device.ask("services.speed_dial", key=3)["speed_dials"] == {}


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        ({"do": "services.line", "line": 3, "do_not_disturb": True}, "there is no line 3; allowed: 1 to 2"),
        ({"do": "services.forward", "line": 1, "when": "sometimes"}, "when must be one of all, busy, no answer, unreachable"),
        ({"do": "services.forward", "line": 1, "when": "all", "number": "60 1; rm"}, "is no number; allowed: 1 to 32 digits"),
        ({"do": "services.speed_dial", "key": 1, "number": "601"}, "key must be 2 to 9, not 1"),
        ({"do": "services.speed_dial", "key": 2, "number": "a"}, "is no number"),
        ({"do": "services.block", "number": ""}, "number is empty; allowed: 1 to 32 digits"),
        ({"do": "services.block", "number": "<b>"}, "is no number"),
        ({"do": "services.unblock", "number": "601"}, "is not blocked"),
        ({"do": "explain", "number": "601", "line": 0}, "there is no line 0"),
        ({"do": "explain", "number": "601", "at": "noon"}, "is no time; allowed: a local time"),
    ],
)
def test_a_wrong_order_is_a_sentence_and_changes_nothing(device: Adapter, order: dict[str, Any], sentence: str) -> None:
    before = device.ask("services")
    with pytest.raises(OrderRefused) as told:
        device.ask(**order)
    assert sentence in str(told.value)
    assert device.ask("services") == before


def test_a_device_explains_what_it_would_do(device: Adapter) -> None:
    told = device.ask("explain", number="**1601")
    assert "Account a was chosen by code." in str(told)
