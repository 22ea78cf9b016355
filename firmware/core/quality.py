"""How a conversation over a path would sound: loss, jitter and delay become the rating R of the E-model and a mean opinion score.

Pure arithmetic. R and its bands are ITU-T G.107 (06/2015): R = Ro - Is - Id - Ie,eff + A, with Ro - Is = 93.2 at the default values of its
section 7.7 and A = 0. It does not know where the numbers were measured or what is decided with them.
"""

from dataclasses import dataclass
from math import sqrt

BEST_R = 93.2
"""ITU-T G.107 section 7.7: R of a path that does no harm, all parameters at their defaults."""


@dataclass(frozen=True)
class Coder:
    """What a codec costs and how it bears loss: Ie and Bpl of ITU-T G.113 Appendix I, for lost packets that come one by one."""

    ie: float
    bpl: float


G711 = Coder(0, 25.1)
"""ITU-T G.113 Table I.3: G.711 with its own concealment (G.711 Appendix I). Without concealment Bpl is 4.3."""
G729A = Coder(11, 19)
"""ITU-T G.113 Table I.3: G.729 Annex A with VAD. (The Appendix has no row for Opus, so none is made up here.)"""

PACKET_MS = 20
LEAST_BUFFER_MS = 40
"""What our jitter buffer holds on a calm path: two packets."""


@dataclass(frozen=True)
class Path:
    """What was measured: `jitter_ms` is the mean deviation of RFC 3550 section 6.4.1, `rtt_ms` there and back."""

    loss_percent: float = 0.0
    jitter_ms: float = 0.0
    rtt_ms: float = 0.0

    @property
    def delay_ms(self) -> float:
        """Mouth to ear: half the round trip, a jitter buffer of twice the jitter, and the packet itself."""
        return self.rtt_ms / 2 + max(LEAST_BUFFER_MS, 2 * self.jitter_ms) + PACKET_MS

    def __str__(self) -> str:
        return f"{self.loss_percent:.0f} % loss, {self.jitter_ms:.0f} ms jitter, {self.rtt_ms:.0f} ms round trip"


def r_factor(path: Path, coder: Coder = G711) -> float:
    """0 (nothing can be understood) to 93.2. ITU-T G.107 sections 7.1 and 7.5 with BurstR 1."""
    loss = min(max(path.loss_percent, 0.0), 100.0)
    ie_eff = coder.ie + (95 - coder.ie) * loss / (loss + coder.bpl)
    return max(0.0, BEST_R - _delay_impairment(path.delay_ms) - ie_eff)


def _delay_impairment(delay_ms: float) -> float:
    """Id of G.107 section 7.4 for an echo-free call as two straight lines: Cole and Rosenbluth, Voice over IP Performance Monitoring, 2001."""
    return 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)


def mos(r: float) -> float:
    """ITU-T G.107 Annex B: R as the mean opinion score listeners would give, 1 (bad) to 4.5."""
    if r <= 0:
        return 1.0
    if r >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))


def proven_loss_percent(lost: int, sent: int) -> float:
    """The least loss that so few samples prove: the lower end of Wilson's interval, one-sided 95 %. Three lost of thirty may be chance."""
    if not sent:
        return 0.0
    z, share = 1.645, lost / sent
    middle = share + z * z / (2 * sent)
    spread = z * sqrt(share * (1 - share) / sent + z * z / (4 * sent * sent))
    return max(0.0, 100 * (middle - spread) / (1 + z * z / sent))
