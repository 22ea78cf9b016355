"""Broken SDP in an INVITE, in a 183 and in a 200: the call is refused, ended or works; the device goes on and the call log says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bad_input.bodies import BODIES, Body
from tests.bad_input.dialogs import Invited, contact_of, message, request, unique
from tests.bad_input.far_end import FarEnd, answered_in
from tests.bad_input.rig import Rig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bad_input.wire import Wire
    from tests.peers.sip_wire import SipMessage

REFUSALS = {400, 406, 415, 488, 500, 606}
"""What RFC 3261 offers for a body that cannot be used: 400, 406, 415, 488, 606; and 500 where our side failed."""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("sdp"), srtp="optional") as made:
        yield made


@pytest.fixture
def far_end(rig: Rig) -> Iterator[FarEnd]:
    with FarEnd(rig) as made:
        yield made


def offer(wire: Wire, body: Body) -> bytes:
    whole = request(wire, "INVITE", body=b"x")
    head = whole.partition(b"Content-Type")[0]
    return head + f"Content-Type: {body.kind}\r\nContent-Length: {len(body.data)}\r\n\r\n".encode() + body.data


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_in_an_invite(rig: Rig, far_end: FarEnd, body: Body) -> None:  # noqa: ARG001 - restores the rig after a failure
    with rig.wire("udp") as wire:
        replies = rig.deliver(offer(wire, body), wire)
        last = replies[-1] if replies else None
        if last and last.status == 180:
            last = answered_in(rig, wire, "udp", last)
            end_answered(rig, wire, last)
        else:
            rig.end_call(wire, replies)
        rig.check(str(body))
    allowed = REFUSALS | ({200} if body.may_work else set())
    assert last, f"an INVITE with {body} got no answer"
    assert last.status in allowed, f"an INVITE with {body} got {last}"


def end_answered(rig: Rig, wire: Wire, final: SipMessage) -> None:
    if final.status == 200:
        wire.send(Invited(final, contact_of(final)).bye())
        wire.wait_for(lambda each: each.status == 200 and each.headers.get("CSeq").endswith("BYE"))
    rig.device.replace(1)
    rig.device.wait_line("idle")
    row = rig.device.calls()[0]
    assert row["reason"], f"no reason in the call log: {row}"


@pytest.mark.parametrize(
    ("body", "status"),
    [pytest.param(body, "200 OK", id=f"{body}-200") for body in BODIES]
    + [pytest.param(body, "183 Session Progress", id=f"{body}-183") for body in BODIES[::4]],  # a 183 takes the same way
)
def test_in_an_answer(rig: Rig, far_end: FarEnd, body: Body, status: str) -> None:
    call = far_end.call("udp")
    call.wire.send(reply(call.invite, call.wire, status, body))
    if status.startswith("200"):
        call.request("ACK")
        call.grant_bye()
        state = call.settle("in call")
        assert body.may_work or state == "released", f"a 200 with {body} made a call"
    else:
        call.refuse()
        assert call.settle() == "released"
    call.hang_up()
    rig.check(str(body))
    assert is_clear(str(call.row["reason"])), f"{body} in {status}: the call log says {call.row}"


def reply(invite: SipMessage, wire: Wire, status: str, body: Body) -> bytes:
    fields = {name: invite.headers.get(name) for name in ("Via", "From", "Call-ID", "CSeq")}
    fields |= {"To": f"{invite.headers.get('To')};tag={unique()}", "Contact": f"<sip:700@{wire.me}>", "Content-Type": body.kind}
    return message(f"SIP/2.0 {status}", fields, body.data)


def is_clear(reason: str) -> bool:
    """More than the class of the status: a person reading it learns who ended the call, or why."""
    return bool(reason) and reason not in {"ended", "the call failed"}
