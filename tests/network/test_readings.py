"""Wi-Fi signal as drivers write it, and messages as the standards print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.network.probes import dns, options, stun
from firmware.network.probes.ping import internet_checksum
from firmware.network.readings import signal_dbm

WIRELESS = """Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   54.  {level}  -256        0      0      0      4     45        0
"""


@pytest.mark.parametrize(("level", "expected"), [("-56.", -56.0), ("-56", -56.0), ("200.", -56.0), ("0.", None), ("42.", None)])
def test_the_signal_of_a_radio(level: str, expected: float | None) -> None:
    """In dBm, as a byte, and on a scale of the driver's own, which is no dBm."""
    assert signal_dbm("wlan0", WIRELESS.format(level=level)) == expected


def test_no_radio_has_no_signal() -> None:
    assert signal_dbm("eth0", WIRELESS.format(level="-56.")) is None
    assert signal_dbm("wlan0", "") is None


TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
SOFTWARE = "8022000b7465737420766563746f7220"
TAIL = "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96"


def test_the_sample_answers_of_rfc_5769() -> None:
    """Sections 2.2 and 2.3."""
    four = bytes.fromhex("0101003c2112a442" + TRANSACTION.hex() + SOFTWARE + "002000080001a147e112a643" + TAIL)
    six = bytes.fromhex(
        "010100482112a442" + TRANSACTION.hex() + SOFTWARE + "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9" + TAIL
    )
    assert stun.read_answer(four, TRANSACTION) == ("192.0.2.1", 32853)
    assert stun.read_answer(six, TRANSACTION) == ("2001:db8:1234:5678:11:2233:4455:6677", 32853)
    assert stun.read_answer(four, bytes(12)) is None


def test_the_checksum_example_of_rfc_1071() -> None:
    """Section 3: the sum of these bytes is ddf2."""
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == ~0xDDF2 & 0xFFFF


@given(st.binary(max_size=200))
def test_strangers_datagrams_do_no_harm(data: bytes) -> None:
    query = dns.HEADER_BYTES * b"\0" + b"\1a\0" + bytes(4)
    stun.read_answer(data, TRANSACTION)
    stun.read_answer(bytes.fromhex("0101003c2112a442") + TRANSACTION + data, TRANSACTION)
    dns.read_answer(data, 0, query)
    dns.read_answer(bytes.fromhex("0000800000010003") + bytes(4) + query[12:] + data, 0, query)
    options.read_answer(b"SIP/2.0 200 OK\r\nCall-ID: " + data, "a")
