"""Session descriptions as text: which codecs an account may use, where our voice comes from. Pure; RFC 8866 lines in, lines out."""

import re

_STATIC = {"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000", "18": "G729/8000"}
"""Payload types that need no rtpmap (RFC 3551 table 4)."""

_ALWAYS = frozenset({"telephone-event", "CN"})
"""Not codecs but companions: they stay whichever codec is chosen."""

_CLOCKS_HZ = {"opus": 48000}
"""Clocks of rtpmap lines that are not 8000 (RFC 7587 section 4.1). That of G.722 is, by an old mistake (RFC 3551 section 4.5.2); the engine does not
match the 16000 that some write."""


def answerable(offer: str, codecs: tuple[str, ...]) -> tuple[str, ...]:
    """The best of `codecs` that is offered, alone: the engine's answer would follow the order of the offer, the owner asked for another.

    All of them where none is offered or there is no offer: then the negotiation says no.
    """
    offered = {"/".join(encoding.lower().split("/")[:2]) for encoding in _encodings(_lines(offer)).values()}
    return next(((codec,) for codec in codecs if f"{codec.lower()}/{_CLOCKS_HZ.get(codec, 8000)}" in offered), codecs)


def limit_codecs(sdp: str, codecs: tuple[str, ...]) -> str:
    """Keep only `codecs` (names such as "PCMA") in every audio line, in their order. With none left the audio line stays as it was."""
    lines = _lines(sdp)
    names = _names(lines)
    keep = [payload for codec in codecs for payload, name in names.items() if name.lower() == codec.lower()]
    if not keep:
        return sdp
    keep += [payload for payload, name in names.items() if name in _ALWAYS]
    dropped = set(names) - set(keep)
    return "\r\n".join(_audio_line(line, keep) for line in lines if not _describes(line, dropped)) + "\r\n"


def readdress(sdp: str, address: str) -> str:
    """Our own description as it reads from another address of ours: in o=, c= and a=rtcp (RFC 3605). One of the other family stays as it is: its
    sockets could not send from there."""
    family = "IP6" if ":" in address else "IP4"
    return re.sub(rf"(?m)^([oc]=|a=rtcp:)(.*\bIN {family} )(?!0\.0\.0\.0|::\s*$)\S+", rf"\g<1>\g<2>{address}", sdp)


def has_fingerprint(sdp: str) -> bool:
    """Whether the keys are to be agreed on by DTLS, on the way of the voice itself (RFC 5763)."""
    return re.search(r"(?m)^a=fingerprint:", sdp) is not None


def speaks_of_connections(sdp: str) -> bool:
    """Whether it says if the DTLS association is a new one (RFC 4145 section 5)."""
    return re.search(r"(?m)^a=connection:", sdp) is not None


def offer_keys(sdp: str, *, behind_nat: bool) -> str:
    """Our offer, with what it says of DTLS made plain: the association is a new one (RFC 4145 section 5), and behind a NAT we are its client.

    Left the choice, a far end makes itself the client (RFC 5763 section 5) and sends to an address of ours that nobody reaches before we have sent from
    it, while we wait: there would be no voice at all.
    """
    role = "active" if behind_nat else "actpass"
    return re.sub(r"(?m)^a=setup:actpass\s*$", f"a=setup:{role}\r\na=connection:new\r", sdp)


def _lines(sdp: str) -> list[str]:
    return sdp.replace("\r\n", "\n").rstrip("\n").split("\n")


def _names(lines: list[str]) -> dict[str, str]:
    """Payload type to codec name for the audio lines, in the order offered."""
    return {payload: encoding.split("/")[0] for payload, encoding in _encodings(lines).items()}


def _encodings(lines: list[str]) -> dict[str, str]:
    """The same with clock and channels, as rtpmap lines write it."""
    mapped = {}
    for line in lines:
        if line.startswith("a=rtpmap:"):
            payload, _, encoding = line.removeprefix("a=rtpmap:").partition(" ")
            mapped[payload] = encoding.strip()
    offered = [payload for line in lines if line.startswith("m=audio ") for payload in line.split()[3:]]
    return {payload: mapped.get(payload) or _STATIC.get(payload, payload) for payload in offered}


def _audio_line(line: str, keep: list[str]) -> str:
    if not line.startswith("m=audio "):
        return line
    words = line.split(" ")
    return " ".join([*words[:3], *(payload for payload in keep if payload in words[3:])])


def _describes(line: str, payloads: set[str]) -> bool:
    """Whether an attribute line speaks only of one of these payload types."""
    for attribute in ("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"):
        if line.startswith(attribute):
            return line.removeprefix(attribute).split(" ")[0] in payloads
    return False
