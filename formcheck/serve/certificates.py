"""Certificates for HTTPS in the house, from an authority of this installation's own.

Browsers give a page the camera only over HTTPS. The authority's key is made on this machine, is readable by
its owner only, and never leaves it. What it signs holds for addresses of private networks alone, so that a
phone that trusts it takes no risk elsewhere.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from platformdirs import user_data_path

from formcheck.errors import OutputError, UsageError

PRIVATE = (
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/8"),
    *("fc00::/7", "fe80::/10", "::1/128"),
)
"""Networks that are not reached from outside (RFC 1918, 3927, 4193, 4291, 6598)."""
_AUTHORITY_DAYS, _SERVER_DAYS = 3650, 390  # iOS and macOS refuse servers' certificates of over 398 days
_RENEW_DAYS = 30

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Files:
    """Where certificates are.

    Attributes:
        authority: The authority's certificate, which phones may install.
        server: The server's certificate.
        key: The server's key.
    """

    authority: Path
    server: Path
    key: Path


def folder() -> Path:
    """Return where this installation keeps its keys."""
    return user_data_path("formcheck") / "serve"


def is_private(address: Address) -> bool:
    """Whether an address belongs to a private network."""
    return any(address in ipaddress.ip_network(one) for one in PRIVATE)


def certificates(address: Address, place: Path | None = None) -> Files:
    """Return certificates for an address, made where there are none or they end soon.

    The same certificate is given each time, so that a browser that was told to go on need not be told again.

    Args:
        address: The server's, of a private network.
        place: Folder for keys; the installation's own by default.

    Raises:
        UsageError: Others can read the keys.
        OutputError: They cannot be written.
    """
    where = place or folder()
    try:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority = where / "authority.crt", where / "authority.key"
        _check_private([authority[1]])
        signer = _authority(*authority)
        stem = str(address).replace(":", "_")
        found = Files(authority[0], where / f"{stem}.crt", where / f"{stem}.key")
        _check_private([found.key])
        if not _still_good(found, signer[0]):
            _make_server(found, address, *signer)
    except OSError as error:
        raise OutputError(f"cannot keep certificates in {where}: {error.strerror or error}") from error
    return found


def _check_private(keys: list[Path]) -> None:
    for key in keys:
        if sys.platform != "win32" and key.exists() and stat.S_IMODE(key.stat().st_mode) & 0o077:
            raise UsageError(
                f"others can read the key {key}; delete its folder, a new authority is then made, and remove "
                "the old one from phones that trust it"
            )


def _authority(cert_path: Path, key_path: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """Return the authority's certificate and key, made where there is none or it has ended."""
    if cert_path.exists() and key_path.exists():
        try:
            cert = x509.load_pem_x509_certificate(cert_path.read_bytes())
            key = serialization.load_pem_private_key(key_path.read_bytes(), None)
        except ValueError as error:
            raise UsageError(f"the keys in {cert_path.parent} are damaged; delete that folder") from error
        if isinstance(key, ec.EllipticCurvePrivateKey) and _days_left(cert) > _SERVER_DAYS:
            return cert, key
    key = ec.generate_private_key(ec.SECP256R1())
    made_at = datetime.datetime.now(datetime.timezone.utc)
    subject = _name(f"formcheck on {socket.gethostname()[:40]}, {made_at:%Y-%m-%d}")
    networks = [x509.IPAddress(ipaddress.ip_network(one)) for one in PRIVATE]
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    cert = (
        _builder(subject, subject, key.public_key(), _AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints([*networks, x509.DNSName("invalid")], None), critical=True)
        .add_extension(own, critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(key_path, _pem(key))
    _write(cert_path, cert.public_bytes(serialization.Encoding.PEM))
    return cert, key


def _make_server(
    found: Files, address: Address, authority: x509.Certificate, signer: ec.EllipticCurvePrivateKey
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    cert = (
        _builder(_name(f"formcheck at {address}"), authority.subject, key.public_key(), _SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(own, critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(found.key, _pem(key))
    _write(found.server, cert.public_bytes(serialization.Encoding.PEM))


def _still_good(found: Files, authority: x509.Certificate) -> bool:
    if not (found.server.exists() and found.key.exists()):
        return False
    try:
        cert = x509.load_pem_x509_certificate(found.server.read_bytes())
        cert.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return _days_left(cert) > _RENEW_DAYS


def _days_left(cert: x509.Certificate) -> float:
    left = cert.not_valid_after_utc - datetime.datetime.now(datetime.timezone.utc)
    return left.total_seconds() / 86_400


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    made_at = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(made_at - datetime.timedelta(days=1))  # a phone's clock may be behind
        .not_valid_after(made_at + datetime.timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, from the first moment on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
