"""A province's certificates and venue files, made as the province makes them; every fault can be asked for."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from appliance.backup.age_keys import new_identity
from appliance.enrolment.certificates import server_name
from appliance.enrolment.venue_file import DialOut, FileRecipient, VenueFile
from appliance.province.keys import public_line

BEGINS = datetime(2020, 1, 1, tzinfo=UTC)
ENDS = datetime(2045, 1, 1, tzinfo=UTC)
SERVING, CALLING = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
TIMETABLE = """
[[sitting]]
id = "a"
batch = "2026"
subject = "语文"
start = 2026-06-07T09:00:00
end = 2026-06-07T11:30:00
"""


def pem_key(key: Ed25519PrivateKey) -> str:
    """PKCS#8."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@dataclass
class Authority:
    """A CA that gives certificates to whoever asks."""

    name: str = "province CA"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    ends: datetime = ENDS

    @property
    def subject(self) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])

    @property
    def certificate(self) -> str:
        """Its own, PEM."""
        built = (
            _begun(self.subject, self.subject, self.key, BEGINS, self.ends)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self.key, None)
        )
        return built.public_bytes(Encoding.PEM).decode()

    def issue(
        self,
        name: str,
        usage: Any = SERVING,
        *,
        begins: datetime = BEGINS,
        ends: datetime = ENDS,
        names: tuple[str, ...] | None = None,
    ) -> tuple[str, str]:
        """(certificate, key) in PEM for the DNS `name`."""
        key = Ed25519PrivateKey.generate()
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        alternative = [x509.DNSName(each) for each in (names if names is not None else (name,))]
        built = (
            _begun(subject, self.subject, key, begins, ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(alternative), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .sign(self.key, None)
        )
        return built.public_bytes(Encoding.PEM).decode(), pem_key(key)

    def revoke(self, *certificates: str, ends: datetime = ENDS) -> str:
        """The list of what is revoked, PEM."""
        built = x509.CertificateRevocationListBuilder().issuer_name(self.subject)
        built = built.last_update(BEGINS).next_update(ends)
        for text in certificates:
            serial = x509.load_pem_x509_certificate(text.encode()).serial_number
            gone = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(BEGINS + timedelta(days=1))
            built = built.add_revoked_certificate(gone.build())
        return built.sign(self.key, None).public_bytes(Encoding.PEM).decode()


def venue_file(authority: Authority, *, code: str = "520100-03", serial: int = 1, **given: Any) -> VenueFile:
    """A whole venue file; `given` takes the place of single fields."""
    certificate, key = authority.issue(server_name(code))
    fields: dict[str, Any] = {
        "serial": serial,
        "issued_at": "2026-05-01T08:00:00+00:00",
        "code": code,
        "name": "实验中学考点",
        "timezone": "Asia/Shanghai",
        "timetable": TIMETABLE,
        "recipients": (FileRecipient(key=new_identity()[1], name="2026", expires="2044-01-01"),),
        "receipt_keys": (public_line(Ed25519PrivateKey.generate()),),
        "ca": authority.certificate,
        "certificate": certificate,
        "key": key,
        "contacts": {"省考试院": "0851-12345678"},
        "dial_out": DialOut(
            to="pull@198.51.100.11:22", host_key=public_line(Ed25519PrivateKey.generate()), port=20003
        ),
    }
    return VenueFile(**(fields | given))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: Ed25519PrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
