"""`make lab`: a laboratory to stand in, with a device and somebody to call, until Ctrl-C. Faults are typed as words; everything is removed at the end."""

from __future__ import annotations

import select
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.adapter import KEEPLINE, Never
from tests.lab.stage import Stage
from tests.peers.errors import PeerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lab.laboratory import Laboratory
    from tests.lab.uplink import Uplink

FAULTS: dict[str, tuple[int, Callable[..., object], str]] = {
    "unplug": (0, lambda uplink: uplink.unplug(), "pull the cable"),
    "plug": (0, lambda uplink: uplink.plug(), "put it back"),
    "silence": (0, lambda uplink: uplink.silence(), "the router swallows everything, the link stays"),
    "cut": (0, lambda uplink: uplink.cut_internet(), "the router answers, the internet does not"),
    "dns": (0, lambda uplink: uplink.deafen_dns(), "no name is answered"),
    "portal": (0, lambda uplink: uplink.hold_portal(), "a captive portal"),
    "lose": (1, lambda uplink, percent: uplink.lose(int(percent)), "PERCENT of all packets"),
    "delay": (2, lambda uplink, ms, jitter: uplink.delay(float(ms), float(jitter)), "MS one way and JITTER_MS"),
    "renumber": (0, lambda uplink: uplink.renumber(), "DHCP gives another address"),
    "heal": (0, lambda uplink: uplink.heal(), "everything but the cable and the delay is well again"),
}


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def describe(stage: Stage) -> None:
    lab, state = stage.lab, stage.device.state
    phone = f"{KEEPLINE} phone --state {state}"
    tell(f"the laboratory stands; everything it writes lies in {lab.folder.parent}\n\nto stand in it:")
    for name, space in [
        ("device", lab.device),
        ("cloud", lab.cloud),
        *((each.interface, each.router) for each in lab.uplinks.values()),
    ]:
        tell(f"  {name:<8} ip netns exec {space.name} bash")
    tell(
        f"\nto call the far end, which speaks a pitch that rises for two seconds:\n  {phone} lift; {phone} dial {stage.exchange.number}#"
    )
    tell(f"  {phone} hear 2; {KEEPLINE} status --state {state} --json; {phone} replace")
    tell("\nto make trouble, type here (eth0 may be any of " + ", ".join(lab.uplinks) + "):")
    for verb, (count, _, help_) in FAULTS.items():
        tell(f"  {verb} eth0{' N' * count:<6} {help_}")
    tell("\nCtrl-C removes everything")


def obey(lab: Laboratory, line: str) -> str:
    """Carry out one typed line; the answer."""
    verb, *rest = line.split()
    if verb not in FAULTS:
        return f"{verb}: one of {', '.join(FAULTS)}"
    count, fault, _ = FAULTS[verb]
    if len(rest) != 1 + count or rest[0] not in lab.uplinks:
        return f"{verb}: needs an uplink ({', '.join(lab.uplinks)})" + f" and {count} number(s)" * bool(count)
    uplink: Uplink = lab.uplinks[rest[0]]
    try:
        fault(uplink, *rest[1:])
    except (ValueError, PeerError) as problem:
        return f"{verb}: {problem}"
    return "done"


def stay(stage: Stage) -> None:
    """Until Ctrl-C. Without a terminal it only waits."""
    while stage.device.process.running:
        if select.select([sys.stdin], [], [], 1.0)[0]:
            line = sys.stdin.readline()
            if not line:
                signal.pause()
            elif line.strip():
                tell(obey(stage.lab, line))
    tell(f"the device has ended:\n{stage.device.process.log_tail}")


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with TemporaryDirectory(prefix="keepline-lab-") as folder:
        try:
            with Stage(Path(folder)) as stage:
                describe(stage)
                stay(stage)
        except KeyboardInterrupt:
            tell("\nremoved")
        except (PeerError, Never) as problem:
            sys.stderr.write(f"make lab: {problem}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
