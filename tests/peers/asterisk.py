"""A real telephone exchange: Asterisk 22 in its own file tree on free loopback ports, with its own configuration. Needs root.

Everything of one run lies in the test's folder, seen inside the tree at `INSIDE` through a mount of the run's own; nothing stays behind.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Self

from tests.peers.asterisk_config import Listening, MediaEncryption, files
from tests.peers.asterisk_root import asterisk_root
from tests.peers.errors import PeerError
from tests.peers.ports import free_port_block
from tests.peers.process import Process, program_path
from tests.private_mounts import private_mounts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.peers.certificates import Certificate

INSIDE = "/mnt"  # the run's folder as Asterisk sees it; every Debian tree has it, empty
RTP_PORTS = 40
COMMAND_S = 20.0
BOOT_S = 40.0
EVENT_S = 15.0


class Asterisk:
    """One exchange. Start by constructing, stop by leaving the context."""

    def __init__(  # noqa: PLR0913 - an exchange has many settings
        self,
        folder: Path,
        users: Mapping[str, str],
        *,
        tls: Certificate | None = None,
        media_encryption: MediaEncryption = "no",
        codecs: Sequence[str] = ("alaw", "ulaw", "g722", "opus"),
        address: str = "127.0.0.1",
    ) -> None:
        """`users` is name to password. Numbers to call: see `asterisk_config`; a user's name calls that user.

        With `media_encryption` "sdes" or "dtls" calls without SRTP are refused.
        """
        self.folder = folder
        self.address, self.port = address, free_port_block(2)
        self.tls_port = self.port + 1
        first = free_port_block(RTP_PORTS)
        self._root = asterisk_root()
        for name in ("etc", "db", "spool", "run", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        certificate = _keep(folder, tls)
        listening = Listening(address, self.port, self.tls_port, range(first, first + RTP_PORTS), *certificate)
        for name, text in files(INSIDE, listening, users, media_encryption, codecs).items():
            (folder / "etc" / name).write_text(text)
        inside = f"chroot {shlex.quote(str(self._root))} asterisk -C {INSIDE}/etc/asterisk.conf -f"
        # Its own mounts end with it; a host name it can resolve spares its log the complaints.
        start = f"mount --bind {shlex.quote(str(folder))} {shlex.quote(str(self._root))}{INSIDE} && hostname localhost && exec {inside}"
        self.process = Process(
            [*private_mounts(), "unshare", "--uts", "sh", "-c", start],
            folder,
            name="asterisk",
            environment={"TERM": "dumb"},
        )
        try:
            self.process.wait_until((folder / "run" / "asterisk.ctl").exists, "opened no control socket", BOOT_S)
            self.command("core waitfullybooted")
        except BaseException:
            self.process.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def server(self) -> str:
        """`host:port` for UDP and TCP."""
        return f"{self.address}:{self.port}"

    @property
    def tls_server(self) -> str:
        """`host:port` for TLS."""
        return f"{self.address}:{self.tls_port}"

    def command(self, line: str) -> str:
        """What Asterisk's command line says to this (`asterisk -rx`); raises `PeerError` if it does not answer."""
        enter = [program_path("nsenter"), f"--target={self.process.pid}", "--mount", "--root"]
        asked = [*enter, "asterisk", "-C", f"{INSIDE}/etc/asterisk.conf", "-rx", line]
        done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=COMMAND_S)
        if done.returncode:
            raise PeerError(f"asterisk -rx {line!r} failed: {done.stdout}{done.stderr}\n{self.process.log_tail}")
        return done.stdout

    def registered(self, user: str) -> list[str]:
        """The user's contact URIs now."""
        # From its data base: the tables of `pjsip show` cut long URIs off. It writes a semicolon as ^3B there.
        rows = self.command("database show registrar/contact").splitlines()
        found = (re.search(r'"uri":"([^"]*)"', row) for row in rows if f"/{user};" in row)
        return [match[1].replace("^3B", ";") for match in found if match]

    def wait_registered(self, user: str, timeout_s: float = EVENT_S) -> str:
        """The user's first contact URI, as soon as there is one."""
        self.process.wait_until(lambda: self.registered(user), f"{user} did not register", timeout_s, every_s=0.2)
        return self.registered(user)[0]

    def wait_keys(self, keys: str, timeout_s: float = EVENT_S) -> None:
        """Return once the number `KEYS` has heard exactly these DTMF keys; raises `PeerSilent`."""
        self.process.wait_for_line(rf"keys heard: {keys}$".replace("*", r"\*"), timeout_s)

    def call(self, user: str, number: str) -> None:
        """Call a user and join the answered call with a number, such as `MILLIWATT`; returns at once."""
        self.command(f"channel originate PJSIP/{user} extension {number}@phones")

    def hang_up_all(self) -> None:
        """End every call."""
        self.command("channel request hangup all")

    def stop(self) -> None:
        """End it and its mounts."""
        self.process.stop()


def _keep(folder: Path, tls: Certificate | None) -> tuple[str, str]:
    if tls is None:
        return "", ""
    for name, source in (("server.pem", tls.certificate), ("server.key", tls.key)):
        (folder / "etc" / name).write_bytes(source.read_bytes())
    return f"{INSIDE}/etc/server.pem", f"{INSIDE}/etc/server.key"
