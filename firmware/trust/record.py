"""What is kept of access over a restart: wrong tries, tokens, how far the first set-up is. One small JSON file of the device, written whole each time."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from firmware.trust.attempts import Attempts, Tries
from firmware.trust.private_file import write_private
from firmware.trust.tokens import Token

log = logging.getLogger("keepline.access")


@dataclass(frozen=True)
class Record:
    attempts: Attempts = field(default_factory=Attempts)
    tokens: tuple[Token, ...] = ()
    step: str = ""


class RecordFile:
    """The record as it stands; `keep` writes it. A file that cannot be read is like none; one that cannot be written is told in the log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.now = _read(path)

    def keep(self, record: Record) -> None:
        self.now = record
        try:
            write_private(self._path, json.dumps(asdict(record)))
        except OSError as error:
            log.warning("%s could not be kept: %s", self._path, error.strerror)


def _read(path: Path) -> Record:
    try:
        return _record(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Record()
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s cannot be read and is begun anew: %s", path, error)
        return Record()


def _record(data: Mapping[str, Any]) -> Record:
    attempts = data["attempts"]
    places = {str(place): Tries(**tries) for place, tries in attempts["places"].items()}
    return Record(
        Attempts(places, int(attempts["storm"]), float(attempts["storm_s"])),
        tuple(Token(**token) for token in data["tokens"]),
        str(data["step"]),
    )
