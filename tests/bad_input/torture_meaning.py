"""RFC 4475 sections 3.2 to 3.4: well-formed requests whose meaning is odd. Written from the descriptions of the RFC."""

from __future__ import annotations

from tests.bad_input.torture import SDP, Case, Expected

_VALID, _REJECTED, _LENIENT, _FOREIGN = Expected.VALID, Expected.REJECTED, Expected.LENIENT, Expected.FOREIGN
_VIA = "Via: SIP/2.0/@T@ @ME@;branch=z9hG4bK@ID@"
_CONTACT = "Contact: <sip:caller@@ME@>"
_TEXT = ("Content-Type: application/sdp", "Content-Length: @LENGTH@")


def _frame(method: str, name: str, via: str = _VIA) -> tuple[str, ...]:
    return (
        "To: <sip:line@@DEVICE@>",
        "From: <sip:caller@127.0.0.1>;tag=242etr",
        "Max-Forwards: 70",
        f"Call-ID: {name}.@ID@",
        f"CSeq: 8 {method}",
        via,
    )


MEANING = (
    Case(
        "branch-without-identifier",
        "4475-3.2.1",
        _LENIENT,
        ("OPTIONS sip:user@@DEVICE@ SIP/2.0", *_frame("OPTIONS", "badbranch", "Via: SIP/2.0/@T@ @ME@;branch=z9hG4bK"), "l: 0"),
    ),
    Case(
        "required-headers-missing",  # no Call-ID, From, To
        "4475-3.3.1",
        _REJECTED,
        ("INVITE sip:user@@DEVICE@ SIP/2.0", "CSeq: 193942 INVITE", _VIA, *_TEXT),
        SDP,
    ),
    *(
        Case(
            f"request-uri-of-scheme-{scheme.split(':', maxsplit=1)[0]}",
            section,
            _REJECTED,
            (f"OPTIONS {scheme} SIP/2.0", *_frame("OPTIONS", "scheme"), "l: 0"),
        )
        for section, scheme in (
            ("4475-3.3.2", "nobodyKnowsThisScheme:totallyopaquecontent"),
            ("4475-3.3.3", "soap.beep://192.0.2.103:3002"),
        )
    ),
    Case(
        "unknown-schemes-in-headers",
        "4475-3.3.4",
        _LENIENT,
        (
            "REGISTER sip:@DEVICE@ SIP/2.0",
            "To: isbn:2983792873",
            "From: <http://www.invalid>;tag=3234233",
            "Call-ID: unksm2.@ID@",
            "CSeq: 234902 REGISTER",
            "Max-Forwards: 70",
            _VIA,
            "Contact: <name:John_Smith>",
            "l: 0",
        ),
    ),
    Case(
        "unknown-extensions-required",  # 420 with Unsupported
        "4475-3.3.5",
        _REJECTED,
        (
            "OPTIONS sip:user@@DEVICE@ SIP/2.0",
            *_frame("OPTIONS", "bext01"),
            "Require: nothingSupportsThis, nothingSupportsThisEither",
            "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis",
            "l: 0",
        ),
    ),
    Case(
        "unknown-extensions-required-for-a-call",
        "4475-3.3.5",
        _REJECTED,
        ("INVITE sip:line@@DEVICE@ SIP/2.0", *_frame("INVITE", "bext02"), "Require: nothingSupportsThis", _CONTACT, *_TEXT),
        SDP,
    ),
    Case(
        "unknown-content-type",  # 415
        "4475-3.3.6",
        _REJECTED,
        (
            "INVITE sip:line@@DEVICE@ SIP/2.0",
            *_frame("INVITE", "invut"),
            _CONTACT,
            "Content-Type: application/unknownformat",
            "Content-Length: @LENGTH@",
        ),
        '<audio>\r\n <pcmu port="443"/>\r\n</audio>\r\n',
    ),
    Case(
        "unknown-authorization-scheme",
        "4475-3.3.7",
        _FOREIGN,
        (
            "REGISTER sip:@DEVICE@ SIP/2.0",
            *_frame("REGISTER", "regaut01"),
            _CONTACT,
            "Authorization: NoOneKnowsThisScheme opaque-data=here",
            "l: 0",
        ),
    ),
    Case(
        "single-headers-doubled",
        "4475-3.3.8",
        _REJECTED,
        (
            "INVITE sip:line@@DEVICE@ SIP/2.0",
            "CSeq: 5 INVITE",
            _VIA,
            "CSeq: 59 INVITE",
            "Call-ID: multi01.@ID@",
            "Call-ID: multi01.@ID@-2",
            "To: <sip:user@@DEVICE@>",
            "From: <sip:caller@127.0.0.1>;tag=3413415",
            "Max-Forwards: 5",
            "From: <sip:other@127.0.0.1>;tag=2923420123",
            "To: <sip:other_user@@DEVICE@>",
            "Contact: <sip:caller@@ME@>",
            "Contact: <sip:caller2@@ME@>",
            "Max-Forwards: 70",
            "Contact: <sip:caller3@@ME@>",
            *_TEXT,
        ),
        SDP,
    ),
    Case(
        "two-content-lengths",
        "4475-3.3.9",
        _REJECTED,
        (
            "OPTIONS sip:user@@DEVICE@ SIP/2.0",
            "Via: SIP/2.0/@T@ @ME@;branch=z9hG4bK@ID@",
            *_frame("OPTIONS", "mcl01")[:5],
            "Content-Length: 13",
            "Content-Length: 5",
            "Content-Type: text/plain",
        ),
        "There's no way to know how many octets are supposed to be here.",
    ),
    Case(
        "no-forwards-left",  # only a proxy must refuse: for the called side it is an ordinary request
        "4475-3.3.11",
        _VALID,
        (
            "OPTIONS sip:user@@DEVICE@ SIP/2.0",
            *(line.replace("Max-Forwards: 70", "Max-Forwards: 0") for line in _frame("OPTIONS", "zeromf")),
            "l: 0",
        ),
    ),
    *(
        Case(name, section, _FOREIGN, ("REGISTER sip:@DEVICE@ SIP/2.0", *_frame("REGISTER", "reg"), contact, "l: 0"))
        for name, section, contact in (
            ("register-with-contact-parameter", "4475-3.3.12", "Contact: sip:+19725552222@@ME@;unknownparam"),
            ("register-with-uri-parameter", "4475-3.3.13", "Contact: <sip:+19725552222@@ME@;unknownparam>"),
            ("register-with-escaped-header", "4475-3.3.14", "Contact: <sip:user@@ME@?Route=%3Csip:sip.invalid%3E>"),
        )
    ),
    Case(
        "accepts-no-session-description",
        "4475-3.3.15",
        _LENIENT,  # "most implementations will ... 406"; those that answer with SDP anyway are in use
        (
            "INVITE sip:line@@DEVICE@ SIP/2.0",
            *_frame("INVITE", "sdp01"),
            _CONTACT,
            "Accept: text/nobodyKnowsThis",
            *_TEXT,
        ),
        SDP,
    ),
    Case(
        "invite-of-rfc-2543",  # no branch, no From tag, no Max-Forwards, a Record-Route with maddr
        "4475-3.4.1",
        _VALID,
        (
            "INVITE sip:UserB@@DEVICE@ SIP/2.0",
            "Via: SIP/2.0/@T@ @ME@",
            "From: <sip:UserA@127.0.0.1>",
            "To: <sip:UserB@@DEVICE@>",
            "Call-ID: inv2543.@ID@",
            "CSeq: 1 INVITE",
            "Contact: <sip:UserA@@ME@>",
            "Record-Route: <sip:UserB@@ME@;maddr=127.0.0.1>",
            *_TEXT,
        ),
        SDP,
    ),
)
