"""A long call while the codec's clock runs fast or slow against the far end's: how often the voice slipped, and gaps of the sound card.

python -m tests.guest.inside.long_call [SECONDS]

The far end says a tone that rises steadily; its height at the ear tells where in the voice the ear is, and so what was made up or left out.
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
    import numpy.typing as npt

    from tests.peers.sound import Samples

    FloatArray = npt.NDArray[np.float64]

FIRST_HZ, RISE_HZ_S = 600.0, 1.0
LOUD_DBM0 = -10.0
WINDOW = 160
LOOK_S = 20.0
"""At the beginning and at the end, to tell where in the voice the ear is."""
PACKET_MS = 20
LEAD_S, TAIL_S = 3.0, 2.0
DRIFTS_PPM = (0, 100, -100)


def drift(ppm: int, card: str = "Loopback") -> None:
    """Let the card's clock run so much fast; the loop-back takes the length of a second, in tens of ppm."""
    for device in (0, 1):
        control = f"iface=PCM,name='PCM Rate Shift 100000',device={device}"
        done = subprocess.run(
            ["amixer", "-q", "-c", card, "cset", control, str(100000 - ppm // 10)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"the clock of {card} cannot be shifted: {done.stderr}"


def rising(seconds: float) -> Samples:
    """A tone that rises steadily: its height tells how far the voice has come."""
    at_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    loud = np.abs(tone(FIRST_HZ, 0.1, LOUD_DBM0)).max()
    return np.round(loud * np.sin(_turns(at_s) * 2 * np.pi)).astype(np.int16)


def _turns(at_s: FloatArray) -> FloatArray:
    return FIRST_HZ * at_s + RISE_HZ_S / 2 * at_s**2


def made_up_ms(heard: Samples) -> tuple[float, float]:
    """How much more sound the ear was given than the far end said (less: negative), and percent of the time without sound.

    Against a tone that rises as the one that was said, what is heard beats the higher the further it is behind.
    """
    count = len(heard) // WINDOW
    at_s = np.arange(count * WINDOW) / RATE_HZ
    found = (heard[: count * WINDOW] * np.exp(-2j * np.pi * _turns(at_s))).reshape(count, WINDOW).mean(axis=1)
    quiet = np.abs(found) < np.median(np.abs(found)) / 2
    turned = np.unwrap(np.angle(found)) / (2 * np.pi)
    look = round(LOOK_S * RATE_HZ / WINDOW)
    ahead_s = [_slope_hz(part) / RISE_HZ_S for part in (turned[:look], turned[-look:])]
    return round(1000 * (ahead_s[0] - ahead_s[1]), 1), round(float(quiet.mean()) * 100, 2)


def _slope_hz(turned: FloatArray) -> float:
    return float(np.polyfit(np.arange(len(turned)) * WINDOW / RATE_HZ, turned, 1)[0])


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
        voice.start_speaking(rising(seconds + LEAD_S + TAIL_S), invite.media)
        phone.listen(LEAD_S)
        made_up, quiet = made_up_ms(phone.listen(seconds))
        phone.replace()
        sip.answer(sip.wait_request("BYE"), 200, "OK")
        device.wait_line("idle")
        xruns = device.ask("status")["sound"]
    return {
        "seconds": seconds,
        "slips": round(abs(made_up) / PACKET_MS, 1),
        "made_up_ms": made_up,
        "quiet_percent": quiet,
        **xruns,
    }


def main() -> int:
    prepare()
    seconds = float(sys.argv[1]) if sys.argv[1:] else 60.0
    print(json.dumps({f"{ppm:+d} ppm": call(ppm, seconds) for ppm in DRIFTS_PPM}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
