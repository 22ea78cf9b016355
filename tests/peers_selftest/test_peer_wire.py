"""SIP and SDP as text; a raw socket; certificates; a DNS server."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from typing import TYPE_CHECKING

import pytest

from tests.peers.dns import NO_SUCH_NAME, Dns, Naptr, Srv
from tests.peers.raw_peer import RawPeer
from tests.peers.sip_wire import parameters, parse_message, split_stream, uri_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.peers.certificates import Authority, Certificate

INVITE = (
    b'INVITE sip:bob@foo.test SIP/2.0\r\nv: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\nf: "Al" <sip:al@foo.test;x=1>;tag=7\r\n'
    b"Subject: one\r\n two\r\nCSeq: 4 INVITE\r\ni: abc\r\nc: application/sdp\r\nl: 0\r\n\r\n"
    b"v=0\r\nc=IN IP4 127.0.0.9\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendonly\r\n"
)


def test_a_request_is_read_with_compact_folded_and_repeated_headers() -> None:
    message = parse_message(INVITE)
    assert (message.method, message.uri, message.status, message.call_id) == ("INVITE", "sip:bob@foo.test", 0, "abc")
    assert message.headers.all("Via") == ["SIP/2.0/UDP a", "SIP/2.0/UDP b"]
    assert message.headers["subject"] == "one two"
    assert uri_of(message.headers["From"]) == "sip:al@foo.test;x=1"
    assert parameters(message.headers["From"]) == {"tag": "7"}
    with pytest.raises(KeyError, match="no Route header"):
        _ = message.headers["Route"]


def test_sdp_is_read_with_its_session_address() -> None:
    audio = parse_message(INVITE).sdp.audio
    assert (audio.port, audio.connection, audio.direction) == (4000, "127.0.0.9", "sendonly")
    assert audio.formats == ("8", "101")
    assert audio.codecs == {"8": "PCMA/8000"}
    assert audio.attribute("ptime") == "20"


def test_a_stream_is_cut_into_messages_and_a_rest() -> None:
    one = b"SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\nContent-Length: 2\r\n\r\nab"
    found, rest = split_stream(b"\r\n\r\n" + one + one + one[:-1])
    assert [message.body for message in found] == [b"ab", b"ab"]
    assert rest == one[:-1]


def test_the_dns_server_answers_a_srv_and_naptr_and_nothing_else(tmp_path: Path) -> None:
    srv = [Srv("_sip._udp.foo.test", "dead.foo.test", 5998, 1, 5), Srv("_sip._udp.foo.test", "live.foo.test", 5999, 2)]
    naptr = [Naptr("foo.test", "SIP+D2U", "_sip._udp.foo.test")]
    with Dns(tmp_path, {"dead.foo.test": "127.0.0.2", "live.foo.test": ["127.0.0.1", "::1"]}, srv, naptr) as dns:
        assert dns.ask("live.foo.test", "A").records == (socket.inet_aton("127.0.0.1"),)
        assert dns.ask("live.foo.test", "AAAA").records == (socket.inet_pton(socket.AF_INET6, "::1"),)
        found = {struct.unpack_from("!HHH", record) for record in dns.ask("_sip._udp.foo.test", "SRV").records}
        assert found == {(1, 5, 5998), (2, 0, 5999)}
        assert b"\x07SIP+D2U" in dns.ask("foo.test", "NAPTR").records[0]
        assert dns.ask("nobody.test", "A").code == NO_SUCH_NAME
        dns.wait_for_query("SRV", "_sip._udp.foo.test")
        assert dns.ask("example.org", "A").code == NO_SUCH_NAME, "the server asked the outside world"


@pytest.mark.parametrize(
    ("names", "age", "complaint"),
    [
        (("localhost", "127.0.0.1"), "new", ""),
        (("foo.test",), "new", "certificate is not valid for"),
        (("localhost", "127.0.0.1"), "expired", "certificate has expired"),
    ],
)
def test_certificates_are_good_wrong_or_expired(authority: Authority, names: tuple[str, ...], age: str, complaint: str) -> None:
    with _tls_server(authority.issue(names, expired=age == "expired")) as listener:
        target = ("127.0.0.1", listener.getsockname()[1])
        if complaint:
            with pytest.raises(ssl.SSLCertVerificationError, match=complaint):
                RawPeer(target, "tls", authority=authority.certificate)
        else:
            RawPeer(target, "tls", authority=authority.certificate).close()


def _tls_server(certificate: Certificate) -> socket.socket:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    listener = socket.create_server(("127.0.0.1", 0))

    def shake_hands() -> None:
        with contextlib.suppress(OSError):  # the other side did not like the certificate, which the test looks at over there
            context.wrap_socket(listener.accept()[0], server_side=True).close()

    threading.Thread(target=shake_hands, daemon=True).start()
    return listener
