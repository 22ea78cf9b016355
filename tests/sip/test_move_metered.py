"""What is different on an uplink where bytes cost: the voice's codec, and how long a registration lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab.addresses import FAR
from tests.lab.telephony import PASSWORD
from tests.lab.time_code import FAR as FAR_VOICE
from tests.peers.baresip import SPEECH_S, Baresip
from tests.sip.moving import Town, far_hears

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPUS_AND_G711 = ("opus", "PCMA")
NUMBER = "601"
TALK_S = 4.0
MOST_BYTES_S = 10_000.0
"""A voice both ways in Opus at 12 kbit/s, with 54 bytes of headers 50 times a second each, on Ethernet; G.711 has 21400."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """The second uplink costs money; the far end speaks Opus too."""
    with Town(tmp_path, far="baresip", metered=("wlan0",), keys={"codecs": ["PCMA", "opus"]}) as made:
        with made.lab.cloud.inside():
            far = Baresip(
                tmp_path / "baresip",
                NUMBER,
                PASSWORD,
                server=made.exchange.server,
                address=FAR,
                source=FAR_VOICE.speech(SPEECH_S),
                codecs=OPUS_AND_G711,
            )
        made.keep(far)
        made.exchange.provider.wait_registered(NUMBER)
        yield made


def test_a_call_begun_there_is_narrow_opus_and_spares_bytes(town: Town) -> None:
    before = town.use(town.second, town.first)
    town.mover.registered(before)
    town.call(number=NUMBER)
    assert town.mover.until("MediaChanged")["codec"].startswith("opus/")
    offer = town.exchange.provider.wait_for_message(
        lambda each: each.message.method == "INVITE" and b"m=audio" in each.message.body
    )
    for wish in (b"maxplaybackrate=8000", b"useinbandfec=1", b"usedtx=1", b"maxaveragebitrate=12000", b"sprop-stereo=0"):
        assert wish in offer.message.body
    assert town.bytes_a_second(town.second, TALK_S) < MOST_BYTES_S


def test_a_call_that_comes_there_keeps_its_codec_and_the_next_one_at_home_is_as_the_owner_wants(town: Town) -> None:
    town.call(number=NUMBER)
    assert town.mover.until("MediaChanged")["codec"] == "PCMA/8000"
    town.cut()
    town.moved(town.second, town.first)
    town.mover.wait_heard("out")
    far_hears(town.exchange)
    assert {news["codec"] for news in town.mover.news("MediaChanged")} == {"PCMA/8000"}
    town.lab[town.first].heal()
    town.moved(town.first, town.second)
    before = len(town.mover.lines)
    town.mover.order("hold out")
    town.mover.order(f"call next home {NUMBER}")
    assert town.mover.until("MediaChanged", lambda news: news["handle"] == "next", before)["codec"] == "PCMA/8000"


def test_a_registration_there_lasts_an_hour(town: Town) -> None:
    before = town.use(town.second, town.first)
    news = town.mover.until("AccountChanged", lambda news: news["registration"]["phase"] == "registered", before)
    assert news["expires_s"] > 3000
