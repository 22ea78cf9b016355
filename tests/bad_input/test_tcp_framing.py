"""TCP as bad networks and bad people cut it: single bytes, two messages in one piece, lengths that lie, connections that say nothing.

RFC 3261 section 18.3 has the rules.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.bad_input.dialogs import request
from tests.bad_input.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_input.wire import Wire

SLOW_CONNECTIONS = 40
MORE_THAN_HANDLES = 300
"""The engine has 256 handles for everything (PJ_IOQUEUE_MAX_HANDLES in image-build/engine/config_site.h)."""
STRANGER = "127.0.0.2"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("tcp")) as made:
        yield made


@pytest.fixture
def wire(rig: Rig) -> Iterator[Wire]:
    with rig.wire("tcp") as made:
        yield made
    rig.prove_answering("tcp")
    rig.check("the last connection")


def answered(wire: Wire, count: int = 1) -> None:
    for _ in range(count):
        assert wire.wait_for(lambda each: not each.is_request).status == 200


def with_length(data: bytes, value: bytes | None) -> bytes:
    return data.replace(b"Content-Length: 0\r\n", b"" if value is None else b"Content-Length: " + value + b"\r\n")


def test_byte_by_byte(wire: Wire) -> None:
    for byte in request(wire, "OPTIONS"):
        wire.send(bytes([byte]))
    answered(wire)


@pytest.mark.parametrize("pieces", [2, 3, 7, 50])
def test_in_pieces(wire: Wire, pieces: int) -> None:
    data = request(wire, "OPTIONS", body=b"v=0\r\n" * 40)
    step = len(data) // pieces
    for place in range(0, len(data), step):
        wire.send(data[place : place + step])
    answered(wire)


def test_twenty_messages_in_one_piece(wire: Wire) -> None:
    wire.send(b"".join(request(wire, "OPTIONS") for _ in range(20)))
    answered(wire, 20)


def test_one_message_and_a_half(rig: Rig, wire: Wire) -> None:
    first, second = request(wire, "OPTIONS"), request(wire, "OPTIONS")
    wire.send(first + second[:70])
    answered(wire)
    rig.prove_answering("tcp")
    wire.send(second[70:])
    answered(wire)


@pytest.mark.parametrize("before", [b"\r\n", b"\r\n\r\n", b"\r\n" * 500, b"\n\n\n"], ids=["crlf", "ping", "many", "lf"])
def test_keep_alives_before_a_message(wire: Wire, before: bytes) -> None:
    """RFC 5626 section 3.5.1, and what some endpoints send in its place."""
    wire.send(before + request(wire, "OPTIONS"))
    answered(wire)


@pytest.mark.parametrize(
    "value",
    [None, b"-1", b"-999999999999", b"99999999", b"4294967296", b"18446744073709551616", b"12abc", b"", b"0x10", b"1 2"],
    ids=["missing", "negative", "very-negative", "large", "2-to-32", "2-to-64", "with-letters", "empty", "hexadecimal", "two"],
)
def test_a_length_that_lies(rig: Rig, wire: Wire, value: bytes | None) -> None:
    """The connection may be given up or kept; other connections are served, and this one costs nothing for ever."""
    wire.send(with_length(request(wire, "OPTIONS"), value))
    rig.prove_answering("tcp")
    wire.send(request(wire, "OPTIONS"))
    rig.prove_answering("tcp")
    assert all(reply.status in {200, 400, 413} for reply in wire.arrived())


@pytest.mark.parametrize("length", [1, 3])
def test_a_length_that_is_too_small(rig: Rig, wire: Wire, length: int) -> None:
    wire.send(with_length(request(wire, "OPTIONS"), str(length).encode()).rstrip(b"\r\n") + b"\r\n\r\nabcdef\r\n\r\n")
    rig.prove_answering("tcp")


def test_a_head_without_end(rig: Rig, wire: Wire) -> None:
    """More than the engine's packet limit (PJSIP_MAX_PKT_LEN 16000) and no end in sight."""
    wire.send(b"OPTIONS sip:x SIP/2.0\r\n" + b"X: y\r\n" * 8000)
    rig.prove_answering("tcp")


def test_a_body_that_is_too_large(rig: Rig, wire: Wire) -> None:
    wire.send(request(wire, "OPTIONS", body=b"v" * 40000))
    rig.prove_answering("tcp")


@pytest.mark.parametrize("source", ["127.0.0.1", STRANGER])
def test_many_connections_that_say_almost_nothing(rig: Rig, source: str) -> None:
    with ExitStack() as held:
        slow = [held.enter_context(rig.wire("tcp", source)) for _ in range(SLOW_CONNECTIONS)]
        for wire in slow:
            wire.send(b"OPTIONS sip:a SIP/2.0\r\nVia:")
        rig.prove_answering("tcp")
        rig.prove_answering("udp")
        for wire in slow:
            wire.send(b" SIP/2.0/TCP ")
        rig.prove_answering("tcp")
    rig.check(f"{SLOW_CONNECTIONS} slow connections")


def test_connections_that_leave_at_once(rig: Rig) -> None:
    for _ in range(20):
        with rig.wire("tcp", STRANGER):
            pass
    rig.prove_answering("tcp")


def test_a_stranger_cannot_use_up_the_connections(rig: Rig) -> None:
    """Last of the file: whatever happens, the next test gets a fresh device."""
    assert rig.device.process.running
    try:
        with ExitStack() as held:
            for _ in range(MORE_THAN_HANDLES):
                wire = held.enter_context(rig.wire("tcp", STRANGER))
                wire.send(b"OPTIONS sip:a SIP/2.0\r\nVia")
            rig.prove_answering("udp")
            rig.prove_answering("tcp")
        rig.check("a stranger's connections")
    finally:
        rig.stop()
