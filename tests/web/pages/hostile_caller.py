"""A caller whose From says whatever a test gives it, byte by byte: it rings, is answered by the telephone or the mailbox, speaks, and hangs up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tests.calls.rtp_end import RtpEnd
from tests.peers.raw_peer import RawPeer

if TYPE_CHECKING:
    from tests.peers.sip_wire import SipMessage

EVENT_S = 30.0
TONE_HZ = 1004.0


class HostileCaller:
    """`name` stands between the quotes as it is, `user` before the @. Leave the context to go."""

    def __init__(self, target: tuple[str, int], called: str, name: bytes, user: bytes) -> None:
        self._peer = RawPeer(target)
        self._end = RtpEnd(TONE_HZ)
        host, port = self._peer.address
        self._uri = f"sip:{called}@{target[0]}:{target[1]}"
        self._number = f"{port}x{self._end.port}"
        self._via = f"Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{self._number}"
        self._from = b'From: "' + name + b'" <sip:' + user + f"@{host}>;tag={self._number}".encode()
        self._contact = f"Contact: <sip:x@{host}:{port}>\r\n"

    def __enter__(self) -> Self:
        self._end.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.__exit__()
        self._peer.close()

    def call(self) -> None:
        lines = ("v=0", "o=x 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", f"m=audio {self._end.port} RTP/AVP 8")
        self._send("INVITE", 1, body="".join(f"{line}\r\n" for line in lines))

    def wait(self, status: int) -> SipMessage:
        return self._peer.wait_for(lambda message: message.status == status and message.method == "INVITE", EVENT_S)

    def wait_answered(self) -> None:
        """And speak from then on."""
        answer = self.wait(200)
        self._tag = _tag(answer)
        self._send("ACK", 1, self._tag, branch="a")
        self._end.send_to("127.0.0.1", answer.sdp.audio.port)

    def hang_up(self) -> None:
        self._send("BYE", 2, self._tag, branch="b")
        self._peer.wait_for(lambda message: message.status and message.method == "BYE", EVENT_S)

    def give_up(self) -> None:
        """Before the answer."""
        self._send("CANCEL", 1)
        self._send("ACK", 1, _tag(self.wait(487)))

    def wait_heard(self, seconds: float) -> None:
        self._end.wait_heard(seconds)

    def _send(self, method: str, number: int, tag: str = "", *, branch: str = "", body: str = "") -> None:
        kind = "Content-Type: application/sdp\r\n" if body else ""
        rest = (
            f"\r\nTo: <{self._uri}>{tag}\r\nCall-ID: {self._number}\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\n"
            f"{self._contact}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self._peer.send(f"{method} {self._uri} SIP/2.0\r\n{self._via}{branch}\r\n".encode() + self._from + rest.encode())


def _tag(answer: SipMessage) -> str:
    return answer.headers.get("To").partition(">")[2]
