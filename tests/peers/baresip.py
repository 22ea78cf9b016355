"""A far end with sound: baresip plays a WAV file or a tone into its microphone and records what it hears.

It registers at a server or waits for direct calls, and is driven over its control line. Must not know the device under test.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

import numpy as np

from tests.peers.baresip_control import Control, Event
from tests.peers.errors import PeerError, PeerMissing
from tests.peers.ports import free_port_block
from tests.peers.process import Process
from tests.peers.sound import RATE_HZ, Samples, from_8_khz, read_wav, tone, write_wav

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.peers.certificates import Certificate

EVENT_S = 20.0
SPEECH_S = 120.0  # baresip falls silent at the end of its file, so short sources are repeated up to this length
RTP_PORTS = 16  # four calls, each RTP and RTCP, with room for ports still closing
# By their bare names baresip looks for 8 kHz mono and silently offers everything if it finds none.
CODECS = {"PCMA": "PCMA/8000/1", "PCMU": "PCMU/8000/1", "G722": "G722/16000/1", "opus": "opus/48000/2"}
MODULE_PATHS = [Path("/usr/lib/baresip/modules"), *Path("/usr/lib").glob("*-linux-gnu/baresip/modules")]
FIXED_CONFIG = """\
poll_method epoll
audio_player aubridge,nil
audio_alert aubridge,nil
ausrc_channels 1
jitter_buffer_delay 1-5
module stdio.so
module g711.so
module g722.so
module opus.so
module srtp.so
module dtls_srtp.so
module aubridge.so
module aufile.so
module sndfile.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""

Transport = Literal["udp", "tcp", "tls"]
MediaEncryption = Literal["", "srtp", "srtp-mand", "srtp-mandf", "dtls_srtp"]


# `> [line 2]  0:00:00   INCOMING             sip:603@127.0.0.1:14000`; 1.1.0 of Debian 13 adds the Call-ID: `[line 2, id 5787bb0c-09]`
_CALL = re.compile(r"\[line (\d+)(?:, id [^\]]+)?\]\s+[\d:]+\s+([A-Z ]+?)\s+(?:\([a-z ]+\)\s+)?(\S+:\S+)")


@dataclass(frozen=True)
class CallShown:
    """A call as it lists it; `state` is INCOMING, OUTGOING, RINGING, EARLY or ESTABLISHED."""

    number: int
    state: str
    peer_uri: str


class Baresip:
    """One user agent. Start by constructing, stop by leaving the context."""

    def __init__(  # noqa: PLR0913 - a telephone has many settings
        self,
        folder: Path,
        user: str,
        password: str = "",
        *,
        server: str = "",
        transport: Transport = "udp",
        answer: Literal["auto", "manual"] = "auto",
        source: Path | Samples | float | None = None,
        codecs: Sequence[str] = ("PCMA", "PCMU"),
        mediaenc: MediaEncryption = "",
        address: str = "127.0.0.1",
        register: bool = True,
        expires_s: int = 60,
        auth_user: str = "",
        display_name: str = "",
        domain: str = "",
        authority: Path | None = None,
        certificate: Certificate | None = None,
        dtmf_mode: Literal["rtpevent", "info"] = "rtpevent",
        max_calls: int = 4,
    ) -> None:
        """`server` is `host:port`; without one it waits for direct calls on `sip_uri`.

        `source` is what it says: a WAV file (8 kHz mono), samples at 8 kHz, a frequency in Hz, or None for silence. `codecs` in order of
        preference, of PCMA, PCMU, G722, opus. `domain` is its own address's where that is not the server.
        `authority` is the CA to check a TLS server by, `certificate` its own for TLS calls in.
        """
        self.user = user
        self.address = address
        self.port = free_port_block(4)  # SIP, and TLS one above it
        self._rtp_port = free_port_block(RTP_PORTS)
        self._folder = folder
        self._sayings = itertools.count(1)
        folder.mkdir(parents=True, exist_ok=True)
        self._server, self._transport, self._domain = server, transport, domain
        self._rate_hz = int(CODECS[codecs[0]].split("/")[1])
        write_wav(folder / "microphone.wav", _speech(source, self._rate_hz), self._rate_hz)
        control_port = self.port + 2
        account = self._account(
            display_name,
            answermode=answer,
            auth_user=(auth_user or user) if password else "",  # without a password it would ask the terminal for one
            auth_pass=password,
            regint=str(expires_s if server and register else 0),
            audio_codecs=",".join(CODECS[name] for name in codecs),
            mediaenc=mediaenc,
            dtmfmode=dtmf_mode,
            outbound=f"sip:{server}" if domain else "",
        )
        (folder / "accounts").write_text(account)
        (folder / "contacts").write_text("")
        (folder / "config").write_text(self._config(control_port, authority, certificate, max_calls))
        self.process = Process(["baresip", "-f", folder], folder, stop_signal=signal.SIGTERM)
        try:
            self.process.wait_for_line("baresip is ready")
            self.control = Control(control_port)
        except BaseException:
            self.process.stop()
            raise
        self._seen = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def sip_uri(self) -> str:
        """Where a direct call reaches it."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        port = self.port + 1 if self._transport == "tls" else self.port  # baresip puts TLS one above
        return f"sip:{self.user}@{host}:{port}" + ("" if self._transport == "udp" else f";transport={self._transport}")

    @property
    def rtp_ports(self) -> range:
        """Where its sound comes in; `RtpTap(baresip.rtp_ports)` listens there."""
        return range(self._rtp_port, self._rtp_port + RTP_PORTS)

    @property
    def events(self) -> list[Event]:
        """Everything it reported."""
        return self.control.events

    def wait_for(self, kind: str, timeout_s: float = EVENT_S, *, parameter: str = "") -> Event:
        """The next event of a kind (`CALL_ESTABLISHED`, `REGISTER_OK` ...) that this method has not returned or passed yet.

        `parameter` is a regular expression its text must hold.
        """
        event = self.control.wait_for(lambda e: e.kind == kind and re.search(parameter, e.parameter), timeout_s, after=self._seen)
        self._seen = self.control.events.index(event) + 1
        return event

    def wait_registered(self, timeout_s: float = EVENT_S) -> None:
        """Return once the registrar has said 200, whenever that was; raises `PeerSilent`."""
        # From the log: the event may have passed before the control line was there.
        self.process.wait_for_line(r" 200 .*\[\d+ binding", timeout_s)

    def dial(self, target: str) -> None:
        """Call a user of its server, or a SIP URI; returns at once."""
        self.control.command("dial", self._uri(target))

    def accept(self) -> None:
        """Answer the ringing call."""
        self.control.command("accept")

    def hangup(self) -> None:
        """End, refuse or give up the current call."""
        self.control.command("hangup")

    def hold(self) -> None:
        """Put the current call on hold with a re-INVITE; returns once the other side has answered that."""
        self._renegotiate("hold")

    def resume(self) -> None:
        """Take the call back from hold; returns once the other side has answered that."""
        self._renegotiate("resume")

    def say(self, source: Path | Samples | float | None) -> None:
        """Say something else from now on, in the call there is and in later ones; `source` as for the constructor."""
        wav = self._folder / f"said-{next(self._sayings)}.wav"
        write_wav(wav, _speech(source, self._rate_hz), self._rate_hz)
        self.control.command("ausrc", f"aufile,{wav}")

    def calls(self) -> list[CallShown]:
        """The calls it has now."""
        return [CallShown(int(n), state, uri) for n, state, uri in _CALL.findall(self.control.command("listcalls"))]

    def wait_calls(self, holds: Callable[[list[CallShown]], object], what: str, timeout_s: float = EVENT_S) -> list[CallShown]:
        """Its calls as soon as `holds` of them; raises `PeerSilent`."""
        self.process.wait_until(lambda: holds(self.calls()), f"{self.user}: {what}", timeout_s, every_s=0.05)
        return self.calls()

    def send_dtmf(self, digits: str) -> None:
        """Send keys in the current call, as RTP events (RFC 4733) or INFO, by `dtmf_mode`."""
        for digit in digits:
            self.control.command("sndcode", digit)

    def transfer(self, target: str) -> None:
        """Transfer the current call blindly with REFER, to a user of its server or a SIP URI."""
        self.control.command("transfer", self._uri(target))

    def dtmf_heard(self) -> str:
        """Keys the other side sent so far."""
        return _keys(self.events)

    def wait_dtmf(self, digits: str, timeout_s: float = EVENT_S) -> None:
        """Return once these keys, in this order and with no other between, have all come."""
        self.control.wait_until(lambda events: True if digits in _keys(events) else None, timeout_s)

    def heard(self) -> Samples:
        """Everything it heard so far, at 8 kHz, calls one after the other.

        Frames that never came leave no gap, and after a hold baresip 1.0 and 1.1 never record again in that call (they set their filters
        up only once): listen with `RtpTap` there.
        """
        parts = [read_wav(path) for path in sorted(self._folder.glob("dump-*-dec.wav"))]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def wait_heard(self, seconds: float, timeout_s: float = EVENT_S) -> Samples:
        """The samples that come in from now on, once there are that many seconds of them."""
        before, count = len(self.heard()), round(seconds * RATE_HZ)
        self.process.wait_until(lambda: len(self.heard()) - before >= count, f"did not hear {seconds:g} s of sound", timeout_s)
        return self.heard()[before : before + count]

    def stop(self) -> None:
        """End it: it hangs up and unregisters first."""
        self.control.close()
        self.process.stop()

    def _renegotiate(self, command: str) -> None:
        before = len(self.events)
        # baresip 1.1.0 resumes and yet answers EINVAL when no other call is active (uag_hold_resume holds a call that is not there), so
        # the proof is the answered re-INVITE below.
        with contextlib.suppress(PeerError):
            self.control.command(command)
        self.control.wait_for(lambda e: e.kind == "CALL_REMOTE_SDP" and e.parameter == "answer", EVENT_S, after=before)

    def _uri(self, target: str) -> str:
        return target if target.startswith("sip") else f"sip:{target}@{self._server or self.address}"

    @property
    def _host(self) -> str:
        return f"[{self.address}]" if ":" in self.address else self.address

    def _account(self, display_name: str, **parameters: str) -> str:
        domain = self._domain or self._server or self._host
        uri = f"sip:{self.user}@{domain}" + ("" if self._transport == "udp" else f";transport={self._transport}")
        words = "".join(f";{name}={value}" for name, value in parameters.items() if value)
        return f'"{display_name}" <{uri}>{words}\n' if display_name else f"<{uri}>{words}\n"

    def _config(self, control_port: int, authority: Path | None, certificate: Certificate | None, max_calls: int) -> str:
        lines = [
            f"sip_listen {self._host}:{self.port}",
            f"net_interface {self.address}",  # otherwise it may offer an address of another interface
            f"rtp_ports {self._rtp_port}-{self._rtp_port + RTP_PORTS - 1}",
            f"ctrl_tcp_listen 127.0.0.1:{control_port}",
            f"call_max_calls {max_calls}",
            f"audio_source aufile,{self._folder}/microphone.wav",
            f"ausrc_srate {self._rate_hz}",  # the codec's own: baresip's resampler bends levels by 1 to 2 dB
            f"snd_path {self._folder}",
            f"module_path {_module_path()}",
        ]
        if authority:
            lines += [f"sip_cafile {authority}", "sip_verify_server yes"]
        if certificate:
            lines.append(f"sip_certificate {certificate.both}")
        return "\n".join([*lines, FIXED_CONFIG])


def _keys(events: Sequence[Event]) -> str:
    return "".join(event.parameter for event in events if event.kind == "CALL_DTMF_START")


def _speech(source: Path | Samples | float | None, rate_hz: int) -> Samples:
    if source is None:
        return np.zeros(round(SPEECH_S * rate_hz), np.int16)
    if isinstance(source, float | int):
        return tone(source, SPEECH_S, rate_hz=rate_hz)
    samples = from_8_khz(read_wav(source) if isinstance(source, Path) else source, rate_hz)
    return np.tile(samples, max(1, -(-round(SPEECH_S * rate_hz) // max(1, len(samples)))))


def _module_path() -> Path:
    found = next((path for path in MODULE_PATHS if (path / "ctrl_tcp.so").exists()), None)
    if found is None:
        raise PeerMissing("baresip's modules are not installed: apt-get install the packages of tests/peers/packages.txt")
    return found
