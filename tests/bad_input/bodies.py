"""Session descriptions that are broken, each in one way, as bodies for an INVITE, a 183 or a 200. Knows no call.

`may_work` tells whether a receiver may still make a call of it; if not, it must refuse, end or ignore.
"""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_DATAGRAM = 15000
"""Just below what the engine takes in one packet (PJSIP_MAX_PKT_LEN in image-build/engine/config_site.h)."""

_TOP = ("v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-")
_HERE = "c=IN IP4 127.0.0.1"
_TIME = "t=0 0"


@dataclass(frozen=True)
class Body:
    name: str
    text: str
    may_work: bool = False
    kind: str = "application/sdp"

    def __str__(self) -> str:
        return self.name

    @property
    def data(self) -> bytes:
        return self.text.encode("utf-8", "surrogateescape")


def lines(*rows: str) -> str:
    return "".join(f"{row}\r\n" for row in rows)


def media(row: str, *attributes: str, here: str = _HERE) -> str:
    """A description that is sound up to its m= line."""
    return lines(*_TOP, *([here] if here else []), _TIME, row, *attributes)


def crypto(value: str) -> str:
    return media("m=audio 40000 RTP/AVP 8", f"a=crypto:{value}")


_GOOD = "m=audio 40000 RTP/AVP 8"
_MANY = range(96, 127)

BODIES = (
    Body("empty-with-type", "", may_work=True),  # in an INVITE: no offer at all (RFC 3261 section 13.2.1)
    Body("one-byte", "v"),
    Body("only-newlines", "\r\n\r\n\r\n"),
    Body("no-media", lines(*_TOP, _HERE, _TIME)),
    Body("version-missing", lines(*_TOP[1:], _HERE, _TIME, _GOOD), may_work=True),
    Body("origin-missing", lines("v=0", "s=-", _HERE, _TIME, _GOOD)),
    Body("origin-short", lines("v=0", "o=-", "s=-", _HERE, _TIME, _GOOD)),
    Body(
        "origin-number-too-large",
        lines("v=0", f"o=- {'9' * 60} {'9' * 60} IN IP4 127.0.0.1", "s=-", _HERE, _TIME, _GOOD),
        may_work=True,
    ),
    Body("session-name-missing", lines(*_TOP[:2], _HERE, _TIME, _GOOD), may_work=True),
    Body("time-missing", lines(*_TOP, _HERE, _GOOD), may_work=True),
    Body("connection-missing", media(_GOOD, here="")),
    Body("connection-short", media(_GOOD, here="c=IN"), may_work=True),
    Body("connection-of-unknown-family", media(_GOOD, here="c=IN IP9 127.0.0.1"), may_work=True),
    Body("connection-is-ipv6", media(_GOOD, here="c=IN IP6 ::1"), may_work=True),
    Body("connection-is-no-address", media(_GOOD, here="c=IN IP4 999.1.2.3"), may_work=True),
    Body("connection-is-a-name", media(_GOOD, here="c=IN IP4 nowhere.invalid"), may_work=True),
    Body("connection-is-zero", media(_GOOD, here="c=IN IP4 0.0.0.0"), may_work=True),
    Body("connection-is-multicast", media(_GOOD, here="c=IN IP4 224.2.36.42/127"), may_work=True),
    Body("port-0", media("m=audio 0 RTP/AVP 8")),
    Body("port-negative", media("m=audio -1 RTP/AVP 8")),
    Body("port-too-large", media("m=audio 99999 RTP/AVP 8"), may_work=True),
    Body("port-huge", media(f"m=audio {'9' * 30} RTP/AVP 8"), may_work=True),
    Body("port-is-a-word", media("m=audio port RTP/AVP 8")),
    Body("port-count-huge", media("m=audio 40000/4294967296 RTP/AVP 8"), may_work=True),
    Body("media-short", media("m=audio")),
    Body("media-without-formats", media("m=audio 40000 RTP/AVP")),
    Body("media-of-unknown-protocol", media("m=audio 40000 UDPTL/NO/SUCH t38")),
    Body("media-is-only-video", media("m=video 40000 RTP/AVP 31")),
    Body("media-is-only-fax", media("m=image 40000 udptl t38")),
    Body("thirty-media", media(_GOOD, *(f"m=audio {40002 + 2 * each} RTP/AVP 8" for each in range(30))), may_work=True),
    Body("formats-are-words", media("m=audio 40000 RTP/AVP eight nine")),
    Body("formats-unknown", media("m=audio 40000 RTP/AVP 96", "a=rtpmap:96 X-NOBODY/8000")),
    Body("formats-too-large", media("m=audio 40000 RTP/AVP 300 4000000000", "a=rtpmap:300 PCMA/8000")),
    Body("dynamic-format-without-map", media("m=audio 40000 RTP/AVP 96")),
    Body(
        "a-hundred-codecs",
        media(
            "m=audio 40000 RTP/AVP " + " ".join(str(each) for each in range(128)),
            *(f"a=rtpmap:{each} CODEC{each}/8000" for each in _MANY),
        ),
        may_work=True,
    ),
    Body("map-without-name", media("m=audio 40000 RTP/AVP 96 8", "a=rtpmap:96"), may_work=True),
    Body("map-without-rate", media("m=audio 40000 RTP/AVP 96 8", "a=rtpmap:96 opus"), may_work=True),
    Body("map-rate-0", media("m=audio 40000 RTP/AVP 96", "a=rtpmap:96 PCMA/0"), may_work=True),
    Body("map-rate-negative", media("m=audio 40000 RTP/AVP 96", "a=rtpmap:96 PCMA/-8000"), may_work=True),
    Body("map-channels-huge", media("m=audio 40000 RTP/AVP 96", "a=rtpmap:96 opus/48000/99999999"), may_work=True),
    Body(
        "format-parameters-huge",
        media("m=audio 40000 RTP/AVP 96", "a=rtpmap:96 opus/48000/2", f"a=fmtp:96 {'x=1;' * 2000}"),
        may_work=True,
    ),
    Body(
        "format-parameters-broken",
        media("m=audio 40000 RTP/AVP 96", "a=rtpmap:96 opus/48000/2", "a=fmtp:96 =;;=;a=;=b"),
        may_work=True,
    ),
    Body("packet-time-0", media(_GOOD, "a=ptime:0"), may_work=True),
    Body("packet-time-huge", media(_GOOD, "a=ptime:99999999"), may_work=True),
    Body("packet-time-negative", media(_GOOD, "a=ptime:-20"), may_work=True),
    Body(
        "events-out-of-range",
        media("m=audio 40000 RTP/AVP 8 101", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 -5-999"),
        may_work=True,
    ),
    Body("directions-contradict", media(_GOOD, "a=sendonly", "a=recvonly", "a=inactive"), may_work=True),
    Body("rtcp-port-is-a-word", media(_GOOD, "a=rtcp:none IN IP4"), may_work=True),
    Body("candidate-broken", media(_GOOD, "a=ice-ufrag:x", "a=ice-pwd:y", "a=candidate:1 1 UDP"), may_work=True),
    Body("line-of-12000-bytes", media(_GOOD, "a=" + "x" * 12000), may_work=True),
    Body("many-attributes", media(_GOOD, *["a=x"] * 2500), may_work=True),
    Body("up-to-the-packet-limit", media(_GOOD, *["a=" + "y" * 500] * (LONGEST_DATAGRAM // 510)), may_work=True),
    Body("null-bytes", media(_GOOD, "a=\x00\x00\x00") + "\x00" * 50, may_work=True),
    Body("null-in-origin", lines("v=0", "o=\x00 1 1 IN IP4 127.0.0.1", "s=-", _HERE, _TIME, _GOOD), may_work=True),
    Body("no-text-at-all", "\udc80\udcff\udcfe\x01\x02" * 40),
    Body("bare-newlines", media(_GOOD).replace("\r\n", "\n"), may_work=True),
    Body("bare-returns", media(_GOOD).replace("\r\n", "\r"), may_work=True),
    Body("last-line-open", media(_GOOD).rstrip("\r\n"), may_work=True),
    Body("spaces-around-equals", media(_GOOD).replace("=", " = ")),
    Body("another-type", media(_GOOD), kind="text/plain"),
    *(
        Body(f"crypto-{name}", crypto(value), may_work=True)
        for name, value in (
            ("empty", ""),
            ("tag-missing", "AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"),
            ("tag-huge", f"{'9' * 40} AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"),
            ("suite-unknown", "1 ROT13 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR"),
            ("key-missing", "1 AES_CM_128_HMAC_SHA1_80"),
            ("key-empty", "1 AES_CM_128_HMAC_SHA1_80 inline:"),
            ("key-short", "1 AES_CM_128_HMAC_SHA1_80 inline:AAAA"),
            ("key-no-base64", "1 AES_CM_128_HMAC_SHA1_80 inline:%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%"),
            ("key-huge", f"1 AES_CM_128_HMAC_SHA1_80 inline:{'A' * 4000}"),
            ("mki-broken", "1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR|2^999|x:y"),
        )
    ),
)
