"""The file list: what is written comes back, whatever the names are; nothing else is believed."""

import contextlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.backup.filelist import FileList, Listed, listed
from appliance.backup.unseal import BundleDamaged

NAMES = [b"plain", "考生答案.txt".encode(), b'quo"te\\', b"new\nline\x01\x7f", b"\xc0\xd6\xff", "\u2028😀".encode()]


def written(names: list[bytes]) -> bytes:
    out = io.BytesIO()
    lines = FileList(out)
    for name in names:
        lines.directory(name, mtime_ns=-1)
        lines.file(name, size=5, mtime_ns=1_789_000_000_123_456_789, sha256="ab", label="stable")
        lines.symlink(name, mtime_ns=0, target=name)
        lines.other(name, "gone", names=["00ff"])
    lines.flush()
    return out.getvalue()


@given(names=st.lists(st.one_of(st.sampled_from(NAMES), st.binary(min_size=1)), max_size=300))
@settings(max_examples=50)
def test_every_record_comes_back_with_its_name_byte_for_byte(names: list[bytes]) -> None:
    expected = []
    for name in names:
        expected += [
            Listed(path=name, kind="directory", mtime_ns=-1),
            Listed(
                path=name, kind="file", size=5, mtime_ns=1_789_000_000_123_456_789, sha256="ab", label="stable"
            ),
            Listed(path=name, kind="symlink", mtime_ns=0, target=name),
            Listed(path=name, kind="gone", names=frozenset([b"\x00\xff"])),
        ]
    assert list(listed(iter([written(names)]))) == expected


@given(steps=st.lists(st.sampled_from(["file", "known", "other", "hashed"]), max_size=700))
@settings(max_examples=50, deadline=None)
def test_records_keep_their_order_whenever_the_digests_come(steps: list[str]) -> None:
    out = io.BytesIO()
    lines = FileList(out)
    expected: list[tuple[bytes, str]] = []
    waiting: list[bytes] = []
    for number, step in enumerate(steps):
        name, digest = b"%d" % number, number.to_bytes(32, "big")
        if step == "hashed":
            lines.hashed(waiting)
            waiting = []
        elif step == "other":
            lines.directory(name, mtime_ns=0)
            expected.append((name, ""))
        else:
            known = digest.hex() if step == "known" else None
            lines.file(name, size=1, mtime_ns=0, sha256=known, label="stable")
            waiting += [] if known else [digest]
            expected.append((name, digest.hex()))
    if waiting:
        with pytest.raises(ValueError, match="wait for a digest"):
            lines.flush()
        lines.hashed(waiting)
    lines.flush()
    assert [(record.path, record.sha256) for record in listed(iter([out.getvalue()]))] == expected


def test_each_line_is_what_a_json_encoder_would_write_and_ends_where_it_ends() -> None:
    for line in written(NAMES).decode().split("\n")[:-1]:
        assert json.dumps(json.loads(line), ensure_ascii=False) == line


@pytest.mark.parametrize("time", ["1e400", "Infinity", "1" + "0" * 21, "-1" + "0" * 21, '"soon"', "null", "[]"])
def test_a_time_that_no_file_can_have_is_refused(time: str) -> None:
    line = f'{{"path": "a", "type": "file", "mtime_ns": {time}}}\n'.encode()
    with pytest.raises(BundleDamaged):
        list(listed(iter([line])))


@given(at=st.integers(0, 2000), junk=st.binary(min_size=1, max_size=50))
@settings(max_examples=300)
def test_junk_in_a_list_is_read_or_refused_but_never_a_crash(at: int, junk: bytes) -> None:
    data = written(NAMES)
    with contextlib.suppress(BundleDamaged):
        list(listed(iter([data[:at] + junk + data[at + len(junk) :]])))
