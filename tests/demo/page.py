"""`make demo`: a simulated adapter with its page, and people to call, until Ctrl-C.

`python -m tests.demo.page [PORT]`; PORT may also come from the environment, 8080 otherwise. Everything it makes lies in a folder of its own under
build/demo/ and is gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from hal.sim.wifi_air import KEY
from tests.adapter import Adapter, Never, account
from tests.peers.baresip import Baresip
from tests.peers.errors import PeerDied, PeerError
from tests.peers.kamailio import Kamailio
from tests.peers.sound import RATE_HZ, tone
from tests.web.page_process import PageProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.peers.sound import Samples

ROOT = Path(__file__).parents[2]
ADAPTER, TALKER, BUSY, CALLER = "100", "600", "601", "602"
PASSWORDS = {ADAPTER: "adapter-demo", TALKER: "talker-demo", CALLER: "caller-demo"}
WORDS = "Hello. This is the far end of the Keepline demonstration. If you use a microphone, I can hear you too."
ESPEAK_HZ = 22050
TELEPHONE_BAND_HZ = 3400
FOREVER_S = 1e6

WHAT_TO_TRY = """
Open {url} and lift the handset. Use its keypad or type:
  {talker}#  is answered, and talks to you
  {busy}#  is busy
  {caller}#  is answered; hang up, and it calls you back
Under Connections there is simulated Wi-Fi; the passphrase is: {passphrase}
The same on the command line:
  {keepline} phone --state {state} lift
  {keepline} phone --state {state} dial {talker}#
  {keepline} phone --state {state} hear 2
  {keepline} status --state {state}
Ctrl-C stops everything.
"""


class Refused(Exception):
    """The demo cannot start as asked; the text is one sentence."""


@dataclass(frozen=True)
class People:
    kamailio: Kamailio
    caller: Baresip


def main(words: Sequence[str]) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP; 0 then, 1 where it could not start."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        port = _port(words)
        (ROOT / "build" / "demo").mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=ROOT / "build" / "demo") as folder:
            _run(Path(folder), port)
    except KeyboardInterrupt:
        _say("stopped")
        return 0
    except (Refused, PeerError, Never) as problem:
        sys.stderr.write(f"demo: {problem}\n")
        return 1
    return 0


def _run(folder: Path, port: int) -> None:
    _say("starting a registrar, two telephones to call, the simulated adapter and its page ...")
    # the page first: a taken port is found before anything else is started
    with _page(folder, port) as page, _people(folder) as people:
        settings = account("demo", people.kamailio.server, user=ADAPTER, password=PASSWORDS[ADAPTER])
        with Adapter(folder / "device", '[device]\nname = "Keepline demo"\n' + settings) as device:
            device.wait_registered()
            threading.Thread(target=_call_back, args=[people.caller], daemon=True).start()
            shown = device.state.relative_to(ROOT) if Path.cwd() == ROOT else device.state
            _say(
                WHAT_TO_TRY.format(
                    url=page.url, passphrase=KEY, state=shown, keepline=_keepline(), talker=TALKER, busy=BUSY, caller=CALLER
                ).rstrip()
            )
            while True:
                signal.pause()


@contextmanager
def _page(folder: Path, port: int) -> Iterator[PageProcess]:
    try:
        page = PageProcess(folder / "page", folder / "device" / "state", f"127.0.0.1:{port}", demo=True)
    except PeerDied as died:
        raise Refused(f"port {port} is taken; choose another, such as: PORT=8081 make demo") from died
    with page:
        yield page


@contextmanager
def _people(folder: Path) -> Iterator[People]:
    with ExitStack() as running:
        kamailio = running.enter_context(Kamailio(folder / "kamailio", PASSWORDS))
        kamailio.reject("INVITE", BUSY, 486, "Busy Here")
        for number, source in ((TALKER, _speech(folder)), (CALLER, tone(440, 1.0))):
            far = running.enter_context(
                Baresip(folder / number, number, PASSWORDS[number], server=kamailio.server, source=source)
            )
            kamailio.wait_registered(number)
        yield People(kamailio, far)


def _call_back(caller: Baresip) -> None:
    """Whoever called is called when the call is over."""
    with suppress(PeerError, OSError):  # the demo ends, and with it the telephone
        while True:
            caller.wait_for("CALL_ESTABLISHED", FOREVER_S)
            caller.wait_for("CALL_CLOSED", FOREVER_S)
            caller.dial(ADAPTER)
            caller.wait_for("CALL_CLOSED", FOREVER_S)


def _speech(folder: Path) -> Samples:
    """Words where espeak-ng is installed, a tone otherwise."""
    if shutil.which("espeak-ng") is None:
        return tone(1004, 2.0)
    folder.mkdir(parents=True, exist_ok=True)
    command = ["espeak-ng", "-v", "en", "-s", "150", "--stdout", WORDS]
    wav = subprocess.run(command, capture_output=True, check=True).stdout
    spoken = np.frombuffer(wav[44:], np.int16).astype(np.float64)
    taps = np.arange(-64, 65)
    low_pass = np.sinc(2 * TELEPHONE_BAND_HZ / ESPEAK_HZ * taps) * np.hamming(len(taps))
    smooth = np.convolve(spoken, low_pass / low_pass.sum(), mode="same")
    at = np.arange(0, len(smooth), ESPEAK_HZ / RATE_HZ)
    words = np.interp(at, np.arange(len(smooth)), smooth)
    pause = np.zeros(RATE_HZ)
    return np.concatenate([words, pause]).clip(-32768, 32767).astype(np.int16)


def _port(words: Sequence[str]) -> int:
    text = words[0] if words else os.environ.get("PORT", "8080")
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise Refused(f"PORT {text!r} is no port; allowed: 0 to 65535, 0 takes any free one")
    return int(text)


def _keepline() -> str:
    return ".venv/bin/keepline" if Path.cwd() == ROOT else str(Path(sys.executable).with_name("keepline"))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
