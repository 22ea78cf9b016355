"""The engine room: pjsua2's endpoint, made to run inside the deciding thread's loop instead of threads of its own.

The endpoint's epoll handle wakes the loop when SIP or DNS traffic comes, its timer heap says when to wake otherwise, so nothing polls. Media runs
in the engine's own threads. This room knows transports, codecs and the audio clock, and nothing of accounts, calls or lines.
"""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ParamSpec

import pjsua2 as pj

from firmware.settings.model import Settings, Transport
from firmware.sip.bearer import Bearer
from firmware.sip.codec import Codec, Codecs
from firmware.sip.errors import EngineUnusable
from hal.ports import FRAME_SAMPLES, SAMPLE_RATE_HZ, AlsaSound

log = logging.getLogger("keepline.sip")
trace = logging.getLogger("keepline.sip.trace")

P = ParamSpec("P")

CODEC_IDS = {
    "opus": "opus/48000/2",
    "PCMA": "PCMA/8000/1",
    "PCMU": "PCMU/8000/1",
    "G722": "G722/16000/1",
    "G729": "G729/8000/1",
}

FRAME_MS = 1000 * FRAME_SAMPLES // SAMPLE_RATE_HZ

_CARD_BUFFER_MS = 40
"""What a sound card holds: four frames. The usual 140 ms would be heard as delay, for the engine keeps the buffer full."""

_LONGEST_SLEEP_S = 1.0
"""Media threads may set timers that we do not see being set; none of them is finer than this."""

_NARROW_BITS_S, _NARROW_LOSS_PERCENT = 12_000, 10
"""Opus on a metered uplink: RFC 7587 section 3.1.1 has 8 to 12 kbit/s for speech in the telephone's band; the losses are what correction is made for."""

_NARROW_FMTP = {
    "maxplaybackrate": str(SAMPLE_RATE_HZ),
    "sprop-maxcapturerate": str(SAMPLE_RATE_HZ),
    "maxaveragebitrate": str(_NARROW_BITS_S),
    "useinbandfec": "1",
    "usedtx": "1",
    "sprop-stereo": "0",
}
"""What we ask for then (RFC 7587 section 6.1)."""

_KEEP_ALIVE_S, _KEEP_ALIVE_METERED_S = 90, 300
"""Empty lines over TCP and TLS: RFC 5626 section 4.4.1 has 95 to 120 s at the most; where bytes cost, connections that break are made anew instead."""

_MOST_TRANSPORTS = 8
"""What pjsua has room for. Each uplink, kind and address takes one."""

_EVENTS_AT_ONCE = 64
"""Then the loop gets a turn, so that a flood of packets cannot hold up a hook switch."""


def shielded(callback: Callable[P, None]) -> Callable[P, None]:
    """An engine callback must not raise: the stored traceback would keep the engine's objects alive and abort the process at exit."""

    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            callback(*args, **kwargs)
        except Exception:
            log.exception("a report from the engine could not be handled")

    return call


def explain(error: "pj.Error") -> str:
    """The engine's error in its own words (`str()` of it is empty)."""
    return str(error.reason or error.info()).split("(PJ")[0].strip()


class _Log(pj.LogWriter):  # type: ignore[misc]
    """Sends the engine's log where ours goes: level 1 is worth knowing, the rest is trace. The endpoint it is given to deletes it."""

    def __init__(self, printed: int) -> None:
        super().__init__()
        self._printed = printed
        self.on_wire: Callable[[str], None] | None = None
        self.on_card: Callable[[str], None] | None = None

    def write(self, entry: Any) -> None:
        if self.on_wire and entry.msg.startswith(("TX ", "RX ")):
            self.on_wire(entry.msg)
        if self.on_card and entry.msg.startswith(("pb_thread_func", "ca_thread_func")):
            self.on_card(entry.msg)
        if entry.level > self._printed:
            return
        trace.log(logging.INFO if entry.level == 1 else logging.DEBUG, "%s", _indented(entry.msg))


def _indented(text: str) -> str:
    """Text as one log record: what a stranger sent must not look like a line of ours. Later lines are set in, controls shown as ?."""
    lines = text.rstrip().splitlines()
    shown = ("".join(letter if letter.isprintable() or letter == "\t" else "?" for letter in line) for line in lines)
    return "\n    ".join(shown)


class _Endpoint(pj.Endpoint):  # type: ignore[misc]
    """The engine's endpoint; asks which account an incoming request is for, given its source, its text and the engine's own guess."""

    def __init__(self) -> None:
        super().__init__()
        self.select: Callable[[str, str, int], int] = lambda _source, _message, guess: guess

    @shielded
    def onSelectAccount(self, prm: Any) -> None:
        prm.accountIndex = self.select(prm.rdata.srcAddress, prm.rdata.wholeMsg, prm.accountIndex)


@dataclass(frozen=True)
class TransportKey:
    kind: Transport
    address: str


class Engine:
    """One pjsua2 endpoint; make, use and close it on the deciding thread."""

    def __init__(self, settings: Settings, nameservers: tuple[str, ...]) -> None:
        self._loop = asyncio.get_running_loop()
        self._sip = settings.sip
        self._transports: dict[TransportKey, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.turns = 0
        """How often its events were handled: once a second at the least, or SIP stands still."""
        self._clock_runs = False
        self._clock_wanted: set[str] = set()
        self._is_narrow = False
        self._wide_settings = (0, 0, 0)
        self._endpoint = _Endpoint()
        debug = settings.device.log_level == "debug"
        self._log = _Log(5 if debug else 2)
        self._endpoint_log_level = 5 if debug else 4
        try:
            self._begin(settings, nameservers)
        except pj.Error as error:
            self._let_go()
            raise EngineUnusable(f"the SIP engine does not start: {explain(error)}") from error
        self._codecs = Codecs(self._endpoint.audDevManager())
        self._log.on_card = self._codecs.hear_log
        self._loop.add_reader(pj.keeplineEventFd(), self._handle_events)
        self.rearm()

    def _begin(self, settings: Settings, nameservers: tuple[str, ...]) -> None:
        self._endpoint.libCreate()
        self._endpoint.libInit(self._config())
        self.choose_codecs(settings)
        self._shape_codecs()
        pj.keeplineNameservers(pj.StringVector(nameservers))
        self._endpoint.audDevManager().setNoDev()
        self._endpoint.libStart()

    def _config(self) -> "pj.EpConfig":
        config = pj.EpConfig()
        config.uaConfig.threadCnt = 0
        config.uaConfig.maxCalls = 16
        config.uaConfig.userAgent = "Keepline"
        config.logConfig.level = self._endpoint_log_level
        config.logConfig.consoleLevel = self._endpoint_log_level  # what the writer gets
        config.logConfig.writer = self._log
        self._log.__disown__()  # or it went before the endpoint's last words, and twice
        config.logConfig.decor = 0
        media = config.medConfig
        media.clockRate = media.sndClockRate = SAMPLE_RATE_HZ
        media.audioFramePtime = FRAME_MS
        media.ptime = 20
        media.noVad = True
        media.ecTailLen = 0
        media.sndAutoCloseTime = -1
        media.sndRecLatency = media.sndPlayLatency = _CARD_BUFFER_MS
        return config

    def choose_codecs(self, settings: Settings) -> None:
        """Leave only the codecs some account names; each account's own order is put into its offers and answers."""
        keep = {CODEC_IDS[name] for account in settings.account for name in account.codecs}
        for codec in self._endpoint.codecEnum2():
            self._endpoint.codecSetPriority(codec.codecId, 128 if codec.codecId in keep else 0)

    def _shape_codecs(self) -> None:
        for name in set(CODEC_IDS) - {"opus"}:
            self._send_pauses(CODEC_IDS[name])
        self._take_one_channel()

    def _take_one_channel(self) -> None:
        """A telephone has one ear. Towards a far end that takes stereo the engine would decode two channels, and its bridge takes their sum, not
        their mean: 6 dB too loud. Saying that we send one (RFC 7587 section 6.1) makes it decode one."""
        opus = self._endpoint.codecGetParam(CODEC_IDS["opus"])
        opus.setting.decFmtp.append(_fmtp("sprop-stereo", "0"))
        self._endpoint.codecSetParam(CODEC_IDS["opus"], opus)
        self._wide = opus

    def _send_pauses(self, codec_id: str) -> None:
        """Only Opus leaves silence out without being heard to."""
        parameters = self._endpoint.codecGetParam(codec_id)
        parameters.setting.vad = False
        self._endpoint.codecSetParam(codec_id, parameters)

    def _handle_events(self) -> None:
        for _ in range(_EVENTS_AT_ONCE):
            if self._endpoint.libHandleEvents(0) <= 0:
                break
        self.turns += 1
        self.rearm()

    def rearm(self) -> None:
        """Wake up for the engine's next timer. Call it after every order, which may have set a nearer one."""
        if self._timer:
            self._timer.cancel()
        next_ms = pj.keeplineNextTimerMs()
        delay_s = _LONGEST_SLEEP_S if next_ms < 0 else min(next_ms / 1000, _LONGEST_SLEEP_S)
        self._timer = self._loop.call_later(delay_s, self._handle_events)

    def transport(self, key: TransportKey) -> int:
        """The id of the transport of that kind on that local address, made at first use; raises pj.Error."""
        made = self._transports.pop(key, None)
        if made is None:
            self._make_room()
            made = self._endpoint.transportCreate(self._transport_type(key), self._transport_config(key))
        self._transports[key] = made  # the last in order is the last that was asked for
        return made

    def _make_room(self) -> None:
        """Close the transport that was asked for longest ago: addresses come and go with each uplink."""
        if len(self._transports) >= _MOST_TRANSPORTS:
            oldest = next(iter(self._transports))
            with contextlib.suppress(pj.Error):
                self._endpoint.transportClose(self._transports.pop(oldest))

    def use(self, bearer: Bearer) -> None:
        """What all accounts share of an uplink: its name servers, and thrift where it is metered."""
        pj.keeplineKeepCalls()
        pj.keeplineKeepVoice()
        nameservers = self._sip.nameservers or bearer.nameservers
        if nameservers:
            pj.keeplineNameservers(pj.StringVector(nameservers))
        pj.keeplineKeepAlive(_KEEP_ALIVE_METERED_S if bearer.metered else _KEEP_ALIVE_S)
        if bearer.metered != self._is_narrow:
            self._speak_narrow(wanted=bearer.metered)

    def _speak_narrow(self, *, wanted: bool) -> None:
        """Opus in the telephone's own band, where bytes cost, with losses corrected and pauses left out. Voices that run go on as they are."""
        self._is_narrow = wanted
        settings = self._endpoint.getCodecOpusConfig()
        if not wanted:
            settings.sample_rate, settings.bit_rate, settings.packet_loss = self._wide_settings
        else:
            self._wide_settings = (settings.sample_rate, settings.bit_rate, settings.packet_loss)
            settings.sample_rate, settings.bit_rate, settings.packet_loss = SAMPLE_RATE_HZ, _NARROW_BITS_S, _NARROW_LOSS_PERCENT
        self._endpoint.setCodecOpusConfig(settings)
        self._endpoint.codecSetParam(CODEC_IDS["opus"], self._narrow_opus() if wanted else self._wide)
        pj.keeplineSparePauses(wanted)

    def _narrow_opus(self) -> "pj.CodecParam":
        opus = self._endpoint.codecGetParam(CODEC_IDS["opus"])
        opus.setting.decFmtp = pj.CodecFmtpVector([_fmtp(*each) for each in _NARROW_FMTP.items()])
        opus.setting.vad, opus.setting.plc = True, True
        return opus

    def _transport_type(self, key: TransportKey) -> int:
        names = {"udp": "UDP", "tcp": "TCP", "tls": "TLS"}
        suffix = "6" if ":" in key.address else ""
        return int(getattr(pj, f"PJSIP_TRANSPORT_{names[key.kind]}{suffix}"))

    def _transport_config(self, key: TransportKey) -> "pj.TransportConfig":
        config = pj.TransportConfig()
        config.port = self._sip.port + (1 if key.kind == "tls" and self._sip.port else 0)
        config.boundAddress = key.address
        if key.kind == "tls":
            self._trust(config.tlsConfig)
        return config

    def _trust(self, tls: "pj.TlsConfig") -> None:
        tls.verifyServer = self._sip.tls_verify
        tls.CaListFile = self._sip.tls_ca_file or ssl.get_default_verify_paths().cafile or ""
        tls.proto = pj.PJ_SSL_SOCK_PROTO_TLS1_2 | pj.PJ_SSL_SOCK_PROTO_TLS1_3
        tls.msecTimeout = 10_000

    def select_accounts_by(self, select: Callable[[str, str, int], int]) -> None:
        """Who says which account an incoming request is for."""
        self._endpoint.select = select

    def watch_wire(self, take: Callable[[str], None]) -> None:
        """Every SIP message, as the engine's log writes it."""
        self._log.on_wire = take

    def know_host(self, name: str, address: str) -> None:
        """Teach the engine's own resolver a name of the hosts file, which it does not read."""
        with contextlib.suppress(pj.Error):
            pj.keeplineHostEntry(name, address)

    def allow_sources(self, sources: Iterable[str]) -> None:
        """Drop, unanswered, every request that comes from none of these ("192.0.2.1", "192.0.2.1:5060", "192.0.2.0/24")."""
        pj.keeplineAllowSources(pj.StringVector(sorted(sources)))
        pj.keeplineGuard(not self._sip.accept_unknown)

    def open_codec(self, sound: AlsaSound) -> Codec:
        """A line's card as a part of the bridge, before the line's own port; raises EngineUnusable."""
        return self._codecs.add(sound)

    def add_port(self, port: "pj.AudioMediaPort", gain_rx_db: float, gain_tx_db: float) -> None:
        """Take a line's port into the bridge. It is joined with a sink that goes nowhere, so that its samples are asked for even between calls."""
        self.set_gains(port, gain_rx_db, gain_tx_db)
        port.startTransmit(self._codecs.nowhere if self._codecs else self._endpoint.audDevManager().getPlaybackDevMedia())

    def set_gains(self, port: "pj.AudioMediaPort", gain_rx_db: float, gain_tx_db: float) -> None:
        """How loud the line hears and is heard."""
        port.adjustRxLevel(_factor(gain_tx_db))
        port.adjustTxLevel(_factor(gain_rx_db))

    def run_clock(self, *, wanted: bool, who: str = "lines") -> None:
        """Let samples flow, or rest: when nobody wants them (every handset on hook, no bell, no call without a line) the processor sleeps."""
        (self._clock_wanted.add if wanted else self._clock_wanted.discard)(who)
        if bool(self._clock_wanted) == self._clock_runs:
            return
        wanted = self._clock_runs = bool(self._clock_wanted)
        if wanted:
            self._start_clock()
        elif self._codecs:
            self._codecs.stop()
        else:
            self._endpoint.audDevManager().setNoDev()
        self.rearm()

    def _start_clock(self) -> None:
        """The first card is the clock; without one the engine's own. A card that fails must not take calls along that need no line."""
        try:
            if self._codecs:
                self._codecs.start()
                return
        except pj.Error as error:
            log.error("the sound card cannot be opened, the lines are silent: %s", explain(error))  # noqa: TRY400 (no traceback to the owner)
        self._endpoint.audDevManager().setNullDev()

    @property
    def xruns(self) -> tuple[int, int]:
        """Underruns and overruns of the sound cards since the start: each is a gap in the voice."""
        return self._codecs.underruns, self._codecs.overruns

    def door(self) -> dict[str, object]:
        """Who knocked in vain since the start: requests and connections of strangers, and packets that are no SIP."""
        return {
            "dropped": pj.keeplineGuardDropped(),
            "last_dropped": pj.keeplineGuardLastDropped(),
            "malformed": pj.keeplineMalformed(),
        }

    @property
    def version(self) -> str:
        return f"pjproject {self._endpoint.libVersion().full}"

    def close(self) -> None:
        """End the endpoint; every account, call and port must have been dropped before."""
        if self._timer:
            self._timer.cancel()
        self._loop.remove_reader(pj.keeplineEventFd())
        self._codecs.close()
        self._let_go()

    def _let_go(self) -> None:
        with contextlib.suppress(pj.Error):
            self._endpoint.libDestroy()
        del self._endpoint  # a process has one at a time


def _fmtp(name: str, value: str) -> "pj.CodecFmtp":
    made = pj.CodecFmtp()
    made.name, made.val = name, value
    return made


def _factor(gain_db: float) -> float:
    """The engine's level: 1.0 leaves samples as they are."""
    return float(10 ** (gain_db / 20))
