"""What the owner reads after a mistake in the settings file: every one at once, with its place and what is allowed."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.settings.errors import SettingsWrong
from firmware.settings.load import load, parse
from firmware.settings.model import SECTIONS, Settings
from firmware.settings.read import LARGEST_BYTES

ACCOUNT = '[[account]]\nid = "a"\nserver = "h.example"\nuser = "u"\n'


def mistakes(text: str) -> list[str]:
    with pytest.raises(SettingsWrong) as caught:
        parse(text.encode(), "k.toml")
    return list(caught.value.sentences())


def told(content: bytes) -> tuple[str, ...]:
    """The mistakes of content that may also be right."""
    try:
        parse(content, "k.toml")
    except SettingsWrong as wrong:
        return wrong.sentences()
    return ()


def test_an_empty_file_means_the_defaults_and_one_line() -> None:
    settings = parse(b"", "k.toml")
    assert settings == Settings()
    assert len(settings.line) == 1


def test_every_mistake_is_told_at_once() -> None:
    found = mistakes(
        """
        [device]
        country = "XX"
        [[line]]
        inter_digit_s = 0
        [[line]]
        account = "nobody"
        [[account]]
        id = "a"
        server = "h.example:0"
        transport = "sctp"
        [[account]]
        id = "a"
        server = "[::1]:5060"
        user = "u"
        """
    )
    assert found == [
        'k.toml: [device] country: "XX" is not allowed; allowed: KZ, RU, US, GB, DE, IN',
        "k.toml: [line.1] inter_digit_s: 0 is not allowed; allowed: 1 to 30 s",
        'k.toml: [account.1] server: "h.example:0" is not allowed; allowed: "host" or "host:port", an IPv6 address as "[::1]:5060"',
        'k.toml: [account.1] transport: "sctp" is not allowed; allowed: udp, tcp, tls',
        'k.toml: [line.2] account: no account has the id "nobody"; allowed: a',
        "k.toml: [account.1] user: is missing; allowed: the SIP user; only register = false goes without",
        'k.toml: [account.2] id: "a" is already taken by [account.1]; allowed: one that no other table has',
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            '[devise]\nname = "x"',
            '[devise]: unknown table, did you mean "device"?; allowed: device, line, account, rule, dial_plan, price',
        ),
        ('[web]\nlisten_on = "x"', '[web] listen_on: unknown key, did you mean "listen"?; allowed: listen, names, password_hash'),
        ("[modem]\nport = 7", '[modem] port: 7 is not allowed; allowed: an absolute path, or "" for none'),
        ("device = 3", "[device]: 3 is not a table; allowed: one table headed [device]"),
        ("[[device]]", "[device]: a list is not a table; allowed: one table headed [device]"),
        ("line = [1]", "[line]: a list is not a table; allowed: tables headed [[line]]"),
        ("[[line]]\n[[line]]\n[[line]]", "[line]: 3 tables are too many; allowed: at most 2"),
        ('[sip]\nport = "5060"', '[sip] port: "5060" is not allowed; allowed: a whole number from 0 to 65535'),
        ("[sip]\nport = 1.5", "[sip] port: 1.5 is not allowed; allowed: a whole number from 0 to 65535"),
        ("[sip]\nport = true", "[sip] port: true is not allowed; allowed: a whole number from 0 to 65535"),
        ("[sip]\ntls_verify = 1", "[sip] tls_verify: 1 is not allowed; allowed: true or false"),
        (
            "[sip]\nrtp_first = 20000\nrtp_last = 20001",
            "[sip] rtp_last: 20001 leaves too few ports for voice; allowed: at least 20015",
        ),
        ("[[line]]\ngain_rx_db = nan", "[line.1] gain_rx_db: nan is not allowed; allowed: -12 to 6 dB"),
        ("[[line]]\nno_answer_s = inf", "[line.1] no_answer_s: inf is not allowed; allowed: 10 to 600 s"),
        (
            "[[line]]\nflash_min_ms = 600\nflash_max_ms = 500",
            "flash_min_ms: 600 leaves no room for a flash; allowed: less than flash_max_ms (500)",
        ),
        ('[[line]]\ndigit_map = "[1-"', '[line.1] digit_map: "[1-" is not allowed; allowed: digits, x, [1-7]'),
        ('[[line]]\naccount = "a"', '[line.1] account: no account has the id "a"; allowed: nothing, as there is no [[account]]'),
        (ACCOUNT + "codecs = []", "[account.1] codecs: the list is empty; allowed: a list of opus, PCMA"),
        (ACCOUNT + 'codecs = "PCMA"', '[account.1] codecs: "PCMA" is not a list; allowed: a list of opus'),
        (ACCOUNT + 'codecs = ["GSM"]', '[account.1] codecs: "GSM" is not allowed; allowed: a list of opus'),
        (
            ACCOUNT + '[probes]\ninternet = ["192.0.2.1"]',
            "[probes] internet: the list is too short: at least 2 are needed; allowed: a list of ",
        ),
        (ACCOUNT + 'codecs = ["opus", "opus"]', '[account.1] codecs: "opus" stands there twice'),
        (
            ACCOUNT + 'accept_from = ["10.0.0.0/33"]',
            '[account.1] accept_from: "10.0.0.0/33" is not allowed; allowed: a list of IP addresses',
        ),
        (
            '[sip]\nnameservers = ["dns.example"]',
            '[sip] nameservers: "dns.example" is not allowed; allowed: a list of IP addresses, with',
        ),
        (
            '[sip]\nnameservers = ["192.0.2.53:0"]',
            '[sip] nameservers: "192.0.2.53:0" is not allowed; allowed: a list of IP addresses',
        ),
        (ACCOUNT + "server2 = 1979-05-27", '[account.1] server2: unknown key, did you mean "server"?'),
        (
            '[[uplink]]\ninterface = "e0"\n[[uplink]]\ninterface = "e0"',
            '[uplink.2] interface: "e0" is already taken by [uplink.1]',
        ),
        ('[device]\nname = "a\\u001b[2J"', '[device] name: "a\\u001b[2J" is not allowed; allowed: 1 to 64 printable characters'),
        ("[device\n", "is not TOML: expected ']' at the end of a table declaration (at line 1, column 8); allowed: TOML 1.0"),
        ("a = " + "[" * 5000, "nests lists or tables too deeply"),
        ("a = " + "9" * 5000, "is not TOML: exceeds the limit"),
    ],
)
def test_a_mistake_names_its_place_and_what_is_allowed(text: str, sentence: str) -> None:
    (found,) = mistakes(text)
    assert found.startswith("k.toml: ")
    assert sentence in found


@pytest.mark.parametrize(
    "text", ["192.0.2.53", "192.0.2.53:5353", "::1", "2001:db8::53", "[2001:db8::53]", "[2001:db8::53]:5353"]
)
def test_a_name_server_may_have_a_port(text: str) -> None:
    assert told(f'[sip]\nnameservers = ["{text}"]'.encode()) == ()


@pytest.mark.parametrize("key", ['password = "no\\u0000ne"', "password = 12345678"])
def test_a_wrong_secret_is_not_repeated(key: str) -> None:
    (found,) = mistakes(ACCOUNT + key)
    assert found == "k.toml: [account.1] password: this value is not allowed; allowed: up to 256 printable characters"


@pytest.mark.parametrize(
    ("server", "sound"),
    [
        ("sip.example.org", True),
        ("sip.example.org:5061", True),
        ("_sip.example.org", True),
        ("localhost", True),
        ("192.0.2.1:5060", True),
        ("[2001:db8::1]", True),
        ("[2001:db8::1]:5060", True),
        ("2001:db8::1", False),
        ("[2001:db8::1", False),
        ("[192.0.2.1]", False),
        ("[::1]5060", False),
        ("[::1]x:5060", False),
        ("192.0.2.300", False),
        ("sip.example.org:", False),
        ("sip.example.org:65536", False),
        ("sip.example.org:٣", False),
        ("sip example", False),
        ("sip:u@example.org", False),
        ("", False),
    ],
)
def test_servers(server: str, sound: bool) -> None:  # noqa: FBT001 - a case of the table
    text = f'[[account]]\nid = "a"\nuser = "u"\nserver = "{server}"'
    if sound:
        assert parse(text.encode(), "k.toml").account[0].server == server
    else:
        assert "server: " in mistakes(text)[0]


def test_a_secret_is_read() -> None:
    assert parse((ACCOUNT + 'password = "p w"').encode(), "k.toml").account[0].password.reveal() == "p w"


def test_one_table_without_double_brackets_counts_as_a_list_of_one() -> None:
    settings = parse(b'[line]\nname = "hall"\n[account]\nid = "a"\nserver = "h"\nuser = "u"\n', "k.toml")
    assert settings.line[0].name == "hall"
    assert settings.account[0].id == "a"


def test_an_account_that_does_not_register_needs_no_user() -> None:
    assert parse(b'[[account]]\nid = "a"\nserver = "127.0.0.1:5060"\nregister = false', "k.toml").account[0].user == ""


def test_text_that_is_not_utf_8_names_the_line() -> None:
    with pytest.raises(SettingsWrong, match=r"k.toml: line 2 is not UTF-8 text; allowed: UTF-8"):
        parse(b'[device]\nname = "\xff"', "k.toml")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (LARGEST_BYTES + 1))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    looped = tmp_path / "loop"
    looped.symlink_to(looped)
    for path, reason in (
        (tmp_path / "none.toml", "does not exist"),
        (tmp_path, "cannot be read|is not a file"),
        (fifo, "is not a file"),
        (looped, "cannot be read"),
        (Path("/dev/zero"), "is not a file"),
        (Path("a\0b"), "is not a name a file can have"),
        (large, "is too large; allowed: at most 256 KiB"),
    ):
        with pytest.raises(SettingsWrong, match=reason):
            load(path)


@given(st.binary(max_size=200))
def test_any_bytes_give_settings_or_sentences(content: bytes) -> None:
    assert all(sentence.startswith("k.toml: ") and sentence.isprintable() for sentence in told(content))


TABLES = (*(section.name for section in SECTIONS), "other", '"\\u202e"')
KEYS = (
    "name",
    "country",
    "account",
    "flash_min_ms",
    "id",
    "server",
    "codecs",
    "password",
    "port",
    "rtp_first",
    "interface",
    "apn",
    "listen",
    "numbers",
    "speed_dial",
    "contact",
    "lines",
    "redial",
    "provider",
    "prefix",
    "hours",
    "x",
)
VALUES = (
    '""',
    '"a"',
    "0",
    "-1",
    "1e9",
    "nan",
    "true",
    "[]",
    '["a"]',
    "[[1]]",
    "{}",
    "{a = 1}",
    "[{}]",
    "1979-05-27",
    "07:32:00",
    '"\\u0000"',
    "100",
    '"*7"',
    '"off"',
    "[3]",
)


@given(
    st.lists(
        st.tuples(st.sampled_from(TABLES), st.booleans(), st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES))),
        max_size=4,
    )
)
def test_any_toml_gives_settings_or_sentences(tables: list[tuple[str, bool, dict[str, str]]]) -> None:
    lines = []
    for name, many, keys in tables:
        lines.append(f"[[{name}]]" if many else f"[{name}]")
        lines.extend(f"{key} = {value}" for key, value in keys.items())
    assert all(sentence.startswith("k.toml: ") and sentence.isprintable() for sentence in told("\n".join(lines).encode()))


@pytest.mark.parametrize("name", ["ag1171-two-ports", "sim", "/etc/keepline/my board.toml"])
def test_a_board_is_named_or_a_path(name: str) -> None:
    assert parse(f'[device]\nboard_file = "{name}"\n'.encode(), "k.toml").device.board_file == name


@pytest.mark.parametrize("name", ["", "my board", "../boards/sim.toml", "Sim"])
def test_no_other_text_is_a_board(name: str) -> None:
    (sentence,) = mistakes(f'[device]\nboard_file = "{name}"\n')
    assert "[device] board_file" in sentence
    assert "an absolute path" in sentence
