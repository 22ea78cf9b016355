"""Every state the device can be in has words on the page, and a stranger's words are never taken for HTML."""

from __future__ import annotations

from typing import Any

import pytest

from firmware.core.line import Phase
from firmware.core.registration import RegistrationPhase
from firmware.records.calls import CallRow, Direction, Outcome, as_json
from firmware.web import words
from firmware.web.feed import Look
from firmware.web.parts import page, parts
from firmware.web.words import Mood

ACCOUNT = {"id": "home", "number": "100", "server": "sip.example", "transport": "tls", "reason": "", "retry_in_s": 0}
EVIL = '<img src=x onerror="alert(1)">\'&'


def status(**changes: object) -> dict[str, Any]:
    line = {"line": 1, "state": "idle", "digits": "", "call": ""}
    whole = {"ready": True, "name": "Keepline", "version": "1", "engine": "e", "board": "sim", "country": "KZ"}
    return {**whole, "lines": [line], "accounts": [ACCOUNT | {"state": "registered"}], "calls": [], **changes}


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_of_a_line_has_words(phase: Phase) -> None:
    told, _ = words.line_told({"state": phase.value, "digits": "123"})
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
    told = words.health_told(status(accounts=[ACCOUNT | {"state": state} for state in states]))
    assert told.mood is mood
    assert told.sentence.startswith(sentence)


def test_a_refused_account_says_why_and_when_it_tries_again() -> None:
    refused = ACCOUNT | {"state": "refused", "reason": "the password is wrong", "retry_in_s": 65}
    shown = parts(Look(status=status(accounts=[refused])))["accounts"]
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
    shown = parts(Look(status=status(calls=[call | {"seconds": 3725.4}])))["calls"]
    assert "From <b>600</b>" in shown
    assert "1:02:05" in shown
    assert "PCMA · encrypted (AES_CM_128_HMAC_SHA1_80)" in shown


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.UNDER_WAY])
def test_every_outcome_of_a_call_is_told_with_its_reason(outcome: Outcome) -> None:
    row = as_json(CallRow("2026-11-24T10:00:00.000Z", Direction.IN, 1, number="600", outcome=outcome, reason="so it was"))
    shown = parts(Look(status=status(), log=[row]))["log"]
    assert outcome.value in shown
    assert ("so it was" in shown) is (outcome is not Outcome.ANSWERED)


def test_what_strangers_write_is_text() -> None:
    row = as_json(
        CallRow("2026-11-24T10:00:00.000Z", Direction.IN, 1, number=EVIL, name=EVIL, outcome=Outcome.MISSED, reason=EVIL)
    )
    call = {"direction": "in", "number": EVIL, "name": EVIL, "state": EVIL, "codec": EVIL, "srtp": EVIL, "seconds": 0}
    account = dict.fromkeys(ACCOUNT, EVIL) | {"state": EVIL, "retry_in_s": 0}
    whole = status(name=EVIL, version=EVIL, engine=EVIL, country=EVIL, accounts=[account], calls=[call])
    assert "<img" not in page(Look(status=whole, log=[row]))
    assert "<img" not in page(Look(trouble=EVIL))
