"""A real registrar and proxy: Kamailio on free loopback ports, all in memory, with its SIP traffic laid open to the test.

Rules that change while it runs (passwords, rejections, fixed routes) go over its JSON-RPC. The routing itself stands in kamailio.cfg.
Must not know what the device under test is.
"""

from __future__ import annotations

import itertools
import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tests.peers.errors import PeerError, PeerSilent
from tests.peers.hep import HepTrace, TracedMessage
from tests.peers.ports import free_port
from tests.peers.process import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.peers.certificates import Certificate

CONFIG = Path(__file__).with_name("kamailio.cfg")
RPC_TIMEOUT_S = 5.0
EVENT_S = 15.0


@dataclass(frozen=True)
class Binding:
    """One registered contact."""

    uri: str
    expires_s: int
    received: str
    user_agent: str
    call_id: str


class Kamailio:
    """One server. Start by constructing, stop by leaving the context."""

    def __init__(  # noqa: PLR0913 - a server has many settings
        self,
        folder: Path,
        users: Mapping[str, str],
        *,
        address: str = "127.0.0.1",
        tls: Certificate | None = None,
        domains: Sequence[str] = (),
        challenge_invite: bool = False,
        forbid_wrong_password: bool = False,
        min_expires_s: int = 0,
        max_expires_s: int = 3600,
        auth_algorithm: str = "MD5",
        port: int | None = None,
        tls_port: int | None = None,
        behind_nat: bool = False,
        fix_description: bool = False,
        challenge_reinvite: bool = False,
        max_contacts: int = 0,
        one_contact: bool = False,
        outbound: bool = False,
    ) -> None:
        """`users` is authentication name to password. `domains` are names it takes for itself besides its address.

        A wrong password is challenged again (401), or refused with 403 if `forbid_wrong_password`. A REGISTER for less than
        `min_expires_s` gets 423; above `max_expires_s` it is cut. `auth_algorithm` is MD5 or SHA-256.
        With `behind_nat` callers over UDP are reached where they are seen; with `fix_description` their voice too, for far ends that do not
        learn it from the packets. `challenge_reinvite` asks for the password within a call as well. Of one user `max_contacts` are kept (0: any
        number), more are refused; with `one_contact` each takes the place of the one before. With `outbound` it keeps a contact for each flow
        (RFC 5626) and says so.
        """
        self.address = address
        self.port = port or free_port()
        self.tls_port = (tls_port or free_port()) if tls else None
        self._rpc_port = free_port()
        self._rpc_ids = itertools.count(1)
        self._trace = HepTrace(address)
        defines = {
            "RPC_SOCKET": f'"udp:{self._literal}:{self._rpc_port}"',
            "TRACE_URI": f'"sip:{self._literal}:{self._trace.port}"',
            "MIN_EXPIRES": str(min_expires_s),
            "MAX_EXPIRES": str(max_expires_s),
            "MAX_CONTACTS": str(max_contacts),
            "AUTH_ALGORITHM": f'"{auth_algorithm}"' if auth_algorithm != "MD5" else '""',
        }
        if tls:
            defines |= {"TLS_CERTIFICATE": f'"{tls.certificate}"', "TLS_KEY": f'"{tls.key}"'}
        flags = {
            "WITH_TLS": tls is not None,
            "CHALLENGE_INVITE": challenge_invite,
            "FORBID_WRONG_PASSWORD": forbid_wrong_password,
            "BEHIND_NAT": behind_nat,
            "FIX_DESCRIPTION": fix_description,
            "CHALLENGE_REINVITE": challenge_reinvite,
            "ONE_CONTACT": one_contact,
            "OUTBOUND": outbound,
        }
        config = folder / "kamailio.cfg"
        folder.mkdir(parents=True, exist_ok=True)
        config.write_text(f"#!KAMAILIO\n{_defines(defines, flags)}{self._listeners()}{_aliases(domains)}{CONFIG.read_text()}")
        self.process = Process(["kamailio", "-f", config, *_daemon_options(folder)], folder)
        try:
            self.process.wait_for_line("keepline: worker is ready")
            self.process.wait_until(self._answers, "did not answer JSON-RPC")
            for user, password in users.items():
                self.set_password(user, password)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def server(self) -> str:
        """`host:port` of the UDP and TCP listener, as a settings file wants it."""
        return f"{self._literal}:{self.port}"

    @property
    def tls_server(self) -> str:
        """`host:port` of the TLS listener; raises `PeerError` if it has none."""
        if self.tls_port is None:
            raise PeerError("this Kamailio was started without a certificate, so it has no TLS listener")
        return f"{self._literal}:{self.tls_port}"

    @property
    def sip_trace(self) -> list[TracedMessage]:
        """Every SIP message it received or sent so far, in order, TLS decrypted. A copy comes a moment after the message itself:
        wait with `wait_for_message`, then look here.
        """
        return self._trace.messages

    def wait_for_message(
        self, wanted: Callable[[TracedMessage], object], timeout_s: float = EVENT_S, *, after: int = 0
    ) -> TracedMessage:
        """The first traced message, from number `after` on, that `wanted` accepts; raises `PeerSilent`."""
        traced = self._trace.wait_for(wanted, timeout_s, after=after)
        if traced is None:
            seen = "\n".join(f"{m.source} > {m.target} {m.message}" for m in self.sip_trace[after:])
            raise PeerSilent(f"Kamailio never saw the awaited message in {timeout_s:g} s; it saw:\n{seen}")
        return traced

    def registered(self, user: str) -> list[Binding]:
        """The user's bindings now; empty if there are none."""
        answer = self.rpc("ul.lookup", "location", user, missing_ok=True)
        contacts = [entry["Contact"] for entry in answer.get("Contacts", [])] if answer else []
        return [
            Binding(c["Address"], _seconds(c["Expires"]), c["Received"].strip("[]"), c["User-Agent"], c["Call-ID"])
            for c in contacts
            if _seconds(c["Expires"]) > 0
        ]

    def wait_registered(self, user: str, timeout_s: float = EVENT_S) -> Binding:
        """The user's first binding, as soon as there is one."""
        self._wait_bindings(lambda: self.registered(user), f"{user} did not register", timeout_s)
        return self.registered(user)[0]

    def wait_unregistered(self, user: str, timeout_s: float = EVENT_S) -> None:
        """Return once the user has no binding, removed or run out."""
        self._wait_bindings(lambda: not self.registered(user), f"{user} stayed registered", timeout_s)

    def forget(self, user: str) -> None:
        """Drop the user's bindings, as a restarted registrar would."""
        self.rpc("ul.rm", "location", user, missing_ok=True)

    def set_password(self, user: str, password: str) -> None:
        """Add a user or change the password."""
        self.rpc("htable.sets", "password", user, password)

    def reject(self, method: str, user: str, code: int, reason: str = "Refused by test", *, header: str = "") -> None:
        """Answer this method for this user (`*`: any) with a code from now on; `header` may be `Retry-After: 5`.

        For REGISTER the user is that of the To header, otherwise that of the Request-URI. Code 0: never answer.
        """
        self.rpc("htable.sets", "reject", f"{method}:{user}", f"{code}|{reason}|{header}")

    def accept(self, method: str, user: str) -> None:
        """Lift a rejection."""
        self.rpc("htable.delete", "reject", f"{method}:{user}", missing_ok=True)

    def add_header(self, method: str, user: str, header: str) -> None:
        """Add a header to requests of this method for this user, as a provider does (Alert-Info, Privacy); empty: no longer."""
        if header:
            self.rpc("htable.sets", "header", f"{method}:{user}", header)
        else:
            self.rpc("htable.delete", "header", f"{method}:{user}", missing_ok=True)

    def route(self, user: str, uri: str) -> None:
        """Send calls for this user to a fixed URI, registered or not."""
        self.rpc("htable.sets", "route", user, uri)

    def rpc(self, method: str, *arguments: str | int, missing_ok: bool = False) -> Any:  # noqa: ANN401 - JSON
        """Call a Kamailio RPC; None if the thing is not there and `missing_ok`, `PeerError` for any other failure."""
        number = next(self._rpc_ids)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": list(arguments)}
        with socket.socket(self._family, socket.SOCK_DGRAM) as door:
            door.settimeout(RPC_TIMEOUT_S)
            door.connect((self.address, self._rpc_port))
            door.send(json.dumps(request).encode())
            try:
                answer = json.loads(door.recv(65535))
            except TimeoutError:
                raise PeerSilent(f"Kamailio did not answer {method}:\n{self.process.log_tail}") from None
        error = answer.get("error")
        if error and not (missing_ok and "not found" in error["message"].lower()):
            raise PeerError(f"Kamailio refused {method}{arguments}: {error}")
        return None if error else answer["result"]

    def stop(self) -> None:
        """End it; bindings are lost, open calls see silence."""
        self.process.stop()
        self._trace.close()

    @property
    def _literal(self) -> str:
        return f"[{self.address}]" if ":" in self.address else self.address

    @property
    def _family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET

    def _listeners(self) -> str:
        sockets = [f"udp:{self._literal}:{self.port}", f"tcp:{self._literal}:{self.port}"]
        if self.tls_port:
            sockets.append(f"tls:{self._literal}:{self.tls_port}")
        return "".join(f"listen={text}\n" for text in sockets)

    def _answers(self) -> bool:
        try:
            return self.rpc("core.version") is not None
        except OSError:
            return False  # its RPC worker is not there yet: connection refused

    def _wait_bindings(self, holds: Callable[[], object], what: str, timeout_s: float) -> None:
        end = time.monotonic() + timeout_s
        while not holds():
            if time.monotonic() > end or not self.process.running:
                seen = "\n".join(str(m.message) for m in self.sip_trace[-12:])
                raise PeerSilent(f"{what} within {timeout_s:g} s; last SIP:\n{seen}\nlog:\n{self.process.log_tail}")
            with self._trace.changed:
                self._trace.changed.wait(0.1)  # a message came, or a binding may have run out without one


def _daemon_options(folder: Path) -> list[str]:
    memory_mb = ["-m", "32", "-M", "8"]
    return ["-DD", "-E", *memory_mb, "-Y", str(folder), "-w", str(folder)]


def _defines(values: Mapping[str, str], flags: Mapping[str, bool]) -> str:
    words = [f"{name} {value}" for name, value in values.items()] + [name for name, wanted in flags.items() if wanted]
    return "".join(f"#!define {word}\n" for word in words)


def _aliases(domains: Sequence[str]) -> str:
    return "".join(f'alias="{domain}"\n' for domain in domains)


def _seconds(text: str | int) -> int:
    return int(text) if str(text).lstrip("-").isdigit() else 0  # "expired", "deleted", "permanent"
