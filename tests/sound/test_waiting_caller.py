"""Call waiting on the simulated line: who waits is told in the samples, acknowledged in the samples, and nobody hears a thing.

The engine's part, moving frames between the line and a call, is played by `Conversation`; everything else is real.
"""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pytest
from line_signals import Samples, pcm, samples_of, sine, strongest_sines

from firmware.core.call_waiting_id import WaitingPhase
from firmware.core.events import Caller
from firmware.core.tones import CallerIdKind
from firmware.line.waiting_caller import WaitingCaller
from firmware.sound.caller_id import waiting_caller_burst
from firmware.sound.countries import load_country
from firmware.sound.held_sound import Sound
from firmware.sound.line_voice import LineVoice
from hal.sim.settings import SimLineSettings
from tests.hal.bench import Bench

WHEN = datetime(2026, 11, 24, 9, 5)  # noqa: DTZ001 (local time, as a telephone shows it)
CALLER = Caller("+77001234567", "Aigerim S.")
BELLCORE, ETSI = CallerIdKind.BELLCORE, CallerIdKind.ETSI
FAR_END_HZ, PERSON_HZ = 1004, 600


class Conversation:
    """A call is up: the far end sounds at 1004 Hz in the ear, the person hums at 600 Hz into the mouthpiece."""

    def __init__(self, code: str, settings: SimLineSettings | None = None) -> None:
        self.bench = Bench(settings or SimLineSettings(bounce_ms=0, echo_loss_db=30))
        self.voice = LineVoice(self._digit_heard, lambda _digit: None)
        self.others: list[str] = []
        self.waiting = WaitingCaller(self.bench.time, self, load_country(code).call_waiting)
        self._playing: tuple[Sound, Callable[[], None] | None] | None = None
        self._sending: Sound | None = None
        self._at = 0
        self.to_far_end = b""
        self.bench.lift()
        self.bench.handset.speak(pcm(sine(PERSON_HZ, -15, 8000 * 30)))

    def play(self, source: Sound, on_end: Callable[[], None] | None = None) -> None:
        self._playing = (source, on_end)

    def stop_playing(self) -> None:
        self._playing = None

    def send(self, source: Sound) -> None:
        self._sending = source

    def run(self, milliseconds: int) -> Samples:
        """What the ear heard."""
        ear: list[bytes] = []
        stop = self.bench.handset.listen(ear.append)
        for _ in range(milliseconds // 10):
            self._frame_to_line()
            self._frame_from_line()
            self.bench.time.run(10)
        stop()
        return samples_of(b"".join(ear))

    def _frame_to_line(self) -> None:
        self._at += 80
        if self._playing is None:
            frame = pcm(sine(FAR_END_HZ, -15, 80, phase=2 * np.pi * FAR_END_HZ * self._at / 8000))
        else:
            source, _ = playing = self._playing
            frame = source.take(80)
            if source.finished and self._playing is playing:
                self._playing = None
        self.bench.sound.give_frame(frame)

    def _frame_from_line(self) -> None:
        frame = bytes(self.voice.process(self.bench.sound.take_frame()))
        if self._sending is not None:
            frame = self._sending.take(80)
            self._sending = None if self._sending.finished else self._sending
        self.to_far_end += frame

    def _digit_heard(self, digit: str) -> None:
        self.bench.time.post(lambda: None if self.waiting.digit_heard(digit) else self.others.append(digit))


def share_of(hz: float, samples: Samples) -> float:
    """Of the power, how much is a sine of `hz`."""
    turn = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / 8000)
    return float(2 * np.abs((samples * turn).mean()) ** 2 / max(np.mean(samples**2), 1e-9))


@pytest.mark.parametrize(("code", "kind", "signalling"), [("US", BELLCORE, "bell202"), ("KZ", ETSI, "v23"), ("DE", ETSI, "v23")])
@pytest.mark.parametrize("settings", [None, SimLineSettings(echo_loss_db=14, noise_dbm0=-45)], ids=["good line", "bad line"])
def test_a_telephone_shows_who_waits(code: str, kind: CallerIdKind, signalling: str, settings: SimLineSettings | None) -> None:
    talk = Conversation(code, settings)
    talk.run(300)
    talk.waiting.start(CALLER, kind, WHEN)
    talk.run(3000)
    shown = talk.bench.handset.state().caller_id
    assert shown is not None
    assert (shown.number, shown.name, shown.time) == ("77001234567", "Aigerim S.", "11-24 09:05")
    assert (shown.signalling, shown.waiting) == (signalling, True)
    assert talk.waiting.phase is WaitingPhase.RESTING
    assert talk.others == []


def test_the_ear_hears_the_tone_and_the_alert_and_then_nothing_until_all_is_said() -> None:
    talk = Conversation("US")
    talk.run(300)
    talk.waiting.start(CALLER, BELLCORE, WHEN)
    ear = talk.run(3000)
    assert [hz for hz, _ in strongest_sines(ear[400:2200], 1)] == pytest.approx([440], rel=0.005)
    alert = ear[310 * 8 : 370 * 8]
    assert [hz for hz, _ in strongest_sines(alert, 2)] == pytest.approx([2130, 2750], rel=0.01)
    assert [dbm0 for _, dbm0 in strongest_sines(alert, 2)] == pytest.approx([-15, -15], abs=1)
    data_ms = len(waiting_caller_burst(BELLCORE, CALLER, WHEN)) / 16
    silent_until = round(300 + 80 + 100 + data_ms)
    assert not ear[400 * 8 : silent_until * 8].any()
    back = ear[(silent_until + 250) * 8 :]
    assert share_of(FAR_END_HZ, back[-8000:]) > 0.95


def test_the_far_end_hears_neither_signal_nor_acknowledgement_and_then_the_person_again() -> None:
    talk = Conversation("US")
    talk.run(500)
    talk.to_far_end = b""
    talk.waiting.start(CALLER, BELLCORE, WHEN)
    talk.run(3000)
    heard = samples_of(talk.to_far_end)
    muted_ms = 380 + 100 + len(waiting_caller_burst(BELLCORE, CALLER, WHEN)) / 16
    assert not heard[: round(muted_ms) * 8].any()
    assert share_of(PERSON_HZ, heard[-8000:]) > 0.95


def test_a_telephone_without_a_display_is_not_kept_waiting() -> None:
    talk = Conversation("US")
    talk.bench.handset.fit_waiting_display(fitted=False)
    talk.run(300)
    talk.waiting.start(CALLER, BELLCORE, WHEN)
    ear = talk.run(1500)
    assert talk.bench.handset.state().caller_id is None
    assert talk.waiting.phase is WaitingPhase.RESTING
    assert share_of(FAR_END_HZ, ear[750 * 8 :]) > 0.95, "the voice is back 300 ms after the signal, and no data was sent"


def test_the_tone_comes_again_by_itself() -> None:
    talk = Conversation("US")
    talk.waiting.start(CALLER, BELLCORE, WHEN)
    talk.run(2500)
    ear = talk.run(10_500)
    repeats = [at for at in range(0, 10_500, 50) if share_of(440, ear[at * 8 : (at + 50) * 8]) > 0.9]
    assert 250 <= 50 * len(repeats) <= 350
    assert share_of(2130, ear) < 0.001


def test_where_caller_id_is_not_fsk_only_the_tone_is_played() -> None:
    talk = Conversation("IN")
    talk.waiting.start(CALLER, CallerIdKind.DTMF, WHEN)
    ear = talk.run(1000)
    assert share_of(400, ear[100 * 8 : 190 * 8]) > 0.9
    assert share_of(FAR_END_HZ, ear[600 * 8 :]) > 0.95


@pytest.mark.parametrize("after_ms", [100, 350, 450, 700, 1500, 3000])
def test_a_caller_who_gives_up_leaves_the_conversation_as_it_was(after_ms: int) -> None:
    talk = Conversation("US")
    talk.waiting.start(CALLER, BELLCORE, WHEN)
    talk.run(after_ms)
    talk.waiting.stop()
    talk.run(2500)  # the telephone may wait for its data so long
    talk.to_far_end = b""
    ear = talk.run(12_000)
    assert share_of(FAR_END_HZ, ear) > 0.95
    assert share_of(PERSON_HZ, samples_of(talk.to_far_end)) > 0.95
    assert talk.waiting.phase is WaitingPhase.IDLE


def test_keys_of_a_person_are_not_taken_for_an_acknowledgement() -> None:
    talk = Conversation("US")
    talk.bench.handset.fit_waiting_display(fitted=False)
    talk.bench.handset.dial("5")
    talk.run(300)
    talk.waiting.start(CALLER, BELLCORE, WHEN)
    talk.run(500)
    talk.bench.handset.dial("1")
    talk.run(500)
    assert talk.others == ["5", "1"]
    assert talk.waiting.phase is WaitingPhase.RESTING


def test_the_off_hook_burst_begins_with_80_bits_of_mark() -> None:
    burst = samples_of(waiting_caller_burst(BELLCORE, CALLER, WHEN))
    mark = burst[: 80 * 8000 // 1200 - 8]
    ((hz, level),) = strongest_sines(mark, 1)
    assert hz == pytest.approx(1200, rel=0.005)
    assert level == pytest.approx(-14, abs=0.5)
    assert share_of(1200, mark) > 0.99
    assert share_of(1200, burst[: 2 * len(mark)]) < 0.9


@pytest.mark.parametrize("kind", [CallerIdKind.DTMF, CallerIdKind.NONE])
def test_no_burst_for_telephones_without_fsk(kind: CallerIdKind) -> None:
    with pytest.raises(ValueError, match="by FSK only"):
        waiting_caller_burst(kind, CALLER, WHEN)
