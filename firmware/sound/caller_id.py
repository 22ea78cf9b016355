"""Who calls, as the burst of samples a telephone with a display reads: on hook with the bell, off hook while a call waits.

Builds the message and has spandsp modulate it; keys for DTMF countries. Says nothing about when: that is `core.ringing`.
Message and parameter types: ETSI EN 300 659-3 and Telcordia GR-30-CORE, as listed in spandsp's adsi.h.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from firmware.core.call_waiting_id import OFF_HOOK_MARK_BITS
from firmware.core.events import Caller
from firmware.core.tones import CallerIdKind, Tone
from firmware.sound.spandsp import BELL_202, MARK_BITS, SEIZURE_BITS, V_23, fsk_burst
from firmware.sound.tone_source import SAMPLE_RATE_HZ, dtmf_tone, tone_pcm

_CALL_SETUP = 0x80
_DATE_TIME = 0x01
_NUMBER = 0x02
_NUMBER_ABSENT = 0x04
_NAME = 0x07
_NAME_ABSENT = 0x08
_VOICE_CALL = b"\x11\x01\x01"
"""Call type parameter, ETSI only: voice call."""

_WITHHELD = b"P"
_UNKNOWN = b"O"

NUMBER_DIGITS = 20
"""Longest number sent; the last digits are kept, as they tell callers apart. Chosen: displays show 16 to 20."""
NAME_CHARACTERS: Mapping[CallerIdKind, int] = MappingProxyType({CallerIdKind.BELLCORE: 15, CallerIdKind.ETSI: 20})
"""Longest name sent. 15 is the usual length in GR-1188 displays (unconfirmed); 20 is chosen for ETSI, which allows more."""

ALERT_DBM0: Mapping[CallerIdKind, float] = MappingProxyType({CallerIdKind.BELLCORE: -15.0, CallerIdKind.ETSI: -18.0})
"""Each sine of the alerting signal of call waiting: -15 dBm by Panasonic's service manual of the KX-TG6841B; -18 by Lantiq's TAPI
driver for ETSI. Where there is no FSK there is no such signal."""
_BITS_A_SECOND = 1200

DTMF_ON_MS = 50
DTMF_OFF_MS = 50
DTMF_LEVEL_DBM0 = -10.0
"""Keys of DTMF caller ID: Lantiq's TAPI driver sends 50/50 ms (drv_tapi_cid.c), spandsp -10 dBm0 a frequency (dtmf.c)."""
_DTMF_WITHHELD = "B10C"
_DTMF_UNKNOWN = "B00C"
"""Special information codes of variant 1 (A number C), as in spandsp's adsi.h."""


class CallerIdSource:
    """One burst, to be taken a frame at a time. Rendering happens here, once (below 1 ms on a laptop), not in `take`."""

    def __init__(self, kind: CallerIdKind, caller: Caller, when: datetime | None) -> None:
        """`when` is local time: the telephone sets its clock by it, so it is left out while it is not known. ValueError for CallerIdKind.NONE."""
        self._pcm = caller_id_burst(kind, caller, when)
        self._at = 0

    @property
    def duration_ms(self) -> int:
        """Length of the whole burst, rounded up."""
        return -(-len(self._pcm) // 2 * 1000 // SAMPLE_RATE_HZ)

    @property
    def finished(self) -> bool:
        return self._at >= len(self._pcm)

    def take(self, samples: int) -> bytes:
        """The next `samples` samples, 16-bit little-endian; silence after the burst."""
        piece = self._pcm[self._at : self._at + 2 * samples]
        self._at += len(piece)
        return piece.ljust(2 * samples, b"\0")


def waiting_caller_burst(kind: CallerIdKind, caller: Caller, when: datetime | None) -> bytes:
    """All samples of the burst for a telephone that is off hook and has acknowledged: no seizure and less mark, so the on-hook
    burst without its beginning. ValueError for kinds that are not FSK."""
    if kind not in ALERT_DBM0:
        raise ValueError("A waiting caller can be told by FSK only.")
    left_out_bits = SEIZURE_BITS + MARK_BITS - OFF_HOOK_MARK_BITS
    return caller_id_burst(kind, caller, when)[2 * (left_out_bits * SAMPLE_RATE_HZ // _BITS_A_SECOND) :]


def caller_id_burst(kind: CallerIdKind, caller: Caller, when: datetime | None) -> bytes:
    """All samples of the burst. ValueError for CallerIdKind.NONE."""
    match kind:
        case CallerIdKind.BELLCORE:
            return fsk_burst(BELL_202, call_setup_message(kind, caller, when))
        case CallerIdKind.ETSI:
            return fsk_burst(V_23, call_setup_message(kind, caller, when))
        case CallerIdKind.DTMF:
            return _keys_burst(dtmf_keys(caller))
        case CallerIdKind.NONE:
            raise ValueError("No caller ID is sent in this country.")


def call_setup_message(kind: CallerIdKind, caller: Caller, when: datetime | None) -> bytes:
    """The data message without checksum: type, length, then type-length-value parameters.

    Built here: spandsp's adsi_add_field (0.0.6) writes the length of a 16-character field twice.
    """
    name = sendable_name(caller.name)[: NAME_CHARACTERS[kind]].rstrip()
    absent = _WITHHELD if caller.withheld else _UNKNOWN
    digits = sendable_digits(caller)
    parameters = _VOICE_CALL if kind is CallerIdKind.ETSI else b""
    parameters += _parameter(_DATE_TIME, when.strftime("%m%d%H%M").encode("ascii")) if when else b""
    parameters += _parameter(_NUMBER, digits.encode("ascii")) if digits else _parameter(_NUMBER_ABSENT, absent)
    if name and not caller.withheld:
        parameters += _parameter(_NAME, name.encode("ascii"))
    elif caller.withheld:
        parameters += _parameter(_NAME_ABSENT, absent)
    return bytes((_CALL_SETUP, len(parameters))) + parameters


def dtmf_keys(caller: Caller) -> str:
    """The keys pressed for a caller: A number C, or why there is none. Names cannot be sent this way."""
    if caller.withheld:
        return _DTMF_WITHHELD
    digits = sendable_digits(caller)
    return f"A{digits}C" if digits else _DTMF_UNKNOWN


def sendable_digits(caller: Caller) -> str:
    """The number as displays take it: digits only, no plus sign (it has no code in DTMF); empty if withheld or unknown."""
    if caller.withheld or not caller.number:
        return ""
    return "".join(character for character in caller.number if character in "0123456789")[-NUMBER_DIGITS:]


def sendable_name(name: str | None) -> str:
    """A name in ASCII, as displays know no other alphabet: Cyrillic is transliterated, accents are taken off, letters of
    other alphabets (such as Bengali) are dropped; empty if nothing is left."""
    latin = "".join(_CYRILLIC.get(character, character) for character in name or "")
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode("ascii")
    return " ".join("".join(character for character in plain if character.isprintable()).split())


def _parameter(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value))) + value


def _keys_burst(keys: str) -> bytes:
    segments = [segment for key in keys for segment in dtmf_tone(key, DTMF_ON_MS, DTMF_OFF_MS, DTMF_LEVEL_DBM0).segments]
    return tone_pcm(Tone(tuple(segments), repeat_from=None))


_LOWER_CYRILLIC = (
    # ICAO Doc 9303 part 3, Russian; the letters of Kazakh by the nearest Latin one (unconfirmed).
    "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch "  # noqa: RUF001
    "ъ=ie ы=y ь= э=e ю=iu я=ia ә=a ғ=g қ=k ң=n ө=o ұ=u ү=u һ=h і=i ї=i є=ie ґ=g ў=u"  # noqa: RUF001
)


def _cyrillic() -> dict[str, str]:
    lower = dict(pair.split("=") for pair in _LOWER_CYRILLIC.split())
    return lower | {letter.upper(): latin.capitalize() for letter, latin in lower.items()}


_CYRILLIC = _cyrillic()
