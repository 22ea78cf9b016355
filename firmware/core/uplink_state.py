"""What is known of each uplink and of the choice between them, and the rules of the policy with the reason for each figure. Data only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from firmware.core.quality import Path
from firmware.core.uplink_events import LinkChanged, ProbeEvery, Target, UplinkFacts

NEVER = float("-inf")


class Phase(Enum):
    DOWN = "down"
    """No carrier, or no address."""
    CHECKING = "checking"
    """It has an address; nobody has answered yet."""
    GOOD = "good"
    POOR = "poor"
    """It works, and badly: see Trouble."""
    DEAD = "dead"
    """It has an address and leads nowhere."""
    PORTAL = "portal"
    """It leads to a login page."""


USABLE = frozenset({Phase.GOOD, Phase.POOR})


class Trouble(Enum):
    """Why an uplink is poor."""

    NONE = ""
    QUALITY = "quality"
    VOICE = "voice"
    """Probes are answered, but the voice does not come."""
    PROVIDER = "provider"
    """The internet answers, the provider does not."""


@dataclass(frozen=True)
class UplinkRules:
    """Times in milliseconds."""

    active_ms: int = 1_000
    in_call_ms: int = 200
    standby_ms: int = 10_000
    lonely_metered_ms: int = 10_000
    """A metered uplink that has no substitute: to know sooner that it is dead would help nobody."""
    hopeless_metered_ms: int = 5_000
    """Nothing works: a metered one is asked this often."""
    dead_after: int = 6
    """Probes lost in a row, of all targets together. At 5 % loss by chance once in 64 million."""
    doubt_lasts_ms: float = 10_000
    """A round lost, or a death: for so long at most everybody is asked faster, whatever it costs."""
    first_ms: float = 1_000
    """With none in use, a better one that has just got its address may be waited for so long."""
    patience_ms: tuple[int, int] = (400, 1_000)
    """An answer may take twice the usual round trip and some; within these bounds."""
    doubt_patience_ms: int = 700
    leave_r: float = 65
    leave_after_ms: float = 5_000
    return_r: float = 80
    return_after_ms: float = 30_000
    """G.107 Annex B: below 70 many, below 60 nearly all users are dissatisfied; above 80 they are satisfied."""
    calm_ms: float = 30_000
    longest_hold_ms: float = 600_000
    forgiven_after_ms: float = 600_000
    """After so long without trouble an uplink counts as if it had never failed."""
    one_flap_ms: float = 1_000
    """What happens within a second is one flap: a plug that is pushed in bounces."""
    settle_ms: float = 500
    settle_longest_ms: float = 10_000
    """In need an uplink that failed n times must have held for 0.5 s x 2^n."""
    most_moves: int = 3
    moves_within_ms: float = 60_000
    give_up_ms: float = 3_000
    give_up_longest_ms: float = 60_000
    """How long the only uplink may be dead before we say that there is none."""
    voice_gone_ms: float = 3_000
    """Voice missing for so long, probes or not, is poor."""
    answer_age_ms: float = 150
    """In a call each target answers every 200 ms, and they take turns: with two of them, silence for so long agrees with missing voice."""
    lone_answer_age_ms: float = 350
    """The same where only one answers."""
    last_answers_ms: float = 100
    """Where only one answers: an answer that was under way when the voice stopped contradicts nothing."""
    longest_gap_ms: float = 2_000
    """More than this between two events is a clock that jumped or a machine that slept: it counts as this much."""
    deaf_ms: float = 1_500
    """After such a gap timeouts prove nothing for a while."""
    window_ms: float = 20_000
    least_samples: int = 10
    round_bytes: int = 400
    """A sparing round on the air, on an average of three: two ICMP echoes with their answers of 120 each, one SIP OPTIONS with its answer of some 900
    (measured in the laboratory), names and pages now and then."""


@dataclass(frozen=True)
class Sample:
    """One probe; no rtt_ms: lost."""

    at_ms: float
    rtt_ms: float | None


@dataclass(frozen=True)
class Use:
    """This month, of a metered uplink."""

    month_bytes: int = 0
    standby_bytes: int = 0
    month_left_s: float = 31 * 86_400.0


@dataclass(frozen=True)
class Uplink:
    """One uplink. Times are of the state's own clock (`Uplinks.now_ms`)."""

    facts: UplinkFacts
    phase: Phase = Phase.DOWN
    reason: str = "the link is down"
    trouble: Trouble = Trouble.NONE
    link: LinkChanged | None = None
    since_ms: float = 0.0
    """When the phase began."""
    steady_ms: float = 0.0
    """Since when it has worked without trouble, where it works."""
    flaps: int = 0
    flapped_ms: float = NEVER
    lost: int = 0
    """Probes in a row that found nobody beyond the router."""
    provider_lost: int = 0
    provider_lost_ms: float = NEVER
    provider_ms: float = NEVER
    provider_known: bool = False
    """It has answered here at some time; a provider that never answers such questions at all proves nothing."""
    provider_apart: bool = False
    """It has addresses, of families that this uplink has not: by this one nobody can be called."""
    answered_ms: float = NEVER
    gateway_answers: bool = False
    names_lost: int = 0
    samples: Mapping[Target, tuple[Sample, ...]] = field(default_factory=lambda: MappingProxyType({}))
    path: Path | None = None
    """What the samples say; None while they are too few."""
    proven: Path | None = None
    """The same with only as much loss as they prove."""
    crossed_ms: float | None = None
    """Since when R has been on the other side: below the lower bound while good, above the upper while poor."""
    voice: Path | None = None
    voice_ms: float = NEVER
    stalled_ms: float | None = None
    """When the last voice packet came, while one is missing."""
    use: Use = Use()

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def usable(self) -> bool:
        return self.phase in USABLE

    @property
    def serves(self) -> bool:
        """It works, and leads to the provider as far as is known."""
        return self.usable and not self.provider_apart

    @property
    def words(self) -> str:
        """What is to be said of it: its reason, and what else stands in the way of calls."""
        return "it works, but the provider has no address of its family" if self.usable and self.provider_apart else self.reason

    @property
    def addresses(self) -> tuple[str, str]:
        return (self.link.address4, self.link.address6) if self.link else ("", "")

    @property
    def over_cap(self) -> bool:
        return self.facts.metered and 0 < self.facts.cap_bytes <= self.use.month_bytes


@dataclass(frozen=True)
class Uplinks:
    """All of them and which is used. `now_ms` is lived time: it never goes back and never leaps."""

    uplinks: Mapping[str, Uplink]
    active: str = ""
    reason: str = "nothing has answered yet"
    since_ms: float = NEVER
    used: tuple[str, str] = ("", "")
    """The active one's addresses when it was taken into use."""
    in_call: bool = False
    pin: str = ""
    moves: tuple[float, ...] = ()
    """When the last ones were."""
    rates: Mapping[str, ProbeEvery] = field(default_factory=lambda: MappingProxyType({}))
    now_ms: float = 0.0
    clock_ms: float | None = None
    """The clock at the last event."""
    deaf_until_ms: float = NEVER

    @property
    def current(self) -> Uplink | None:
        return self.uplinks.get(self.active)

    @property
    def working(self) -> Uplink | None:
        """The active one, as long as it works."""
        current = self.current
        return current if current and current.usable else None

    def having(self, uplink: Uplink) -> "Uplinks":
        return replace(self, uplinks={**self.uplinks, uplink.name: uplink})


def initial(facts: tuple[UplinkFacts, ...]) -> Uplinks:
    return Uplinks({each.name: Uplink(each) for each in facts})


def flaps_of(rules: UplinkRules, uplink: Uplink, now_ms: float) -> int:
    """How often it failed lately; forgiven after a long calm."""
    forgiven = uplink.usable and now_ms - uplink.steady_ms >= rules.forgiven_after_ms
    return 0 if forgiven else uplink.flaps


def hold_ms(rules: UplinkRules, flaps: int) -> float:
    """How long it must have been calm before it is trusted again: 30 s, doubled with each further flap."""
    return min(rules.calm_ms * 2.0 ** min(flaps - 1, 10), rules.longest_hold_ms) if flaps else 0.0


def settle_ms(rules: UplinkRules, flaps: int) -> float:
    """The same in need, when the active one is dead."""
    return min(rules.settle_ms * 2.0 ** min(flaps, 10), rules.settle_longest_ms) if flaps else 0.0


def give_up_ms(rules: UplinkRules, flaps: int) -> float:
    return min(rules.give_up_ms * 2.0 ** min(max(0, flaps - 1), 10), rules.give_up_longest_ms)
