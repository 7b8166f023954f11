"""A venue's signing key, asked for over the line: the one that signed its newest bundle.

Whether it is the venue's is decided by people, who compare its fingerprint; the line only spares them to carry a file.
"""

from pathlib import Path

from appliance.backup.bundle import MANIFEST_SUFFIX, NAMESPACE, SIGNATURE_SUFFIX
from appliance.backup.manifest import LIMIT_BYTES
from appliance.backup.sshsig import SIGNATURE_LIMIT_BYTES, SignatureFault, signer_of, verify
from appliance.province import venues
from appliance.province.answer import Patience, Refused
from appliance.province.fetch import BUNDLES
from appliance.province.line import Line, context
from appliance.province.listing import listed


def signer_line(home: Path, code: str, *, patience: Patience | None = None) -> str:
    """`CODE ssh-ed25519 KEY` of whoever signed the venue's newest bundle.

    Raises LineFault, CaError, VenuesFault, OSError.
    """
    venue = next((one for one in venues.read(home) if one.code == code and one.address), None)
    if venue is None:
        raise Refused(f"{code}: no address of it in {home / venues.NAME}")
    line = Line(venue, context(home), patience=patience or Patience())
    try:
        names = listed(line, code, home).bundles
        if not names:
            raise Refused(f"{code}: it has made no bundle yet, and no key")
        path = BUNDLES + names[-1].name
        raw = _file(line, path + MANIFEST_SUFFIX, LIMIT_BYTES)
        signature = _file(line, path + SIGNATURE_SUFFIX, SIGNATURE_LIMIT_BYTES)
    finally:
        line.close()
    try:
        found = f"{code} ssh-ed25519 {signer_of(signature)}"
        verify(raw, signature, allowed_signers=found, principal=code, namespace=NAMESPACE)
    except SignatureFault as error:
        raise Refused(f"{names[-1].name}: {error}") from error
    return found


def _file(line: Line, path: str, limit_bytes: int) -> bytes:
    status, raw = line.small(path, limit_bytes=limit_bytes)
    if status != 200:
        raise Refused(f"{path}: the venue says {status}")
    return raw
