"""RFC 4475 and RFC 5118 against the running device, over UDP and TCP: it lives, it judges as the RFC says, and the next caller is served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bad_input.dialogs import request, unique
from tests.bad_input.rig import Rig
from tests.bad_input.torture import Case, Expected
from tests.bad_input.torture_invalid import INVALID
from tests.bad_input.torture_ipv6 import IPV6
from tests.bad_input.torture_meaning import MEANING
from tests.bad_input.torture_valid import VALID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_input.wire import Kind, Wire
    from tests.peers.sip_wire import SipMessage

REQUESTS = (*VALID, *INVALID, *MEANING, *IPV6)
KINDS: tuple[Kind, ...] = ("udp", "tcp")
STRANGER = "127.0.0.2"
"""An address no account named."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("torture")) as made:
        yield made


def written(case: Case, wire: Wire) -> bytes:
    return case.data(wire.me, f"{wire.target[0]}:{wire.target[1]}", wire.kind, unique())


def fits(case: Case, replies: list[SipMessage]) -> bool:
    statuses = [reply.status for reply in replies if not reply.is_request]
    understood = any(status != 400 and status < 500 for status in statuses)
    refused = not statuses or all(status >= 400 or status == 100 for status in statuses)
    return {
        Expected.VALID: understood,
        Expected.REJECTED: refused,
        Expected.LENIENT: understood or refused,
        Expected.FOREIGN: refused and 400 not in statuses,
    }[case.expected]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", REQUESTS, ids=str)
def test_is_judged_as_the_rfc_says(rig: Rig, case: Case, kind: Kind) -> None:
    with rig.wire(kind) as wire:
        replies = rig.deliver(written(case, wire), wire)
        rig.end_call(wire, replies)
        rig.check(str(case))
    assert fits(case, replies), f"{case} must be {case.expected.value}; it got {list(map(str, replies)) or 'nothing'}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", REQUESTS, ids=str)
def test_gets_no_answer_from_a_stranger(rig: Rig, case: Case, kind: Kind) -> None:
    with rig.wire(kind, STRANGER) as wire:
        replies = rig.deliver(written(case, wire), wire)
        rig.check(str(case))
    assert not replies, f"{case} from {STRANGER} was answered: {list(map(str, replies))}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["REGISTER", "NEWMETHOD"])
def test_a_method_that_is_not_ours_gets_405(rig: Rig, method: str, kind: Kind) -> None:
    """RFC 3261 section 8.2.1: a method that the server does not support must be answered so; silence makes it send eleven times."""
    with rig.wire(kind) as wire:
        replies = rig.deliver(request(wire, method), wire)
    assert [reply.status for reply in replies] == [405]


def test_a_stranger_cannot_write_lines_into_the_log(rig: Rig) -> None:
    """What comes from outside stands in the log within one line, if at all: a line of its own could say anything in our name."""
    forged = "2026-11-25 00:00:00,000 INFO keepline: account udp: registered"
    with rig.wire("udp", STRANGER) as wire:
        head = f"INVITE sip:x SIP/2.0\r\nVia: SIP/2.0/UDP {wire.me};branch=z9hG4bKx\r\nContent-Type: text/plain\r\n\r\n"
        rig.deliver(head.encode() + f"{forged}\r\n".encode(), wire)
    assert forged not in rig.device.process.lines


def test_memory_stays_within_bounds(rig: Rig) -> None:
    rig.check_memory()
