"""The updater of the system this box runs on, as far as it is known here: two small files in a folder of the state, and no program of ours.

An updater says in `status.json` where it gets updates, what it found and what it does; it checks what it installs. `wanted.json` asks it for
something; it takes that file away. Where it has said nothing there is no updater.
"""

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from firmware.system.errors import UpdaterUnclear
from firmware.trust.private_file import write_private

FOLDER = "update"


class Wish(Enum):
    LOOK = "look"
    INSTALL = "install"


class Doing(Enum):
    IDLE = "idle"
    ASKED = "asked"
    """It has not taken up yet what it was asked for."""
    LOOKING = "looking"
    INSTALLING = "installing"
    FAILED = "failed"


@dataclass(frozen=True)
class Updater:
    """`offered` is a version, "" for none; `reason` says in a sentence what failed."""

    source: str
    doing: Doing
    offered: str = ""
    reason: str = ""


def find(state: Path) -> Updater | None:
    """Raises UpdaterUnclear."""
    folder = state / FOLDER
    try:
        told = json.loads((folder / "status.json").read_text(encoding="utf-8"))
        doing = Doing.ASKED if (folder / "wanted.json").exists() else Doing(told["state"])
        texts = (str(told.get(name) or "")[:200] for name in ("offered", "reason"))
        return Updater(str(told["source"])[:200], doing, *texts)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UpdaterUnclear("What the updater says cannot be read.") from error


def ask(state: Path, wish: Wish) -> None:
    """Raises OSError."""
    write_private(state / FOLDER / "wanted.json", json.dumps({"do": wish.value}))
