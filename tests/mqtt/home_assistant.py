"""What Home Assistant takes as a device's discovery, as far as this box uses it: its documentation ("MQTT Discovery", "MQTT Sensor", "MQTT Binary sensor").

A payload it refuses is dropped with a line in its log, so that the owner sees no device and knows no reason. Knows nothing of Keepline.
"""

from __future__ import annotations

import json
import re
from typing import Any

from jinja2 import Environment

Json = dict[str, Any]

TOPIC = re.compile(r"[^/]+/device/[A-Za-z0-9_-]+/config")
DEVICE = {
    "identifiers",
    "connections",
    "name",
    "manufacturer",
    "model",
    "model_id",
    "hw_version",
    "sw_version",
    "serial_number",
    "suggested_area",
    "via_device",
    "configuration_url",
}
ORIGIN = {"name", "sw_version", "support_url"}
TOP = {"device", "origin", "components", "state_topic", "command_topic", "availability_topic", "qos", "encoding"}
ENTITY = {"platform", "name", "unique_id", "value_template", "device_class", "icon", "entity_category"}
PLATFORMS = {"sensor": ENTITY | {"state_class", "unit_of_measurement"}, "binary_sensor": ENTITY | {"payload_on", "payload_off"}}
SENSOR_UNITS = {"signal_strength": {"dB", "dBm"}}
BINARY_CLASSES = {"connectivity", "occupancy", "sound", "running", "problem"}
UNKNOWN = "None"
LONGEST_STATE = 255


def refused(topic: str, payload: str) -> list[str]:
    """What is wrong with it, a sentence each."""
    config: Json = json.loads(payload)
    wrong = [] if TOPIC.fullmatch(topic) else [f"the topic {topic} is none of a device"]
    wrong += [f"{key} is missing" for key in ("device", "origin", "components") if not config.get(key)]
    wrong += [f"the key {key} is not known" for key in config.keys() - TOP]
    wrong += [f"the key {key} of the device is not known" for key in config["device"].keys() - DEVICE]
    wrong += [f"the key {key} of the origin is not known" for key in config["origin"].keys() - ORIGIN]
    wrong += [] if config["device"].get("identifiers") or config["device"].get("connections") else ["the device has no identity"]
    wrong += [] if config["origin"].get("name") else ["the origin has no name"]
    wrong += [f"{key} holds a wildcard" for key in ("state_topic", "availability_topic") if set("+#") & set(config.get(key, ""))]
    identities = [each.get("unique_id") for each in config["components"].values()]
    wrong += [] if len(set(identities)) == len(identities) else ["two entities have one unique_id"]
    return wrong + [f"{name}: {problem}" for name, each in config["components"].items() for problem in _entity(name, each)]


def _entity(name: str, entity: Json) -> list[str]:
    wrong = [] if re.fullmatch(r"[A-Za-z0-9_-]+", name) else ["is no object id"]
    known = PLATFORMS.get(entity.get("platform", ""))
    if known is None:
        return [*wrong, "has no platform of ours"]
    wrong += [f"the key {key} is not known" for key in entity.keys() - known]
    wrong += [] if isinstance(entity.get("unique_id"), str) else ["has no unique_id"]
    kind = entity.get("device_class")
    if entity["platform"] == "binary_sensor":
        return wrong + ([] if kind in {None, *BINARY_CLASSES} else [f"has the unknown class {kind}"])
    unit = entity.get("unit_of_measurement")
    return wrong + ([] if kind is None or unit in SENSOR_UNITS.get(kind, set()) else [f"a {kind} is not measured in {unit}"])


def shown(config: str, state: str) -> dict[str, str]:
    """What each entity shows of a state, by its name."""
    told = json.loads(state)
    return {
        each["name"]: Environment(autoescape=False).from_string(each["value_template"]).render(value_json=told, value=state)  # noqa: S701 - no HTML
        for each in json.loads(config)["components"].values()
    }


def nonsense(config: str, state: str) -> list[str]:
    """Entities that can make nothing of the state."""
    values = shown(config, state)
    return [
        f"{each['name']}: {values[each['name']]!r}"
        for each in json.loads(config)["components"].values()
        if not _makes_sense(each, values[each["name"]])
    ]


def _makes_sense(entity: Json, value: str) -> bool:
    if value == UNKNOWN:
        return True
    if entity["platform"] == "binary_sensor":
        return value in {"ON", "OFF"}
    if "state_class" in entity or "unit_of_measurement" in entity:
        return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
    return len(value) <= LONGEST_STATE
