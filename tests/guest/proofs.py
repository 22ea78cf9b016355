"""The proofs of `make bench-guest`: what each boots, what it lets run inside, and the figures it brings back. What runs inside is not known here."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from hal.boards import load_board
from tests.guest.contract.rotary import TRIPPED_WITHIN_MS
from tests.guest.machine import ROOT, Ended, GuestFailed, Kind, Machine
from tests.guest.power_cuts import cut_power

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Proof = Callable[[Machine, bool], dict[str, object]]

PYTHON = "/usr/lib/bench/bin/python"
QUICK_CUTS, CUTS = 300, 3000
QUICK_STEP = 9
"""In CI every ninth scenario is played; `make test` plays them all on the simulated board."""
_ON_A_HAT = ("call-out", "call-out-by-pulse", "call-in-with-caller-id", "polarity-reversal-on-answer")
ON_HATS = {"ag1171-one-port": _ON_A_HAT, "ag1171-two-ports": (*_ON_A_HAT, "two-lines")}


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
) -> dict[str, Any]:
    """A module of tests.guest.inside with its arguments; the JSON it ends with."""
    return _figures(machine, module, machine.run(f"{PYTHON} -m tests.guest.{package}.{module}", timeout_s, kind))


def _figures(machine: Machine, module: str, ended: Ended) -> dict[str, Any]:
    if ended.status:
        raise GuestFailed(f"{module} failed\n{machine.last_words()}")
    found: dict[str, Any] = json.loads(ended.output.strip().splitlines()[-1])
    return found


def calls(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """One call out and one in through pins and sound card."""
    return _inside(machine, "calls", kind=sure(quick))


def _on_a_net(module: str, machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """One of tests.guest.net."""
    return _inside(machine, module, package="net", kind=Kind.SIMULATED)


def pulses(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Rotary dials at 8 to 22 pulses a second with bounce, through the kernel's edges: by a hand that is never late, then by the real clock."""
    exact = _inside(machine, "pulses", kind=Kind.SIMULATED)
    if exact["failed"]:
        raise GuestFailed(json.dumps(exact["failed"]))
    if exact["ring_trip_to_pins_ms_most"] >= TRIPPED_WITHIN_MS:
        raise GuestFailed(f"the bell stopped {exact['ring_trip_to_pins_ms_most']} ms after the handset was lifted")
    return {"exact_hand": exact, "real_clock": _inside(machine, "pulses")}


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


IDLE_S, QUICK_IDLE_S = 300, 60


def booted(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """systemd boots device and page; killed, stopped and without power for a moment, dial tone comes back."""
    _install_units(machine)
    idle_s = QUICK_IDLE_S if quick else IDLE_S
    machine.start(f"{PYTHON} -m tests.guest.inside.booted {idle_s}", Kind.DISK, SYSTEMD)
    found = _figures(machine, "booted", machine.wait(400 + idle_s))
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


def scenarios(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Every scenario of tests/scenarios, unchanged, through pins and sound card; some of them in CI."""
    return _played(machine, "scenarios sim", _named()[:: QUICK_STEP if quick else 1])


def hats(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Calls on the HATs of hal/boards by their own descriptions: pins, polarities, pulls, and the cards' own ids; on two ports at once."""
    for board, names in ON_HATS.items():
        cards = [port.codec.card for port in load_board(board).ports if port.codec]
        with machine.another(furnished(machine.folder / board), cards) as guest:
            _all_true(_scenarios(guest, f"scenarios {board}", names))
    return {board: f"{len(names)} played" for board, names in ON_HATS.items()}


def scenarios_ppp(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """The same with everybody else beyond a modem's PPP."""
    return _played(machine, "scenarios ppp", _named(), package="net")


def scenarios_air(machine: Machine, _quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Those in which voice is heard both ways, with everybody else beyond Wi-Fi."""
    return _played(machine, "scenarios air", _named("SAY tone", "HEAR tone", "HEARS tone"), package="net")


def _named(*words: str) -> Sequence[str]:
    """The scenarios in which all of these stand."""
    files = (ROOT / "tests" / "scenarios").glob("*.call")
    return sorted(file.stem for file in files if all(word in file.read_text() for word in words))


def _played(machine: Machine, module: str, names: Sequence[str], package: str = "inside") -> dict[str, object]:
    """Shared among guests of the same kind."""
    with guests(machine) as several, ThreadPoolExecutor() as pool:
        shares = [names[number :: len(several)] for number in range(len(several))]
        found = list(pool.map(lambda guest, share: _scenarios(guest, module, share, package), several, shares))
    _all_true(*found)
    return {key: sum(each[key] for each in found) for key in ("played", "carried_mb") if key in found[0]}


def _scenarios(guest: Machine, module: str, names: Sequence[str], package: str = "inside") -> dict[str, Any]:
    return _inside(guest, f"{module} {' '.join(names)}", package, timeout_s=120 * len(names), kind=Kind.SIMULATED)


def _all_true(*found: dict[str, Any]) -> None:
    if failed := {name: why for each in found for name, why in each["failed"].items()}:
        raise GuestFailed(json.dumps(failed, indent=1))


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
    trials = 100 if quick else 1000
    return _inside(machine, f"torn {trials}", timeout_s=200 + 4 * trials)


def cuts(machine: Machine, quick: bool) -> dict[str, object]:  # noqa: FBT001 (same)
    """Power cuts while settings and call log are written."""
    with guests(machine) as several:
        return cut_power(several, QUICK_CUTS if quick else CUTS, seed=int(time.time()))


@contextlib.contextmanager
def guests(machine: Machine) -> Iterator[Sequence[Machine]]:
    """As many of the same kind as there are processors."""
    with contextlib.ExitStack() as running:
        folders = [furnished(machine.folder / str(number)) for number in range(os.cpu_count() or 1)]
        yield [running.enter_context(machine.another(folder)) for folder in folders]


def furnished(folder: Path) -> Path:
    """The folder, with the tests that run inside."""
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


PROOFS: dict[str, Proof] = {
    "contract": contract,
    "calls": calls,
    "pulses": pulses,
    "loaded": loaded,
    "booted": booted,
    "units": units,
    "scenarios": scenarios,
    "hats": hats,
    "scenarios-ppp": scenarios_ppp,
    "scenarios-air": scenarios_air,
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
ONCE = frozenset({"torn", "cuts"})
"""Whose failure is something lost, whenever it was: it counts. Others may have missed a moment on a busy machine, and count by a second try."""
QUICK = ("contract", "calls", "scenarios", "booted", "bad_input", "wires", "torn", "cuts")
