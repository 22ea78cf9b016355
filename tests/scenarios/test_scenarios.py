"""Every scenario beside this file, played against real peers: what a person does at the telephone, and what that person must hear and see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.failed import Failed
from tests.scenarios.stage import Stage
from tests.scenarios.words import read

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.call"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_scenario(file: Path, tmp_path: Path) -> None:
    try:
        with Stage(tmp_path, read(file)) as stage:
            stage.play()
    except Failed as failed:
        pytest.fail(str(failed), pytrace=False)  # the step and what was there instead say it all
