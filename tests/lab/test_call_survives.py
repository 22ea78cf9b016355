"""A call goes on when its uplink ends, however that ends: both ends hear live sound again, it is still the same call, and hanging up reaches the far end.

More far ends and transports: tests/interop/test_failover.py.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.lab.conversation import Conversation
from tests.lab.decisions import decisions, wait_decision
from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.peers.sound import tone_level_dbm0
from tests.sip.test_move_ladder import MANY, STUBBORN, StubbornEnd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.lab.uplink import Uplink

HELD_S = 4.0
"""Longer than voice may be missing before probes that are answered count no more."""
SIGNAL_PIECE, SIGNAL_DBM0 = 480, -26.0
LONGEST_HOLE_MS = 2000.0  # only a bound against hanging on; the figures are those of make bench-failover
FAULTS: dict[str, Callable[[Uplink], float]] = {
    "cable": lambda uplink: uplink.unplug(),
    "silence": lambda uplink: uplink.silence(),
    "internet": lambda uplink: uplink.cut_internet(),
}


def cut(stage: Stage, fault: Callable[[Uplink], float], interface: str = "eth0", to: str = "wlan0") -> None:
    """Cut in a conversation, and prove that it goes on."""
    talk, lines = stage.talk(), len(stage.device.process.lines)
    far_from = len(stage.far.heard())
    cut_s = fault(stage.lab[interface])
    decision = wait_decision(stage.device.process, lines)
    assert decision.uplink == to
    assert decision.reason
    talk.wait_live(since_s=decision.at_s)
    assert talk.near_gap(cut_s).hole_ms < LONGEST_HOLE_MS
    assert talk.far_gap(far_from).hole_ms < LONGEST_HOLE_MS


@pytest.mark.parametrize(("far", "fault"), [*(("pjsua2", each) for each in FAULTS), ("baresip", "silence")])
def test_over_udp(tmp_path: Path, far: str, fault: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), far=far) as stage:
        stage.call()
        cut(stage, FAULTS[fault])
        assert len(stage.device.ask("status")["calls"]) == 1
        assert stage.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize(("far", "transport"), [("pjsua2", "tls"), ("baresip", "tcp")])
def test_over_connections_and_encrypted(tmp_path: Path, far: str, transport: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), far=far, transport=transport) as stage:
        stage.call()
        cut(stage, FAULTS["silence"])
        assert bool(stage.device.ask("status")["calls"][0]["srtp"]) == (transport == "tls")
        stage.hang_up()


def test_with_a_password_asked_for_within_the_call(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), challenge_reinvite=True) as stage:
        stage.call()
        cut(stage, FAULTS["silence"])
        stage.hang_up()
        stage.far.wait_for_line("^disconnected 1")


def test_a_far_end_that_refuses_everything_is_called_anew_and_the_talk_goes_on(tmp_path: Path) -> None:
    """To whoever is on the telephone it is one call; the log has both, each answered."""
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.far.stop()
        stage.exchange.far = StubbornEnd(stage, tmp_path / "stubborn", 488, MANY)
        stage.call(STUBBORN)
        talk, lines = stage.talk(), len(stage.device.process.lines)
        stage.lab["eth0"].silence()
        stage.device.process.wait_for_line(r"keepline: call \S+ goes by wlan0 now \(redial, ", 20.0, after=lines)
        talk.wait_live(since_s=time.monotonic())
        stage.far.wait_for_line("^confirmed 2$")
        stage.far.wait_for_line("^disconnected 1 ")
        assert [call["number"] for call in stage.device.ask("status")["calls"]] == [STUBBORN]
        assert stage.hang_up()["outcome"] == "answered"
        stage.far.wait_for_line("^disconnected 2 ")
        assert [row["outcome"] for row in stage.device.calls()] == ["answered", "answered"]


def test_a_call_that_came_in(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.far.order(f"call sip:alice@{stage.exchange.server}")
        stage.device.wait_ringing()
        stage.device.lift()
        stage.device.wait_line("in call")
        cut(stage, FAULTS["silence"])
        stage.far.order("hang up")
        stage.device.wait_line("released")


def test_twice_and_back_to_the_wire_when_the_other_dies_too(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.call()
        cut(stage, FAULTS["cable"])
        stage.lab["eth0"].plug()
        stage.wait_status(
            lambda status: next(each for each in status["uplinks"] if each["name"] == "eth0")["state"] == "standby",
            "the wire",
            30,
        )
        assert stage.active() == "wlan0"  # never back in a call, unless the active one dies
        cut(stage, FAULTS["silence"], "wlan0", "eth0")
        assert stage.hang_up()["outcome"] == "answered"


def test_another_address_by_dhcp(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET,)) as stage:
        stage.call()
        talk = stage.talk()
        before = stage.lab["eth0"].address
        asked_s = stage.lab["eth0"].renumber()
        assert stage.lab["eth0"].address != before
        talk.wait_live(since_s=asked_s + 1.0)
        assert stage.hang_up()["outcome"] == "answered"
        stage.device.wait(lambda status: status["uplinks"][0]["address"] == stage.lab["eth0"].address, "the new address")


def test_another_gateway(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET,)) as stage:
        stage.call()
        talk = stage.talk()
        moved_s = stage.lab["eth0"].move_gateway()
        talk.wait_live(since_s=moved_s + 1.0)
        assert stage.hang_up()["outcome"] == "answered"


def test_held_by_the_far_end_it_comes_back_live(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.call()
        talk = stage.talk()
        stage.far.order("hold")
        stage.device.wait(lambda status: status["calls"][0]["state"] == "held", "the hold")
        lines = len(stage.device.process.lines)
        stage.lab["eth0"].unplug()
        assert wait_decision(stage.device.process, lines).uplink == "wlan0"
        stage.device.wait_registered(timeout_s=20)
        stage.far.order("resume")
        resumed_s = time.monotonic()
        talk.wait_live(since_s=resumed_s)
        assert stage.hang_up()["outcome"] == "answered"


def signals(talk: Conversation) -> bool:
    """Whether 440 Hz and 660 Hz after it were heard in the receiver, each for a moment: the short signal of a move."""
    _, samples = talk.near()
    starts = range(0, len(samples) - SIGNAL_PIECE, SIGNAL_PIECE // 4)
    at = [
        next((start for start in starts if tone_level_dbm0(samples[start : start + SIGNAL_PIECE], hz) > SIGNAL_DBM0), None)
        for hz in (440, 660)
    ]
    return None not in at and at[0] < at[1]  # type: ignore[operator]


def test_a_short_signal_tells_whoever_talks(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.call()
        talk = stage.talk()
        assert not signals(talk)
        stage.lab["eth0"].unplug()
        stage.device.process.wait_until(lambda: signals(talk), "no signal was heard", 10.0, every_s=0.3)


@pytest.mark.parametrize("by_us", [True, False])
def test_a_hold_is_no_silence_that_moves_a_call(tmp_path: Path, *, by_us: bool) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.call()
        talk, lines = stage.talk(), len(stage.device.process.lines)
        stage.device.flash() if by_us else stage.far.order("hold")
        stage.device.wait(lambda status: status["calls"][0]["state"] == "held", "the hold")
        time.sleep(HELD_S)
        stage.device.flash() if by_us else stage.far.order("resume")
        talk.wait_live(since_s=time.monotonic())
        time.sleep(HELD_S)
        assert not decisions(stage.device.process, lines)
        assert stage.active() == "eth0"


def test_two_calls_both_go_on(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        stage.call()
        stage.device.flash()
        stage.device.wait_line("dial tone")
        stage.device.dial(f"{stage.exchange.number}#")
        stage.device.wait(lambda status: sum(each["state"] in {"in call", "held"} for each in status["calls"]) == 2, "two calls")
        cut(stage, FAULTS["cable"])
        assert len(stage.device.ask("status")["calls"]) == 2
        stage.device.flash()
        swapped_s = time.monotonic()
        talk = stage.talk()
        talk.wait_live(since_s=swapped_s)


def test_a_ringing_call_rings_on_and_is_answered_over_the_new_uplink(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), answers=False) as stage:
        stage.device.lift()
        stage.device.dial(f"{stage.exchange.number}#")
        stage.device.wait_line("ringback")
        lines = len(stage.device.process.lines)
        stage.lab["eth0"].unplug()
        wait_decision(stage.device.process, lines)
        stage.far.wait_for_line("^incoming 2$")  # asked anew: an INVITE is answered where it came from
        stage.far.wait_for_line("^disconnected 1 ")
        stage.device.wait_line("ringback", 20)
        stage.far.order("answer")
        stage.device.wait_line("in call", 20)
        stage.talk()


def test_sound_before_the_answer_is_heard_over_the_new_uplink_too(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), answers=False) as stage:
        stage.device.lift()
        stage.device.dial(f"{stage.exchange.number}#")
        stage.far.wait_for_line("^incoming 1$")
        stage.far.order("announce")
        stage.device.wait_line("early media")
        with Conversation(stage.device, stage.far) as talk:
            talk.wait_heard()
            lines = len(stage.device.process.lines)
            stage.lab["eth0"].unplug()
            assert wait_decision(stage.device.process, lines).uplink == "wlan0"
            stage.far.wait_for_line("^incoming 2$")
            stage.far.wait_for_line("^disconnected 1 ")
            stage.far.order("announce")
            talk.wait_heard(since_s=time.monotonic())
        stage.far.order("answer")
        stage.device.wait_line("in call", 20)
        stage.talk()
        assert stage.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize("fault", ["cable", "silence"])
def test_the_next_call_rings_over_the_new_uplink(tmp_path: Path, fault: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        lines = len(stage.device.process.lines)
        FAULTS[fault](stage.lab["eth0"])
        wait_decision(stage.device.process, lines)
        stage.wait_contact("wlan0")
        stage.far.order(f"call sip:alice@{stage.exchange.server}")
        stage.device.wait_ringing(5.0)
        stage.device.lift()
        stage.device.wait_line("in call")
        stage.talk()
