"""The way to the broker over TLS: an authority of one's own, a certificate of one's own, and a sentence for everything that may be wrong."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter
from tests.mqtt.broker import Broker, Listener
from tests.peers.certificates import Authority
from tests.web.client import Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AVAILABILITY = "hall/availability"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("foreign"))


@contextmanager
def box(folder: Path, port: int, *keys: str) -> Iterator[PageProcess]:
    lines = [f'server = "localhost:{port}"', 'topic = "hall"', 'security = "tls"', *keys]
    with (
        Adapter(folder / "device", "[mqtt]\n" + "\n".join(lines) + "\n") as device,
        PageProcess(folder / "page", device.state) as page,
    ):
        Client.of(page).set_up(device.state)
        yield page


def trusts(authority: Authority) -> str:
    return f'tls_ca_file = "{authority.certificate}"'


def test_a_broker_of_ones_own_authority_hears_over_tls(tmp_path: Path, ours: Authority) -> None:
    with (
        Broker(tmp_path / "broker", certificate=ours.issue()) as broker,
        Listener(broker.port) as listener,
        box(tmp_path, broker.tls_port, trusts(ours)) as page,
    ):
        listener.wait(lambda said: said.get(AVAILABILITY) == "online", "that the box is there")
        owner = Client.of(page)
        owner.sign_in()
        assert owner.get("/mqtt").json == {"server": f"localhost:{broker.tls_port}", "connected": True, "reason": ""}


def test_a_broker_that_asks_for_our_certificate_is_shown_it(tmp_path: Path, ours: Authority) -> None:
    mine = ours.issue(("hall",))
    keys = (trusts(ours), f'tls_certificate_file = "{mine.certificate}"', f'tls_key_file = "{mine.key}"')
    with (
        Broker(tmp_path / "broker", certificate=ours.issue(), authority=ours.certificate) as broker,
        Listener(broker.port) as listener,
        box(tmp_path, broker.tls_port, *keys),
    ):
        listener.wait(lambda said: said.get(AVAILABILITY) == "online", "that the box is there")


def reason(page: PageProcess, pattern: str) -> str:
    """The sentence in the log; the API tells the same."""
    said = page.process.wait_for_line(pattern)
    owner = Client.of(page)
    owner.sign_in()
    standing = owner.get("/mqtt").json
    assert standing["connected"] is False
    assert standing["reason"] in said.string
    assert "Traceback" not in page.process.log_tail
    return str(standing["reason"])


def test_a_broker_that_asks_for_our_certificate_and_is_shown_none_is_told_in_a_sentence(tmp_path: Path, ours: Authority) -> None:
    with (
        Broker(tmp_path / "broker", certificate=ours.issue(), authority=ours.certificate) as broker,
        box(tmp_path, broker.tls_port, trusts(ours)) as page,
    ):
        assert reason(page, "asks for").endswith("asks for a certificate of this box; see tls_certificate_file in [mqtt]")


def test_a_broker_of_a_foreign_authority_is_told_in_a_sentence(tmp_path: Path, ours: Authority, foreign: Authority) -> None:
    with Broker(tmp_path / "broker", certificate=foreign.issue()) as broker, box(tmp_path, broker.tls_port, trusts(ours)) as page:
        told = reason(page, "not trusted")
        assert told.startswith(f"the MQTT broker localhost:{broker.tls_port} shows a certificate that is not trusted (")
        assert told.endswith("); see tls_ca_file in [mqtt]")


def test_without_a_file_the_systems_authorities_count(tmp_path: Path, ours: Authority) -> None:
    with Broker(tmp_path / "broker", certificate=ours.issue()) as broker, box(tmp_path, broker.tls_port) as page:
        assert "is not trusted" in reason(page, "not trusted")


def test_a_certificate_of_another_name_is_told_in_a_sentence(tmp_path: Path, ours: Authority) -> None:
    with (
        Broker(tmp_path / "broker", certificate=ours.issue(("other.example",))) as broker,
        box(tmp_path, broker.tls_port, trusts(ours)) as page,
    ):
        assert reason(page, "another name").endswith("shows a certificate for another name; see server in [mqtt]")


def test_a_broker_without_tls_is_told_in_a_sentence(tmp_path: Path, ours: Authority) -> None:
    with Broker(tmp_path / "broker") as broker, box(tmp_path, broker.port, trusts(ours)) as page:
        told = reason(page, "MQTT broker localhost.*next try")
        assert "does not speak TLS as expected" in told or "closed the connection" in told or "cannot be reached" in told


def test_a_wrong_password_is_told_in_a_sentence(tmp_path: Path, ours: Authority) -> None:
    keys = (trusts(ours), 'user = "anna"', 'password = "wrong"')
    with (
        Broker(tmp_path / "broker", certificate=ours.issue(), user="anna", password="right") as broker,  # noqa: S106 - of this test's own broker
        box(tmp_path, broker.tls_port, *keys) as page,
    ):
        assert reason(page, "refuses").endswith("; see user and password in [mqtt]")


def test_a_file_that_cannot_be_used_is_told_in_a_sentence_and_mended_without_a_restart(tmp_path: Path, ours: Authority) -> None:
    file = tmp_path / "ca.pem"
    with (
        Broker(tmp_path / "broker", certificate=ours.issue()) as broker,
        Listener(broker.port) as listener,
        box(tmp_path, broker.tls_port, f'tls_ca_file = "{file}"') as page,
    ):
        assert reason(page, "tls_ca_file") == f"[mqtt] tls_ca_file: {file} cannot be read: no such file or directory"
        file.write_text("no certificate\n")
        page.process.wait_for_line(f"{file} holds no certificate that can be read", 40)
        file.write_bytes(ours.certificate.read_bytes())
        listener.wait(lambda said: said.get(AVAILABILITY) == "online", "that the box is there", 40)


def test_a_key_of_another_certificate_is_told_in_a_sentence(tmp_path: Path, ours: Authority) -> None:
    one, other = ours.issue(("one",)), ours.issue(("other",))
    keys = (f'tls_certificate_file = "{one.certificate}"', f'tls_key_file = "{other.key}"')
    with box(tmp_path, 1, *keys) as page:
        told = reason(page, "tls_key_file")
        assert told == f"[mqtt] tls_key_file: {other.key} is no key that fits the certificate in {one.certificate}"
