"""The agent's calls: the registry that keeps their objects alive, holding and transferring, and calls that take the place of others.

It works on handles and moves sound by the patch bay; what the device should know goes out as news. Accounts are `sip.accounts`.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pjsua2 as pj

from firmware.settings.model import Account as AccountSettings
from firmware.sip.account import Account
from firmware.sip.accounts import Accounts
from firmware.sip.audio import LinePort
from firmware.sip.bearer import Bearer, is_on_this_machine
from firmware.sip.call import Call
from firmware.sip.desk import Desk
from firmware.sip.engine import Engine, explain
from firmware.sip.handovers import Handovers
from firmware.sip.hold_music import hold_music
from firmware.sip.identity import caller_of
from firmware.sip.media_watch import MediaWatch
from firmware.sip.news import CallEstablished, CallOver, CallReplaced, MediaChanged, News, TransferDone
from firmware.sip.outside import outside
from firmware.sip.patch_bay import PatchBay
from firmware.sip.referral import address_of, is_among, target_of
from firmware.sip.renegotiation import Terms
from firmware.sip.successions import Successions, still_to_tell
from firmware.sip.voice_watch import VoiceWatch

log = logging.getLogger("keepline.sip")

_LET_GO_S = 1.0
_TRANSFER_S = 60.0
"""A transfer whose end nobody tells is given up: longer than a telephone rings, as RFC 3515's subscriptions commonly last."""
_GOODBYE_S = 2.0
"""The far end that transferred us hangs up itself once it knows of the success; one that does not is hung up on."""

_FORBIDDEN, _GONE = 403, 481


class Calls(Mapping[str, Call]):
    """All calls that are not over. `take` is what calls report to; `report` gets what the device should know."""

    accounts: Accounts

    def __init__(
        self, engine: Engine, silence_s: int, report: Callable[[News], None], may_transfer: Callable[[str, str], str]
    ) -> None:
        self._engine = engine
        self._report = report
        self._may_transfer = may_transfer
        self._calls: dict[str, Call] = {}
        self._ending: dict[str, Call] = {}
        self._digits: dict[str, str] = {}
        self._transfers: dict[str, tuple[str, asyncio.TimerHandle]] = {}
        self._numbers = itertools.count(1)
        self._successions = Successions()
        self._music: pj.ToneGenerator | None = None
        self.bay = PatchBay(lambda handle: self._calls[handle].sound() if handle in self._calls else None)
        silent = f"no voice came from the far end for {silence_s} s"
        self._watch = MediaWatch(self._calls, silence_s, lambda handle: self._calls[handle].end(reason=silent))
        self._handovers = Handovers(self, report)
        self.voice = VoiceWatch(self._calls, report)

    def __getitem__(self, handle: str) -> Call:
        return self._calls[handle]

    def __iter__(self) -> Iterator[str]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def number_of(self, handle: str) -> str:
        """The number that was called."""
        return self._digits.get(handle, "")

    def any_of(self, settings: AccountSettings) -> bool:
        return any(call.settings is settings for call in (*self._calls.values(), *self._ending.values()))

    def add(self, call: Call, digits: str) -> None:
        """A call begins; its voice comes from where its account sends."""
        account = self.account_of(call)
        if account:
            call.talk.start_from(account.local_address)
            call.codecs = account.codecs
            call.outside = lambda: outside(account)
        self._calls[call.handle] = call
        self._digits[call.handle] = digits

    def remove(self, handle: str) -> None:
        """Forget a call that never began."""
        self.bay.forget(handle)
        self._digits.pop(handle, None)
        self._calls.pop(handle, None)

    def settle(self) -> None:
        """After every order: the engine may have set a nearer timer, and samples must flow while anybody listens."""
        self._engine.run_clock(wanted=self.bay.in_use, who="calls")
        self._engine.rearm()

    # Orders

    def hold(self, handle: str) -> None:
        if handle not in self._calls:
            return
        self.bay.leave(handle)
        self._music = self._music or hold_music()
        self.bay.hear(self._music, handle)
        self._negotiate(handle, replace(self._calls[handle].talk.wanted, held=True))

    def resume(self, handle: str, place: LinePort | Desk) -> None:
        if handle in self._calls:
            self.free(handle)
            self.bay.join(handle, place)
            self.settle()

    def free(self, handle: str) -> None:
        """Take a call out of whatever it is in, hold included."""
        if handle in self._calls:
            self.bay.leave(handle)
            self._negotiate(handle, replace(self._calls[handle].talk.wanted, held=False))

    def set_fax(self, handle: str, *, wanted: bool) -> None:
        if handle not in self._calls:
            return
        call = self._calls[handle]
        if call.carries_fax:
            call.talk.told = replace(call.talk.told, fax=wanted)
        self._negotiate(handle, replace(call.talk.wanted, fax=wanted))
        call.fix_delay(wanted=wanted)

    def _negotiate(self, handle: str, wanted: Terms) -> None:
        self._calls[handle].negotiate(wanted)
        self.settle()

    def transfer(self, handle: str, order: Callable[[Call], None], other: str = "") -> None:
        """`other` is the call whose far end is transferred to, in an attended transfer."""
        loop = asyncio.get_running_loop()
        if handle not in self._calls or (other and other not in self._calls):
            loop.call_soon(self._report, TransferDone(handle, ok=False, status=_GONE, reason="the call is over"))
            return
        try:
            order(self._calls[handle])
        except pj.Error as error:
            loop.call_soon(self._report, TransferDone(handle, ok=False, status=500, reason=explain(error)))
        else:
            timer = loop.call_later(_TRANSFER_S, self._calls[handle].give_transfer_up, 408, "nobody said how the transfer went")
            self._transfers[handle] = (other, timer)
        self.settle()

    def end_all(self) -> None:
        for call in list(self._calls.values()):
            call.end()
        self.settle()

    def clear(self) -> None:
        """Let everything go; before the engine closes."""
        self._watch.stop()
        self.voice.watch(wanted=False)
        self._handovers.stop()
        for _, timer in self._transfers.values():
            timer.cancel()
        for call in self._calls.values():
            call.talk.stop()
        self.bay.clear()
        self._calls.clear()
        self._ending.clear()
        self._music = None
        self.settle()

    # Uplinks

    def move(self, bearer: Bearer) -> None:
        """Take every call to the uplink that the accounts have been moved to."""
        for call in list(self._calls.values()):
            account = self.account_of(call)
            here = account is not None and is_on_this_machine(account.local_address)
            if account and account.local_address and not here and not self._successions.predecessor_of(call.handle):
                self._handovers.move(call, bearer.name, account.local_address)
        self.settle()

    def registered(self, account_id: str) -> None:
        """An account is registered by the uplink in use."""
        for call in self._calls.values():
            if call.settings.id == account_id and (account := self.account_of(call)):
                self._handovers.registered(account)
                return

    def account_of(self, call: Call) -> Account | None:
        return self.accounts.of(call.settings)

    def make_heir(self, call: Call, handle: str, number: str) -> Call:
        """A call that is to reach the same far end in this one's place."""
        return self._heir(call, handle, number)

    def succeed(self, handle: str) -> None:
        """Its heir takes over, before it is answered."""
        self._succeed(handle, established=False)

    # News of calls

    def take(self, news: News) -> None:
        """A call's news; its object may only be let go after its own callback has returned."""
        match news:
            case CallOver():
                self._take_over(news)
                return
            case MediaChanged():
                self._take_media(news)
            case TransferDone():
                self._take_transfer(news)
            case CallEstablished() if (predecessor := self._successions.predecessor_of(news.handle)) in self._calls:
                self._succeed(predecessor, established=True)
                return
            case CallEstablished(handle):
                self._handovers.established(handle)
        if not self._successions.keep(news):
            self._report(news)

    def _take_over(self, news: CallOver) -> None:
        handle = news.handle
        loop = asyncio.get_running_loop()
        heir = self._successions.heir_of(handle)
        if heir and news.by_us:
            loop.call_soon(self._part_with, heir)  # who hung up wants no other call either
        elif heir:
            self._succeed(handle, established=False)
        if handle in self._calls:
            self._ending[handle] = self._calls.pop(handle)
        self.bay.forget(handle)
        self._digits.pop(handle, None)
        self._watch.forget(handle)
        self.voice.forget(handle)
        self._handovers.forget(handle)
        loop.call_soon(self._let_go, handle)
        loop.call_soon(self.settle)
        if self._successions.predecessor_of(handle):
            self._successions.fail(handle)
        else:
            self._report(news)

    def _take_media(self, news: MediaChanged) -> None:
        self.bay.renew(news.handle)
        self._watch.changed(news.handle, held=news.held)
        self.voice.changed(news.handle)
        call = self._calls.get(news.handle)
        if call and call.talk.wanted.fax:
            call.fix_delay(wanted=True)

    def _take_transfer(self, news: TransferDone) -> None:
        other, timer = self._transfers.pop(news.handle, ("", None))
        if timer:
            timer.cancel()
        if news.ok:
            asyncio.get_running_loop().call_soon(self._part_with, news.handle, other)

    def _part_with(self, *handles: str) -> None:
        """Hang up what a transfer has left."""
        for handle in handles:
            if handle in self._calls:
                self._calls[handle].end()
        self.settle()

    def _let_go(self, handle: str) -> None:
        """The last reference ends here, outside of any engine callback, and not while a BYE still waits for its answer."""
        if handle in self._ending and self._ending[handle].isActive():
            asyncio.get_running_loop().call_later(_LET_GO_S, self._let_go, handle)
        else:
            self._ending.pop(handle, None)

    # What far ends ask for (sip.call.Judge)

    def refer(self, call: Call, refer_to: str, source: str) -> Call | int:
        target, account = target_of(refer_to), self.accounts.of(call.settings)
        if account is None or not is_among(address_of(source), account.sources):
            return self._refused(call, "the request to transfer did not come from the account's server")
        if target is None or not (target.host in account.hosts or is_among(target.host, account.sources)):
            return self._refused(call, "the target of the transfer is not at the account's server")
        if not call.established or self._successions.heir_of(call.handle):
            return self._refused(call, "a call cannot be transferred now")
        if call.settings.anonymous:  # the engine would place the call by the account's own name
            return self._refused(call, "an account that hides its number takes no transfers")
        reason = self._may_transfer(call.handle, target.digits)
        if reason:
            return self._refused(call, reason)
        heir = self._heir(call, f"ref-{next(self._numbers)}", target.digits)
        asyncio.get_running_loop().call_soon(self._look_for, heir.handle)
        return heir

    def replace(self, call: Call, source: str, message: str) -> Call | int:
        account = self.accounts.of(call.settings)
        if account is None or not is_among(address_of(source), account.sources):
            return self._refused(call, "the request to replace a call did not come from the account's server")
        if self._successions.heir_of(call.handle):
            return self._refused(call, "the call is being transferred")
        return self._heir(call, f"rep-{next(self._numbers)}", caller_of(message).number or "")

    def replaced(self, call: Call, successor: Call) -> None:
        if self._successions.heir_of(call.handle) == successor.handle:
            self._succeed(call.handle, established=True)

    def _refused(self, call: Call, reason: str) -> int:
        log.warning("%s: %s", call.handle, reason)
        return _FORBIDDEN

    def _heir(self, call: Call, handle: str, digits: str) -> Call:
        heir = Call(call.engine_account, handle, call.settings, self.take, self)
        heir.far_number, heir.asked = digits, replace(call.asked, digits=digits)
        self.add(heir, digits)
        self._successions.expect(call.handle, handle, digits)
        return heir

    def _look_for(self, handle: str) -> None:
        """A call for a REFER that the engine could not place has no callback to say so."""
        if handle in self._calls and self._calls[handle].getId() < 0:
            self._successions.fail(handle)
            self.remove(handle)

    def _succeed(self, handle: str, *, established: bool) -> None:
        """Let the call in waiting take the place of this one."""
        heir, number, held_back = self._successions.succeed(handle)
        self.bay.hand_over(handle, heir)
        self._report(CallReplaced(handle, heir, established, number))
        for news in still_to_tell(held_back) if established else held_back:
            self._report(news)
        if handle in self._calls:
            wanted = self._calls[handle].talk.wanted
            self._calls[heir].negotiate(replace(self._calls[heir].talk.wanted, held=wanted.held, fax=wanted.fax))
        loop = asyncio.get_running_loop()
        loop.call_later(_GOODBYE_S, self._part_with, handle)
        loop.call_soon(self.settle)
