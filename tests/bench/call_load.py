"""What a call costs: processor time and memory, of the device alone and with its page, beside baresip at the same time.

Both are in a call of PCMA with a far end that speaks all the time; the person at the simulated telephone speaks all the time too, and baresip
says what it hears. The simulated line and telephone (hybrid, mouthpiece, receiver) run inside the device's process and are counted with it.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.adapter import Adapter, account
from tests.bench.figures import Bench, Figure, Target
from tests.bench.mirror import Mirror
from tests.bench.sip_end import SipEnd
from tests.bench.usage import cpu_s, memory_mb
from tests.bench.voice_end import VoiceEnd
from tests.peers.sound import tone
from tests.web.page_process import PageProcess

NAME = "call_load"
FAR_HZ, NEAR_HZ = 1004.0, 700.0
SETTLED_S = 1.0
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
        return [self.device, self.both, self.rss, self.pss, self.idle_rss, self.idle_pss]


def measure(bench: Bench) -> list[Figure]:
    figures = Figures()
    folder = bench.folder / NAME
    with ExitStack() as running:
        enter = running.enter_context
        server, near, caller, far = enter(SipEnd()), enter(VoiceEnd()), enter(SipEnd()), enter(VoiceEnd())
        table = account("direct", server.address, register=False, number="100", codecs=["PCMA"]) + SETTINGS
        device = enter(Adapter(folder / "device", table, environment=bench.environment))
        page = enter(PageProcess(folder / "page", device.state))
        page.request("GET", "/")
        mirror = enter(Mirror(folder / "baresip", "200", codecs=["PCMA"]))
        pids = (device.process.pid, page.process.pid, mirror.process.pid)
        time.sleep(SETTLED_S)
        _note_memory(pids, figures.idle_rss, figures.idle_pss)
        device.lift()
        device.hear(0.3)  # until dial tone
        device.dial("600")
        invite = server.wait_invite()
        server.answer(invite, 200, "OK", near.port)
        device.wait_line("in call")
        call = caller.invite("200", mirror.port, far.port)
        answer = caller.wait_status(200)
        call = caller.acknowledge(call, answer)
        speech = tone(FAR_HZ, bench.windows * (bench.window_s + SETTLED_S) + SETTLED_S)
        near.speaking(speech, invite.media)
        far.speaking(speech, answer.media)
        time.sleep(SETTLED_S)
        for _ in range(bench.windows):
            _watch(device, pids, bench.window_s, figures)
        caller.hang_up(call)
        device.replace()
        server.answer(server.wait_request("BYE"), 200, "OK")
    return figures.all()


def _watch(device: Adapter, pids: tuple[int, int, int], window_s: float, figures: Figures) -> None:
    speech = threading.Thread(target=device.say, args=[tone(NEAR_HZ, window_s + SETTLED_S / 2)])
    speech.start()
    before, began_s = [cpu_s(pid) for pid in pids], time.monotonic()
    time.sleep(window_s)
    spent, minutes = [cpu_s(pid) - earlier for pid, earlier in zip(pids, before, strict=True)], (time.monotonic() - began_s) / 60
    speech.join()
    own, page, peer = (each / minutes for each in spent)
    figures.device.keepline.append(own)
    figures.both.keepline.append(own + page)
    figures.device.baresip.append(peer)
    figures.both.baresip.append(peer)
    _note_memory(pids, figures.rss, figures.pss)


def _note_memory(pids: tuple[int, int, int], rss: Figure, pss: Figure) -> None:
    sizes = [memory_mb(pid) for pid in pids]
    for index, figure in enumerate((rss, pss)):
        figure.keepline.append(sizes[0][index] + sizes[1][index])
        figure.baresip.append(sizes[2][index])
