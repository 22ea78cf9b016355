"""The calls of tests/lab/test_call_survives.py with the other far ends and transports, Asterisk among them, and uplinks that flap slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lab.laboratory import ETHERNET, WIFI
from tests.lab.stage import Stage
from tests.lab.telephony import DEVICE_USER
from tests.lab.test_call_survives import FAULTS, cut
from tests.lab.test_in_trouble import FLAPS_S, flap

if TYPE_CHECKING:
    from pathlib import Path

SUITE = "AES_CM_128_HMAC_SHA1_80"


@pytest.mark.parametrize(
    ("far", "fault"), [*(("asterisk", each) for each in FAULTS), ("baresip", "cable"), ("baresip", "internet")]
)
def test_over_udp(tmp_path: Path, far: str, fault: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), far=far) as stage:
        stage.call()
        cut(stage, FAULTS[fault])
        assert len(stage.device.ask("status")["calls"]) == 1
        assert stage.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize(("far", "transport"), [("pjsua2", "tcp"), ("baresip", "tls"), ("asterisk", "tcp"), ("asterisk", "tls")])
def test_over_connections_and_encrypted(tmp_path: Path, far: str, transport: str) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), far=far, transport=transport) as stage:
        stage.call()
        cut(stage, FAULTS["silence"])
        assert bool(stage.device.ask("status")["calls"][0]["srtp"]) == (transport == "tls")
        stage.hang_up()


@pytest.mark.parametrize("far", ["pjsua2", "asterisk"])
def test_with_keys_agreed_on_by_dtls(tmp_path: Path, far: str) -> None:
    """There are new ones after the move, and they are agreed on through both NATs."""
    with Stage(tmp_path, (ETHERNET, WIFI), far=far, transport="tls", keys="dtls") as stage:
        stage.call()
        cut(stage, FAULTS["cable"])
        stage.device.wait(lambda status: status["calls"][0]["srtp"] == SUITE, "the keys")
        assert stage.hang_up()["outcome"] == "answered"


def test_a_pbx_that_makes_a_call_for_each_contact_rings_the_telephone_once(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), far="asterisk") as stage:
        stage.wait_contacts("eth0", "wlan0")
        pbx = stage.far
        pbx.command(f"dialplan add extension 700,1,Dial(${{PJSIP_DIAL_CONTACTS({DEVICE_USER})}}) into phones")
        pbx.command("channel originate Local/700@phones application Wait 60")
        stage.device.wait_ringing()
        stage.device.lift()
        stage.device.wait_line("in call")
        stage.device.wait(lambda status: len(status["calls"]) == 1, "one call")
        pbx.hang_up_all()
        stage.device.wait_line("released")
        assert [row["outcome"] for row in stage.device.calls()] == ["answered"]


def test_called_by_a_pbx_with_keys_agreed_on_by_dtls(tmp_path: Path) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI), far="asterisk", transport="tls", keys="dtls") as stage:
        stage.far.call(DEVICE_USER, stage.exchange.number)
        stage.device.wait_ringing()
        stage.device.lift()
        stage.device.wait_line("in call")
        cut(stage, FAULTS["cable"])
        stage.device.wait(lambda status: status["calls"][0]["srtp"] == SUITE, "the keys")
        assert stage.hang_up()["outcome"] == "answered"


@pytest.mark.parametrize("period_s", [1.0, 5.0, 20.0])
def test_flapping_settles(tmp_path: Path, period_s: float) -> None:
    with Stage(tmp_path, (ETHERNET, WIFI)) as stage:
        flap(stage, period_s, max(FLAPS_S, 2.5 * period_s))
