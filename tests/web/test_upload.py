"""Two gigabytes for the page: refused early, at no cost in memory, and nothing of it on the disk; whoever sends it, and however."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.adapter import Adapter
from tests.web.client import API, Client
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

TWO_GB = 2 * 1024**3
PIECE = b"x" * (1 << 16)
MOST_TAKEN = 16 * 1024**2
"""Of what is sent: the largest body there is, and what the kernel's buffers of a connection hold."""

MOST_GROWN_KIB = 20 * 1024
MOST_WRITTEN = 1 << 20
PATHS = ("/system/restore", "/mailboxes/home/greeting", "/settings", "/session", "/nowhere")


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Adapter, PageProcess, Client]]:
    folder = tmp_path_factory.mktemp("upload")
    with Adapter(folder / "device", '[[mailbox]]\nname = "home"\n') as device, PageProcess(folder / "page", device.state) as page:
        owner = Client.of(page)
        owner.set_up(device.state)
        yield device, page, owner


def written(page: PageProcess) -> int:
    """What the process gave the disk so far, and what it holds in files without a name."""
    books = dict(line.split(": ") for line in Path(f"/proc/{page.process.pid}/io").read_text().splitlines())
    nameless = sum(size for name, size in page.open_files().items() if name.startswith("/") and "(deleted)" in name)
    return int(books["write_bytes"]) + nameless


def kept(*folders: Path) -> int:
    return sum(each.stat().st_size for folder in folders for each in folder.rglob("*") if each.is_file())


def send(page: PageProcess, head: str, *, chunked: bool) -> tuple[int, bytes]:
    """As much of two gigabytes as is taken; how much that was, and the answer."""
    host, _, port = page.address.rpartition(":")
    sent, answer = 0, b""
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.sendall(head.encode())
        piece = b"%x\r\n%b\r\n" % (len(PIECE), PIECE) if chunked else PIECE
        try:
            while sent < TWO_GB:
                connection.sendall(piece)
                sent += len(PIECE)
        except (ConnectionError, TimeoutError):
            pass
        try:
            while more := connection.recv(1 << 16):
                answer += more
        except (ConnectionError, TimeoutError):
            pass
    return sent, answer


def head(owner: Client, path: str, *, chunked: bool, known: bool) -> str:
    cookie = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    method = {"/settings": "PATCH", "/mailboxes/home/greeting": "PUT"}.get(path, "POST")
    lines = [
        f"{method} {API}{path} HTTP/1.1",
        f"host: {owner.url.removeprefix('http://')}",
        f"origin: {owner.url}",
        f"content-type: {'audio/wav' if 'greeting' in path else 'application/json'}",
        "transfer-encoding: chunked" if chunked else f"content-length: {TWO_GB}",
        *([f"cookie: {cookie}", f"x-csrf-token: {owner.csrf}"] if known else []),
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


@pytest.mark.parametrize("known", [True, False], ids=["the owner", "nobody"])
@pytest.mark.parametrize("chunked", [False, True], ids=["its length told", "in chunks"])
def test_two_gigabytes_are_refused_early_and_leave_nothing(
    owned: tuple[Adapter, PageProcess, Client],
    chunked: bool,  # noqa: FBT001 (a parameter)
    known: bool,  # noqa: FBT001 (a parameter)
) -> None:
    device, page, owner = owned
    files, disk, memory_kib = kept(device.folder), written(page), page.rss_kib
    for path in PATHS:
        sent, answer = send(page, head(owner, path, chunked=chunked, known=known), chunked=chunked)
        assert sent < MOST_TAKEN, f"{path} took {sent} bytes"
        status = answer[9:12]
        assert status in ({b"413", b"404", b""} if known else {b"413", b"401", b"403", b""}), f"{path}: {answer[:200]!r}"
    assert page.rss_kib - memory_kib < MOST_GROWN_KIB
    assert written(page) - disk < MOST_WRITTEN
    assert kept(device.folder) - files < MOST_WRITTEN
    assert owner.get("/status").status == 200
    assert "Traceback" not in page.process.log_tail
