"""`keepline explain` as a person uses it; the examples of docs/dial-plan.md are run and compared."""

import json
import re
import shlex
from pathlib import Path

import pytest

from firmware.command_line.main import main
from firmware.numbering.plans import country_codes, load_plan
from tests.adapter import Adapter

DOCUMENT = (Path(__file__).parents[2] / "docs/dial-plan.md").read_text()
EXAMPLES = re.findall(r"```console\n\$ keepline (explain .*)\n((?:.*\n)*?)```", DOCUMENT)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The settings of the document."""
    settings = re.search(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    assert settings
    file = tmp_path / "shop.toml"
    file.write_text(settings[1])
    return file


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


@pytest.mark.parametrize(("words", "output"), EXAMPLES, ids=[words for words, _ in EXAMPLES])
def test_the_examples_of_the_document_are_true(words: str, output: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main([str(shop) if word == "shop.toml" else word for word in shlex.split(words)])
    told = capsys.readouterr()
    assert told.out == output
    assert (code == 1) is ("Not called." in output) is ("would not be called" in told.err)


def test_the_document_lists_the_emergency_numbers_of_the_plans() -> None:
    for country in country_codes():
        row = re.search(rf"^\| {country} \| ([0-9,; ]+?)( after the wait)? \|$", DOCUMENT, re.MULTILINE)
        assert row
        at_once, _, later = row[1].partition("; ")
        emergency = load_plan(country).emergency
        assert set(at_once.split(", ")) == {each.number for each in emergency if each.at_once}
        assert set(later.split(", ")) - {""} == {each.number for each in emergency if not each.at_once}


def explained(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, dict[str, object]]:
    code = main(["explain", "--json", *map(str, words)])
    return code, json.loads(capsys.readouterr().out)


def test_json_says_everything(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = explained(capsys, "87012223344", "--config", shop, "--at", "2026-11-25 19:00")
    assert code == 0
    assert {key: found[key] for key in ("e164", "kind", "country", "account", "own_number", "dialed_form", "limit_s", "at")} == {
        "e164": "+77012223344",
        "kind": "mobile",
        "country": "KZ",
        "account": "city",
        "own_number": "+77272500001",
        "dialed_form": "77012223344",
        "limit_s": 3299,
        "at": "wed 19:00",
    }


@pytest.mark.parametrize(
    ("number", "allowed", "said"),
    [
        ("*6787012223344", True, "A star code: call with your number hidden."),
        ("*8287012223344", True, "A star code: call with your number shown."),
        ("*7087012223344", True, "A star code: call without being told of a second call."),
        ("**8600", False, "There is no account number 8."),
        ("0099890111", False, "+99890111 is blocked: it begins with +99."),
    ],
)
def test_star_codes_and_guards(
    number: str,
    allowed: bool,  # noqa: FBT001 (a table)
    said: str,
    shop: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, found = explained(capsys, number, "--config", shop, "--at", "2026-11-25 19:00")
    assert (code, found["allowed"]) == (0 if allowed else 1, allowed)
    assert said in found["reasons"]  # type: ignore[operator]


@pytest.mark.parametrize("number", ["*72", "*78", "*97", "***"])
def test_a_code_that_calls_nobody_says_what_it_does(number: str, shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = explained(capsys, number, "--config", shop)
    assert code == 1
    assert str(found["sentence"]).startswith(f"{number} is a star code: ")


def test_a_speed_dial_key_is_looked_up(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop.write_text(shop.read_text().replace('name = "Aigerim"', 'name = "Aigerim"\nspeed_dial = 5'))
    _, found = explained(capsys, "5", "--config", shop)
    assert (found["e164"], found["account"]) == ("+77015551234", "mobile")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("87o1",), "'87o1' is no number; allowed: 1 to 128 of 0123456789*#, a leading + too"),
        (("600", "--at", "noon"), "'noon' is no time; allowed: a local time such as \"2026-11-25 21:30\""),
        (("600", "--line", "3"), "'3' is not allowed; allowed: a whole number from 1 to 2"),
    ],
)
def test_wrong_use_is_a_sentence_and_exit_2(words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["explain", *words])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_line_that_the_settings_do_not_have_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "small.toml"
    file.write_text("")
    assert main(["explain", "600", "--line", "2", "--config", str(file)]) == 2
    assert f"there is no line 2 in {file}; allowed: 1 to 1" in capsys.readouterr().err


def test_without_a_device_and_a_file_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "600", "--state", str(tmp_path)]) == 1
    assert "no device runs on the state folder" in capsys.readouterr().err


def test_a_running_device_knows_what_is_registered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody answers at the first account's server; the second needs no registration."""
    accounts = "".join(
        f'[[account]]\nid = "{name}"\nserver = "127.0.0.1:9"\nuser = "u"\nregister = {register}\n'
        for name, register in (("away", "true"), ("fixed", "false"))
    )
    with Adapter(tmp_path, f'[device]\ncountry = "KZ"\n{accounts}') as device:
        state = ("--state", device.state)
        code, found = explained(capsys, "87012223344", *state)
        assert (code, found["account"]) == (0, "fixed")
        assert "Nothing names an account, and away is not registered now: fixed is the first that works." in found["reasons"]  # type: ignore[operator]
        code, found = explained(capsys, "**1112", *state, "--at", "2026-11-28 03:00")
        assert (code, found["emergency"], found["account"], found["at"]) == (0, True, "fixed", "sat 03:00")
        assert main(["explain", "88095001234", *map(str, state)]) == 1
        assert "premium-rate" in capsys.readouterr().err
        assert main(["explain", "600", "--line", "2", *map(str, state)]) == 1
        assert "1" in capsys.readouterr().err
