"""What can happen to uplinks (past tense), what is ordered about them (imperative), and what an uplink is. Frozen data; it decides nothing.

Every event carries `at_ms`, the monotonic clock. It may stop, or jump: `core.uplink` lives by what passed between two events.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["ethernet", "wifi", "cellular"]
Target = Literal["gateway", "internet-1", "internet-2", "provider", "dns", "portal"]
"""Whom a probe asks: the router, two hosts of the internet, the SIP provider, a name server, the page that tells a captive portal."""

BEYOND: tuple[Target, ...] = ("internet-1", "internet-2", "provider")
"""Whoever of these answers proves that the uplink leads somewhere."""


@dataclass(frozen=True)
class UplinkFacts:
    """One [[uplink]] of the settings. `cap_bytes`: the owner's limit for a month, 0 for none."""

    name: str
    kind: Kind = "ethernet"
    priority: int = 10
    metered: bool = False
    cap_bytes: int = 0
    standby_bytes: int = 5_000_000
    """What watching it may use in a month while it waits, where it is metered."""


@dataclass(frozen=True)
class LinkChanged:
    uplink: str
    up: bool
    address4: str = ""
    address6: str = ""
    gateway4: str = ""
    gateway6: str = ""
    at_ms: float = 0.0


@dataclass(frozen=True)
class ProbeAnswered:
    uplink: str
    target: Target
    rtt_ms: float
    at_ms: float = 0.0


@dataclass(frozen=True)
class ProbeFailed:
    """No answer in time, or the way was refused."""

    uplink: str
    target: Target
    at_ms: float = 0.0


@dataclass(frozen=True)
class PortalFound:
    """A login page answers in the name of others."""

    uplink: str
    at_ms: float = 0.0


@dataclass(frozen=True)
class ProviderApart:
    """The provider's addresses are known, and this uplink has none of their families."""

    uplink: str
    at_ms: float = 0.0


@dataclass(frozen=True)
class VoiceStalled:
    """No voice packet has come for `silent_ms`, although one should have: the far end neither holds nor pauses."""

    uplink: str
    silent_ms: float
    at_ms: float = 0.0


@dataclass(frozen=True)
class VoiceResumed:
    uplink: str
    at_ms: float = 0.0


@dataclass(frozen=True)
class VoiceMeasured:
    """The last seconds of a call, as RTP and RTCP tell them."""

    uplink: str
    loss_percent: float
    jitter_ms: float
    rtt_ms: float
    at_ms: float = 0.0


@dataclass(frozen=True)
class BytesCounted:
    """What a metered uplink has carried this month, how much of it while it only waited, and how long the month still lasts."""

    uplink: str
    month_bytes: int
    standby_bytes: int
    month_left_s: float
    at_ms: float = 0.0


@dataclass(frozen=True)
class CallStarted:
    """There is a call now, be it ringing."""

    at_ms: float = 0.0


@dataclass(frozen=True)
class CallsEnded:
    """There is none any more."""

    at_ms: float = 0.0


@dataclass(frozen=True)
class PinChanged:
    """The user wants this one; "" leaves the choice to us."""

    uplink: str
    at_ms: float = 0.0


@dataclass(frozen=True)
class TimePassed:
    at_ms: float = 0.0


HealthEvent = (
    LinkChanged
    | ProbeAnswered
    | ProbeFailed
    | PortalFound
    | ProviderApart
    | VoiceStalled
    | VoiceResumed
    | VoiceMeasured
    | TimePassed
)
"""What may change what an uplink is."""
Event = HealthEvent | BytesCounted | CallStarted | CallsEnded | PinChanged


@dataclass(frozen=True)
class UseUplink:
    """Move everything there, calls included; "" when no uplink works. Also ordered anew when the active one's address has changed."""

    uplink: str
    reason: str


@dataclass(frozen=True)
class ProbeEvery:
    """A round of probes each `ms`; 0: none. `sparing`: one target a round, in turn, for traffic costs."""

    uplink: str
    ms: int
    sparing: bool = False


@dataclass(frozen=True)
class WarnBudget:
    uplink: str
    words: str


Action = UseUplink | ProbeEvery | WarnBudget
