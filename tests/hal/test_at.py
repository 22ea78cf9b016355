"""What a modem's bytes mean, however they were cut on the way."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.at import LONGEST_LINE_BYTES, Answer, Command, Conversation, Heard, PromptGiven, Result, Unsolicited, arguments, quoted

SIGNAL = Command("AT+CSQ", r"\+CSQ: .*")
REGISTRATION = Command("AT+CREG?", r"\+CREG: ?\d,\d{1,2}(,.*)?")
RADIO_ON = Command("AT+CFUN=1")
MESSAGE = Command('AT+CMGS="123"', r"\+CMGS: .*", payload=b"hello")


def heard(command: Command | None, *pieces: bytes) -> list[Heard]:
    """Everything a modem said about `command`, whole or in pieces."""
    talk = Conversation()
    if command:
        talk.begin(command)
    return [each for piece in pieces for each in talk.hear(piece)]


def test_a_command_ends_with_a_carriage_return() -> None:
    assert Conversation().begin(SIGNAL) == b"AT+CSQ\r"


def test_an_answer_is_its_lines_and_its_final_result() -> None:
    assert heard(SIGNAL, b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n") == [Answer(Result.OK, ("+CSQ: 20,99",), None, "OK")]


def test_the_echo_is_known_and_dropped() -> None:
    (answer,) = heard(SIGNAL, b"AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
    assert isinstance(answer, Answer)
    assert answer.echoed
    assert answer.lines == ("+CSQ: 20,99",)


def test_what_came_before_the_echo_answers_something_else() -> None:
    (answer,) = heard(SIGNAL, b"\r\n+CSQ: 3,99\r\nAT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
    assert isinstance(answer, Answer)
    assert answer.lines == ("+CSQ: 20,99",)


def test_news_in_the_middle_of_an_answer_is_news() -> None:
    said = b"AT+CSQ\r\r\nRING\r\n\r\n+CSQ: 20,99\r\n\r\n+CREG: 1\r\n\r\nOK\r\n\r\nNO CARRIER\r\n"
    assert heard(SIGNAL, said) == [
        Unsolicited("RING"),
        Unsolicited("+CREG: 1"),
        Answer(Result.OK, ("+CSQ: 20,99",), None, "OK", echoed=True),
        Unsolicited("NO CARRIER"),
    ]


def test_registration_told_and_registration_asked_are_told_apart() -> None:
    assert heard(REGISTRATION, b'\r\n+CREG: 5\r\n\r\n+CREG: 2,1,"1A2B","01C3",7\r\n\r\nOK\r\n') == [
        Unsolicited("+CREG: 5"),
        Answer(Result.OK, ('+CREG: 2,1,"1A2B","01C3",7',), None, "OK"),
    ]


def test_news_with_a_cell_is_no_answer() -> None:
    assert heard(REGISTRATION, b'+CREG: 1,"1A2B","01C3",7\r\n') == [Unsolicited('+CREG: 1,"1A2B","01C3",7')]


@pytest.mark.parametrize(
    ("line", "result", "code"),
    [
        ("ERROR", Result.ERROR, None),
        ("+CME ERROR: 14", Result.ERROR, 14),
        ("+CME ERROR: SIM busy", Result.ERROR, None),
        ("+CMS ERROR: 500", Result.ERROR, 500),
    ],
)
def test_failures_keep_their_number_and_their_words(line: str, result: Result, code: int | None) -> None:
    assert heard(RADIO_ON, f"\r\n{line}\r\n".encode()) == [Answer(result, (), code, line)]


def test_the_results_of_a_call_end_dialing_only() -> None:
    assert heard(Command("ATD*99#"), b"\r\nCONNECT 150000000\r\n") == [Answer(Result.CONNECT, (), None, "CONNECT 150000000")]
    assert heard(RADIO_ON, b"\r\nNO CARRIER\r\n\r\nOK\r\n") == [Unsolicited("NO CARRIER"), Answer(Result.OK, (), None, "OK")]


def test_a_prompt_needs_no_line_end_and_gets_the_payload() -> None:
    assert heard(MESSAGE, b'AT+CMGS="123"\r\r\n> ', b"\r\n+CMGS: 7\r\n\r\nOK\r\n") == [
        PromptGiven(b"hello\x1a"),
        Answer(Result.OK, ("+CMGS: 7",), None, "OK", echoed=True),
    ]


def test_after_giving_up_nothing_is_an_answer() -> None:
    talk = Conversation()
    talk.begin(SIGNAL)
    assert talk.give_up() == b""
    assert talk.hear(b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n") == [Unsolicited("+CSQ: 20,99"), Unsolicited("OK")]


def test_giving_up_at_a_prompt_leaves_it() -> None:
    talk = Conversation()
    talk.begin(MESSAGE)
    assert talk.give_up() == b"\x1b"


def test_noise_without_a_line_end_is_dropped_and_costs_nothing_after_it() -> None:
    noise = b"\x7e\xff" * LONGEST_LINE_BYTES
    assert heard(RADIO_ON, noise, b"\r\nOK\r\n") == [Answer(Result.OK, (), None, "OK")]


def test_arguments_are_parted_by_commas_outside_quotes() -> None:
    assert arguments('+COPS: 0,0,"A, B and C",7') == ["0", "0", "A, B and C", "7"]
    assert arguments("+CSQ: 20,99") == ["20", "99"]
    assert arguments("+COPS: 0") == ["0"]
    assert arguments('+CGDCONT: 1,"IP","",') == ["1", "IP", "", ""]


@pytest.mark.parametrize("text", ['in"ternet', "internet\rATD911;", "a\nb"])
def test_what_would_start_another_command_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cannot stand"):
        quoted(text)


LINES = st.sampled_from(
    [
        b"AT+CSQ\r",
        b"\r\n+CSQ: 20,99\r\n",
        b"\r\nOK\r\n",
        b"\r\nERROR\r\n",
        b"\r\n+CME ERROR: 14\r\n",
        b"\r\nRING\r\n",
        b"\r\n+CREG: 1\r\n",
        b"\r\n> ",
        b"\r\n>\r\n",
        b"> > \r",
        b"\xff\x00\r",
        b"x" * (LONGEST_LINE_BYTES + 3) + b"\r",
        b"\n",
        '\r\n+COPS: 0,0,"Билайн",7\r\n'.encode(),
    ]
)


@given(st.lists(LINES | st.binary(max_size=20), max_size=12), st.data(), st.sampled_from([SIGNAL, MESSAGE, None]))
def test_it_does_not_matter_how_the_bytes_were_cut(said: list[bytes], data: st.DataObject, command: Command | None) -> None:
    whole = b"".join(said)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)), max_size=30))) if whole else []
    edges = [0, *cuts, len(whole)]
    pieces = [whole[start:end] for start, end in itertools.pairwise(edges)]
    assert heard(command, *pieces) == heard(command, whole)


@given(st.binary(max_size=400))
def test_no_bytes_break_it(noise: bytes) -> None:
    talk = Conversation()
    talk.hear(noise)
    talk.hear(b"\r\n")
    talk.begin(SIGNAL)
    assert [each for each in talk.hear(b"AT+CSQ\r\r\n+CSQ: 1,99\r\n\r\nOK\r\n") if isinstance(each, Answer)]
