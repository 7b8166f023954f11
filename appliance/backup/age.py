"""age v1 with X25519 recipients, streaming both ways, on `cryptography`'s primitives; none of our own.

Source: C2SP age.md. Left out on purpose: plug-ins, and sealing to a passphrase.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from appliance.backup.age_keys import AgeKeyError
from appliance.backup.stream import LineReadable, Writable, read_exactly

CHUNK_BYTES = 65536
_SEALED_CHUNK_BYTES = CHUNK_BYTES + 16
_VERSION = b"age-encryption.org/v1\n"
_LABEL = b"age-encryption.org/v1/X25519"
_SCRYPT_LABEL = b"age-encryption.org/v1/scrypt"
# As a power of two, of a kilobyte of memory each: age's own is 18, a quarter of a gigabyte and a second.
_WORK, _MOST_WORK = re.compile(rb"[1-9][0-9]?"), 20
_ZERO_NONCE = bytes(12)
# Real headers have one stanza of about 100 bytes a recipient; a hostile one must not fill the memory.
_HEADER_LIMIT_BYTES = 65536
_ARGUMENTS = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)\n")
_BODY = re.compile(rb"[A-Za-z0-9+/]*\n")
_FOOTER = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")
Stanza = tuple[list[bytes], bytes]


class AgeError(Exception):
    """Something about an age file or key is not as age v1 says."""


class HeaderError(AgeError):
    """The header is malformed, too long, or its MAC is wrong."""


class NoIdentityMatched(AgeError):
    """The file is sealed to other recipients than the given identities."""


class PayloadError(AgeError):
    """The payload was altered, cut off or lengthened."""


class AgeWriter:
    """Seals what is written to `recipients`; nothing is whole before `close`. Raises AgeKeyError."""

    def __init__(self, stream: Writable, recipients: Sequence[X25519PublicKey]) -> None:
        if not recipients:
            raise AgeKeyError("no recipient: nobody could ever open the file")
        self._stream, self._held, self._counter = stream, b"", 0
        file_key, nonce = os.urandom(16), os.urandom(16)
        head = _VERSION + b"".join(_wrap(file_key, recipient) for recipient in recipients) + b"---"
        stream.write(head + b" " + _base64(_mac(file_key, head)) + b"\n" + nonce)
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))

    def write(self, data: bytes, /) -> None:
        """Seal `data`; a full chunk waits for its successor, since the last one is marked."""
        if len(self._held) + len(data) <= CHUNK_BYTES:
            self._held += data
            return
        at = CHUNK_BYTES - len(self._held)
        self._stream.write(self._seal(self._held + data[:at], last=False))
        with memoryview(data) as view:  # what arrives is large: it is not to be copied as a whole
            while len(data) - at > CHUNK_BYTES:
                self._stream.write(self._seal(view[at : at + CHUNK_BYTES], last=False))
                at += CHUNK_BYTES
        self._held = data[at:]

    def close(self) -> None:
        """Seal the last chunk; the stream below stays open."""
        self._stream.write(self._seal(self._held, last=True))

    def _seal(self, chunk: bytes | memoryview, *, last: bool) -> bytes:
        nonce = self._counter.to_bytes(11, "big") + bytes([last])
        self._counter += 1
        return self._cipher.encrypt(nonce, chunk, None)


class AgeReader:
    """Opens an age file. Raises HeaderError, NoIdentityMatched; PayloadError while reading."""

    def __init__(
        self, stream: LineReadable, identities: Sequence[X25519PrivateKey], *, passphrase: str | None = None
    ) -> None:
        """`passphrase` opens a file that is sealed to one, instead of the identities."""
        self._stream, self._plain, self._counter, self._ended = stream, b"", 0, False
        file_key = _opened_header(stream, identities, passphrase)
        nonce = read_exactly(stream, 16)
        if len(nonce) != 16:
            raise HeaderError("the file ends within its payload nonce")
        self._cipher = ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))
        self._sealed = read_exactly(stream, _SEALED_CHUNK_BYTES)

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` authenticated bytes (all for -1); empty only at the verified end."""
        if size < 0:
            return b"".join(iter(lambda: self.read(CHUNK_BYTES), b""))
        if not self._plain and not self._ended and size:
            self._plain = self._next_chunk()
        taken, self._plain = self._plain[:size], self._plain[size:]
        return taken

    def _next_chunk(self) -> bytes:
        sealed, self._sealed = self._sealed, read_exactly(self._stream, _SEALED_CHUNK_BYTES)
        self._ended = not self._sealed
        nonce = self._counter.to_bytes(11, "big") + bytes([self._ended])
        try:
            plain = self._cipher.decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError) as error:
            raise PayloadError(f"chunk {self._counter} was altered, or the file is cut off there") from error
        if not plain and self._counter:
            raise PayloadError("an empty chunk after others: the file was lengthened")
        self._counter += 1
        return plain


def _opened_header(
    stream: LineReadable, identities: Sequence[X25519PrivateKey], passphrase: str | None
) -> bytes:
    raw = bytearray()

    def line() -> bytes:
        raw.extend(text := stream.readline(_HEADER_LIMIT_BYTES - len(raw)))
        if not text.endswith(b"\n"):
            raise HeaderError(f"the header is cut off, or longer than {_HEADER_LIMIT_BYTES} bytes")
        return text

    if line() != _VERSION:
        raise HeaderError("not an age v1 file")
    stanzas, footer = _stanzas(line)
    file_key = _file_key(stanzas, identities) if passphrase is None else _passphrase_key(stanzas[0], passphrase)
    if not hmac.compare_digest(_mac(file_key, bytes(raw[: 3 - len(footer)])), _unbase64(footer[4:-1])):
        raise HeaderError("the header's MAC is wrong: it was altered")
    return file_key


def _stanzas(line: Callable[[], bytes]) -> tuple[list[Stanza], bytes]:
    stanzas: list[Stanza] = []
    while match := _ARGUMENTS.fullmatch(head := line()):
        body, text = b"", b"\n" * 65
        while len(text) == 65:
            if not _BODY.fullmatch(text := line()) or len(text) > 65:
                raise HeaderError("a stanza's body is no base64 in lines of 64")
            body += text[:-1]
        stanzas.append((match[1].split(b" "), _unbase64(body)))
    if not stanzas or not _FOOTER.fullmatch(head):
        raise HeaderError("no stanza, or a malformed line in the header")
    if len(stanzas) > 1 and any(arguments[0] == b"scrypt" for arguments, _ in stanzas):
        raise HeaderError("a passphrase stanza beside others")
    return stanzas, head


def _file_key(stanzas: list[Stanza], identities: Sequence[X25519PrivateKey]) -> bytes:
    for arguments, body in stanzas:
        if arguments[0] != b"X25519":
            continue
        share = _unbase64(arguments[1]) if len(arguments) == 2 else b""
        if len(share) != 32 or len(body) != 32:
            raise HeaderError("an X25519 stanza needs one argument of 32 bytes and a body of 32 bytes")
        for identity in identities:
            salt = share + identity.public_key().public_bytes_raw()
            try:
                key = _derived(identity.exchange(X25519PublicKey.from_public_bytes(share)), salt, _LABEL)
                return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
            except InvalidTag:
                continue
            except ValueError as error:
                raise HeaderError("an X25519 stanza's share is a point of low order") from error
    raise NoIdentityMatched("the file is sealed to other recipients")


def _passphrase_key(stanza: Stanza, passphrase: str) -> bytes:
    (kind, *arguments), body = stanza
    if kind != b"scrypt":
        raise NoIdentityMatched("the file is sealed to keys, and to no passphrase")
    salt = _unbase64(arguments[0]) if len(arguments) == 2 else b""
    if len(salt) != 16 or len(body) != 32 or not _WORK.fullmatch(arguments[1]):
        raise HeaderError("a scrypt stanza needs a salt of 16 bytes, a work factor and a body of 32 bytes")
    work = int(arguments[1])
    if work > _MOST_WORK:
        raise HeaderError(f"a work factor of {work}: more than {_MOST_WORK} is not tried")
    key = hashlib.scrypt(
        passphrase.encode(), salt=_SCRYPT_LABEL + salt, n=1 << work, r=8, p=1, dklen=32,
        maxmem=(1 << work) * 1024 + (1 << 20),
    )  # fmt: skip
    try:
        return ChaCha20Poly1305(key).decrypt(_ZERO_NONCE, body, None)
    except InvalidTag as error:
        raise NoIdentityMatched("the passphrase is another one") from error


def _wrap(file_key: bytes, recipient: X25519PublicKey) -> bytes:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    key = _derived(ephemeral.exchange(recipient), share + recipient.public_bytes_raw(), _LABEL)
    body = ChaCha20Poly1305(key).encrypt(_ZERO_NONCE, file_key, None)
    return b"-> X25519 " + _base64(share) + b"\n" + _base64(body) + b"\n"


def _derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt or None, info=info).derive(secret)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_derived(file_key, b"", b"header"), head, "sha256")


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _unbase64(text: bytes) -> bytes:
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise HeaderError("not base64") from error
    if _base64(data) != text:
        raise HeaderError("base64 that is padded or not canonical")
    return data
