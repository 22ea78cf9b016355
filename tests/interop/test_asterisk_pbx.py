"""What the Asterisk peer offers as a PBX, proven by three baresip telephones: mailboxes that tell of messages, transfer, parking, pickup, conference."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.asterisk_config import CONFERENCE, FIRST_PARKED, LEAVE_MESSAGE, PARK, PICKUP
from tests.peers.baresip import Baresip
from tests.peers.sound import strongest_hz, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USERS = {"alice": "alice-pw", "bob": "bob-pw", "carol": "carol-pw"}
SAYS_HZ = {"alice": 700.0, "bob": 1004.0, "carol": 1300.0}
HEARD_DBM0 = -20.0
SECOND_BYTES = 16_000


@pytest.fixture(scope="module")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    with Asterisk(tmp_path_factory.mktemp("pbx"), USERS) as running:
        running.command("pjsip set logger on")
        yield running


@pytest.fixture
def phones(pbx: Asterisk, tmp_path: Path) -> Iterator[dict[str, Baresip]]:
    with ExitStack() as running:
        made = {
            user: running.enter_context(
                Baresip(tmp_path / user, user, USERS[user], server=pbx.server, answer="manual", source=SAYS_HZ[user])
            )
            for user in USERS
        }
        for phone in made.values():
            phone.wait_registered()
        yield made


def recorded_bytes(pbx: Asterisk) -> int:
    return sum(path.stat().st_size for path in (pbx.folder / "spool" / "voicemail").rglob("*.wav"))


def answer(phone: Baresip) -> None:
    phone.wait_calls(lambda calls: any(call.state == "INCOMING" for call in calls), "to ring")
    phone.accept()
    phone.wait_for("CALL_ESTABLISHED")


def call(caller: Baresip, called: Baresip) -> None:
    caller.dial(called.user)
    answer(called)
    caller.wait_for("CALL_ESTABLISHED")


def heard_hz(phone: Baresip) -> float:
    return strongest_hz(phone.wait_heard(1.0)[-4000:])


def test_a_message_left_is_told_of_without_being_asked(pbx: Asterisk, phones: dict[str, Baresip]) -> None:
    pbx.process.wait_for_line(r"^Voice-Message: 0/0")
    before = len(pbx.process.lines)
    phones["bob"].dial(f"{LEAVE_MESSAGE}alice")
    phones["bob"].wait_for("CALL_ESTABLISHED")
    pbx.process.wait_for_line(r"Recording the message", after=before)
    pbx.process.wait_until(lambda: recorded_bytes(pbx) > SECOND_BYTES, "recorded no second")
    phones["bob"].hangup()
    pbx.process.wait_for_line(r"^Voice-Message: 1/0", after=before)


def test_a_call_is_transferred_parked_and_fetched(phones: dict[str, Baresip]) -> None:
    alice, bob, carol = phones.values()
    call(alice, bob)
    bob.transfer("carol")
    answer(carol)
    assert heard_hz(carol) == pytest.approx(SAYS_HZ["alice"], abs=5)
    carol.transfer(PARK)
    carol.wait_calls(lambda calls: not calls, "the parked call to leave it")
    bob.wait_calls(lambda calls: not calls, "the end of its call")
    bob.dial(FIRST_PARKED)
    bob.wait_for("CALL_ESTABLISHED")
    assert heard_hz(bob) == pytest.approx(SAYS_HZ["alice"], abs=5)


def test_a_call_that_rings_elsewhere_is_picked_up(phones: dict[str, Baresip]) -> None:
    alice, bob, carol = phones.values()
    bob.dial("carol")
    carol.wait_calls(lambda calls: any(call.state == "INCOMING" for call in calls), "to ring")
    alice.dial(PICKUP)
    alice.wait_for("CALL_ESTABLISHED")
    assert heard_hz(bob) == pytest.approx(SAYS_HZ["alice"], abs=5)
    carol.wait_calls(lambda calls: not calls, "to fall quiet")


def test_three_meet_in_a_conference(phones: dict[str, Baresip]) -> None:
    for phone in phones.values():
        phone.dial(CONFERENCE)
        phone.wait_for("CALL_ESTABLISHED")
    phones["alice"].wait_heard(0.5)
    heard = phones["alice"].wait_heard(1.0)
    assert tone_level_dbm0(heard, SAYS_HZ["bob"]) > HEARD_DBM0
    assert tone_level_dbm0(heard, SAYS_HZ["carol"]) > HEARD_DBM0
