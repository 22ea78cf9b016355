"""A far end of plain pjsua2, as a program: registers, answers, speaks the far time code, and keeps every frame it hears with the moment it heard it.

`python -m tests.lab.pjsua_end FILE.json` with the keys of `Plan`. Orders by standard input, one a line: `call URI`, `speak CODEC`, `announce` (183 with
sound), `answer`, `hold`, `resume`, `hang up`, `quit`. It prints `registered`, `incoming NUMBER`, `confirmed NUMBER`, `disconnected NUMBER STATUS`,
`invited again NUMBER`.
Must not know the device.
"""

from __future__ import annotations

import json
import select
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pjsua2 as pj

from tests.lab.time_code import FAR, PERIOD_S

if TYPE_CHECKING:
    from collections.abc import Callable

FRAME_MS, RATE_HZ = 20, 8000
FRAME_BYTES = 2 * RATE_HZ * FRAME_MS // 1000
HEARD = struct.Struct("<d")
"""Before each frame in the recording: time.monotonic() when it was heard."""
_KEYINGS = {"sdes": pj.PJMEDIA_SRTP_KEYING_SDES, "dtls": pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP}


@dataclass(frozen=True)
class Plan:
    """`keys` of SRTP: "sdes" or "dtls"; empty: the voice is not encrypted."""

    user: str
    password: str
    server: str
    transport: str
    keys: str
    address: str
    port: int
    authority: str
    recording: str
    answers: bool = True

    @property
    def ipv6(self) -> bool:
        return ":" in self.address


class Head(pj.AudioMediaPort):  # type: ignore[misc]
    """Mouth and ear."""

    def __init__(self, recording: Path) -> None:
        super().__init__()
        self._speech = FAR.speech(PERIOD_S).tobytes()
        self._at = 0
        self._file = recording.open("ab", buffering=0)
        self._pinned = False
        form = pj.MediaFormatAudio()
        form.type = pj.PJMEDIA_TYPE_AUDIO
        form.clockRate, form.channelCount, form.bitsPerSample, form.frameTimeUsec = RATE_HZ, 1, 16, 1000 * FRAME_MS
        self.createPort("head", form)

    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802, ANN401 - the engine's
        self._pin()
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf.assign_from_bytes(self._speech[self._at : self._at + FRAME_BYTES])
        self._at = (self._at + FRAME_BYTES) % len(self._speech)

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802, ANN401 - same
        self._pin()
        samples = bytearray(FRAME_BYTES)
        if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO and frame.size == FRAME_BYTES:
            frame.buf.copy_to_bytearray(samples)
        self._file.write(HEARD.pack(time.monotonic()) + samples)

    def _pin(self) -> None:
        """Our build asks each of its threads to keep its Python state; a plain one has no such call."""
        if not self._pinned:
            self._pinned = True
            getattr(pj, "keeplinePinThread", lambda: None)()


class Call(pj.Call):  # type: ignore[misc]
    """One call; its numbers count up from 1."""

    def __init__(self, end: End, identity: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(end.account, identity)
        self._end = end
        self.number = end.next_number()

    def onCallState(self, _prm: Any) -> None:  # noqa: N802, ANN401 - the engine's
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            say(f"confirmed {self.number}")
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            say(f"disconnected {self.number} {int(info.lastStatusCode)}")
            self._end.forget(self)

    def onCallMediaState(self, _prm: Any) -> None:  # noqa: N802, ANN401 - same
        info = self.getInfo()
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and self.getMedia(index):
                sound = pj.AudioMedia.typecastFromMedia(self.getMedia(index))
                self._end.head.startTransmit(sound)
                sound.startTransmit(self._end.head)

    def onCallRxReinvite(self, _prm: Any) -> None:  # noqa: N802, ANN401 - same
        say(f"invited again {self.number}")


class Account(pj.Account):  # type: ignore[misc]
    def __init__(self, end: End) -> None:
        super().__init__()
        self._end = end

    def onRegState(self, prm: Any) -> None:  # noqa: N802, ANN401 - the engine's
        say("registered" if prm.code == 200 else f"not registered: {prm.code} {prm.reason}")

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802, ANN401 - same
        call = self._end.take(prm.callId)
        say(f"incoming {call.number}")
        call.answer(calm(200 if self._end.plan.answers else 180))


class End:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.calls: list[Call] = []
        self._last_number = 0
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._endpoint.libInit(engine_settings())
        self._speak("PCMA")
        self._endpoint.audDevManager().setNullDev()
        self._open_transport()
        self._endpoint.libStart()
        self.head = Head(Path(plan.recording))
        self.account = Account(self)
        self.account.create(self._account_settings())

    def next_number(self) -> int:
        self._last_number += 1
        return self._last_number

    def take(self, identity: int) -> Call:
        call = Call(self, identity)
        self.calls.append(call)
        return call

    def forget(self, call: Call) -> None:
        self.calls.remove(call)

    def carry_on(self) -> None:
        """Until `quit`, or the end of orders."""
        while True:
            self._endpoint.libHandleEvents(5)
            if select.select([sys.stdin], [], [], 0)[0]:
                line = sys.stdin.readline()
                if line.strip() in {"", "quit"}:
                    break
                self._obey(line.strip())
        self._endpoint.hangupAllCalls()
        for _ in range(20):
            self._endpoint.libHandleEvents(10)

    def _obey(self, order: str) -> None:
        verb, _, rest = order.partition(" ")
        if verb == "call":
            call = Call(self)
            self.calls.append(call)
            call.makeCall(rest, calm())
        elif verb == "speak":
            self._speak(rest)
        else:
            orders: dict[str, Callable[[Call], None]] = {
                "answer": lambda each: each.answer(calm(200)),
                "announce": lambda each: each.answer(calm(183)),
                "hold": lambda each: each.setHold(calm()),
                "resume": lambda each: each.reinvite(resumed()),
                "hang up": lambda each: each.hangup(calm(603)),
            }
            for call in list(self.calls):
                orders[order](call)
        say("done")

    def _speak(self, name: str) -> None:
        """This codec alone, from the next call on."""
        for codec in self._endpoint.codecEnum2():
            self._endpoint.codecSetPriority(codec.codecId, 200 if codec.codecId.startswith(f"{name}/") else 0)

    def _open_transport(self) -> None:
        settings = pj.TransportConfig()
        settings.boundAddress, settings.port = self.plan.address, self.plan.port
        settings.tlsConfig.CaListFile, settings.tlsConfig.verifyServer = self.plan.authority, bool(self.plan.authority)
        kind = f"PJSIP_TRANSPORT_{self.plan.transport.upper()}{6 * self.plan.ipv6 or ''}"
        self._endpoint.transportCreate(getattr(pj, kind), settings)

    def _account_settings(self) -> Any:  # noqa: ANN401 - the engine's
        plan, settings = self.plan, pj.AccountConfig()
        # Over TLS too the address of record stays sip: (RFC 5630 section 3.3 forbids less than end to end for sips:).
        over = "" if plan.transport == "udp" else f";transport={plan.transport}"
        settings.idUri = f"sip:{plan.user}@{plan.server.rpartition(':')[0]}"
        settings.regConfig.registrarUri = f"sip:{plan.server}{over}"
        settings.sipConfig.proxies.append(f"sip:{plan.server}{over};lr")
        settings.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", plan.user, 0, plan.password))
        if plan.ipv6:
            settings.sipConfig.ipv6Use = settings.mediaConfig.ipv6Use = pj.PJSUA_IPV6_ENABLED_USE_IPV6_ONLY
        settings.mediaConfig.srtpUse = pj.PJMEDIA_SRTP_MANDATORY if plan.keys else pj.PJMEDIA_SRTP_DISABLED
        settings.mediaConfig.lockCodecEnabled = False  # its re-INVITE would come in the middle of a DTLS handshake
        settings.mediaConfig.srtpOpt.keyings.append(_KEYINGS.get(plan.keys, pj.PJMEDIA_SRTP_KEYING_SDES))
        settings.mediaConfig.srtpSecureSignaling = 0
        settings.mediaConfig.transportConfig.boundAddress = plan.address
        settings.mediaConfig.transportConfig.port = plan.port + 100
        settings.mediaConfig.transportConfig.portRange = 100
        return settings


def engine_settings() -> Any:  # noqa: ANN401 - the engine's
    settings = pj.EpConfig()
    settings.uaConfig.threadCnt = 0
    settings.uaConfig.userAgent = "far end"
    settings.logConfig.level = settings.logConfig.consoleLevel = 1
    settings.medConfig.clockRate = settings.medConfig.sndClockRate = RATE_HZ
    settings.medConfig.ptime = settings.medConfig.audioFramePtime = FRAME_MS
    settings.medConfig.noVad = True
    settings.medConfig.ecTailLen = 0
    return settings


def calm(status: int = 0) -> Any:  # noqa: ANN401 - the engine's
    """One audio stream and nothing else: 2.17 would offer text as well, and stops for it at each change."""
    prm = pj.CallOpParam(True)  # noqa: FBT003 (the engine's)
    prm.statusCode = status
    prm.opt.audioCount, prm.opt.videoCount, prm.opt.textCount = 1, 0, 0
    return prm


def resumed() -> Any:  # noqa: ANN401 - the engine's
    prm = calm()
    prm.opt.flag = pj.PJSUA_CALL_UNHOLD
    return prm


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    END = End(Plan(**json.loads(Path(sys.argv[1]).read_text())))
    END.carry_on()
    END._endpoint.libDestroy()
