"""The wheels and the file tree, made once a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.arm64.made import made

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def engine() -> Path:
    return made("engine")


@pytest.fixture(scope="session")
def parts() -> Path:
    return made("parts")


@pytest.fixture(scope="session")
def root() -> Path:
    return made("root")
