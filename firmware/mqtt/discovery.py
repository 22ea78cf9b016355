"""What Home Assistant is told once: the device and its entities, in one retained message (its documentation, "MQTT Discovery", device discovery). Pure."""

import re
from collections.abc import Mapping
from typing import Any

from firmware import VERSION

Json = dict[str, Any]


def config_topic(prefix: str, topic: str) -> str:
    return f"{prefix}/device/{topic}/config"


def config(topic: str, status: Mapping[str, Any], *, numbers: bool) -> Json:
    """The payload; an empty one in its place removes the device."""
    return {
        "device": {
            "identifiers": [topic],
            "name": status["name"],
            "manufacturer": "Keepline",
            "model": status["board"],
            "sw_version": VERSION,
        },
        "origin": {"name": "Keepline", "sw_version": VERSION},
        "components": _components(topic, status, numbers=numbers),
        "state_topic": f"{topic}/state",
        "availability_topic": f"{topic}/availability",
    }


def _components(topic: str, status: Mapping[str, Any], *, numbers: bool) -> Json:
    found: Json = {}
    for line in status["lines"]:
        number, many = line["line"], len(status["lines"]) > 1
        words = f"Line {number}" if many else "Line"
        found[f"line_{number}"] = _sensor(f"{words} state", f"line_{number}", icon="mdi:phone-classic")
        found[f"line_{number}_in_use"] = _binary(f"{words} in use", f"line_{number}_in_use", "occupancy")
        found[f"line_{number}_rings"] = _binary(f"{words} rings", f"line_{number}_rings", "sound")
    for account in status["accounts"]:
        name = f"account_{account['id']}"
        found[name] = _binary(f"Number {account['id']}", name, "connectivity")
    found["calls"] = _sensor("Calls under way", "calls", state_class="measurement")
    found["missed"] = _sensor("Missed calls", "missed", icon="mdi:phone-missed")
    found["messages"] = _sensor("New messages", "messages", icon="mdi:voicemail")
    found["uplink"] = _sensor("Uplink", "uplink", icon="mdi:wan")
    found["signal"] = _sensor("Signal", "signal_dbm", device_class="signal_strength", unit_of_measurement="dBm")
    if numbers:
        found["last_caller"] = _sensor("Last caller", "last_caller", icon="mdi:account-voice")
    return {_object_id(name): each | {"unique_id": f"{topic}_{_object_id(name)}"} for name, each in found.items()}


def _sensor(name: str, key: str, **more: str) -> Json:
    return {"platform": "sensor", "name": name, "value_template": _value(key), **more}


def _binary(name: str, key: str, device_class: str) -> Json:
    return {"platform": "binary_sensor", "name": name, "value_template": _value(key), "device_class": device_class}


def _value(key: str) -> str:
    """Keys may hold dashes, so that the short form would subtract."""
    return f"{{{{ value_json['{key}'] }}}}"


def _object_id(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)
