"""age v1 against the test vectors that its authors publish (tests/backup/cctv_age/README.md)."""

import contextlib
import hashlib
import io
import zlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.backup.age import (
    CHUNK_BYTES,
    AgeError,
    AgeReader,
    HeaderError,
    NoIdentityMatched,
    PayloadError,
)
from appliance.backup.age_keys import parse_identities

DIRECTORY = Path(__file__).parent / "cctv_age"
VECTORS = sorted(path for path in DIRECTORY.iterdir() if path.suffix != ".md")
REFUSALS: dict[str, type[AgeError]] = {
    "no match": NoIdentityMatched,
    "HMAC failure": HeaderError,
    "header failure": HeaderError,
    "payload failure": PayloadError,
}
# A last piece that is not the end: the authors' own programs give it out before they refuse what follows.
LESS = {
    "stream_no_final_full",
    "stream_no_final_two_chunks_full",
    "stream_trailing_garbage_long",
    "stream_trailing_garbage_short",
    "stream_two_final_chunks",
    "stream_two_final_chunks_full",
    "stream_two_final_chunks_second",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One file of the set: what its textual header says, and the age file in it."""

    expect: str
    payload_sha256: str
    secrets: str
    passphrase: str | None
    sealed: bytes


def read(path: Path) -> Vector:
    head, _, sealed = path.read_bytes().partition(b"\n\n")
    told: dict[str, list[str]] = defaultdict(list)
    for line in head.decode().split("\n"):
        key, _, value = line.partition(": ")
        told[key].append(value)
    assert "armored" not in told
    return Vector(
        expect=told["expect"][0],
        payload_sha256="".join(told["payload"]),
        secrets="\n".join(told["identity"]),
        passphrase=next(iter(told["passphrase"]), None),
        sealed=zlib.decompress(sealed) if told["compressed"] == ["zlib"] else sealed,
    )


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.name)
def test_a_vector_ends_as_its_authors_say(path: Path) -> None:
    vector, plain = read(path), bytearray()
    identities = parse_identities(vector.secrets) if vector.secrets else []
    refusal = REFUSALS.get(vector.expect)
    assert refusal or vector.expect == "success"
    with pytest.raises(refusal) if refusal else contextlib.nullcontext():
        reader = AgeReader(io.BytesIO(vector.sealed), identities, passphrase=vector.passphrase)
        while block := reader.read(100_000):
            plain += block
    if not vector.payload_sha256:
        assert not plain
    elif path.name in LESS:  # ours waits for the next piece before it gives one out
        assert len(plain) in (0, CHUNK_BYTES) and hashlib.sha256(plain).hexdigest() != vector.payload_sha256
    else:
        assert hashlib.sha256(plain).hexdigest() == vector.payload_sha256


def test_the_set_is_there_whole() -> None:
    kinds = [read(path).expect for path in VECTORS]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "success": 15, "no match": 7, "HMAC failure": 1, "header failure": 51, "payload failure": 18,
    }  # fmt: skip
