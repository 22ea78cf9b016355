"""Registrars and proxies that challenge badly or without end: the device asks a bounded number of times, ends in a clear state and says why.

All challenges are put to one device, an account each, so that the whole set takes as long as the slowest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter, account
from tests.bad_input.dialogs import answer
from tests.bad_input.far_end import FarEnd
from tests.bad_input.rig import NO_NAMES, TROUBLE, Rig
from tests.bad_input.wire import LOCAL, Wire
from tests.peers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.peers.sip_wire import SipMessage

UNREADABLE = {"header-empty", "scheme-unknown", "scheme-basic", "quote-open", "opaque-broken"}
"""The engine drops these answers whole; the next answer must count."""

MOST_REQUESTS = 6
"""One without a password, one with, and the three fresh nonces pjsip grants (PJSIP_MAX_STALE_COUNT), and one to spare."""

SETTLED = {"waiting", "refused", "registered"}
AT_ONCE = 8
"""As many accounts as the settings allow."""

_NONCE = 'nonce="5e8f"'


def _digest(text: str, name: str = "WWW-Authenticate") -> str:
    return f"{name}: Digest {text}\r\n"


@dataclass(frozen=True)
class Challenge:
    """`status` is the answer to every REGISTER; `fresh` puts a number into the place of @N@, so that no two are alike."""

    name: str
    status: str
    extra: str
    states: frozenset[str] = frozenset({"refused", "waiting"})

    def __str__(self) -> str:
        return self.name

    def headers(self, number: int) -> str:
        return self.extra.replace("@N@", str(number))


_401, _407 = "401 Unauthorized", "407 Proxy Authentication Required"
_OK = frozenset({"registered", "waiting", "refused"})
CHALLENGES = (
    Challenge("no-header", _401, ""),
    Challenge("header-empty", _401, "WWW-Authenticate: \r\n"),
    Challenge("scheme-unknown", _401, 'WWW-Authenticate: NoOneKnows abc="def"\r\n'),
    Challenge("scheme-basic", _401, 'WWW-Authenticate: Basic realm="x"\r\n'),
    Challenge("nonce-missing", _401, _digest('realm="x"')),
    Challenge("nonce-empty", _401, _digest('realm="x", nonce=""')),
    Challenge("nonce-of-9000-bytes", _401, _digest(f'realm="x", nonce="{"n" * 9000}"')),
    Challenge("realm-missing", _401, _digest(_NONCE)),
    Challenge("realm-empty", _401, _digest(f'realm="", {_NONCE}')),
    Challenge("realm-of-9000-bytes", _401, _digest(f'realm="{"r" * 9000}", {_NONCE}')),
    Challenge("realm-with-quotes", _401, _digest(f'realm="a\\"b\\\\", {_NONCE}')),
    Challenge("quote-open", _401, _digest(f'realm="x, {_NONCE}')),
    Challenge("algorithm-unknown", _401, _digest(f'realm="x", {_NONCE}, algorithm=ROT13')),
    Challenge("algorithm-sha-256", _401, _digest(f'realm="x", {_NONCE}, algorithm=SHA-256, qop="auth"')),
    Challenge("algorithm-sess", _401, _digest(f'realm="x", {_NONCE}, algorithm=MD5-sess, qop="auth"')),
    Challenge("protection-auth-int", _401, _digest(f'realm="x", {_NONCE}, qop="auth-int"')),
    Challenge("protection-unknown", _401, _digest(f'realm="x", {_NONCE}, qop="none,such,,"')),
    Challenge("opaque-broken", _401, _digest(f'realm="x", {_NONCE}, opaque="' + "o" * 3000 + '", domain=;;')),
    Challenge("twenty-challenges", _401, "".join(_digest(f'realm="x{each}", {_NONCE}') for each in range(20))),
    Challenge("same-challenge-for-ever", _401, _digest(f'realm="x", {_NONCE}')),
    Challenge("new-nonce-for-ever", _401, _digest('realm="x", nonce="n@N@"')),
    Challenge("new-realm-for-ever", _401, _digest('realm="x@N@", nonce="n@N@"')),
    Challenge("stale-for-ever", _401, _digest('realm="x", nonce="n@N@", stale=true')),
    Challenge("proxy-challenge-for-ever", _407, _digest('realm="x", nonce="n@N@"', "Proxy-Authenticate")),
    Challenge("proxy-stale-for-ever", _407, _digest('realm="x", nonce="n@N@", stale=true', "Proxy-Authenticate")),
    Challenge("proxy-challenge-in-401", _401, _digest(f'realm="x", {_NONCE}', "Proxy-Authenticate")),
    Challenge("too-brief-without-minimum", "423 Interval Too Brief", ""),
    Challenge("too-brief-huge-minimum", "423 Interval Too Brief", "Min-Expires: 99999999999999\r\n"),
    Challenge("too-brief-for-ever", "423 Interval Too Brief", "Min-Expires: 7200\r\n"),
    Challenge("accepted-without-expiry", "200 OK", "", _OK),
    Challenge("accepted-for-ages", "200 OK", "Expires: 99999999999999\r\n", _OK),
    Challenge("moved-to-itself", "302 Moved", ""),
)


@dataclass
class Registrar:
    """Answers every REGISTER with the challenge its user stands for, and counts."""

    wire: Wire
    of_user: dict[str, Challenge]
    asked: dict[str, list[SipMessage]] = field(default_factory=dict)

    def serve_until(self, holds: Callable[[], object], timeout_s: float = 20.0) -> None:
        end = time.monotonic() + timeout_s
        while not holds():
            assert time.monotonic() < end, (
                f"still not settled; asked: { ({user: len(all_) for user, all_ in self.asked.items()}) }"
            )
            for message in self.wire.arrived_within(0.1):
                self._take(message)

    def _take(self, message: SipMessage) -> None:
        user = message.headers.get("To").partition("sip:")[2].partition("@")[0]
        challenge = self.of_user.get(user)
        if challenge and message.method == "REGISTER":
            before = self.asked.setdefault(user, [])
            if any(each.headers["CSeq"] == message.headers["CSeq"] for each in before):  # it could not read the challenge
                self.wire.send(answer(message, "403 Forbidden", self.wire))
            else:
                self.wire.send(answer(message, challenge.status, self.wire, extra=challenge.headers(len(before) + 1)))
            before.append(message)


@dataclass(frozen=True)
class Result:
    requests: int
    state: str
    reason: str


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    found: dict[str, Result] = {}
    for first in range(0, len(CHALLENGES), AT_ONCE):
        found |= put(CHALLENGES[first : first + AT_ONCE], tmp_path_factory.mktemp("challenges"))
    return found


def put(challenges: tuple[Challenge, ...], folder: Path) -> dict[str, Result]:
    """One device, one account a challenge: what each account came to after its first round of asking."""
    with Wire((LOCAL, 9), "udp", port=free_port()) as wire:
        of_user = {f"user{number}": challenge for number, challenge in enumerate(challenges)}
        registrar = Registrar(wire, of_user)
        tables = "".join(account(user, wire.me, user=user, password="secret") for user in of_user)  # noqa: S106
        with Adapter(folder, f'[sip]\nnameservers = ["{NO_NAMES}"]\n{tables}') as device:
            found: dict[str, Result] = {}

            def all_settled() -> bool:
                for each in device.ask("status")["accounts"]:
                    if each["id"] not in found and each["state"] in SETTLED:
                        found[each["id"]] = Result(len(registrar.asked.get(each["id"], ())), each["state"], each["reason"])
                return len(found) == len(of_user)

            registrar.serve_until(all_settled)
            assert device.process.running
            assert not [line for line in device.process.lines if TROUBLE.search(line)], device.process.log_tail
            return {of_user[user].name: result for user, result in found.items()}


@pytest.mark.parametrize("challenge", CHALLENGES, ids=str)
def test_a_registrar_that_challenges_badly(results: dict[str, Result], challenge: Challenge) -> None:
    result = results[challenge.name]
    assert 1 <= result.requests <= MOST_REQUESTS
    assert result.state in challenge.states
    assert result.reason


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with Rig(tmp_path_factory.mktemp("proxy"), password="secret") as made:  # noqa: S106
        yield made


PROXIES = tuple(each for each in CHALLENGES if each.status in {_401, _407})


@pytest.mark.parametrize("challenge", PROXIES, ids=str)
def test_a_proxy_that_challenges_a_call_badly(rig: Rig, challenge: Challenge) -> None:
    with FarEnd(rig) as far_end:
        call = far_end.call("udp")
        asked = 1
        while True:
            call.reply(challenge.status, extra=challenge.headers(asked))
            if challenge.name in UNREADABLE:
                call.refuse("403 Forbidden")
                break
            call.request("ACK")
            rig.prove_answering("udp")
            again = [
                each
                for each in call.wire.arrived()
                if each.method == "INVITE" and each.headers["CSeq"] != call.invite.headers["CSeq"]
            ]
            if not again:
                break
            call.invite, asked = again[-1], asked + 1
            assert asked <= MOST_REQUESTS, f"{challenge}: {asked} INVITEs for one call"
        assert call.settle() == "released"
        call.hang_up()
        rig.check(str(challenge))
        assert call.row["reason"] in {"the provider did not accept the password", "the provider does not allow this call"}


def test_a_refused_password_is_heard(rig: Rig) -> None:
    with FarEnd(rig) as far_end:
        call = far_end.call("udp")
        call.reply(_401)
        assert call.settle() == "released"
        assert rig.device.hear(2.5).name == "special"
        call.hang_up()


def test_a_challenge_of_another_scheme_is_passed_over(rig: Rig) -> None:
    """RFC 8898 servers offer Bearer beside Digest; RFC 3261 section 22.2 lets the client choose what it knows."""
    with FarEnd(rig) as far_end:
        call = far_end.call("udp")
        call.reply(_401, extra='WWW-Authenticate: Bearer realm="x"\r\n' + _digest(f'realm="x", {_NONCE}'))
        rig.prove_answering("udp")
        asked = call.wire.arrived()
        assert any("Authorization" in each.headers for each in asked), (
            f"no login was sent; got {list(map(str, asked))}\n{rig.log}"
        )
