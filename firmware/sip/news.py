"""What the agent tells the device: plain frozen data, in the past tense, with no engine object in it."""

from dataclasses import dataclass
from typing import Literal

from firmware.core.events import Caller
from firmware.core.registration import Registration


@dataclass(frozen=True)
class AccountChanged:
    """The registration of an account took a step; `reason` is for people, `expires_s` counts from now."""

    account: str
    registration: Registration
    reason: str
    expires_s: int = 0


@dataclass(frozen=True)
class CallArrived:
    """An INVITE that may ring. `called` is the user part it was sent to."""

    handle: str
    account: str
    caller: Caller
    called: str
    alert_info: str = ""
    """The ring the network asks for: the raw value of the first Alert-Info, to be read by `core.ringing`."""
    diverted_from: str = ""
    """The number that was called first, where the call was forwarded to us (Diversion, History-Info)."""


@dataclass(frozen=True)
class CallProgressed:
    """A provisional answer; `with_media` when the network's own sound is to be heard."""

    handle: str
    status: int
    with_media: bool


@dataclass(frozen=True)
class CallEstablished:
    handle: str


@dataclass(frozen=True)
class MediaChanged:
    """Sound was (re)negotiated. `held` when the far end does not listen."""

    handle: str
    codec: str
    srtp: str
    held: bool


@dataclass(frozen=True)
class DigitArrived:
    """The far end sent a DTMF digit (RFC 4733 or SIP INFO)."""

    handle: str
    digit: str


@dataclass(frozen=True)
class Quality:
    """RTP figures of one call, from the engine's RTCP session. Packets count both ways; times in milliseconds."""

    rx_packets: int = 0
    rx_lost: int = 0
    tx_packets: int = 0
    jitter_ms: float = 0.0
    rtt_ms: float = 0.0
    tx_lost: int | None = None
    """What the far end says it misses of ours; None before it says anything."""
    tx_jitter_ms: float = 0.0

    @property
    def loss_percent(self) -> float:
        expected = self.rx_packets + self.rx_lost
        return 100 * self.rx_lost / expected if expected else 0.0


@dataclass(frozen=True)
class CallOver:
    """The call is gone. `status` is the last SIP status; `by_us` when we ended it."""

    handle: str
    status: int
    by_us: bool
    quality: Quality
    reason: str = ""
    """Set where the status alone would mislead, such as a far end that fell silent."""


@dataclass(frozen=True)
class CallReplaced:
    """Another call takes the place of this one: a transfer by the far end, an INVITE with Replaces, or the same number called again by another
    uplink. The sound has moved already.

    `established`: it talks already, and no CallEstablished of it follows; otherwise its progress follows as of any call that was placed. `handle`
    itself ends soon after, with a CallOver that no longer concerns the line.
    """

    handle: str
    by_handle: str
    established: bool
    number: str
    """Whom the line talks to now; empty where nobody says."""


@dataclass(frozen=True)
class TransferDone:
    """How a transfer that we asked for ended. When `ok`, the agent ends what is left of the calls; otherwise they stand as they stood, on hold."""

    handle: str
    ok: bool
    status: int
    reason: str


@dataclass(frozen=True)
class MessagesWaiting:
    """What the provider's mailbox tells (RFC 3842): voice messages, where it counts them."""

    account: str
    waiting: bool
    new: int
    old: int


How = Literal["DS", "B", "A", "redial"]
"""How a call was taken to another uplink. DS: the same sockets, the far end told by a re-INVITE; B: new sockets as well; A: the same after the
registration had been answered; redial: a new call."""


@dataclass(frozen=True)
class CallMoved:
    """The call goes by `bearer` now, and the far end is heard there (or need not be: it is held). `ms` counts from the order to move."""

    handle: str
    bearer: str
    how: How
    ms: int


@dataclass(frozen=True)
class CallStranded:
    """The call could not be taken along. It is left as it is: the silence may end it, the next move may save it."""

    handle: str
    reason: str


@dataclass(frozen=True)
class VoiceStalled:
    """A far end that was sending has stopped, so suddenly that its uplink is to be suspected."""

    handle: str
    silent_ms: int


@dataclass(frozen=True)
class VoiceResumed:
    """Its packets come again."""

    handle: str


MoveNews = CallMoved | CallStranded | VoiceStalled | VoiceResumed
"""News of a call and the uplinks."""

CallNews = CallProgressed | CallEstablished | MediaChanged | DigitArrived | CallReplaced | TransferDone | CallOver | MoveNews
"""News of a call that is known already."""

News = AccountChanged | MessagesWaiting | CallArrived | CallNews
