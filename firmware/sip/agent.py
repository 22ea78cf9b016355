"""The SIP agent: accounts and calls behind plain method calls; everything that happens comes out as `news`.

The only door of this package. It runs on the deciding thread, names calls by handles of its own and keeps every engine object to itself.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Iterable, Sequence

import pjsua2 as pj

from firmware.core.registration import RegistrationPhase
from firmware.settings.model import Settings
from firmware.sip.account import Account
from firmware.sip.account_config import uri_of
from firmware.sip.accounts import Accounts
from firmware.sip.audio import LinePort
from firmware.sip.bearer import Bearer, Uplinks
from firmware.sip.call import Call
from firmware.sip.calls import Calls
from firmware.sip.desk import Desk
from firmware.sip.engine import Engine, explain
from firmware.sip.errors import CallImpossible
from firmware.sip.forks import Forks, arrival_of
from firmware.sip.identity import alert_info_of, called_of, caller_of, diverted_from_of
from firmware.sip.invite import Invite, diversion, sender_of
from firmware.sip.news import AccountChanged, CallArrived, MessagesWaiting, News, Quality
from firmware.sip.resolve import system_nameservers

log = logging.getLogger("keepline.sip")

_STOP_S = 3.0
"""How long a stop waits for the answers to BYE and unregistration; a dead server must not hold up a shutdown."""

MayTransfer = Callable[[str, str], str]
"""Asked at once when a far end wants to transfer us: the call's handle and the number; answers "" or the sentence why not."""


def refuse_transfers(_handle: str, _digits: str) -> str:
    return "this box takes no transfers"


class Agent:
    """Accounts, calls and their sound. Make it on the deciding thread; `report` gets all news, on that thread."""

    def __init__(
        self, settings: Settings, instance: str, report: Callable[[News], None], may_transfer: MayTransfer = refuse_transfers
    ) -> None:
        self.engine = Engine(settings, settings.sip.nameservers or system_nameservers())
        self._loop = asyncio.get_running_loop()
        self._report_outside = report
        self._numbers = itertools.count(1)
        self._quiet = asyncio.Event()
        self._desks: list[Desk] = []
        self._calls = Calls(self.engine, settings.sip.rtp_silence_s, self._take, may_transfer)
        self._accounts = Accounts(settings, instance, self.engine, self, self._calls.any_of)
        self._calls.accounts = self._accounts
        self._forks = Forks()
        self._uplinks = Uplinks()

    def start(self) -> None:
        self._accounts.start()

    def apply(self, settings: Settings) -> None:
        """Take accounts as they now stand: those that changed or went are unregistered, new ones start; calls go on."""
        self.engine.choose_codecs(settings)  # an account may be the first, or bring a codec no other had
        self._accounts.apply(settings)

    def use(self, active: Bearer | None, standby: Sequence[Bearer] = ()) -> None:
        """Send by this uplink from now on: registrations go there, and every live call. The routes must lead there already. None: there is no way
        out, so that calls stay as they are and accounts wait. Never called, the system's own routes decide."""
        before, self._uplinks = self._uplinks, Uplinks(managed=True, active=active, standby=tuple(standby))
        if active and (not before.managed or before.active != active):
            self.engine.use(active)
        moves = active != before.active and (active is None or not active.is_at(before.active))
        self._accounts.use(self._uplinks, moves=moves)
        if moves and active:
            self._calls.move(active)
        if moves:
            self._accounts.renew()
        self._calls.settle()

    def watch_voice(self, wanted: bool) -> None:  # noqa: FBT001 (it is watched or not)
        """Report far ends that fall silent all of a sudden (VoiceStalled, VoiceResumed)."""
        self._calls.voice.watch(wanted=wanted)

    # News of accounts (sip.account.Listener) and calls

    def account_news(self, news: AccountChanged | MessagesWaiting) -> None:
        self._accounts.allow_sources()
        self._quiet_check()
        if isinstance(news, AccountChanged) and news.registration.phase is RegistrationPhase.REGISTERED:
            self._loop.call_soon(self._calls.registered, news.account)
        self._report_outside(news)

    def invited(self, account: Account, call_id: int, message: str) -> None:
        if account.engine_account is None:
            return
        handle = f"in-{next(self._numbers)}"

        def take(news: News) -> None:
            (self._calls.take if handle in self._calls else self._forks.hear)(news)

        call = Call(account.engine_account, handle, account.settings, take, self._calls, call_id)
        arrival = arrival_of(account.settings.id, message, self._loop.time())
        second = account.has_second_contact_at(arrival.place)
        self._forks.take(handle, call, arrival, lambda: self._admit(call, message), gives_way=second)

    def _admit(self, call: Call, message: str) -> None:
        call.far_number = caller_of(message).number or ""
        call.asked = Invite(call.far_number)
        self._calls.add(call, called_of(message))
        self._report_outside(
            CallArrived(
                call.handle,
                call.settings.id,
                caller_of(message),
                called_of(message),
                alert_info_of(message),
                diverted_from_of(message),
            )
        )

    def _take(self, news: News) -> None:
        self._quiet_check()
        self._forks.hear(news)
        self._report_outside(news)

    # Orders for one call

    def place(self, handle: str, account_name: str, invite: Invite | str, port: LinePort | None = None) -> None:
        """Send an INVITE; raises CallImpossible with the status and the sentence for it."""
        invite = Invite(invite) if isinstance(invite, str) else invite
        account = self._accounts.ready(account_name)
        call = Call(account.engine_account, handle, account.settings, self._calls.take, self._calls)
        call.far_number, call.asked = invite.digits, invite
        self._calls.add(call, invite.digits)
        if port is not None:
            self._calls.bay.join(handle, port)
        sender = sender_of(account.settings, invite)
        try:
            call.place(uri_of(account.settings, invite.digits), sender.headers, sender.from_uri)
        except pj.Error as error:
            self._calls.remove(handle)
            raise CallImpossible(503, explain(error)) from error
        finally:
            self._calls.settle()

    def ring(self, handle: str, port: LinePort | None = None) -> None:
        """Tell the caller that the bell rings."""
        if port is not None:
            self.attach(handle, port)
        self._order(handle, Call.ring)

    def answer(self, handle: str, place: LinePort | Desk | None = None) -> None:
        """Take the call, on a line or a desk."""
        if place is not None:
            self._calls.bay.leave(handle)
            self.attach(handle, place)
        self._order(handle, Call.accept)

    def end(self, handle: str, status: int = 0, reason: str = "") -> None:
        """Hang up, cancel or refuse; a call that is over already is left alone."""
        self._order(handle, lambda call: call.end(status, reason))

    def redirect(self, handle: str, digits: str, reason: str = "unconditional") -> None:
        """Let the account's server call `digits` instead (302); `reason` is a word of RFC 5806 section 5."""

        def order(call: Call) -> None:
            contact = ("Contact", f"<{uri_of(call.settings, digits)}>")
            call.redirect([contact, diversion(call.settings, self._calls.number_of(handle), reason)])

        self._order(handle, order)

    def hold(self, handle: str) -> None:
        """Part the call from everybody, let it hear the music, and tell the far end."""
        self._calls.hold(handle)

    def resume(self, handle: str, port: LinePort | Desk) -> None:
        """Take a call back from hold."""
        self._calls.resume(handle, port)

    def transfer(self, handle: str, digits: str) -> None:
        """Ask the far end to call somebody else in our place; TransferDone follows."""
        self._calls.transfer(handle, lambda call: call.transfer(f"<{uri_of(call.settings, digits)}>"))

    def transfer_to(self, handle: str, other: str) -> None:
        """Join the far ends of two calls without us; TransferDone follows."""
        self._calls.transfer(handle, lambda call: call.transfer_to(self._calls[other]), other)

    def send_digit(self, handle: str, digit: str, method: str) -> bool:
        """Send a digit out of band; False when the far end takes none that way."""
        with contextlib.suppress(pj.Error, KeyError):
            info = pj.PJSUA_DTMF_METHOD_SIP_INFO if method == "info" else pj.PJSUA_DTMF_METHOD_RFC2833
            return self._calls[handle].send_digit(digit, info)
        return False

    def set_fax(self, handle: str, on: bool) -> None:  # noqa: FBT001 (a call carries a fax or not)
        """Let a fax pass: G.711, and a jitter buffer that stands still. Off lets the buffer follow the network again; the codec stays."""
        self._calls.set_fax(handle, wanted=on)

    def call_id(self, handle: str) -> str:
        """SIP's Call-ID; "" while there is none."""
        with contextlib.suppress(pj.Error, KeyError):
            return str(self._calls[handle].getInfo().callIdString)
        return ""

    @property
    def uplinks(self) -> Uplinks:
        """What calls and registrations may be sent by now."""
        return self._uplinks

    def quality(self, handle: str) -> Quality:
        return self._calls[handle].quality() if handle in self._calls else Quality()

    def _order(self, handle: str, order: Callable[[Call], None]) -> None:
        if handle not in self._calls:
            return
        try:
            order(self._calls[handle])
        except pj.Error as error:
            log.info("the engine refused an order: %s", explain(error))
        self._calls.settle()

    # Who hears whom

    def attach(self, handle: str, place: LinePort | Desk) -> None:
        """Let a call and a line, or a desk, hear each other."""
        if handle in self._calls:
            self._calls.bay.join(handle, place)
            self._calls.settle()

    def detach(self, handle: str) -> None:
        """Let a call hear nobody and be heard by nobody."""
        self._calls.bay.leave(handle)
        self._calls.settle()

    def join(self, handles: Iterable[str], port: LinePort) -> None:
        """A conference: everybody hears everybody else."""
        known = [handle for handle in handles if handle in self._calls]
        for handle in known:
            self._calls.resume(handle, port)
        for one, other in itertools.combinations(known, 2):
            self._calls.bay.join(one, other)
        self._calls.settle()

    def split(self, handles: Iterable[str]) -> None:
        """End the conference: these calls hear each other no more; the line still hears each of them."""
        for one, other in itertools.combinations(handles, 2):
            self._calls.bay.part(one, other)
        self._calls.settle()

    def bridge(self, one: str, other: str) -> None:
        """Let two calls talk through this box, with no line."""
        for handle in (one, other):
            self._calls.free(handle)
        self._calls.bay.join(one, other)
        self._calls.settle()

    def open_desk(self, name: str) -> Desk:
        desk = Desk(name, self._post)
        self._desks.append(desk)
        return desk

    def close_desk(self, desk: Desk) -> None:
        """Take it out of the bridge; whoever it talked to hears nothing."""
        if desk in self._desks:
            self._desks.remove(desk)
            self._calls.bay.leave(desk)
            desk.close()
            self._calls.settle()

    def connect(self, port: LinePort, desk: Desk) -> None:
        """Let a line talk to a desk: the handset at its own mailbox."""
        self._calls.bay.join(port, desk)
        self._calls.settle()

    def disconnect(self, port: LinePort) -> None:
        """Take a line off every desk and call."""
        self._calls.bay.leave(port)
        self._calls.settle()

    def _post(self, action: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(action)

    # The end

    def _quiet_check(self) -> None:
        (self._quiet.set if self._accounts.are_gone and not len(self._calls) else self._quiet.clear)()

    async def stop(self) -> None:
        """Hang up, unregister, wait a little for the answers, and let every call and account go. `close` follows."""
        self._calls.end_all()
        self._accounts.stop()
        self._quiet_check()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), _STOP_S)
        for desk in list(self._desks):
            self.close_desk(desk)
        self._accounts.drop()
        self._calls.clear()
        self._forks.clear()
        self.engine.run_clock(wanted=False)

    def close(self) -> None:
        """End the engine. Its ports must have been let go: what belongs to it and outlives it crashes the process."""
        self.engine.close()
