"""The file trees NetworkManager runs in, those of Debian 12 and of Debian 13: installed, it would take over the network of the machine that tests.

The packages are unpacked and not set up, so no service is made of them; what they need besides is added here.
"""

from __future__ import annotations

from pathlib import Path

from tests.peers.debian_tree import debian_tree

CACHE = Path(__file__).parents[2] / "build" / "networkmanager"
SUITES = ("bookworm", "trixie")
FURNISH = """
cd "$1" && rm -rf var/run && mkdir -p run proc sys dev && ln -s /run var/run
for node in null zero random urandom; do [ -e "dev/$node" ] || : > "dev/$node"; done
echo "root:x:0:0:root:/root:/bin/sh" > etc/passwd && echo "root:x:0:" > etc/group
"""
RECIPE = (
    "--variant=extract",
    "--include=network-manager,dbus-daemon",
    "--components=main",
    '--aptopt=Acquire::Check-Valid-Until "false"',  # as in tests/peers/asterisk_root.py
    '--aptopt=APT::Install-Recommends "false"',
    f"--extract-hook={FURNISH}",
)


def networkmanager_root(suite: str) -> Path:
    """The ready tree; builds it if there is none (about 15 s, 180 MB, needs root). Raises `PeerError` with mmdebstrap's last words."""
    return debian_tree(CACHE, suite, RECIPE)


if __name__ == "__main__":
    for each in SUITES:
        print(f"NetworkManager of {each} in {networkmanager_root(each)}")  # noqa: T201 (what make prints)
