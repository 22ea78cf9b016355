"""The test as the server behind both lines of a rig: takes the device's calls, answers them with anything, and ends them politely."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tests.bad_input.dialogs import Invited, answer, contact_of
from tests.bad_input.rig import LINE_OF, Rig
from tests.bad_input.wire import EVENT_S, Kind, Listener, Wire

if TYPE_CHECKING:
    from tests.peers.sip_wire import SipMessage

DIGIT = "5"
OVER = {"released", "howler", "denied", "idle"}


class FarEnd:
    """Listens where the accounts of the rig send their calls."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._open = ExitStack()
        target = rig.target
        self._udp = self._open.enter_context(Wire(target, "udp", port=rig.server_ports["udp"]))
        self._tcp = self._open.enter_context(Listener(rig.server_ports["tcp"]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self._rig.restart_unless_idle()

    def call(self, kind: Kind) -> Outgoing:
        """Lift the handset and dial; returns once the INVITE is here."""
        line, device = LINE_OF[kind], self._rig.device
        self._udp.arrived()  # what an earlier call sent late
        device.lift(line)
        device.wait_line("dial tone", line=line)
        device.dial(DIGIT, line=line)
        wire = self._udp if kind == "udp" else self._tcp.accept()
        invite = wire.wait_for(_begins_a_call)
        return Outgoing(self._rig, wire, invite, line)


def _begins_a_call(asked: SipMessage) -> bool:
    """Not a re-INVITE of an earlier call, which goes on being sent until its time is out."""
    return asked.is_request and asked.method == "INVITE" and ";tag=" not in asked.headers.get("To")


@dataclass
class Outgoing:
    """A call of the device that waits for its answer."""

    rig: Rig
    wire: Wire
    invite: SipMessage
    line: int

    def reply(self, line: str, body: bytes = b"", extra: str = "") -> None:
        self.wire.send(answer(self.invite, line, self.wire, body, extra))

    def request(self, method: str, timeout_s: float = EVENT_S) -> SipMessage:
        """The next such request of this call."""
        return self.wire.wait_for(
            lambda each: each.is_request and (each.method, each.call_id) == (method, self.invite.call_id), timeout_s
        )

    def refuse(self, line: str = "486 Busy Here", most: int = 5) -> None:
        """Refuse until the device acknowledges; some answers make it ask again (RFC 4028 section 7.3), at most `most` times."""
        for _ in range(most):
            self.reply(line)
            self.request("ACK")
            self.rig.prove_answering(self.wire.kind)
            again = [each for each in self.wire.arrived() if each.method == "INVITE" and self._is_news(each)]
            if not again:
                return
            self.invite = again[-1]
        raise AssertionError(f"the device sent more than {most} INVITEs for one call")

    def _is_news(self, asked: SipMessage) -> bool:
        """Not a repetition of the INVITE at hand."""
        return asked.headers.get("CSeq") != self.invite.headers.get("CSeq")

    def grant_bye(self) -> None:
        """Answer the BYE of a device that could not use our answer, if it sent one."""
        self.rig.prove_answering(self.wire.kind)
        for asked in self.wire.arrived():
            if asked.is_request and asked.method == "BYE":
                self.wire.send(answer(asked, "200 OK", self.wire))

    def settle(self, *states: str) -> str:
        """Wait until the call has become one of these states, or is over; returns the line's state."""
        holds = {*states, *OVER}
        status = self.rig.device.wait(lambda each: each["lines"][self.line - 1]["state"] in holds, f"one of {sorted(holds)}")
        return str(status["lines"][self.line - 1]["state"])

    def hang_up(self) -> None:
        """Replace the handset; whatever the device asks then is granted."""
        self.rig.device.replace(self.line)
        self._grant()
        self.rig.device.wait_line("idle", line=self.line)
        if self.wire.kind == "tcp":
            with self.wire:  # the next call makes its own connection
                pass

    def _grant(self) -> None:
        """Answer BYE and CANCEL until the device knows no call any more."""
        device = self.rig.device
        while any(each["line"] == self.line for each in device.ask("status")["calls"]):
            asked = self.wire.wait_for(lambda each: each.is_request and each.method in {"BYE", "CANCEL"})
            self.wire.send(answer(asked, "200 OK", self.wire))
            if asked.method == "CANCEL":
                self.reply("487 Request Terminated")
            device.wait(lambda status: all(each["line"] != self.line for each in status["calls"]), "the end of the call")

    @property
    def row(self) -> dict[str, object]:
        """The call's row in the log, after its end."""
        rows = self.rig.device.calls()
        return next(row for row in rows if row["direction"] == "out")


def answered_in(rig: Rig, wire: Wire, kind: Kind, ringing: SipMessage) -> SipMessage:
    """Lift the handset under a ringing call; returns the final answer, acknowledged."""
    rig.device.lift(LINE_OF[kind])
    final = wire.wait_for(lambda each: each.status >= 200 and each.headers.get("CSeq").endswith("INVITE"))
    wire.send(Invited(final, contact_of(final) or contact_of(ringing)).acknowledge())
    return final
