"""`make demo` as somebody who just cloned the project meets it."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.demo.page import ROOT
from tests.peers.process import Process

DEMO = [sys.executable, "-m", "tests.demo.page"]


def test_the_demo_says_what_to_try_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with Process([*DEMO, "0"], tmp_path, environment={"PYTHONPATH": str(ROOT)}) as demo:
        url = demo.wait_for_line(r"Open (http://\S+) and lift", timeout_s=60)[1]
        state = Path(demo.wait_for_line(r"phone --state (\S+) lift")[1])
        demo.wait_for_line("Ctrl-C stops everything")
        with urllib.request.urlopen(url) as page:  # noqa: S310 - the address the demo printed
            assert "Everything works. Lift the handset to call." in page.read().decode()
        folder = state.parents[1]
        assert folder.parent == ROOT / "build" / "demo"
        assert demo.stop() == 0
    assert not folder.exists()
    assert "Traceback" not in demo.log_tail
    running = subprocess.run(["pgrep", "--full", str(folder)], capture_output=True, text=True, check=False)
    assert running.stdout == ""


def test_a_taken_port_and_a_senseless_one_are_explained(tmp_path: Path, taken_port: int) -> None:
    for port, sentence in ((str(taken_port), f"demo: port {taken_port} is taken"), ("x", "demo: PORT 'x' is no port")):
        demo = Process([*DEMO, port], tmp_path, environment={"PYTHONPATH": str(ROOT)})
        assert demo.wait_for_exit(30) == 1
        assert sentence in demo.log_tail
        assert "Traceback" not in demo.log_tail
