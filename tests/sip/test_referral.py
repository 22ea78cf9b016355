"""Refer-To values and sources as text: what is a target, and who is among those who may ask."""

from __future__ import annotations

import pytest

from firmware.sip.referral import Target, address_of, is_among, target_of


@pytest.mark.parametrize(
    ("refer_to", "target"),
    [
        ("<sip:600@pbx.test>", Target("600", "pbx.test", attended=False)),
        ('"Aigerim" <sip:%2B77271234567@PBX.test:5080;user=phone>', Target("+77271234567", "pbx.test", attended=False)),
        ("sip:600@[2001:db8::1]:5060", Target("600", "2001:db8::1", attended=False)),
        (
            "<sip:600@10.0.0.1?Replaces=a%40b%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces>",
            Target("600", "10.0.0.1", attended=True),
        ),
        ("<sip:600:secret@pbx.test>", Target("600", "pbx.test", attended=False)),
        ("<sip:600@pbx.test;maddr=203.0.113.9>", None),
        ("<sip:600@pbx.test?Route=%3Csip:203.0.113.9%3E>", None),
        ("<sip:600@pbx.test?Replaces=a&From=x>", None),
        ("<sip:pbx.test>", None),
        ("<tel:+77271234567>", None),
        ("<sip:600@pbx.test>junk<sip:601@evil.test>", None),
        ('"<sip:600@pbx.test>" <sip:601@evil.test>', Target("601", "evil.test", attended=False)),
        ('"a\\\\" <sip:600@pbx.test>', Target("600", "pbx.test", attended=False)),
        ("sip:600@pbx.test, <sip:601@evil.test>", None),
        ("<sip:600@pbx.test@evil.test>", None),
        ("<sip:600@pbx.test?Replaces=a%0d%0aEvil%3A%20yes>", None),
        ("<sip:6%0000@pbx.test>", None),
        ("", None),
        ("<>", None),
    ],
)
def test_only_a_plain_sip_number_is_a_target(refer_to: str, target: Target | None) -> None:
    assert target_of(refer_to) == target


@pytest.mark.parametrize(
    ("source", "sources", "among"),
    [
        ("192.0.2.1:5060", {"192.0.2.1:5060"}, True),
        ("192.0.2.1:5099", {"192.0.2.1:5060"}, True),
        ("192.0.2.1:5060", {"192.0.2.0/24"}, True),
        ("192.0.3.1:5060", {"192.0.2.0/24", "192.0.2.1"}, False),
        ("[2001:db8::1]:5060", {"2001:db8::1"}, True),
        ("[2001:db8::1]:5060", {"[2001:db8::1]:5070"}, True),
        ("[2001:db8::1]:5060", {"192.0.2.1", "nonsense"}, False),
        ("", {"192.0.2.1"}, False),
    ],
)
def test_a_source_is_known_by_its_address(source: str, sources: set[str], among: bool) -> None:  # noqa: FBT001 (a table)
    assert is_among(address_of(source), sources) is among
