"""Debian packages in a folder of their own: programs this machine does not have, or must not have running.

Made once with mmdebstrap from the package mirror this machine already uses, and kept under a name that changes with the recipe. Must not know
what is in a tree.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.peers.errors import PeerError
from tests.peers.process import program_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def debian_tree(kept: Path, suite: str, recipe: Sequence[str]) -> Path:
    """The ready tree below `kept`; builds it if there is none (needs root). `recipe`: mmdebstrap's options.

    Raises `PeerError` with mmdebstrap's last words.
    """
    key = hashlib.sha256("\n".join((suite, *recipe)).encode()).hexdigest()[:16]
    root = kept / key
    if not root.exists():
        _build(root, suite, recipe)
    return root


def _mirror_uri() -> str:
    """The Debian archive of this machine's own apt sources, whatever their format; raises `PeerError` if there is none."""
    # apt itself reads sources.list, *.list and *.sources; label and origin tell the archive from security and from strangers.
    layout = "--format=$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)"
    listed = subprocess.run(
        [program_path("apt-get"), "indextargets", layout, "Created-By: Packages"], capture_output=True, text=True, check=True
    )
    for line in listed.stdout.splitlines():
        origin, label, component, uri = line.split("|", 3)
        if (origin, label, component) == ("Debian", "Debian", "main"):
            return uri
    raise PeerError("apt knows no Debian archive: check the machine's apt sources and run apt-get update")


def _build(root: Path, suite: str, recipe: Sequence[str]) -> None:
    if os.geteuid():
        raise PeerError("a tree of Debian packages needs root: run as root or with sudo")
    unfinished = root.with_name(f"{root.name}.{os.getpid()}")
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        command = [program_path("mmdebstrap"), *recipe, suite, str(unfinished), _mirror_uri()]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise PeerError(f"mmdebstrap failed with {done.returncode}:\n{done.stdout[-2000:]}")
        unfinished.rename(root)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
