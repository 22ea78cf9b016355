"""Call progress tones synthesised for tests, from the lists of Asterisk (indications.conf), DAHDI (zonedata.c) and spandsp (global-tones.xml)."""

import re

import numpy as np
import numpy.typing as npt

from hal.sim.level import amplitude

TONES = {
    "KZ": {
        "dial": "425",
        "ringback": "425/1000,0/4000",
        "busy": "425/350,0/350",
        "congestion": "425/175,0/175",
        "special": "950/330,1400/330,1800/330,0/1000",
        "stutter": "!425/100,!0/100," * 6 + "425",
        "call_waiting": "425/200,0/5000",
        "confirmation": "!425/100,!0/100,!425/100,!0/100,!425/100,!0/100",
        "holding": "600/100,0/100,600/100,0/100,600/100,0/9500",
        "record": "!1400/400",
    },
    "US": {
        "dial": "350+440",
        "ringback": "440+480/2000,0/4000",
        "busy": "480+620/500,0/500",
        "congestion": "480+620/250,0/250",
        "special": "!950/330,!1400/330,!1800/330",
        "stutter": "!350+440/100,!0/100," * 6 + "350+440",
        "howler": "1400+2060+2450+2600/100,0/100",
        "call_waiting": "440/300,0/10000",
        "confirmation": "!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100",
    },
    "GB": {
        "dial": "350+440",
        "ringback": "400+450/400,0/200,400+450/400,0/2000",
        "busy": "400/375,0/375",
        "congestion": "400/400,0/350,400/225,0/525",
        "special": "950/330,0/15,1400/330,0/15,1800/330,0/1000",
        "stutter": "350+440/750,440/750",
        "call_waiting": "400/100,0/4000",
        "confirmation": "!1400/1000",
    },
    "DE": {
        "dial": "425",
        "ringback": "425/1000,0/4000",
        "busy": "425/480,0/480",
        "congestion": "425/240,0/240",
        "special": "950/330,1400/330,1800/330,0/1000",
        "stutter": "425+400",
        "call_waiting": "425/200,0/200,425/200,0/5000",
    },
    "IN": {
        "dial": "400*25",
        "ringback": "400*25/400,0/200,400*25/400,0/2000",
        "busy": "400/750,0/750",
        "congestion": "400/250,0/250",
        "call_waiting": "400/200,0/100,400/200,0/7500",
        "confirmation": "!400*25/100,!0/100,!400*25/100,!0/100,!400*25/100,!0/100",
    },
    "IN by ITU": {"dial": "375+425", "ringback": "375+425/400,0/200,375+425/400,0/2600", "special": "400"},
    "RU recall": {"stutter": "425/400,0/40"},
    "DE recall": {"stutter": "!425/100,!0/100,!425/100,!0/100,!425/100,!0/100,425"},
    "adapters": {"confirmation": "!600/250,!0/250"},
    "KG": {"ringback": "425/800,0/3200", "busy": "425/400,0/400"},
}
LEVEL_DBM0 = {"US ringback": -19.0, "US busy": -24.0, "US congestion": -24.0, "US howler": -9.0}

_ELEMENT = re.compile(r"(!?)([\d+]+)(?:\*(\d+))?(?:/(\d+))?")


def played(play: str, seconds: float, level_dbm0: float) -> npt.NDArray[np.float64]:
    """The tone from its beginning, in Asterisk's notation; modulation 90 % deep; silence after a tone played once."""
    elements = [_ELEMENT.fullmatch(element) for element in play.split(",")]
    wanted = round(seconds * 8000)
    pieces = [_piece(found, wanted, level_dbm0) for found in elements if found]
    once = [piece for piece, found in zip(pieces, elements, strict=True) if found and found[1]]
    again = pieces[len(once) :] or [np.zeros(wanted)]
    while sum(map(len, once)) < wanted:
        once += again
    return np.concatenate(once)[:wanted]


def _piece(found: re.Match[str], longest: int, level_dbm0: float) -> npt.NDArray[np.float64]:
    _once, tones, modulator, ms = found.groups()
    time = np.arange(int(ms) * 8 if ms else longest) / 8000
    sound = sum(np.sin(2 * np.pi * int(hz) * time) for hz in tones.split("+") if hz != "0") * amplitude(level_dbm0)
    if modulator:
        sound = sound * (1 + 0.9 * np.sin(2 * np.pi * int(modulator) * time))
    return np.zeros(len(time)) + sound
