"""wpa_supplicant's words, as version 2.10 says them and as strangers try to bend them."""

from __future__ import annotations

import pytest

from hal.wifi_text import (
    Event,
    SavedNetwork,
    Security,
    Sign,
    event_of,
    found_networks,
    network_settings,
    saved_networks,
    security_of,
    status_of,
    unescaped,
)

HEARD = r"""bssid / frequency / signal level / flags / ssid
02:00:00:00:00:01	2412	-70	[WPA2-PSK-CCMP][ESS]	Home
02:00:00:00:00:02	5180	-50	[WPA2-PSK-CCMP][ESS]	Home
02:00:00:00:00:03	2437	-60	[ESS]	Home
02:00:00:00:00:04	2437	-40	[ESS]	\x00
02:00:00:00:00:05	2437	-40	[ESS]	\x00\x00
02:00:00:00:00:06	2437	-x	[ESS]	broken
02:00:00:00:00:07	2437
"""


@pytest.mark.parametrize(
    ("text", "ssid"),
    [
        ("Keepline home", b"Keepline home"),
        (r"\xd2\xae\xd0\xb9", "Үй".encode()),
        (r"a\\b\"c", b'a\\b"c'),
        (r"\n\t\r\e", b"\n\t\r\x1b"),
        (r"\\x41", rb"\x41"),
        (r"\xff\x00", b"\xff\0"),
        ("", b""),
    ],
)
def test_a_name_is_read_byte_by_byte(text: str, ssid: bytes) -> None:
    assert unescaped(text) == ssid


@pytest.mark.parametrize(
    ("flags", "security"),
    [
        ("[ESS]", Security.OPEN),
        ("[WPS][ESS]", Security.OPEN),
        ("[WPA2-PSK-CCMP][WPS][ESS]", Security.WPA2),
        ("[WPA-PSK-CCMP+TKIP][WPA2-PSK-CCMP+TKIP-preauth][ESS]", Security.WPA2),
        ("[WPA2-FT/PSK-CCMP][ESS]", Security.WPA2),
        ("[WPA2-PSK+SAE-CCMP][SAE-H2E][ESS]", Security.BOTH),
        ("[WPA2-SAE-CCMP][ESS]", Security.WPA3),
        ("[WPA2-OWE-CCMP][OWE-TRANS][ESS]", Security.ENHANCED_OPEN),
        ("[WPA2-EAP-CCMP][ESS]", Security.OTHER),
        ("[WPA2-EAP-SUITE-B-192-GCMP-256][ESS]", Security.OTHER),
        ("[WEP][ESS]", Security.OTHER),
    ],
)
def test_how_a_network_is_protected(flags: str, security: Security) -> None:
    assert security_of(flags) is security


def test_the_strongest_of_one_name_counts_and_hidden_ones_are_left_out() -> None:
    found = [(network.ssid, network.signal_dbm, network.security) for network in found_networks(HEARD)]
    assert found == [(b"Home", -50, Security.WPA2), (b"Home", -60, Security.OPEN)]
    assert found_networks("") == []


def test_saved_networks_and_status() -> None:
    reply = "network id / ssid / bssid / flags\n0\tHome\tany\t[CURRENT]\n12\t\\xd2\\xae\tany\t[DISABLED]\nnonsense"
    assert saved_networks(reply) == [
        SavedNetwork(0, b"Home", is_current=True),
        SavedNetwork(12, b"\xd2\xae", is_current=False),
    ]
    assert status_of("wpa_state=COMPLETED\nssid=a=b\n") == {"wpa_state": "COMPLETED", "ssid": "a=b"}


DISABLED = '<3>CTRL-EVENT-SSID-TEMP-DISABLED id=3 ssid="{ssid}" auth_failures=1 duration=10 reason={reason}'


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("<3>CTRL-EVENT-SCAN-RESULTS ", Event(Sign.SCANNED)),
        ("<3>CTRL-EVENT-SCAN-FAILED ret=-1", Event(Sign.SCAN_FAILED)),
        ("<3>CTRL-EVENT-SCAN-FAILED ret=-16 retry=1", None),
        ("<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:00:00 completed [id=3 id_str=]", Event(Sign.CONNECTED, 3)),
        ("<3>CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:00:00 reason=3 locally_generated=1", Event(Sign.DISCONNECTED)),
        ("<3>CTRL-EVENT-NETWORK-NOT-FOUND ", Event(Sign.NOT_FOUND)),
        (DISABLED.format(ssid="Home", reason="WRONG_KEY"), Event(Sign.WRONG_KEY, 3)),
        (DISABLED.format(ssid="Home", reason="CONN_FAILED"), Event(Sign.UNHEARD, 3)),
        (DISABLED.format(ssid=r"x\" id=9 reason=WRONG_KEY \"", reason="CONN_FAILED"), Event(Sign.UNHEARD, 3)),
        ("<3>CTRL-EVENT-ASSOC-REJECT bssid=02:00:00:00:00:00 status_code=17", Event(Sign.FULL)),
        ("<3>CTRL-EVENT-ASSOC-REJECT status_code=1", Event(Sign.TURNED_AWAY)),
        ("<3>CTRL-EVENT-AUTH-REJECT 02:00:00:00:00:00 auth_type=3 auth_transaction=2 status_code=15", Event(Sign.WRONG_KEY)),
        ("<3>CTRL-EVENT-AUTH-REJECT 02:00:00:00:00:00 auth_type=0 auth_transaction=2 status_code=1", Event(Sign.TURNED_AWAY)),
        ("<3>CTRL-EVENT-SCAN-STARTED ", None),
        ("<3>WPA: 4-Way Handshake failed - pre-shared key may be incorrect", None),
        ("", None),
    ],
)
def test_events(text: str, event: Event | None) -> None:
    assert event_of(text) == event


def test_what_is_told_of_a_network() -> None:
    told = dict(network_settings("Үй".encode(), Security.BOTH, 'pass"word', hidden=True))
    assert told["ssid"] == "d2aed0b9"
    assert (told["psk"], told["scan_ssid"], told["ieee80211w"]) == ('"pass"word"', "1", "1")
    assert "SAE" in told["key_mgmt"].split()
    assert dict(network_settings(b"a", Security.OPEN, "", hidden=False)) == {"ssid": "61", "key_mgmt": "NONE"}


def test_a_ready_made_key_is_no_passphrase_and_fits_wpa2_only() -> None:
    told = dict(network_settings(b"a", Security.BOTH, "ab" * 32, hidden=False))
    assert told["psk"] == "ab" * 32
    assert "SAE" not in told["key_mgmt"]
