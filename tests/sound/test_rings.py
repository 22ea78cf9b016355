"""Distinctive rings, and the words of a PBX that ask for them."""

import tomllib

import pytest

from firmware.core.ringing import RingStepKind, plan_ringing
from firmware.core.tones import CallerIdKind
from firmware.sound.rings import FILE, distinctive, ring_names, ring_of_alert_info
from tests.hal.bench import Bench


def test_the_five_rings_of_bellcore() -> None:
    """Written down from Cisco's guides by hand, in seconds there."""
    assert {name: distinctive(name) for name in ring_names()} == {
        "dr1": (2000, 4000),
        "dr2": (800, 400, 800, 4000),
        "dr3": (400, 200, 400, 200, 800, 4000),
        "dr4": (300, 200, 1000, 200, 300, 4000),
        "dr5": (500, 4000),
    }


def test_every_entry_names_its_source() -> None:
    whole = tomllib.loads(FILE.read_text())
    assert all(len(entry["source"]) > 3 for entry in [*whole["rings"].values(), *whole["alerts"]])


def test_an_unknown_ring_is_told_which_exist() -> None:
    with pytest.raises(ValueError, match='no ring "dr9"; choose one of dr1, dr2, dr3, dr4, dr5'):
        distinctive("dr9")


@pytest.mark.parametrize("name", ring_names())
def test_a_telephone_rings_as_the_name_says(name: str) -> None:
    bench = Bench()
    cadence = distinctive(name)
    for _ in range(3):
        for on_ms, off_ms in zip(cadence[::2], cadence[1::2], strict=True):
            bench.ring(on_ms, off_ms)
    assert bench.handset.state().cadence_ms == pytest.approx(list(cadence), abs=80)


@pytest.mark.parametrize("name", ring_names())
def test_caller_id_finds_its_pause_in_every_ring(name: str) -> None:
    plan = plan_ringing(distinctive(name), CallerIdKind.BELLCORE, 1000)
    assert sum(step.duration_ms for step in plan.opening) == sum(distinctive(name))
    assert [step.kind for step in plan.opening].count(RingStepKind.SEND_CALLER_ID) == 1


@pytest.mark.parametrize(
    ("alert_info", "name"),
    [
        ("<Bellcore-dr2>", "dr2"),
        ("<http://127.0.0.1/Bellcore-dr3>", "dr3"),
        ("Bellcore-r4", "dr4"),
        ("bellcore-DR5", "dr5"),
        ("ring1", "dr1"),
        ("<http://example.com>;info=alert-internal;x-line-id=0", "dr1"),
        ("<urn:alert:source:external>", "dr2"),
        ("<http://example.com>; info=internal", "dr1"),
        ("<>;info=external", "dr2"),
        ("<http://example.com>;info=alert-group", "dr3"),
        ("<urn:alert:priority:high>", "dr4"),
        ("Bellcore-dr9", ""),
        ("Bellcore-dr10", ""),
        ("ring10", ""),
        ("<http://spring1.example.com/hello.wav>", ""),
        ("ring-answer", ""),
        ("", ""),
    ],
)
def test_alert_info_asks_for_a_ring(alert_info: str, name: str) -> None:
    assert ring_of_alert_info(alert_info) == name
