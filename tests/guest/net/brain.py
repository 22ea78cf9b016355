"""The simulated modem's brain behind the gadget's serial ports, as a program: AT on one, a PPP answerer on another, its data side a router's namespace.

python -m tests.guest.net.brain CONTROL_TTY DATA_TTY ROUTER PIN MODEL      orders on stdin: `boot`, `hang`; prints `ready`, `done`, `data WHERE`
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
import tty
from functools import partial

from firmware.loop import Loop
from hal.sim.cellular import SimModem, World
from hal.sim.cellular_world import Cure, DataPath

SERVER, CLIENT = "10.64.64.64", "10.23.45.67"
AGAIN_S = 0.1
"""A port whose cable was pulled can be opened again at once, and says nothing of being plugged."""


class Wire:
    """A gadget's serial port: opened again and again, for each pull hangs it up."""

    def __init__(self, path: str, loop: Loop, modem: SimModem) -> None:
        self._path, self._loop, self._modem = path, loop, modem
        self._descriptor = -1
        threading.Thread(target=self._read, daemon=True).start()

    def write(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # nobody reads: lost, as in a real modem
            os.write(self._descriptor, data)

    def _read(self) -> None:
        while True:
            self._descriptor = open_raw(self._path)
            with contextlib.suppress(OSError):
                while data := os.read(self._descriptor, 4096):
                    self._loop.post(partial(self._modem.hear, data))
            os.close(self._descriptor)
            self._loop.post(partial(awake, self._modem))
            time.sleep(AGAIN_S)


class PppAnswerer:
    """The second port: says OK until it is dialed, then pppd has it, in the router's namespace."""

    def __init__(self, path: str, router: str) -> None:
        self._path, self._router = path, router
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        while True:
            descriptor = open_raw(self._path)
            with contextlib.suppress(OSError):
                self._listen(descriptor)
            os.close(descriptor)
            time.sleep(AGAIN_S)

    def _listen(self, descriptor: int) -> None:
        heard = b""
        while more := os.read(descriptor, 1):
            heard += more
            if not heard.endswith(b"\r"):
                continue
            dialed = heard.upper().strip().startswith(b"ATD")
            os.write(descriptor, b"\r\nCONNECT 150000000\r\n" if dialed else b"\r\nOK\r\n")
            heard = b""
            if dialed:
                words = ["pppd", "notty", "nodetach", "local", "noauth", "noipv6", "noccp", f"{SERVER}:{CLIENT}"]
                # the keep-alive of a network that notices a pulled modem
                words += ["lcp-echo-interval", "2", "lcp-echo-failure", "2"]
                subprocess.run(["ip", "netns", "exec", self._router, *words], stdin=descriptor, stdout=descriptor, check=False)
                return


def awake(modem: SimModem) -> None:
    """The bus was taken away and is back: that wakes a modem that hangs."""
    if modem.world.misdeeds.hangs_until is Cure.PLUG:
        modem.world.misdeeds.hangs_until = None
        modem.boot()


def hang(modem: SimModem) -> None:
    """It answers nothing any more until it leaves the bus."""
    modem.world.misdeeds.hangs_until = Cure.PLUG


def open_raw(path: str) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(descriptor)
    return descriptor


def lead(router: str, path: DataPath) -> None:
    """The data side: the card without a carrier, with an address and nothing behind, or with the internet behind."""
    ends = {"lan": path is not DataPath.OFF, "way": path is not DataPath.NOWHERE}
    for end, is_up in ends.items():
        subprocess.run(
            ["ip", "-n", router, "link", "set", end, "up" if is_up else "down"], check=False, stderr=subprocess.DEVNULL
        )
    if ends["way"]:
        command = ["ip", "-n", router, "route", "replace", "default", "dev", "way"]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    say(f"data {path.value}")


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


async def live(control: str, data: str, router: str, pin: str, model: str) -> None:
    loop, world = Loop(), World()
    world.card.pin = pin
    modem = SimModem(loop, world, model)
    modem.on_data = partial(lead, router)
    modem.on_bytes = Wire(control, loop, modem).write
    PppAnswerer(data, router)
    say("ready")
    orders = {"boot": modem.boot, "hang": partial(hang, modem)}
    while order := (await asyncio.to_thread(sys.stdin.readline)).strip():
        orders[order]()
        say("done")


if __name__ == "__main__":
    asyncio.run(live(*sys.argv[1:6]))
