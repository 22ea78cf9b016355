"""What the modem's session has learned and must not forget: access points that worked, PINs that were refused, rungs of the ladder that were spent.

One small file in the state folder, whole at every moment.
"""

import hashlib
import json
import logging
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from firmware.core.modem_events import Apn
from firmware.core.modem_ladder import FOOT, Ladder, Rung
from firmware.core.sim_pin import NOTHING_TRIED, PinMemory

log = logging.getLogger("keepline.cellular")

_MARK_CHARACTERS = 32


@dataclass(frozen=True)
class Learned:
    apns: dict[str, Apn] = field(default_factory=dict)
    """What worked, by IMSI."""
    pins: PinMemory = NOTHING_TRIED
    ladder: Ladder = FOOT


def mark_of(card: str, pin: str) -> str:
    """What is kept of a PIN: that it was this one, on this card. It hides nothing from whoever may read the settings; it only need not be the PIN."""
    return hashlib.sha256(f"keepline {card} {pin}".encode()).hexdigest()[:_MARK_CHARACTERS] if pin else ""


class ModemMemory:
    """`now` is what is known; every change is on the disk before the method returns, or the log says so."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.now = _read(file)

    def keep_ladder(self, ladder: Ladder) -> None:
        self._keep(replace(self.now, ladder=ladder))

    def keep_apn(self, imsi: str, apn: Apn) -> None:
        if imsi and self.now.apns.get(imsi) != apn:
            self._keep(replace(self.now, apns={**self.now.apns, imsi: apn}))

    def note_try(self, mark: str) -> bool:
        """The PIN is about to be given. Whether that is written down: if it cannot be, the PIN must not be given."""
        return self._keep(replace(self.now, pins=replace(self.now.pins, trying=mark)))

    def note_outcome(self, mark: str, *, accepted: bool) -> None:
        refused = self.now.pins.refused - {mark} if accepted else self.now.pins.refused | {mark}
        self._keep(replace(self.now, pins=PinMemory(refused)))

    def _keep(self, learned: Learned) -> bool:
        self.now = learned
        try:
            _write(self._file, json.dumps(as_json(learned), indent=1))
        except OSError as error:
            log.warning("what was learned about the modem is not kept over a restart: %s", error.strerror)
            return False
        return True


def as_json(learned: Learned) -> dict[str, object]:
    ladder = learned.ladder
    return {
        "apns": {imsi: asdict(apn) for imsi, apn in learned.apns.items()},
        "pins_refused": sorted(learned.pins.refused),
        "pin_trying": learned.pins.trying,
        "ladder": {"failures": ladder.failures, "day": ladder.day, "used": [rung.name for rung in ladder.used]},
    }


def from_json(text: str) -> Learned:
    """Raises ValueError, TypeError, KeyError or AttributeError for what is not ours."""
    data: dict[str, Any] = json.loads(text)
    ladder = data["ladder"]
    return Learned(
        {str(imsi): Apn(**apn) for imsi, apn in data["apns"].items()},
        PinMemory(frozenset(map(str, data["pins_refused"])), str(data["pin_trying"])),
        Ladder(int(ladder["failures"]), int(ladder["day"]), tuple(Rung[name] for name in ladder["used"])),
    )


def _read(file: Path) -> Learned:
    try:
        return from_json(file.read_text(encoding="utf-8")) if file.exists() else Learned()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s cannot be read (%s): what was learned about the modem is lost", file.name, error)
    return Learned()


def _write(file: Path, text: str) -> None:
    new = file.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as out:  # noqa: PTH123 (the descriptor is already open)
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
