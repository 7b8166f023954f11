"""The province's certificate authority: who may pull from a venue, and which box answers for one.

Ed25519 throughout. Every certificate holds from 2020 on: a box may have no clock. `ca/ca.key` never leaves the place.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.backup.disk import DiskFault, replace_file, sync_directory, write_file
from appliance.enrolment.certificates import server_name

DIRECTORY = "ca"
CA_KEY, CA_CERTIFICATE = "ca.key", "ca.crt"
CLIENT_KEY, CLIENT_CERTIFICATE = "client.key", "client.crt"
CRL_NAME = "revoked.pem"
BEGINS = datetime(2020, 1, 1, tzinfo=UTC)
CA_HOLDS, HOLDS = timedelta(days=20 * 365), timedelta(days=5 * 365)
_PULLER = "province-puller"


class CaError(Exception):
    """The authority could not be made, read, or asked for a certificate."""


class CaExists(CaError):
    """There is an authority already; another one would shut the province out of every venue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate and its key as PEM texts; `serial` is the certificate's own number."""

    certificate: str
    key: str
    serial: int


def make(home: Path, *, now: datetime) -> None:
    """Makes `ca/` in `home`: the authority, the puller's certificate, an empty revocation list.

    Raises CaExists, CaError.
    """
    directory = home / DIRECTORY
    key = Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "venue appliance, province")])
    certificate = (
        _begun(subject, subject, key, now + CA_HOLDS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, None)
    )
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.path.lexists(directory / CA_CERTIFICATE):
            raise CaExists(
                f"{directory / CA_CERTIFICATE} is there already: it is the authority of every venue"
            )
        # The certificate last: by it the authority exists, and a run that died before begins anew.
        replace_file(directory / CA_KEY, _key_pem(key), mode=0o600)
        write_file(directory / CA_CERTIFICATE, certificate.public_bytes(Encoding.PEM), mode=0o644)
        sync_directory(directory)
    except (DiskFault, OSError) as error:
        raise CaError(f"{directory}: {error}") from error
    authority = Authority(home)
    authority.renew_client(now=now)
    authority.revoke((), now=now)


class Authority:
    """The authority of `home`, its key read once. Raises CaError."""

    def __init__(self, home: Path) -> None:
        self.directory = home / DIRECTORY
        try:
            key = load_pem_private_key((self.directory / CA_KEY).read_bytes(), password=None)
            self.pem = (self.directory / CA_CERTIFICATE).read_text(encoding="ascii")
            self._certificate = x509.load_pem_x509_certificate(self.pem.encode())
        except OSError as error:
            raise CaError(f"{self.directory}: {error.strerror}: `venue province init` makes it") from error
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise CaError(f"{self.directory}: no authority: {error}") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise CaError(f"{self.directory / CA_KEY}: not an Ed25519 key")
        self._key = key

    def server(self, code: str, *, now: datetime, ends: datetime | None = None) -> Issued:
        """A certificate with which the box of the venue `code` answers, and nothing else can be done."""
        names = [x509.DNSName(server_name(code)), x509.UniformResourceIdentifier(f"venue:{code}")]
        return self._issue(code, names, ExtendedKeyUsageOID.SERVER_AUTH, ends or now + HOLDS)

    def renew_client(self, *, now: datetime, ends: datetime | None = None) -> None:
        """Puts a new certificate for the puller in place. Raises CaError."""
        issued = self._issue(
            _PULLER, [x509.DNSName(_PULLER)], ExtendedKeyUsageOID.CLIENT_AUTH, ends or now + CA_HOLDS
        )
        self._put(CLIENT_KEY, issued.key.encode(), mode=0o600)
        self._put(CLIENT_CERTIFICATE, issued.certificate.encode(), mode=0o644)

    def revoke(self, serials: Sequence[int], *, now: datetime) -> None:
        """Adds the certificates with these numbers to the revocation list. Raises CaError."""
        listed = self.revoked() | set(serials)
        last = self._certificate.not_valid_after_utc
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._certificate.subject)
        # From 2020 to the authority's last day: to a box without a clock, or a province away for a year, it holds.
        builder = builder.last_update(BEGINS).next_update(last).add_extension(self._by(), critical=False)
        for serial in sorted(listed):
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(BEGINS).build()
            builder = builder.add_revoked_certificate(one)
        self._put(CRL_NAME, builder.sign(self._key, None).public_bytes(Encoding.PEM), mode=0o644)

    def revoked(self) -> set[int]:
        """The numbers on the revocation list. Raises CaError."""
        path = self.directory / CRL_NAME
        try:
            return {one.serial_number for one in x509.load_pem_x509_crl(path.read_bytes())}
        except FileNotFoundError:
            return set()
        except (OSError, ValueError) as error:
            raise CaError(f"{path}: {error}") from error

    @property
    def crl(self) -> str:
        """The revocation list as PEM. Raises OSError."""
        return (self.directory / CRL_NAME).read_text(encoding="ascii")

    def _issue(
        self, name: str, names: Sequence[x509.GeneralName], usage: x509.ObjectIdentifier, ends: datetime
    ) -> Issued:
        key = Ed25519PrivateKey.generate()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        ends = min(ends, self._certificate.not_valid_after_utc)
        certificate = (
            _begun(subject, self._certificate.subject, key, ends)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(self._by(), critical=False)
            .sign(self._key, None)
        )
        pem = certificate.public_bytes(Encoding.PEM).decode("ascii")
        return Issued(certificate=pem, key=_key_pem(key).decode("ascii"), serial=certificate.serial_number)

    def _by(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())

    def _put(self, name: str, content: bytes, *, mode: int) -> None:
        try:
            replace_file(self.directory / name, content, mode=mode)
        except DiskFault as error:
            raise CaError(f"{self.directory / name}: {error}") from error


def _begun(
    subject: x509.Name, issuer: x509.Name, key: Ed25519PrivateKey, ends: datetime
) -> x509.CertificateBuilder:
    begun = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    begun = begun.serial_number(x509.random_serial_number())
    return begun.not_valid_before(min(BEGINS, ends - timedelta(days=1))).not_valid_after(ends)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False,
        decipher_only=False,
    )  # fmt: skip


def _key_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
