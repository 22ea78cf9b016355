"""The last 24 hours at a glance: which way voice took, which numbers could be called, how calls sounded. In memory, and only changes are kept."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

HOURS = 24
_MOST = 1000

Json = dict[str, Any]


class _Track:
    """What one thing was, change by change. `facts` is told anew with each change."""

    def __init__(self) -> None:
        self._changes: deque[tuple[float, Json]] = deque(maxlen=_MOST)

    @property
    def now(self) -> Json | None:
        return self._changes[-1][1] if self._changes else None

    def note(self, at_s: float, facts: Json) -> None:
        if self.now != facts:
            self._changes.append((at_s, facts))

    def spans(self, since_s: float, now_s: float) -> list[Json]:
        ends = [*[at_s for at_s, _ in self._changes][1:], now_s]
        return [
            {"from": round(max(at_s, since_s)), "to": round(end_s), **facts}
            for (at_s, facts), end_s in zip(self._changes, ends, strict=True)
            if end_s >= since_s
        ]


class Timeline:
    """`now_s` is the wall clock, seconds since 1970."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._uplinks: dict[str, _Track] = {}
        self._kinds: dict[str, str] = {}
        self._accounts: dict[str, _Track] = {}
        self._calls: deque[Json] = deque(maxlen=_MOST)

    def hear_event(self, event: Mapping[str, Any]) -> None:
        """One event as the control socket's watchers get it."""
        if event.get("event") == "uplink":
            for uplink in event.get("uplinks") or ():
                self._kinds[uplink["name"]] = str(uplink.get("kind", ""))
                facts = {"state": uplink["state"], "active": uplink["state"] == "active"}
                self._uplinks.setdefault(uplink["name"], _Track()).note(self._now_s(), facts)
        elif event.get("event") == "account":
            self._note_account(event)

    def _note_account(self, event: Mapping[str, Any]) -> None:
        """A refresh says "registering" for a moment: that is no change to anybody."""
        track = self._accounts.setdefault(str(event["id"]), _Track())
        if track.now is None or event["state"] not in {"registering", track.now["state"]}:
            track.note(self._now_s(), {"state": event["state"], "reason": event.get("reason", "")})

    def call_ended(self, evidence: Json) -> None:
        """How a call sounded from beginning to end: the evidence of one (call_trace.as_json)."""
        sounded = [figure["rx"]["mos"] for figure in evidence["rtp"]]
        if sounded:
            now_s = self._now_s()
            self._calls.append(
                {
                    "call": evidence["call"],
                    "from": round(now_s - evidence["rtp"][-1]["at_s"]),
                    "to": round(now_s),
                    "mos": _thinned(sounded),
                    "least_mos": min(sounded),
                }
            )

    def forget_calls(self) -> None:
        self._calls.clear()

    def as_json(self) -> Json:
        now_s = self._now_s()
        since_s = now_s - HOURS * 3600
        return {
            "from": round(since_s),
            "to": round(now_s),
            "uplinks": [
                {"name": name, "kind": self._kinds[name], "spans": track.spans(since_s, now_s)}
                for name, track in self._uplinks.items()
            ],
            "accounts": [{"id": name, "spans": track.spans(since_s, now_s)} for name, track in self._accounts.items()],
            "calls": [call for call in self._calls if call["to"] >= since_s],
        }


def _thinned(values: list[float], most: int = 60) -> list[float]:
    """At most so many, each the worst of its stretch."""
    step = -(-len(values) // most)
    return [min(values[at : at + step]) for at in range(0, len(values), step)]
