"""What a dead uplink swallowed of our voice leaves by the new one, packet by packet as it was: seen on the wires of both uplinks."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.peers.rtp_tap import RtpTap
from tests.sip.mover import RTP_FIRST, RTP_LAST
from tests.sip.moving import Town, far_hears

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.peers.rtp_tap import RtpPacket

AGAIN = 3
ASTERISK_LEARNS_S = 0.022
"""Four packets that come faster are taken for a flood (res_rtp_asterisk.c, CALC_LEARNING_MIN_DURATION)."""


@contextmanager
def wires(town: Town) -> Iterator[tuple[RtpTap, RtpTap]]:
    """The device's voice as the routers of its two uplinks see it come in."""
    taps = []
    for interface in (town.first, town.second):
        with town.lab[interface].router.inside():
            taps.append(RtpTap(range(1024, 65536), "lan"))
    with taps[0], taps[1]:
        yield taps[0], taps[1]


def voice(packets: list[RtpPacket]) -> list[RtpPacket]:
    return [packet for packet in packets if RTP_FIRST <= packet.source_port <= RTP_LAST]


def numbers(packets: list[RtpPacket]) -> list[int]:
    return [packet.sequence for packet in packets]


def test_the_last_packets_are_said_again_in_their_order_and_the_voice_goes_on(tmp_path: Path) -> None:
    with Town(tmp_path) as town:
        town.mover.order("watch on")
        town.call()
        with wires(town) as (old, new):
            old.wait_for(lambda packets: len(voice(packets)) > 20)
            town.cut()
            town.mover.until("VoiceStalled")
            town.moved(town.second, town.first)
            said = voice(new.wait_for(lambda packets: len(voice(packets)) > 60))
            swallowed = voice(old.packets)
        assert numbers(said[:AGAIN]) == numbers(swallowed[-AGAIN:])
        assert [each.payload for each in said[:AGAIN]] == [each.payload for each in swallowed[-AGAIN:]]
        assert all(later.sequence == (earlier.sequence + 1) % 65536 for earlier, later in pairwise(said))
        assert said[AGAIN].seen_s - said[0].seen_s > ASTERISK_LEARNS_S
        far_hears(town.exchange)


def test_a_move_from_an_uplink_that_lived_until_now_says_nothing_twice(tmp_path: Path) -> None:
    with Town(tmp_path) as town:
        town.call()
        with wires(town) as (old, new):
            old.wait_for(lambda packets: len(voice(packets)) > 20)
            town.moved(town.second, town.first)
            said = voice(new.wait_for(lambda packets: len(voice(packets)) > 20))
            before = voice(old.packets)
        assert said[0].sequence == (before[-1].sequence + 1) % 65536
