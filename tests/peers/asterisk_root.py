"""The file tree Asterisk 22 runs in: neither Debian 12 nor 13 ships Asterisk, so it comes from sid into a folder of its own.

Made once with mmdebstrap from the package mirror this machine already uses, and kept under a name that changes with the recipe.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests.peers.errors import PeerError
from tests.peers.process import program_path

CACHE = Path(__file__).parents[2] / "build" / "asterisk"
PACKAGES = ("asterisk", "asterisk-modules")
RECIPE = (
    "--variant=minbase",
    f"--include={','.join(PACKAGES)}",
    "--components=main",
    # A mirror's sid may be frozen for some days (snapshots, caches), past the date its release file names. Signatures are still checked,
    # and the tree talks to loopback only, so staleness does no harm.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
)
SUITE = "sid"


def asterisk_root() -> Path:
    """The ready tree; builds it if there is none (about 80 s, 350 MB, needs root). Raises `PeerError` with mmdebstrap's last words."""
    key = hashlib.sha256("\n".join((SUITE, *RECIPE)).encode()).hexdigest()[:16]
    root = CACHE / key
    if not root.exists():
        _build(root)
    return root


def mirror_uri() -> str:
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


def _build(root: Path) -> None:
    if os.geteuid():
        raise PeerError("the Asterisk tree needs root: run as root or with sudo")
    unfinished = root.with_name(f"{root.name}.{os.getpid()}")
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    try:
        command = [program_path("mmdebstrap"), *RECIPE, SUITE, str(unfinished), mirror_uri()]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            raise PeerError(f"mmdebstrap failed with {done.returncode}:\n{done.stdout[-2000:]}")
        unfinished.rename(root)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


if __name__ == "__main__":
    print(f"Asterisk 22 in {asterisk_root()}")  # noqa: T201 (what make prints)
