"""Keys that must fit one another: names that must exist or be unique, star codes that must be dialable, mail that must reach a server."""

from typing import get_args

import pytest

from firmware.core.hook import PulseDialing
from firmware.core.star_codes import STAR_CODES
from firmware.settings.errors import SettingsWrong
from firmware.settings.keys import keys
from firmware.settings.load import parse
from firmware.settings.model import Line, PulseDial, Settings, StarCodes

ACCOUNT = '[[account]]\nid = "a"\nserver = "h.example"\nuser = "u"\n'
MUM = '[[contact]]\nname = "Mum"\nnumbers = ["123"]\ngroup = "family"\n'
BOX = '[[mailbox]]\nname = "home"\n'
MAIL = '[mail]\nserver = "mail.example"\nsender = "box@mail.example"\n'


def mistakes(text: str) -> list[str]:
    """Without the file's name."""
    with pytest.raises(SettingsWrong) as caught:
        parse(text.encode(), "k.toml")
    return [sentence.removeprefix("k.toml: ") for sentence in caught.value.sentences()]


def read(text: str) -> Settings:
    return parse(text.encode(), "k.toml")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[rule]]\naccount = "b"', '[rule.1] account: no account has the id "b"; allowed: nothing, as there is no [[account]]'),
        (ACCOUNT + '[[rule]]\naccount = "b"', '[rule.1] account: no account has the id "b"; allowed: a'),
        (ACCOUNT + '[[rule]]\naccount = "a"\nline = 2', "[rule.1] line: there is no line 2; allowed: 1, or add a [[line]]"),
        (ACCOUNT + "lines = [1, 2]", "[account.1] lines: there is no line 2; allowed: 1, or add a [[line]]"),
        (ACCOUNT + "lines = [3]", "[account.1] lines: 3 is not allowed; allowed: a list of whole numbers from 1 to 2"),
        (ACCOUNT + 'mailbox = "hom"\n' + BOX, 'mailbox: no mailbox has the name "hom", did you mean "home"?; allowed: home'),
        (
            ACCOUNT + MUM + '[[rule]]\naccount = "a"\ncontact = ["Mum", "family", "Mom"]',
            '[rule.1] contact: no contact has the name or group "Mom", did you mean "Mum"?; allowed: Mum, family',
        ),
        (MUM + 'account = "x"', '[contact.1] account: no account has the id "x"'),
        (MUM + MUM, '[contact.2] name: "Mum" is already taken by [contact.1]; allowed: one that no other table has'),
        (
            MUM + 'speed_dial = 2\n[[contact]]\nname = "Dad"\nnumbers = ["1"]\nspeed_dial = 2',
            "[contact.2] speed_dial: 2 is already taken by [contact.1]",
        ),
        (MUM + "speed_dial = 1", "[contact.1] speed_dial: 1 is not allowed; allowed: 0 or a whole number from 2 to 99"),
        ('[[contact]]\nname = "Mum"\nnumbers = []', "[contact.1] numbers: the list is empty"),
        (
            '[[contact]]\nname = "Mum"\nnumbers = ["+7 727 1"]',
            '[contact.1] numbers: "+7 727 1" is not allowed; allowed: a list of 1 to 32 digits, * and #, a leading + too, nothing',
        ),
        ('[mqtt]\npassword = "x"', "[mqtt] user: is missing; allowed: the login that goes with the password"),
        (
            '[mqtt]\ntls_ca_file = "/etc/ca.pem"',
            '[mqtt] tls_ca_file: is of no use without TLS; allowed: "", or security = "tls"',
        ),
        (
            '[mqtt]\nsecurity = "tls"\ntls_certificate_file = "/etc/box.pem"',
            "[mqtt] tls_key_file: is missing, as tls_certificate_file is set; allowed: both, or none",
        ),
        (
            '[mqtt]\nsecurity = "tls"\ntls_key_file = "/etc/box.key"',
            "[mqtt] tls_certificate_file: is missing, as tls_key_file is set; allowed: both, or none",
        ),
        (
            '[mqtt]\nsecurity = "tls"\ntls_ca_file = "ca.pem"',
            '[mqtt] tls_ca_file: "ca.pem" is not allowed; allowed: an absolute path',
        ),
        (BOX + BOX, '[mailbox.2] name: "home" is already taken by [mailbox.1]'),
        (BOX + 'pin = "12"', '[mailbox.1] pin: this value is not allowed; allowed: 4 to 8 digits, or "" for none'),
        (BOX + 'email = "a@b.example"', '[mailbox.1] email: no mail server is set; allowed: "", or set server in [mail]'),
        (
            BOX + 'email = "a at b"\n' + MAIL,
            '[mailbox.1] email: "a at b" is not allowed; allowed: a mail address such as name@example.org',
        ),
        ('[mail]\nserver = "mail.example"', "[mail] sender: is missing; allowed: a mail address, as the server is set"),
        (MAIL + 'password = "x"', "[mail] user: is missing; allowed: the login that goes with the password"),
        (
            MAIL + 'user = "u"\npassword = "x"\nsecurity = "none"',
            "[mail] security: none would send the password in clear; allowed: starttls, tls, or no password",
        ),
        ('[screening]\nunknown = "voicemail"', '[screening] unknown: "voicemail" needs a mailbox; allowed: ring, reject, or add'),
        (
            '[screening]\nnight = "22:00"',
            '[screening] night: "22:00" is not allowed; allowed: a span of hours such as "08:00-18:00"',
        ),
        ('[screening]\nnight = "22:00-22:00"', '[screening] night: "22:00-22:00" is not allowed'),
        ('[screening]\nnight = "22:00-24:00"', '[screening] night: "22:00-24:00" is not allowed'),
        ("[dial_plan]\ndaily_cost_limit = 5", "[dial_plan] daily_cost_limit: no prices are known to count with; allowed: 0, or"),
        (
            "[[price]]\nprefix = '7'\nper_minute = 1\n[[price]]\nprefix = '7'\nper_minute = 2",
            '[price.2] prefix: "7" is already taken by [price.1]',
        ),
        (
            ACCOUNT + '[[rule]]\naccount = "a"\nname = "rest"\n[[rule]]\naccount = "a"\nprefix = ["7"]',
            "[rule.1]: has no condition, so the rules after it are never asked; allowed: a condition, or the last place",
        ),
        (
            ACCOUNT + '[[rule]]\naccount = "a"\ncountry = ["UK"]',
            '[rule.1] country: "UK" is not allowed; allowed: a list of countries by their two letters, such as KZ (ISO 3166-1)',
        ),
        (ACCOUNT + '[[rule]]\naccount = "a"\ndays = ["monday"]', 'days: "monday" is not allowed; allowed: a list of mon, tue'),
        ('[[account]]\nid = "a"\nuser = "u"', '[account.1] server: is missing; allowed: "host" or "host:port", or a provider'),
        (
            ACCOUNT + 'from_domain = "h:5060"',
            'from_domain: "h:5060" is not allowed; allowed: a host name or an IP address, no port',
        ),
        (ACCOUNT + 'contact_user = "a b"', 'contact_user: "a b" is not allowed; allowed: up to 128 characters, no spaces'),
        (
            ACCOUNT + 'number_form = "eights"',
            'number_form: "eights" is not allowed; allowed: as-dialed, e164, plus-e164, national, eight, double-zero',
        ),
        (
            "[[line]]\nloop_disconnect_ms = 50",
            "[line.1] loop_disconnect_ms: 50 is not allowed; allowed: 0 or a whole number from 100 to 10000 ms",
        ),
    ],
)
def test_one_mistake_one_sentence(text: str, sentence: str) -> None:
    (found,) = mistakes(text)
    assert sentence in found


def test_each_feature_has_its_key_with_the_same_default() -> None:
    assert {code.feature.value: code.default for code in STAR_CODES} == {key.name: key.default for key in keys(StarCodes)}


def test_the_ways_to_count_pulses_are_those_of_the_hook() -> None:
    assert {dialing.value for dialing in PulseDialing} == set(get_args(PulseDial))


def test_a_name_that_may_be_meant_by_a_wrong_one_is_not_called_missing() -> None:
    (found,) = mistakes(ACCOUNT + '[[contact]]\nname = ""\nnumbers = ["1"]\n[[rule]]\naccount = "a"\ncontact = ["Mum"]')
    assert found.startswith("[contact.1] name: ")
    (found,) = mistakes(BOX + 'email = "a@b.example"\n[mail]\nserver = "not a host"\nsender = "a@b.example"')
    assert found.startswith("[mail] server: ")
    (found,) = mistakes("[dial_plan]\ndaily_cost_limit = 5\n[[price]]\nprefix = 'x'\nper_minute = 1")
    assert found.startswith("[price.1] prefix: ")


def test_so_many_tables_are_enough() -> None:
    for table, most, given in (
        ("account", 16, 'id = "a{}"\nserver = "h"\nuser = "u"'),
        ("contact", 500, 'name = "{}"\nnumbers = ["1"]'),
        ("price", 200, 'prefix = "{}"\nper_minute = 1'),
        ("mailbox", 8, 'name = "{}"'),
    ):
        text = "".join(f"[[{table}]]\n{given.format(number)}\n" for number in range(most))
        assert len(getattr(read(text), table)) == most
        (found,) = mistakes(text + f"[[{table}]]\n{given.format('x' if table != 'price' else '9999')}\n")
        assert found == f"[{table}]: {most + 1} tables are too many; allowed: at most {most}"


def test_the_last_rule_may_be_for_the_rest() -> None:
    assert len(read(ACCOUNT + '[[rule]]\naccount = "a"\nprefix = ["7"]\n[[rule]]\naccount = "a"').rule) == 2


def test_the_second_line_counts() -> None:
    settings = read("[[line]]\n[[line]]\n" + ACCOUNT + 'lines = [2]\n[[rule]]\naccount = "a"\nline = 2')
    assert settings.account[0].lines == (2,)
    assert settings.line == (Line(), Line())


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        ('redial = "*69"', '[star_codes] redial: "*69" is already the code of call_return; allowed: a code that is not'),
        ('call_return = "*7"', 'call_return: "*7" would be taken before "*7'),
        ('call_return = "*723"', 'call_return: "*723" can never be dialed, since "*72" (call_forward_all_on) is taken before'),
        ('voicemail = "**5"', 'voicemail: "**5" can never be dialed, since "**" (choose_number) is taken before'),
        ('blind_transfer = "*2"', 'blind_transfer: "*2" would be taken before "*23" (conference) is dialed'),
        ('redial = "*07 *07"', '"*07" is already the code of redial'),
        ('pickup = "*8"', 'pickup: "*8" would be taken before "*82" (caller_id_shown_once) is dialed'),
        ('redial = "72"', 'redial: "72" is not allowed; allowed: codes such as "*72" or "*87 *98"'),
        ('redail = "off"', 'redail: unknown key, did you mean "redial"?'),
    ],
)
def test_a_star_code_that_cannot_be_dialed_is_a_mistake(codes: str, sentence: str) -> None:
    (found,) = mistakes(f"[star_codes]\n{codes}")
    assert sentence in found


@pytest.mark.parametrize(
    "codes",
    [
        'redial = "#"',
        'call_return = "off"\nredial = "*69"',
        'voicemail = "**9"',  # "**" goes on with 1 to 8
        'call_forward_all_on = "pass"',
        'pickup = "**"\nchoose_number = "off"\nsay_status = "off"',
        'do_not_disturb_on = "*25*"\nconference = "*23 *25"',  # conference only while a call is held
    ],
)
def test_star_codes_may_be_renumbered(codes: str) -> None:
    text = f"[star_codes]\n{codes}"
    value = read(text).star_codes
    assert value != StarCodes()
    assert value == StarCodes(**dict(line.split(" = ") for line in codes.replace('"', "").split("\n")))
