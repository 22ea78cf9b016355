"""How long a voice takes one way: half of the way out and back. PCMA, 20 ms a packet, a new call for every sample.

Keepline: a chirp goes from the mouthpiece over the network to sipp, which returns each packet at once, and to the receiver. One write to
the control socket orders `phone.say` and `phone.hear` of the same length; both begin with the next frame of the one audio clock, so samples
are compared with samples. That they began with the same frame shows in their ends, and a run where it does not is repeated. A frame is given
to the device when its last sample was spoken: 10 ms are added.

baresip: its ear lies on its mouth (`aubridge`, its sound card without hardware), and the chirp comes from the network: the same ways through
the same parts, in the other order. From the packet with the chirp's first sample to the packet that brings it back, by the kernel's stamp,
plus the place inside it. Its own recordings (sndfile) cannot tell this: both begin with their first packet, and with an echo that is the same.
"""

from __future__ import annotations

import base64
import json
import socket
import time
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from tests.adapter import Adapter, account
from tests.bench.chirps import PERIOD_SAMPLES, delays, row
from tests.bench.figures import Bench, Figure, Target
from tests.bench.mirror import Mirror
from tests.bench.sip_end import SipEnd
from tests.bench.voice_end import PACKET_SAMPLES, VoiceEnd
from tests.peers.errors import PeerError
from tests.peers.ports import free_port
from tests.peers.sipp import Sipp
from tests.peers.sound import RATE_HZ

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.sound import Samples

NAME = "voice_delay"
CHIRPS = 6
SETTLED = 2  # of a call's chirps; the first ones may meet a jitter buffer that is still learning
FRAME_MS = 10.0
SAME_FRAME_S = 0.006
TRIES = 5
SAMPLES_A_MS = RATE_HZ // 1000


def measure(bench: Bench) -> list[Figure]:
    figure = Figure(
        "voice, one way",
        "ms",
        Target(60, times_peer=1),
        "half of mouthpiece to network to sipp's echo to receiver, on the sample clock, 10 ms of framing in the mouthpiece included.",
        "half of network to ear, laid on the mouth by aubridge, to network, by the kernel's stamps",
    )
    port = free_port()
    table = account("direct", f"127.0.0.1:{port}", register=False, number="100", codecs=["PCMA"])
    settings = f'{table}[[line]]\ndigit_map = "xxx"\n'
    with (
        Adapter(bench.folder / NAME, settings) as device,
        Mirror(bench.folder / NAME / "baresip", "200", codecs=["PCMA"]) as mirror,
    ):
        for run in range(bench.runs):
            figure.keepline.append(_of_keepline(device, bench.folder / NAME / f"sipp-{run}", port, figure))
            figure.baresip.append(_of_baresip(mirror))
    return [figure]


def _of_keepline(device: Adapter, folder: Path, port: int, figure: Figure) -> float:
    with Sipp(folder, "answer", port=port, echo=True) as far:
        device.wait_line("idle")
        device.lift()
        device.hear(0.3)  # until dial tone
        device.dial("600")
        device.wait_line("in call")
        try:
            return _mouth_to_ear_ms(device, figure) / 2
        finally:
            device.replace()
            far.wait_passed()


def _mouth_to_ear_ms(device: Adapter, figure: Figure) -> float:
    for _ in range(TRIES):
        heard, apart_s = _say_and_hear(device.state / "control.sock", row(CHIRPS))
        late = delays(heard, CHIRPS)[SETTLED:]
        if abs(apart_s) < SAME_FRAME_S and late:
            return median(late) / SAMPLES_A_MS + FRAME_MS
        figure.dropped += 1
    raise PeerError(f"in {TRIES} tries no chirp came back that began and ended with its recording")


def _say_and_hear(control_socket: Path, samples: Samples) -> tuple[Samples, float]:
    """Both orders in one write; the recording, and how much later than the speech it ended."""
    orders = (
        {"v": 1, "id": 1, "do": "phone.say", "pcm": base64.b64encode(samples.tobytes()).decode()},
        {"v": 1, "id": 2, "do": "phone.hear", "seconds": len(samples) / RATE_HZ},
    )
    ended_s: dict[int, float] = {}
    heard = np.zeros(0, np.int16)
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(30)
        door.connect(str(control_socket))
        door.sendall(b"".join(json.dumps(order).encode() + b"\n" for order in orders))
        with door.makefile("rb") as lines:
            while len(ended_s) < len(orders):
                first = lines.read(1)  # the answer begins; the rest of a long one takes its time
                at_s = time.monotonic()
                answer = json.loads(first + lines.readline())
                if not answer["ok"]:
                    raise PeerError(f"the device refused: {answer['error']}")
                ended_s[answer["id"]] = at_s
                if answer["id"] == 2:
                    heard = np.frombuffer(base64.b64decode(answer["result"]["pcm"]), np.int16)
    return heard, ended_s[2] - ended_s[1]


def _of_baresip(mirror: Mirror) -> float:
    with SipEnd() as caller, VoiceEnd() as voice:
        call = caller.invite("200", mirror.port, voice.port)
        answer = caller.wait_status(200)
        call = caller.acknowledge(call, answer)
        sent_s = voice.speak(row(CHIRPS), answer.media)
        caller.hang_up(call)
        mirror.wait_for("CALL_CLOSED")
        return _loop_ms(voice, sent_s) / 2


def _loop_ms(voice: VoiceEnd, sent_s: list[float]) -> float:
    heard = voice.heard()
    came_s = {each.timestamp: each.at_s for each in heard}
    first = heard[0].timestamp
    stream = np.zeros(heard[-1].timestamp - first + PACKET_SAMPLES, np.int16)
    for each in heard:
        stream[each.timestamp - first : each.timestamp - first + PACKET_SAMPLES] = each.samples
    loops = []
    for number in range(SETTLED, CHIRPS):
        left_s = sent_s[number * PERIOD_SAMPLES // PACKET_SAMPLES]
        # the stream at the moment the chirp left, so that what is found is this chirp
        began = min(heard, key=lambda each: abs(each.at_s - left_s)).timestamp
        for place in delays(stream[began - first :], 1):
            at = began + place
            packet = at - (at - first) % PACKET_SAMPLES
            if packet in came_s:
                loops.append((came_s[packet] - left_s) * 1000 + (at - packet) / SAMPLES_A_MS)
    if not loops:
        raise PeerError("no chirp came back from baresip")
    return median(loops)
