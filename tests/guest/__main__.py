"""`make bench-guest`: boots the guest for each proof, prints what it measured and writes build/bench-guest.json.

    python -m tests.guest [--quick] [PROOF ...]

Times are the guest's, and none is a figure of a Pi: one processor and system calls of 73 microseconds, or a simulated clock, by which work takes no
time at all (`Kind` of tests/guest/machine.py).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.guest.machine import ROOT, Ended, GuestFailed, Kind, Machine, built
from tests.guest.power_cuts import cut_power

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.guest.machine import Parts

    Proof = Callable[[Machine, bool], dict[str, object]]

PYTHON = "/usr/lib/bench/bin/python"
QUICK_CUTS, CUTS = 300, 3000
RESULT = ROOT / "build" / "bench-guest.json"


def contract(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (a proof's shape)
    """The tests of every board, on the Pi's drivers over gpio-sim."""
    program = f"export KEEPLINE_CONTRACT_BOARD=pi\n{PYTHON} -m pytest -p no:cacheprovider -q tests/guest/contract"
    ended = machine.run(program, 300, sure(quick))
    last = next((line for line in reversed(ended.output.splitlines()) if " in " in line), "")
    if ended.status:
        raise GuestFailed(f"the contract is broken\n{ended.output[-4000:]}")
    return {"tests": last, "seconds": round(ended.seconds, 1)}


def sure(quick: bool) -> Kind:  # noqa: FBT001 (a proof's word)
    """CI looks at what is done and must not fail by what else its machine does; the whole bench looks at times too."""
    return Kind.SIMULATED if quick else Kind.TREE


def _inside(
    machine: Machine, module: str, package: str = "inside", timeout_s: float = 400, kind: Kind = Kind.TREE
) -> dict[str, object]:
    """A module of tests.guest.inside with its arguments; the JSON it ends with."""
    return _figures(machine, module, machine.run(f"{PYTHON} -m tests.guest.{package}.{module}", timeout_s, kind))


def _figures(machine: Machine, module: str, ended: Ended) -> dict[str, object]:
    if ended.status:
        raise GuestFailed(f"{module} failed\n{machine.last_words()}")
    found: dict[str, object] = json.loads(ended.output.strip().splitlines()[-1])
    return found


def calls(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """One call out and one in through pins and sound card."""
    return _inside(machine, "calls", kind=sure(quick))


def _on_a_net(module: str, machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """One of tests.guest.net."""
    return _inside(machine, module, package="net", kind=Kind.SIMULATED)


def pulses(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Rotary dials at 8 to 22 pulses a second with bounce, through real edges."""
    return _inside(machine, "pulses")


def loaded(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """The same with the guest's processor busy."""
    return _inside(machine, "pulses loaded")


SETTINGS = """[device]
country = "KZ"
board_file = "sim"
[[line]]
digit_map = "xxx"
[[account]]
id = "home"
server = "192.0.2.1"
user = "alice"
"""
SYSTEMD = "/usr/lib/systemd/systemd"
CUT_AFTER_S = 12.0


def booted(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """systemd boots device and page; killed, stopped and without power for a moment, dial tone comes back."""
    _install_units(machine)
    machine.start(f"{PYTHON} -m tests.guest.inside.booted", Kind.DISK, SYSTEMD)
    found = _figures(machine, "booted", machine.wait(400))
    machine.start("sleep infinity", Kind.DISK, SYSTEMD)
    time.sleep(CUT_AFTER_S)  # somewhere in the boot or just after it
    machine.cut_power()
    machine.start(f"{PYTHON} -m tests.guest.inside.booted again", Kind.DISK, SYSTEMD)
    return found | _figures(machine, "booted", machine.wait(120))


def units(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """The units beside the device: lamps and button while it is down, set-up network, mobile data by PPP, health check."""
    _install_units(machine)
    machine.start(f"{PYTHON} -m tests.guest.inside.beside", Kind.DISK, SYSTEMD)
    return _figures(machine, "beside", machine.wait(600))


def _install_units(machine: Machine) -> None:
    prepared = machine.run("tests/guest/units/install <<'END'\n" + SETTINGS + "END\n", 60, Kind.DISK)
    if prepared.status:
        raise GuestFailed(f"the units cannot be installed\n{machine.last_words()}")


def scenarios(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Every scenario of tests/scenarios, unchanged, through pins and sound card."""
    names = sorted(file.stem for file in (ROOT / "tests" / "scenarios").glob("*.call"))
    with guests(machine) as several, ThreadPoolExecutor() as pool:
        found = list(pool.map(_play, several, [names[number :: len(several)] for number in range(len(several))]))
    failed = {name: why for each in found for name, why in each["failed"].items()}
    if failed:
        raise GuestFailed(json.dumps(failed, indent=1))
    return {"played": sum(each["played"] for each in found)}


def _play(machine: Machine, names: Sequence[str]) -> dict[str, Any]:
    return _inside(machine, f"scenarios {' '.join(names)}", timeout_s=60 * len(names), kind=Kind.SIMULATED)


def bad_input(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """A sentence for each part that is not as it should be."""
    found = _inside(machine, "bad_input")
    if found["failed"]:
        raise GuestFailed(json.dumps(found, indent=1))
    return {"told": found["told"]}


def long_call(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Calls with the codec's clock right, fast and slow by 100 ppm."""
    seconds = 30 if quick else 600
    return _inside(machine, f"long_call {seconds}", timeout_s=120 + 5 * seconds, kind=Kind.SIMULATED)


def torn(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Writes torn and in another order, by a replay of what went to the disk."""
    return _inside(machine, f"torn {100 if quick else 1000}", timeout_s=1200)


def cuts(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Power cuts while settings and call log are written."""
    with guests(machine) as several:
        return cut_power(several, QUICK_CUTS if quick else CUTS, seed=int(time.time()))


@contextlib.contextmanager
def guests(machine: Machine) -> Iterator[Sequence[Machine]]:
    """As many of the same kind as there are processors."""
    with contextlib.ExitStack() as running:
        folders = [furnished(machine.folder / str(number)) for number in range(os.cpu_count() or 1)]
        yield [running.enter_context(Machine(machine.parts, folder)) for folder in folders]


PROOFS: dict[str, Proof] = {
    "contract": contract,
    "calls": calls,
    "pulses": pulses,
    "loaded": loaded,
    "booted": booted,
    "units": units,
    "scenarios": scenarios,
    "bad_input": bad_input,
    "long_call": long_call,
    "torn": torn,
    "cuts": cuts,
}
PROOFS |= {each: partial(_on_a_net, each) for each in ("wires", "wifi", "bad_line", "hung_modem")}
PROOFS |= {f"modem-{each}": partial(_on_a_net, f"modem {each}") for each in ("ecm", "rndis", "ppp", "stranger")}
BESIDE = frozenset(
    {"wires", "wifi", "bad_line", "hung_modem", "torn", "long_call", *(name for name in PROOFS if name.startswith("modem-"))}
)
"""Those that run side by side: each takes one processor, and their clock is simulated or no time is measured."""
QUICK = ("contract", "calls", "scenarios", "booted", "bad_input", "wires", "torn", "cuts")


def attempted(name: str, *, parts: Parts, quick: bool) -> tuple[str, dict[str, object]]:
    """The proof's name with its figures, which are shown; none where it failed."""
    began_s = time.monotonic()
    try:
        figures = prove(name, parts, quick=quick) | {"took_s": round(time.monotonic() - began_s)}
    except GuestFailed as problem:
        print(f"{name:<14} FAILED: {problem}", flush=True)  # noqa: T201 (the bench's answer)
        return name, {}
    show(name, figures)
    return name, figures


def prove(name: str, parts: Parts, *, quick: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bench-guest-") as folder, Machine(parts, furnished(Path(folder))) as machine:
        return PROOFS[name](machine, quick)


def furnished(folder: Path) -> Path:
    """The folder, with the tests that run inside."""
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def rows(figures: dict[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    """Every figure with its name, those within others after them."""
    for name, value in figures.items():
        named = f"{above} {name}".strip().replace("_", " ")
        if isinstance(value, dict) and value:
            yield from rows(value, named)
        else:
            yield named, value


def show(proof: str, figures: dict[str, object]) -> None:
    """A line a figure."""
    for name, value in rows(figures):
        told = value if isinstance(value, str) else json.dumps(value)
        print(f"{proof:<14} {name:<44} {told}", flush=True)  # noqa: T201 (the bench's answer)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="bench-guest", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="the part that runs in CI")
    arguments.add_argument("proofs", nargs="*", metavar="PROOF", help=f"some of {', '.join(PROOFS)}; all without")

    chosen = arguments.parse_args()
    if unknown := set(chosen.proofs) - set(PROOFS):
        arguments.error(f"there is no proof {', '.join(sorted(unknown))}; the proofs are {', '.join(PROOFS)}")
    wanted = list(chosen.proofs or (QUICK if chosen.quick else PROOFS))
    try:
        attempt = partial(attempted, parts=built(), quick=chosen.quick)
    except GuestFailed as problem:
        print(problem, file=sys.stderr)  # noqa: T201 (same)
        return 1
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = dict(pool.map(attempt, [name for name in wanted if name in BESIDE]))
    answers |= dict(map(attempt, [name for name in wanted if name not in BESIDE]))
    found = {name: answers[name] for name in wanted if answers[name]}
    kept: dict[str, object] = {}
    with contextlib.suppress(OSError, ValueError):
        kept = json.loads(RESULT.read_text())
    RESULT.write_text(json.dumps({**kept, **found}, indent=1))
    return 0 if len(found) == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
