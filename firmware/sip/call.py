"""One call as the engine sees it. Its callbacks become plain news; the engine's object stays in here and in the agent's registry.

It knows INVITE, REFER and the state of media; who hears whom, and which line a call belongs to, is the agent's affair.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Protocol

import pjsua2 as pj

from firmware.settings.model import Account as AccountSettings
from firmware.sip.call_media import CallMedia
from firmware.sip.engine import shielded
from firmware.sip.invite import Invite
from firmware.sip.news import CallEstablished, CallOver, CallProgressed, DigitArrived, MediaChanged, News, Quality, TransferDone
from firmware.sip.options import Header, call_options, one_stream
from firmware.sip.reasons import why_moved, why_over
from firmware.sip.renegotiation import REQUEST_PENDING, Renegotiation, Terms

log = logging.getLogger("keepline.sip")


class Ended(Enum):
    """Who ended a call."""

    NOT_YET = "not yet"
    BY_US = "by us"
    BY_SILENCE = "by silence"


class Transfer(Enum):
    """A transfer that we asked the far end for."""

    NONE = "none"
    ASKED = "asked"
    ACCEPTED = "accepted"


@dataclass
class _Progress:
    """What has been told already, so that nothing is told twice."""

    established: bool = False
    early_media: bool = False
    over: bool = False
    ended: Ended = Ended.NOT_YET
    reason: str = ""
    moved: int = 0
    """The 3xx that ended the call; the engine ends it with a status of its own."""
    quality: Quality = field(default_factory=Quality)
    media: MediaChanged | None = None
    transfer: Transfer = Transfer.NONE


class Judge(Protocol):
    """Who decides on what a far end asks for."""

    def refer(self, call: "Call", refer_to: str, source: str) -> "Call | int":
        """The call to be placed for a REFER from `source`, or the status to refuse it with."""

    def replace(self, call: "Call", source: str, message: str) -> "Call | int":
        """The call that an INVITE with Replaces becomes, or the status to refuse it with."""

    def replaced(self, call: "Call", successor: "Call") -> None:
        """That INVITE has been answered."""


class Call(CallMedia):
    """One INVITE dialog. Kept in the agent's registry until it is over: the engine hangs up a call nobody refers to."""

    def __init__(  # noqa: PLR0913, PLR0917 (what a call depends on)
        self,
        account: "pj.Account",
        handle: str,
        settings: AccountSettings,
        report: Callable[[News], None],
        judge: Judge,
        call_id: int = -1,
    ) -> None:
        super().__init__(account, call_id)
        self.handle = handle
        self.settings = settings
        self.engine_account = account
        self.talk = Renegotiation(caller=call_id < 0, has_login=bool(settings.password))
        self.far_number = ""
        """Whom a call that replaces this one would have to reach."""
        self.asked = Invite("")
        """How it was placed, if we placed it."""
        self.on_answer: Callable[[int], None] = lambda _status: None
        """Who hears of the answers to our re-INVITEs: 491 where we shall ask again."""
        self._report = report
        self._judge = judge
        self._progress = _Progress()
        self._refer_source = ""
        self._placed = call_id < 0
        self._is_sent = not self._placed

    def place(self, uri: str, headers: Iterable[Header] = (), from_uri: str = "") -> None:
        """Send the INVITE; raises pj.Error."""
        self._is_sent = True
        self.makeCall(uri, call_options(headers=headers, from_uri=from_uri))

    def ring(self) -> None:
        self.answer(call_options(180))

    def accept(self) -> None:
        self.answer(call_options(200))

    def redirect(self, headers: Iterable[Header]) -> None:
        """Refuse with 302, whose Contact is among the headers."""
        self._progress.ended = Ended.BY_US
        self.answer(call_options(302, headers))

    def end(self, status: int = 0, reason: str = "") -> None:
        """CANCEL, BYE or a final answer with `status`, whichever fits; an ended call is left alone."""
        self._progress.ended = Ended.BY_SILENCE if reason else Ended.BY_US
        self._progress.reason = reason
        if not self._is_sent and self.getId() < 0:
            self.fail(487, reason)
            return
        with contextlib.suppress(pj.Error):
            self.hangup(call_options(status))
        if reason:
            self._tell_over(self.getInfo())  # a far end that is gone will not answer our BYE

    def fail(self, status: int, reason: str) -> None:
        """It never came to an INVITE."""
        if not self._progress.over:
            self._progress.over = True
            by_us = self._progress.ended is Ended.BY_US
            self._report(CallOver(self.handle, status, by_us, self._progress.quality, reason))

    @property
    def established(self) -> bool:
        return self._progress.established

    def negotiate(self, wanted: Terms) -> None:
        """Let the far end know, as soon as that is possible."""
        self.talk.wanted = wanted
        if self._is_confirmed():
            self.talk.go_on(self._send_terms)

    def _send_terms(self, terms: Terms) -> None:
        options, told = call_options(), self.talk.told
        flags = 0
        if terms.address != told.address:
            flags |= pj.PJSUA_CALL_UPDATE_CONTACT | pj.PJSUA_CALL_UPDATE_VIA
        if terms.sockets != told.sockets or self.renews_keys:
            flags |= pj.PJSUA_CALL_REINIT_MEDIA
        if terms.held and not told.held:
            options.options = flags
            self.setHold(options)
        else:
            options.opt.flag |= flags | (0 if terms.held else pj.PJSUA_CALL_UNHOLD)
            self.reinvite(options)

    def move(self, address: str, *, new_sockets: bool = False) -> None:
        """Tell the far end at once that our voice comes from another address; a re-INVITE that is under way is given up."""
        self.talk.move(address, new_sockets=new_sockets)
        if self._is_confirmed():
            with contextlib.suppress(pj.Error):
                pj.keeplineEndOffers(self.getId())
            self.talk.go_on(self._send_terms)

    def follow(self, address: str) -> None:
        """The same before the call is established: what is left to say of it goes by the account's new transport."""
        self.talk.move(address, new_sockets=False)
        with contextlib.suppress(pj.Error):
            pj.keeplineMoveDialog(self.getId())

    def _is_confirmed(self) -> bool:
        return self.established and not self._progress.over

    @property
    def is_over(self) -> bool:
        return self._progress.over

    @property
    def is_placed(self) -> bool:
        """Whether we called."""
        return self._placed

    @property
    def is_quiet_by_right(self) -> bool:
        """Nobody is to be heard now: one end holds the other."""
        held = self._progress.media is not None and self._progress.media.held
        return held or self.talk.wanted.held or self.talk.told.held

    def transfer(self, uri: str) -> None:
        """Ask the far end to call somebody else (RFC 3515); raises pj.Error."""
        self.xfer(uri, pj.CallOpParam())
        self._progress.transfer = Transfer.ASKED

    def transfer_to(self, other: "Call") -> None:
        """Ask the far end to take the place of this box in another call (RFC 3891); raises pj.Error."""
        self.xferReplaces(other, pj.CallOpParam())
        self._progress.transfer = Transfer.ASKED

    def give_transfer_up(self, status: int, reason: str) -> None:
        """Nothing more is expected of a transfer, or its end is told."""
        if self._progress.transfer is not Transfer.NONE:
            self._progress.transfer = Transfer.NONE
            self._report(TransferDone(self.handle, status // 100 == 2, status, reason))

    def quality(self) -> Quality:
        """RTCP figures so far; the last known ones while there is no media (the engine logs every vain question)."""
        self._progress.quality = self.measured() or self._progress.quality
        return self._progress.quality

    @shielded
    def onCallState(self, prm: Any) -> None:
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            self._tell_progress(info)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED and not self._progress.established:
            self._tell_established(info)
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._progress.reason = self._progress.reason or why_over(prm.e, info, self.settings)
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
            self.talk.go_on(self._send_terms)
        elif self.settings.srtp == "required":
            self._progress.reason = "the far end does not encrypt its voice, and this account requires it"

    def _tell_over(self, info: Any) -> None:
        progress = self._progress
        self.talk.stop()
        if progress.transfer is Transfer.ACCEPTED and progress.ended is Ended.NOT_YET:
            self.give_transfer_up(200, "the far end left for the new call")
        self.give_transfer_up(487, "the call ended before the transfer was done")
        if not progress.over:
            progress.over = True
            by_us = progress.ended is Ended.BY_US
            self._report(CallOver(self.handle, progress.moved or info.lastStatusCode, by_us, progress.quality, progress.reason))

    @shielded
    def onCallMediaState(self, prm: Any) -> None:  # noqa: ARG002 (the engine's signature)
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            self._tell_progress(info)
        if info.state != pj.PJSIP_INV_STATE_DISCONNECTED and self.has_sound(info):
            self._progress.media = MediaChanged(self.handle, self.codec(), self.srtp(), self.is_held(info))
            self._report(self._progress.media)

    def look_at_media(self) -> None:
        """Tell of keys that came after the sound began: DTLS shakes hands on the media path, and no callback says when it has."""
        told = self._progress.media
        if told and told.srtp != self.srtp():
            self._progress.media = replace(told, srtp=self.srtp())
            self._report(self._progress.media)

    @shielded
    def onStreamDestroyed(self, prm: Any) -> None:  # noqa: ARG002 (the engine's signature)
        self.quality()

    @shielded
    def onCallSdpCreated(self, prm: Any) -> None:
        self.limit_offer(prm.sdp, prm.remSdp.wholeSdp, self.talk.wanted)

    @shielded
    def onDtmfDigit(self, prm: Any) -> None:
        self._report(DigitArrived(self.handle, prm.digit))

    @shielded
    def onCallTsxState(self, prm: Any) -> None:
        state = prm.e.body.tsxState
        if state.type == pj.PJSIP_EVENT_RX_MSG and state.tsx.method == "INVITE":
            self.learn_keeping(state.src.rdata.wholeMsg)
        if state.tsx.role == pj.PJSIP_ROLE_UAC and state.tsx.method == "INVITE" and self.established:
            if state.tsx.state >= pj.PJSIP_TSX_STATE_COMPLETED > state.prevState:
                self._take_answer(state.tsx.statusCode)
        elif state.tsx.method == "REFER" and state.tsx.state == pj.PJSIP_TSX_STATE_TRYING:
            self._refer_source = state.src.rdata.srcAddress

    def _take_answer(self, status: int) -> None:
        """The answer to a re-INVITE of ours. One that was given up is nobody's affair any more, nor is a challenge, which the engine answers."""
        is_ours = self.talk.is_under_way and not self.talk.is_challenge(status)
        told = REQUEST_PENDING if self.talk.is_pending(status) else status
        self.talk.answered(status, self._send_terms)
        if is_ours:
            self.on_answer(told)

    def onCallRedirected(self, prm: Any) -> int:
        self._take_redirection(prm)
        return int(pj.PJSIP_REDIRECT_STOP)

    @shielded
    def _take_redirection(self, prm: Any) -> None:
        self._progress.moved = prm.e.body.tsxState.tsx.statusCode
        self._progress.reason = why_moved(prm.targetUri)

    @shielded
    def onCallTransferStatus(self, prm: Any) -> None:
        prm.cont = not prm.finalNotify
        if prm.finalNotify or prm.statusCode >= 200:
            self.give_transfer_up(prm.statusCode, prm.reason)
        elif self._progress.transfer is Transfer.ASKED:
            self._progress.transfer = Transfer.ACCEPTED

    @shielded
    def onCallTransferRequest(self, prm: Any) -> None:
        prm.statusCode = 500  # what stands if the judgement fails
        verdict = self._judge.refer(self, prm.dstUri, self._refer_source)
        if isinstance(verdict, Call):
            one_stream(prm.opt)
            prm.statusCode, prm.newCall = pj.PJSIP_SC_ACCEPTED, verdict
        else:
            prm.statusCode = verdict

    @shielded
    def onCallReplaceRequest(self, prm: Any) -> None:
        prm.statusCode = 500  # same
        verdict = self._judge.replace(self, prm.rdata.srcAddress, prm.rdata.wholeMsg)
        if isinstance(verdict, Call):
            one_stream(prm.opt)
            prm.statusCode, prm.newCall = pj.PJSIP_SC_OK, verdict
        else:
            prm.statusCode = verdict

    @shielded
    def onCallReplaced(self, prm: Any) -> None:
        if isinstance(prm.newCall, Call):
            self._judge.replaced(self, prm.newCall)
        else:
            log.warning("the engine does not know the call that replaces %s", self.handle)
