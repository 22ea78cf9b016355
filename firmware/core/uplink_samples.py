"""The probes of one uplink as a window of samples, and what they say about the path: loss, jitter, delay. Pure; it judges nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

from firmware.core.quality import Path, proven_loss_percent
from firmware.core.uplink_events import BEYOND, Target
from firmware.core.uplink_state import Sample, Uplink, UplinkRules

_MOST = 40
"""Of one target: in a call these are the last eight seconds."""
_VOICE_FRESH_MS = 3_000
_LATEST = 3


def with_sample(rules: UplinkRules, uplink: Uplink, target: Target, sample: Sample) -> Uplink:
    """Remember a probe: those of the window, and at least the last few, so that a slow rate is judged too."""
    all_of_them = (*uplink.samples.get(target, ()), sample)[-_MOST:]
    oldest_ms = sample.at_ms - rules.window_ms
    recent = tuple(each for each in all_of_them if each.at_ms >= oldest_ms)
    kept = recent if len(recent) >= rules.least_samples else all_of_them[-rules.least_samples :]
    return _reckoned(rules, replace(uplink, samples={**uplink.samples, target: kept}))


def _reckoned(rules: UplinkRules, uplink: Uplink) -> Uplink:
    """With what the samples say, worked out once for each sample."""
    tracks = _trusted(uplink.samples)
    sent = sum(map(len, tracks))
    if sent < rules.least_samples:
        return replace(uplink, path=None, proven=None)
    lost = sum(sample.rtt_ms is None for track in tracks for sample in track)
    path = Path(100 * lost / sent, _jitter(tracks), _rtt(uplink.samples, tracks))
    return replace(uplink, path=path, proven=replace(path, loss_percent=proven_loss_percent(lost, sent)))


def answers(uplink: Uplink, target: Target) -> bool:
    """Whether it has answered lately."""
    return any(sample.rtt_ms is not None for sample in uplink.samples.get(target, ()))


def is_evidence(uplink: Uplink, target: Target) -> bool:
    """Whether its silence means anything: one that never answers says nothing while others do."""
    return answers(uplink, target) or not any(answers(uplink, each) for each in BEYOND)


def path_of(uplink: Uplink, now_ms: float, *, proven: bool = False) -> Path | None:
    """What calls meet, or would; None while too little is known. A call itself knows better than probes do, but for the round trip: its far end
    tells of that every five seconds, and at first not at all (RFC 3550 section 6.2)."""
    probed = uplink.proven if proven else uplink.path
    if uplink.voice is None or now_ms - uplink.voice_ms > _VOICE_FRESH_MS:
        return probed
    return replace(uplink.voice, rtt_ms=max(uplink.voice.rtt_ms, probed.rtt_ms)) if probed else uplink.voice


def latest_rtt_ms(uplink: Uplink) -> float | None:
    """The slowest of the last answers; None before the first."""
    return max((rtt for track in uplink.samples.values() for rtt in _answers(track)[-_LATEST:]), default=None)


def _trusted(samples: Mapping[Target, tuple[Sample, ...]]) -> list[tuple[Sample, ...]]:
    """Targets that answer at all; of three the worst is left out, for a single host may have troubles of its own."""
    tracks = [samples.get(target, ()) for target in BEYOND]
    alive = [track for track in tracks if any(sample.rtt_ms is not None for sample in track)]
    alive.sort(key=lambda track: sum(sample.rtt_ms is None for sample in track) / len(track))
    return alive[:2]


def _answers(track: Iterable[Sample]) -> list[float]:
    return [sample.rtt_ms for sample in track if sample.rtt_ms is not None]


def _jitter(tracks: list[tuple[Sample, ...]]) -> float:
    """Half of what the round trip varies from answer to answer: it went two ways."""
    steps = [abs(after - before) for track in tracks for before, after in pairwise(_answers(track))]
    return sum(steps) / len(steps) / 2 if steps else 0.0


def _rtt(samples: Mapping[Target, tuple[Sample, ...]], tracks: list[tuple[Sample, ...]]) -> float:
    """The provider's, for calls go there; else the nearest that answers."""
    means = [sum(rtts) / len(rtts) for rtts in (_answers(track) for track in (samples.get("provider", ()), *tracks)) if rtts]
    provider = _answers(samples.get("provider", ()))
    return means[0] if provider else min(means, default=0.0)
