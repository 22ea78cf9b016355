"""The health check against a real device and a real page: what it says, and what it would restart."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

from firmware.command_line.main import main
from firmware.core.health import PATIENCE
from firmware.health import check_all, device_check, page_check
from tests.adapter import Adapter
from tests.peers.ports import free_port
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_device_and_a_page_that_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Adapter(tmp_path / "device", "") as device, PageProcess(tmp_path / "page", device.state) as page:
        kept = tmp_path / "record.json"
        words = ["health", "--state", str(device.state), "--kept", str(kept), "--page-port", page.address.rpartition(":")[2]]
        assert main(words) == 0
        told = json.loads(capsys.readouterr().out)
        assert told == {"keepline.service": "answers", "keepline-web.service": "answers"}


def test_what_does_not_answer_is_told_and_restarted_after_some_checks(tmp_path: Path) -> None:
    kept, restarted = tmp_path / "record.json", list[str]()
    checks = {"device": lambda: device_check(tmp_path / "nobody"), "page": lambda: page_check(free_port())}
    for _ in range(PATIENCE):
        assert not restarted
        found = check_all(checks, kept, restarted.append)
        assert "no device runs" in found["device"]
        assert "the page does not answer" in found["page"]
    assert restarted == ["device", "page"]


def test_a_device_that_hangs_is_noticed(tmp_path: Path) -> None:
    with Adapter(tmp_path / "device", "") as device:
        assert device_check(device.state) == ""
        os.kill(device.process.pid, signal.SIGSTOP)
        assert device_check(device.state, patience_s=0.5)
        os.kill(device.process.pid, signal.SIGCONT)
