"""Stops, crashes and changed settings: nothing is lost, nobody is left hanging on the line."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from firmware.orders import OrderRefused
from tests.adapter import KEEPLINE, Adapter, account
from tests.peers.kamailio import Kamailio

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.calls.conftest import Exchange
    from tests.peers.hep import TracedMessage


def in_call(exchange: Callable[..., Exchange]) -> Exchange:
    made = exchange()
    made.device.lift()
    made.device.dial("600#")
    made.device.wait_line("in call")
    made.far.wait_for("CALL_ESTABLISHED")
    return made


def test_sigterm_in_a_call_hangs_up_and_unregisters(exchange: Callable[..., Exchange]) -> None:
    made = in_call(exchange)
    assert made.device.stop() == 0
    made.far.wait_for("CALL_CLOSED")
    made.kamailio.wait_unregistered("alice")
    sent = [each.message for each in made.kamailio.sip_trace]
    assert any(message.first_line.startswith("BYE ") for message in sent)
    leaving = [message for message in sent if message.first_line.startswith("REGISTER ") and "alice" in message.headers["From"]]
    assert leaving[-1].headers["Expires"] == "0"


def test_sigterm_ends_in_time_with_a_dead_server(tmp_path: Path) -> None:
    with Kamailio(tmp_path / "kamailio", {"alice": "alicepw"}) as kamailio:
        home = account("home", kamailio.server, user="alice", password="alicepw")  # noqa: S106
        device = Adapter(tmp_path / "device", home)
        device.wait_registered()
    assert device.stop() == 0


def test_after_kill_9_in_a_call_the_device_comes_back_clean(exchange: Callable[..., Exchange]) -> None:
    made = in_call(exchange)
    made.device.process.kill()
    again = Adapter(made.device.folder, made.device.settings.read_text())
    try:
        again.wait_registered()
        row = again.calls()[0]
        assert (row["number"], row["outcome"], row["reason"]) == ("600", "interrupted", "the device stopped during the call")
        again.lift()
        assert again.hear(2.0).name == "dial"
    finally:
        again.stop()


def test_a_second_device_on_the_same_folder_refuses(tmp_path: Path) -> None:
    with Adapter(tmp_path, "") as first:
        second = subprocess.run(
            [KEEPLINE, "run", "--config", first.settings, "--state", first.state, "--board", "sim"],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        assert second.returncode == 2
        assert "another Keepline" in second.stderr
        assert "Traceback" not in second.stderr
        assert first.ask("status")["ready"]


def test_a_changed_account_is_taken_without_dropping_the_call(exchange: Callable[..., Exchange]) -> None:
    made = in_call(exchange)
    text = made.device.settings.read_text()
    made.device.settings.write_text(text + account("second", made.kamailio.server, user="600", password="600pw"))  # noqa: S106
    assert made.device.ask("reload")["changed"] == ["account.2"]
    made.device.wait_registered("second")
    assert made.device.ask("status")["calls"][0]["state"] == "in call"


def test_a_changed_account_is_registered_anew_after_the_old_one_has_left(tmp_path: Path) -> None:
    with Kamailio(tmp_path / "kamailio", {"alice": "alicepw"}) as kamailio:
        home = account("home", kamailio.server, user="alice", password="alicepw")  # noqa: S106
        with Adapter(tmp_path / "device", home) as device:
            device.wait_registered()
            # More often than the engine has room for accounts, and the last changes faster than their answers come.
            for number in range(12):
                before = len(kamailio.sip_trace)
                device.settings.write_text(f'{home}display_name = "number {number}"\n')
                assert device.ask("reload")["changed"] == ["account.1.display_name"]
                if number < 9:
                    kamailio.wait_for_message(lambda each, name=f"number {number}": _is_bound(each, name), after=before)
            kamailio.wait_for_message(lambda each: _is_bound(each, "number 11"))
            device.wait_registered()
            ordered = [each.message for each in kamailio.sip_trace if each.message.first_line.startswith("REGISTER")]
            assert ordered[-1].headers["Expires"] != "0", "\n".join(
                f"{m} {m.headers.get('From')[:14]} {m.headers.get('Expires')}" for m in ordered[-14:]
            )
            assert kamailio.registered("alice")


def _is_bound(traced: TracedMessage, name: str) -> bool:
    message = traced.message
    return message.method == "REGISTER" and message.status == 200 and name in message.headers["From"]


def test_a_bad_file_leaves_everything_as_it_runs(exchange: Callable[..., Exchange]) -> None:
    made = exchange()
    good = made.device.settings.read_text()
    made.device.settings.write_text(good.replace("transport", "transprt"))
    with pytest.raises(OrderRefused, match=r'\[account.1\] transprt: unknown key, did you mean "transport"'):
        made.device.ask("reload")
    assert made.device.ask("status")["accounts"][0]["state"] == "registered"


def test_an_account_taken_away_is_unregistered(exchange: Callable[..., Exchange]) -> None:
    made = exchange()
    made.device.settings.write_text(account("other", "127.0.0.1:9", register=False))
    made.device.ask("reload")
    made.kamailio.wait_unregistered("alice")
    assert [each["id"] for each in made.device.ask("status")["accounts"]] == ["other"]
