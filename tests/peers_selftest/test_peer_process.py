"""Children are awaited by their words, end with their context, and their ports are theirs alone."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers.errors import PeerDied, PeerMissing, PeerSilent
from tests.peers.ports import free_port, free_port_block, is_bound
from tests.peers.process import Process

ROOT = Path(__file__).parents[2]
CLAIM_MANY = "from tests.peers.ports import free_port_block\nprint(*[free_port_block(8) for _ in range(40)], flush=True)\ninput()"
START_AND_WAIT = """
import pathlib, sys
from tests.peers.process import Process
child = Process(["sh", "-c", "echo started; exec sleep 1000"], pathlib.Path(sys.argv[1]))
child.wait_for_line("started")
print(child.pid, flush=True)
input()
"""


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_missing_program_names_the_package_list(tmp_path: Path) -> None:
    with pytest.raises(PeerMissing, match=r"packages\.txt"):
        Process(["no-such-sip-peer"], tmp_path)


def test_a_dead_child_is_reported_with_its_last_words(tmp_path: Path) -> None:
    with (
        Process(["sh", "-c", "echo port in use; exit 3"], tmp_path) as child,
        pytest.raises(PeerDied, match=r"with 3(.|\n)*in use"),
    ):
        child.wait_for_line("ready")


def test_a_silent_child_is_told_from_a_dead_one(tmp_path: Path) -> None:
    with Process(["sh", "-c", "echo starting; exec sleep 1000"], tmp_path) as child:
        child.wait_for_line("starting")
        with pytest.raises(PeerSilent, match="never printed 'ready' within"):
            child.wait_for_line("ready", 0.05)


def ends(watch: int) -> bool:
    """Whether the process behind this pidfd has ended, or does within seconds."""
    readable, _, _ = select.select([watch], [], [], 5)
    os.close(watch)
    return bool(readable)


def test_leaving_the_context_ends_the_child_and_its_own_children(tmp_path: Path) -> None:
    with Process(["sh", "-c", "sleep 1000 & echo child $!; exec sleep 1000"], tmp_path) as child:
        grandchild = int(child.wait_for_line(r"child (\d+)")[1])
        assert is_alive(child.pid)
        watch = os.pidfd_open(grandchild)
    assert not is_alive(child.pid)
    assert ends(watch)


def test_a_killed_test_run_leaves_no_child(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.stdin is not None
    assert run.stdout is not None
    with run.stdin, run.stdout:
        orphan = int(run.stdout.readline())
        assert is_alive(orphan)
        watch = os.pidfd_open(orphan)
        run.kill()
        run.wait()
    assert ends(watch)


def test_ports_of_two_runs_at_once_never_meet() -> None:
    mine = {port for first in [free_port_block(8) for _ in range(40)] for port in range(first, first + 8)}
    other = subprocess.Popen(
        [sys.executable, "-c", CLAIM_MANY],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    words, _ = other.communicate("\n")
    theirs = {port for first in map(int, words.split()) for port in range(first, first + 8)}
    assert len(mine) == len(theirs) == 320
    assert not mine & theirs


def test_many_ports_cost_few_file_descriptors() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(1500):  # more than a slice holds: it goes round
        free_port()
    assert len(list(Path("/proc/self/fd").iterdir())) - before <= 1


def test_a_port_in_use_is_not_handed_out_and_is_seen_as_bound() -> None:
    port = free_port()
    assert not is_bound(port, "udp")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as user:
        user.bind(("127.0.0.1", port))
        assert is_bound(port, "udp")
    assert not is_bound(port, "udp")
