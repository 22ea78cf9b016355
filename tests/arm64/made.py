"""What image-build/arm64 makes, made if it is not there; and what the header of a compiled file says. Runs none of it."""

from __future__ import annotations

import re
import struct
import subprocess
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "image-build" / "arm64" / "build"
AARCH64 = 183
"""e_machine of AArch64: "ELF for the Arm 64-bit Architecture", section ELF Header."""
SYMTAB = 2
"""sh_type of the symbol table that `strip` removes; the dynamic one is another type (System V ABI, chapter 4)."""


class NotMade(AssertionError):
    """The recipe failed; it has told why."""


def made(what: str) -> Path:
    """The `engine` (a wheel), the `parts` (a folder of wheels) or the `root` (a file tree); the recipe's progress goes to stderr."""
    began = time.monotonic()
    done = subprocess.run([RECIPE, what], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise NotMade(f"image-build/arm64/build {what} failed with {done.returncode}")
    print(f"{what}: there after {time.monotonic() - began:.1f} s")  # noqa: T201 (the table of the smoke test)
    return Path(done.stdout.split()[-1])


@dataclass(frozen=True)
class Compiled:
    """One shared object inside a wheel."""

    wheel: str
    name: str
    size: int
    bits: int
    machine: int
    stripped: bool
    needs: tuple[str, ...]
    """Names of shared libraries in its string table."""


def compiled(wheel: Path) -> Iterator[Compiled]:
    """Its shared objects, by their ELF headers."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            if data[:4] == b"\x7fELF":
                kinds = set(_section_types(data))
                yield Compiled(
                    wheel.name,
                    name,
                    len(data),
                    32 * data[4],
                    struct.unpack_from("<H", data, 18)[0],
                    SYMTAB not in kinds,
                    _libraries(data),
                )


def _libraries(data: bytes) -> tuple[str, ...]:
    return tuple(each.decode() for each in re.findall(rb"\0(lib[\w+-]+\.so\.[\d.]+)(?=\0)", data))


def _section_types(data: bytes) -> Iterator[int]:
    """sh_type of every section of a 64-bit little-endian file."""
    start = struct.unpack_from("<Q", data, 40)[0]
    size, count = struct.unpack_from("<HH", data, 58)
    for index in range(count):
        yield struct.unpack_from("<I", data, start + index * size + 4)[0]
