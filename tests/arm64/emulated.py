"""A device from the arm64 file tree, run by qemu in that tree and talked to from outside: the folder of the run is seen at the same path inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.adapter import Adapter
from tests.private_mounts import private_mounts

if TYPE_CHECKING:
    from pathlib import Path

CPU = "cortex-a72"
"""The Pi 4's. qemu's default emulates pointer authentication, which makes Debian 13 twenty times slower."""
START_S = 120.0
"""Emulated Python is about nine times slower, and the machine may be busy."""

ENTER = """#!/bin/sh
# Enters the arm64 tree in a mount namespace of its own; what was mounted ends with the program.
exec {mounts} sh -c '
  mkdir -p "$0$1" && mount --rbind "$1" "$0$1" && mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
  folder=$1 && shift && exec chroot "$0" env -i HOME=/ LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin QEMU_CPU={cpu} "$@"
' '{root}' '{folder}' {program} "$@"
"""


def entering(root: Path, folder: Path, program: str) -> Path:
    """A script that runs `program` of the tree with the arguments it is given."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / f"arm64-{program.rpartition('/')[2]}"
    script.write_text(ENTER.format(mounts=" ".join(private_mounts()), root=root, folder=folder, program=program, cpu=CPU))
    script.chmod(0o755)
    return script


def emulated(root: Path, folder: Path, settings: str) -> Adapter:
    """The installed `keepline`, ready."""
    return Adapter(folder, settings, program=(entering(root, folder, "/usr/bin/keepline"),), ready_s=START_S)
