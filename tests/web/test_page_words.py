"""Every state the device can be in has words on the page, and a stranger's words are never taken for HTML."""

from __future__ import annotations

from typing import Any

import pytest

from firmware.core.indicator import Lamp, Pattern
from firmware.core.line import Phase
from firmware.core.registration import RegistrationPhase
from firmware.records.calls import CallRow, Direction, Outcome, as_json
from firmware.web import words
from firmware.web.catalogue import LANGUAGES, words_of
from firmware.web.feed import Look
from firmware.web.pages import parts
from firmware.web.words import Mood

ACCOUNT = {"id": "home", "number": "100", "server": "sip.example", "transport": "tls", "reason": "", "retry_in_s": 0}
EVIL = '<img src=x onerror="alert(1)">\'&'


ENGLISH = words_of("en")


def drawn(look: Look) -> dict[str, str]:
    return parts(look, ENGLISH)


def status(**changes: object) -> dict[str, Any]:
    line = {"line": 1, "state": "idle", "digits": "", "call": ""}
    whole = {"ready": True, "name": "Keepline", "version": "1", "engine": "e", "board": "sim", "country": "KZ"}
    return {
        **whole,
        "lines": [line],
        "accounts": [ACCOUNT | {"state": "registered"}],
        "calls": [],
        "mailboxes": [],
        "uplinks": [],
        "modem": None,
        **changes,
    }


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_of_a_line_has_words(phase: Phase) -> None:
    told = words.line_told(ENGLISH, {"state": phase.value, "digits": "123"})
    assert phase.value in words.LINES
    assert told.sentence


@pytest.mark.parametrize("phase", RegistrationPhase)
def test_every_phase_of_a_registration_has_words(phase: RegistrationPhase) -> None:
    assert phase.value in words.ACCOUNTS


@pytest.mark.parametrize(
    ("states", "mood", "sentence"),
    [
        (["registered"], Mood.GOOD, "Everything works. Lift the handset to call."),
        (["registered", "refused"], Mood.BAD, "Calls work; one of the accounts does not."),
        (["refused"], Mood.BAD, "No account is registered: calls will not go through."),
        (["registering"], Mood.BUSY, "Connecting to the provider."),
        ([], Mood.CALM, "No account is set up"),
    ],
)
def test_health_is_one_sentence_over_all_accounts(states: list[str], mood: Mood, sentence: str) -> None:
    told = words.health_told(ENGLISH, status(accounts=[ACCOUNT | {"state": state} for state in states]))
    assert told.mood is mood
    assert told.sentence.startswith(sentence)


def test_a_refused_account_says_why_and_when_it_tries_again() -> None:
    refused = ACCOUNT | {"state": "refused", "reason": "the password is wrong", "retry_in_s": 65}
    shown = drawn(Look(status=status(accounts=[refused])))["accounts"]
    assert "Refused by the provider: the password is wrong" in shown
    assert 'Next try in <span class="clock" data-counts="down" data-seconds="65">1:05</span>' in shown


def test_an_encrypted_call_says_so() -> None:
    call = {
        "direction": "in",
        "number": "600",
        "name": "",
        "state": "in call",
        "codec": "PCMA/8000",
        "srtp": "AES_CM_128_HMAC_SHA1_80",
    }
    shown = drawn(Look(status=status(calls=[call | {"seconds": 3725.4}])))["calls"]
    assert "From <b><bdi>600</bdi></b>" in shown
    assert "1:02:05" in shown
    assert "PCMA · encrypted (AES_CM_128_HMAC_SHA1_80)" in shown


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.UNDER_WAY])
def test_every_outcome_of_a_call_is_told_with_its_reason(outcome: Outcome) -> None:
    row = as_json(CallRow("2026-11-24T10:00:00.000Z", Direction.IN, 1, number="600", outcome=outcome, reason="so it was"))
    shown = drawn(Look(status=status(), log=[row]))["log"]
    assert outcome.value in shown
    assert ("so it was" in shown) is (outcome is not Outcome.ANSWERED)


def test_a_call_from_before_the_time_was_known_has_none() -> None:
    row = as_json(CallRow("", Direction.IN, 1, number="600", outcome=Outcome.MISSED, undated="boot 5"))
    for language, words_for_it in (("en", "time not known"), ("ru", "время неизвестно")):
        shown = parts(Look(status=status(), log=[row]), words_of(language))["log"]
        assert words_for_it in shown
        assert "<time" not in shown


def test_a_disk_that_takes_no_writes_is_told_in_the_language_of_the_page() -> None:
    told = "the state folder /state cannot be written (its disk is read-only); calls go on, "
    trouble = f"{told}but what changes from now on is forgotten at the next start"
    assert words.health_told(ENGLISH, status(trouble=trouble)).mood is Mood.BAD
    assert words.health_told(ENGLISH, status(trouble=trouble)).sentence == trouble
    russian = words.health_told(words_of("ru"), status(trouble=trouble)).sentence
    assert russian.startswith("в папку состояния /state нельзя записывать (её диск доступен только для чтения)")


def test_what_strangers_write_is_text() -> None:
    row = as_json(
        CallRow("2026-11-24T10:00:00.000Z", Direction.IN, 1, number=EVIL, name=EVIL, outcome=Outcome.MISSED, reason=EVIL)
    )
    call = {"direction": "in", "number": EVIL, "name": EVIL, "state": EVIL, "codec": EVIL, "srtp": EVIL, "seconds": 0}
    account = dict.fromkeys(ACCOUNT, EVIL) | {"state": EVIL, "retry_in_s": 0}
    whole = status(name=EVIL, version=EVIL, engine=EVIL, country=EVIL, accounts=[account], calls=[call])
    panel = dict.fromkeys(("power", "line"), EVIL)
    uplink = dict.fromkeys(("name", "kind", "state", "address", "reason"), EVIL) | dict.fromkeys(
        ("rtt_ms", "loss_percent", "signal_dbm"), 1
    )
    modem = dict.fromkeys(("operator", "technology", "trouble"), EVIL) | {"signal_dbm": -70}
    whole |= {"panel": panel, "uplinks": [uplink], "modem": modem, "mailboxes": [{"name": EVIL, "new": 1, "old": 2}]}
    for language in LANGUAGES:
        for shown in (
            *parts(Look(status=whole, log=[row]), words_of(language)).values(),
            *parts(Look(trouble=EVIL), words_of(language)).values(),
        ):
            assert "<img" not in shown


@pytest.mark.parametrize("name", ["power", "line", "uplink", "message"])
@pytest.mark.parametrize("pattern", Pattern)
def test_every_lamp_is_told_by_words_as_well(name: str, pattern: Pattern) -> None:
    assert Lamp(name).value in words.LAMPS
    assert pattern.value in words.PATTERNS
    shown = drawn(Look(status=status(panel={name: pattern.value})))["lamps"]
    assert f"lamp-{pattern.value}" in shown
    assert f"{words.LAMPS[name]}: {words.PATTERNS[pattern.value]}" in shown


@pytest.mark.parametrize("state", ["active", "standby", "poor", "down", "portal"])
def test_an_uplink_says_how_it_is_and_why(state: str) -> None:
    uplink = {"name": "eth0", "kind": "ethernet", "state": state, "address": "192.0.2.7", "reason": "so it is", "mos": 4.3}
    shown = drawn(Look(status=status(uplinks=[uplink | dict.fromkeys(("rtt_ms", "loss_percent", "signal_dbm"))])))["uplinks"]
    assert words.UPLINKS[state][1] in shown
    assert "so it is" in shown
    assert 'data-value="4.3"' in shown


def test_a_call_tells_how_it_sounds_both_ways() -> None:
    heard = {"rtt_ms": 12.0, "rx": {"mos": 4.4, "loss_percent": 0.5, "jitter_ms": 3.0}, "tx": {"packets": 7}}
    call = {"direction": "out", "number": "600", "name": "", "state": "in call", "codec": "PCMA/8000", "srtp": "", "seconds": 1}
    shown = drawn(Look(status=status(calls=[call | {"quality": heard}])))["calls"]
    assert [value in shown for value in ('data-value="4.4"', 'data-value="0.5"', 'data-value="12.0"')] == [True] * 3
