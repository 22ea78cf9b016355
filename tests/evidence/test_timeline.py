"""The last 24 hours: only changes, as spans, and calls as they sounded."""

from __future__ import annotations

from typing import Any

from firmware.evidence.call_trace import MOST_SAMPLES, CallTrace, Sample, figure
from firmware.evidence.timeline import HOURS, Timeline

DAY_S = HOURS * 3600


def account(state: str) -> dict[str, Any]:
    return {"event": "account", "id": "home", "state": state, "reason": ""}


def uplink(state: str) -> dict[str, Any]:
    return {"event": "uplink", "uplinks": [{"name": "eth0", "kind": "ethernet", "state": state}]}


def test_changes_become_spans_and_a_refresh_is_none() -> None:
    now = [1000.0]
    timeline = Timeline(lambda: now[0])
    for at_s, event in (
        (1000, account("registering")),
        (1010, account("registered")),
        (1500, account("registering")),
        (1501, account("registered")),
        (2000, account("waiting")),
        (1000, uplink("active")),
        (3000, uplink("down")),
    ):
        now[0] = at_s
        timeline.hear_event(event)
    now[0] = 4000
    told = timeline.as_json()
    spans = [(span["from"], span["to"], span["state"]) for span in told["accounts"][0]["spans"]]
    assert spans == [(1000, 1010, "registering"), (1010, 2000, "registered"), (2000, 4000, "waiting")]
    assert [(span["from"], span["to"], span["active"]) for span in told["uplinks"][0]["spans"]] == [
        (1000, 3000, True),
        (3000, 4000, False),
    ]


def test_what_was_before_the_day_began_and_still_held_is_told_from_then() -> None:
    now = [1000.0]
    timeline = Timeline(lambda: now[0])
    timeline.hear_event(account("waiting"))
    now[0] = 2000
    timeline.hear_event(account("registered"))
    now[0] = 2000 + DAY_S + 500
    told = timeline.as_json()["accounts"][0]["spans"]
    assert [(span["from"], span["state"]) for span in told] == [(2500, "registered")]


def test_a_figure_tells_what_happened_between_two_looks() -> None:
    told = figure(Sample(1, 50, 0, 50, 2, 20, 0, 1), Sample(2, 90, 10, 100, 4, 30, 5, 1))
    assert (told["rx"]["packets"], told["rx"]["loss_percent"]) == (40, 20.0)
    assert (told["tx"]["packets"], told["tx"]["loss_percent"]) == (45, 10.0)
    assert told["rx"]["mos"] < told["tx"]["mos"] < 4.5
    assert figure(Sample(1, 0, 0, 0, 0, 0), Sample(2, 50, 0, 50, 0, 0))["tx"] == {"packets": 50}


def test_a_long_call_is_told_whole_and_more_coarsely() -> None:
    trace = CallTrace("0" * 32, "2026-11-25T00:00:00.000Z", 0)
    for second in range(20_000):
        trace.add_sample(Sample(second, second * 50, 0, second * 50, 1, 1))
    assert len(trace.samples) < MOST_SAMPLES
    assert trace.samples[0].at_s == 0
    assert trace.samples[-1].at_s > 19_900
