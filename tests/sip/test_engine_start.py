"""An engine that does not start: one sentence says why, and nothing else is said, however far it came."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.peers.process import READY_S

PROGRAM = """
import asyncio, logging, resource, sys
from firmware.settings.load import parse
from firmware.sip.engine import Engine
from firmware.sip.errors import EngineUnusable

logging.basicConfig(level="DEBUG", handlers=[logging.NullHandler()])

async def start():
    settings = parse(b'[device]\\ncountry = "KZ"\\n', "keepline.toml")
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[1])))
    Engine(settings, tuple(sys.argv[2:])).close()
    print("started")

try:
    asyncio.run(start())
except EngineUnusable as error:
    print(error)
"""
FEW = range(6, 12)
"""Open files: from too few for the endpoint to enough for all of it."""


def said(files: int, *nameservers: str) -> str:
    """All that is said by an engine that may have so many files open."""
    program = [sys.executable, "-c", PROGRAM, str(files), *nameservers]
    done = subprocess.run(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=READY_S, check=True)
    return "".join(line for line in done.stdout.splitlines(keepends=True) if not line.startswith("ALSA lib"))  # libasound's own


def test_whatever_it_lacks_is_one_sentence() -> None:
    words = [said(files, "127.0.0.1") for files in FEW]
    assert "started\n" in words
    assert "the SIP engine does not start: Too many open files\n" in words
    for each in words:
        assert each.startswith(("the SIP engine does not start: ", "started")), each
        assert each.count("\n") == 1, each


@pytest.mark.parametrize("wrong", ["not an address", ""])
def test_a_wrong_name_server_is_one_sentence(wrong: str) -> None:
    words = said(100, wrong)
    assert words.startswith(f"the SIP engine does not start: '{wrong}' is no name server")
    assert words.count("\n") == 1, words
