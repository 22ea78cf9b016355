"""The far side of the demos and benches: a registrar (Kamailio) and a telephone that answers by itself (baresip) and says one tone."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.adapter import account
from tests.peers.baresip import Baresip
from tests.peers.kamailio import Kamailio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAR_NUMBER = "600"
FAR_HZ = 1004.0
USERS = {"keepline": "keepline-demo", FAR_NUMBER: "far-demo"}


@dataclass(frozen=True)
class FarSide:
    kamailio: Kamailio
    far: Baresip

    @property
    def account(self) -> str:
        """The settings table with which a device reaches it."""
        return account("demo", self.kamailio.server, number="100", user="keepline", password=USERS["keepline"])


@contextmanager
def far_side(folder: Path) -> Iterator[FarSide]:
    """Both peers, running and registered, until the context ends."""
    with ExitStack() as running:
        kamailio = running.enter_context(Kamailio(folder / "kamailio", USERS))
        far = running.enter_context(Baresip(folder / "far", FAR_NUMBER, USERS[FAR_NUMBER], server=kamailio.server, source=FAR_HZ))
        kamailio.wait_registered(FAR_NUMBER)
        yield FarSide(kamailio, far)
