"""The engine's account: passes its callbacks on to whoever keeps it. No state, no decision."""

from typing import Any, Protocol

import pjsua2 as pj

from firmware.sip.engine import shielded


class Owner(Protocol):
    """What is told of an account."""

    def on_answer(self, code: int, reason: str, expires_s: int, source: str, message: str) -> None: ...
    def on_summary(self, message: str, source: str, *, subscribed: bool) -> None: ...
    def on_invited(self, call_id: int, message: str) -> None: ...


class EngineAccount(pj.Account):  # type: ignore[misc]
    """One of them."""

    def __init__(self, owner: Owner) -> None:
        super().__init__()
        self._owner = owner

    @shielded
    def onRegState(self, prm: Any) -> None:
        self._owner.on_answer(prm.code, prm.reason, prm.expiration, str(prm.rdata.srcAddress), str(prm.rdata.wholeMsg))

    @shielded
    def onIncomingCall(self, prm: Any) -> None:
        self._owner.on_invited(prm.callId, prm.rdata.wholeMsg)

    @shielded
    def onMwiInfo(self, prm: Any) -> None:
        subscribed = prm.state != pj.PJSIP_EVSUB_STATE_NULL
        self._owner.on_summary(str(prm.rdata.wholeMsg), str(prm.rdata.srcAddress), subscribed=subscribed)
