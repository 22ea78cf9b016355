"""Scenarios are played as they stand with everybody but the box elsewhere: beyond a router that masquerades, on another address."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.addresses import FAR
from tests.lab.laboratory import ETHERNET, Laboratory
from tests.scenarios.failed import Failed
from tests.scenarios.place import Place
from tests.scenarios.stage import Stage
from tests.scenarios.words import read

FILES = Path(__file__).parents[1] / "scenarios"
NAMES = ("call-out", "announcement-before-answer", "voicemail-by-mail", "blind-transfer", "stops-with-many-calls")
"""Between them: voice both ways, a far end of SIP alone, mail, far ends that talk to each other, the box started again."""


@pytest.mark.parametrize("name", NAMES)
def test_scenario(name: str, tmp_path: Path) -> None:
    with Laboratory(tmp_path / "lab", (ETHERNET,)) as lab, lab.cloud.inside():
        place = Place(FAR, "", lab.device.enter, behind_router=True)
        try:
            with Stage(tmp_path, read(FILES / f"{name}.call"), place=place) as stage:
                stage.play()
        except Failed as failed:
            pytest.fail(str(failed), pytrace=False)  # the step and what was there instead say it all
