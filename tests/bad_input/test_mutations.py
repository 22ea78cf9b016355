"""Valid SIP, spoiled by a seeded hand: flipped bits, cut ends, doubled and swapped lines. A failure names the number, which makes the same bytes again.

Bounded by count and by time; what the device must do is live, stay idle and serve the next request.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from tests.bad_input.dialogs import plain_sdp, request
from tests.bad_input.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bad_input.wire import Kind, Wire

SEED = 3261
BATCHES, BATCH = 8, 40
BATCH_S = 1.5
CANCEL_S = 1.0
TCP_PROOF = 10
"""Every tenth spoiled stream is followed by an ordinary one on a connection of its own; the others by a datagram, which costs no connection."""
KINDS: tuple[Kind, ...] = ("udp", "tcp")


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("mutations")) as made:
        yield made


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def double_a_line(data: bytes, chance: random.Random) -> bytes:
    rows = data.split(b"\r\n")
    place = chance.randrange(len(rows))
    return b"\r\n".join(rows[:place] + [rows[place]] * chance.randint(2, 40) + rows[place + 1 :])


def drop_a_line(data: bytes, chance: random.Random) -> bytes:
    rows = data.split(b"\r\n")
    del rows[chance.randrange(len(rows))]
    return b"\r\n".join(rows)


def shuffle_lines(data: bytes, chance: random.Random) -> bytes:
    rows = data.split(b"\r\n")
    chance.shuffle(rows)
    return b"\r\n".join(rows)


def insert_bytes(data: bytes, chance: random.Random) -> bytes:
    place, piece = (
        chance.randrange(len(data)),
        chance.choice([b"\0", b"\r", b"\n", b"\xff\xfe", b'"', b"%", b"<", b";" * 300, b"9" * 400]),
    )
    return data[:place] + piece * chance.randint(1, 4) + data[place:]


def lengthen_a_value(data: bytes, chance: random.Random) -> bytes:
    rows = data.split(b"\r\n")
    place = chance.randrange(len(rows))
    rows[place] += b"a" * chance.choice([256, 1024, 4000, 12000])
    return b"\r\n".join(rows)


HANDS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flip_bits, cut, double_a_line, drop_a_line, shuffle_lines, insert_bytes, lengthen_a_value,
)  # fmt: skip


def sound(wire: Wire, chance: random.Random) -> bytes:
    method = chance.choice(
        ["INVITE", "INVITE", "OPTIONS", "REGISTER", "BYE", "CANCEL", "ACK", "NOTIFY", "REFER", "MESSAGE", "INFO", "PRACK"]
    )
    headers = chance.choice(
        ["", "Supported: 100rel, timer\r\nSession-Expires: 90\r\n", "Event: refer\r\nRefer-To: <sip:x@127.0.0.1>\r\n"]
    )
    return request(wire, method, headers, plain_sdp(49210) if method == "INVITE" else b"")


def deliver(rig: Rig, kind: Kind, number: int) -> None:
    """Spoil and send one; a bell that rings for it is stopped, by the caller's CANCEL or a fresh device."""
    chance = random.Random(SEED * 10000 + number)  # noqa: S311 - the same bytes each time
    with rig.wire(kind) as wire:
        data = sound(wire, chance)
        for _ in range(chance.choice([1, 1, 2])):
            data = chance.choice(HANDS)(data, chance)
        try:
            wire.send(data[:60000])
            rig.prove_answering(kind if number % TCP_PROOF == 0 else "udp", data)
            rig.end_call(wire, wire.arrived(), CANCEL_S)
            rig.check(f"mutation {number}", CANCEL_S)
        except Exception as error:
            if can_go_on(rig):
                return
            said = rig.log
            rig.stop()
            raise AssertionError(f"mutation {number} by {kind}: {data[:3000]!r}\n{said}") from error


def can_go_on(rig: Rig) -> bool:
    """A call of which the mutation hides how to cancel it rings on, as it must; the next one starts on an idle device."""
    running = rig.device.process.running
    rings = running and any(line["state"] == "ringing" for line in rig.device.ask("status")["lines"])
    if rings:
        rig.stop()
    return rings


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_batch_of_mutations(rig: Rig, kind: Kind, batch: int) -> None:
    end = time.monotonic() + BATCH_S
    for number in range(batch * BATCH, (batch + 1) * BATCH):
        if time.monotonic() < end:
            deliver(rig, kind, number)


@pytest.mark.parametrize("kind", KINDS)
def test_cut_at_each_position(rig: Rig, kind: Kind) -> None:
    with rig.wire("udp") as wire:
        whole = request(wire, "OPTIONS", body=plain_sdp(49210))
    for length in range(0, len(whole), 5):
        with rig.wire(kind) as wire:
            wire.send(whole[:length])
        if length % 50 == 0:
            rig.prove_answering(kind, whole[:length])
    rig.prove_answering(kind)
    rig.check("cut messages")


def test_memory_stays_within_bounds(rig: Rig) -> None:
    rig.check_memory()
