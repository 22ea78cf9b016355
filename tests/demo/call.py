"""`make demo-call`: one call by itself. Lifts, hears dial tone, dials by DTMF, is answered, hears the far end and is heard there, hangs up.

Prints what was measured in the samples; the exit status is 0 only if sound was heard both ways.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.adapter import Adapter, Never
from tests.demo.far_end import FAR_HZ, FAR_NUMBER, FarSide, far_side
from tests.peers.errors import PeerError
from tests.peers.sound import level_dbm0, loudest_dbm0, strongest_hz, tone

NEAR_HZ = 700.0
HEARD_DBM0 = -25.0
"""Both ends speak at -10 dBm0; far below that nothing was heard."""


def tell(step: str, measured: str) -> None:
    sys.stdout.write(f"{step:<34} {measured}\n")
    sys.stdout.flush()


def require(heard: bool, sentence: str) -> None:  # noqa: FBT001 (an assertion with a sentence)
    if not heard:
        raise Never(sentence)


def play(device: Adapter, side: FarSide) -> None:
    """The call; raises Never with a sentence where it does not go as it should."""
    device.wait_registered()
    tell("registered", f"as {device.ask('status')['accounts'][0]['number']} at Kamailio {side.kamailio.server}")
    device.lift()
    dial = device.hear(2.0)
    tell(
        "handset lifted, heard",
        f"{dial.name} tone, {'+'.join(f'{hz:.0f}' for hz in dial.tones_hz)} Hz, {dial.level_dbm0:.1f} dBm0",
    )
    require(dial.name == "dial", "no dial tone was heard")
    dialed_at = time.monotonic()
    device.dial(f"{FAR_NUMBER}#")
    tell(f"dialed {FAR_NUMBER}# by DTMF", f"{time.monotonic() - dialed_at:.2f} s of tones")
    device.wait_line("in call")
    call = device.ask("status")["calls"][0]
    tell("answered", f"codec {call['codec']}")
    talk(device, side)
    device.replace()
    device.wait_line("idle")
    row = device.calls()[0]
    tell("handset replaced, call log", f"{row['number']} {row['outcome']}, {row['talk_s']} s, {row['reason']}")


def talk(device: Adapter, side: FarSide) -> None:
    ear = device.samples(1.0)
    tell("heard from the far end", f"{strongest_hz(ear):.0f} Hz, {level_dbm0(ear):.1f} dBm0")
    require(loudest_dbm0(ear, FAR_HZ) > HEARD_DBM0, f"the far end's {FAR_HZ:.0f} Hz was not heard")
    device.say(tone(NEAR_HZ, 1.0))
    far = side.far
    far.process.wait_until(lambda: loudest_dbm0(far.heard(), NEAR_HZ) > HEARD_DBM0, f"the far end never heard {NEAR_HZ:.0f} Hz")
    tell("heard at the far end", f"{NEAR_HZ:.0f} Hz, {loudest_dbm0(far.heard(), NEAR_HZ):.1f} dBm0")


def main() -> int:
    """Run the demo in a folder of its own."""
    with TemporaryDirectory(prefix="keepline-demo-") as folder:
        try:
            with far_side(Path(folder)) as side, Adapter(Path(folder) / "device", side.account) as device:
                play(device, side)
        except (PeerError, Never) as problem:
            sys.stderr.write(f"demo-call failed: {problem}\n")
            return 1
    sys.stdout.write("sound was heard both ways\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
