"""The bench on which a telephone is tried, for every test that wants it."""

import pytest

from hal.sim.settings import SimLineSettings
from tests.hal.bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def clean_bench() -> Bench:
    """Perfect contacts and next to no echo."""
    return Bench(SimLineSettings(bounce_ms=0, echo_loss_db=60))
