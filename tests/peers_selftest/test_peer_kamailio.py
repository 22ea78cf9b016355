"""The registrar and proxy, proven by bare sockets and by baresip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tests.peers.baresip import Baresip
from tests.peers.errors import PeerError, PeerSilent
from tests.peers.kamailio import Kamailio
from tests.peers.raw_peer import RawPeer

if TYPE_CHECKING:
    from pathlib import Path

USERS = {"alice": "alice-pw", "bob": "bob-pw"}


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_it_answers_options(tmp_path: Path, address: str, transport: Literal["udp", "tcp"]) -> None:
    with Kamailio(tmp_path, USERS, address=address) as server, RawPeer((address, server.port), transport) as peer:
        peer.send(peer.request("OPTIONS"))
        assert peer.wait_for().status == 200
        answer = server.wait_for_message(lambda m: m.message.status == 200)  # the copy comes a moment after the message
        assert answer.target == peer.address
        assert [m.message.first_line.split(" ")[0] for m in server.sip_trace] == ["OPTIONS", "SIP/2.0"]


def test_a_user_registers_and_unregisters(tmp_path: Path) -> None:
    with Kamailio(tmp_path / "server", USERS) as server:
        assert server.registered("alice") == []
        with Baresip(tmp_path / "alice", "alice", USERS["alice"], server=server.server) as alice:
            alice.wait_registered()
            binding = server.wait_registered("alice")
            assert f":{alice.port}" in binding.uri
            assert 50 <= binding.expires_s <= 60
        server.wait_unregistered("alice")


@pytest.mark.parametrize(("forbid", "status"), [(False, 401), (True, 403)])
def test_a_wrong_password_is_challenged_again_or_forbidden(tmp_path: Path, forbid: bool, status: int) -> None:  # noqa: FBT001
    with (
        Kamailio(tmp_path / "server", USERS, forbid_wrong_password=forbid) as server,
        Baresip(tmp_path / "alice", "alice", "wrong", server=server.server),
    ):
        answered = server.wait_for_message(lambda m: "Authorization" in m.message.headers)
        count = server.sip_trace.index(answered)
        assert server.wait_for_message(lambda m: m.message.status, after=count).message.status == status
        assert server.registered("alice") == []


def test_a_password_can_change_and_a_binding_can_be_forgotten(tmp_path: Path) -> None:
    with Kamailio(tmp_path / "server", {"alice": "old"}) as server:
        server.set_password("alice", "new")
        with Baresip(tmp_path / "alice", "alice", "new", server=server.server) as alice:
            alice.wait_registered()
            server.forget("alice")
            assert server.registered("alice") == []


def test_short_expiries_get_423_with_the_minimum(tmp_path: Path) -> None:
    with (
        Kamailio(tmp_path / "server", USERS, min_expires_s=120) as server,
        Baresip(tmp_path / "a", "alice", USERS["alice"], server=server.server),
    ):
        refused = server.wait_for_message(lambda m: m.message.status == 423)
        assert refused.message.headers["Min-Expires"] == "120"


def test_a_rejection_carries_code_and_header_until_it_is_lifted(tmp_path: Path) -> None:
    with Kamailio(tmp_path, USERS) as server, RawPeer(("127.0.0.1", server.port)) as peer:
        server.reject("INVITE", "bob", 503, "Service Unavailable", header="Retry-After: 7")
        peer.send(peer.request("INVITE", "bob"))
        refused = peer.wait_for(lambda m: m.status >= 200)
        assert refused.first_line == "SIP/2.0 503 Service Unavailable"
        assert refused.headers["Retry-After"] == "7"
        server.accept("INVITE", "bob")
        peer.send(peer.request("INVITE", "bob"))
        assert peer.wait_for(lambda m: m.status == 480)  # known, but not registered
        peer.send(peer.request("INVITE", "nobody"))
        assert peer.wait_for(lambda m: m.status == 404)


def test_code_zero_never_answers(tmp_path: Path) -> None:
    with Kamailio(tmp_path, USERS) as server, RawPeer(("127.0.0.1", server.port)) as peer:
        server.reject("REGISTER", "*", 0)
        peer.send(peer.request("REGISTER", "alice"))
        peer.send(peer.request("OPTIONS"))
        assert peer.wait_for(lambda m: m.status == 200).method == "OPTIONS"
        assert {m.method for m in peer.messages} == {"OPTIONS"}, (
            "one worker serves in order, so a REGISTER answer would have come first"
        )


def test_an_invite_can_be_challenged_with_sha256(tmp_path: Path) -> None:
    with Kamailio(tmp_path, USERS, challenge_invite=True, auth_algorithm="SHA-256", domains=["foo.test"]) as server:
        with RawPeer(("127.0.0.1", server.port)) as peer:
            peer.send(peer.request("INVITE", "bob").replace(b"From: <sip:raw@127.0.0.1>", b"From: <sip:raw@foo.test>"))
            challenge = peer.wait_for(lambda m: m.status == 407).headers["Proxy-Authenticate"]
        assert "algorithm=SHA-256" in challenge
        assert 'realm="foo.test"' in challenge


def test_a_stopped_server_drops_its_connections(tmp_path: Path) -> None:
    with Kamailio(tmp_path, USERS) as server, RawPeer(("127.0.0.1", server.port), "tcp") as peer:
        peer.send(peer.request("OPTIONS"))
        peer.wait_for()
        server.stop()
        peer.wait_closed()


def test_failures_tell_what_was_seen(tmp_path: Path) -> None:
    with Kamailio(tmp_path, USERS) as server:
        with pytest.raises(PeerSilent, match="alice did not register"):
            server.wait_registered("alice", 0.2)
        with pytest.raises(PeerError, match=r"refused no\.such"):
            server.rpc("no.such")
        with pytest.raises(PeerError, match="no TLS listener"):
            _ = server.tls_server
