"""What packs and what does not, one after the other: stock zstd and our own reader get the same out of it."""

import io
import os
import subprocess
from collections.abc import Callable

import pytest
import zstandard

from appliance.backup.zst import ZstdDamaged, ZstdPacker, ZstdReader, unpacked

MB = 1 << 20
NOISE = [os.urandom(MB) for _ in range(20)]
TEXT = b"question 1: B\nquestion 2: C\n" * (MB // 28)


def packed(batches: list[bytes]) -> bytes:
    packer = ZstdPacker()
    pieces = [piece for batch in batches for piece in packer.pack(batch)]
    return b"".join([*pieces, *packer.finish()])


@pytest.mark.parametrize(
    "batches",
    [
        [], [b""], [b"x"], NOISE, NOISE[:16], [*NOISE[:17], b""], [*NOISE, TEXT, *NOISE, b"end"],
        [TEXT, *NOISE, TEXT[:100], NOISE[0][:7]], NOISE * 5,
    ],
    ids=["nothing", "empty", "a byte", "noise", "until alone", "alone", "mixed", "little", "tried again"],
)  # fmt: skip
def test_everything_comes_back(batches: list[bytes], tool: Callable[[str], str]) -> None:
    data = packed(batches)
    opened = subprocess.run([tool("zstd"), "-dqc"], input=data, capture_output=True, check=True).stdout
    assert opened == b"".join(batches)
    assert b"".join(unpacked(io.BytesIO(data))) == opened


def test_what_does_not_pack_becomes_frames_of_its_own_and_all_else_is_one() -> None:
    assert packed([TEXT] * 40).count(zstandard.FRAME_HEADER) == 1
    # The first eight megabytes are tried together; by chance the header stands in noise once in 200 runs.
    assert packed(NOISE).count(zstandard.FRAME_HEADER) >= 13


def test_what_packs_after_what_did_not_is_packed() -> None:
    assert len(packed([*NOISE, *[TEXT] * 20])) < len(NOISE) * MB + MB


def test_what_comes_again_is_found_after_a_while() -> None:
    assert len(packed([*NOISE, *NOISE[:1] * 200])) < 120 * MB


def test_what_does_not_pack_grows_by_next_to_nothing() -> None:
    assert len(packed(NOISE * 5)) < len(NOISE) * 5 * MB * 1.001


def test_what_follows_a_frame_and_is_none_is_damage() -> None:
    reader = ZstdReader(io.BytesIO(packed([TEXT]) + b"no frame"))
    with pytest.raises(ZstdDamaged):
        while reader.read(MB):
            pass
