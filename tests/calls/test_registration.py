"""Registrations on the wire: kept alive, refused, put off, lost and found again; and the sentence the owner reads about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.adapter import Adapter, account
from tests.peers.kamailio import Kamailio
from tests.peers.ports import free_port
from tests.peers.sip_wire import uri_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.hep import TracedMessage

PASSWORD = "alicepw"  # noqa: S105 - a test's
USERS = {"alice": PASSWORD}


def registrar(folder: Path, **how: object) -> Kamailio:
    return Kamailio(folder / "kamailio", USERS, **how)  # type: ignore[arg-type]


def device(folder: Path, server: str, **keys: object) -> Adapter:
    return Adapter(folder / "device", account("home", server, **{"user": "alice", "password": PASSWORD, **keys}))


def registers(kamailio: Kamailio) -> list[TracedMessage]:
    return [each for each in kamailio.sip_trace if each.message.first_line.startswith("REGISTER")]


def cseq(each: TracedMessage) -> int:
    """Repeated requests have the same."""
    return int(each.message.headers["CSeq"].split()[0])


def fresh(kamailio: Kamailio, after: int) -> TracedMessage:
    return kamailio.wait_for_message(lambda each: each.message.first_line.startswith("REGISTER"), after=after)


def answered(kamailio: Kamailio, start: str) -> TracedMessage:
    """The first answer that begins so; with it, all that led to it is in the trace, which lags behind the wire."""
    return kamailio.wait_for_message(lambda each: each.message.first_line.startswith(f"SIP/2.0 {start}"))


def now(phone: Adapter) -> dict[str, Any]:
    home: dict[str, Any] = phone.ask("status")["accounts"][0]
    return home


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_registers_and_unregisters(tmp_path: Path, transport: str) -> None:
    with registrar(tmp_path) as kamailio:
        with device(tmp_path, kamailio.server, transport=transport, register_s=90) as phone:
            phone.wait_registered()
            home = now(phone)
            assert home["reason"] == "registered"
            assert 80 < home["expires_s"] <= 90
            binding = kamailio.wait_registered("alice")
            assert (";transport=tcp" in binding.uri.lower()) == (transport == "tcp")
            assert binding.user_agent == "Keepline"
            answered(kamailio, "200")
            assert len(registers(kamailio)) == 2  # the challenge and the answer to it
        kamailio.wait_unregistered("alice")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_is_refreshed_before_it_runs_out(tmp_path: Path, transport: str) -> None:
    with registrar(tmp_path, max_expires_s=3) as kamailio, device(tmp_path, kamailio.server, transport=transport) as phone:
        phone.wait_registered()
        answered(kamailio, "200")
        first = registers(kamailio)[-1]
        second = fresh(kamailio, len(kamailio.sip_trace))
        assert second.seen_s - first.seen_s < 3
        assert second.message.headers["Call-ID"] == first.message.headers["Call-ID"]  # RFC 3261 section 10.2.4
        assert uri_of(second.message.headers["Contact"]) == uri_of(first.message.headers["Contact"])
        assert len(kamailio.registered("alice")) == 1
        assert now(phone)["state"] == "registered"


def test_a_registrar_that_wants_longer_times_gets_them(tmp_path: Path) -> None:
    with registrar(tmp_path, min_expires_s=120) as kamailio, device(tmp_path, kamailio.server, register_s=60) as phone:
        phone.wait_registered()
        answered(kamailio, "423")
        assert 110 < now(phone)["expires_s"] <= 120


def test_sha_256_digest(tmp_path: Path) -> None:
    with registrar(tmp_path, auth_algorithm="SHA-256") as kamailio, device(tmp_path, kamailio.server) as phone:
        phone.wait_registered()
        answered(kamailio, "200")
        assert "algorithm=SHA-256" in registers(kamailio)[-1].message.headers["Authorization"]


def refused(phone: Adapter, kamailio: Kamailio, part: str, most: int) -> None:
    """The account is refused with a sentence; no more than `most` REGISTERs left, and none while the owner picks up and listens."""
    home = phone.wait_account("refused")
    assert part in home["reason"]
    assert 140 < home["retry_in_s"] <= 300
    phone.lift()
    phone.hear(0.5)  # Kamailio's trace comes a moment after its answer
    sent = len(registers(kamailio))
    assert 1 <= sent <= most
    assert phone.hear(2.0).name == "dial"
    assert len(registers(kamailio)) == sent


@pytest.mark.parametrize("forbid", [False, True], ids=["challenged-again", "forbidden"])
def test_a_wrong_password_does_not_hammer(tmp_path: Path, *, forbid: bool) -> None:
    with registrar(tmp_path, forbid_wrong_password=forbid) as kamailio:
        phone = device(tmp_path, kamailio.server, password="guess")  # noqa: S106
        with phone:
            refused(phone, kamailio, "password", 2)


def test_no_password_where_one_is_wanted(tmp_path: Path) -> None:
    with registrar(tmp_path) as kamailio, device(tmp_path, kamailio.server, password="") as phone:
        refused(phone, kamailio, "wants a password", 1)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (403, "the server refuses this user"),
        (404, "the server does not know this user"),
        (410, "the server no longer has this user"),
    ],
)
def test_a_refusal_is_told_in_a_sentence_of_ours(tmp_path: Path, code: int, sentence: str) -> None:
    with registrar(tmp_path) as kamailio:
        kamailio.reject("REGISTER", "alice", code, "Call 555-SCAM now")
        with device(tmp_path, kamailio.server) as phone:
            refused(phone, kamailio, sentence, 1)
            assert "SCAM" not in now(phone)["reason"]


def test_a_corrected_password_is_tried_at_once(tmp_path: Path) -> None:
    with registrar(tmp_path) as kamailio, device(tmp_path, kamailio.server, password="guess") as phone:  # noqa: S106
        phone.wait_account("refused")
        phone.settings.write_text(phone.settings.read_text().replace("guess", PASSWORD))
        phone.ask("reload")
        phone.wait_registered()


def test_retry_after_is_kept(tmp_path: Path) -> None:
    with registrar(tmp_path) as kamailio:
        kamailio.reject("REGISTER", "alice", 503, header="Retry-After: 40 (nightly work);duration=99")
        with device(tmp_path, kamailio.server) as phone:
            home = phone.wait_account("waiting")
            assert home["reason"] == "the server is overloaded or out of service"
            assert 38 <= home["retry_in_s"] <= 40


def test_a_short_retry_after_is_waited_out_on_the_wire(tmp_path: Path) -> None:
    with registrar(tmp_path) as kamailio:
        kamailio.reject("REGISTER", "alice", 503, header="Retry-After: 4")
        with device(tmp_path, kamailio.server) as phone:
            phone.wait_account("waiting")
            kamailio.accept("REGISTER", "alice")
            first, again = registers(kamailio)[-1], fresh(kamailio, len(kamailio.sip_trace))
            assert 3.8 < again.seen_s - first.seen_s < 6
            phone.wait_registered()


def test_a_refresh_that_is_put_off_is_not_repeated_by_the_engine(tmp_path: Path) -> None:
    """The engine may mend a connection by itself, but not try again what the registrar put off."""
    with registrar(tmp_path, max_expires_s=3) as kamailio:
        phone = device(tmp_path, kamailio.server, transport="tcp")
        with phone:
            phone.wait_registered()
            kamailio.reject("REGISTER", "alice", 503, header="Retry-After: 90")
            phone.wait_account("waiting")
            phone.lift()
            phone.hear(0.5)  # Kamailio's trace comes a moment after its answer
            sent = len(registers(kamailio))
            assert phone.hear(3.0).name == "dial"
            assert len(registers(kamailio)) == sent
            assert now(phone)["retry_in_s"] > 80


def test_a_server_that_errs_is_tried_again_ever_more_rarely(tmp_path: Path) -> None:
    with registrar(tmp_path) as kamailio:
        kamailio.reject("REGISTER", "alice", 500)
        with device(tmp_path, kamailio.server) as phone:
            assert phone.wait_account("waiting")["reason"] == "the server had an error"
            first = fresh(kamailio, 0)
            again = kamailio.wait_for_message(lambda each: each.message.method == "REGISTER" and cseq(each) != cseq(first))
            assert again.seen_s - first.seen_s > 0.9  # between half and all of 2 s
            after = phone.wait(lambda status: status["accounts"][0]["retry_in_s"] > 1, "the second wait")
            assert 2 <= after["accounts"][0]["retry_in_s"] <= 8  # the third wait, on a machine that looks late


def test_a_server_that_is_down_is_found_when_it_comes(tmp_path: Path) -> None:
    port = free_port()
    with device(tmp_path, f"127.0.0.1:{port}", transport="tcp") as phone:
        home = phone.wait_account("waiting")
        assert home["reason"] == "the server cannot be reached: connection refused"
        assert home["retry_in_s"] <= 2
        with registrar(tmp_path, port=port) as kamailio:
            kamailio.wait_registered("alice")
            phone.wait_registered()


def test_a_silent_udp_server_is_found_when_it_comes(tmp_path: Path) -> None:
    """Nothing says that a UDP server is down but time; REGISTER is repeated meanwhile (RFC 3261 timer E, 4 s at most)."""
    port = free_port()
    with device(tmp_path, f"127.0.0.1:{port}") as phone:
        assert phone.wait_account("registering")["reason"] == "asking the server"
        with registrar(tmp_path, port=port) as kamailio:
            kamailio.wait_registered("alice")
            phone.wait_registered()


def test_a_registrar_that_forgot_everybody_is_told_again(tmp_path: Path) -> None:
    with registrar(tmp_path, max_expires_s=3) as kamailio, device(tmp_path, kamailio.server) as phone:
        phone.wait_registered()
        kamailio.forget("alice")
        assert not kamailio.registered("alice")
        kamailio.wait_registered("alice")
        assert now(phone)["state"] == "registered"


def test_a_lost_tcp_connection_is_made_anew(tmp_path: Path) -> None:
    port = free_port()
    with registrar(tmp_path, port=port) as kamailio:
        phone = device(tmp_path, kamailio.server, transport="tcp")
        phone.wait_registered()
        kamailio.process.kill()
    with phone, registrar(tmp_path / "again", port=port) as kamailio:
        kamailio.wait_registered("alice")
        phone.wait_registered()


def test_a_lost_tcp_connection_to_a_dead_server_is_told(tmp_path: Path) -> None:
    with registrar(tmp_path) as kamailio:
        phone = device(tmp_path, kamailio.server, transport="tcp")
        phone.wait_registered()
    with phone:
        assert phone.wait_account("waiting")["reason"].startswith("the server cannot be reached")


def test_number_and_login_may_differ_from_the_user(tmp_path: Path) -> None:
    with Kamailio(tmp_path / "kamailio", {"login": "loginpw"}) as kamailio:
        names = {
            "user": "alice",
            "number": "+77172000000",
            "auth_user": "login",
            "password": "loginpw",
            "display_name": r"Alice \"A\"",
        }
        with device(tmp_path, kamailio.server, **names) as phone:
            phone.wait_registered()
            last = registers(kamailio)[-1].message
            assert last.headers["To"].startswith('"Alice \\"A\\"" <sip:alice@')
            assert 'username="login"' in last.headers["Authorization"]
            assert uri_of(last.headers["Contact"]).startswith("sip:alice@")
            assert now(phone)["number"] == "+77172000000"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_everything_goes_through_the_outbound_proxy(tmp_path: Path, transport: str) -> None:
    """The registrar's own name leads nowhere from here; only the proxy knows it."""
    with registrar(tmp_path, domains=["home.test"]) as kamailio:
        phone = device(tmp_path, "home.test", outbound_proxy=kamailio.server, transport=transport)
        with phone:
            phone.wait_registered()
            last = registers(kamailio)[-1].message
            assert last.first_line.startswith(f"REGISTER sip:home.test{'' if transport == 'udp' else ';transport=tcp'} ")
            assert last.headers["To"].endswith("<sip:alice@home.test>")
            phone.lift()
            phone.dial("600#")
            call = kamailio.wait_for_message(lambda each: each.message.first_line.startswith("INVITE"))
            assert call.message.first_line.startswith("INVITE sip:600@home.test")
