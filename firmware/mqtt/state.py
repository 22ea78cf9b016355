"""The device's state as one flat object for a broker, out of what the page sees. Pure; numbers and names only where they may be told."""

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

IN_USE, FREE = "ON", "OFF"


def state_of(status: Mapping[str, Any], log: Iterable[Json], messages: Iterable[Json], *, numbers: bool) -> Json:
    """`log` newest first, `messages` as voicemail.list gives them."""
    rows = [row for row in log if row["outcome"] != "under way"]
    last_in = next((row for row in rows if row["direction"] == "in"), None)
    told: Json = {
        "calls": len(status["calls"]),
        "missed": sum(row["outcome"] == "missed" for row in rows),
        "messages": sum(not message["heard"] for message in messages),
        "last_call": call_of(rows[0], numbers=numbers) if rows else None,
        "uplink": uplink_of(status),
        "signal_dbm": (status.get("modem") or {}).get("signal_dbm"),
    }
    if numbers:
        told["last_caller"] = (last_in["name"] or last_in["number"] or "withheld") if last_in else None
    for line in status["lines"]:
        name = f"line_{line['line']}"
        told[name] = line["state"]
        told[f"{name}_in_use"] = FREE if line["state"] in {"idle", "ringing"} else IN_USE
        told[f"{name}_rings"] = IN_USE if line["state"] == "ringing" else FREE
    for account in status["accounts"]:
        told[f"account_{account['id']}"] = IN_USE if account["state"] in {"registered", "direct"} else FREE
    return told


def call_of(row: Mapping[str, Any], *, numbers: bool) -> Json:
    told = {name: row[name] for name in ("started_at", "direction", "line", "account", "outcome", "reason", "talk_s")}
    return told | ({"number": row["number"], "name": row["name"]} if numbers else {})


def uplink_of(status: Mapping[str, Any]) -> str:
    """The way in use; "" where the board's own network is left as it is."""
    return next((str(uplink["name"]) for uplink in status.get("uplinks") or [] if uplink["state"] == "active"), "")
