"""The set-up network as a telephone meets it, behind the radio: a lease, every name leads to the box, and any page leads to its page. With the rights of
its unit, as nobody. The radio itself is simulated in the guest only.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dns.message
import dns.query
import pytest

from firmware.cellular.data_orders import Lease
from firmware.cellular.dhcp_client import lease_words
from firmware.command_line.main import main
from firmware.hotspot.errors import RadioMissing
from firmware.hotspot.lan import ADDRESS
from firmware.hotspot.radio import Air, hostapd_settings, name_of, radio
from tests.lab.namespaces import Namespaces, connect
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lab.namespaces import Namespace

ROOT = Path(__file__).parent.parent.parent
RIGHTS = "-all,+net_admin,+net_raw,+net_bind_service,+dac_read_search"
"""Those of its unit; the last is for this test alone, whose checkout nobody may be able to enter."""
OPEN = """
import sys, tempfile
from contextlib import ExitStack
from pathlib import Path
from firmware.hotspot.run import behind
with ExitStack() as held:
    behind(held, "house", Path(held.enter_context(tempfile.TemporaryDirectory())), 8080)
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def house(folder: Path) -> Iterator[Namespace]:
    """The telephone's side of the air."""
    with Namespaces() as spaces:
        box, telephone = spaces.make("box"), spaces.make("telephone")
        connect(box, "house", telephone, "wifi")
        sets = [f"--{name}={RIGHTS}" for name in ("bounding-set", "inh-caps", "ambient-caps")]
        words = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--no-new-privs", *sets]
        opened = Process([*box.enter, *words, sys.executable, "-c", OPEN], folder, environment={"PYTHONPATH": str(ROOT)})
        try:
            opened.wait_for_line("^open$", 20)
            yield telephone
        finally:
            opened.stop()


def test_a_telephone_finds_the_page_by_itself(tmp_path: Path) -> None:
    with house(tmp_path) as telephone:
        lease = Process([*telephone.enter, *lease_words(Lease("wifi"), tmp_path / "lease")], tmp_path)
        assert lease.wait_for_line("keepline:bound:172.31.77", 20)
        with telephone.inside():
            for name in ("captive.apple.com", "connectivitycheck.gstatic.com", "keepline.local"):
                answer = dns.query.udp(dns.message.make_query(name, "A"), ADDRESS, timeout=5)
                assert [str(each) for found in answer.answer for each in found] == [ADDRESS]
            assert not dns.query.udp(dns.message.make_query("captive.apple.com", "AAAA"), ADDRESS, timeout=5).answer
            for path in ("/hotspot-detect.html", "/generate_204"):
                assert led_to(f"http://{ADDRESS}{path}") == f"http://{ADDRESS}:8080/"
        lease.stop()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_words: object) -> None:
        """Only look where it leads."""


def led_to(address: str) -> str:
    with pytest.raises(urllib.error.HTTPError) as led:
        urllib.request.build_opener(_Stay).open(address, timeout=10)
    with led.value as answer:
        assert answer.code == 302
        return str(answer.headers["Location"])


def test_two_boxes_have_two_names_and_the_code_on_the_label_opens(tmp_path: Path) -> None:
    station = tmp_path / "wlan0"
    (station / "phy80211").mkdir(parents=True)
    (station / "address").write_text("b8:27:eb:12:ab:cd\n")
    assert radio(tmp_path) == "wlan0"
    text = hostapd_settings(Air(name_of("wlan0", tmp_path), "ABCD2345", "KZ", 36))
    for line in ("ssid=Keepline ABCD", "wpa=2", "wpa_passphrase=ABCD2345", "country_code=KZ", "hw_mode=a", "channel=36"):
        assert line in text.splitlines()


def test_a_box_without_a_radio_says_so_and_takes_the_request_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RadioMissing, match="use a cable"):
        radio(tmp_path)
    request = tmp_path / "want"
    request.touch()
    words = ["--state", str(tmp_path), "--config", str(tmp_path / "none.toml"), "--request", str(request)]
    assert main(["set-up-network", *words]) == 1
    assert "There is no Wi-Fi radio in this box" in capsys.readouterr().err
    assert not request.exists()
