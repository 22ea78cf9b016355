"""The telephony of the laboratory's cloud: a provider (Kamailio), a PBX (Asterisk) and far ends that speak the time code and keep what they hear.

Every far end answers by itself and has the same two questions answered: what it heard, and whether its recording has a clock of its own.
Must not know the uplinks.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

import numpy as np
import numpy.typing as npt

from tests.lab.addresses import FAR, FAR6, SERVER, SERVER6
from tests.lab.ordered import Ordered, here, module
from tests.lab.pjsua_end import FRAME_BYTES, HEARD, Plan
from tests.lab.time_code import FAR as FAR_VOICE
from tests.lab.time_code import PERIOD_S
from tests.peers.asterisk import INSIDE, Asterisk
from tests.peers.baresip import SPEECH_S, Baresip
from tests.peers.certificates import Authority
from tests.peers.kamailio import Kamailio
from tests.peers.ports import free_port_block
from tests.peers.sound import Samples, read_wav, write_wav

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.lab.namespaces import Namespace

SIP_PORT, TLS_PORT = 5060, 5061
PASSWORD = "laboratory"  # noqa: S105 - nothing to keep secret in here
NUMBER = "600"
DEVICE_USER = "alice"
CALLED_BY_PBX = "620"
FRAME_S = 0.02
LOOK_AHEAD = 15
Transport = Literal["udp", "tcp", "tls"]
FarKind = Literal["pjsua2", "baresip", "asterisk"]
Keys = Literal["", "sdes", "dtls"]


class FarEnd(Protocol):
    """What a test asks of whoever is called."""

    clocked: bool
    """Whether sound that never came leaves its time empty in the recording."""

    def heard(self) -> Samples: ...
    def stop(self) -> object: ...


class Provider(Kamailio):
    """A registrar in the cloud, on the usual ports, for callers behind masquerading routers."""

    def __init__(self, cloud: Namespace, folder: Path, users: Mapping[str, str], *, ipv6: bool = False, **how: Any) -> None:  # noqa: ANN401 - what Kamailio takes
        self._cloud = cloud
        with cloud.inside():
            address = SERVER6 if ipv6 else SERVER
            options = {"port": SIP_PORT, "tls_port": TLS_PORT, "behind_nat": True, **how}
            super().__init__(folder, users, address=address, **options)

    def rpc(self, method: str, *arguments: str | int, missing_ok: bool = False) -> Any:  # noqa: ANN401 - JSON
        with self._cloud.inside():
            return super().rpc(method, *arguments, missing_ok=missing_ok)


class PjsuaEnd(Ordered):
    """The far end of plain pjsua2."""

    clocked = True

    def __init__(  # noqa: PLR0913 - a telephone has many settings
        self,
        cloud: Namespace,
        folder: Path,
        server: str,
        *,
        user: str = NUMBER,
        transport: Transport = "udp",
        keys: Keys = "",
        authority: Path | None = None,
        answers: bool = True,
        ipv6: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.recording = folder / f"{user}.heard"
        self.recording.unlink(missing_ok=True)
        with cloud.inside():
            port = free_port_block(200)
            plan = Plan(
                user,
                PASSWORD,
                server,
                transport,
                keys,
                FAR6 if ipv6 else FAR,
                port,
                str(authority or ""),
                str(self.recording),
                answers,
            )
            (folder / f"{user}.json").write_text(json.dumps(asdict(plan)))
            super().__init__(
                module("tests.lab.pjsua_end", str(folder / f"{user}.json")), folder, name=f"pjsua2-{user}", environment=here()
            )
        self.wait_for_line("^registered$")

    def heard(self) -> Samples:
        return self.heard_since()[1]

    def heard_since(self) -> tuple[float, Samples]:
        """When the recording began, and all of it. While nothing is connected to its ear the engine gives no frames: that time is filled with silence."""
        data = self.recording.read_bytes() if self.recording.exists() else b""
        size = HEARD.size + FRAME_BYTES
        rows = np.frombuffer(data[: len(data) // size * size], np.dtype([("at", "<f8"), ("pcm", "<i2", FRAME_BYTES // 2)]))
        if not len(rows):
            return time.monotonic(), np.zeros(0, np.int16)
        began_s, before = float(rows["at"][0]), _missing(rows["at"])
        silence = np.zeros(FRAME_BYTES // 2, np.int16)
        frames = [each for row, count in zip(rows["pcm"], before, strict=True) for each in (*[silence] * count, row)]
        return began_s - FRAME_S, np.concatenate(frames)


def _missing(times: npt.NDArray[np.float64]) -> list[int]:
    """How many frames are missing before each: as many as all of the next ones are late; a frame late by itself is only a busy machine."""
    late_s = times - times[0] - FRAME_S * np.arange(len(times))
    padded = np.concatenate([late_s, np.full(LOOK_AHEAD, late_s[-1])])
    for_good_s = np.lib.stride_tricks.sliding_window_view(padded, LOOK_AHEAD)[: len(times)].min(axis=1)
    counts = np.maximum.accumulate(np.maximum(0, np.round(for_good_s / FRAME_S))).astype(int)
    return [int(each) for each in np.diff(counts, prepend=0)]


class BaresipEnd(Baresip):
    """baresip as a far end: its recording has no clock, what never came leaves no gap."""

    clocked = False

    def __init__(self, cloud: Namespace, folder: Path, server: str, **how: Any) -> None:  # noqa: ANN401 - what Baresip takes
        with cloud.inside():
            speech = FAR_VOICE.speech(SPEECH_S)
            super().__init__(folder, NUMBER, PASSWORD, server=server, address=FAR, source=speech, codecs=("PCMA",), **how)


class Pbx(Asterisk):
    """Asterisk in the cloud: the number `CALLED_BY_PBX` speaks the time code and records what it hears."""

    clocked = False

    def __init__(self, cloud: Namespace, folder: Path, users: Mapping[str, str], **how: Any) -> None:  # noqa: ANN401 - what Asterisk takes
        with cloud.inside():
            super().__init__(folder, users, address=FAR, codecs=("alaw",), **how)
        write_wav(folder / "speech.wav", FAR_VOICE.speech(60 * PERIOD_S))
        for step, application in enumerate(
            [
                "Answer()",
                f"MixMonitor({INSIDE}/both-${{EPOCH}}.wav,r({INSIDE}/heard-${{EPOCH}}.wav))",
                f"Playback({INSIDE}/speech&{INSIDE}/speech)",
            ],
            1,
        ):
            self.command(f"dialplan add extension {CALLED_BY_PBX},{step},{application} into phones")

    def heard(self) -> Samples:
        """Everything of all calls, in order."""
        parts = [read_wav(path) for path in sorted(self.folder.glob("heard-*.wav"))]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)


class Exchange:
    """A provider with one far end of a kind, and what a device must be told to call it."""

    def __init__(  # noqa: PLR0913 - a network has many settings
        self,
        cloud: Namespace,
        folder: Path,
        *,
        far: FarKind = "pjsua2",
        transport: Transport = "udp",
        keys: Keys = "sdes",
        ipv6: bool = False,
        challenge_reinvite: bool = False,
        answers: bool = True,
        registrar: Mapping[str, Any] | None = None,
    ) -> None:
        """Over TLS the voice is encrypted too, with `keys`. `registrar` is how the provider keeps contacts, in `Kamailio`'s words."""
        self.transport, self.far_kind = transport, far
        self.authority = Authority(folder / "ca")
        self._keys: Keys = keys if transport == "tls" else ""
        certificate = self.authority.issue((SERVER, SERVER6, FAR))
        users = {DEVICE_USER: PASSWORD, NUMBER: PASSWORD, "601": PASSWORD}
        self.provider: Provider | None = None
        self.number = NUMBER
        if far == "asterisk":
            self.far: Any = Pbx(cloud, folder / "pbx", users, tls=certificate, media_encryption=self._keys or "no")
            self.server, self.number = (self.far.tls_server if self._keys else self.far.server), CALLED_BY_PBX
            return
        # baresip sends where the description says, so the provider mends it, as most do.
        how = {"tls": certificate, "challenge_reinvite": challenge_reinvite, "fix_description": far == "baresip"}
        how |= registrar or {}
        self.provider = Provider(cloud, folder / "provider", users, ipv6=ipv6, **how)
        try:
            self.server = self.provider.tls_server if self._keys else self.provider.server
            self.far = self._far_end(cloud, folder / "far", ipv6=ipv6, answers=answers)
            self.provider.wait_registered(NUMBER)
        except BaseException:
            self.provider.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.far.stop()
        if self.provider:
            self.provider.stop()

    def _far_end(self, cloud: Namespace, folder: Path, *, ipv6: bool, answers: bool) -> FarEnd:
        if self.far_kind == "baresip":
            how = {"": {}, "sdes": {"mediaenc": "srtp-mand"}, "dtls": {"mediaenc": "dtls_srtp"}}[self._keys]
            answer = "auto" if answers else "manual"
            return BaresipEnd(
                cloud, folder, self.server, transport=self.transport, authority=self.authority.certificate, answer=answer, **how
            )
        return PjsuaEnd(
            cloud,
            folder,
            self.server,
            transport=self.transport,
            keys=self._keys,
            authority=self.authority.certificate,
            answers=answers,
            ipv6=ipv6,
        )

    def account(self) -> dict[str, object]:
        """The keys of the device's account."""
        keys: dict[str, object] = {"user": DEVICE_USER, "password": PASSWORD, "transport": self.transport, "codecs": ["PCMA"]}
        return keys | ({"srtp": "required", "srtp_keys": self._keys} if self._keys else {})

    def registered(self) -> list[str]:
        """The device's contacts as the registrar knows them."""
        if self.provider:
            return [each.uri for each in self.provider.registered(DEVICE_USER)]
        contacts: list[str] = self.far.registered(DEVICE_USER)
        return contacts
