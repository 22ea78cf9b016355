"""The file tree Asterisk 22 runs in: neither Debian 12 nor 13 ships Asterisk, so it comes from sid into a folder of its own."""

from __future__ import annotations

from pathlib import Path

from tests.peers.debian_tree import debian_tree

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
    return debian_tree(CACHE, SUITE, RECIPE)


if __name__ == "__main__":
    print(f"Asterisk 22 in {asterisk_root()}")  # noqa: T201 (what make prints)
