"""Presets of providers: what they set in an account, how mistakes in their files are named, and that a wrong file stops nothing."""

import json
import os
from pathlib import Path

import pytest

from firmware.__main__ import main
from firmware.settings.errors import SettingsWrong
from firmware.settings.load import load, parse, presets_for
from firmware.settings.model import Account
from firmware.settings.presets import SHIPPED, read_presets
from firmware.settings.save import save
from firmware.settings.shown import shown
from firmware.settings.write import as_toml
from tests.settings.provider_table import with_table

PAGE = Path(__file__).parents[2] / "docs" / "providers.md"
ACCOUNT = '[[account]]\nid = "a"\nuser = "u"\n'
OWN = 'id = "shop"\nname = "Shop"\nstatus = "confirmed"\nsource = ["the contract"]\ndate = "2026-11-24"\nserver = "sip.shop.example"\n'


def account(text: str) -> Account:
    return parse((ACCOUNT + text).encode(), "k.toml").account[0]


def mistakes(text: str, file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsWrong) as caught:
        parse((ACCOUNT + text).encode(), "k.toml", file)
    return [sentence.removeprefix("k.toml: ") for sentence in caught.value.sentences()]


def test_a_preset_gives_the_account_its_server_and_habits() -> None:
    found = account('provider = "zadarma"')
    assert (found.server, found.number_form, found.codecs[0]) == ("sip.zadarma.com", "plus-e164", "PCMA")
    assert found.session_timer == Account(id="a").session_timer


def test_what_the_account_says_itself_wins() -> None:
    found = account('provider = "zadarma"\nserver = "h.example"\ncodecs = ["opus"]')
    assert (found.server, found.codecs, found.number_form) == ("h.example", ("opus",), "plus-e164")


def test_what_the_preset_says_is_not_written_into_the_file() -> None:
    settings = parse((ACCOUNT + 'provider = "zadarma"\ncodecs = ["PCMU"]').encode(), "k")
    written = as_toml(settings, read_presets())
    assert "zadarma.com" not in written
    assert '\ncodecs = ["PCMU"]' in written
    assert parse(written.encode(), "k") == settings


def test_the_operators_of_kazakhstan() -> None:
    """Dialed as 8 and ten digits, A-law first; the trunks by a controller or by a fixed address."""
    assert account('provider = "kazakhtelecom-idphone"').server == "sip.telecom.kz"
    trunk = account('provider = "kazakhtelecom-trunk"\noutbound_proxy = "192.0.2.1"\ncontact_user = "7271234567"')
    assert (trunk.from_domain, trunk.codecs, trunk.number_form) == ("sip.telecom.kz", ("PCMA",), "eight")
    business = parse(
        b'[[account]]\nid = "b"\nprovider = "kazakhtelecom-business-trunk"\nserver = "192.0.2.1"\naccept_from = ["192.0.2.1"]',
        "k",
    )
    assert not business.account[0].register


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            'provider = "zadrama"',
            '[account.1] provider: no preset has the id "zadrama", did you mean "zadarma"?; allowed: 1und1-de, ',
        ),
        ('provider = "Zadarma"', '[account.1] provider: "Zadarma" is not allowed; allowed: the id of a preset: small letters'),
        ("provider = 3", "[account.1] provider: 3 is not allowed"),
        ('provider = "asterisk"', "[account.1] server: is missing, the preset asterisk leaves it to you; allowed: "),
        ('provider = "telnyx"\nserver = ""', '[account.1] server: "" is not allowed; allowed: "host"'),
    ],
)
def test_a_provider_that_cannot_be_used_is_one_sentence(text: str, sentence: str) -> None:
    (found,) = mistakes(text)
    assert sentence in found


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (
            OWN.replace("shop.example", "shop.example:0"),
            'providers/shop.toml: server: "sip.shop.example:0" is not allowed; allowed: "host"',
        ),
        (
            OWN + 'sever = "x"',
            'providers/shop.toml: sever: unknown key, did you mean "server"?; allowed: id, name, country, status',
        ),
        (
            OWN.replace('id = "shop"', 'id = "other"'),
            'providers/shop.toml: id: "other" is not the name of the file; allowed: shop',
        ),
        (OWN.replace("2026-11-24", "24.11.2026"), 'date: "24.11.2026" is not allowed; allowed: a day such as "2026-11-24"'),
        (OWN.replace('["the contract"]', "[]"), "providers/shop.toml: source: the list is empty"),
        (OWN.replace('source = ["the contract"]\n', ""), "providers/shop.toml: source: is missing"),
        (OWN.replace("confirmed", "sure"), 'status: "sure" is not allowed; allowed: confirmed, community, unconfirmed'),
        (OWN + 'country = "Kazakhstan"', 'country: "Kazakhstan" is not allowed; allowed: countries by their two letters'),
        (OWN + 'codecs = ["GSM"]', 'codecs: "GSM" is not allowed; allowed: a list of opus, PCMA'),
        (OWN + 'password = "x"', "password: unknown key"),
        ("id = ", "providers/shop.toml: is not TOML: invalid value"),
    ],
)
def test_a_preset_with_mistakes_is_named_and_skipped(tmp_path: Path, file: str, sentence: str) -> None:
    settings = tmp_path / "k.toml"
    settings.write_text(ACCOUNT + 'provider = "fritzbox"')
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "shop.toml").write_text(file)
    assert load(settings).account[0].server == "fritz.box"
    (skipped,) = presets_for(settings).sentences
    assert sentence in skipped
    assert skipped.endswith("(this preset is skipped)")
    (wrong,) = mistakes('provider = "shop"', tmp_path / "providers")
    assert wrong.startswith('[account.1] provider: the preset "shop" has a mistake: providers/shop.toml: ')


def test_files_that_are_none_are_skipped_too(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("not a preset")
    assert set(read_presets(tmp_path).skipped) == {"pipe", "folder", "gone"}


def test_own_presets_stand_beside_the_settings_file_and_come_first(tmp_path: Path) -> None:
    settings = tmp_path / "k.toml"
    folder = tmp_path / "providers"
    folder.mkdir()
    (folder / "shop.toml").write_text(OWN)
    (folder / "zadarma.toml").write_text(OWN.replace('id = "shop"', 'id = "zadarma"'))
    saved = save(settings, ACCOUNT + 'provider = "shop"\n[[account]]\nid = "b"\nuser = "u"\nprovider = "zadarma"')
    assert [found.server for found in saved.account] == ["sip.shop.example", "sip.shop.example"]
    assert load(settings) == saved


def test_the_presets_that_come_with_the_firmware_are_sound() -> None:
    presets = read_presets()
    assert not presets.sentences
    assert {file.stem for file in SHIPPED.glob("*.toml")} == set(presets.known)
    assert {"generic-srv", "asterisk", "freepbx", "fritzbox", "3cx-like"} <= set(presets.known)
    for preset in presets.known.values():
        given = "" if preset.about.server else 'server = "192.0.2.1"'
        found = account(f'provider = "{preset.about.id}"\n{given}')
        assert found.server == (preset.about.server or "192.0.2.1")
        if not preset.about.server:
            assert any("into server" in quirk for quirk in preset.about.quirks), preset.file


def test_the_table_in_the_documents_is_that_of_the_files() -> None:
    text = PAGE.read_text()
    assert text == with_table(text), "run `python -m tests.settings.provider_table docs/providers.md`"


def test_the_page_can_show_a_preset_as_json() -> None:
    plain = json.loads(json.dumps(read_presets().known["fritzbox"].plain))
    assert plain["account"]["server"] == "fritz.box"
    assert plain["source"]
    assert shown(parse((ACCOUNT + 'provider = "fritzbox"').encode(), "k"))["account"][0]["provider"] == "fritzbox"  # type: ignore[index]


def test_the_command_lists_presets_and_names_wrong_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "bad.toml").write_text("x = 1")
    config = ["--config", str(tmp_path / "k.toml")]
    assert main(["providers", *config]) == 0
    told = capsys.readouterr()
    assert "zadarma" in told.out
    assert "community" in told.out
    assert "providers/bad.toml: x: unknown key" in told.err
    assert main(["providers", "fritzbox", "--json", *config]) == 0
    assert json.loads(capsys.readouterr().out)[0]["id"] == "fritzbox"
    assert main(["providers", "zadarma", *config]) == 0
    assert 'server = "sip.zadarma.com"' in capsys.readouterr().out
    assert main(["providers", "zadrama", *config]) == 2
    assert capsys.readouterr().err.endswith('no preset has the id "zadrama", did you mean "zadarma"?\n')


def test_check_names_wrong_presets_beside_a_right_settings_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / "bad.toml").write_text("[[")
    (tmp_path / "k.toml").write_text(ACCOUNT + 'provider = "fritzbox"')
    assert main(["check", str(tmp_path / "k.toml")]) == 0
    told = capsys.readouterr().err
    assert "providers/bad.toml: is not TOML" in told
    assert told.endswith("k.toml: no mistakes\n")
