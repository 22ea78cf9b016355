"""The person at the simulated telephone: each verb is an order to a device that runs with board sim. What is heard is worked out here,
from the samples at the receiver and never from the device's state."""

import base64
import math
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from firmware.client import PATIENCE_S, Client
from firmware.command_line.output import print_json
from firmware.command_line.sound import BYTES_A_SECOND, read_wav, write_wav
from firmware.state_folder import control_socket

_SLOWEST_DIGIT_S = 5
"""A pulsed 0 at 5 pulses a second and the pause after it, and some."""


class Telephone:
    """The orders `phone.*` of one line, as methods. Raises DeviceAbsent and OrderRefused."""

    def __init__(self, client: Client, line: int) -> None:
        self._client = client
        self._line = line

    @classmethod
    def of(cls, arguments: Namespace) -> Self:
        return cls(Client(control_socket(Path(arguments.state))), arguments.line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def act(self, verb: str, patience_s: float = PATIENCE_S, **given: object) -> Any:  # noqa: ANN401 - whatever JSON holds
        return self._client.ask(f"phone.{verb}", patience_s=patience_s, line=self._line, **given)

    def dial(self, digits: str, **how: object) -> None:
        self.act("dial", PATIENCE_S + _SLOWEST_DIGIT_S * len(digits), digits=digits, **how)

    def say(self, pcm: bytes) -> None:
        self.act("say", PATIENCE_S + len(pcm) / BYTES_A_SECOND, pcm=base64.b64encode(pcm).decode())

    def hear(self, seconds: float) -> bytes:
        """What the receiver heard from now on: 8 kHz, 16 bit."""
        return base64.b64decode(self.act("hear", PATIENCE_S + seconds, seconds=seconds)["pcm"])


def act(arguments: Namespace) -> int:
    """lift, replace, flash and state: all answer with the phone's state."""
    with Telephone.of(arguments) as telephone:
        print_json(telephone.act(arguments.verb))
    return 0


def dial(arguments: Namespace) -> int:
    names = ("pulse", "level_dbm0", "twist_db", "on_ms", "off_ms", "pps", "break_ratio")
    how = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    with Telephone.of(arguments) as telephone:
        telephone.dial(arguments.digits, **how)
    return 0


def hear(arguments: Namespace) -> int:
    with Telephone.of(arguments) as telephone:
        pcm = telephone.hear(arguments.seconds)
    if arguments.wav:
        write_wav(Path(arguments.wav), pcm)
    print_json(analysed(pcm))
    return 0


def say(arguments: Namespace) -> int:
    pcm = read_wav(Path(arguments.file))
    with Telephone.of(arguments) as telephone:
        telephone.say(pcm)
    return 0


def analysed(pcm: bytes) -> dict[str, Any]:
    """{"level_dbm0": -12.0, "tones_hz": [425.0], "name": "dial", "dtmf": ""}; complete silence has no level: null."""
    from hal.sim.ear import analyse  # noqa: PLC0415 - brings numpy with it, which a Pi does not have

    heard = asdict(analyse(pcm))
    return heard | {"level_dbm0": heard["level_dbm0"] if math.isfinite(heard["level_dbm0"]) else None}
