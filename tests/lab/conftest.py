"""What the laboratory's tests share."""

from __future__ import annotations

import pytest

from tests.lab.laboratory import USUAL, Laboratory


@pytest.fixture(scope="module")
def usual_lab(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    """A laboratory with the usual uplinks for one file of tests; each test leaves it whole."""
    with Laboratory(tmp_path_factory.mktemp("lab"), USUAL) as lab:
        yield lab
