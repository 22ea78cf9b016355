"""The folder that stands in for a state folder whose disk takes no writes: a copy of it in memory, in a place that its clients find by the same name.

What was kept holds: settings by keys, the page's password, the call log. Recordings are not copied but pointed at. It knows no record and no lock.
"""

import errno
import hashlib
import logging
import os
import shutil
from contextlib import suppress
from pathlib import Path

log = logging.getLogger("keepline")

REASONS = {
    errno.EROFS: "its disk is read-only",
    errno.ENOSPC: "its disk is full",
    errno.EDQUOT: "its disk is full",
    errno.EIO: "its disk fails",
}
"""Of an error that is no mistake of whoever named the folder."""

_PLACES = (Path("/run/keepline"), Path("/dev/shm"))  # noqa: S108 - what stands there is taken only from who may put it there
"""In memory: the service's own run-time folder (systemd/keepline.service), or where there is no service manager."""
_LEFT_OUT = frozenset({"lock", "control.sock"})
_POINTED_AT = frozenset({".wav"})
"""Large, and never changed in their place."""


def make(state: Path) -> Path:
    """The folder that stands in, with what the disk holds; as it is where the device has only been started anew. Raises OSError."""
    made = find(state)
    if made:
        return made
    folder = _place() / _name(state)
    begun = folder.with_suffix(".new")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir(mode=0o750)
    _copy(state, begun)
    return begun.rename(folder)


def find(state: Path) -> Path | None:
    """The folder that stands in for this one now."""
    for place in _PLACES:
        folder = place / _name(state)
        with suppress(OSError):
            if folder.lstat().st_uid in _trusted(state, place):
                return folder
    return None


def forget(state: Path) -> None:
    """The disk takes writes again."""
    made = find(state)
    if made:
        shutil.rmtree(made, ignore_errors=True)


def place_of(path: Path) -> Path:
    """Where a file of a state folder, such as the control socket, is to be looked for now."""
    return (find(path.parent) or path.parent) / path.name


def _place() -> Path:
    for place in _PLACES:
        if os.access(place, os.W_OK):
            return place
    raise OSError(errno.EROFS, "nor can anything in memory be written")


def _name(state: Path) -> str:
    return f"keepline-{hashlib.sha256(os.fsencode(state.absolute())).hexdigest()[:16]}"


def _trusted(state: Path, place: Path) -> set[int]:
    """Whose folder it may be: anybody can make one in /dev/shm."""
    owners = {0, os.geteuid(), place.stat().st_uid}
    with suppress(OSError, ValueError):
        owners.add(state.stat().st_uid)
    return owners


def _copy(state: Path, folder: Path) -> None:
    """As much as can be read. The updater's folder stays the one: it is the system's, and says what goes on."""
    for there, folders, files in os.walk(state):
        here = folder / Path(there).relative_to(state)
        if "update" in folders and here == folder:
            folders.remove("update")
            (here / "update").symlink_to(state.absolute() / "update")
        for name in folders:
            (here / name).mkdir(mode=0o700)
        for name in files:
            _take(Path(there) / name, here / name)


def _take(old: Path, new: Path) -> None:
    if old.name in _LEFT_OUT or not old.is_file():
        return
    try:
        if old.suffix in _POINTED_AT:
            new.symlink_to(old.absolute())
        else:
            shutil.copy(old, new)
    except OSError as error:
        log.warning("%s cannot be read: %s", old, error.strerror)
