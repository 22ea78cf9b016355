"""A throw-away certificate authority and server certificates, made with the openssl command. Good for tests only: keys lie open."""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.peers.errors import PeerError
from tests.peers.process import program_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DEFAULT_NAMES = ("localhost", "127.0.0.1", "::1")
VALID_DAYS = 30
EXPIRED_FROM, EXPIRED_TO = "20200101000000Z", "20200201000000Z"


@dataclass(frozen=True)
class Certificate:
    """PEM files of one server."""

    certificate: Path
    key: Path
    both: Path  # certificate then key in one file, as baresip wants it


class Authority:
    """A CA in its own folder that signs server certificates."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.certificate = folder / "ca.pem"
        self._key = folder / "ca.key"
        if not self.certificate.exists():
            self._make_authority()

    def issue(self, names: Sequence[str] = DEFAULT_NAMES, *, expired: bool = False) -> Certificate:
        """A server certificate for host names and addresses, the first also as its common name.

        A wrong-name certificate is one issued for another name; `expired` gives one that ran out in 2020.
        """
        stem = self._folder / ("expired-" * expired + names[0].replace(":", "_").replace("*", "star"))
        key, request, certificate = (stem.with_name(stem.name + end) for end in (".key", ".csr", ".pem"))
        _openssl("req", "-new", *_new_key(key), "-subj", f"/CN={names[0]}", "-out", request)
        extensions = stem.with_name(stem.name + ".cnf")
        extensions.write_text(
            f"{self._ca_section()}[server]\nsubjectAltName={_alternative_names(names)}\nbasicConstraints=CA:FALSE\n"
        )
        dates = ["-startdate", EXPIRED_FROM, "-enddate", EXPIRED_TO] if expired else ["-days", str(VALID_DAYS)]
        # `openssl ca`, not `openssl x509`: only it takes a start and an end date in OpenSSL 3.0 (Debian 12).
        _openssl(
            "ca", "-batch", "-notext", "-config", extensions, "-extensions", "server", *dates, "-in", request, "-out", certificate
        )
        both = stem.with_name(stem.name + ".both.pem")
        both.write_text(certificate.read_text() + key.read_text())
        return Certificate(certificate, key, both)

    def _make_authority(self) -> None:
        subject = ["-subj", "/CN=Keepline throw-away test CA", "-days", str(VALID_DAYS)]
        usage = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
        _openssl("req", "-x509", *_new_key(self._key), *subject, *usage, "-out", self.certificate)
        (self._folder / "issued").mkdir(exist_ok=True)
        (self._folder / "index.txt").write_text("")

    def _ca_section(self) -> str:
        folder = self._folder
        return (
            f"[ca]\ndefault_ca=own\n[own]\ndatabase={folder}/index.txt\nnew_certs_dir={folder}/issued\nrand_serial=yes\n"
            f"certificate={self.certificate}\nprivate_key={self._key}\ndefault_md=sha256\npolicy=any\nunique_subject=no\n"
            "[any]\ncommonName=supplied\n"
        )


def _new_key(path: Path) -> list[str | Path]:
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]


def _alternative_names(names: Sequence[str]) -> str:
    return ",".join(f"{'IP' if _is_address(name) else 'DNS'}:{name}" for name in names)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _openssl(*arguments: str | Path) -> None:
    done = subprocess.run([program_path("openssl"), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerError(f"openssl {arguments[0]} failed: {done.stderr.strip()}")
