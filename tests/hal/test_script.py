"""A scenario is read into steps; every mistake gets a sentence with its line."""

import pytest

from hal.errors import ScriptInvalid
from hal.sim import script
from hal.sim.script import parse_script

WHOLE = """
# a call
LIFT
HEAR dial
DIAL *43#   # the echo test
HEAR tone 440 WITHIN 5
SAY good morning.wav
HEAR dtmf 12#
WAIT 0.5
DIAL 600 PULSE
FLASH
REPLACE
EXPECT ringing WITHIN 2.5
EXPECT cadence 400 200 400 2000
EXPECT caller +77001234567
EXPECT quiet
"""


def test_every_step_is_read_with_its_line() -> None:
    assert parse_script(WHOLE) == [
        script.Lift(3),
        script.HearName(4, "dial", 10.0),
        script.Dial(5, "*43#", pulse=False),
        script.HearTone(6, 440.0, 5.0),
        script.Say(7, "good morning.wav"),
        script.HearDtmf(8, "12#", 10.0),
        script.Wait(9, 0.5),
        script.Dial(10, "600", pulse=True),
        script.Flash(11),
        script.Replace(12),
        script.ExpectRinging(13, ringing=True, within_s=2.5),
        script.ExpectCadence(14, (400, 200, 400, 2000), 10.0),
        script.ExpectCaller(15, "+77001234567", 10.0),
        script.ExpectRinging(16, ringing=False, within_s=10.0),
    ]


def test_an_empty_scenario_has_no_steps() -> None:
    assert parse_script("\n  # nothing\n") == []


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("HANG", "HANG is no step; the steps are LIFT, REPLACE"),
        ("lift", "lift is no step"),
        ("LIFT now", "LIFT stands alone, without 'now'"),
        ("DIAL", "DIAL needs digits, and PULSE after them"),
        ("DIAL 6x0", "DIAL needs digits from 0 to 9.*not 6x0"),
        ("DIAL *1 PULSE", "DIAL ... PULSE needs digits from 0 to 9, not .1"),
        ("HEAR", "HEAR needs tone HZ, dtmf DIGITS or one of dial.*not nothing"),
        ("HEAR music", "not music"),
        ("HEAR tone 9000", "HEAR tone needs 60 to 3900 Hz, not 9000"),
        ("HEAR tone abc", "HEAR tone needs 60 to 3900 Hz, not abc"),
        ("HEAR dtmf 12x", "HEAR dtmf needs digits"),
        ("HEAR dial WITHIN", "WITHIN needs seconds and stands last"),
        ("HEAR dial WITHIN 0", "WITHIN needs 0.1 to 600 seconds, not 0"),
        ("HEAR WITHIN 3 dial", "WITHIN needs seconds and stands last"),
        ("SAY", "SAY needs a sound file"),
        ("WAIT", "WAIT needs seconds"),
        ("WAIT -1", "WAIT needs 0 to 600 seconds, not -1"),
        ("EXPECT dinner", "EXPECT needs ringing, quiet, caller NUMBER or cadence MS MS, not dinner"),
        ("EXPECT cadence", "EXPECT needs"),
        ("EXPECT cadence 1", "EXPECT cadence needs 10 to 60000 ms, not 1"),
    ],
)
def test_a_mistake_gets_a_sentence(written: str, sentence: str) -> None:
    with pytest.raises(ScriptInvalid, match=f"^Line 2: .*{sentence}"):
        parse_script(f"LIFT\n{written}\n")


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ScriptInvalid) as told:
        parse_script("LIFT\nHOP\nLIFT\nJUMP\n")
    assert [sentence.split(":")[0] for sentence in str(told.value).splitlines()] == ["Line 2", "Line 4"]
