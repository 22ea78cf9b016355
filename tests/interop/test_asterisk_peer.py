"""Asterisk 22 as the exchange, proven by baresip: it registers, and each number of its dial plan does what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peers import asterisk_config as numbers
from tests.peers.asterisk import Asterisk
from tests.peers.baresip import Baresip
from tests.peers.sound import strongest_hz, tone_level_dbm0

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.peers.certificates import Authority

USERS = {"alice": "alice-pw", "bob": "bob-pw"}


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Asterisk]:
    with Asterisk(tmp_path_factory.mktemp("asterisk"), USERS, tls=authority.issue()) as running:
        yield running


def phone(exchange: Asterisk, folder: Path, user: str = "alice", source_hz: float = 440) -> Baresip:
    return Baresip(folder / user, user, USERS[user], server=exchange.server, source=source_hz)


def test_it_is_version_22_and_registers_a_user(exchange: Asterisk, tmp_path: Path) -> None:
    assert exchange.command("core show version").startswith("Asterisk 22.")
    with phone(exchange, tmp_path) as alice:
        alice.wait_registered()
        assert f":{alice.port}" in exchange.wait_registered("alice")
    assert exchange.registered("alice") == []


@pytest.mark.parametrize(("number", "heard_hz"), [(numbers.ECHO, 440), (numbers.MILLIWATT, 1004), (numbers.TONE_440, 440)])
def test_a_number_gives_its_tone(exchange: Asterisk, tmp_path: Path, number: str, heard_hz: int) -> None:
    with phone(exchange, tmp_path) as alice:
        alice.wait_registered()
        alice.dial(number)
        alice.wait_for("CALL_ESTABLISHED")
        sound = alice.wait_heard(1.0)[-4000:]
        assert strongest_hz(sound) == pytest.approx(heard_hz, abs=4)
        if number == numbers.ECHO:
            assert tone_level_dbm0(sound, 440) == pytest.approx(-10, abs=0.5)


@pytest.mark.parametrize(("number", "status"), [(numbers.BUSY, "486"), (numbers.CONGESTION, "503")])
def test_a_number_refuses(exchange: Asterisk, tmp_path: Path, number: str, status: str) -> None:
    with phone(exchange, tmp_path) as alice:
        alice.wait_registered()
        alice.dial(number)
        assert status in alice.wait_for("CALL_CLOSED").parameter


def test_keys_are_read(exchange: Asterisk, tmp_path: Path) -> None:
    with phone(exchange, tmp_path) as alice:
        alice.wait_registered()
        alice.dial(numbers.KEYS)
        alice.wait_for("CALL_ESTABLISHED")
        alice.send_dtmf("1590#")
        exchange.wait_keys("1590")
        alice.wait_for("CALL_CLOSED")


def test_users_call_each_other_and_the_exchange_calls_them(exchange: Asterisk, tmp_path: Path) -> None:
    with phone(exchange, tmp_path) as alice, phone(exchange, tmp_path, "bob", 1000) as bob:
        alice.wait_registered()
        bob.wait_registered()
        alice.dial("bob")
        bob.wait_for("CALL_ESTABLISHED")
        assert strongest_hz(bob.wait_heard(1.0)[-4000:]) == pytest.approx(440, abs=4)
        assert strongest_hz(alice.wait_heard(1.0)[-4000:]) == pytest.approx(1000, abs=4)
        exchange.hang_up_all()
        bob.wait_for("CALL_CLOSED")
        exchange.call("bob", numbers.MILLIWATT)
        bob.wait_for("CALL_ESTABLISHED")
        assert strongest_hz(bob.wait_heard(1.0)[-4000:]) == pytest.approx(1004, abs=4)


def test_calls_can_be_encrypted(tmp_path: Path, authority: Authority) -> None:
    with Asterisk(tmp_path / "exchange", USERS, tls=authority.issue(), media_encryption="sdes") as exchange:
        server, source_hz = exchange.tls_server, 440
        with Baresip(
            tmp_path / "a",
            "alice",
            "alice-pw",
            server=server,
            transport="tls",
            mediaenc="srtp-mand",
            authority=authority.certificate,
            source=source_hz,
        ) as alice:
            alice.wait_registered()
            alice.dial(numbers.ECHO)
            alice.wait_for("CALL_ESTABLISHED")
            assert strongest_hz(alice.wait_heard(1.0)[-4000:]) == pytest.approx(source_hz, abs=4)
