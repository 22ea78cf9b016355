"""Voice messages by the control socket and the command line: a real socket with the store behind it, real subprocesses in front."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import json
import subprocess
import sys
import threading
import wave
from array import array
from math import pi, sin
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from firmware.client import Client
from firmware.control import Control
from firmware.orders import OrderRefused
from firmware.sound.wav import to_wav
from firmware.state_folder import control_socket
from firmware.voicemail.orders import VoicemailOrders
from tests.voicemail.place import tone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.voicemail.place import Place

KEEPLINE = Path(sys.executable).with_name("keepline")


class Box:
    """A control socket that knows voicemail, on a loop in a thread of its own."""

    def __init__(self, place: Place, state: Path) -> None:
        self.place = place
        self.state = state
        self._loop = asyncio.new_event_loop()
        self._control = Control(control_socket(state), VoicemailOrders(place.store, lambda: ("home", "shop")).orders())
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._control.start(), self._loop).result(10)

    def ask(self, do: str, **arguments: Any) -> Any:  # noqa: ANN401 (passed on)
        with Client(control_socket(self.state)) as client:
            return client.ask(do, **arguments)

    def keepline(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [KEEPLINE, "voicemail", *words, "--state", self.state]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._control.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def box(place: Place, tmp_path: Path) -> Iterator[Box]:
    made = Box(place, tmp_path)
    yield made
    made.close()


def wav_file(rate_hz: int, seconds: float, *, channels: int = 1, width: int = 2) -> bytes:
    count = round(rate_hz * seconds)
    samples = array("h", (round(8000 * sin(2 * pi * 440 * n / rate_hz)) for n in range(count) for _ in range(channels)))
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((channels, width, rate_hz, 0, "NONE", ""))
        file.writeframes(samples.tobytes()[: count * channels * width])
    return made.getvalue()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_list_play_mark_and_delete(box: Box) -> None:
    left = box.place.leave("600", name="Aigul")
    box.place.leave("700", mailbox="shop")
    found = box.ask("voicemail.list")
    assert isinstance(found, list)
    assert [(row["number"], row["mailbox"], row["seconds"], row["heard"]) for row in found] == [
        ("600", "home", 2.0, False),
        ("700", "shop", 2.0, False),
    ]
    assert len(box.ask("voicemail.list", mailbox="shop")) == 1
    played = box.ask("voicemail.play", message=left.id)
    assert played == {"wav": base64_of(to_wav(tone(2)))}
    box.ask("voicemail.mark", message=left.id)
    assert box.place.store.counts("home") == (0, 1)
    box.ask("voicemail.mark", message=left.id, heard=False)
    assert box.place.store.counts("home") == (1, 0)
    box.ask("voicemail.delete", message=left.id)
    assert box.place.store.counts("home") == (0, 0)


@pytest.mark.parametrize("do", ["play", "mark", "delete"])
def test_a_message_that_is_not_there_is_a_sentence(box: Box, do: str) -> None:
    with pytest.raises(OrderRefused, match="there is no message nowhere"):
        box.ask(f"voicemail.{do}", message="nowhere")


@pytest.mark.parametrize(("rate_hz", "channels"), [(8000, 1), (44_100, 2), (48_000, 1)])
def test_a_greeting_comes_to_the_lines_rate(box: Box, rate_hz: int, channels: int) -> None:
    kept = box.ask("voicemail.greeting", mailbox="home", wav=base64_of(wav_file(rate_hz, 1, channels=channels)))
    pcm = box.place.store.greeting("home").result(10)
    assert pcm is not None
    assert kept == {"wav": base64_of(to_wav(pcm))}
    samples = array("h", pcm)
    assert len(samples) == 8000
    periods = sum(1 for before, after in itertools.pairwise(samples) if before < 0 <= after)
    assert abs(periods - 440) <= 1
    assert 7800 < max(samples[100:-100]) < 8200
    assert box.ask("voicemail.greeting", mailbox="home") == kept
    assert box.ask("voicemail.greeting", mailbox="home", standard=True) == {"wav": None}


@pytest.mark.parametrize(
    ("wav", "sentence"),
    [
        ("?", "voicemail.greeting: wav must be base64 of a WAV file"),
        (base64_of(b"RIFF and nothing more"), "the greeting is not a WAV file of 16-bit PCM"),
        (base64_of(wav_file(8000, 61)), "the greeting is too long; allowed: up to 60 s"),
        (base64_of(wav_file(8000, 1, width=1)), "the greeting has 8-bit samples; allowed: 16-bit PCM"),
        (base64_of(wav_file(8000, 0)), "the greeting is empty"),
    ],
)
def test_what_is_no_greeting_is_a_sentence_and_the_old_one_stays(box: Box, wav: str, sentence: str) -> None:
    box.place.store.set_greeting("home", tone(1)).result(10)
    with pytest.raises(OrderRefused, match=sentence):
        box.ask("voicemail.greeting", mailbox="home", wav=wav)
    assert box.place.store.greeting("home").result(10) == tone(1)


def test_a_greeting_for_nobody(box: Box) -> None:
    with pytest.raises(OrderRefused, match='there is no mailbox "cellar"; there are: home, shop'):
        box.ask("voicemail.greeting", mailbox="cellar")


# The command line


def test_the_commands(box: Box, tmp_path: Path) -> None:
    assert box.keepline("list").stdout == "no messages\n"
    left = box.place.leave("600", name="Aigul")
    lines = box.keepline("list").stdout.splitlines()
    assert lines[0].split() == ["id", "at", "(UTC)", "length", "number", "name", "mailbox"]
    assert lines[1].split() == [left.id, "new", "2026-11-24", "10:00:00", "0:02", "600", "Aigul", "home"]
    assert json.loads(box.keepline("list", "--json").stdout)[0]["id"] == left.id
    assert json.loads(box.keepline("list", "--json", "--mailbox", "shop").stdout) == []
    saved = tmp_path / "kept.wav"
    assert box.keepline("save", left.id, saved).stderr == f"message {left.id} is in {saved}\n"
    assert saved.read_bytes() == to_wav(tone(2))
    assert box.place.store.counts("home") == (1, 0)
    assert box.keepline("delete", left.id).returncode == 0
    assert box.place.messages() == []


def test_the_command_for_greetings(box: Box, tmp_path: Path) -> None:
    file = tmp_path / "greeting.wav"
    file.write_bytes(wav_file(16_000, 1))
    assert box.keepline("greeting", "home", file).stderr == "mailbox home has its own greeting\n"
    assert len(box.place.store.greeting("home").result(10) or b"") == 16_000
    assert box.keepline("greeting", "home").stderr == "mailbox home has the standard greeting\n"
    assert box.place.store.greeting("home").result(10) is None


def test_commands_that_cannot_be_done_are_sentences(box: Box, tmp_path: Path) -> None:
    left = box.place.leave()
    for words, code, sentence in (
        (("delete", "nowhere"), 1, "there is no message nowhere"),
        (("save", "nowhere", tmp_path / "x.wav"), 1, "there is no message nowhere"),
        (("save", left.id, tmp_path / "no" / "x.wav"), 1, "cannot be written: No such file or directory"),
        (("greeting", "home", tmp_path / "x.wav"), 2, "cannot be read: No such file or directory"),
    ):
        done = box.keepline(*words)
        assert (done.returncode, done.stdout) == (code, "")
        assert sentence in done.stderr
    assert not (tmp_path / "x.wav").exists()
