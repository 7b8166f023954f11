"""A receipt: the province opened a bundle and says what it found in it. Two files, `NAME.receipt.json` and its `.sig`.

Checked with stock tools alone: `ssh-keygen -Y verify -f FILE -I province -n venue-receipt -s SIG < RECEIPT`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from appliance.backup.bundle import Published
from appliance.backup.counts import RoomCount
from appliance.backup.fields import Fields, read_fields
from appliance.backup.sshsig import SignatureFault, verify
from appliance.backup.verify import Distrusted, trusted_manifest

FORMAT = 1
LIMIT_BYTES = 1 << 20
# What goes over the line, receipt and signature as JSON; 500 rooms, the most that a program counts, take 63 kB.
# The page, nginx and whoever sends agree on it; a receipt that would be longer has its sums alone.
BODY_LIMIT_BYTES = 128 << 10
NAMESPACE = "venue-receipt"
SIGNER = "province"
RECEIPT_SUFFIX, SIGNATURE_SUFFIX = ".receipt.json", ".receipt.json.sig"


class ReceiptFault(Exception):
    """A receipt that is malformed, not the province's, or about a bundle that is not here; nothing was noted.

    `code` is for programs: malformed, signature, bundle (none of that name), manifest (the venue's own does not hold),
    file (another than the one published).
    """

    def __init__(self, message: str, *, code: str = "malformed") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptedSource:
    """One source as the province found it: files that it opened, and the counts that its venue gave with them."""

    name: str
    files: int
    expected: int | None = None
    collected: int | None = None
    rooms: tuple[RoomCount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`sha256` (hex) is the sealed file's; `files` and `content_bytes` were opened and agree with the bundle's list."""

    format: int = FORMAT
    venue: str
    bundle: str
    sha256: str
    files: int
    content_bytes: int
    torn: int = 0
    sources: tuple[ReceiptedSource, ...] = ()
    checked_at: str


def encode(receipt: Receipt) -> bytes:
    """The receipt, byte for byte what is signed."""
    return (json.dumps(asdict(receipt), ensure_ascii=False, indent=1) + "\n").encode()


def decode(raw: bytes) -> Receipt:
    """The receipt in `raw`; fields of later versions are ignored. Raises ReceiptFault."""
    fields = read_fields(raw, "the receipt", limit_bytes=LIMIT_BYTES, fault=ReceiptFault)
    if fields.whole("format") != FORMAT:
        raise ReceiptFault(f"format {fields.whole('format')}: this program reads {FORMAT}")
    return Receipt(
        venue=fields.text("venue"), bundle=fields.text("bundle"), sha256=fields.digest("sha256") or "",
        files=fields.whole("files"), content_bytes=fields.whole("content_bytes"), torn=fields.whole("torn"),
        sources=tuple(_source(item) for item in fields.items("sources")), checked_at=fields.time("checked_at"),
    )  # fmt: skip


def accepted(
    raw: bytes, signature: bytes, *, keys: Sequence[str], here: Sequence[Published], signers: str
) -> Receipt:
    """The receipt, once it is the province's and about one of the bundles `here`. Raises ReceiptFault.

    `keys` are lines `ssh-ed25519 AAAA…` of the province; `signers` the text of the venue's own `allowed_signers`.
    An old receipt that comes again says nothing new: it is true of the same bundle for ever.
    """
    try:
        allowed = "\n".join(f"{SIGNER} {key}" for key in keys)
        verify(raw, signature, allowed_signers=allowed, principal=SIGNER, namespace=NAMESPACE)
    except SignatureFault as error:
        raise ReceiptFault(f"not the province's: {error}", code="signature") from error
    receipt = decode(raw)
    bundle = next((each for each in here if each.name == receipt.bundle), None)
    if bundle is None:
        raise ReceiptFault(f"{receipt.bundle[:80]!r}: no bundle of this venue has that name", code="bundle")
    try:
        manifest, _ = trusted_manifest(bundle, signers)
    except Distrusted as error:
        raise ReceiptFault(str(error), code="manifest") from error
    if (receipt.venue, receipt.sha256) != (manifest.venue, manifest.sha256):
        raise ReceiptFault(
            f"{bundle.name}: the province opened another file than the one published here", code="file"
        )
    return receipt


def _source(value: object) -> ReceiptedSource:
    fields = Fields(value, "a source", ReceiptFault)
    return ReceiptedSource(
        name=fields.text("name"), files=fields.whole("files"),
        expected=fields.whole_or_none("expected"), collected=fields.whole_or_none("collected"),
        rooms=tuple(_room(item) for item in fields.items_or_none("rooms")),
    )  # fmt: skip


def _room(value: object) -> RoomCount:
    fields = Fields(value, "a room", ReceiptFault)
    return RoomCount(
        room=fields.text("room"),
        expected=fields.whole_or_none("expected"),
        collected=fields.whole_or_none("collected"),
    )


def sent(raw: bytes, signature: bytes) -> bytes:
    """A receipt as it goes over the line. Raises UnicodeDecodeError: what was signed is text."""
    told = {"schema": 1, "receipt": raw.decode(), "signature": signature.decode()}
    return json.dumps(told, ensure_ascii=False).encode()
