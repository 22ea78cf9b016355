"""Mounts that a test makes for one child and nobody else sees. Knows no test."""

from __future__ import annotations

import os
import subprocess
from functools import cache


@cache
def private_mounts() -> tuple[str, ...]:
    """The words before a command that give it mounts of its own; they end with it.

    In a chroot whose root is no mount point the kernel does not let the root's propagation be changed; there the mounts stay as private as the
    machine's already are.
    """
    words = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)))
    closed = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    return words if closed else (*words, "--propagation", "unchanged")
