"""A long call while the codec's clock runs fast or slow against the far end's: how often the voice slipped, and gaps of the sound card.

python -m tests.guest.inside.long_call [SECONDS]

The far end says one steady tone; at the ear its phase turns slowly with the drift, and jumps where a frame was dropped or made up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np

from tests.adapter import Adapter
from tests.bench.sip_end import SipEnd
from tests.bench.voice_end import VoiceEnd
from tests.guest.inside.calls import FOLDER, settings
from tests.guest.inside.telephone import RATE_HZ, Telephone, prepare
from tests.peers.ports import free_port_block
from tests.peers.sound import tone

if TYPE_CHECKING:
    from tests.peers.sound import Samples

HZ = 1012.5
"""A lost frame of 10 ms turns its phase by an eighth, one of 20 ms by a quarter."""
JUMP_TURNS = 0.06
WINDOW = 160
LEAD_S, TAIL_S = 3.0, 2.0
DRIFTS_PPM = (0, 100, -100)


def drift(ppm: int, card: str = "Loopback") -> None:
    """Let the card's clock run so much fast; the loop-back takes it in tens of ppm."""
    for device in (0, 1):
        control = f"iface=PCM,name='PCM Rate Shift 100000',device={device}"
        done = subprocess.run(
            ["amixer", "-q", "-c", card, "cset", control, str(100000 + ppm // 10)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"the clock of {card} cannot be shifted: {done.stderr}"


def slips(heard: Samples) -> tuple[int, float]:
    """Jumps of the tone's phase, and how much of the time there was hardly any tone."""
    count = len(heard) // WINDOW
    turn = np.exp(-2j * np.pi * HZ * np.arange(count * WINDOW) / RATE_HZ)
    found = (heard[: count * WINDOW] * turn).reshape(count, WINDOW).mean(axis=1)
    quiet = np.abs(found) < np.median(np.abs(found)) / 2
    steps = np.abs(np.angle(found[2:] / np.where(found[:-2] == 0, 1, found[:-2]))) / (2 * np.pi)
    jumps = steps > JUMP_TURNS
    # a jump is seen by each window it touches: those close together are one
    starts = np.flatnonzero(jumps & ~np.concatenate([[False], jumps[:-1]]))
    return int((np.diff(starts, prepend=-100) > 5).sum()), round(float(quiet.mean()) * 100, 2)


def call(ppm: int, seconds: float) -> dict[str, object]:
    drift(ppm)
    port = free_port_block(2)
    with (
        SipEnd() as sip,
        VoiceEnd() as voice,
        Telephone() as phone,
        Adapter(FOLDER / str(ppm), settings(sip.address, port), board="pi") as device,
    ):
        device.wait_account("direct")
        since = phone.heard_samples
        phone.lift()
        phone.wait(lambda: phone.heard_samples > since + RATE_HZ, "a second of dial tone")
        phone.dial("600")
        invite = sip.wait_invite()
        sip.answer(invite, 200, "OK", voice.port)
        device.wait_line("in call")
        voice.start_speaking(tone(HZ, seconds + LEAD_S + TAIL_S), invite.media)
        phone.listen(LEAD_S)
        jumps, quiet = slips(phone.listen(seconds))
        phone.replace()
        sip.answer(sip.wait_request("BYE"), 200, "OK")
        device.wait_line("idle")
        xruns = device.ask("status")["sound"]
    return {"seconds": seconds, "slips": jumps, "quiet_percent": quiet, **xruns}


def main() -> int:
    prepare()
    seconds = float(sys.argv[1]) if sys.argv[1:] else 60.0
    print(json.dumps({f"{ppm:+d} ppm": call(ppm, seconds) for ppm in DRIFTS_PPM}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
