"""RFC 5118 section 4: IPv6 addresses where they stand wrongly, ambiguously or unexpectedly. Written from the descriptions of the RFC."""

from __future__ import annotations

from tests.bad_input.torture import Case, Expected

_VALID, _REJECTED, _LENIENT, _FOREIGN = Expected.VALID, Expected.REJECTED, Expected.LENIENT, Expected.FOREIGN
_VIA = "Via: SIP/2.0/@T@ @ME@;branch=z9hG4bK@ID@"


def _frame(method: str, name: str, *vias: str, tag: str = "") -> tuple[str, ...]:
    return (
        f"To: <sip:user@@DEVICE@>{tag}",
        "From: <sip:user@127.0.0.1>;tag=81x2",
        *(vias or (_VIA,)),
        f"Call-ID: {name}.@ID@",
        "Max-Forwards: 70",
        f"CSeq: 98176 {method}",
    )


def _sdp(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in ("v=0", "o=assistant 971731711378798081 0 IN IP6 ::1", "s=-", *lines))


def _invite(name: str, section: str, body: str) -> Case:
    head = ("INVITE sip:line@@DEVICE@ SIP/2.0", *_frame("INVITE", name), "Contact: <sip:caller@@ME@>")
    return Case(name, section, _LENIENT, (*head, "Content-Type: application/sdp", "Content-Length: @LENGTH@"), body)


IPV6 = (
    *(
        Case(
            name,
            section,
            expected,
            (
                f"REGISTER {uri} SIP/2.0",
                *_frame("REGISTER", name),
                "Contact: <sip:caller@[::1]>",
                "Content-Length: 0",
            ),
        )
        for name, section, expected, uri in (
            ("reference", "5118-4.1", _FOREIGN, "sip:[2001:db8::10]"),
            ("reference-without-brackets", "5118-4.2", _REJECTED, "sip:2001:db8::10"),
            ("port-ambiguous", "5118-4.3", _FOREIGN, "sip:[2001:db8::10:5070]"),
            ("port-unambiguous", "5118-4.4", _FOREIGN, "sip:[2001:db8::10]:5070"),
        )
    ),
    *(
        # To with a tag of no dialog: what matters is that the second Via is read
        Case(
            f"received-{name}-brackets",
            "5118-4.5",
            _VALID,
            (
                "BYE sip:line@@DEVICE@ SIP/2.0",
                *_frame(
                    "BYE", "via", _VIA, f"Via: SIP/2.0/UDP [2001:db8::9:1];received={value};branch=z9hG4bKas3-111", tag=";tag=b1"
                ),
                "Content-Length: 0",
            ),
        )
        for name, value in (("with", "[2001:db8::9:255]"), ("without", "2001:db8::9:255"))
    ),
    _invite(
        "address-in-sdp",
        "5118-4.6",
        _sdp(
            "c=IN IP6 ::1",
            "t=3338481189 3370017201",
            "m=audio 6000 RTP/AVP 2",
            "a=rtpmap:2 G726-32/8000",
            "m=video 6024 RTP/AVP 107",
        ),
    ),
    Case(
        "many-addresses-in-headers",
        "5118-4.7",
        _VALID,
        (
            "BYE sip:line@@DEVICE@ SIP/2.0",
            *_frame(
                "BYE",
                "many",
                _VIA,
                "Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111",
                "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144",
                "Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200",
                tag=";tag=b2",
            ),
            "Content-Length: 0",
        ),
    ),
    _invite(
        "two-families-in-sdp",
        "5118-4.8",
        _sdp(
            "t=3338481189 3370017201", "m=audio 6000 RTP/AVP 8", "c=IN IP6 ::1", "m=video 6024 RTP/AVP 107", "c=IN IP4 127.0.0.1"
        ),
    ),
    _invite(
        "mapped-address-in-sdp",
        "5118-4.9",
        _sdp("t=3338481189 3370017201", "m=audio 6000 RTP/AVP 8", "c=IN IP6 ::ffff:127.0.0.1"),
    ),
    *(
        Case(f"{name}-colons-before-ipv4", "5118-4.10", expected, (f"OPTIONS {uri} SIP/2.0", *_frame("OPTIONS", name), "l: 0"))
        for name, expected, uri in (
            ("three", _LENIENT, "sip:user@[2001:db8:::192.0.2.1]"),
            ("two", _VALID, "sip:user@[2001:db8::192.0.2.1]"),
        )
    ),
)
