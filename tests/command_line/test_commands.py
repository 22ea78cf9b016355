"""The command line as a person or a program uses it: real subprocesses, against a real device on the simulated board."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.command_line.arguments import parser
from firmware.command_line.device import calls_text, status_text
from firmware.command_line.output import print_text
from tests.adapter import Adapter

KEEPLINE = Path(sys.executable).with_name("keepline")
ROOT = Path(__file__).parents[2]


def keepline(*words: str | Path, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [KEEPLINE, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | (environment or {}),
        cwd=ROOT,
    )


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adapter]:
    with Adapter(tmp_path_factory.mktemp("device"), '[device]\nname = "Hall"\n') as running:
        yield running


COMMANDS = ("run", "check", "status", "calls", "reload", "explain", "phone")
VERBS = ("lift", "replace", "flash", "state", "dial", "hear", "say", "script")


@pytest.mark.parametrize("words", [(), *((command,) for command in COMMANDS), *(("phone", verb) for verb in VERBS)])
def test_every_command_has_help(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*words, "--help"])
    assert ended.value.code == 0
    assert f"usage: {' '.join(('keepline', *words))} " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "required: COMMAND"),
        (("fly",), "invalid choice: 'fly'"),
        (("calls", "--limit", "0"), "'0' is not allowed; allowed: a whole number from 1 to 10000"),
        (("phone", "dial", "12x"), "'12x' cannot be dialed; allowed: 1 to 128 of 0123456789*#ABCD"),
        (("phone", "hear", "nan"), "'nan' is not allowed; allowed: a number from 0.1 to 300"),
        (("phone", "--line", "3", "lift"), "'3' is not allowed; allowed: a whole number from 1 to 2"),
        (("phone", "say", "/no/such.wav"), "/no/such.wav cannot be read: No such file or directory"),
        (("phone", "script", "/no/such.call"), "/no/such.call cannot be read: No such file or directory"),
        (("run", "--config", "/no/such.toml"), "/no/such.toml: does not exist; allowed: a readable TOML file"),
        (("check", "/no/such.toml"), "/no/such.toml: does not exist; allowed: a readable TOML file"),
    ],
)
def test_wrong_use_is_a_sentence_and_exit_2(words: tuple[str, ...], sentence: str) -> None:
    told = keepline(*words)
    assert (told.returncode, told.stdout) == (2, "")
    assert sentence in told.stderr
    assert "Traceback" not in told.stderr


def test_the_example_is_without_mistakes() -> None:
    told = keepline("check", "keepline.example.toml")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "keepline.example.toml: no mistakes\n")


def test_check_and_run_say_every_mistake(tmp_path: Path) -> None:
    file = tmp_path / "k.toml"
    file.write_text('[device]\ncountry = "XX"\nbord = "pi"\n[sip]\nport = -1\n')
    expected = [
        f'{file}: [device] bord: unknown key, did you mean "board"?; allowed: name, country, language, board, board_file, log_level',
        f'{file}: [device] country: "XX" is not allowed; allowed: KZ, RU, US, GB, DE, IN',
        f"{file}: [sip] port: -1 is not allowed; allowed: a whole number from 0 to 65535",
    ]
    for words in (("check", file), ("run", "--config", file, "--state", tmp_path / "state")):
        told = keepline(*words)
        assert (told.returncode, told.stderr.splitlines()) == (2, expected)


@pytest.mark.parametrize(
    "words",
    [("status", "--json"), ("calls",), ("reload",), ("phone", "hear", "1")],
)
def test_without_a_device_every_command_says_so(tmp_path: Path, words: tuple[str, ...]) -> None:
    told = keepline(*words, "--state", tmp_path)
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == f"no device runs on the state folder {tmp_path}; start it with: keepline run\n"


def test_a_second_device_on_the_same_folder_is_refused(device: Adapter) -> None:
    told = keepline("run", "--config", device.settings, "--state", device.state, "--board", "sim")
    assert told.returncode == 2
    assert re.search(rf"another Keepline \(process \d+\) already runs on the state folder {device.state}", told.stderr)
    assert "Traceback" not in told.stderr


def test_a_killed_device_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    first = Adapter(tmp_path, "")
    holder = int((tmp_path / "state" / "lock").read_text())
    os.kill(holder, signal.SIGKILL)
    first.stop()
    assert (tmp_path / "state" / "control.sock").is_socket()
    with Adapter(tmp_path, "") as second:
        assert second.ask("status")["ready"]


def test_status_for_programs_and_for_people(device: Adapter) -> None:
    found = json.loads(keepline("status", "--json", "--state", device.state).stdout)
    assert found["ready"] is True
    assert found["name"] == "Hall"
    assert [line["line"] for line in found["lines"]] == [1]
    told = keepline("status", "--state", device.state)
    assert told.returncode == 0
    assert told.stdout.startswith("Hall ")
    assert "1     idle" in told.stdout


def test_calls_of_a_new_device(device: Adapter) -> None:
    assert json.loads(keepline("calls", "--json", "--state", device.state).stdout) == []
    assert keepline("calls", "--state", device.state).stdout == "no calls yet\n"


def test_reload_says_what_changed_or_every_mistake(tmp_path: Path) -> None:
    with Adapter(tmp_path, "") as device:
        device.settings.write_text('[device]\nlanguage = "ru"\n')
        assert json.loads(keepline("reload", "--state", device.state).stdout)["changed"] == ["device.language"]
        device.settings.write_text('[device]\nlanguage = "xx"\ncountry = 1\n')
        told = keepline("reload", "--state", device.state)
        assert (told.returncode, told.stdout) == (1, "")
        assert "[device] country" in told.stderr
        assert "[device] language" in told.stderr


def test_an_order_the_device_refuses_is_exit_1(device: Adapter) -> None:
    told = keepline("phone", "dial", "1", "--state", device.state)
    assert (told.returncode, told.stdout) == (1, "")
    assert "on hook" in told.stderr
    told = keepline("phone", "--line", "2", "lift", "--state", device.state)
    assert (told.returncode, told.stderr) == (1, "there is no line 2; allowed: 1 to 1\n")


def test_a_name_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    row = {
        "started_at": "2026-11-24T10:00:00.000Z",
        "line": 1,
        "number": "1",
        "name": "\x1b[2Jx",
        "outcome": "missed",
        "talk_s": 0,
    }
    print_text([*calls_text([row]), *status_text({"name": "\x1b]0;x", "lines": [{"line": 1, "state": "a\nb"}]})])
    told = capsys.readouterr().out
    assert "\N{REPLACEMENT CHARACTER}[2Jx" in told
    assert "a\N{REPLACEMENT CHARACTER}b" in told
    assert "\x1b" not in told


def test_the_status_tells_people_what_a_line_has_switched_on_and_what_waits() -> None:
    services = {"do_not_disturb": True, "call_waiting": False, "forwards": {"busy": "602"}, "call_back": "603"}
    line = {"line": 1, "state": "in call", "messages": 2, "services": services}
    told = "\n".join(status_text({"lines": [line], "mailboxes": [{"name": "shop", "new": 2, "old": 5}]}))
    assert "do not disturb, no call waiting, forward busy to 602, call back 603 when free" in told
    assert re.search(r"shop +2 +5", told)


@pytest.mark.parametrize(
    ("used", "sentences"),
    [
        ({"active": "wlan0", "works": True, "reason": "eth0: the link is down"}, ["calls go by wlan0: eth0: the link is down"]),
        ({"active": "", "works": False, "reason": "nothing works"}, ["no uplink works: nothing works"]),
        (
            {"active": "eth0", "works": True, "reason": "it works", "pin": "eth0", "trouble": "routes need CAP_NET_ADMIN"},
            ["calls go by eth0: it works", "pinned to eth0 as long as it works", "routes need CAP_NET_ADMIN"],
        ),
    ],
)
def test_the_status_tells_people_each_uplink_by_name_and_which_one_is_used(used: dict[str, object], sentences: list[str]) -> None:
    rows = [
        {"name": "eth0", "kind": "ethernet", "state": "down", "reason": "the link is down"},
        {"name": "wlan0", "kind": "wifi", "state": "active", "reason": "it works"},
    ]
    told = list(status_text({"uplinks": rows, "uplink": used}))
    assert any(re.fullmatch(r"eth0 +ethernet +down +the link is down", each) for each in told)
    assert any(re.fullmatch(r"wlan0 +wifi +active +it works", each) for each in told)
    assert told[-len(sentences) :] == sentences


def test_calls_for_people_line_up_and_leave_empty_columns_out() -> None:
    row = {
        "started_at": "2026-11-24T10:00:00.123Z",
        "line": 1,
        "direction": "out",
        "number": "600",
        "outcome": "answered",
        "talk_s": 65.4,
    }
    assert list(calls_text([row, row | {"number": "", "talk_s": 0, "outcome": "busy"}])) == [
        "started (UTC)        line  way  number    outcome   talk",
        "2026-11-24 10:00:00  1     out  600       answered  1:05",
        "2026-11-24 10:00:00  1     out  withheld  busy",
    ]


def test_the_unexpected_is_a_sentence_with_the_place_of_the_details(tmp_path: Path) -> None:
    """A state folder in which the socket is somebody else's: a service that answers JSON of another shape."""
    server = (
        "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen()\nprint('on', flush=True)\n"
        'while True:\n c = s.accept()[0]\n c.recv(999)\n c.sendall(b\'{"id": 1, "ok": true, "result": [[]]}\\n\')\n'
    )
    with subprocess.Popen([sys.executable, "-c", server, str(tmp_path / "control.sock")], stdout=subprocess.PIPE) as stranger:
        assert stranger.stdout is not None
        stranger.stdout.readline()
        told = keepline("status", "--state", tmp_path, environment={"TMPDIR": str(tmp_path)})
        debugged = keepline("status", "--state", tmp_path, environment={"KEEPLINE_DEBUG": "1"})
        stranger.kill()
    assert told.returncode == 1
    place = re.fullmatch(
        r"keepline stopped unexpectedly \(\w+\); the details are in (\S+), KEEPLINE_DEBUG=1 shows them here\n", told.stderr
    )
    assert place is not None
    assert "Traceback" in Path(place[1]).read_text()
    assert "Traceback" in debugged.stderr


def test_output_nobody_reads_is_no_trouble(device: Adapter) -> None:
    read, write = os.pipe()
    os.close(read)
    told = subprocess.run(
        [KEEPLINE, "status", "--state", device.state], stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert (told.returncode, told.stderr) == (1, "")
