"""Scenarios are read whole or not at all: a mistake gets its file, its line and what is allowed; the document names every word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hal.errors import ScriptInvalid
from hal.sim.script import NEEDS_PEERS, TONE_NAMES
from tests.scenarios import settings
from tests.scenarios.words import BOX_FORMS, FAR_FORMS, MAIL_FORMS, SERVER_FORMS, Act, read

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "scenarios.md"
EVERY_FILE = sorted([*HERE.rglob("*.call"), *(HERE.parent / "interop").rglob("*.call")])


def written(folder: Path, *lines: str) -> Path:
    path = folder / "s.call"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_scenario_is_read_with_its_peers_settings_and_places(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "PEERS kamailio 601 602",
        "SETTINGS",
        "[device]",
        'country = "GB"  # FAR 9 is not a step here',
        "END",
        "FAR 601 CALLS alice WITH Alert-Info: <http://x>;info=two words",
        "FAR 602 HEARS NOT tone 700 FOR 2",
        'BOX HAS ROW number=601 reason="the far end is busy" WITHIN 4',
        "SERVER SEES REFER WITH Refer-To: sip:602@",
    )
    scenario = read(path)
    assert scenario.settings == {"device": {"country": "GB"}}
    assert (scenario.peers.exchange, scenario.peers.numbers) == ("kamailio", ("601", "602"))
    assert scenario.steps == [
        Act(6, "601", "CALLS", ("alice", "Alert-Info: <http://x>;info=two words"), None),
        Act(7, "602", "HEARS NOT", ("tone", "700"), 2.0),
        Act(8, "BOX", "HAS ROW", ('number=601 reason="the far end is busy"',), 4.0),
        Act(9, "SERVER", "SEES", ("REFER", "Refer-To", "sip:602@"), 10.0),
    ]
    assert scenario.place(scenario.steps[1]) == f"{path}:7: FAR 602 HEARS NOT tone 700 FOR 2"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("FAR", "FAR needs the number of a far end and what it does"),
        ("FAR 601 SINGS", "SINGS is not known; allowed: CALLS USER"),
        ("FAR 601 HEARS noise", "HEARS noise is not understood; allowed: HEARS tone HZ"),
        ("FAR 601 REFUSES 200", "REFUSES 200 is not understood; allowed: REFUSES STATUS"),
        ("FAR 601 HANGS UP WITHIN 3", "HANGS UP WITHIN 3 is not understood"),
        ("FAR 601 RINGS WITHIN", "WITHIN needs seconds and stands last"),
        ("FAR 609 RINGS", "there is no far end 609; PEERS names 601"),
        ("BOX HAS ROW number", "HAS ROW number is not understood; allowed: HAS ROW key=value"),
        ("SERVER", "nothing is not known; allowed: STOPS; STARTS"),
        ("PEERS freeswitch", "PEERS needs kamailio or asterisk"),
        ("PEERS kamailio", "PEERS must stand there once"),
        ("SETTINGS", "SETTINGS needs a line END"),
        ("SETTINGS\nname = \nEND", "SETTINGS are no TOML"),
    ],
)
def test_a_mistake_names_the_file_the_line_and_what_is_allowed(tmp_path: Path, line: str, sentence: str) -> None:
    path = written(tmp_path, "PEERS kamailio 601", line)
    with pytest.raises(ScriptInvalid) as told:
        read(path)
    assert str(told.value).startswith(f"{path}: ")
    assert sentence in str(told.value)


@pytest.mark.parametrize("file", EVERY_FILE, ids=lambda path: path.stem)
def test_every_scenario_can_be_read(file: Path) -> None:
    scenario = read(file)
    assert len(scenario.steps) > 2
    assert scenario.written[0].startswith("# "), "the first line says in a sentence what a person meets"


def test_the_document_names_every_word() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    words = [*(f"FAR 601 {form.written}" for form in FAR_FORMS.values()), *NEEDS_PEERS, *TONE_NAMES]
    words += [f"BOX {form.written}" for form in BOX_FORMS.values()] + [f"SERVER {form.written}" for form in SERVER_FORMS.values()]
    words += [f"MAIL {form.written}" for form in MAIL_FORMS.values()]
    words += ["LIFT", "REPLACE", "FLASH", "DIAL", "SAY", "WAIT", "LINE 2", "HEAR NOT", "EXPECT no ringing"]
    assert [word for word in words if word not in text] == []


def test_the_examples_of_the_document_can_be_read(tmp_path: Path) -> None:
    examples = re.findall(r"```call\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert examples
    for example in examples:
        read(written(tmp_path, example if "PEERS" in example else f"PEERS kamailio 601\n{example}"))


def test_settings_are_added_to_the_base_and_written_as_toml() -> None:
    added = {
        "line": [{"hotline": "601"}],
        "account": [{"id": "shop"}, {"id": "home", "mailbox": "main"}],
        "dial_plan": {"block": ["60"], "international": False},
    }
    tables = settings.merged(added, "127.0.0.1:5060")
    assert settings.users(tables) == {"alice": "alicepw", "shop": "shoppw"}
    assert settings.toml(tables) == (
        '[device]\ncountry = "KZ"\n\n[[line]]\nhotline = "601"\n\n[dial_plan]\nblock = ["60"]\ninternational = false\n\n'
        '[[account]]\nserver = "127.0.0.1:5060"\nuser = "alice"\npassword = "alicepw"\ncodecs = ["PCMA"]\nid = "home"\n'
        'mailbox = "main"\n\n[[account]]\nserver = "127.0.0.1:5060"\nuser = "shop"\npassword = "shoppw"\ncodecs = ["PCMA"]\n'
        'id = "shop"\n'
    )
