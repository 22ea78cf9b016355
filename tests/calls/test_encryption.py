"""Which voice is encrypted, with which keys, and what is refused: the words in the SDP, the octets on the wire, the sound at both ends."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.calls.conftest import FAR_HZ, NEAR_HZ, Exchange, Trunk, loudest_of
from tests.calls.rtp_end import RtpEnd
from tests.peers.baresip import Baresip
from tests.peers.ports import free_port_block
from tests.peers.rtp_tap import PCMA, RtpTap, decode
from tests.peers.sound import loudest_dbm0, tone, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.peers.rtp_tap import RtpPacket

HEARD_DBM0 = -20.0
PACKETS = 25  # half a second
PLAIN_OCTETS = 160  # 20 ms of G.711
TAG_OCTETS = 10  # HMAC-SHA1-80, RFC 3711 section 5.2
SUITE = "AES_CM_128_HMAC_SHA1_80"
BEST_SUITE = "AES_256_CM_HMAC_SHA1_80"
NO_ENCRYPTION = "the far end does not encrypt its voice, and this account requires it"
NOT_TAKEN = "the far end does not take encrypted voice as this account offers it, or speaks none of our codecs"


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Callable[[str], Baresip]]:
    """A baresip that waits for direct calls, with the encryption of the test."""
    running: list[Baresip] = []

    def start(mediaenc: str) -> Baresip:
        running.append(Baresip(tmp_path / "far", "600", source=FAR_HZ, codecs=["PCMA"], mediaenc=mediaenc))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for each in running:
        each.stop()


def encrypted(call: dict[str, Any], packets: list[RtpPacket]) -> bool:
    """What the wire carries; the status must say the same. Empty packets keep the way through NATs open."""
    voice = [packet for packet in packets if len(packet.payload) > TAG_OCTETS]
    assert {packet.payload_type for packet in voice} == {PCMA}
    tones = [loudest_dbm0(decode(voice), hz, 0.2) for hz in (FAR_HZ, NEAR_HZ)]
    lengths = {len(packet.payload) for packet in voice}
    if call["srtp"]:
        assert lengths == {PLAIN_OCTETS + TAG_OCTETS}
        assert _entropy_bits(voice) > 7.8  # a tone has 5 to 6.5
        assert max(tones) < HEARD_DBM0
        return True
    assert lengths == {PLAIN_OCTETS}
    assert max(tones) > HEARD_DBM0
    return False


def _entropy_bits(packets: list[RtpPacket]) -> float:
    """Of one octet; 8 where all are equally frequent."""
    octets = Counter(b"".join(packet.payload for packet in packets))
    return -sum(count / octets.total() * math.log2(count / octets.total()) for count in octets.values())


def talk(device: Any, other: Baresip, *, keys_awaited: bool) -> dict[str, Any]:  # noqa: ANN401 - an Adapter
    """Heard both ways, and looked at on the wire both ways; the call as the status shows it."""
    device.wait(lambda status: status["calls"] and bool(status["calls"][0]["srtp"]) == keys_awaited, "the keys")
    with RtpTap(other.rtp_ports) as tap:
        heard = device.samples(0.6)[-3200:]
        device.say(tone(NEAR_HZ, 0.6))
        sent = tap.wait_for(lambda packets: len(packets) >= PACKETS)
    assert tone_level_dbm0(heard, FAR_HZ) > HEARD_DBM0
    other.process.wait_until(lambda: loudest_dbm0(other.heard(), NEAR_HZ, 0.3) > HEARD_DBM0, f"never heard {NEAR_HZ} Hz")
    with RtpTap(range(sent[0].source_port, sent[0].source_port + 1)) as tap:
        received = tap.wait_for(lambda packets: len(packets) >= PACKETS)
    call: dict[str, Any] = device.ask("status")["calls"][0]
    assert encrypted(call, sent) == encrypted(call, received) == keys_awaited
    return call


@pytest.mark.parametrize(
    ("ours", "mediaenc", "suite"),
    [
        (("off", "sdes"), "", ""),
        (("off", "sdes"), "srtp", ""),
        (("optional", "sdes"), "", ""),
        (("optional", "sdes"), "srtp", SUITE),
        (("required", "sdes"), "srtp", SUITE),
        (("required", "sdes"), "srtp-mand", SUITE),
        (("optional", "dtls"), "dtls_srtp", SUITE),
        (("required", "dtls"), "dtls_srtp", SUITE),
    ],
)
def test_a_call_out_is_encrypted_as_both_ends_wish(
    trunk: Callable[..., Trunk], far: Callable[[str], Baresip], ours: tuple[str, str], mediaenc: str, suite: str
) -> None:
    other = far(mediaenc)
    made = trunk(server=f"127.0.0.1:{other.port}", srtp=ours[0], srtp_keys=ours[1])
    made.dial()
    made.device.wait_line("in call")
    other.wait_for("CALL_ESTABLISHED")
    assert talk(made.device, other, keys_awaited=bool(suite))["srtp"] == suite
    assert made.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize(
    ("ours", "mediaenc", "suite"),
    [
        (("off", "sdes"), "", ""),
        (("off", "sdes"), "srtp", ""),
        (("optional", "sdes"), "", ""),
        (("optional", "dtls"), "", ""),
        (("optional", "sdes"), "srtp-mand", SUITE),
        (("required", "sdes"), "srtp-mand", SUITE),
        (("required", "dtls"), "srtp-mand", SUITE),
        (("optional", "sdes"), "dtls_srtp", SUITE),
        (("required", "dtls"), "dtls_srtp", SUITE),
    ],
)
def test_a_call_in_is_encrypted_as_both_ends_wish(
    trunk: Callable[..., Trunk], far: Callable[[str], Baresip], ours: tuple[str, str], mediaenc: str, suite: str
) -> None:
    other = far(mediaenc)
    made = trunk(server=f"127.0.0.1:{other.port}", srtp=ours[0], srtp_keys=ours[1])
    other.dial(f"sip:alice@{made.server}")
    made.device.wait_ringing()
    made.device.lift()
    made.device.wait_line("in call")
    other.wait_for("CALL_ESTABLISHED")
    assert talk(made.device, other, keys_awaited=bool(suite))["srtp"] == suite
    assert made.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize(("keys", "mediaenc"), [("sdes", "srtp-mand"), ("dtls", "dtls_srtp")])
def test_over_tls_voice_is_encrypted_with_either_keys(exchange: Callable[..., Exchange], keys: str, mediaenc: str) -> None:
    made = exchange("tls", far={"mediaenc": mediaenc, "codecs": ["PCMA"]}, srtp_keys=keys, codecs=["PCMA"])
    made.device.lift()
    made.device.dial("600")
    made.device.wait_line("in call", timeout_s=12)
    made.far.wait_for("CALL_ESTABLISHED")
    assert talk(made.device, made.far, keys_awaited=True)["srtp"] == SUITE


@pytest.mark.parametrize("ours", ["optional", "required"])
@pytest.mark.parametrize(("keys", "suite"), [("sdes", BEST_SUITE), ("dtls", SUITE)])
def test_two_devices_encrypt_their_voice(tmp_path: Path, ours: str, keys: str, suite: str) -> None:
    port = free_port_block(2)
    with (
        Trunk(tmp_path / "near", server=f"127.0.0.1:{port}", srtp=ours, srtp_keys=keys) as near,
        Trunk(tmp_path / "far", server=near.server, device_port=port, srtp="required", srtp_keys=keys) as other,
    ):
        other.dial()
        near.device.wait_ringing()
        near.device.lift()
        for each in (near, other):
            each.device.wait(lambda status: status["calls"] and status["calls"][0]["srtp"] == suite, "the keys")
        assert loudest_of(near.device, other.device, NEAR_HZ) > HEARD_DBM0
        assert loudest_of(other.device, near.device, FAR_HZ) > HEARD_DBM0
        assert other.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize(
    ("srtp", "keys", "mediaenc"),
    [("required", "sdes", ""), ("required", "dtls", ""), ("required", "dtls", "srtp-mand"), ("required", "sdes", "srtp-mandf")],
)
def test_a_far_end_that_takes_no_encryption_of_ours_is_congestion_and_a_sentence(
    trunk: Callable[..., Trunk], far: Callable[[str], Baresip], srtp: str, keys: str, mediaenc: str
) -> None:
    made = trunk(server=f"127.0.0.1:{far(mediaenc).port}", srtp=srtp, srtp_keys=keys)
    made.dial()
    made.device.wait_line("released")
    assert made.device.hear(1.5).name == "congestion"
    row = made.hang_up()
    assert (row["outcome"], row["status"], row["reason"]) == ("failed", 488, NOT_TAKEN)


@pytest.mark.parametrize("keys", ["sdes", "dtls"])
def test_a_plain_answer_is_refused_where_encryption_is_required(trunk: Callable[..., Trunk], keys: str) -> None:
    made = trunk(srtp="required", srtp_keys=keys)
    with RtpEnd() as voice, made.far("answer", keys={"media_port": str(voice.port)}) as other:
        made.dial()
        made.device.wait_line("released")
        assert made.device.hear(1.5).name == "congestion"
        row = made.hang_up()
        other.wait_received(lambda message: message.method == "BYE")  # it had answered already
        assert not len(voice.heard())  # not an octet of voice went out plain
    assert (row["outcome"], row["reason"]) == ("failed", NO_ENCRYPTION)


@pytest.mark.parametrize("keys", ["sdes", "dtls"])
def test_a_plain_caller_gets_488_where_encryption_is_required(trunk: Callable[..., Trunk], keys: str) -> None:
    made = trunk(srtp="required", srtp_keys=keys)
    with made.caller("call_with_unknown_codec", keys={"NOBODY-KNOWS": "PCMA"}) as caller:
        caller.wait_passed()  # 488
    assert {message.status for message in caller.received("INVITE")} <= {100, 488}
    assert made.device.ask("status")["lines"][0]["state"] == "idle"
    assert not made.device.phone()["ringing"]
