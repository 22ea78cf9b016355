"""Calls on hold, by the agent alone: what both ends hear, and what the wire says."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from firmware.sip.news import CallArrived, CallEstablished, MediaChanged
from tests.sip.box import ABSENT_DBM0, HEARD_DBM0, Box, account, level

if TYPE_CHECKING:
    from tests.peers.kamailio import Kamailio

NEAR_HZ, FAR_HZ, THIRD_HZ = 1200.0, 1004.0, 1504.0
MUSIC_HZ = (392, 440, 494, 523, 587, 659, 698, 784, 880)


@pytest.mark.parametrize(
    "keys", [{}, {"srtp": "required"}, {"srtp": "required", "srtp_keys": "dtls"}], ids=["rtp", "sdes", "dtls"]
)
def test_hold_is_told_music_is_heard_and_resume_brings_both_voices_back(kamailio: Kamailio, keys: dict[str, str]) -> None:
    async def story() -> None:
        async with Box(*(account(name, kamailio.server, **keys) for name in ("alice", "bob"))) as box:
            near, near_head = box.line(NEAR_HZ)
            far, far_head = box.line(FAR_HZ)
            box.answers("bob", far)
            before = len(kamailio.sip_trace)
            box.agent.place("out", "alice", "bob", near)
            await box.until(CallEstablished, lambda news: news.handle == "out")
            await far_head.waits_to_hear(NEAR_HZ)
            await near_head.waits_to_hear(FAR_HZ)
            box.agent.hold("out")
            await box.until(MediaChanged, lambda news: news.held)
            heard, near_heard = await asyncio.gather(far_head.hears(3.0), near_head.hears(3.0))
            assert level(heard, NEAR_HZ) < ABSENT_DBM0
            assert max(level(heard[:12000], hz) for hz in MUSIC_HZ) > -35
            assert level(near_heard, FAR_HZ) < ABSENT_DBM0
            box.agent.resume("out", near)
            await far_head.waits_to_hear(NEAR_HZ)
            await near_head.waits_to_hear(FAR_HZ)
            heard = await far_head.hears(1.0)
            assert max(level(heard, hz) for hz in MUSIC_HZ) < ABSENT_DBM0
            directions = [
                traced.message.sdp.audio.direction
                for traced in kamailio.sip_trace[before:]
                if traced.message.method == "INVITE" and "sdp" in traced.message.headers.get("Content-Type")
            ]
            assert "sendonly" in directions
            assert "recvonly" in directions
            assert directions[-1] == "sendrecv"

    asyncio.run(story())


def test_two_calls_swap_and_the_line_hears_the_one_it_talks_to(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(*(account(name, kamailio.server) for name in ("alice", "bob", "carol"))) as box:
            near, head = box.line(NEAR_HZ)
            (far, far_head), (third, third_head) = box.line(FAR_HZ), box.line(THIRD_HZ)
            box.answers("bob", far)
            box.answers("carol", third)
            box.agent.place("first", "alice", "bob", near)
            await head.waits_to_hear(FAR_HZ)
            box.agent.hold("first")
            box.agent.place("second", "alice", "carol", near)
            await head.waits_to_hear(THIRD_HZ)
            assert level(await head.hears(), FAR_HZ) < ABSENT_DBM0
            for _ in range(2):
                box.agent.hold("second")
                box.agent.resume("first", near)
                await head.waits_to_hear(FAR_HZ)
                await far_head.waits_to_hear(NEAR_HZ)
                assert level(await head.hears(), THIRD_HZ) < ABSENT_DBM0
                assert level(await third_head.hears(), NEAR_HZ) < ABSENT_DBM0
                box.agent.hold("first")
                box.agent.resume("second", near)
                await head.waits_to_hear(THIRD_HZ)
                await third_head.waits_to_hear(NEAR_HZ)

    asyncio.run(story())


def test_both_may_hold_and_either_resumes(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server), account("bob", kamailio.server)) as box:
            near, near_head = box.line(NEAR_HZ)
            far, far_head = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await far_head.waits_to_hear(NEAR_HZ)
            other = (await box.until(CallArrived)).handle
            box.agent.hold("out")
            await box.until(MediaChanged, lambda news: news.handle == other and news.held)
            box.agent.hold(other)
            await box.until(MediaChanged, lambda news: news.handle == "out" and news.held)
            seen = len(box.news)
            box.agent.resume("out", near)
            box.agent.resume(other, far)
            await box.until(MediaChanged, lambda news: news.handle == other and not news.held, seen)
            await near_head.waits_to_hear(FAR_HZ)
            await far_head.waits_to_hear(NEAR_HZ)

    asyncio.run(story())


def test_a_hold_that_crosses_the_far_ends_is_asked_again(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server), account("bob", kamailio.server)) as box:
            near, near_head = box.line(NEAR_HZ)
            far, _ = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await near_head.waits_to_hear(FAR_HZ)
            other = (await box.until(CallArrived)).handle
            seen = len(box.news)
            box.agent.hold("out")
            box.agent.hold(other)  # at the same moment: each gets 491 (RFC 3261 section 14.2)
            for handle in ("out", other):
                await box.until(MediaChanged, lambda news, handle=handle: news.handle == handle and news.held, seen)
            assert any(traced.message.status == 491 for traced in kamailio.sip_trace)

    asyncio.run(story())


def test_a_far_end_that_is_held_may_be_silent(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server), account("bob", kamailio.server), silence_s=1) as box:
            near, near_head = box.line(NEAR_HZ)
            far, _ = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await near_head.waits_to_hear(FAR_HZ)
            box.agent.hold("out")
            await near_head.hears(3.5)
            assert "out" in box.agent._calls
            box.agent.resume("out", near)
            await near_head.waits_to_hear(FAR_HZ)
            assert level(await near_head.hears(), FAR_HZ) > HEARD_DBM0

    asyncio.run(story())
