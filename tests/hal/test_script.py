"""A scenario is read into steps; every mistake gets a sentence with its line."""

import pytest

from hal.errors import ScriptInvalid
from hal.sim import steps
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
SAY tone 700
SAY tone 700 2.5
DIAL 600 PULSE 20
DIAL #
HEAR NOT tone 700 FOR 2
HEAR NOT busy
HEAR prompt
EXPECT no ringing FOR 4
EXPECT waiting caller 601 Aunt Mary
EXPECT caller private
EXPECT lamp lit
EXPECT polarity reversed WITHIN 1
EXPECT current cut
LINE 2 HEAR dial WITHIN 3
"""


def test_every_step_is_read_with_its_line() -> None:
    assert parse_script(WHOLE) == [
        steps.Lift(3),
        steps.HearName(4, 10.0, "dial"),
        steps.Dial(5, "*43#", pulse=False),
        steps.HearTone(6, 5.0, 440.0),
        steps.Say(7, "good morning.wav"),
        steps.HearDtmf(8, 10.0, "12#"),
        steps.Wait(9, 0.5),
        steps.Dial(10, "600", pulse=True),
        steps.Flash(11),
        steps.Replace(12),
        steps.ExpectRinging(13, 2.5, ringing=True),
        steps.ExpectCadence(14, 10.0, (400, 200, 400, 2000)),
        steps.ExpectCaller(15, 10.0, "+77001234567"),
        steps.ExpectRinging(16, 10.0, ringing=False),
        steps.SayTone(17, 700.0, 1.0),
        steps.SayTone(18, 700.0, 2.5),
        steps.Dial(19, "600", pulse=True, pps=20.0),
        steps.Dial(20, "#", pulse=False),
        steps.HearNot(21, steps.HearTone(21, 2.0, 700.0), 2.0),
        steps.HearNot(22, steps.HearName(22, 3.0, "busy"), 3.0),
        steps.HearName(23, 10.0, "prompt"),
        steps.ExpectNoRing(24, 4.0),
        steps.ExpectCaller(25, 10.0, "601", "Aunt Mary", waiting=True),
        steps.ExpectCaller(26, 10.0, "private"),
        steps.ExpectLamp(27, 10.0, lit=True),
        steps.ExpectPolarity(28, 1.0, "reversed"),
        steps.ExpectCut(29, 10.0),
        steps.HearName(30, 3.0, "dial", telephone=2),
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
        ("HEAR noise", "not noise"),
        ("HEAR NOT", "not nothing"),
        ("HEAR NOT dtmf 1", "HEAR NOT needs tone HZ or a name, not dtmf"),
        ("HEAR NOT dial FOR", "FOR needs seconds and stands last, as in FOR 5"),
        ("HEAR tone 9000", "HEAR tone needs 60 to 3900 Hz, not 9000"),
        ("HEAR tone abc", "HEAR tone needs 60 to 3900 Hz, not abc"),
        ("HEAR dtmf 12x", "HEAR dtmf needs digits"),
        ("HEAR dial WITHIN", "WITHIN needs seconds and stands last"),
        ("HEAR dial WITHIN 0", "WITHIN needs 0.1 to 600 seconds, not 0"),
        ("HEAR WITHIN 3 dial", "WITHIN needs seconds and stands last"),
        ("SAY", "SAY needs a sound file or a tone"),
        ("SAY tone", "SAY tone needs HZ"),
        ("SAY tone 700 0", "SAY tone HZ needs 0.05 to 60 seconds, not 0"),
        ("DIAL 1 PULSE 50", "PULSE needs 8 to 22 pulses a second, not 50"),
        ("LINE 3 LIFT", "LINE needs 1 or 2 and a step of that telephone"),
        ("LINE 2 WAIT 1", "LINE needs 1 or 2 and a step"),
        ("LINE 2 HEAR", "HEAR needs tone HZ"),
        ("FAR 601 ANSWERS", "FAR needs far ends, which only the tests have"),
        ("SETTINGS", "SETTINGS needs far ends"),
        ("WAIT", "WAIT needs seconds"),
        ("WAIT -1", "WAIT needs 0 to 600 seconds, not -1"),
        ("EXPECT dinner", "EXPECT needs ringing, quiet, no ringing, .* not dinner"),
        ("EXPECT cadence", "EXPECT needs"),
        ("EXPECT no ringing now", "EXPECT no ringing is followed by FOR and seconds at most"),
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


def test_a_player_may_know_more_words() -> None:
    def read(line: int, words: list[str]) -> steps.Step:
        return steps.Say(line, " ".join(words))

    assert parse_script("FAR 601 ANSWERS\nLIFT", {"FAR": read}) == [steps.Say(1, "601 ANSWERS"), steps.Lift(2)]
