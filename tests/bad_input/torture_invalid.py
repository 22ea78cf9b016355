"""RFC 4475 section 3.1.2: requests that break the grammar. Written from the descriptions of the RFC."""

from __future__ import annotations

from tests.bad_input.torture import SDP, Case, Expected

_REJECTED, _LENIENT = Expected.REJECTED, Expected.LENIENT


def _frame(method: str, name: str, *, to: str = "To: <sip:line@@DEVICE@>", sender: str = "From: <sip:caller@127.0.0.1>;tag=3",
           number: str = "") -> tuple[str, ...]:  # fmt: skip
    return (
        to,
        sender,
        f"Call-ID: {name}.@ID@",
        f"CSeq: {number or f'8 {method}'}",
        "Max-Forwards: 70",
        "Via: SIP/2.0/@T@ @ME@;branch=z9hG4bK@ID@",
    )


_TEXT = ("Content-Type: application/sdp", "Content-Length: @LENGTH@")

INVALID = (
    Case(
        "extraneous-separators",
        "4475-3.1.2.1",
        _REJECTED,
        (
            "INVITE sip:user@@DEVICE@ SIP/2.0",
            "To: sip:j.user@@DEVICE@",
            "From: sip:caller@127.0.0.1;tag=134161461246",
            "Max-Forwards: 7",
            "Call-ID: badinv01.@ID@",
            "CSeq: 8 INVITE",
            "Via: SIP/2.0/@T@ @ME@;;,;,,;branch=z9hG4bK@ID@",
            'Contact: "Joe" <sip:joe@@ME@>;;;;',
            *_TEXT,
        ),
        SDP,
    ),
    Case(
        "content-length-too-large",
        "4475-3.1.2.2",
        _REJECTED,
        (
            "INVITE sip:line@@DEVICE@ SIP/2.0",
            *_frame("INVITE", "clerr"),
            "Contact: <sip:caller@@ME@>",
            "Content-Type: application/sdp",
            "Content-Length: 9999",
        ),
        SDP,
    ),
    Case(
        "content-length-negative",
        "4475-3.1.2.3",
        _REJECTED,
        (
            "INVITE sip:line@@DEVICE@ SIP/2.0",
            *_frame("INVITE", "ncl"),
            "Contact: <sip:caller@@ME@>",
            "Content-Type: application/sdp",
            "Content-Length: -999",
        ),
        SDP,
    ),
    Case(
        "scalars-too-large",
        "4475-3.1.2.4",
        _REJECTED,
        (
            "REGISTER sip:@DEVICE@ SIP/2.0",
            "Via: SIP/2.0/@T@ @ME@;branch=z9hG4bK@ID@",
            "To: <sip:user@@DEVICE@>",
            "From: <sip:user@@DEVICE@>;tag=239232jh3",
            "CSeq: 36893488147419103232 REGISTER",
            "Call-ID: scalar02.@ID@",
            "Max-Forwards: 300",
            "Expires: 10000000000000000000000000000000000",
            "Contact: <sip:user@@ME@>;expires=280297596632815",
            "Content-Length: 0",
        ),
    ),
    Case(
        "quote-not-closed",
        "4475-3.1.2.6",
        _LENIENT,
        (
            "INVITE sip:user@@DEVICE@ SIP/2.0",
            'To: "Mr. J. User <sip:j.user@@DEVICE@>',
            *_frame("INVITE", "quotbal")[1:],
            "Contact: <sip:caller@@ME@>",
            *_TEXT,
        ),
        SDP,
    ),
    Case(
        "brackets-around-request-uri",
        "4475-3.1.2.7",
        _LENIENT,
        ("INVITE <sip:user@@DEVICE@> SIP/2.0", *_frame("INVITE", "ltgtruri"), "Contact: <sip:caller@@ME@>", *_TEXT),
        SDP,
    ),
    Case(
        "space-in-request-uri",
        "4475-3.1.2.8",
        _LENIENT,
        ("INVITE sip:user@@DEVICE@; lr SIP/2.0", *_frame("INVITE", "lwsruri"), "Contact: <sip:caller@@ME@>", *_TEXT),
        SDP,
    ),
    Case(
        "several-spaces-in-request-line",
        "4475-3.1.2.9",
        _LENIENT,
        ("INVITE  sip:user@@DEVICE@  SIP/2.0", *_frame("INVITE", "lwsstart"), "Contact: <sip:caller@@ME@>", *_TEXT),
        SDP,
    ),
    Case(
        "spaces-behind-request-line",
        "4475-3.1.2.10",
        _LENIENT,
        ("OPTIONS sip:remote-target@@DEVICE@ SIP/2.0  ", *_frame("OPTIONS", "trws"), "l: 0"),
    ),
    Case(
        "headers-in-request-uri",
        "4475-3.1.2.11",
        _LENIENT,
        (
            "INVITE sip:user@@DEVICE@?Route=%3Csip:127.0.0.1%3E SIP/2.0",
            *_frame("INVITE", "escruri"),
            "Contact: <sip:caller@@ME@>",
            *_TEXT,
        ),
        SDP,
    ),
    Case(
        "date-in-another-zone",
        "4475-3.1.2.12",
        _LENIENT,
        (
            "INVITE sip:line@@DEVICE@ SIP/2.0",
            *_frame("INVITE", "baddate"),
            "Date: Fri, 01 Jan 2010 16:00:00 EST",
            "Contact: <sip:caller@@ME@>",
            *_TEXT,
        ),
        SDP,
    ),
    Case(
        "contact-without-brackets",
        "4475-3.1.2.13",
        _LENIENT,
        (
            "REGISTER sip:@DEVICE@ SIP/2.0",
            *_frame("REGISTER", "regbadct"),
            "Contact: sip:user@@ME@?Route=%3Csip:sip.invalid%3E",
            "l: 0",
        ),
    ),
    Case(
        "spaces-in-addr-spec",
        "4475-3.1.2.14",
        _LENIENT,
        (
            "OPTIONS sip:user@@DEVICE@ SIP/2.0",
            *_frame("OPTIONS", "badaspec", to='To: "Watson, Thomas" < sip:t.watson@@DEVICE@ >'),
            "l: 0",
        ),
    ),
    Case(
        "display-name-of-non-tokens",
        "4475-3.1.2.15",
        _LENIENT,
        (
            "OPTIONS sip:t.watson@@DEVICE@ SIP/2.0",
            *_frame("OPTIONS", "baddn", sender="From: Bell, Alexander <sip:a.g.bell@127.0.0.1>;tag=43"),
            "l: 0",
        ),
    ),
    Case(
        "unknown-version",
        "4475-3.1.2.16",
        _REJECTED,
        (
            "OPTIONS sip:t.watson@@DEVICE@ SIP/7.0",
            "Via: SIP/7.0/@T@ @ME@;branch=z9hG4bK@ID@",
            *_frame("OPTIONS", "badvers")[:5],
            "l: 0",
        ),
    ),
    Case(
        "method-and-cseq-differ",
        "4475-3.1.2.17",
        _REJECTED,
        ("OPTIONS sip:user@@DEVICE@ SIP/2.0", *_frame("OPTIONS", "mismatch01", number="8 INVITE"), "l: 0"),
    ),
    Case(
        "unknown-method-and-cseq-differ",
        "4475-3.1.2.18",
        _REJECTED,
        ("NEWMETHOD sip:user@@DEVICE@ SIP/2.0", *_frame("NEWMETHOD", "mismatch02", number="8 INVITE"), *_TEXT),
        SDP,
    ),
)
