"""One call as the engine sees it. Its callbacks become plain news; the engine's object stays in here and in the agent's registry.

It knows INVITE, media and RTCP; which line a call belongs to is the agent's affair.
"""

import contextlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import pjsua2 as pj

from firmware.settings.model import Account as AccountSettings
from firmware.sip.audio import LinePort
from firmware.sip.engine import shielded
from firmware.sip.news import CallEstablished, CallOver, CallProgressed, DigitArrived, MediaChanged, News, Quality
from firmware.sip.sdp import answerable, limit_codecs

log = logging.getLogger("keepline.sip")

_SRTP_ACTIVE = re.compile(r"SRTP status: Active Crypto-suite: (\S+)")

_NOT_ACCEPTABLE = {415, 488, 606}
"""What is said to a session description that cannot be taken."""

_DTMF_MS = 100
"""Length of a digit sent as RFC 4733: Q.24 asks receivers to take 40 ms, slow gateways like more."""


class Ended(Enum):
    """Who ended a call."""

    NOT_YET = "not yet"
    BY_US = "by us"
    BY_SILENCE = "by silence"


@dataclass
class _Progress:
    """What has been told already, so that nothing is told twice."""

    established: bool = False
    early_media: bool = False
    over: bool = False
    ended: Ended = Ended.NOT_YET
    reason: str = ""
    quality: Quality = field(default_factory=Quality)
    media: MediaChanged | None = None


class Call(pj.Call):  # type: ignore[misc]
    """One INVITE dialog. Kept in the agent's registry until it is over: the engine hangs up a call nobody refers to."""

    def __init__(
        self, account: "pj.Account", handle: str, settings: AccountSettings, report: Callable[[News], None], call_id: int = -1
    ) -> None:
        super().__init__(account, call_id)
        self.handle = handle
        self.settings = settings
        self._report = report
        self._port: LinePort | None = None
        self._progress = _Progress()

    def place(self, uri: str) -> None:
        """Send the INVITE; raises pj.Error."""
        self.makeCall(uri, _options())

    def ring(self) -> None:
        self.answer(_options(180))

    def accept(self) -> None:
        self.answer(_options(200))

    def end(self, status: int = 0, reason: str = "") -> None:
        """CANCEL, BYE or a final answer with `status`, whichever fits; an ended call is left alone."""
        self._progress.ended = Ended.BY_SILENCE if reason else Ended.BY_US
        self._progress.reason = reason
        with contextlib.suppress(pj.Error):
            self.hangup(_options(status))
        if reason:
            self._tell_over(self.getInfo())  # a far end that is gone will not answer our BYE

    @property
    def established(self) -> bool:
        return self._progress.established

    def attach(self, port: LinePort) -> None:
        """Join the call's sound with a line, now if there is sound already."""
        self._port = port
        if self.isActive():
            self._join()

    def send_digit(self, digit: str, method: int) -> bool:
        """Send a DTMF digit out of band; False where the far end takes none."""
        if method == pj.PJSUA_DTMF_METHOD_RFC2833 and self.getStreamInfo(0).audTxEventPt < 0:
            return False
        digits = pj.CallSendDtmfParam()
        digits.method, digits.digits, digits.duration = method, digit, _DTMF_MS
        self.sendDtmf(digits)
        return True

    def quality(self) -> Quality:
        """RTCP figures so far; the last known ones while there is no media (the engine logs every vain question)."""
        if not self.hasMedia():
            return self._progress.quality
        with contextlib.suppress(pj.Error):
            statistics = self.getStreamStat(0).rtcp
            received = statistics.rxStat
            self._progress.quality = Quality(
                rx_packets=received.pkt,
                rx_lost=received.loss,
                tx_packets=statistics.txStat.pkt,
                jitter_ms=received.jitterUsec.mean / 1000,
                rtt_ms=statistics.rttUsec.mean / 1000,
            )
        return self._progress.quality

    @shielded
    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            self._tell_progress(info)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED and not self._progress.established:
            self._tell_established(info)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._progress.reason = self._progress.reason or _why_unreachable(prm.e, info) or _why_refused(self.settings, info)
            self._tell_over(info)

    def _tell_progress(self, info: Any) -> None:
        with_media = any(media.status == pj.PJSUA_CALL_MEDIA_ACTIVE for media in info.media)
        if not self._progress.early_media:
            self._progress.early_media = with_media
            self._report(CallProgressed(self.handle, info.lastStatusCode, with_media))

    def _tell_established(self, info: Any) -> None:
        """An answer whose media the engine cannot take is no conversation; the engine ends such a call itself."""
        if any(media.status not in {pj.PJSUA_CALL_MEDIA_NONE, pj.PJSUA_CALL_MEDIA_ERROR} for media in info.media):
            self._progress.established = True
            self._report(CallEstablished(self.handle))
        elif self.settings.srtp == "required":
            self._progress.reason = "the far end does not encrypt its voice, and this account requires it"

    def _tell_over(self, info: Any) -> None:
        progress = self._progress
        self._port = None
        if not progress.over:
            progress.over = True
            by_us = progress.ended is Ended.BY_US
            self._report(CallOver(self.handle, info.lastStatusCode, by_us, progress.quality, progress.reason))

    @shielded
    def onCallMediaState(self, prm: Any) -> None:  # noqa: ARG002 (the engine's signature)
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            self._tell_progress(info)
        if info.state != pj.PJSIP_INV_STATE_DISCONNECTED:
            self._join()
            self._tell_media(info)

    def _join(self) -> None:
        """Connect both ways what is active; the engine drops connections of a restarted stream by itself."""
        info = self.getInfo()  # held: the media list lives inside it
        for media in info.media:
            # Held with a=inactive there is no stream, and so nothing to join.
            if self._port and media.type == pj.PJMEDIA_TYPE_AUDIO and media.audioConfSlot >= 0:
                audio = self.getAudioMedia(media.index)
                audio.startTransmit(self._port)
                self._port.startTransmit(audio)

    def _tell_media(self, info: Any) -> None:
        active = {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD}
        if any(media.status in active for media in info.media):
            held = any(media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD for media in info.media)
            self._progress.media = MediaChanged(self.handle, self._codec(), self._srtp(), held)
            self._report(self._progress.media)

    def look_at_media(self) -> None:
        """Tell of keys that came after the sound began: DTLS shakes hands on the media path, and no callback says when it has."""
        told = self._progress.media
        if told and told.srtp != self._srtp():
            self._progress.media = replace(told, srtp=self._srtp())
            self._report(self._progress.media)

    def _codec(self) -> str:
        with contextlib.suppress(pj.Error):
            stream = self.getStreamInfo(0)
            return f"{stream.codecName}/{stream.codecClockRate}"
        return ""

    def _srtp(self) -> str:
        """The crypto suite in use, "" without SRTP. The engine tells it only in its report for people."""
        with contextlib.suppress(pj.Error):
            found = _SRTP_ACTIVE.search(self.dump(True, ""))  # noqa: FBT003 (the engine's "with media")
            return found.group(1) if found else ""
        return ""

    @shielded
    def onStreamDestroyed(self, prm: Any) -> None:  # noqa: ARG002 (the engine's signature)
        self.quality()

    @shielded
    def onCallSdpCreated(self, prm: Any) -> None:
        whole = prm.sdp.wholeSdp
        limited = limit_codecs(whole, answerable(prm.remSdp.wholeSdp, self.settings.codecs))
        if limited != whole:
            prm.sdp.wholeSdp = limited

    @shielded
    def onDtmfDigit(self, prm: Any) -> None:
        self._report(DigitArrived(self.handle, prm.digit))


def _why_unreachable(event: Any, info: Any) -> str:
    """A sentence where the status is the engine's own because nobody answered; "" where the far end said it."""
    if event.type != pj.PJSIP_EVENT_TSX_STATE:
        return ""
    match event.body.tsxState.type:
        case pj.PJSIP_EVENT_TRANSPORT_ERROR:
            return f"the server could not be reached: {info.lastReason}"
        case pj.PJSIP_EVENT_TIMER if info.lastStatusCode == 408:
            return "the server did not answer"
    return ""


def _why_refused(settings: AccountSettings, info: Any) -> str:
    """A sentence where encryption may be what was not acceptable, for an offer that leaves no choice; a refusal does not say which (RFC 3261
    section 21.4.26)."""
    only_encrypted = settings.srtp == "required" or (settings.srtp, settings.srtp_keys) == ("optional", "dtls")
    if info.role == pj.PJSIP_ROLE_UAC and only_encrypted and info.lastStatusCode in _NOT_ACCEPTABLE:
        return "the far end does not take encrypted voice as this account offers it, or speaks none of our codecs"
    return ""


def _options(status: int = 0) -> "pj.CallOpParam":
    options = pj.CallOpParam(True)  # noqa: FBT003 (the engine's default setting)
    options.statusCode = status
    options.opt.audioCount = 1
    options.opt.videoCount = 0
    options.opt.textCount = 0
    return options
