"""The pax writer held to GNU tar and to tarfile; the strict reader to the writer."""

import contextlib
import io
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.backup.stream import BATCH_BYTES
from appliance.backup.tar import TarError, TarWriter
from appliance.backup.untar import ArchiveDamaged, TarReader

NAMES = [
    b"plain", b"with space", b"new\nline", b"tab\there", "考生答案.txt".encode(), b"\xc0\xd6\xff.bin",
    b"-rf", b"'\"\\", b"x" * 100, b"x" * 101, b"y" * 255, b"d/" * 60 + b"deep", "é".encode() * 60,
    b"=equals=", b" lead", b"trail ",
]  # fmt: skip
MTIMES = [
    0,
    1,
    1_789_000_000_123_456_789,
    1_789_000_000_500_000_000,
    -1_500_000_000,
    9_000_000_000_000_000_000,
]


def archive(members: list[tuple[bytes, bytes, int]]) -> bytes:
    out = io.BytesIO()
    writer = TarWriter(out)
    for path, content, mtime_ns in members:
        writer.file(path, size=len(content), mode=0o640, mtime_ns=mtime_ns)
        writer.write(content)
        writer.end()
    writer.close()
    return out.getvalue()


def whole_seconds(mtime_ns: int) -> int:
    return mtime_ns // 1_000_000_000 * 1_000_000_000


def read_back(data: bytes) -> list[tuple[bytes, bytes, int]]:
    reader, found = TarReader(io.BytesIO(data)), []
    while member := reader.next():
        content = b"".join(iter(lambda: reader.read(1000), b""))
        found.append((member.path, content, member.mtime_ns))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_gnu_tar_extracts_odd_names_byte_for_byte(
    name: bytes, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    data = archive([(name, b"content of it", 1_700_000_000_123_456_789)])
    argv = [tool("tar"), "--warning=no-timestamp", "-xf", "-", "-C", str(tmp_path)]
    result = subprocess.run(argv, input=data, capture_output=True)
    assert result.returncode == 0
    # GNU tar 1.34 keeps such names byte for byte, and says that it does not know why.
    assert not result.stderr or (b"hdrcharset" in result.stderr and b"\xff" in name)
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "rb") as file:
        assert file.read() == b"content of it"
    assert os.stat(path).st_mtime_ns == 1_700_000_000_000_000_000


@pytest.mark.parametrize("mtime_ns", MTIMES)
def test_times_survive_to_the_second_in_any_century(
    mtime_ns: int, tmp_path: Path, tool: Callable[[str], str]
) -> None:
    data = archive([(b"file", b"x", mtime_ns)])
    assert read_back(data) == [(b"file", b"x", whole_seconds(mtime_ns))]
    argv = [tool("tar"), "--warning=no-timestamp", "-xf", "-", "-C", str(tmp_path)]
    subprocess.run(argv, input=data, check=True, capture_output=True)
    assert (tmp_path / "file").stat().st_mtime_ns == whole_seconds(mtime_ns)


def test_a_plain_file_costs_one_header_and_its_checksum_is_the_sum_of_its_bytes() -> None:
    for name in (b"a", b"~" * 100):
        data = archive([(name, b"\xff" * 512, 8_589_934_591_999_999_999)])
        assert len(data) == 4 * 512
        assert int(data[148:154], 8) == sum(data[:148]) + 8 * 32 + sum(data[156:512])


def test_a_file_at_hand_is_written_as_one_that_comes_in_pieces() -> None:
    out = io.BytesIO()
    writer = TarWriter(out)
    for name in NAMES:
        writer.whole(name, b"content", size=7, mode=0o640, mtime_ns=5)
    writer.close()
    assert out.getvalue() == archive([(name, b"content", 5) for name in NAMES])


def test_a_file_at_hand_waits_for_the_end_of_the_one_before() -> None:
    writer = TarWriter(io.BytesIO())
    writer.file(b"open", size=5, mode=0o600, mtime_ns=0)
    for content in (b"", b"all of"[:5]):
        writer.write(content)
        with pytest.raises(TarError, match="not ended"):
            writer.whole(b"next", b"x", size=1, mode=0o600, mtime_ns=0)
    writer.end()
    writer.whole(b"next", b"x", size=1, mode=0o600, mtime_ns=0)


@given(sizes=st.lists(st.sampled_from([0, 1, 511, 512, 513, BATCH_BYTES - 512, BATCH_BYTES]), max_size=6))
@settings(max_examples=30, deadline=None)
def test_files_at_hand_fill_batches_of_at_most_their_size_and_each_part_is_where_it_is_told(
    sizes: list[int],
) -> None:
    class Batches:
        def __init__(self) -> None:
            self.told: list[tuple[int, int]] = []
            self.parts: list[bytes] = []
            self.memory = memoryview(bytearray(BATCH_BYTES))

        def room(self) -> memoryview:
            return self.memory

        def part(self, begin: int, end: int, /) -> None:
            self.told.append((begin, end))

        def write(self, data: bytes | memoryview, /) -> None:
            assert len(data) <= BATCH_BYTES
            self.parts += [bytes(data[begin:end]) for begin, end in self.told]
            self.told = []

    batches = Batches()
    writer = TarWriter(batches, batches)
    contents = [bytes([number + 1]) * size for number, size in enumerate(sizes)]
    for number, content in enumerate(contents):
        writer.whole(b"f%d" % number, content, size=len(content), mode=0o600, mtime_ns=0)
    writer.close()
    assert batches.parts == contents


@given(
    members=st.lists(
        st.tuples(
            st.sampled_from(NAMES),
            st.sampled_from([0, 1, 511, 512, 513, 70_000, BATCH_BYTES - 1025, BATCH_BYTES - 1024, BATCH_BYTES]),
            st.sampled_from(["room", "room unused", "streamed"]),
        ),
        max_size=8,
    )
)
@settings(max_examples=100, deadline=None)
def test_a_file_read_where_it_is_to_stand_is_written_as_one_that_comes_in_pieces(
    members: list[tuple[bytes, int, str]],
) -> None:
    out, told = io.BytesIO(), []
    writer = TarWriter(out)
    for number, (name, size, way) in enumerate(members):
        content = bytes([number + 1]) * size
        if way != "streamed":
            room = writer.room(size)
            assert len(room) == size + 1
            room[:] = content + b"\xff"
        if way == "room":
            writer.whole(name, room, size=size, mode=0o640, mtime_ns=5)
        else:
            writer.file(name, size=size, mode=0o640, mtime_ns=5)
            writer.write(content)
            writer.end()
        told.append((name, content, 5))
    writer.close()
    assert out.getvalue() == archive(told)


def test_a_room_that_something_was_written_after_is_refused() -> None:
    writer = TarWriter(io.BytesIO())
    room = writer.room(4)
    writer.directory(b"between", mode=0o750, mtime_ns=0)
    with pytest.raises(TarError, match="a room of before"):
        writer.whole(b"file", room, size=4, mode=0o640, mtime_ns=0)


def test_directories_and_links_are_what_they_were(tmp_path: Path, tool: Callable[[str], str]) -> None:
    out = io.BytesIO()
    writer = TarWriter(out)
    long_target, odd_target = b"t" * 300, b"\xff\xfe"
    writer.directory(b"d" * 150, mode=0o750, mtime_ns=5_000_000_000)
    writer.symlink(b"d" * 150 + b"/l", target=long_target, mtime_ns=0)
    writer.symlink(b"odd", target=odd_target, mtime_ns=0)
    writer.close()
    subprocess.run([tool("tar"), "-xf", "-", "-C", str(tmp_path)], input=out.getvalue(), check=True)
    directory = tmp_path / ("d" * 150)
    assert (directory.stat().st_mode & 0o777, directory.stat().st_mtime) == (0o750, 5.0)
    assert os.readlink(os.fsencode(directory / "l")) == long_target
    assert os.readlink(os.fsencode(tmp_path / "odd")) == odd_target


def test_a_file_beyond_8_gib_is_listed_with_its_size(tool: Callable[[str], str]) -> None:
    size = (8 << 30) + 5
    out = io.BytesIO()
    writer = TarWriter(out)
    writer.file(b"big", size=size, mode=0o600, mtime_ns=0)
    writer.write(bytes(1 << 20))
    head = out.getvalue()
    member = TarReader(io.BytesIO(head)).next()
    assert member is not None and member.size == size
    listing = subprocess.run([tool("tar"), "-tvf", "-"], input=head, capture_output=True, text=False).stdout
    assert str(size).encode() in listing


@given(
    members=st.lists(
        st.tuples(
            st.binary(min_size=1, max_size=300).filter(
                lambda name: b"\x00" not in name and not name.endswith(b"/")
            ),
            st.binary(max_size=2000),
            st.integers(-(10**18), 10**19),
        ),
        max_size=5,
    )
)
@settings(max_examples=300)
def test_our_reader_gives_back_what_our_writer_wrote(members: list[tuple[bytes, bytes, int]]) -> None:
    expected = [(path, content, whole_seconds(mtime_ns)) for path, content, mtime_ns in members]
    assert read_back(archive(members)) == expected


def test_a_file_that_shrank_is_padded_and_one_that_grew_is_cut_by_the_caller() -> None:
    out = io.BytesIO()
    writer = TarWriter(out)
    writer.file(b"shrank", size=1000, mode=0o600, mtime_ns=0)
    writer.write(b"x" * 300)
    assert writer.end() == 700
    writer.file(b"grew", size=3, mode=0o600, mtime_ns=0)
    with pytest.raises(TarError):
        writer.write(b"four")
    writer.write(b"six")
    writer.end()
    writer.close()
    assert [content for _, content, _ in read_back(out.getvalue())] == [b"x" * 300 + bytes(700), b"six"]


def test_an_archive_cut_off_anywhere_is_damaged() -> None:
    data = archive([(name, b"content", 1) for name in NAMES[:4]])
    for cut in range(0, len(data), 101):
        with pytest.raises(ArchiveDamaged):
            read_back(data[:cut])


@given(at=st.integers(0, 4000), junk=st.binary(min_size=1, max_size=600))
@settings(max_examples=800)
def test_junk_in_an_archive_is_read_or_refused_but_never_a_crash(at: int, junk: bytes) -> None:
    data = archive([(NAMES[4], b"content", 1_500_000_000), (b"x" * 150, b"more", 7)])
    with contextlib.suppress(ArchiveDamaged):
        read_back(data[:at] + junk + data[at + len(junk) :])


@pytest.mark.parametrize(
    "kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_LONGNAME]
)
def test_members_we_never_write_are_refused(kind: bytes) -> None:
    info = tarfile.TarInfo("x")
    info.type = kind
    with pytest.raises(ArchiveDamaged):
        read_back(info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))


def test_more_than_a_batch_does_not_come_whole() -> None:
    writer = TarWriter(io.BytesIO())
    with pytest.raises(TarError, match="more than a batch"):
        writer.whole(b"large", bytes(BATCH_BYTES + 1), size=BATCH_BYTES + 1, mode=0o600, mtime_ns=0)
