"""Figures for Prometheus, made from one look at the device. The only room that knows prometheus_client; it keeps nothing between looks."""

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

Json = dict[str, Any]

MEDIA_TYPE = CONTENT_TYPE_LATEST


def exposition(status: Json | None, calls: Iterable[Json]) -> bytes:
    """`status` None: there is no device, and keepline_up says so."""
    registry = CollectorRegistry()
    registry.register(_Look(status, list(calls)))
    return generate_latest(registry)


class _Look:
    """What a registry collects from."""

    def __init__(self, status: Json | None, calls: list[Json]) -> None:
        self._status = status
        self._calls = calls

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily("keepline_up", "Whether the device answers.", int(self._status is not None))
        if self._status is not None:
            yield from _of_status(self._status)
            yield from _of_calls(self._calls)


def _of_status(status: Json) -> Iterable[Metric]:
    yield InfoMetricFamily(
        "keepline_build", "Versions.", {"version": status["version"], "engine": status["engine"], "board": status["board"]}
    )
    yield GaugeMetricFamily("keepline_ready", "Whether dial tone can be had.", int(status["ready"]))
    yield GaugeMetricFamily("keepline_calls_active", "Calls under way.", len(status["calls"]))
    yield _gauge("keepline_line_in_use", "Whether a line is not idle.", "line", _lines(status))
    yield _gauge("keepline_account_registered", "Whether an account can be called.", "account", _accounts(status))
    dropped = CounterMetricFamily("keepline_sip_requests_dropped", "Requests of strangers, dropped.")
    dropped.add_metric([], status.get("door", {}).get("dropped", 0))
    yield dropped
    yield from _of_uplinks(status.get("uplinks") or [])


def _lines(status: Json) -> Iterable[tuple[str, float]]:
    return ((str(line["line"]), float(line["state"] != "idle")) for line in status["lines"])


def _accounts(status: Json) -> Iterable[tuple[str, float]]:
    return ((account["id"], float(account["state"] in {"registered", "direct"})) for account in status["accounts"])


_UPLINK_FIGURES = {
    "rtt_ms": ("keepline_uplink_rtt_seconds", "Round trip.", 0.001),
    "loss_percent": ("keepline_uplink_loss_ratio", "Lost probes and packets.", 0.01),
    "jitter_ms": ("keepline_uplink_jitter_seconds", "Jitter.", 0.001),
    "r_factor": ("keepline_uplink_r_factor", "How a call would sound (ITU-T G.107).", 1.0),
    "month_bytes": ("keepline_uplink_month_bytes", "Traffic of this month.", 1.0),
    "signal_dbm": ("keepline_uplink_signal_dbm", "Strength of the radio signal.", 1.0),
}


def _of_uplinks(uplinks: list[Json]) -> Iterable[Metric]:
    yield _gauge(
        "keepline_uplink_active",
        "Whether voice takes this way.",
        "uplink",
        ((each["name"], float(each["state"] == "active")) for each in uplinks),
    )
    for key, (name, words, factor) in _UPLINK_FIGURES.items():
        known = [(each["name"], each[key] * factor) for each in uplinks if each.get(key) is not None]
        if known:
            yield _gauge(name, words, "uplink", known)


def _of_calls(calls: list[Json]) -> Iterable[Metric]:
    """Of the newest rows of the log: gauges, since the log forgets."""
    counts: dict[tuple[str, str], int] = {}
    for row in calls:
        counts[row["direction"], row["outcome"]] = counts.get((row["direction"], row["outcome"]), 0) + 1
    logged = GaugeMetricFamily("keepline_calls_logged", "Calls among the newest of the log.", labels=("direction", "outcome"))
    for labels, count in sorted(counts.items()):
        logged.add_metric(labels, count)
    yield logged


def _gauge(name: str, words: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for value, figure in values:
        family.add_metric([value], figure)
    return family
