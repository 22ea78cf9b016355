"""Three and more at once, mixed by the engine; calls that talk through the box without a line; desks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firmware.sip.invite import Invite
from firmware.sip.news import CallArrived, CallEstablished, CallOver
from firmware.sound.tone_source import ToneSource, dtmf_tone
from tests.peers.baresip import Baresip
from tests.sip.box import ABSENT_DBM0, HEARD_DBM0, Box, Head, account, level

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.kamailio import Kamailio

NEAR_HZ, FAR_HZ, THIRD_HZ = 1200.0, 1004.0, 1504.0
OPENINGS = 20


def test_in_a_conference_everybody_hears_the_two_others(kamailio: Kamailio) -> None:
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
            box.agent.join(("first", "second"), near)
            await asyncio.gather(head.waits_to_hear(FAR_HZ), far_head.waits_to_hear(THIRD_HZ), third_head.waits_to_hear(FAR_HZ))
            for who, others in ((head, (FAR_HZ, THIRD_HZ)), (far_head, (NEAR_HZ, THIRD_HZ)), (third_head, (NEAR_HZ, FAR_HZ))):
                heard = await who.hears()
                for hz in (NEAR_HZ, FAR_HZ, THIRD_HZ):
                    assert (level(heard, hz) > HEARD_DBM0) == (hz in others)
            box.agent.split(("first", "second"))
            await far_head.hears(0.3)
            assert level(await far_head.hears(), THIRD_HZ) < ABSENT_DBM0
            assert level(await head.hears(), FAR_HZ) > HEARD_DBM0
            box.agent.end("second")
            await box.until(CallOver, lambda news: news.handle == "second")
            assert level(await head.hears(), FAR_HZ) > HEARD_DBM0

    asyncio.run(story())


def test_a_forwarded_call_talks_through_the_box_with_no_line(kamailio: Kamailio, tmp_path: Path) -> None:
    """The two far ends are real telephones."""

    async def story(caller: Baresip, target: Baresip) -> None:
        async with Box(account("alice", kamailio.server)) as box:
            box.agent.engine.run_clock(wanted=False)  # every handset on hook
            caller.dial("alice")
            arrived = await box.until(CallArrived)
            box.agent.place("onward", "alice", Invite("601"))
            await box.until(CallEstablished, lambda news: news.handle == "onward")
            box.agent.bridge(arrived.handle, "onward")
            box.agent.answer(arrived.handle)
            await box.until(CallEstablished, lambda news: news.handle == arrived.handle)
            heard = await asyncio.to_thread(target.wait_heard, 1.0)
            assert level(heard, FAR_HZ) > HEARD_DBM0
            heard = await asyncio.to_thread(caller.wait_heard, 1.0)
            assert level(heard, THIRD_HZ) > HEARD_DBM0
            caller.hangup()
            await box.until(CallOver, lambda news: news.handle == arrived.handle)
            box.agent.end("onward")
            await box.until(CallOver, lambda news: news.handle == "onward")
            assert not box.agent.engine._clock_runs

    with (
        Baresip(tmp_path / "caller", "600", "600pw", server=kamailio.server, source=FAR_HZ) as caller,
        Baresip(tmp_path / "target", "601", "601pw", server=kamailio.server, source=THIRD_HZ) as target,
    ):
        kamailio.wait_registered("600")
        kamailio.wait_registered("601")
        asyncio.run(story(caller, target))


def test_a_desk_says_and_records_with_no_handset_lifted(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server), account("bob", kamailio.server)) as box:
            far, far_head = box.line(FAR_HZ)
            desk, recorder, ended = box.agent.open_desk("voicemail"), Head(None), asyncio.Event()
            box.answers("bob", desk)
            box.agent.place("out", "alice", "bob", far)
            await box.until(CallEstablished, lambda news: news.handle == "out")
            desk.record(recorder)
            await recorder.waits_to_hear(FAR_HZ)
            desk.play(ToneSource(dtmf_tone("5", 800, 0, -9.0)), ended.set)
            await far_head.waits_to_hear(1336)
            await asyncio.wait_for(ended.wait(), 5)
            box.agent.close_desk(desk)
            await far_head.hears(0.3)
            assert level(await far_head.hears(), 1336) < ABSENT_DBM0

    asyncio.run(story())


def test_a_handset_talks_to_a_desk(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server)) as box:
            near, _ = box.line(NEAR_HZ)
            desk, recorder = box.agent.open_desk("mailbox"), Head(None)
            desk.record(recorder)
            box.agent.connect(near, desk)
            await recorder.waits_to_hear(NEAR_HZ)
            box.agent.disconnect(near)
            await recorder.hears(0.2)
            assert level(await recorder.hears(), NEAR_HZ) < ABSENT_DBM0

    asyncio.run(story())


def test_desks_open_and_close_under_a_call_without_harm(kamailio: Kamailio) -> None:
    async def story() -> None:
        async with Box(account("alice", kamailio.server), account("bob", kamailio.server)) as box:
            near, near_head = box.line(NEAR_HZ)
            far, far_head = box.line(FAR_HZ)
            box.answers("bob", far)
            box.agent.place("out", "alice", "bob", near)
            await far_head.waits_to_hear(NEAR_HZ)
            for number in range(OPENINGS):
                desk, recorder = box.agent.open_desk(f"desk-{number}"), Head(None)
                desk.record(recorder)
                desk.play(ToneSource(dtmf_tone("5", 5000, 0, -9.0)))
                box.agent.connect(near, desk)
                box.agent.attach("out", desk)
                await recorder.waits_to_hear(FAR_HZ)
                box.agent.close_desk(desk)
                del desk
            assert level(await near_head.hears(), FAR_HZ) > HEARD_DBM0
            assert level(await far_head.hears(), NEAR_HZ) > HEARD_DBM0

    asyncio.run(story())
