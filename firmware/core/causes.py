"""Why calls end: SIP status codes as what the listener hears and what the call log says.

Tones after a failed call follow ITU-T E.180 section 4 (busy, congestion, special information) by the meaning of the status in RFC 3261
section 21. Pure data; it does not know who speaks SIP.
"""

from firmware.core.actions import ToneName
from firmware.core.events import EndCause

_EXACT: dict[int, tuple[EndCause, str]] = {
    401: (EndCause.REFUSED, "the provider did not accept the password"),
    402: (EndCause.REFUSED, "the provider wants payment first"),
    403: (EndCause.REFUSED, "the provider does not allow this call"),
    404: (EndCause.UNOBTAINABLE, "the number does not exist"),
    407: (EndCause.REFUSED, "the provider did not accept the password"),
    408: (EndCause.CONGESTION, "the far end did not answer in time"),
    410: (EndCause.UNOBTAINABLE, "the number is no longer in use"),
    415: (EndCause.CONGESTION, "the far end speaks none of our codecs"),
    420: (EndCause.CONGESTION, "the far end cannot do what this account requires"),
    421: (EndCause.CONGESTION, "the far end requires what this account does not do"),
    480: (EndCause.CONGESTION, "the far end is not available now"),
    484: (EndCause.UNOBTAINABLE, "the number is incomplete"),
    486: (EndCause.BUSY, "busy"),
    487: (EndCause.CANCELLED, "cancelled"),
    488: (EndCause.CONGESTION, "the far end speaks none of our codecs"),
    500: (EndCause.CONGESTION, "the provider's server had an error"),
    502: (EndCause.CONGESTION, "the server could not be reached"),
    503: (EndCause.CONGESTION, "the provider's server is overloaded or not reachable"),
    504: (EndCause.CONGESTION, "the far network did not answer in time"),
    600: (EndCause.BUSY, "busy everywhere"),
    603: (EndCause.BUSY, "declined"),
    604: (EndCause.UNOBTAINABLE, "the number does not exist anywhere"),
    606: (EndCause.CONGESTION, "the far end speaks none of our codecs"),
}

_CLASSES: dict[int, tuple[EndCause, str]] = {
    2: (EndCause.CLEARED, "ended"),
    3: (EndCause.UNOBTAINABLE, "the number has moved"),
    4: (EndCause.CONGESTION, "the call was refused"),
    5: (EndCause.CONGESTION, "the provider's server failed"),
    6: (EndCause.BUSY, "the far end refused"),
}

TONE_BY_CAUSE: dict[EndCause, ToneName] = {
    EndCause.CLEARED: ToneName.BUSY,
    EndCause.BUSY: ToneName.BUSY,
    EndCause.CONGESTION: ToneName.CONGESTION,
    EndCause.UNOBTAINABLE: ToneName.SPECIAL,
    EndCause.REFUSED: ToneName.SPECIAL,
    EndCause.CANCELLED: ToneName.BUSY,
    EndCause.COMPLETED: ToneName.BUSY,
}


def cause_of(status: int) -> EndCause:
    """What the listener should hear about a call that ended with this SIP status."""
    return _entry(status)[0]


def words_of(status: int) -> str:
    """The same for the call log, in words, without the number."""
    return _entry(status)[1]


def _entry(status: int) -> tuple[EndCause, str]:
    unknown = (EndCause.CONGESTION, "the call failed")
    return _EXACT.get(status) or _CLASSES.get(status // 100) or unknown
