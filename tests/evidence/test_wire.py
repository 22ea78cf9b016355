"""SIP messages out of the engine's log: read as they were, their secrets gone, and as a capture that is one."""

from __future__ import annotations

import ipaddress
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.evidence.pcap import capture
from firmware.evidence.wire import MASK, WireMessage, read_logged, without_secrets

INVITE = (
    "INVITE sip:600@192.0.2.1 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1\r\n"
    "Call-ID: abc@192.0.2.7\r\n"
    "CSeq: 2 INVITE\r\n"
    'Authorization: Digest username="alice", realm="x", nonce="n0nce",\r\n response="deadbeef", cnonce="c0"\r\n'
    "Content-Type: application/sdp\r\n\r\n"
    "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\na=ice-pwd:secretpwd\r\n"
)


def logged(way: str, text: str, peer: str = "192.0.2.1:5060") -> str:
    word = "to" if way == "TX" else "from"
    return f"{way} {len(text)} bytes Request msg INVITE/cseq=2 (tdta0x55d0) {word} UDP {peer}:\n{text}\n--end msg--"


def test_a_message_is_read_with_its_place_and_without_its_secrets() -> None:
    message = read_logged(logged("TX", INVITE))
    assert message
    assert (message.sent, message.transport, message.peer, message.cut) == (True, "UDP", "192.0.2.1:5060", False)
    assert (message.first_line, message.call_id, message.method) == (INVITE.partition("\r\n")[0], "abc@192.0.2.7", "INVITE")
    for secret in ("n0nce", "deadbeef", "c0", "WVNf", "secretpwd"):
        assert secret not in message.text
    assert f"Authorization: Digest {MASK}" in message.text
    assert "Content-Type: application/sdp" in message.text


SECRETS = (
    ('Proxy-Authorization: Digest username="a", nonce="{}", response="{}"', "Proxy-Authorization: Digest"),
    ('WWW-Authenticate: Digest realm="x",\r\n\tnonce="{}",\r\n opaque="{}"', "WWW-Authenticate: Digest"),
    ('Authentication-Info: nextnonce="{}", rspauth="{}"', "Authentication-Info:"),
    ("Authorization: Bearer {}{}", "Authorization: Bearer"),
    ("Authorization:{}{}", "Authorization:"),
    ("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{}|2^20|1:4;inline:{}|2^20|2:4", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"),
    ("a=key-mgmt:mikey {}{}", "a=key-mgmt:mikey"),
    ("k=base64:{}{}", "k=base64:"),
    ("a=ice-pwd:{}{}", "a=ice-pwd:"),
    ("Contact: <sip:alice:{}{}@192.0.2.7>", "Contact: <sip:alice:"),
)


PLAIN = ("a=fingerprint:sha-256 AB:CD", "a=ice-ufrag:u", "Subject: sip:600@192.0.2.1:5060;transport=udp", "End: yes")


@pytest.mark.parametrize(("line", "left"), SECRETS)
def test_every_place_of_a_secret_is_masked_in_text_and_capture(line: str, left: str) -> None:
    told = f"INVITE sip:600@192.0.2.1 SIP/2.0\r\n{PLAIN[0]}\r\n{PLAIN[1]}\r\n{PLAIN[2]}\r\n{line.format('s3cretOne', 's3cretTwo')}\r\n{PLAIN[3]}\r\n"
    message = read_logged(logged("RX", told))
    assert message
    for text in (message.text, capture([(0.0, message)]).decode("latin-1")):
        assert "s3cret" not in text
        assert left in text
        assert all(kept in text for kept in PLAIN)


def test_bytes_that_are_no_text_leave_the_message_one() -> None:
    raw = b'INVITE sip:600@192.0.2.1 SIP/2.0\r\nFrom: "\xff\xe9" <sip:1@192.0.2.1>\r\n'
    message = read_logged(logged("RX", raw.decode("utf-8", "surrogateescape")))  # as the engine's log gives it
    assert message
    assert message.text.encode().startswith(b'INVITE sip:600@192.0.2.1 SIP/2.0\r\nFrom: "??" <')
    assert capture([(0.0, message)])


def test_a_digit_by_info_is_no_longer_a_digit() -> None:
    assert "5" not in without_secrets("Signal=5\r\nDuration=160\r\n").partition("\n")[0]


def test_other_lines_of_the_log_are_no_message() -> None:
    assert read_logged("Conf connect: 0 --> 1") is None
    assert read_logged("") is None
    cut = read_logged(logged("RX", INVITE).removesuffix("--end msg--"))
    assert cut
    assert cut.cut


@given(st.text(max_size=400))
def test_nothing_in_the_log_breaks_the_reader(text: str) -> None:
    read_logged(text)
    read_logged(logged("RX", text))
    read_logged(f"TX {text}")


def packets(file: bytes) -> list[tuple[float, bytes]]:
    magic, major, minor, _, _, _, link = struct.unpack_from("<IHHiIII", file)
    assert (magic, major, minor, link) == (0xA1B2C3D4, 2, 4, 101)
    found, at = [], 24
    while at < len(file):
        seconds, micros, length, whole = struct.unpack_from("<IIII", file, at)
        assert length == whole
        found.append((seconds + micros / 1e6, file[at + 16 : at + 16 + length]))
        at += 16 + length
    return found


def ones_sum(data: bytes) -> int:
    total = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_a_capture_holds_each_message_between_its_two_ends() -> None:
    sent, received = (
        read_logged(logged("TX", INVITE)),
        WireMessage(sent=False, transport="UDP", peer="192.0.2.1:5060", text="SIP/2.0 200 OK"),
    )
    assert sent
    first, second = packets(capture([(1.5, sent), (2.25, received)]))
    assert (first[0], second[0]) == (1.5, 2.25)
    assert [str(ipaddress.ip_address(first[1][at : at + 4])) for at in (12, 16)] == ["192.0.2.7", "192.0.2.1"]
    assert [str(ipaddress.ip_address(second[1][at : at + 4])) for at in (12, 16)] == ["192.0.2.1", "192.0.2.7"]
    assert struct.unpack(">HH", first[1][20:24]) == (5070, 5060)
    assert ones_sum(first[1][:20]) == 0xFFFF
    assert first[1][28:].startswith(b"INVITE")
    assert struct.unpack(">H", first[1][2:4])[0] == len(first[1])


def test_a_capture_of_ipv6_counts_its_checksum() -> None:
    message = WireMessage(sent=False, transport="UDP", peer="[2001:db8::1]:5060", text="SIP/2.0 180 Ringing")
    packet = packets(capture([(0.0, message)]))[0][1]
    assert packet[0] >> 4 == 6
    pseudo = packet[8:40] + struct.pack(">IxxxB", len(packet) - 40, 17)
    assert ones_sum(pseudo + packet[40:]) == 0xFFFF


@given(st.text(max_size=60), st.text(max_size=2000))
def test_nothing_a_stranger_sends_breaks_a_capture(peer: str, text: str) -> None:
    assert len(packets(capture([(0.0, WireMessage(sent=True, transport="UDP", peer=peer, text=text))]))) == 1
