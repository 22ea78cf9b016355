"""The page's own certificate: self-signed, made by the device, kept in its state folder, made anew before it ends."""

import ipaddress
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from firmware.trust.private_file import write_private

LIFE_DAYS = 825
"""Apple takes no server certificate that lives longer (support.apple.com/103769)."""
RENEW_DAYS = 30


def certificate_in(folder: Path, names: Iterable[str], now: datetime) -> tuple[str, str]:
    """Certificate and key as PEM; raises OSError where they cannot be kept."""
    certificate, key = folder / "page.crt", folder / "page.key"
    try:
        pair = certificate.read_text(encoding="ascii"), key.read_text(encoding="ascii")
        if _serves(pair, now):
            return pair
    except (OSError, ValueError):
        pass
    pair = _made(tuple(names), now)
    for path, text in zip((certificate, key), pair, strict=True):
        write_private(path, text)
    return pair


def fingerprint(certificate: str) -> str:
    """SHA-256 in pairs, as browsers show it."""
    digest = x509.load_pem_x509_certificate(certificate.encode()).fingerprint(hashes.SHA256()).hex().upper()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


def _serves(pair: tuple[str, str], now: datetime) -> bool:
    """Whether both belong together and will still hold for a while; raises ValueError for what is no PEM."""
    certificate = x509.load_pem_x509_certificate(pair[0].encode())
    key = serialization.load_pem_private_key(pair[1].encode(), None)
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        return False
    # a box without a clock wakes up in the past: a certificate of the future is no reason for another
    return now + timedelta(days=RENEW_DAYS) < certificate.not_valid_after_utc


def _made(names: tuple[str, ...], now: datetime) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "keepline")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=LIFE_DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode()


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
