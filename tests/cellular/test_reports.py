"""What modems say, as recorded in public drivers and the standard's examples, read as what it means."""

from __future__ import annotations

import re

import pytest

from firmware.cellular import reports
from firmware.core.modem_events import CardLock, NetworkStatus
from hal.at import Answer, Result
from hal.modem_tables import table_of_model, table_of_usb


def said(*lines: str) -> Answer:
    return Answer(Result.OK, lines)


@pytest.mark.parametrize(
    ("answer", "lock"),
    [
        (said("+CPIN: READY"), CardLock.READY),
        (said("+CPIN: SIM PIN"), CardLock.PIN),
        (said("+CPIN: SIM PUK"), CardLock.PUK),
        (said("+CPIN: PH-NET PIN"), CardLock.OTHER),
        (said("+CPIN: SIM PIN2"), CardLock.OTHER),
        (Answer(Result.ERROR, code=10), CardLock.ABSENT),
        (Answer(Result.ERROR, code=14), CardLock.BUSY),
        (Answer(Result.SILENT), None),
        (Answer(Result.ERROR), None),
    ],
)
def test_the_cards_lock(answer: Answer, lock: CardLock | None) -> None:
    assert reports.lock_of(answer) is lock


@pytest.mark.parametrize(
    ("line", "status", "technology"),
    [
        ('+CEREG: 2,1,"1A2B","01C3D4E5",7', NetworkStatus.HOME, "4G"),
        ('+CGREG: 2,5,"1A2B","01C3D4E5",6', NetworkStatus.ROAMING, "3G"),
        ("+CREG: 0,2", NetworkStatus.LOOKING, ""),
        ("+CREG: 2,3", NetworkStatus.DENIED, ""),
        ("+CREG: 2,0", NetworkStatus.LOOKING, ""),
        ("+CEREG: 2,10", NetworkStatus.ROAMING, ""),
        ("+CEREG: 2,8", NetworkStatus.LOOKING, ""),
        ("+CREG: ", NetworkStatus.LOOKING, ""),
    ],
)
def test_registration(line: str, status: NetworkStatus, technology: str) -> None:
    assert reports.registration_of(line) == (status, technology)


def test_lte_counts_before_the_telephone_network() -> None:
    lines = ['+CEREG: 2,1,"1","2",7', "+CGREG: 2,0", '+CREG: 2,5,"1","2",2']
    assert reports.best_registration(lines) == (NetworkStatus.HOME, "4G")
    assert reports.best_registration(["+CEREG: 2,2", '+CGREG: 2,1,"1","2",2', ""]) == (NetworkStatus.HOME, "3G")
    assert reports.best_registration(["+CEREG: 2,3", "+CGREG: 2,3", "+CREG: 2,3"])[0] is NetworkStatus.DENIED
    assert reports.best_registration([])[0] is NetworkStatus.LOOKING


@pytest.mark.parametrize(("line", "dbm"), [("+CSQ: 0,99", -113), ("+CSQ: 31,0", -51), ("+CSQ: 99,99", None), ("+CSQ: x", None)])
def test_signal(line: str, dbm: int | None) -> None:
    assert reports.signal_dbm_of(said(line)) == dbm


def test_operator_active_tries_and_card_number() -> None:
    assert reports.operator_of(said('+COPS: 0,0,"Kcell, KZ",7')) == "Kcell, KZ"
    assert reports.operator_of(said("+COPS: 0")) == ""
    assert reports.is_active(said("+CGACT: 1,0", "+CGACT: 2,1")) is False
    assert reports.is_active(Answer(Result.ERROR)) is None
    assert reports.tries_of(said("+SPIC: 3,10,0,10"), 0) == 3
    assert reports.tries_of(said('+QPINC: "SC",2,10'), 1) == 2
    assert reports.tries_of(Answer(Result.ERROR), 0) is None
    assert reports.card_number_of(said("+QCCID: 8999701123456789012F")) == "8999701123456789012"


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        ("+CGEV: NW DETACH", True),
        ("+CGEV: NW PDN DEACT 1", True),
        ("+CGEV: ME PDN DEACT 1", True),
        ("+CGEV: NW PDN DEACT 2", False),
        ("+CGEV: ME PDN ACT 1", False),
        ('+CGEV: NW DEACT "IP","10.0.0.1",1', True),
    ],
)
def test_data_taken_away(line: str, *, ends: bool) -> None:
    assert reports.ends_data(line) is ends


@pytest.mark.parametrize(
    ("model", "table"),
    [
        ("SIM7600E-H", "SIM7600"),
        ("SIMCOM_SIM7600G-H", "SIM7600"),
        ("EC25", "EC25"),
        ("EG25", "EC25"),
        ("LE910C1-EU", "generic"),
        ("", "generic"),
    ],
)
def test_models_are_known_by_what_they_say(model: str, table: str) -> None:
    assert table_of_model(model).name == table
    if model:
        assert re.fullmatch(reports.READ_MODEL.answer, model)


@pytest.mark.parametrize("line", ["RING", "RDY", "SMS DONE", "PB DONE", "NO CARRIER", "Call Ready"])
def test_news_are_no_model(line: str) -> None:
    assert not re.fullmatch(reports.READ_MODEL.answer, line)


def test_usb_ids() -> None:
    assert [table.name for usb in ("1E0E:9001", "2c7c:0125") if (table := table_of_usb(usb))] == ["SIM7600", "EC25"]
    assert table_of_usb("dead:beef") is None
