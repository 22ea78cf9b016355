"""Settings written as TOML mean the same when read; the example shows every key; secrets stay masked everywhere else."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from firmware.settings.difference import difference
from firmware.settings.example import EXAMPLE, example
from firmware.settings.keys import keys
from firmware.settings.load import load, parse
from firmware.settings.model import SECTIONS, Account, Device, Line, Modem, Settings, Sip, Uplink, Web
from firmware.settings.secret import Secret
from firmware.settings.shown import shown
from firmware.settings.write import as_toml

ROOT = Path(__file__).parents[2]
PRINTABLE = st.text(max_size=20).filter(str.isprintable)
WORD = "s3cr3t word"


def an_account(**given: object) -> Account:
    return Account(**{"id": "a", "server": "h.example", "user": "u"} | given)  # type: ignore[arg-type]


def test_the_example_in_the_tree_is_made_from_the_model() -> None:
    assert (ROOT / "keepline.example.toml").read_text() == example()


def test_the_example_shows_every_key_with_its_default(tmp_path: Path) -> None:
    load(ROOT / "keepline.example.toml")
    switched_on = tmp_path / "on.toml"
    text = example()
    switched_on.write_text(
        "\n".join(
            line[1:] if line.startswith("#") and not line.startswith("# ") and line != "#" else line for line in text.split("\n")
        )
    )
    assert load(switched_on) == EXAMPLE
    raw = tomllib.loads(switched_on.read_text())
    for section in SECTIONS:
        (table,) = raw[section.name] if section.most else [raw[section.name]]
        assert list(table) == [key.name for key in keys(section.kind)]
        for key in keys(section.kind):
            assert f"\n# {key.sentence}\n" in text


def test_every_key_has_a_sentence_and_every_default_is_allowed() -> None:
    for section in SECTIONS:
        for key in keys(section.kind):
            assert key.sentence.endswith("."), key.name
    parse(as_toml(Settings(account=(an_account(),))).encode(), "defaults")


def test_the_sections_are_the_tables_of_the_settings() -> None:
    assert [section.name for section in SECTIONS] == list(Settings.__struct_fields__)


@given(
    st.builds(
        Settings,
        device=st.builds(Device, name=PRINTABLE.filter(bool)),
        line=st.lists(
            st.builds(Line, name=PRINTABLE, inter_digit_s=st.floats(1, 30), gain_rx_db=st.floats(-12, 6)), min_size=1, max_size=2
        ).map(tuple),
        account=st.lists(
            st.builds(an_account, display_name=PRINTABLE, password=PRINTABLE.map(Secret), register=st.booleans()), max_size=1
        ).map(tuple),
        modem=st.none() | st.just(Modem(port="/dev/ttyUSB2", pin=Secret("0000"))),
    )
)
def test_what_is_written_reads_back_the_same(settings: Settings) -> None:
    assert parse(as_toml(settings).encode(), "k.toml") == settings


def test_secrets_are_masked_in_every_printed_form() -> None:
    settings = Settings(
        account=(an_account(password=Secret(WORD)),),
        modem=Modem(port="/dev/x", pin=Secret(WORD)),
        web=Web(password_hash=Secret(WORD)),
    )
    for form in (repr(settings), str(settings), f"{settings.account[0].password}", json.dumps(shown(settings))):
        assert WORD not in form
        assert form.count("********") in (1, 3)
    assert settings.account[0].password.reveal() == WORD
    assert shown(Settings())["web"] == {"listen": "127.0.0.1:8080", "names": [], "password_hash": ""}


def test_the_difference_names_keys_and_tables() -> None:
    old = Settings(account=(an_account(), an_account(id="b")))
    new = Settings(
        device=Device(country="DE"),
        account=(an_account(password=Secret("x"), server="i.example"),),
        sip=Sip(port=5060),
        uplink=(Uplink(interface="eth0"),),
    )
    assert difference(old, old) == []
    assert difference(old, new) == [
        "device.country",
        "account.1.server",
        "account.1.password",
        "account.2",
        "sip.port",
        "uplink.1",
    ]


def test_the_example_can_be_made_anew() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "firmware.settings.example"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert made.stdout == example()
