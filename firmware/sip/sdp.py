"""Session descriptions as text: which codecs an account may use. Pure; RFC 8866 lines in, lines out."""

_STATIC_NAMES = {"0": "PCMU", "8": "PCMA", "9": "G722", "18": "G729"}
"""Payload types that need no rtpmap (RFC 3551 table 4)."""

_ALWAYS = frozenset({"telephone-event", "CN"})
"""Not codecs but companions: they stay whichever codec is chosen."""


def limit_codecs(sdp: str, codecs: tuple[str, ...]) -> str:
    """Keep only `codecs` (names such as "PCMA") in every audio line, in their order. With none left the audio line stays as it was."""
    lines = sdp.replace("\r\n", "\n").rstrip("\n").split("\n")
    names = _names(lines)
    keep = [payload for codec in codecs for payload, name in names.items() if name.lower() == codec.lower()]
    if not keep:
        return sdp
    keep += [payload for payload, name in names.items() if name in _ALWAYS]
    dropped = set(names) - set(keep)
    return "\r\n".join(_audio_line(line, keep) for line in lines if not _describes(line, dropped)) + "\r\n"


def _names(lines: list[str]) -> dict[str, str]:
    """Payload type to codec name for the audio lines, in the order offered."""
    mapped = {}
    for line in lines:
        if line.startswith("a=rtpmap:"):
            payload, _, encoding = line.removeprefix("a=rtpmap:").partition(" ")
            mapped[payload] = encoding.split("/")[0]
    offered = [payload for line in lines if line.startswith("m=audio ") for payload in line.split(" ")[3:]]
    return {payload: mapped.get(payload) or _STATIC_NAMES.get(payload, payload) for payload in offered}


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
