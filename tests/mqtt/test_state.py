"""What is told: numbers and names only where they may be, whatever a stranger calls himself."""

from __future__ import annotations

import json
from typing import Any

from firmware.mqtt.discovery import config
from firmware.mqtt.state import state_of

STATUS: dict[str, Any] = {
    "name": "Hall",
    "board": "sim",
    "lines": [{"line": 1, "state": "ringing"}, {"line": 2, "state": "in call"}],
    "accounts": [{"id": "my-home", "state": "waiting"}],
    "calls": [{}],
    "uplinks": [{"name": "wwan0", "state": "active"}, {"name": "eth0", "state": "down"}],
    "modem": {"signal_dbm": -71},
}
HOSTILE = '"}{{ states }}<script>'
ROW = {
    "started_at": "2026-11-25T00:00:00.000Z",
    "direction": "in",
    "line": 1,
    "account": "my-home",
    "number": "+77271234567",
    "name": HOSTILE,
    "outcome": "missed",
    "reason": "the caller gave up",
    "talk_s": 0,
}


def test_numbers_are_told_only_where_they_may_be() -> None:
    hidden = json.dumps(state_of(STATUS, [ROW], [{"heard": False}, {"heard": True}], numbers=False))
    assert "77271234567" not in hidden
    assert "script" not in hidden
    told = state_of(STATUS, [ROW], [{"heard": False}, {"heard": True}], numbers=True)
    assert told["last_caller"] == HOSTILE
    assert (told["missed"], told["messages"], told["uplink"], told["signal_dbm"]) == (1, 1, "wwan0", -71)
    assert (told["line_1_rings"], told["line_1_in_use"], told["line_2_in_use"], told["account_my-home"]) == (
        "ON",
        "OFF",
        "ON",
        "OFF",
    )


def test_every_entity_reads_a_value_that_is_told() -> None:
    for numbers in (False, True):
        told = state_of(STATUS, [ROW], [], numbers=numbers)
        for each in config("hall", STATUS, numbers=numbers)["components"].values():
            assert each["value_template"].split("'")[1] in told
