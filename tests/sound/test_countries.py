"""Every tone of every country, measured in its samples, and what a spoilt file is told."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from line_signals import RATE_HZ, Samples, samples_of, sounding_runs_ms, strongest_sines

from firmware.core.actions import ToneName
from firmware.core.tones import MODULATION_DEPTH, CallerIdKind, CountryTones, Segment, Tone
from firmware.sound.countries import COUNTRIES, country_codes, load_country
from firmware.sound.errors import CountryInvalid, CountryUnknown
from firmware.sound.tone_source import ToneSource

ALL = [
    (code, name, tone)
    for code in country_codes()
    for country in [load_country(code)]
    for name, tone in [*((key.value, tone) for key, tone in country.tones.items()), ("call waiting", country.call_waiting)]
]

# Written down from the sources by hand, not read from the files: (country, tone, sines in Hz, sound and silence in ms, dBm0).
KNOWN = [
    ("US", ToneName.DIAL, [350, 440], [], -13),
    ("US", ToneName.RINGBACK, [440, 480], [2000, 4000], -19),
    ("US", ToneName.BUSY, [480, 620], [500, 500], -24),
    ("US", ToneName.CONGESTION, [480, 620], [250, 250], -24),
    ("GB", ToneName.DIAL, [350, 440], [], -12),
    ("GB", ToneName.RINGBACK, [400, 450], [400, 200, 400, 2000], -12),
    ("GB", ToneName.BUSY, [400], [375, 375], -12),
    ("GB", ToneName.CONGESTION, [400], [400, 350, 225, 525], -12),
    ("DE", ToneName.DIAL, [425], [], -12),
    ("DE", ToneName.RINGBACK, [425], [1000, 4000], -12),
    ("DE", ToneName.BUSY, [425], [480, 480], -12),
    ("RU", ToneName.BUSY, [425], [350, 350], -12),
    ("RU", ToneName.CONGESTION, [425], [175, 175], -12),
    ("KZ", ToneName.DIAL, [425], [], -12),
    ("KZ", ToneName.RINGBACK, [425], [1000, 4000], -12),
    ("IN", ToneName.BUSY, [400], [750, 750], -12),
    ("RU", ToneName.RECALL, [425], [400, 40], -12),
    ("DE", ToneName.HOLDING, [425], [150, 150, 150, 8000], -19),
    ("US", ToneName.HOLDING, [600], [100, 100, 100, 100, 100, 9500], -19),
]

# Played once: what follows the last burst is silence.
KNOWN_ONCE = [
    ("US", ToneName.CONFIRMATION, [350, 440], [100, 100, 100, 100, 100], -13),
    ("US", ToneName.REJECTION, [480, 620], [250, 250, 250, 250, 250, 250, 250], -24),
    ("GB", ToneName.CONFIRMATION, [1400], [1000], -12),
    ("GB", ToneName.REJECTION, [400], [200, 400, 2000], -12),
    ("KZ", ToneName.CONFIRMATION, [425], [100, 100, 100, 100, 100], -12),
    ("KZ", ToneName.RECORD, [1400], [400], -15),
]


def rendered(tone: Tone, seconds: float) -> Samples:
    source = ToneSource(tone)
    return samples_of(b"".join(source.take(80) for _ in range(round(seconds * RATE_HZ / 80))))


@pytest.mark.parametrize(("code", "name", "sines_hz", "cadence_ms", "level"), KNOWN)
def test_a_tone_sounds_as_its_source_says(
    code: str, name: ToneName, sines_hz: list[int], cadence_ms: list[int], level: float
) -> None:
    signal = rendered(load_country(code).tones[name], 14)
    first_ms = cadence_ms[0] if cadence_ms else 2000
    measured = strongest_sines(signal[: first_ms * 8], len(sines_hz))
    for (hz, dbm0), expected_hz in zip(measured, sines_hz, strict=True):
        assert hz == pytest.approx(expected_hz, rel=0.005)
        assert dbm0 == pytest.approx(level, abs=0.5)
    runs = [length for _, length in sounding_runs_ms(signal)]
    assert runs[:-1] == pytest.approx((cadence_ms * 99)[: len(runs) - 1], abs=5)
    assert cadence_ms or runs == [14_000]


@pytest.mark.parametrize(("code", "name", "sines_hz", "bursts_ms", "level"), KNOWN_ONCE)
def test_an_answer_to_a_star_code_sounds_once(
    code: str, name: ToneName, sines_hz: list[int], bursts_ms: list[int], level: float
) -> None:
    signal = rendered(load_country(code).tones[name], 5)
    for (hz, dbm0), expected_hz in zip(strongest_sines(signal[: bursts_ms[0] * 8], len(sines_hz)), sines_hz, strict=True):
        assert hz == pytest.approx(expected_hz, rel=0.005)
        assert dbm0 == pytest.approx(level, abs=0.5)
    runs = [length for _, length in sounding_runs_ms(signal)]
    assert runs == pytest.approx([*bursts_ms, 5000 - sum(bursts_ms)], abs=5)


@pytest.mark.parametrize(("code", "name", "tone"), ALL, ids=[f"{code} {name}" for code, name, _ in ALL])
def test_every_tone_measures_as_its_entry_says(code: str, name: str, tone: Tone) -> None:
    assert code
    assert name
    signal = rendered(tone, 12)
    at = 0
    for segment in _played(tone, len(signal)):
        length = len(signal) - at if segment.duration_ms is None else segment.duration_ms * 8
        piece = signal[at : at + length][: 2 * RATE_HZ]
        at += length
        if not segment.sines:
            assert not piece.any()
            continue
        expected = _expected_sines(segment)
        for (hz, dbm0), (expected_hz, level) in zip(strongest_sines(piece, len(expected)), expected, strict=True):
            assert hz == pytest.approx(expected_hz, rel=0.005)
            assert dbm0 == pytest.approx(level, abs=0.5)
    if tone.repeat_from is None:
        assert not signal[at:].any()


def _played(tone: Tone, samples: int) -> Iterator[Segment]:
    """The segments that are heard whole within `samples`."""
    index: int | None = 0
    while index is not None:
        segment = tone.segments[index]
        samples -= samples if segment.duration_ms is None else segment.duration_ms * 8
        if samples < 0:
            return
        yield segment
        if not samples:
            return
        index = tone.after(index)


def _expected_sines(segment: Segment) -> list[tuple[float, float]]:
    sines = [(float(sine.frequency_hz), sine.level_dbm0) for sine in segment.sines]
    if not segment.modulated_by_hz:
        return sorted(sines)
    side = 20 * np.log10(MODULATION_DEPTH / 2)
    sides = [(hz + sign * segment.modulated_by_hz, level + side) for hz, level in sines for sign in (-1, 1)]
    return sorted([*sines, *sides])


@pytest.mark.parametrize(("code", "name", "tone"), ALL, ids=[f"{code} {name}" for code, name, _ in ALL])
def test_no_tone_clips(code: str, name: str, tone: Tone) -> None:
    assert code
    assert name
    assert np.abs(rendered(tone, 2)).max() < 32767


def test_special_information_tone_is_heard_once_in_the_us() -> None:
    source = ToneSource(load_country("US").tones[ToneName.SPECIAL])
    signal = samples_of(source.take(RATE_HZ * 3))
    assert [length for _, length in sounding_runs_ms(signal)] == pytest.approx([990, 2010], abs=5)
    assert source.finished


def test_stutter_dial_tone_is_six_bursts_and_then_steady() -> None:
    signal = rendered(load_country("RU").tones[ToneName.STUTTER], 5)
    runs = [length for _, length in sounding_runs_ms(signal)]
    assert runs == pytest.approx([100] * 12 + [3800], abs=5)


@pytest.mark.parametrize("code", country_codes())
def test_every_entry_names_its_source(code: str) -> None:
    country = load_country(code)
    assert set(country.tones) == set(ToneName)
    assert set(country.provenance) == {"ring", "caller_id", "call_waiting", *(tone.value for tone in ToneName)}
    assert all(len(entry.source) > 3 for entry in country.provenance.values())


def test_kazakhstan_is_marked_as_derived_and_unconfirmed_throughout() -> None:
    country = load_country("KZ")
    assert all(entry.derived and entry.unconfirmed for entry in country.provenance.values())
    assert _heard(country) == _heard(load_country("RU"))


def _heard(country: CountryTones) -> tuple[object, ...]:
    return country.tones, country.call_waiting, country.ring_cadence_ms, country.caller_id


def test_caller_id_kinds() -> None:
    kinds = {code: load_country(code).caller_id for code in ("US", "DE", "IN")}
    assert kinds == {"US": CallerIdKind.BELLCORE, "DE": CallerIdKind.ETSI, "IN": CallerIdKind.DTMF}


def test_an_unknown_country_is_told_which_exist() -> None:
    with pytest.raises(CountryUnknown, match='no tones for country "BD"; choose one of DE, GB, IN, KZ, RU, US'):
        load_country("BD")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('play = "425"', 'play = "4x5"', r'XX.toml \[tone\] \[dial\]: play has "4x5"; write segments such as'),
        ('play = "425"', 'play = "425,0"', "a silence without end"),
        ('play = "425"', 'play = "425,425/100"', "never be heard"),
        ('play = "425"', 'play = "425/100,!425"', "come first"),
        ('play = "425"', 'play = "5000"', "has 5000 Hz; allowed are 20 to 3800 Hz"),
        ('play = "425"', 'play = "425/1"', "has 1 ms; allowed are 10 to 60000 ms"),
        ("level_dbm0 = -12", "level_dbm0 = 6", "must be a number from -30 to 0"),
        ("level_dbm0 = -12", 'level_dbm0 = "loud"', "must be a number from -30 to 0"),
        ("[tone.busy]", "[tone.engaged]", "engaged is not known; allowed are busy,"),
        ("cadence_ms = [1000, 4000]", "cadence_ms = [1000]", "must be 2, 4 or 6 whole numbers"),
        ('kind = "etsi"', 'kind = "fsk"', "must be one of none, bellcore, etsi, dtmf"),
        ('source = "A, D"', "", r"\[ring\]: source is missing"),
        ('name = "Germany"', "name = ", "XX.toml cannot be read"),
        ("425/200,0/5000", "425/200", "must repeat and end with the silence between two signals"),
        ("[caller_id]", "caller_id = 3", "XX.toml cannot be read"),
    ],
)
def test_a_spoilt_file_is_told_what_and_where(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    text = (COUNTRIES / "DE.toml").read_text()
    assert old in text
    (tmp_path / "XX.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(CountryInvalid, match=sentence):
        load_country("XX", tmp_path)
