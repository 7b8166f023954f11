"""The certificates of a venue file: parsed, and whether they fit each other, the venue's code and the day.

All of them are X.509 with Ed25519 keys. A server certificate is for serving alone, so that the card of a stolen box
opens no other venue's door; its name is `CODE.venue`, never an address.
"""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

PEM_LIMIT = 16_384
CRL_LIMIT = 65_536
SERVER_NAME = "{code}.venue"


class CertificateFault(Exception):
    """A certificate, a key or a revocation list that does not hold; the message says which and why."""


def server_name(code: str) -> str:
    """The DNS name in a venue's server certificate, which the province's puller asks for."""
    return SERVER_NAME.format(code=code)


def check(*, code: str, ca: str, certificate: str, key: str, crl: str, now: datetime) -> None:
    """Whether the four PEM texts hold at `now` (aware) for the venue `code`; `crl` may be empty.

    Raises CertificateFault with the first thing that is wrong.
    """
    authority, own = _certificate(ca, "ca"), _certificate(certificate, "certificate")
    _is_authority(authority)
    _in_its_time(authority, "ca", now)
    try:
        own.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise CertificateFault("certificate: not issued by this file's ca") from error
    _in_its_time(own, "certificate", now)
    _serves(own, code)
    if _private(key).public_key().public_bytes_raw() != _public(own, "certificate").public_bytes_raw():
        raise CertificateFault("key: not the key of this file's certificate")
    if crl:
        _revokes(crl, authority, own, now)


def ends_at(certificate: str) -> datetime:
    """The last moment at which the PEM text's certificate holds. Raises CertificateFault."""
    return _certificate(certificate, "certificate").not_valid_after_utc


def _certificate(text: str, name: str) -> x509.Certificate:
    if text.count("-----BEGIN") != 1 or len(text) > PEM_LIMIT:
        raise CertificateFault(f"{name}: one PEM block of at most {PEM_LIMIT} bytes was expected")
    try:
        return x509.load_pem_x509_certificate(text.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateFault(f"{name}: no certificate") from error


def _public(certificate: x509.Certificate, name: str) -> Ed25519PublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise CertificateFault(f"{name}: a key that nobody knows") from error
    if not isinstance(key, Ed25519PublicKey):
        raise CertificateFault(f"{name}: its key is not Ed25519")
    return key


def _private(text: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateFault("key: no private key in PEM without a passphrase") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise CertificateFault("key: not Ed25519")
    return key


def _is_authority(ca: x509.Certificate) -> None:
    _public(ca, "ca")
    try:
        ca.verify_directly_issued_by(ca)
        basic = ca.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature) as error:
        raise CertificateFault("ca: not a certificate authority that signed itself") from error
    if not basic.ca:
        raise CertificateFault("ca: may not sign other certificates")


def _in_its_time(certificate: x509.Certificate, name: str, now: datetime) -> None:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < first:
        raise CertificateFault(f"{name}: holds from {first:%Y-%m-%d}, and today is {now:%Y-%m-%d}: check the clock")
    if now > last:
        raise CertificateFault(f"{name}: expired on {last:%Y-%m-%d}")


def _serves(certificate: x509.Certificate, code: str) -> None:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        usage = set(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (x509.ExtensionNotFound, ValueError) as error:
        raise CertificateFault("certificate: it says neither whose it is nor what it is for") from error
    if names.get_values_for_type(x509.DNSName) != [server_name(code)]:
        raise CertificateFault(f"certificate: not for {server_name(code)} alone")
    if usage != {ExtendedKeyUsageOID.SERVER_AUTH}:
        raise CertificateFault("certificate: not for serving alone")


def _revokes(text: str, ca: x509.Certificate, own: x509.Certificate, now: datetime) -> None:
    """A list that ends before the certificate would close the door on the very day: nginx refuses everybody then."""
    if text.count("-----BEGIN") != 1 or len(text) > CRL_LIMIT:
        raise CertificateFault(f"crl: one PEM block of at most {CRL_LIMIT} bytes was expected")
    try:
        crl = x509.load_pem_x509_crl(text.encode())
        signed = crl.is_signature_valid(_public(ca, "ca"))
        ends = crl.next_update_utc
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise CertificateFault("crl: no revocation list") from error
    if not signed or crl.issuer != ca.subject:
        raise CertificateFault("crl: not signed by this file's ca")
    if ends is None or ends < min(own.not_valid_after_utc, ca.not_valid_after_utc):
        raise CertificateFault("crl: ends before the certificate does")
    if crl.last_update_utc > now:
        raise CertificateFault("crl: begins later than today: check the clock")
