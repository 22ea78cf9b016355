"""Broken and foreign media packets in a live call: the call goes on and the right far end is still heard in the samples.

One call for all of them: each test adds its packets to it and then listens.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.bad_input.dialogs import Invited, contact_of, plain_sdp, request
from tests.bad_input.far_end import answered_in
from tests.bad_input.rig import Rig
from tests.bad_input.voice import EVENTS, PACKET_SAMPLES, PCMA, Voice, a_law, rtp
from tests.peers.sound import tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_input.wire import Wire

RIGHT_HZ, WRONG_HZ = 1004.0, 620.0
HEARD_DBM0 = -20.0
"""The voice says -10 dBm0; 10 dB less would be a voice with half of it missing."""
FLOOD = 2000
SEED = 4475
STRANGERS = ("127.0.0.1", "127.0.0.2", "127.7.7.7")


@dataclass
class Talk:
    """A call that stands, and the voice at its far end."""

    rig: Rig
    voice: Voice

    def still_stands(self, about: str) -> None:
        device = self.rig.device
        assert device.process.running, f"{about} ended the device:\n{self.rig.log}"
        assert device.ask("status")["lines"][0]["state"] == "in call", f"{about} ended the call"
        level = tone_level_dbm0(device.samples(0.3), RIGHT_HZ)
        if level < HEARD_DBM0:  # a digit of the far end sounds in its place; then the voice must be back
            level = tone_level_dbm0(device.samples(1.5)[-2400:], RIGHT_HZ)
        assert level > HEARD_DBM0, f"after {about} the far end is heard with {level:.0f} dBm0"


def call(rig: Rig, voice: Voice, wire: Wire) -> Invited:
    wire.send(request(wire, "INVITE", body=plain_sdp(voice.port)))
    ringing = wire.wait_for(lambda each: each.status == 180)
    final = answered_in(rig, wire, "udp", ringing)
    assert final.status == 200
    voice.speak(("127.0.0.1", final.sdp.audio.port))
    rig.device.wait_line("in call")
    return Invited(final, contact_of(final))


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with Rig(tmp_path_factory.mktemp("rtp")) as rig, rig.wire("udp") as wire, Voice(RIGHT_HZ) as voice:
        invited = call(rig, voice, wire)
        made = Talk(rig, voice)
        made.still_stands("nothing")
        yield made
        wire.send(invited.bye())
        assert wire.wait_for(lambda each: each.headers.get("CSeq").endswith("BYE")).status == 200
        rig.device.replace()
        rig.check("the whole set of packets")
        rig.check_memory()


def _extended(length_words: int, data: bytes = b"") -> bytes:
    return rtp(struct.pack("!HH", 0xBEDE, length_words) + data, 7, first_byte=0x90)


def _random(longest: int) -> list[bytes]:
    chance = random.Random(SEED)  # noqa: S311 - the same bytes each time
    return [chance.randbytes(length) for length in range(0, longest, 3)]


_SILENCE = b"\xd5" * PACKET_SAMPLES
PACKETS: dict[str, list[bytes]] = {
    "truncated": [rtp(b"", 5)[:length] for length in range(13)] * 4,
    "of-version-0-1-3": [rtp(_SILENCE, 5, first_byte=version << 6) for version in (0, 1, 3)] * 20,
    "of-a-payload-nobody-offered": [rtp(b"\xff" * 160, 5, kind=kind) for kind in (1, 13, 34, 77, 96, 127)] * 10,
    "with-more-padding-than-packet": [rtp(b"\xd5" * 10 + b"\xff", 6, first_byte=0xA0), rtp(b"\0", 6, first_byte=0xA0)] * 10,
    "with-nothing-but-padding": [rtp(b"\0" * 159 + b"\xa0", 6, first_byte=0xA0)] * 10,
    "with-an-extension-past-the-end": [_extended(65535), _extended(100, b"abc"), _extended(0), rtp(b"\xbe", 7, first_byte=0x90)]
    * 10,
    "with-fifteen-contributors-missing": [rtp(b"", 8, first_byte=0x8F), rtp(b"\0" * 59, 8, first_byte=0x8F)] * 10,
    "of-60000-bytes": [rtp(b"\xd5" * 60000, 9)] * 3,
    "of-one-sample": [rtp(b"\xd5", 9)] * 10,
    "of-random-bytes": _random(300),
    "event-255": [rtp(struct.pack("!BBH", 255, 0x8A, 1600), 10 + each, kind=EVENTS, stamp=10) for each in range(5)],
    "event-of-no-duration": [rtp(struct.pack("!BBH", 5, 0x0A, 0), 20 + each, kind=EVENTS, stamp=20) for each in range(5)],
    "event-truncated": [rtp(b"\x05\x8a\x06\x40"[:length], 30 + length, kind=EVENTS) for length in range(4)] * 3,
    "event-too-long": [rtp(b"\x05\x8a\xff\xff" * 40, 40 + each, kind=EVENTS) for each in range(3)],
}

CONTROL: dict[str, list[bytes]] = {
    "truncated": [struct.pack("!BBHI", 0x80, 200, 6, 1)[:length] for length in range(9)],
    "of-random-bytes": _random(200),
    "with-a-length-past-the-end": [
        struct.pack("!BBHI", 0x81, kind, 65535, 1) for kind in (200, 201, 202, 203, 204, 205, 206, 207)
    ],
    "with-31-reports-missing": [struct.pack("!BBHI", 0x9F, 200, 6, 1) + b"\0" * 20, struct.pack("!BBHI", 0x9F, 201, 1, 1)],
    "with-a-length-of-0": [struct.pack("!BBH", 0x80, kind, 0) * 50 for kind in (200, 201, 202, 203)],
    "with-an-open-description": [struct.pack("!BBHIBB", 0x81, 202, 2, 1, 1, 255) + b"abc"],
    "bye-for-everyone": [struct.pack("!BBHI", 0x81, 203, 1, 0x600D)],
}


@pytest.mark.parametrize("name", PACKETS)
def test_voice_packets(talk: Talk, name: str) -> None:
    for packet in PACKETS[name]:
        talk.voice.send(packet)
    talk.still_stands(f"packets {name}")


@pytest.mark.parametrize("name", CONTROL)
def test_control_packets(talk: Talk, name: str) -> None:
    for packet in CONTROL[name]:
        talk.voice.send(packet, control=True)
        talk.voice.send(packet)  # on the voice's port too (RFC 5761)
    talk.still_stands(f"control packets {name}")


def test_another_stream_from_the_same_source(talk: Talk) -> None:
    noise = a_law(tone(WRONG_HZ, 0.02))
    for number in range(50):
        talk.voice.send(rtp(noise, 40000 + number, source=0xBAD + number))
    talk.still_stands("fifty changes of the stream's identity")


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_is_not_heard(talk: Talk, stranger: str) -> None:
    """Bursts shorter than the engine's probation (PJMEDIA_RTP_NAT_PROBATION_CNT 4) between two packets of the right source."""
    noise = a_law(tone(WRONG_HZ, 0.02))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((stranger, 0))
        for number in range(60):
            other.sendto(rtp(noise, 500 + number, source=0xBAD, kind=PCMA), talk.voice.target)
            if number % 3 == 2:
                talk.rig.device.phone()  # a round trip through the device keeps the bursts apart
    talk.still_stands(f"sixty packets from {stranger}")


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_flood_from_a_stranger(talk: Talk, stranger: str) -> None:
    noise = a_law(tone(WRONG_HZ, 0.02))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((stranger, 0))
        for number in range(FLOOD):
            other.sendto(rtp(noise, number, source=0xBAD), talk.voice.target)
        talk.still_stands(f"{FLOOD} packets from {stranger}")
        other.setblocking(False)  # noqa: FBT003 - the socket's own word
        stolen = 0
        with contextlib.suppress(BlockingIOError):
            while other.recv(2000):
                stolen += 1
        assert not stolen, f"{stolen} packets of the conversation were sent to {stranger}, which no SIP message named"


def test_a_flood_from_the_right_source(talk: Talk) -> None:
    for number in range(FLOOD):
        talk.voice.send(rtp(_SILENCE, 50000 + number))
    talk.rig.device.samples(0.5)  # what the jitter buffer still holds
    talk.still_stands(f"{FLOOD} packets at once")
