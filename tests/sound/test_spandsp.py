import pytest

from firmware.sound.errors import LibraryMissing
from firmware.sound.spandsp import open_library


def test_a_missing_library_names_the_package_to_install() -> None:
    with pytest.raises(LibraryMissing, match=r"libnone\.so\.9 cannot be opened; install libspandsp2 "):
        open_library("libnone.so.9")
