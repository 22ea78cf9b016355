"""Nothing of a run stays behind: not after its end, and not after it was killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.lab.namespaces import Namespaces, connect, sweep
from tests.lab.ordered import here
from tests.peers.process import Process

MADE, FILES = Path("/run/netns"), Path("/etc/netns")


def test_a_namespace_is_gone_with_its_context() -> None:
    with Namespaces() as spaces:
        one, other = spaces.make("one"), spaces.make("other")
        connect(one, "cable", other, "cable")
        one.nameservers("192.0.2.1")
        assert "cable" in other.ip("link")
        assert one.run("cat", "/etc/resolv.conf") == "nameserver 192.0.2.1\n"
    assert not (MADE / one.name).exists()
    assert not (FILES / one.name).exists()


def test_whoever_is_inside_a_namespace_opens_sockets_there() -> None:
    with Namespaces() as spaces:
        one = spaces.make("one")
        one.ip("address", "add", "192.0.2.7/32", "dev", "lo")
        with one.inside():
            said = subprocess.run(["ip", "address"], capture_output=True, text=True, check=True).stdout
        assert "192.0.2.7" in said
        assert "192.0.2.7" not in subprocess.run(["ip", "address"], capture_output=True, text=True, check=True).stdout


def test_what_a_killed_run_left_is_swept_away(tmp_path: Path) -> None:
    script = (
        "import subprocess, time\nfrom tests.lab.namespaces import Namespaces\n"
        "space = Namespaces().make('lost')\nspace.nameservers('192.0.2.1')\n"
        "child = subprocess.Popen([*space.enter, 'sleep', '600'], start_new_session=True)\n"
        "print(space.name, flush=True)\ntime.sleep(600)\n"
    )
    run = Process([sys.executable, "-c", script], tmp_path, environment=here(), stop_signal=signal.SIGTERM)
    name = run.wait_for_line("^keepline-.*-lost$")[0]
    assert (MADE / name).exists()
    with Namespaces():  # another run begins: the living one is left alone
        assert (MADE / name).exists()
    run.kill()
    sweep()
    assert not (MADE / name).exists()
    assert not (FILES / name).exists()
