"""Every scenario beside this file, played against a real PBX."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.server import AsteriskServer
from tests.scenarios.failed import Failed
from tests.scenarios.stage import Stage
from tests.scenarios.words import read

FILES = sorted(Path(__file__).parent.glob("*.call"))


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_scenario(file: Path, tmp_path: Path) -> None:
    try:
        with Stage(tmp_path, read(file), AsteriskServer) as stage:
            stage.play()
    except Failed as failed:
        pytest.fail(str(failed), pytrace=False)  # the step and what was there instead say it all
