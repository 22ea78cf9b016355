"""One call out and one in, on the Pi's drivers: hook and keys by gpio-sim, voice by the sound loop-back, the far end by hand on loopback.

python -m tests.guest.inside.calls
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from tests.adapter import Adapter, account
from tests.bench.sip_end import SipEnd
from tests.bench.voice_end import VoiceEnd
from tests.guest.contract.rotary import TRIPPED_WITHIN_MS
from tests.guest.inside.telephone import SOUND, Telephone, prepare
from tests.peers.ports import free_port_block
from tests.peers.sound import loudest_dbm0, strongest_hz, tone

FAR_HZ, NEAR_HZ = 1004.0, 700.0
HEARD_DBM0 = -25.0
FOLDER = Path("/tmp/device")  # noqa: S108 (in the guest, which is thrown away)


def settings(server: str, port: int) -> str:
    trunk = account("trunk", server, register=False, user="alice", codecs=["PCMA"])
    return f'[device]\ncountry = "KZ"\nboard_file = "sim"\n[[line]]\ndigit_map = "xxx"\n[sip]\nport = {port}\n{trunk}'


def call_out(phone: Telephone, device: Adapter, sip: SipEnd, voice: VoiceEnd) -> dict[str, float]:
    before = phone.heard_samples
    lifted_s = phone.lift()
    toned_s = phone.wait(lambda: bool((abs(phone.heard(before)) > SOUND).any()), "dial tone")
    dial_hz = strongest_hz(phone.listen(1.0))
    assert abs(dial_hz - 425) < 10, f"dial tone is {dial_hz} Hz"
    phone.dial("600")
    invite = sip.wait_invite()
    assert "600@" in invite.message.first_line, invite.message.first_line
    sip.answer(invite, 200, "OK", voice.port)
    device.wait_line("in call")
    figures = talk(phone, voice, invite.media)
    phone.replace()
    sip.answer(sip.wait_request("BYE"), 200, "OK")
    device.wait_line("idle")
    return {"dial_tone_ms": round(1000 * (toned_s - lifted_s)), "dial_tone_hz": dial_hz, **figures}


def talk(phone: Telephone, voice: VoiceEnd, media: tuple[str, int]) -> dict[str, float]:
    """Both ends say a tone at once; how loud each hears the other."""
    voice.start_speaking(tone(FAR_HZ, 3.0), media)
    phone.say(tone(NEAR_HZ, 3.0))
    ear = loudest_dbm0(phone.listen(2.5), FAR_HZ)
    phone.finish()
    packets = voice.heard()
    far = max(loudest_dbm0(packet.samples, NEAR_HZ, 0.02) for packet in packets)
    assert ear > HEARD_DBM0, f"the telephone hears the far end at {ear:.1f} dBm0"
    assert far > HEARD_DBM0, f"the far end hears the telephone at {far:.1f} dBm0"
    return {"ear_dbm0": round(ear, 1), "far_dbm0": round(far, 1), "packets": len(packets)}


def call_in(phone: Telephone, device: Adapter, sip: SipEnd, voice: VoiceEnd, port: int) -> dict[str, float]:
    """The bell's pins move, lifting stops them and answers."""
    voice.forget()
    phone.wires.record(["rm", "fr"])
    call = sip.invite("alice", port, voice.port)
    rang_s = phone.wait(phone.rings, "the bell")
    time.sleep(0.6)  # part of the ring, which lasts a second, is what is looked at
    assert phone.rings()
    lifted_s = phone.lift()
    phone.wait(lambda: not phone.rings(), "ring trip")
    time.sleep(0.1)  # in which a bell that still rang would turn twice and more
    moves = phone.wires.seen()
    turns = [each.at_ms for each in moves if each.pin == "fr" and each.at_ms < 1000 * lifted_s]
    trip_ms = moves[-1].at_ms - 1000 * lifted_s
    assert not phone.rings()
    assert trip_ms < TRIPPED_WITHIN_MS, f"the bell stopped {trip_ms:.0f} ms after the handset was lifted"
    taken = sip.acknowledge(call, sip.wait_status(200))
    device.wait_line("in call")
    figures = talk(phone, voice, ("127.0.0.1", device_media(sip)))
    sip.hang_up(taken)
    phone.replace()
    device.wait_line("idle")
    hz = 1000 * (len(turns) - 1) / (2 * (turns[-1] - turns[0]))
    return {
        "invite_to_bell_ms": round(1000 * (rang_s - call.sent_s)),
        "ring_hz": round(hz, 2),
        "ring_trip_ms": round(trip_ms),
        **figures,
    }


def device_media(sip: SipEnd) -> int:
    return sip.wait_status(200).media[1]


def main() -> int:
    prepare()
    port = free_port_block(2)
    with (
        SipEnd() as sip,
        VoiceEnd() as voice,
        Telephone() as phone,
        Adapter(FOLDER, settings(sip.address, port), board="pi") as device,
    ):
        device.wait_account("direct")
        out = call_out(phone, device, sip, voice)
        sip.forget()
        come = call_in(phone, device, sip, voice, port)
        print(json.dumps({"call_out": out, "call_in": come}))  # noqa: T201 (its answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
