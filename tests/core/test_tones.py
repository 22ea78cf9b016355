import pytest

from firmware.core.tones import Segment, Sine, Tone

BURST = Segment((Sine(425, -12),), 100)
PAUSE = Segment((), 100)
STEADY = Segment((Sine(425, -12),), None)


def order_of(tone: Tone, steps: int) -> list[Segment | None]:
    played: list[Segment | None] = []
    index: int | None = 0
    for _ in range(steps):
        played.append(None if index is None else tone.segments[index])
        index = None if index is None else tone.after(index)
    return played


@pytest.mark.parametrize(
    ("tone", "heard"),
    [
        (Tone((STEADY,)), [STEADY, STEADY]),
        (Tone((BURST, PAUSE)), [BURST, PAUSE, BURST, PAUSE, BURST]),
        (Tone((BURST, PAUSE, STEADY), repeat_from=2), [BURST, PAUSE, STEADY, STEADY]),
        (Tone((BURST, PAUSE), repeat_from=None), [BURST, PAUSE, None, None]),
    ],
    ids=["steady", "cadence", "bursts then steady", "once"],
)
def test_segments_follow_each_other(tone: Tone, heard: list[Segment | None]) -> None:
    assert order_of(tone, len(heard)) == heard
