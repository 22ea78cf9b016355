"""A ring without a call and a lesson of the dial from the page, by a real device: what the bell does, what is heard, what is kept."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from firmware.orders import OrderRefused
from hal.sim.bell import same_cadence
from tests.adapter import Adapter
from tests.calls.conftest import Trunk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = (
    '[device]\ncountry = "GB"\n[[line]]\n[[line]]\nhotline = "999999"\n'
    '[[account]]\nid = "a"\nserver = "127.0.0.1:9"\nuser = "u"\nregister = false\n'
)
GB_MS = [400, 200, 400, 2000]
TEST_S = 15.0
CALLER = '"Aigerim" <sip:77011234567@provider.test>'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapter]:
    with Adapter(tmp_path_factory.mktemp("trials"), SETTINGS) as made:
        yield made


@pytest.fixture
def device(whole: Adapter) -> Iterator[Adapter]:
    yield whole
    for line in (1, 2):
        whole.ask("line.ring_test_stop", line=line)
        whole.ask("line.learn_dial_stop", line=line)
        if whole.phone(line)["hook"] == "off":
            whole.replace(line)
        whole.wait_line("idle", line=line)


def line_of(status: dict[str, Any], line: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = status["lines"][line - 1]
    return found


def wait_test(device: Adapter, state: str, line: int = 1) -> None:
    device.wait(lambda status: line_of(status, line)["ring_test"] == state, f"the test {state}", TEST_S)


def wait_lesson(device: Adapter, state: str, timeout_s: float = 30.0) -> dict[str, Any]:
    status = device.wait(
        lambda status: (line_of(status)["dial_lesson"] or {}).get("state") == state, f"lesson {state}", timeout_s
    )
    lesson: dict[str, Any] = line_of(status)["dial_lesson"]
    return lesson


def test_the_telephone_rings_as_its_country_does_and_falls_silent_by_itself(device: Adapter) -> None:
    assert device.ask("line.ring_test")["ring_test"] == "ringing"
    device.wait_phone(lambda phone: same_cadence(phone["cadence_ms"], GB_MS), f"cadence {GB_MS}", TEST_S)
    assert device.phone(2)["ringing"] is False
    wait_test(device, "not picked up")
    assert line_of(device.ask("status"))["state"] == "idle"
    device.wait_quiet()
    assert device.calls() == []


def test_a_lifted_handset_ends_the_ring_and_hears_dial_tone(device: Adapter) -> None:
    device.ask("line.ring_test")
    device.wait_ringing()
    device.lift()
    wait_test(device, "picked up")
    device.wait_line("dial tone")
    assert device.hear(1.0).name == "dial"
    device.replace()
    device.wait_line("idle")
    assert device.phone()["ringing"] is False


def test_a_hotline_is_not_called_by_lifting_for_a_test(device: Adapter) -> None:
    device.ask("line.ring_test", line=2)
    device.wait_ringing(line=2)
    device.lift(2)
    device.wait_line("dial tone", line=2)
    wait_test(device, "picked up", 2)
    device.replace(2)
    device.wait_line("idle", line=2)
    device.lift(2)
    device.wait(lambda status: line_of(status, 2)["digits"] == "999999", "the hotline's call")


def test_a_cancelled_ring_is_over_at_once(device: Adapter) -> None:
    device.ask("line.ring_test")
    device.wait_ringing()
    assert device.ask("line.ring_test_stop")["ring_test"] == "cancelled"
    device.lift()
    device.wait_line("dial tone")
    assert line_of(device.ask("status"))["ring_test"] == "cancelled"


def test_nothing_is_tried_on_a_lifted_handset(device: Adapter) -> None:
    device.lift()
    device.wait_line("dial tone")
    for order in ("line.ring_test", "line.learn_dial"):
        with pytest.raises(OrderRefused, match=r"^The handset is off the hook: put it back first\.$"):
            device.ask(order)
        with pytest.raises(OrderRefused, match="there is no line 3; allowed: 1 to 2"):
            device.ask(order, line=3)


def test_a_real_call_takes_the_bell_over_and_nothing_silences_it(tmp_path: Path) -> None:
    with Trunk(tmp_path, country="GB") as trunk:
        trunk.device.ask("line.ring_test")
        trunk.device.wait_ringing()
        with trunk.caller("call_until_bye", caller=CALLER) as caller:
            trunk.device.wait_line("ringing")
            wait_test(trunk.device, "a call came")
            with pytest.raises(OrderRefused, match="A call is in progress on this line"):
                trunk.device.ask("line.ring_test")
            trunk.device.ask("line.ring_test_stop")
            shown = trunk.device.wait_phone(lambda phone: phone["caller_id"], "caller ID")["caller_id"]
            trunk.device.hear(16)  # the test alone would have ended after four rounds, 12 s
            assert trunk.device.phone()["ringing"] is True
            trunk.device.lift()
            trunk.device.wait_line("in call")
            trunk.hang_up()
            caller.wait_passed()
    assert shown["number"] == "77011234567"


def test_a_dial_is_learned_from_the_page_and_kept_when_told(device: Adapter) -> None:
    assert device.ask("line.learn_dial")["dial_lesson"]["state"] == "waiting"
    device.lift()
    assert wait_lesson(device, "dialing")["next"] == "1"
    device.dial("123", pulse=True, pps=16, break_ratio=0.5)
    device.wait(lambda status: line_of(status)["dial_lesson"]["came"] == 3, "three digits")
    assert wait_lesson(device, "dialing")["next"] == "4"
    device.dial("4567890", pulse=True, pps=16, break_ratio=0.5)
    learned = wait_lesson(device, "learned")["learned"]
    assert learned["pps"] == pytest.approx(16, rel=0.05)
    assert learned["break_share"] == pytest.approx(0.5, abs=0.05)
    assert learned["dialing"] == "standard"
    assert device.ask("services")["dials"] == {}
    assert device.ask("line.learn_dial_keep")["dial_lesson"] is None
    assert device.ask("services")["dials"] == {"1": learned}
    device.ask("line.forget_dial")
    assert device.ask("services")["dials"] == {}
    for order, sentence in (("line.forget_dial", "No learned dial is kept"), ("line.learn_dial_keep", "No dial was learned")):
        with pytest.raises(OrderRefused, match=sentence):
            device.ask(order)


@pytest.mark.parametrize(
    ("digits", "how", "trouble"),
    [
        ("1", {}, {"sentence": "Tones came instead of pulses: a telephone with keys needs no learning.", "values": {}}),
        (
            "0987654321",
            {"pulse": True, "pps": 20},
            {"sentence": "The digits were not dialed from 1 to 9 and then 0.", "values": {}},
        ),
        (
            "1234566890",
            {"pulse": True, "pps": 20},
            {
                "sentence": "The {digit} came with {pulses} pulses instead of {expected}.",
                "values": {"digit": "7", "pulses": 6, "expected": 7},
            },
        ),
    ],
)
def test_what_is_wrong_with_the_pulses_is_a_sentence(
    device: Adapter, digits: str, how: dict[str, Any], trouble: dict[str, Any]
) -> None:
    device.ask("line.learn_dial")
    device.lift()
    wait_lesson(device, "dialing")
    device.dial(digits, **how)
    assert wait_lesson(device, "failed")["trouble"] == trouble
    assert device.ask("services")["dials"] == {}


def test_a_handset_put_back_in_the_lesson_ends_it(device: Adapter) -> None:
    device.ask("line.learn_dial")
    device.lift()
    wait_lesson(device, "dialing")
    device.dial("12", pulse=True, pps=20)
    device.wait(lambda status: line_of(status)["dial_lesson"]["came"] == 2, "two digits")
    device.replace()
    assert wait_lesson(device, "failed")["trouble"]["values"] == {"came": 2}
    device.lift()
    device.wait_line("dial tone")


def test_a_lesson_ends_by_itself_when_nobody_lifts_or_dials(device: Adapter) -> None:
    device.ask("line.learn_dial", line=1)
    device.ask("line.learn_dial", line=2)
    device.lift(2)
    device.wait_line("service", line=2)
    device.dial("1", line=2, pulse=True, pps=20)
    device.wait(lambda status: _trouble(status, 2) == {"came": 1}, "the end of a lesson with one digit", 45)
    device.wait(lambda status: _trouble(status, 1) == {"came": 0}, "the end of a lesson that nobody began", 75)
    device.lift(1)
    device.wait_line("dial tone")


def test_a_lesson_is_called_off_before_and_in_the_middle(device: Adapter) -> None:
    device.ask("line.learn_dial")
    assert device.ask("line.learn_dial_stop")["dial_lesson"] is None
    device.lift()
    device.wait_line("dial tone")
    device.replace()
    device.wait_line("idle")
    device.ask("line.learn_dial")
    device.lift()
    device.wait_line("service")
    device.dial("1", pulse=True, pps=20)
    device.wait(lambda status: line_of(status)["dial_lesson"]["came"] == 1, "one digit")
    assert device.ask("line.learn_dial_stop")["dial_lesson"] is None
    device.wait_line("dial tone")
    device.dial("2", pulse=True, pps=10)
    device.wait_line("collecting")


def test_a_digit_under_way_when_a_lesson_is_called_off_is_not_dialed(device: Adapter) -> None:
    device.ask("line.learn_dial")
    device.lift()
    device.wait_line("service")
    with hand_at_the_dial(device, "0", pps=8):  # 1.25 s
        device.samples(0.5)
        device.ask("line.learn_dial_stop")
    device.wait_line("dial tone")
    assert device.hear(1.0).name == "dial"
    assert line_of(device.ask("status"))["digits"] == ""
    device.dial("2", pulse=True, pps=10)
    device.wait(lambda status: line_of(status)["digits"] == "2", "the digit after it")


@contextmanager
def hand_at_the_dial(device: Adapter, digits: str, **how: object) -> Iterator[None]:
    """The dial turns meanwhile, and is at rest after it."""
    with socket.socket(socket.AF_UNIX) as hand:
        hand.connect(str(device.state / "control.sock"))
        order = {"v": 1, "id": 1, "do": "phone.dial", "digits": digits, "pulse": True, **how}
        hand.sendall(json.dumps(order).encode() + b"\n")
        yield
        assert json.loads(hand.makefile().readline())["ok"]


def _trouble(status: dict[str, Any], line: int) -> object:
    trouble = line_of(status, line)["dial_lesson"]["trouble"]
    return trouble["values"] if trouble else None
