"""A real Kamailio for the agent's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peers.kamailio import Kamailio

if TYPE_CHECKING:
    from collections.abc import Iterator

USERS = {name: f"{name}pw" for name in ("alice", "bob", "carol", "dave", "600", "601")}


@pytest.fixture(scope="module")
def kamailio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kamailio]:
    with Kamailio(tmp_path_factory.mktemp("kamailio"), USERS) as server:
        yield server
