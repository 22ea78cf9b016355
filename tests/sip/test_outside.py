"""Where the registrar sees us, read from the Contact that the engine keeps."""

from __future__ import annotations

import pytest

from firmware.sip.outside import host_of


@pytest.mark.parametrize(
    ("contact", "host"),
    [
        ("<sip:alice@198.51.100.1:44815;transport=TLS;ob>", "198.51.100.1"),
        ('"Front door" <sip:alice@198.51.100.1;ob>;+sip.instance="<urn:uuid:0a0a>"', "198.51.100.1"),
        ("<sips:+77271234567@[2001:db8:1::5]:5061>;reg-id=1", "2001:db8:1::5"),
        ("<sip:192.0.2.7>", "192.0.2.7"),
        ("", ""),
    ],
)
def test_the_host_of_a_contact(contact: str, host: str) -> None:
    assert host_of(contact) == host
