"""What the owner of a modem lives through: it comes up by itself, keeps trying with measure, never costs the SIM card, and says what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from firmware.cellular.state import CellularSettings
from firmware.core.modem_events import Apn
from hal.sim.cellular_world import Cure, DataPath
from tests.cellular.bench import SessionBench

if TYPE_CHECKING:
    from pathlib import Path


def test_it_comes_up_and_stands_by(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start()
    state = bench.state
    assert (state.phase, state.attached, state.trouble) == ("connected", True, "")
    assert (state.operator, state.technology, state.registered, state.roaming) == ("Keepline Test", "4G", True, False)
    assert (state.signal_dbm, state.model, state.sim) == (-73, "SIM7600E-H", "ready")
    assert (state.interface, state.address, state.gateway) == ("usb0", "192.168.225.20", "192.168.225.1")
    assert (tmp_path / "1-1/power/control").read_text() == "on"


def test_up_within_ten_seconds_of_a_registration(tmp_path: Path) -> None:
    """Nothing of ours may wait where the modem does not; the first access point here is refused, the second is not the internet's."""
    bench = SessionBench(tmp_path)
    bench.start(0.5).run(6)
    assert bench.state.attached


@pytest.mark.parametrize("refuses", [True, False])
def test_access_points_are_tried_until_a_probe_passes_and_the_winner_is_remembered(tmp_path: Path, *, refuses: bool) -> None:
    bench = SessionBench(tmp_path)
    bench.world.network.refuses_others = refuses
    bench.start(30)
    assert bench.state.apn == "internet"
    assert bench.state.attached
    tried = [text.split('"')[3] for text in bench.sim.commands if text.startswith("AT+CGDCONT=1")]
    assert tried == ["old", "internet"]  # the network's own choice came first and needed no word
    bench.sim.commands.clear()
    bench.restart(30)
    tried = [text.split('"')[3] for text in bench.sim.commands if text.startswith("AT+CGDCONT=1")]
    assert tried == ["internet"]


def test_user_and_password_of_an_access_point_go_in_the_makers_order(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start(30)
    assert 'AT+CGAUTH=1,1,"p","u"' in bench.sim.commands


def test_another_card_has_its_own_memory(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start(30)
    bench.world.card.imsi = "401070000000001"
    bench.world.network.apns = frozenset({"other"})
    bench.restart(30)
    assert bench.state.apn == "other"
    kept = json.loads((tmp_path / "modem.json").read_text())
    assert {imsi: apn["name"] for imsi, apn in kept["apns"].items()} == {
        "401010123456789": "internet",
        "401070000000001": "other",
    }


def test_the_owners_access_point_is_the_only_one_tried(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(apn=Apn("wrong"))).start(60)
    assert {text.split('"')[3] for text in bench.sim.commands if text.startswith("AT+CGDCONT=1")} == {"wrong"}
    assert not bench.state.attached
    assert "the access point wrong is refused" in bench.state.trouble
    bench.session.change(CellularSettings(apn=Apn("internet")))
    assert bench.run(30).state.attached


def test_an_access_point_that_would_be_a_command_is_refused(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(apn=Apn('x";+CFUN=0'))).start(20)
    assert "cannot stand in an AT command" in bench.state.trouble
    assert not any("CFUN=0" in text for text in bench.sim.commands)


def test_the_right_pin_is_given_once_and_opens_the_card(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="1234"))
    bench.world.card.pin = "1234"
    bench.start(20)
    assert bench.state.attached
    assert bench.pins_given() == ['AT+CPIN="1234"']
    assert bench.restart(20).state.attached
    assert bench.pins_given() == ['AT+CPIN="1234"'] * 2


def test_a_wrong_pin_is_given_once_and_never_again_over_restarts_and_time(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="9999"))
    bench.world.card.pin = "1234"
    bench.start(3600)
    for _ in range(5):
        bench.restart(3600)
    assert bench.pins_given() == ['AT+CPIN="9999"']
    assert bench.world.card.tries == 2
    assert "refused this PIN" in bench.state.trouble
    assert "tries left: 2" in bench.state.trouble
    assert "9999" not in (tmp_path / "modem.json").read_text()


def test_another_pin_in_the_settings_is_tried(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="9999"))
    bench.world.card.pin = "1234"
    bench.start(20)
    bench.session.change(CellularSettings(pin="1234"))
    assert bench.run(30).state.attached
    assert bench.pins_given() == ['AT+CPIN="9999"', 'AT+CPIN="1234"']


def test_the_last_try_is_the_owners(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="9999"))
    bench.world.card.pin, bench.world.card.tries = "1234", 1
    bench.start(600)
    assert bench.pins_given() == []
    assert "one try left" in bench.state.trouble
    outcomes: list[str] = []
    bench.session.enter_pin("1234", outcomes.append)
    bench.run(30)
    assert outcomes == [""]
    assert bench.state.attached


def test_a_power_cut_between_the_try_and_its_answer_costs_no_second_try(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="9999"))
    bench.world.card.pin = "1234"
    bench.world.misdeeds.late_ms = {"AT+CPIN=": 5_000}
    bench.start(2)
    assert bench.pins_given() == ['AT+CPIN="9999"']
    bench.world.card.tries = 2  # the card had heard it
    bench.world.misdeeds.late_ms = {}
    bench.restart(600)
    assert bench.pins_given() == ['AT+CPIN="9999"']
    assert "the answer was lost" in bench.state.trouble


def test_a_pin_whose_answer_is_lost_is_not_given_twice(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="1234"))
    bench.world.card.pin = "1234"
    bench.world.misdeeds.fails = {"AT+CPIN=": "+CME ERROR: 14"}
    bench.start(600)
    assert bench.pins_given() == ['AT+CPIN="1234"']


def test_no_pin_set_is_said(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path)
    bench.world.card.pin = "1234"
    assert "none is set (modem.pin)" in bench.start().state.trouble


def test_a_pin_that_cannot_be_noted_is_not_given(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="1234"))
    bench.world.card.pin = "1234"
    (tmp_path / "modem.new").mkdir()  # the disk takes no file of that name
    bench.start(600)
    assert bench.pins_given() == []
    assert "not given" in bench.state.trouble


def test_a_pin_by_hand_is_refused_where_none_is_asked_for_and_where_it_was_wrong_before(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="9999"))
    bench.world.card.pin = "1234"
    bench.start(20)
    outcomes: list[str] = []
    bench.session.enter_pin("9999", outcomes.append)
    bench.run(5)
    bench.session.enter_pin("1234", outcomes.append)
    bench.run(20)
    bench.session.enter_pin("1234", outcomes.append)
    assert outcomes[0].startswith("the SIM card refused this PIN")
    assert outcomes[1:] == ["", "the SIM card asks for no PIN now"]


def test_a_card_that_wants_its_puk_is_left_alone(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(pin="1234"))
    bench.world.card.pin, bench.world.card.tries = "1234", 0
    bench.start(3600)
    assert bench.pins_given() == []
    assert "PUK" in bench.state.trouble
    assert not bench.presses


def test_a_missing_card_is_said_and_one_put_in_is_found(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path)
    bench.world.card.present = False
    assert bench.start(120).state.trouble == "there is no SIM card in the modem"
    bench.world.card.present = True
    bench.sim._look_for_network()
    assert bench.run(60).state.attached


def test_a_busy_card_is_waited_for(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path)
    bench.world.misdeeds.sim_busy = 20
    assert bench.start(60).state.attached
    assert not bench.presses


def test_abroad_nothing_is_connected_unless_allowed(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path)
    bench.world.network.registration = 5
    bench.start(600)
    assert (bench.state.phase, bench.state.roaming, bench.sim.data) == ("barred", True, DataPath.OFF)
    assert "modem.roaming" in bench.state.trouble
    bench.session.change(CellularSettings(roaming=True))
    assert bench.run(30).state.attached


def test_no_network_is_said_and_costs_little(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path)
    bench.world.network.registration = 2
    bench.start(170)
    assert bench.state.trouble == "no network found yet"
    bench.run(24 * 3600)
    assert not bench.presses
    assert sum(text in {"AT+CRESET", "AT+CFUN=4"} for text in bench.sim.commands) <= 18
    bench.world.network.registration = 1
    bench.sim.network_changed()
    assert bench.run(1000).state.attached


def test_a_refused_card_is_told_apart(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path)
    bench.world.network.registration = 3
    assert bench.start(20).state.trouble == "the network refuses the SIM card"


def test_data_the_network_takes_away_comes_back_at_once(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start(30)
    bench.sim.drop_data()
    bench.run(0.2)
    assert not bench.state.attached
    assert bench.run(10).state.attached


def test_data_that_is_dead_behind_a_living_modem_is_connected_anew_when_the_watch_says_so(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start(30)
    bench.sim.commands.clear()
    bench.session.lost("no probe came back for 3 s")
    bench.run(0)
    assert not bench.state.attached
    assert "no probe came back for 3 s" in bench.state.trouble
    assert bench.run(10).state.attached


def test_a_modem_that_vanishes_comes_back_under_another_name(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start(30)
    bench.pull()
    bench.run(1)
    assert (bench.state.phase, bench.state.port, bench.state.attached) == ("absent", "", False)
    bench.source.plug("/dev/ttyUSB7")
    bench.run(20)
    assert (bench.state.port, bench.state.attached) == ("/dev/ttyUSB7", True)
    assert not bench.presses


@pytest.mark.parametrize("misdeed", ["late", "pieces", "storm", "all"])
def test_it_comes_up_however_the_modem_talks(tmp_path: Path, misdeed: str) -> None:
    bench = SessionBench(tmp_path)
    if misdeed in {"late", "all"}:
        bench.world.misdeeds.late_ms = {"AT+COPS": 12_000, "AT+CGDCONT": 6_000}
    if misdeed in {"pieces", "all"}:
        bench.world.misdeeds.piece_bytes = 2
    if misdeed in {"storm", "all"}:
        bench.world.misdeeds.storm = ("+CREG: 1", "RING", '+QIND: "csq",5,99', "NO CARRIER", "+CEREG: 2", "+CPIN: READY")
    bench.start(5)
    bench.world.misdeeds.late_ms.pop("AT+CGDCONT", None)
    bench.run(180)
    assert bench.state.attached
    assert bench.state.signal_dbm == -73


def test_a_modem_that_hangs_is_taken_off_the_bus_and_back(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path)
    bench.look_at_bus()
    bench.world.misdeeds.hangs_until = Cure.PLUG
    bench.start(90)
    assert bench.state.attached
    assert not bench.presses


def test_a_modem_that_only_the_power_key_wakes_is_back_within_three_minutes(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path)
    bench.look_at_bus()
    bench.world.misdeeds.hangs_until = Cure.POWER
    bench.start(180)
    assert bench.state.attached
    held = [(round(up - down), pressed) for (down, _), (up, pressed) in zip(bench.presses[::2], bench.presses[1::2], strict=True)]
    assert held == [(2500, False), (500, False)]


def test_the_ladder_is_climbed_with_measure_and_remembered_over_a_restart(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(apn=Apn("internet")))
    bench.look_at_bus()
    bench.proves = False
    bench.start(24 * 3600)
    presses = len(bench.presses)
    assert 0 < presses <= 16
    operations = [text for text in bench.sim.commands if text in {"AT+CFUN=4", "AT+CRESET"}]
    assert operations.count("AT+CFUN=4") <= 12
    assert operations.count("AT+CRESET") <= 6
    bench.sim.commands.clear()
    bench.restart(3 * 3600)
    assert len(bench.presses) == presses, "the budget of the day was spent before the restart"
    bench.day += 1
    bench.proves = True
    bench.run(1800)
    assert bench.state.attached


def test_without_a_power_key_the_ladder_ends_earlier(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path, CellularSettings(apn=Apn("internet")), power_key=False)
    bench.proves = False
    bench.start(3600)
    assert not bench.presses


def test_no_data_wanted_is_obeyed_and_data_comes_back_on_demand(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start(30)
    bench.session.disconnect()
    bench.run(60)
    assert (bench.state.phase, bench.state.registered, bench.state.address) == ("idle", True, "")
    bench.session.connect()
    assert bench.run(10).state.attached


def test_stop_leaves_nothing_behind(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start(30)
    bench.session.stop()
    said = len(bench.sim.commands)
    bench.run(600)
    assert len(bench.sim.commands) == said
    assert bench.state.phase == "stopped"


def test_a_damaged_memory_is_not_the_end(tmp_path: Path) -> None:
    (tmp_path / "modem.json").write_text('{"apns": 3')
    assert SessionBench(tmp_path).start(30).state.attached


def test_in_standby_the_modem_is_asked_little_and_nothing_is_sent(tmp_path: Path) -> None:
    bench = SessionBench(tmp_path).start(60)
    bench.sim.commands.clear()
    bench.run(3600)
    assert len(bench.sim.commands) <= 3600 / 30 * 6 + 6
    assert {text.partition("?")[0] for text in bench.sim.commands} <= {
        "AT+CEREG", "AT+CGREG", "AT+CREG", "AT+COPS", "AT+CSQ", "AT+CGACT",
    }  # fmt: skip
