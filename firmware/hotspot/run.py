"""The set-up network from its opening to its end: radio, house and portal put together. It ends when the request's file is gone, and takes the file away
when it ends otherwise, so that whoever wanted it sees that it is gone.
"""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from firmware.hotspot.errors import HotspotFailed, RadioMissing
from firmware.hotspot.lan import ADDRESS, dnsmasq_words, give_address
from firmware.hotspot.portal import HTTP, portal
from firmware.hotspot.radio import INTERFACE, Air, access_point, channel_of, hostapd_settings, name_of, radio

Child = subprocess.Popen[bytes]

_LOOK_S = 0.5
_PATIENCE_S = 3


def run(request: Path, passphrase: str, country: str, page_port: int) -> str:
    """Until the request is taken back or SIGTERM; why it ended otherwise, "" if it did not."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        with ExitStack() as held:
            held.callback(lambda: request.unlink(missing_ok=True))
            folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="keepline-ap-")))
            hostapd = _on_the_air(held, folder, passphrase, country)
            dnsmasq = behind(held, INTERFACE, folder, page_port)
            return _wait(request, {"hostapd": hostapd, "dnsmasq": dnsmasq})
    except (RadioMissing, HotspotFailed, OSError) as problem:
        return str(problem)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _on_the_air(held: ExitStack, folder: Path, passphrase: str, country: str) -> Child:
    station = radio()
    air = Air(name_of(station), passphrase, country, channel_of(station))
    held.enter_context(access_point(station))
    settings = folder / "hostapd.conf"
    settings.touch(mode=0o600)
    settings.write_text(hostapd_settings(air), encoding="utf-8")
    return held.enter_context(_child(["hostapd", str(settings)]))


def behind(held: ExitStack, interface: str, folder: Path, page_port: int) -> Child:
    """Address, leases, names and portal on an interface that is there. Raises HotspotFailed, OSError."""
    give_address(interface)
    dnsmasq = held.enter_context(_child(dnsmasq_words(interface, folder)))
    held.enter_context(portal(ADDRESS, HTTP, f"http://{ADDRESS}:{page_port}/"))
    return dnsmasq


@contextmanager
def _child(words: Sequence[str]) -> Iterator[Child]:
    """It dies with us, whatever becomes of us (setpriv of util-linux)."""
    child = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *words], stdin=subprocess.DEVNULL)  # noqa: S603, S607 - words of ours
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(request: Path, children: Mapping[str, Child]) -> str:
    while request.exists():
        for name, child in children.items():
            if child.poll() is not None:
                return f"{name} ended with status {child.returncode}"
        time.sleep(_LOOK_S)
    return ""
