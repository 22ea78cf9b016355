"""When a number is complete, by digit maps as RFC 3435 writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.core.digit_map import DigitMapWrong, Verdict, parse


@pytest.mark.parametrize(
    ("digit_map", "dialed", "verdict"),
    [
        ("112", "1", Verdict.INCOMPLETE),
        ("112", "112", Verdict.COMPLETE),
        ("112", "113", Verdict.IMPOSSIBLE),
        ("x.T", "", Verdict.AMBIGUOUS),
        ("x.T", "600", Verdict.AMBIGUOUS),
        ("x.T", "6*", Verdict.IMPOSSIBLE),
        ("112|x.T", "112", Verdict.COMPLETE),
        ("(xxxxxxx|x11)", "411", Verdict.COMPLETE),
        ("8[67]xxxxxxxxx", "82271234567", Verdict.IMPOSSIBLE),
        ("8[2-7]xxxxxxxxx", "87271234567", Verdict.COMPLETE),
        ("(0T|00T|[1-7]xxx|8xxxxxxx|#xxxxxxx|*xx|91xxxxxxxxxx|9011x.T)", "0", Verdict.AMBIGUOUS),
        ("(0T|00T|[1-7]xxx|8xxxxxxx|#xxxxxxx|*xx|91xxxxxxxxxx|9011x.T)", "*72", Verdict.COMPLETE),
        ("(0T|00T|[1-7]xxx|8xxxxxxx|#xxxxxxx|*xx|91xxxxxxxxxx|9011x.T)", "9", Verdict.INCOMPLETE),
        ("[*#]x", "#1", Verdict.COMPLETE),
        ("1x.2", "13", Verdict.INCOMPLETE),
    ],
)
def test_verdicts(digit_map: str, dialed: str, verdict: Verdict) -> None:
    assert parse(digit_map).judge(dialed) is verdict


@pytest.mark.parametrize("text", ["", "|", "1|", "(1|)", "[", "[]", "[9-1]", "y", ".", "[a]", "1 2", "+7"])
def test_a_map_that_cannot_be_read_says_what_is_allowed(text: str) -> None:
    with pytest.raises(DigitMapWrong, match="allowed: digits"):
        parse(text)


@given(st.text("0123456789*#xT.|[]-", max_size=30), st.text("0123456789*#", max_size=20))
def test_any_text_is_read_or_refused_in_words(text: str, dialed: str) -> None:
    try:
        digit_map = parse(text)
    except DigitMapWrong:
        return
    for end in range(len(dialed)):
        if digit_map.judge(dialed[:end]) is Verdict.IMPOSSIBLE:
            assert digit_map.judge(dialed) is Verdict.IMPOSSIBLE
