"""What the engine wants to know with each order: how many streams, which status, which headers. No state."""

from collections.abc import Iterable

import pjsua2 as pj

Header = tuple[str, str]


def call_options(status: int = 0, headers: Iterable[Header] = (), from_uri: str = "") -> "pj.CallOpParam":
    """One audio stream; `from_uri` replaces the account's own address in an INVITE."""
    options = pj.CallOpParam(True)  # noqa: FBT003 (the engine's default setting)
    options.statusCode = status
    one_stream(options.opt)
    options.txOption.localUri = from_uri
    options.txOption.headers = pj.SipHeaderVector([_header(*each) for each in headers])
    return options


def one_stream(setting: "pj.CallSetting") -> None:
    """A telephone call: one audio stream and nothing else."""
    setting.audioCount = 1
    setting.videoCount = setting.textCount = 0


def _header(name: str, value: str) -> "pj.SipHeader":
    header = pj.SipHeader()
    header.hName, header.hValue = name, value
    return header
