"""Plays scenarios of tests/scenarios, unchanged, with exchange, far ends and mail server beyond a radio or a modem: the box has that way and no other.

python -m tests.guest.net.scenarios air | ppp NAME ...
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.guest.inside.scenarios import all_played
from tests.guest.inside.telephone import prepare
from tests.guest.net.modem import MODEM, WWAN, house
from tests.guest.net.radio import HouseWithRadio
from tests.guest.net.scene import FOLDER
from tests.lab.addresses import FAR
from tests.lab.laboratory import WIFI
from tests.scenarios.place import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.lab.laboratory import Laboratory
    from tests.lab.uplink import Uplink, UplinkPlan

SETTINGS_OF_AN_UPLINK = ("interface", "kind", "priority", "metered")
REGISTERED_S = 90.0
"""From the box's start: a modem is unlocked, attached and dialed before anything can be sent."""


@dataclass(frozen=True)
class Way:
    """The only one there is to the internet, and what the settings must say of it besides its [[uplink]]."""

    plan: UplinkPlan
    lab: Callable[[Path, Sequence[UplinkPlan]], Laboratory]
    settings: Mapping[str, Any]


WAYS = {"air": Way(WIFI, HouseWithRadio, {}), "ppp": Way(WWAN, partial(house, "ppp"), {"modem": MODEM})}


def carried(uplink: Uplink) -> int:
    """Bytes between the router and the internet, both ways."""
    words = uplink.router.run("cat", "/proc/net/dev").partition("way:")[2].split()
    return int(words[0]) + int(words[8])


def main() -> int:
    way = WAYS[sys.argv[1]]
    prepare()
    with way.lab(FOLDER / "lab", (way.plan,)) as lab, lab.cloud.inside():
        place = Place(FAR, "", lab.device.enter, behind_router=True, registers_within_s=REGISTERED_S)
        plan = asdict(way.plan)
        uplink = {key: plan[key] for key in SETTINGS_OF_AN_UPLINK}
        found = all_played(sys.argv[2:], place=place, ways={"uplink": [uplink], **way.settings})
        found["carried_mb"] = round(carried(lab[way.plan.interface]) / 1e6, 1)
    print(json.dumps(found))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
