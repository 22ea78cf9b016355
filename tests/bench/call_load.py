"""What a call costs: processor time and memory, of the device alone and with its page, beside baresip at the same time.

Both are in a call of PCMA with a far end that speaks all the time; the person at the simulated telephone speaks all the time too, and baresip
says what it hears. The simulated line and telephone (hybrid, mouthpiece, receiver) run inside the device's process and are counted with it.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from firmware.orders import OrderRefused
from tests.adapter import KEEPLINE, Adapter, account
from tests.bench.figures import Bench, Figure, Target
from tests.bench.mirror import Mirror
from tests.bench.sip_end import Call, SipEnd
from tests.bench.usage import cpu_s, memory_mb
from tests.bench.voice_end import PACKET_S, VoiceEnd
from tests.peers.errors import PeerSilent
from tests.peers.sound import tone
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.peers.sound import Samples

NAME = "call_load"
FAR_HZ, NEAR_HZ = 1004.0, 700.0
SETTLED_S = 1.0
MOST_OF_IT = 0.9  # of the packets of a window; fewer would be no call
SETTINGS = '[[line]]\ndigit_map = "xxx"\n'
MEMORY = "sum of the device's and its page's process"


@dataclass
class Figures:
    device: Figure = field(
        default_factory=lambda: Figure(
            "CPU a call minute, device",
            "s",
            Target(times_peer=1.5),
            "user and system time of the device's process.",
            "at the same time",
        )
    )
    both: Figure = field(
        default_factory=lambda: Figure(
            "CPU a call minute, device and page",
            "s",
            Target(),
            "the same with the page's process, which nobody looks at.",
            "at the same time",
        )
    )
    bare: Figure = field(
        default_factory=lambda: Figure(
            "CPU a call minute, bare line",
            "s",
            Target(times_peer=1.5),
            "as device, with a line whose samples cost nothing: what is left where the telephone is not simulated.",
            "at the same time",
        )
    )
    rss: Figure = field(
        default_factory=lambda: Figure(
            "RSS in a call", "MB", Target(80), f"{MEMORY}; pages both share count twice.", "its process"
        )
    )
    pss: Figure = field(
        default_factory=lambda: Figure("PSS in a call", "MB", Target(80), f"{MEMORY}; shared pages by share.", "its process")
    )
    idle_rss: Figure = field(
        default_factory=lambda: Figure("RSS when idle", "MB", Target(80), f"{MEMORY}, before the first call.", "")
    )
    idle_pss: Figure = field(
        default_factory=lambda: Figure("PSS when idle", "MB", Target(80), f"{MEMORY}, before the first call.", "")
    )

    def all(self) -> list[Figure]:
        return [self.device, self.both, self.bare, self.rss, self.pss, self.idle_rss, self.idle_pss]


def measure(bench: Bench) -> list[Figure]:
    figures = Figures()
    _measure(bench, bench.folder / NAME, figures)
    bare = Figures()
    _measure(bench, bench.folder / f"{NAME}-bare", bare, (sys.executable, "-m", "tests.bench.bare_line"))
    figures.bare.keepline, figures.bare.baresip = bare.device.keepline, bare.device.baresip
    return figures.all()


def _measure(bench: Bench, folder: Path, figures: Figures, program: Sequence[str | Path] = (KEEPLINE,)) -> None:
    with ExitStack() as running:
        enter = running.enter_context
        server, near, caller, far = enter(SipEnd()), enter(VoiceEnd()), enter(SipEnd()), enter(VoiceEnd())
        table = account("direct", server.address, register=False, number="100", codecs=["PCMA"]) + SETTINGS
        environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
        device = enter(Adapter(folder / "device", table, environment=environment, program=program))
        page = enter(PageProcess(folder / "page", device.state))
        page.request("GET", "/")
        mirror = enter(Mirror(folder / "baresip", "200", codecs=["PCMA"]))
        parties = Parties(device, (device.process.pid, page.process.pid, mirror.process.pid), near, far)
        time.sleep(SETTLED_S)
        for _ in range(bench.windows):
            _note_memory(parties, figures.idle_rss, figures.idle_pss)
            time.sleep(SETTLED_S)
        speech = tone(FAR_HZ, bench.windows * (bench.window_s + SETTLED_S) + SETTLED_S)
        near.start_speaking(speech, call_out(device, server, near))
        call, media = _call_in(caller, mirror, far)
        far.start_speaking(speech, media)
        time.sleep(SETTLED_S)
        for _ in range(bench.windows):
            _watch(parties, bench.window_s, figures)
        caller.hang_up(call)
        device.replace()
        server.answer(server.wait_request("BYE"), 200, "OK")


@dataclass(frozen=True)
class Parties:
    """Who is in the two calls; the process ids are the device's, its page's and baresip's."""

    device: Adapter
    pids: tuple[int, int, int]
    near: VoiceEnd
    far: VoiceEnd

    def packets(self) -> list[int]:
        """Voice that came from the device and from baresip so far."""
        return [len(each.received()) for each in (self.near, self.far)]


def call_out(device: Adapter, server: SipEnd, voice: VoiceEnd) -> tuple[str, int]:
    """The device calls; where it wants the voice."""
    device.lift()
    device.wait_line("dial tone")
    device.dial("600", pulse=True, pps=20)  # by the hook, which both kinds of line have
    invite = server.wait_invite()
    server.answer(invite, 200, "OK", voice.port)
    device.wait_line("in call")
    return invite.media


def _call_in(caller: SipEnd, mirror: Mirror, voice: VoiceEnd) -> tuple[Call, tuple[str, int]]:
    """baresip is called and answers by itself; where it wants the voice."""
    call = caller.invite("200", mirror.port, voice.port)
    answer = caller.wait_status(200)
    return caller.acknowledge(call, answer), answer.media


def _watch(parties: Parties, window_s: float, figures: Figures) -> None:
    speech = threading.Thread(target=_say, args=[parties.device, tone(NEAR_HZ, window_s + SETTLED_S / 2)])
    speech.start()
    before, packets, began_s = [cpu_s(pid) for pid in parties.pids], parties.packets(), time.monotonic()
    time.sleep(window_s)
    spent = [cpu_s(pid) - earlier for pid, earlier in zip(parties.pids, before, strict=True)]
    minutes = (time.monotonic() - began_s) / 60
    came = [now - earlier for now, earlier in zip(parties.packets(), packets, strict=True)]
    speech.join()
    if min(came) < MOST_OF_IT * window_s / PACKET_S:
        raise PeerSilent(f"in {window_s:g} s of call only {came} packets of voice came from the device and from baresip")
    own, page, peer = (each / minutes for each in spent)
    figures.device.keepline.append(own)
    figures.both.keepline.append(own + page)
    figures.device.baresip.append(peer)
    figures.both.baresip.append(peer)
    _note_memory(parties, figures.rss, figures.pss)


def _say(device: Adapter, samples: Samples) -> None:
    with suppress(OrderRefused):  # a bare line takes no samples from the mouthpiece: it has its own
        device.say(samples)


def _note_memory(parties: Parties, rss: Figure, pss: Figure) -> None:
    sizes = [memory_mb(pid) for pid in parties.pids]
    for index, figure in enumerate((rss, pss)):
        figure.keepline.append(sizes[0][index] + sizes[1][index])
        figure.baresip.append(sizes[2][index])
