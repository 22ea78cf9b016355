"""A scripted SIP peer: sipp with the scenarios of this folder, as the called side (`Sipp`, waits) or the calling side (`target=`).

A scenario is a check of its own: sipp ends with 0 only if every message it expected came. Must not know the device under test.
"""

from __future__ import annotations

import re
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from tests.peers.errors import PeerError, PeerSilent
from tests.peers.ports import free_port, free_port_block, is_bound
from tests.peers.process import Process
from tests.peers.sip_wire import SipMessage, parse_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCENARIOS = Path(__file__).with_name("scenarios")
EVENT_S = 15.0
GIVE_UP_S = 100  # sipp ends itself, failing, if a scenario hangs
# Values for the keys of the scenarios where the caller gives none
KEYS = {
    "code": "486", "reason": "Busy Here", "header": "", "session_expires_s": "90", "min_se_s": "120", "digit": "5",
    "new_direction": "sendonly", "rings_ms": "3000",
}  # fmt: skip
# -t modes of sipp: one socket for all calls
TRANSPORTS = {"udp": "u1", "tcp": "t1"}
_LOGGED = re.compile(rb"(?:UDP|TCP|TLS) message (received|sent) [\[(](\d+)[\])]? bytes\)? ?:\r?\n\r?\n")


@dataclass(frozen=True)
class LoggedMessage:
    """A message as sipp logged it."""

    direction: Literal["received", "sent"]
    message: SipMessage


class Sipp:
    """One sipp. Start by constructing; `wait_passed` for its verdict."""

    def __init__(  # noqa: PLR0913 - a script has many settings
        self,
        folder: Path,
        scenario: str | Path,
        *,
        target: str = "",
        user: str = "service",
        caller: str = "",
        headers: Mapping[str, str] | None = None,
        keys: Mapping[str, str] | None = None,
        address: str = "127.0.0.1",
        port: int | None = None,
        transport: Literal["udp", "tcp"] = "udp",
        pause_ms: int = 0,
        calls: int = 1,
        at_once: int = 1,
        echo: bool = False,
    ) -> None:
        """`scenario` is a name in scenarios/ or a file. With `target` (`host:port`) it calls `user` there.

        `caller` is the From value without tag (default `"sipp" <sip:sipp@address>`); `headers` are added to the first message, or to the
        refusal. `keys` fill the scenario's [names]. `pause_ms` is how long each pause lasts. `calls` 0 serves until stopped; at most
        `at_once` of those it makes are under way together.
        """
        path = scenario if isinstance(scenario, Path) else SCENARIOS / f"{scenario}.xml"
        if not path.exists():
            raise PeerError(f"no scenario {path}; there are: {', '.join(sorted(p.stem for p in SCENARIOS.glob('*.xml')))}")
        folder.mkdir(parents=True, exist_ok=True)
        self.address, self.port, self.media_port = address, port or free_port(), free_port_block(4)
        self._log = folder / "messages.log"
        self._log.write_bytes(b"")
        host = f"[{address}]" if ":" in address else address
        extra = "".join(f"\n{name}: {value}" for name, value in (headers or {}).items())
        values = {
            **KEYS,
            "header": extra,
            "caller": caller or f'"sipp" <sip:sipp@{host}:{self.port}>',
            "new_address": address,
            "new_port": str(self.media_port),
            **(keys or {}),
        }
        script = folder / path.name
        script.write_text(_filled(path.read_text(), values))
        arguments: list[str | Path] = ["sipp", "-sf", script, "-i", address, "-p", str(self.port), "-t", TRANSPORTS[transport]]
        arguments += [
            "-mi",
            address,
            "-mp",
            str(self.media_port),
            "-cp",
            str(free_port()),
            "-d",
            str(pause_ms),
            "-s",
            user,
            "-nostdin",
        ]
        arguments += ["-trace_msg", "-message_file", self._log, "-trace_err", "-error_file", folder / "errors.log"]
        arguments += [
            "-timeout",
            str(GIVE_UP_S),
            "-timeout_error",
            *(["-m", str(calls)] if calls else []),
            *(["-rtp_echo"] if echo else []),
        ]
        self._errors = folder / "errors.log"
        self.process = Process(
            [*arguments, *([target, "-l", str(at_once), "-r", str(10 * at_once)] if target else [])],
            folder,
            name="sipp",
            stop_signal=signal.SIGKILL,
        )
        if not target:
            self.process.wait_until(lambda: is_bound(self.port, transport), "did not listen")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def server(self) -> str:
        """`host:port` it listens on."""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"

    @property
    def rtp_ports(self) -> range:
        """Where its sound comes in; `RtpTap(sipp.rtp_ports)` listens there."""
        return range(self.media_port, self.media_port + 4)

    @property
    def sip_uri(self) -> str:
        """Where a call reaches it."""
        return f"sip:sipp@{self.server}"

    def messages(self) -> list[LoggedMessage]:
        """What it received and sent so far, in order."""
        data = self._log.read_bytes()
        found = []
        for match in _LOGGED.finditer(data):
            raw = data[match.end() : match.end() + int(match[2])]
            if raw.strip():
                found.append(LoggedMessage("received" if match[1] == b"received" else "sent", parse_message(raw)))
        return found

    def received(self, method: str = "") -> list[SipMessage]:
        """What it received so far; of one method (a response counts by its CSeq) if one is named."""
        return [m.message for m in self.messages() if m.direction == "received" and method in {"", m.message.method}]

    def finals(self) -> Counter[int]:
        """How its INVITEs ended so far: final status to number of calls."""
        ended = {m.call_id: m.status for m in self.received("INVITE") if m.status >= 200}
        return Counter(ended.values())

    def wait_received(self, wanted: Callable[[SipMessage], object], timeout_s: float = EVENT_S) -> SipMessage:
        """The first received message that `wanted` accepts; raises `PeerSilent`, or `PeerDied` if sipp ended without it."""

        def look() -> SipMessage | None:
            return next((m for m in self.received() if wanted(m)), None)

        if look() is None:
            self.process.wait_until(lambda: look() or not self.process.running, "never received the awaited message", timeout_s)
        found = look()
        if found is None:
            raise PeerSilent(f"sipp ended without the awaited message; it saw:\n{self._story()}")
        return found

    def wait_passed(self, timeout_s: float = EVENT_S) -> None:
        """Return once all calls went through the whole scenario; raises `PeerError` telling what went wrong."""
        code = self.process.wait_for_exit(timeout_s)
        if code:
            errors = self._errors.read_text(errors="replace")[-2000:] if self._errors.exists() else self.process.log_tail
            raise PeerError(f"sipp's scenario failed with {code}; messages:\n{self._story()}\n{errors}")

    def stop(self) -> None:
        """End it, whatever it is doing, with no goodbye on the wire."""
        self.process.stop()

    def _story(self) -> str:
        return "\n".join(f"{m.direction:8} {m.message}" for m in self.messages())


def _filled(text: str, values: Mapping[str, str]) -> str:
    # Not sipp's own -key: it reads status codes before it fills them in.
    for name, value in values.items():
        text = text.replace(f"[{name}]", value)
    return text
