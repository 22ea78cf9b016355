"""From an INVITE to the bell."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Self

from tests.adapter import Adapter, account
from tests.bench.figures import Bench, Figure, Target
from tests.bench.sip_end import SipEnd
from tests.peers.baresip import Baresip
from tests.peers.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

NAME = "invite_to_bell"
MEDIA_PORT = 9  # nobody answers these calls


class BellWatch:
    """Sees the device's `ring` events, which it publishes when ringing voltage and the first polarity are on the pins."""

    def __init__(self, control_socket: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(control_socket))
        self._socket.sendall(b'{"v": 1, "id": 0, "do": "watch"}\n')
        self._lines = self._socket.makefile("rb")
        self._lines.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def wait_ring(self, *, ringing: bool) -> float:
        """When the next such event came."""
        for line in self._lines:
            at_s = time.monotonic()
            event = json.loads(line)
            if event["event"] == "ring" and event["ringing"] is ringing:
                return at_s
        raise ConnectionError("the device ended")


def measure(bench: Bench) -> list[Figure]:
    bell = Figure(
        "INVITE to ringing voltage",
        "ms",
        Target(50),
        "from sending the INVITE until the `ring` event, which follows the ring-mode pin within one turn of the deciding thread.",
        "until its CALL_INCOMING event on its control line",
    )
    heard = Figure(
        "INVITE to a sounding bell",
        "ms",
        Target(),
        "until phone.state says ringing, asked again and again: the bell must see two half periods of 25 Hz first, 40 ms.",
    )
    told = Figure(
        "INVITE to 180", "ms", Target(), "from sending the INVITE to the kernel's stamp on the 180 Ringing.", "the same"
    )
    port = free_port()
    with SipEnd() as server:
        table = account("direct", server.address, register=False, number="100", codecs=["PCMA"])
        with (
            Adapter(bench.folder / NAME, f"[sip]\nport = {port}\n{table}") as device,
            BellWatch(device.state / "control.sock") as watch,
            Baresip(bench.folder / NAME / "baresip", "200", answer="manual") as far,
        ):
            for _ in range(bench.runs):
                _ring_keepline(device, watch, server, port, (bell, heard, told))
                _ring_baresip(far, server, bell, told)
    return [bell, heard, told]


def _ring_keepline(device: Adapter, watch: BellWatch, server: SipEnd, port: int, figures: tuple[Figure, Figure, Figure]) -> None:
    device.wait_line("idle")
    server.forget()
    call = server.invite("100", port, MEDIA_PORT)
    rung_s = watch.wait_ring(ringing=True)
    while not device.phone()["ringing"]:
        pass
    sounded_s = time.monotonic()
    told_s = server.wait_status(180).at_s
    for figure, at_s in zip(figures, (rung_s, sounded_s, told_s), strict=True):
        figure.keepline.append((at_s - call.sent_s) * 1000)
    server.cancel(call)
    watch.wait_ring(ringing=False)
    # until the handset is touched, the telephone takes the silence for the pause of a cadence and still counts as ringing
    device.lift()
    device.replace()


def _ring_baresip(far: Baresip, server: SipEnd, bell: Figure, told: Figure) -> None:
    server.forget()
    call = server.invite("200", far.port, MEDIA_PORT)
    bell.baresip.append((far.wait_for("CALL_INCOMING").seen_s - call.sent_s) * 1000)
    told.baresip.append((server.wait_status(180).at_s - call.sent_s) * 1000)
    server.cancel(call)
    far.wait_for("CALL_CLOSED")
