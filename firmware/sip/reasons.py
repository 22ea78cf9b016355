"""Why a call is over or a registration failed, as a sentence, where the status alone would mislead. No state."""

import re
from typing import Any

import pjsua2 as pj

from firmware.settings.model import Account as AccountSettings
from firmware.sip.identity import headers_of, number_of

_NOT_ACCEPTABLE = {415, 488, 606}
"""What is said to a session description that cannot be taken."""


def why_over(event: Any, info: Any, settings: AccountSettings) -> str:
    """ "" where the status says enough."""
    return _why_unreachable(event, info) or _why_refused(settings, info)


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


def why_moved(target: str) -> str:
    """A 3xx names another number to call. It is not followed: whoever can answer a call could otherwise make this box call at its cost."""
    number = number_of(target)
    return f"the far end asks to call {number or 'another number'} instead, which is not done by itself: it could cost money"


def retry_after_s(message: str) -> int:
    """The Retry-After of an answer, which may carry a comment (RFC 3261 section 20.33); 0 where there is none."""
    seconds = re.match(r"\d{1,9}", headers_of(message).get("retry-after", ""))
    return int(seconds[0]) if seconds else 0


def plain(reason: str) -> str:
    """The engine's words within a sentence of ours, without its code."""
    text = reason.split("(PJ", maxsplit=1)[0].strip()
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
