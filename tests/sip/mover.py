"""The agent with routes of its own, as a program in a network namespace: what moves a device's calls, without telephone, exchange and decisions.

`python -m tests.sip.mover FILE.json` with the keys of `Plan`. Orders by standard input, one a line, each answered `done`: `start`,
`use UPLINK [STANDBY...]`, `use -` (no way out), `call HANDLE ACCOUNT NUMBER`, `ring HANDLE`, `answer HANDLE`, `hold HANDLE`, `resume HANDLE`,
`end HANDLE`, `watch on|off`, `ports`, `quit`. News are printed as `news KIND {...}`. Each call has a line port that speaks the near time code and records with
the moments, as the laboratory's far end does.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firmware.network.routes import Routes
from firmware.network.watch import NetworkWatch
from firmware.settings.model import Account, Settings, Sip
from firmware.settings.secret import Secret
from firmware.sip.agent import Agent
from firmware.sip.audio import LinePort
from firmware.sip.bearer import Bearer
from hal.ports import FRAME_SAMPLES
from tests.lab.time_code import NEAR, PERIOD_S

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.sip.news import News

RTP_FIRST, RTP_LAST = 20000, 20199
HEARD = struct.Struct("<d")


@dataclass(frozen=True)
class Plan:
    """`accounts` are the keys of settings tables; `metered` names uplinks."""

    folder: str
    accounts: list[dict[str, Any]]
    uplinks: list[str]
    sip: dict[str, Any]
    metered: list[str]


class Head:
    """Mouth and ear of a line."""

    def __init__(self, recording: Path) -> None:
        self._speech = NEAR.speech(PERIOD_S).tobytes()
        self._at = 0
        self._file = recording.open("ab", buffering=0)

    def take_frame(self) -> bytes:
        frame = self._speech[self._at : self._at + 2 * FRAME_SAMPLES]
        self._at = (self._at + 2 * FRAME_SAMPLES) % len(self._speech)
        return frame

    def give_frame(self, pcm: bytes) -> None:
        self._file.write(HEARD.pack(time.monotonic()) + pcm)


class Voice:
    def process(self, frame: bytes) -> bytes:
        return frame

    def heard(self, frame: bytes) -> None:
        """There is no echo to take out."""


class Mover:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        accounts = tuple(Account(**{**keys, "password": Secret(keys.get("password", ""))}) for keys in plan.accounts)
        sip = Sip(**{"rtp_first": RTP_FIRST, "rtp_last": RTP_LAST, **plan.sip})
        self._routes = Routes()
        self._watch = NetworkWatch(plan.uplinks)
        self._agent = Agent(Settings(account=accounts, sip=sip), "0a0a0a0a-0000-4000-8000-000000000001", self._take)
        self._ports: dict[str, LinePort] = {}

    def start(self) -> None:
        self._routes.start()
        self._watch.start(lambda _link: None)
        for name in self._plan.uplinks:
            self._routes.claim(self._watch.link(name))

    def _take(self, news: News) -> None:
        say(f"news {type(news).__name__} {json.dumps(asdict(news), default=lambda thing: getattr(thing, 'value', str(thing)))}")

    def _bearer(self, name: str) -> Bearer:
        link = self._watch.link(name)
        return Bearer(name, link.address4, link.address6, name in self._plan.metered, link.nameservers)

    def obey(self, verb: str, *words: str) -> None:
        agent = self._agent
        orders: dict[str, Callable[..., None]] = {
            "start": agent.start,
            "use": self._use,
            "watch": lambda word: agent.watch_voice(word == "on"),
            "call": lambda handle, account, number: agent.place(handle, account, number, self._line(handle)),
            "ring": agent.ring,
            "answer": lambda handle: agent.answer(handle, self._line(handle)),
            "hold": agent.hold,
            "resume": lambda handle: agent.resume(handle, self._line(handle)),
            "end": agent.end,
            "ports": lambda: say(f"ports {' '.join(map(str, voice_ports()))}"),
        }
        orders[verb](*words)

    def _use(self, active: str, *standby: str) -> None:
        if active == "-":
            self._agent.use(None)
            return
        self._routes.claim(self._watch.link(active))
        self._routes.use_for_voice(active, RTP_FIRST, RTP_LAST)
        self._agent.use(self._bearer(active), [self._bearer(name) for name in standby])

    def _line(self, handle: str) -> LinePort:
        if handle not in self._ports:
            port = LinePort(handle, Head(Path(self._plan.folder) / f"{handle}.heard"), Voice(), lambda _action: None)
            self._agent.engine.add_port(port, 0, 0)
            self._ports[handle] = port
        return self._ports[handle]

    async def stop(self) -> None:
        await self._agent.stop()
        for port in self._ports.values():
            port.close()
        self._agent.close()
        self._watch.stop()
        self._routes.release_all()


def voice_ports() -> list[int]:
    """The UDP ports bound in this namespace that voice may come to."""
    rows = [row.split() for row in Path("/proc/net/udp").read_text().splitlines()[1:]]
    ports = [int(row[1].partition(":")[2], 16) for row in rows]
    return [port for port in ports if RTP_FIRST <= port <= RTP_LAST]


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


async def main(plan: Plan) -> None:
    mover = Mover(plan)
    mover.start()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    say("ready")
    while (line := (await reader.readline()).decode().split()) and line != ["quit"]:
        mover.obey(*line)
        say("done")
    await mover.stop()
    say("stopped")


if __name__ == "__main__":
    asyncio.run(main(Plan(**json.loads(Path(sys.argv[1]).read_text()))))
