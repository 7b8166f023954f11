"""age v1: both ways against Debian's age, and nothing but its own errors for a hostile file."""

import io
import itertools
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.backup.age import (
    CHUNK_BYTES,
    AgeError,
    AgeReader,
    AgeWriter,
    HeaderError,
    NoIdentityMatched,
    PayloadError,
)
from appliance.backup.age_keys import AgeKeyError, new_identity, parse_identities, parse_recipient

SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]
SECRET, RECIPIENT = new_identity()
IDENTITIES = parse_identities(SECRET)


def sealed(plain: bytes, *recipients: str, step: int = 100_000) -> bytes:
    out = io.BytesIO()
    writer = AgeWriter(out, [parse_recipient(text) for text in recipients or (RECIPIENT,)])
    for at in range(0, len(plain), step):
        writer.write(plain[at : at + step])
    writer.close()
    return out.getvalue()


def opened(data: bytes) -> bytes:
    return AgeReader(io.BytesIO(data), IDENTITIES).read()


@pytest.mark.parametrize("size", SIZES)
def test_debians_age_opens_what_we_seal(size: int, tmp_path: Path, tool: Callable[[str], str]) -> None:
    plain = os.urandom(size)
    (tmp_path / "key").write_text(SECRET)
    argv = [tool("age"), "-d", "-i", str(tmp_path / "key")]
    result = subprocess.run(argv, input=sealed(plain), capture_output=True, check=True)
    assert result.stdout == plain


@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_debians_age_seals(size: int, tool: Callable[[str], str]) -> None:
    plain = os.urandom(size)
    result = subprocess.run([tool("age"), "-r", RECIPIENT], input=plain, capture_output=True, check=True)
    assert opened(result.stdout) == plain


def test_a_key_of_age_keygen_is_read_and_gives_the_same_recipient(
    tmp_path: Path, tool: Callable[[str], str]
) -> None:
    key = tmp_path / "key"
    subprocess.run([tool("age-keygen"), "-o", str(key)], check=True, capture_output=True)
    stated = subprocess.run([tool("age-keygen"), "-y", str(key)], check=True, capture_output=True, text=True)
    (identity,) = parse_identities(key.read_text())
    assert parse_recipient(stated.stdout.strip()) == identity.public_key()


def test_each_of_several_recipients_opens_the_file(tmp_path: Path, tool: Callable[[str], str]) -> None:
    secret, recipient = new_identity()
    data = sealed(b"answers", RECIPIENT, recipient)
    (tmp_path / "second").write_text(secret)
    argv = [tool("age"), "-d", "-i", str(tmp_path / "second")]
    assert subprocess.run(argv, input=data, capture_output=True, check=True).stdout == b"answers"
    assert opened(data) == b"answers"


@given(
    steps=st.lists(
        st.one_of(st.integers(0, 4 * CHUNK_BYTES), st.sampled_from([CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1])),
        max_size=6,
    )
)
@settings(max_examples=60)
def test_the_size_of_the_writes_changes_nothing(steps: list[int]) -> None:
    out, plain = io.BytesIO(), os.urandom(sum(steps))
    writer = AgeWriter(out, [parse_recipient(RECIPIENT)])
    for step, end in zip(steps, itertools.accumulate(steps), strict=True):
        writer.write(plain[end - step : end])
    writer.close()
    assert opened(out.getvalue()) == plain
    whole, rest = divmod(len(plain), CHUNK_BYTES)
    chunks = max(whole + (rest > 0), 1)
    assert len(out.getvalue()) == len(sealed(b"")) + len(plain) + 16 * (chunks - 1)


def test_another_key_is_refused_as_such() -> None:
    secret, _ = new_identity()
    with pytest.raises(NoIdentityMatched):
        AgeReader(io.BytesIO(sealed(b"answers")), parse_identities(secret))


@pytest.mark.parametrize("size", [10, CHUNK_BYTES, 2 * CHUNK_BYTES])
def test_a_file_cut_off_anywhere_is_refused(size: int) -> None:
    data = sealed(os.urandom(size))
    for cut in [*range(0, len(data) - 1, 997), len(data) - 1, len(data) - 16, len(data) - 17]:
        with pytest.raises((HeaderError, PayloadError)):
            opened(data[:cut])


def test_a_flipped_bit_anywhere_is_refused() -> None:
    data = sealed(os.urandom(100))
    for at in range(len(data)):
        altered = bytearray(data)
        altered[at] ^= 1
        with pytest.raises(AgeError):
            opened(bytes(altered))


def test_chunks_swapped_dropped_doubled_or_appended_are_refused() -> None:
    data = sealed(os.urandom(3 * CHUNK_BYTES))
    size = CHUNK_BYTES + 16
    head, chunks = data[: -3 * size], [data[-3 * size : -2 * size], data[-2 * size : -size], data[-size:]]
    first, second, last = chunks
    for order in (
        [second, first, last],
        [first, last],
        [first, first, second, last],
        [*chunks, last],
        [*chunks, b"x"],
    ):
        with pytest.raises(PayloadError):
            opened(head + b"".join(order))


HEADERS = st.lists(
    st.sampled_from(
        [
            b"age-encryption.org/v1\n",
            b"-> X25519 " + b"A" * 43 + b"\n",
            b"-> X25519\n",
            b"-> \n",
            b"->  a\n",
            b"\n",
        ]
        + [
            b"A" * 43 + b"\n",
            b"A" * 64 + b"\n",
            b"--- " + b"A" * 43 + b"\n",
            b"---\n",
            b"-> scrypt AA 1\n",
            b"A=\n",
        ]
    )
    | st.binary(max_size=80),
    max_size=8,
).map(b"".join)


@given(data=HEADERS | HEADERS.map(lambda tail: b"age-encryption.org/v1\n" + tail))
@settings(max_examples=1500)
def test_a_hostile_header_ends_in_our_own_error_only(data: bytes) -> None:
    with pytest.raises(AgeError):
        opened(data)


@given(at=st.integers(0, 200), junk=st.binary(min_size=1, max_size=70))
@settings(max_examples=500)
def test_junk_put_into_a_real_header_ends_in_our_own_error_only(at: int, junk: bytes) -> None:
    data = sealed(b"answers")
    with pytest.raises(AgeError):
        opened(data[:at] + junk + data[at:])


def test_an_endless_header_is_given_up() -> None:
    with pytest.raises(HeaderError, match="longer than"):
        opened(b"age-encryption.org/v1\n-> x y\n" + (b"A" * 64 + b"\n") * 2000)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (RECIPIENT[:-1], "checksum"),
        (RECIPIENT.replace("age1", "AGE1"), "mixed"),
        ("ssh-ed25519 AAAA", "not a key"),
        ("", "not a key"),
        (SECRET, "secret key"),
    ],
)
def test_a_recipient_that_is_none_is_refused_in_clear_words_and_never_repeated(text: str, word: str) -> None:
    with pytest.raises(AgeKeyError, match=word) as caught:
        parse_recipient(text)
    assert not text or text[10:] not in str(caught.value) or len(text) < 12


def test_an_identity_file_without_a_key_or_locked_by_a_passphrase_is_refused() -> None:
    with pytest.raises(AgeKeyError, match="no identity"):
        parse_identities("# created: today\n\n")
    with pytest.raises(AgeKeyError, match="passphrase"):
        parse_identities("age-encryption.org/v1\n-> scrypt")


@given(text=st.text(max_size=80) | st.text("age1qpzry9x8gf2tvdw0s3jn54khce6mua7l", max_size=80))
def test_any_text_is_a_recipient_or_our_own_error(text: str) -> None:
    with pytest.raises(AgeKeyError):
        parse_recipient(text)


def test_a_point_of_low_order_is_no_recipient() -> None:
    from_zero = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
    with pytest.raises(AgeKeyError):
        parse_recipient(from_zero)
