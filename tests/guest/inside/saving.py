"""Saves settings, call-log rows and messages as fast as the disk takes them, until the power is cut; after the next start it looks at what is left.

python -m tests.guest.inside.saving ACKNOWLEDGED    a file outside the guest: what was safely saved, one line each
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.guest.inside import kept

FOLDER = Path("/var/lib/keepline")


def main() -> int:
    acknowledged = Path(sys.argv[1])
    generation = 0
    if (FOLDER / "keepline.toml").exists():
        generation = kept.look(FOLDER, acknowledged.read_text().splitlines())
    else:
        kept.begin(FOLDER)
    descriptor = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_SYNC)
    tell = lambda line: os.write(descriptor, f"{line}\n".encode())  # noqa: E731 - one line, and used as a word
    tell(f"looked {generation}")
    for _ in kept.write(FOLDER, generation, tell):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
