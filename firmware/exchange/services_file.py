"""What subscribers switched on by keys or on the page: forwards, do not disturb, speed-dial keys, blocked callers. Kept over a restart.

One small JSON file in the state folder, written anew with each change. It decides nothing; what the services mean is `core.incoming`.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from firmware.core.dial_learning import Learned
from firmware.core.hook import PulseDialing
from firmware.core.incoming import Forwarding, LineServices
from firmware.state_folder import write_whole

log = logging.getLogger("keepline.services")

_NONE = LineServices()


@dataclass(frozen=True)
class Services:
    """`lines` by number; `speed_dials` by key ("2" to "99"); `blocked` are numbers as the network sent them."""

    lines: Mapping[int, LineServices] = field(default_factory=dict)
    speed_dials: Mapping[str, str] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    dials: Mapping[int, Learned] = field(default_factory=dict)
    """Rotary dials that were learned, by line."""

    def of_line(self, line: int) -> LineServices:
        return self.lines.get(line, _NONE)


class ServicesFile:
    """The services as they stand, and every change of them written down. `changed` is told after each change."""

    def __init__(self, path: Path, changed: Callable[[], None]) -> None:
        self._path = path
        self._changed = changed
        self.now = _read(path)

    def change_line(self, line: int, **changes: Any) -> None:  # noqa: ANN401 (fields of LineServices)
        lines = {**self.now.lines, line: replace(self.now.of_line(line), **changes)}
        self._keep(replace(self.now, lines=lines))

    def forward(self, line: int, why: Forwarding, number: str) -> None:
        """Send calls on to `number`; "" stops it."""
        forwards = {**self.now.of_line(line).forwards, why: number}
        self.change_line(line, forwards={each: to for each, to in forwards.items() if to})

    def set_speed_dial(self, key: str, number: str) -> None:
        kept = {**self.now.speed_dials, key: number}
        self._keep(replace(self.now, speed_dials={each: to for each, to in kept.items() if to}))

    def block(self, number: str) -> None:
        self._keep(replace(self.now, blocked=self.now.blocked | {number}))

    def unblock(self, number: str) -> None:
        self._keep(replace(self.now, blocked=self.now.blocked - {number}))

    def keep_dial(self, line: int, dial: Learned) -> None:
        self._keep(replace(self.now, dials={**self.now.dials, line: dial}))

    def forget_dial(self, line: int) -> None:
        self._keep(replace(self.now, dials={each: dial for each, dial in self.now.dials.items() if each != line}))

    def _keep(self, services: Services) -> None:
        """It holds at once; a disk that takes no more costs its memory over a restart, and nothing else."""
        self.now = services
        try:
            write_whole(self._path, json.dumps(as_json(services), indent=1))
        except OSError as error:
            log.warning("what was switched on by keys is not kept over a restart: %s", error.strerror)
        self._changed()


def as_json(services: Services) -> dict[str, object]:
    lines = {str(line): line_json(each) for line, each in services.lines.items()}
    dials = {str(line): dial_json(dial) for line, dial in services.dials.items()}
    return {
        "lines": lines,
        "speed_dials": dict(services.speed_dials),
        "blocked": sorted(services.blocked),
        "dials": dials,
    }


def dial_json(dial: Learned) -> dict[str, object]:
    return asdict(dial) | {"dialing": dial.dialing.value}


def line_json(services: LineServices) -> dict[str, object]:
    return asdict(services) | {"forwards": {why.value: number for why, number in services.forwards.items()}}


def from_json(text: str) -> Services:
    """Raises ValueError, TypeError, KeyError, AttributeError or RecursionError for what is not ours."""
    data = json.loads(text)
    lines = {int(line): _line_from(each) for line, each in data["lines"].items()}
    speed_dials = {str(key): str(number) for key, number in data["speed_dials"].items()}
    dials = {int(line): Learned(**{**dial, "dialing": PulseDialing(dial["dialing"])}) for line, dial in data["dials"].items()}
    return Services(lines, speed_dials, frozenset(data["blocked"]), dials)


def _line_from(data: Mapping[str, Any]) -> LineServices:
    forwards = {Forwarding(why): str(number) for why, number in data["forwards"].items()}
    return LineServices(**{**data, "forwards": forwards})


def _read(path: Path) -> Services:
    try:
        return from_json(path.read_text(encoding="utf-8")) if path.exists() else Services()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        log.warning("%s cannot be read (%s): features switched on by keys are off", path.name, error)
    return Services()
