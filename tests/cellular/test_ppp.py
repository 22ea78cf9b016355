"""PPP as far as a kernel without it can tell: pppd takes our options, and where it cannot run the owner is told why. The guest's `modem-ppp` shows the rest."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import tty
from contextlib import suppress
from pathlib import Path

import pytest

from firmware.cellular.data_orders import Dial
from firmware.cellular.ppp import PppBearer
from firmware.cellular.ppp_daemon import dial_script, options
from firmware.cellular.ways import by_ourselves
from firmware.core.modem_events import Apn
from tests.peers.process import program_path

APN = Apn("internet", 'us"er', "pass\\word with space")


def test_pppd_takes_the_options_word_for_word(tmp_path: Path) -> None:
    """`dryrun` reads and checks every option, prints them and ends, where there is /dev/ppp; without it pppd complains of that alone, after reading them."""
    file = tmp_path / "options"
    file.write_text(options(Dial("/dev/null", "wwan0", "ATD*99#", APN.user, APN.password), tmp_path / "dial"))
    said = subprocess.run([program_path("pppd"), "dryrun", "file", str(file)], capture_output=True, text=True, check=False)
    words = said.stdout + said.stderr
    assert "unrecognized option" not in words
    assert "too few parameters" not in words
    assert said.returncode in {0, 4} or "/dev/ppp" in words, words


def test_a_wrong_option_would_be_noticed(tmp_path: Path) -> None:
    file = tmp_path / "options"
    file.write_text("/dev/null\nnonsense-option\n")
    said = subprocess.run([program_path("pppd"), "dryrun", "file", str(file)], capture_output=True, text=True, check=False)
    assert "nonsense-option" in said.stdout + said.stderr


def test_secrets_stand_in_private_files_and_on_no_command_line(tmp_path: Path) -> None:
    async def live() -> tuple[str, str]:
        lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        bearer = PppBearer(lambda: "/dev/null", lambda: "ATD*99***1#", "wwan0", by_ourselves(tmp_path / "run"))
        bearer.up(APN, pytest.fail, lost.set_result)
        running = _command_lines()
        return await lost, running

    reason, running = asyncio.run(live())
    assert "pass\\word" not in running
    assert reason
    for file in (tmp_path / "run").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_why_it_cannot_run_is_said(tmp_path: Path) -> None:
    async def live(port: str) -> str:
        lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        PppBearer(lambda: port, lambda: "ATD*99***1#", "wwan0", by_ourselves(tmp_path / "run")).up(
            Apn("internet"), pytest.fail, lost.set_result
        )
        return await lost

    assert "neither a network card nor a second port" in asyncio.run(live(""))
    if not Path("/dev/ppp").exists():
        master, slave = os.openpty()
        assert asyncio.run(live(os.ttyname(slave))) == "the kernel has no PPP"
        os.close(master)
        os.close(slave)


def test_a_modem_still_in_the_call_of_a_device_that_was_killed_is_woken_again_and_dialed(tmp_path: Path) -> None:
    """By the real chat(8): the first order is swallowed by that call, the second is answered."""
    script = tmp_path / "dial"
    script.write_text(dial_script("ATD*99***1#"))
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    with subprocess.Popen([program_path("chat"), "-E", "-f", script], stdin=theirs, stdout=theirs) as dialing:
        assert _order(ours) == "ATE1"
        assert _order(ours) == "ATE1"
        os.write(ours, b"\r\nOK\r\n")
        assert _order(ours) == "ATD*99***1#"
        os.write(ours, b"\r\nCONNECT 150000000\r\n")
        assert dialing.wait(10) == 0
    os.close(ours)
    os.close(theirs)


def test_a_password_cannot_bring_an_option_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one line"):
        options(Dial("/dev/null", "wwan0", "ATD*99#", "user", "x\nplugin evil.so"), tmp_path / "dial")


def _order(port: int) -> str:
    """The next one that is given at the port."""
    heard = b""
    while not heard.endswith(b"\r"):
        assert select.select([port], [], [], 10)[0], f"nothing more came after {heard!r}"
        heard += os.read(port, 1)
    return heard.decode().strip()


def _command_lines() -> str:
    """Everything that runs, with its words."""
    words = ""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words += (process / "cmdline").read_text(errors="replace")
    return words
