"""A call that comes to two contacts of ours is let in once, and its copy ends as the first one did."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from firmware.sip.forks import Arrival, Forks, arrival_of, is_copy
from firmware.sip.identity import contacts_of
from firmware.sip.news import CallEstablished, CallOver, Quality

ACTIVE, WAITING = "alice@198.51.100.1:5060", "alice@198.51.100.2:5060"
ONE = Arrival("home", ("call", "tag"), ACTIVE, "600@provider", 10.0)


def another(**keys: object) -> Arrival:
    """The same call at the other contact, but for `keys`."""
    known = {"account": "home", "dialog": ("call", "tag"), "place": WAITING, "caller": "600@provider", "at_s": 10.1}
    return Arrival(**{**known, **keys})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (another(), True),
        (another(dialog=("call of its own", "other")), True),
        (another(dialog=("call of its own", "other"), at_s=12.5), False),
        (another(dialog=("call of its own", "other"), caller="601@provider"), False),
        (another(dialog=("again", "other"), place=ACTIVE), False),
        (another(account="work"), False),
    ],
    ids=["forked", "a call for each contact", "later", "another caller", "the caller tries again", "another account"],
)
def test_which_calls_are_the_same(other: Arrival, *, same: bool) -> None:
    assert is_copy(ONE, other) == same


def test_what_an_invitation_tells() -> None:
    message = (
        'INVITE sip:Alice@198.51.100.1:5060;ob SIP/2.0\r\nf: "Bob" <sip:600@provider>;tag=t1\r\n'
        "To: <sip:alice@provider>\r\ni: c1\r\n\r\n"
    )
    assert arrival_of("home", message, 1.0) == Arrival("home", ("c1", "t1"), "alice@198.51.100.1:5060", "600@provider", 1.0)


def test_which_contacts_an_answer_lists() -> None:
    message = (
        "SIP/2.0 200 OK\r\nContact: <sip:alice@198.51.100.1:5060;ob>;expires=300, <sip:Alice@[2001:db8::1]:5060>\r\n"
        "m: <sips:bob@host.test>;q=0.5\r\n\r\n"
    )
    assert contacts_of(message) == {"alice@198.51.100.1:5060", "alice@[2001:db8::1]:5060", "bob@host.test"}
    assert contacts_of("SIP/2.0 200 OK\r\n\r\n") == frozenset()


@dataclass
class Waiting:
    """A call that remembers how it was ended."""

    ended: list[int] = field(default_factory=list)

    def end(self, status: int = 0, reason: str = "") -> None:  # noqa: ARG002 (a call's)
        self.ended.append(status)


class Door:
    """Forks with the handles of the calls that were let in."""

    def __init__(self) -> None:
        self.forks = Forks()
        self.admitted: list[str] = []
        self.calls: dict[str, Waiting] = {}

    def arrive(self, handle: str, arrival: Arrival, *, by_waiting: bool = False) -> None:
        call = self.calls[handle] = Waiting()
        self.forks.take(handle, call, arrival, lambda: self.admitted.append(handle), gives_way=by_waiting)

    def over(self, handle: str, status: int, *, by_us: bool) -> None:
        self.forks.hear(CallOver(handle, status, by_us, Quality(), ""))


async def pause(seconds: float = 0.0) -> None:
    await asyncio.sleep(seconds)


@pytest.mark.parametrize(("first", "second"), [(False, True), (True, False)])
def test_it_is_let_in_once_and_by_the_uplink_in_use(*, first: bool, second: bool) -> None:
    async def story() -> None:
        door = Door()
        door.arrive("1", ONE, by_waiting=first)
        door.arrive("2", another(), by_waiting=second)
        assert door.admitted == ["2" if first else "1"]
        await pause(0.4)
        assert len(door.admitted) == 1

    asyncio.run(story())


def test_what_comes_by_the_waiting_uplink_alone_is_let_in_a_moment_later() -> None:
    async def story() -> None:
        door = Door()
        door.arrive("1", ONE, by_waiting=True)
        assert door.admitted == []
        await pause(0.4)
        assert door.admitted == ["1"]
        door.arrive("2", another())
        assert door.admitted == ["1"]

    asyncio.run(story())


def test_a_caller_who_hangs_up_meanwhile_is_not_let_in() -> None:
    async def story() -> None:
        door = Door()
        door.arrive("1", ONE, by_waiting=True)
        door.over("1", 487, by_us=False)
        await pause(0.4)
        assert door.admitted == []

    asyncio.run(story())


def test_the_copy_is_refused_with_what_the_first_was_whichever_comes_first() -> None:
    async def story() -> None:
        door = Door()
        door.arrive("1", ONE)
        door.arrive("2", another(place="alice@198.51.100.3:5060"))
        door.over("1", 486, by_us=True)
        door.arrive("3", another())
        await pause(0.01)
        assert [door.calls[name].ended for name in ("2", "3")] == [[486], [486]]
        assert door.admitted == ["1"]

    asyncio.run(story())


def test_the_copy_of_a_call_that_was_answered_is_left_to_be_taken_back_and_then_refused() -> None:
    async def story() -> None:
        door = Door()
        door.arrive("1", ONE)
        door.arrive("taken back", another())
        door.arrive("forgotten", another(place="alice@198.51.100.3:5060"))
        door.forks.hear(CallEstablished("1"))
        door.over("taken back", 487, by_us=False)
        await pause(2.1)
        assert [door.calls[name].ended for name in ("taken back", "forgotten")] == [[], [486]]

    asyncio.run(story())


def test_a_server_that_tries_one_contact_after_the_other_is_heard_again() -> None:
    """The caller's side gave the first one up, so that the second is no copy any more."""

    async def story() -> None:
        door = Door()
        door.arrive("1", ONE)
        door.over("1", 487, by_us=False)
        door.arrive("2", another(at_s=30.0))
        assert door.admitted == ["1", "2"]

    asyncio.run(story())
