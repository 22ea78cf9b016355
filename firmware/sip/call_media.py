"""The sound of one call: codec, keys, figures, digits, and where it stands in the bridge. Half of `call.Call`, whose other half is SIP."""

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pjsua2 as pj

from firmware.settings.model import Account as AccountSettings
from firmware.sip.news import Quality
from firmware.sip.renegotiation import Terms
from firmware.sip.sdp import answerable, has_fingerprint, limit_codecs, offer_keys, readdress, speaks_of_connections

_SRTP_ACTIVE = re.compile(r"SRTP status: Active Crypto-suite: (\S+)")

_DTMF_MS = 100
"""Length of a digit sent as RFC 4733: Q.24 asks receivers to take 40 ms, slow gateways like more."""

_WITH_SOUND = frozenset({pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD})

_G711 = ("PCMA", "PCMU")

_FAX_DELAY_MS = 120
"""The jitter buffer of a fax: fixed, since a modem takes every slip for an error (V.152 section 6 asks for no jumps; the length is our choice)."""


_COMFORT_NOISE = 13
"""RFC 3389's static payload type."""

_SILENCE_BYTES = 3
"""A packet this small says that silence follows: Opus in DTX sends one or two bytes (RFC 6716 section 3.1 and 3.2.1), G.729 annex B two."""

_AGAIN, _AGAIN_PACE_S = 3, 0.01
"""Three packets and the next make the four in a row that Asterisk and pjmedia ask of a new source; Asterisk takes them no faster than 9 ms apart
(res_rtp_asterisk.c, CALC_LEARNING_MIN_DURATION)."""


@dataclass(frozen=True)
class Heard:
    """What comes from the far end: packets and losses since the stream began, how long ago the last came, jitter as RFC 3550 has it."""

    packets: int
    lost: int
    silent_ms: int
    jitter_ms: float
    announced: bool
    """The last packet said that silence follows."""


class CallMedia(pj.Call):  # type: ignore[misc]
    """What a call knows of its sound."""

    settings: AccountSettings
    codecs: tuple[str, ...] = ()
    """In this call's own order, where that is not the account's: it stays when the call moves."""
    keys_by_dtls = False
    """They belong to the sockets and addresses of both ends: who moves agrees on new ones (RFC 5763 section 6.6)."""
    renews_keys = False
    """The far end forgets them with every re-INVITE, so that there must be new ones then too."""
    outside: Callable[[], str] = staticmethod(lambda: "")
    """Our address as the far end may see it; empty where that is not known."""

    def sound(self) -> Any:
        """The call's place in the bridge; None while it has none: before the first answer, and held with a=inactive."""
        if self.isActive():
            info = self.getInfo()  # held: the media list lives inside it
            for media in info.media:
                if media.type == pj.PJMEDIA_TYPE_AUDIO and media.audioConfSlot >= 0:
                    return self.getAudioMedia(media.index)
        return None

    @staticmethod
    def has_sound(info: Any) -> bool:
        return any(media.status in _WITH_SOUND for media in info.media)

    @staticmethod
    def is_held(info: Any) -> bool:
        """Whether the far end does not listen: it holds us, whether or not we hold it too."""
        return any(
            media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
            or (media.status == pj.PJSUA_CALL_MEDIA_LOCAL_HOLD and media.dir == pj.PJMEDIA_DIR_NONE)
            for media in info.media
        )

    def send_digit(self, digit: str, method: int) -> bool:
        """Send a DTMF digit out of band; False where the far end takes none."""
        if method == pj.PJSUA_DTMF_METHOD_RFC2833 and self.getStreamInfo(0).audTxEventPt < 0:
            return False
        digits = pj.CallSendDtmfParam()
        digits.method, digits.digits, digits.duration = method, digit, _DTMF_MS
        self.sendDtmf(digits)
        return True

    def say_again(self) -> None:
        """Send the last packets once more, closer together than voice is: a far end that follows a new source after some in a row does so sooner."""
        if pj.keeplineSayAgain(self.getId(), _AGAIN):
            self._say_next()

    def _say_next(self) -> None:
        if pj.keeplineSayNext(self.getId()):
            asyncio.get_running_loop().call_later(_AGAIN_PACE_S, self._say_next)

    def measured(self) -> Quality | None:
        """RTCP figures so far; None while there is no media."""
        if not self.hasMedia():
            return None
        with contextlib.suppress(pj.Error):
            statistics = self.getStreamStat(0).rtcp
            received, sent = statistics.rxStat, statistics.txStat
            return Quality(
                rx_packets=received.pkt,
                rx_lost=received.loss,
                tx_packets=sent.pkt,
                jitter_ms=received.jitterUsec.mean / 1000,
                rtt_ms=statistics.rttUsec.mean / 1000,
                tx_lost=sent.loss if sent.updateCount else None,
                tx_jitter_ms=sent.jitterUsec.mean / 1000,
            )
        return None

    def heard(self) -> Heard | None:
        """Cheap enough to be asked often; None while there is no stream."""
        found = pj.keeplineHeard(self.getId())
        if not found:
            return None
        packets, silent_ms, size, payload_type, jitter_us, lost = found
        announced = payload_type == _COMFORT_NOISE or size <= _SILENCE_BYTES
        return Heard(packets, lost, silent_ms, jitter_us / 1000, announced)

    def codec(self) -> str:
        with contextlib.suppress(pj.Error):
            stream = self.getStreamInfo(0)
            return f"{stream.codecName}/{stream.codecClockRate}"
        return ""

    def srtp(self) -> str:
        """The crypto suite in use, "" without SRTP. The engine tells it only in its report for people."""
        with contextlib.suppress(pj.Error):
            found = _SRTP_ACTIVE.search(self.dump(True, ""))  # noqa: FBT003 (the engine's "with media")
            return found.group(1) if found else ""
        return ""

    @property
    def carries_fax(self) -> bool:
        """Whether the codec in use passes a modem's tones."""
        return self.codec().partition("/")[0] in _G711

    def learn_keeping(self, message: str) -> None:
        """Asterisk 22 without ICE begins DTLS anew whenever anything is agreed on, whatever it says; pjsua2 and baresip keep what they have, baresip
        for good. It alone of them writes a=connection."""
        if has_fingerprint(message):
            self.renews_keys = speaks_of_connections(message)

    def fix_delay(self, *, wanted: bool) -> None:
        """Hold the jitter buffer still, or let it follow the network again."""
        with contextlib.suppress(pj.Error):
            pj.keeplineFixDelay(self.getId(), _FAX_DELAY_MS if wanted else 0)

    def limit_offer(self, description: Any, remote: str, terms: Terms) -> None:
        """Leave the account's codecs in an offer or answer, in the owner's order, and say where our voice comes from: the engine's sockets stay
        what they are when a call moves, and with them what the engine would say."""
        codecs: tuple[str, ...] = self.codecs or self.settings.codecs
        if terms.fax:
            codecs = tuple(codec for codec in codecs if codec in _G711) or _G711
        limited = limit_codecs(description.wholeSdp, answerable(remote, codecs))
        self.keys_by_dtls = has_fingerprint(limited)
        # Asterisk answers a handshake where the description says, and nowhere else.
        address = (self.outside() if self.keys_by_dtls else "") or terms.address
        if terms.address:
            limited = readdress(offer_keys(limited, behind_nat=address != terms.address), address)
        if limited != description.wholeSdp:
            description.wholeSdp = limited
