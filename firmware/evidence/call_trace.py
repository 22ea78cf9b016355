"""All that is kept of one call, bounded, and as JSON. Times are seconds since the call began, on one clock. Plain data; knows no disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware.core.quality import Path, mos, r_factor
from firmware.evidence.wire import WireMessage

MOST_MESSAGES = 200
MOST_EVENTS = 400
MOST_SAMPLES = 600
"""Of the figures: of a longer call every second one is dropped again and again, so that the whole is told, more coarsely."""


@dataclass(frozen=True)
class Sample:
    """RTP figures of one moment: counts since the beginning of the call, means in ms."""

    at_s: float
    rx_packets: int
    rx_lost: int
    tx_packets: int
    jitter_ms: float
    rtt_ms: float
    tx_lost: int | None = None
    """What the far end says it misses; None while it says nothing."""
    tx_jitter_ms: float = 0


@dataclass
class CallTrace:
    """`id` is that of the call log; `began_s` on the device's clock, `began_at` on the wall's (UTC, ISO 8601)."""

    id: str
    began_at: str
    began_s: float
    messages: list[tuple[float, WireMessage]] = field(default_factory=list)
    events: list[tuple[float, Mapping[str, Any]]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    dropped: int = 0
    """Messages and events beyond the bounds."""
    apart_s: float = 0
    """How far samples have been thinned out."""

    def add_message(self, at_s: float, message: WireMessage) -> None:
        if len(self.messages) < MOST_MESSAGES:
            self.messages.append((max(0.0, at_s - self.began_s), message))  # an INVITE leaves before its call is known
        else:
            self.dropped += 1

    def add_event(self, at_s: float, event: Mapping[str, Any]) -> None:
        if len(self.events) < MOST_EVENTS:
            self.events.append((at_s - self.began_s, event))
        else:
            self.dropped += 1

    def add_sample(self, sample: Sample) -> None:
        if self.samples and sample.at_s - self.samples[-1].at_s < self.apart_s:
            return
        self.samples.append(sample)
        if len(self.samples) >= MOST_SAMPLES:
            del self.samples[1::2]
            self.apart_s = max(2.0, 2 * self.apart_s)

    def as_json(self) -> dict[str, Any]:
        return {
            "call": self.id,
            "began_at": self.began_at,
            "sip": [_message(at_s, message) for at_s, message in self.messages],
            "events": [{"at_s": round(at_s, 3), **event} for at_s, event in self.events],
            "rtp": figures(self.samples),
            "dropped": self.dropped,
        }


def _message(at_s: float, message: WireMessage) -> dict[str, Any]:
    return {
        "at_s": round(at_s, 3),
        "direction": "sent" if message.sent else "received",
        "transport": message.transport,
        "peer": message.peer,
        "first_line": message.first_line,
        "method": message.method,
        "text": message.text,
        "cut": message.cut,
    }


def figures(samples: list[Sample]) -> list[dict[str, Any]]:
    """Each sample with what happened since the one before, and how that sounds."""
    told = []
    before = Sample(0, 0, 0, 0, 0, 0)
    for sample in samples:
        told.append(figure(before, sample))
        before = sample
    return told


def figure(before: Sample, now: Sample) -> dict[str, Any]:
    told: dict[str, Any] = {"at_s": round(now.at_s, 1), "rtt_ms": round(now.rtt_ms, 2)}
    told["rx"] = _way(now.rx_packets - before.rx_packets, now.rx_lost - before.rx_lost, now.jitter_ms, now.rtt_ms)
    sent = now.tx_packets - before.tx_packets
    if now.tx_lost is None:
        told["tx"] = {"packets": sent}
    else:
        lost = now.tx_lost - (before.tx_lost or 0)
        told["tx"] = _way(sent - lost, lost, now.tx_jitter_ms, now.rtt_ms)
    return told


def _way(arrived: int, lost: int, jitter_ms: float, rtt_ms: float) -> dict[str, Any]:
    """One direction, by ITU-T G.107."""
    lost = max(0, lost)
    loss = 100 * lost / (arrived + lost) if arrived + lost > 0 else 0.0
    rating = r_factor(Path(loss, jitter_ms, rtt_ms))
    return {
        "packets": arrived,
        "loss_percent": round(loss, 2),
        "jitter_ms": round(jitter_ms, 2),
        "r_factor": round(rating, 1),
        "mos": round(mos(rating), 2),
    }
