"""The provider database: right network, internet only, in pieces, and the real file of the distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firmware.cellular.providers import DATABASE as INSTALLED
from firmware.cellular.providers import Providers
from firmware.core.apn_choice import candidates, network_codes
from firmware.core.modem_events import Apn
from tests.cellular.bench import DATABASE
from tests.hal.fake_scheduler import FakeScheduler

if TYPE_CHECKING:
    from pathlib import Path


def found(imsi: str, database: Path) -> tuple[Apn, ...]:
    clock, answers = FakeScheduler(), []
    Providers(clock, database).find(imsi, answers.append)
    assert not answers, "it calls back at once"
    clock.run(0)
    assert len(answers) == 1
    return answers[0]


def test_the_internet_access_points_of_the_cards_network(tmp_path: Path) -> None:
    (tmp_path / "db.xml").write_text(DATABASE)
    assert found("401010123456789", tmp_path / "db.xml") == (Apn("old", "u", "p"), Apn("internet"), Apn("unstated"))
    assert found("401070123456789", tmp_path / "db.xml") == (Apn("other"),)
    assert found("999990123456789", tmp_path / "db.xml") == ()


def test_the_real_database_knows_kazakhstan() -> None:
    """Beeline 401-01 and Kcell 401-02, as Debian's package of 2023-04-16 has them."""
    assert Apn("internet.beeline.kz", "@internet.beeline", "") in found("401010123456789", INSTALLED)
    assert Apn("internet") in found("401020123456789", INSTALLED)


def test_a_network_code_of_three_digits_goes_before_one_of_two() -> None:
    """310-410 is AT&T; 310-41 is nobody's."""
    assert network_codes("310410123456789") == (("310", "410"), ("310", "41"))
    assert any("att" in apn.name or apn.name in {"phone", "broadband"} for apn in found("310410123456789", INSTALLED))


def test_a_missing_or_damaged_database_means_none(tmp_path: Path) -> None:
    assert found("401010123456789", tmp_path / "none.xml") == ()
    (tmp_path / "cut.xml").write_text(DATABASE[: len(DATABASE) // 2])
    assert len(found("401010123456789", tmp_path / "cut.xml")) >= 0
    (tmp_path / "wrong.xml").write_text("<a><b></a>")
    assert found("401010123456789", tmp_path / "wrong.xml") == ()


@pytest.mark.parametrize(
    ("owner", "remembered", "known", "tried"),
    [
        (Apn("mine"), Apn("old"), (Apn("a"),), (Apn("mine"),)),
        (None, Apn("old"), (Apn("a"), Apn("old")), (Apn("old"), Apn(""), Apn("a"))),
        (None, None, (Apn("a"), Apn("a"), Apn("b")), (Apn(""), Apn("a"), Apn("b"))),
        (None, Apn(""), (), (Apn(""),)),
    ],
)
def test_what_is_tried_and_in_which_order(
    owner: Apn | None, remembered: Apn | None, known: tuple[Apn, ...], tried: tuple[Apn, ...]
) -> None:
    assert candidates(owner, remembered, known) == tried
