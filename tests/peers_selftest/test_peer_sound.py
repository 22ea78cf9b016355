"""Sound between two baresips through Kamailio, over each transport and encryption, measured in the samples at both ends."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.peers.baresip import Baresip, MediaEncryption, Transport
from tests.peers.kamailio import Kamailio
from tests.peers.rtp_tap import RtpTap, longest_gap_s
from tests.peers.sound import from_8_khz, level_dbm0, read_wav, strongest_hz, to_8_khz, tone, tone_level_dbm0, write_wav

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.certificates import Authority

PASSWORDS = {"alice": "alicepw", "bob": "bobpw"}


@pytest.mark.parametrize(
    ("transport", "mediaenc", "codec"),
    [
        ("udp", "", "PCMA"),
        ("udp", "", "G722"),
        ("udp", "", "opus"),
        ("tcp", "", "PCMU"),
        ("tls", "srtp-mand", "PCMA"),
        ("tls", "dtls_srtp", "PCMA"),
    ],
)
def test_a_tone_put_in_at_one_end_is_heard_at_the_other(
    tmp_path: Path, authority: Authority, transport: Transport, mediaenc: MediaEncryption, codec: str
) -> None:
    def phone(user: str, source_hz: int) -> Baresip:
        address = server.tls_server if transport == "tls" else server.server
        return Baresip(
            tmp_path / user, user, PASSWORDS[user], server=address, source=source_hz, transport=transport, mediaenc=mediaenc, codecs=[codec],
            authority=authority.certificate,
        )  # fmt: skip

    with (
        Kamailio(tmp_path / "server", PASSWORDS, tls=authority.issue()) as server,
        phone("alice", 440) as alice,
        phone("bob", 1000) as bob,
    ):
        alice.wait_registered()
        bob.wait_registered()
        alice.dial("bob")
        alice.wait_for("CALL_ESTABLISHED")
        bob.wait_for("CALL_ESTABLISHED")
        at_bob, at_alice = bob.wait_heard(0.8)[-4000:], alice.wait_heard(0.8)[-4000:]
        assert strongest_hz(at_bob) == pytest.approx(440, abs=3)
        assert strongest_hz(at_alice) == pytest.approx(1000, abs=3)
        assert tone_level_dbm0(at_bob, 440) == pytest.approx(-10, abs=0.3)
        assert tone_level_dbm0(at_alice, 1000) == pytest.approx(-10, abs=0.3)
        offer = server.wait_for_message(lambda m: m.message.method == "INVITE" and m.message.is_request).message.sdp.audio
        assert offer.protocol == {"": "RTP/AVP", "srtp-mand": "RTP/SAVP", "dtls_srtp": "UDP/TLS/RTP/SAVPF"}[mediaenc]
        assert {name.split("/")[0] for name in offer.codecs.values()} == {codec, "telephone-event"}


def test_keys_hold_and_hang_up_reach_the_other_end(tmp_path: Path) -> None:
    with (
        Kamailio(tmp_path / "server", PASSWORDS) as server,
        Baresip(tmp_path / "a", "alice", PASSWORDS["alice"], server=server.server) as alice,
        Baresip(tmp_path / "b", "bob", PASSWORDS["bob"], server=server.server, answer="manual") as bob,
    ):
        alice.wait_registered()
        bob.wait_registered()
        alice.dial("bob")
        bob.wait_for("CALL_INCOMING", parameter="alice")
        bob.accept()
        alice.wait_for("CALL_ESTABLISHED")
        alice.send_dtmf("19*#")
        bob.wait_dtmf("19*#")
        bob.hold()
        held = server.wait_for_message(
            lambda m: m.source[1] == bob.port and m.message.method == "INVITE" and m.message.is_request
        )
        assert held.message.sdp.audio.direction == "sendonly"
        alice.hangup()
        bob.wait_for("CALL_CLOSED")


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_the_tap_hears_the_far_end_after_a_hold_and_times_the_gap(tmp_path: Path, codec: str) -> None:
    with (
        Baresip(tmp_path / "a", "alice", source=440, codecs=[codec]) as alice,
        Baresip(tmp_path / "b", "bob", codecs=[codec]) as bob,
        RtpTap(bob.rtp_ports) as tap,
    ):
        alice.dial(bob.sip_uri)
        alice.wait_for("CALL_ESTABLISHED")
        before = tap.wait_heard(0.5)
        bob.hold()
        bob.resume()
        for sound in (before, tap.wait_heard(0.5)):
            assert tone_level_dbm0(sound, 440) == pytest.approx(-10, abs=0.3)
        packets = tap.packets
        assert {(later.sequence - earlier.sequence) % 65536 for earlier, later in pairwise(packets)} == {1}
        assert 0.02 <= longest_gap_s(packets) < 5


def test_a_direct_call_needs_no_server_and_silence_is_silence(tmp_path: Path) -> None:
    with (
        Baresip(tmp_path / "a", "alice") as alice,
        Baresip(tmp_path / "b", "bob", display_name="Bob B", source=tone(700, 0.5)) as bob,
    ):
        bob.dial(alice.sip_uri)
        bob.wait_for("CALL_ESTABLISHED")
        assert strongest_hz(alice.wait_heard(0.5)) == pytest.approx(700, abs=4)
        assert level_dbm0(bob.wait_heard(0.3)) < -60


def test_a_refused_call_says_why(tmp_path: Path) -> None:
    with (
        Kamailio(tmp_path / "server", PASSWORDS) as server,
        Baresip(tmp_path / "a", "alice", PASSWORDS["alice"], server=server.server) as alice,
    ):
        server.reject("INVITE", "bob", 486, "Busy Here")
        alice.dial("bob")
        assert "486" in alice.wait_for("CALL_CLOSED").parameter


def test_tones_are_written_read_and_measured(tmp_path: Path) -> None:
    sine = tone(425, 1.0, -13)
    assert np.array_equal(read_wav(write_wav(tmp_path / "t.wav", sine)), sine)
    assert level_dbm0(sine) == pytest.approx(-13, abs=0.1)
    assert tone_level_dbm0(sine, 425) == pytest.approx(-13, abs=0.1)
    assert tone_level_dbm0(sine, 1000) < -70
    for rate_hz in (16000, 48000):
        for frequency_hz in (425, 3400):
            fast = tone(frequency_hz, 1.0, -13, rate_hz=rate_hz)
            assert tone_level_dbm0(to_8_khz(fast, rate_hz), frequency_hz) == pytest.approx(-13, abs=0.2)
            there_and_back = to_8_khz(from_8_khz(tone(frequency_hz, 1.0, -13), rate_hz), rate_hz)
            assert tone_level_dbm0(there_and_back, frequency_hz) == pytest.approx(-13, abs=0.2)
