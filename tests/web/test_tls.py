"""The page on an address that others reach: plain HTTP for the first set-up only, then TLS with the device's own certificate, on the same port."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

from tests.web.client import PASSWORD, Client
from tests.web.page_process import PageProcess
from tests.web.test_sign_in import box

if TYPE_CHECKING:
    from pathlib import Path


def port_of(page: PageProcess) -> int:
    return int(page.address.rpartition(":")[2])


def certificate_at(port: int) -> str:
    return ssl.get_server_certificate(("127.0.0.1", port))


def test_http_is_for_the_set_up_and_tls_for_all_else(tmp_path: Path) -> None:
    with box(tmp_path) as (device, _), PageProcess(tmp_path / "open", device.state, "0.0.0.0:0") as page:
        port = port_of(page)
        plain, over_tls = Client(f"http://127.0.0.1:{port}"), Client(f"https://127.0.0.1:{port}")
        assert plain.get("/session").json["setup"]["done"] is False
        plain.set_up(device.state)
        reply = plain.get("/status")
        assert reply.status == 307
        assert reply.headers["location"] == f"https://127.0.0.1:{port}/api/v1/status"
        assert plain.post("/session", password=PASSWORD).error == "Open this page over https."
        told = over_tls.sign_in().headers["set-cookie"].lower()
        assert "secure" in told
        assert list(over_tls.cookies) == ["__Host-keepline"]
        assert over_tls.get("/status").status == 200
        # the cookie of the set-up went without TLS: it is of no use now
        assert Client(over_tls.url, cookies=plain.cookies).get("/status").status == 401
        assert Client(over_tls.url, cookies={"__Host-keepline": plain.cookies["keepline"]}).get("/status").status == 401


def test_the_certificate_stays_the_same_and_names_the_box(tmp_path: Path) -> None:
    with box(tmp_path) as (device, _):
        with PageProcess(tmp_path / "one", device.state, "0.0.0.0:0") as page:
            first = certificate_at(port_of(page))
        assert (device.state / "page.key").stat().st_mode & 0o777 == 0o600
        context = ssl.create_default_context(cadata=first)
        with PageProcess(tmp_path / "two", device.state, "0.0.0.0:0") as page:
            assert certificate_at(port_of(page)) == first
            with (
                socket.create_connection(("127.0.0.1", port_of(page))) as plain,
                context.wrap_socket(plain, server_hostname="keepline.local") as known,
            ):
                assert known.version() in {"TLSv1.2", "TLSv1.3"}


def test_whoever_says_nothing_or_nonsense_holds_up_nobody(tmp_path: Path) -> None:
    with box(tmp_path) as (_, page):
        silent = [socket.create_connection(("127.0.0.1", port_of(page))) for _ in range(50)]
        nonsense = socket.create_connection(("127.0.0.1", port_of(page)))
        nonsense.sendall(b"\x16\x03\x01nonsense")
        assert Client.of(page).get("/session").status == 200
        for each in (*silent, nonsense):
            each.close()
        assert Client.of(page).get("/session").status == 200
    assert "Traceback" not in page.process.log_tail
