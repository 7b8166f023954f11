"""A folder pulled from a real OpenSSH server: what comes over, what is refused, what a broken line leaves."""

import os
import random
import shutil
import socket
import stat
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.bundle import Bundle, Request, SourceSpec
from appliance.backup.job import run
from appliance.backup.keys import allowed_signers
from appliance.backup.manifest import decode
from appliance.backup.restore import restore
from appliance.backup.sftp import Sftp, SftpFault, SftpRefused
from appliance.backup.sources import Label, SourceFailed, SourceLate, SourceMissing, SourceUnreadable
from appliance.backup.sources.directory import Options as Directory
from appliance.backup.sources.sftp import Options
from tests.backup.conftest import NOW
from tests.backup.kept import Kept
from tests.lab.sshd import SshLab, missing


@pytest.fixture(scope="module")
def _lasting_lab() -> Iterator[SshLab]:
    if lack := missing():
        pytest.skip(lack)
    with SshLab() as running:
        yield running


@pytest.fixture
def lab(_lasting_lab: SshLab) -> Iterator[SshLab]:
    folder = _lasting_lab.folder
    (folder / "room1" / "empty").mkdir(parents=True)
    (folder / "room1" / "a.json").write_text('{"q1": "B"}')
    (folder / "room1" / "nothing").touch()
    (folder / "考生 答案.txt").write_text("第一题 A\n" * 1000)
    (folder / "large").write_bytes(random.Random(1).randbytes(5_000_001))
    (folder / "link").symlink_to("room1/a.json")
    _lasting_lab.owned()
    yield _lasting_lab
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.fixture
def options(lab: SshLab) -> Callable[..., Options]:
    fields = {
        "host": "127.0.0.1", "port": lab.port, "user": lab.user, "path": str(lab.folder), "key": lab.key,
        "known_hosts": lab.known_hosts,
    }  # fmt: skip
    return lambda **changed: Options(**{**fields, **changed})


def captured(options: Options, on_write: object = None) -> Kept:
    sink = Kept(on_write)
    options.open().capture(sink)
    return sink


def test_every_file_directory_and_link_comes_over_in_the_order_of_names(
    lab: SshLab, options: Callable[..., Options]
) -> None:
    odd = os.path.join(os.fsencode(lab.folder), b"\xff\xfe\n -rf")
    with open(odd, "wb") as file:
        file.write(b"odd")
    lab.owned()
    sink = captured(options())
    paths = [entry.path for _, entry in sink.entries]
    assert paths[0] == b"" and paths == sorted(paths) and len(paths) == 9
    assert sink.content[b"large"] == (lab.folder / "large").read_bytes()
    assert sink.content["考生 答案.txt".encode()] == "第一题 A\n".encode() * 1000
    assert (sink.content[b"\xff\xfe\n -rf"], sink.content[b"room1/nothing"]) == (b"odd", b"")
    entries = {entry.path: entry for _, entry in sink.entries}
    assert entries[b"link"].target == b"room1/a.json" and stat.S_IMODE(entries[b"large"].mode) == 0o644
    assert entries[b"large"].mtime_ns == int((lab.folder / "large").stat().st_mtime) * 1_000_000_000
    assert set(sink.labels.values()) == {Label.PULLED} and not sink.missing


def test_stock_tools_open_a_bundle_of_what_was_pulled(
    lab: SshLab,
    options: Callable[..., Options],
    tmp_path: Path,
    publish: Callable[..., Bundle],
    stock_open: Callable[[Path, Path], None],
) -> None:
    publish(sources=(SourceSpec(name="export", options=options()),))
    (found,) = outbox.bundles(tmp_path / "state")
    stock_open(found.data, tmp_path / "out")
    subprocess.run(
        ["diff", "-r", "--no-dereference", str(lab.folder), str(tmp_path / "out" / "export")], check=True
    )


def test_what_may_not_be_read_is_named_and_the_rest_is_taken(
    lab: SshLab, options: Callable[..., Options]
) -> None:
    (lab.folder / "closed").write_text("x")
    (lab.folder / "closed").chmod(0)
    (lab.folder / "closed_directory").mkdir(mode=0o700)
    os.mkfifo(lab.folder / "fifo")
    sink = captured(options())
    assert sink.missing == {b"closed": "EACCES", b"closed_directory": "EACCES"} and sink.skips == 1
    assert sink.content[b"room1/a.json"] == b'{"q1": "B"}'


def test_what_is_excluded_or_too_large_is_left_out(lab: SshLab, options: Callable[..., Options]) -> None:
    with (lab.folder / "sparse").open("wb") as file:
        file.truncate(100 << 30)
    lab.owned()
    sink = captured(options(exclude=("room1", "*.txt")))
    assert sorted(sink.content) == [b"large"] and sink.missing == {b"sparse": "too_large"}


@pytest.mark.parametrize(("wrong", "reason"), [
    ({"path": "/nowhere"}, "not there on the server"),
    ({"path": "/etc/passwd"}, "no directory on the server"),
])  # fmt: skip
def test_a_folder_that_is_not_there_is_missing(
    options: Callable[..., Options], wrong: dict[str, str], reason: str
) -> None:
    with pytest.raises(SourceMissing, match=reason):
        captured(options(**wrong))


def test_a_folder_nobody_may_list_is_unreadable(lab: SshLab, options: Callable[..., Options]) -> None:
    os.chown(lab.folder, 0, 0)
    lab.folder.chmod(0o700)
    try:
        with pytest.raises(SourceUnreadable, match="EACCES"):
            captured(options())
    finally:
        lab.folder.chmod(0o755)


def test_a_key_the_server_does_not_know_is_refused(
    lab: SshLab, options: Callable[..., Options], tmp_path: Path
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "other")], check=True)
    with pytest.raises(SourceFailed, match=r"nobody@127\.0\.0\.1:.*: Permission denied \(publickey"):
        captured(options(key=tmp_path / "other"))


def test_a_server_with_another_key_or_none_known_is_not_spoken_to(
    lab: SshLab, options: Callable[..., Options], tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    other = (lab.directory / "key.pub").read_text()
    (tmp_path / "other").write_text(f"[127.0.0.1]:{lab.port} {other}")
    for name in ("empty", "other"):
        before = (tmp_path / name).read_text()
        with pytest.raises(SourceFailed, match="Host key verification failed"):
            captured(options(known_hosts=tmp_path / name))
        assert (tmp_path / name).read_text() == before


def test_a_server_that_is_off_is_named_and_one_that_hangs_costs_one_time_limit(
    options: Callable[..., Options],
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(SourceFailed, match="Connection refused"):
            captured(options(port=port))
        silent.listen()
        begun_s = time.monotonic()
        with pytest.raises(SourceLate, match="not done after 6 s"):
            captured(options(port=port, limit_minutes=0.1))
        assert time.monotonic() - begun_s < 20


def test_a_line_that_breaks_in_the_middle_leaves_an_incomplete_source_and_all_others_whole(
    lab: SshLab,
    options: Callable[..., Options],
    tmp_path: Path,
    tree: Path,
    publish: Callable[..., Bundle],
    request_for: Callable[..., Request],
    stock_open: Callable[[Path, Path], None],
) -> None:
    older = publish(sources=(SourceSpec(name="export", options=options()),))
    with (lab.folder / "large").open("ab") as file:
        file.truncate(600 << 20)
    sources = (
        SourceSpec(name="export", options=options()),
        SourceSpec(name="answers", options=Directory(path=tree)),
    )
    cut: list[int] = []

    def cable_pulled(progress: object) -> None:
        if not sum(cut) and progress.content_bytes > 1000:  # type: ignore[attr-defined]
            cut.append(lab.cut())

    # The name before "large" in the order is done; in the middle of "large" the line goes.
    (lab.folder / "a first").write_bytes(bytes(2000))
    lab.owned()
    bundle = run(request_for(sources=sources), log_rows=[], now=NOW, progress=cable_pulled)
    (reason,) = [missing.reason for missing in bundle.sources[0].missing if not missing.path]
    assert sum(cut) and "broke in the middle" in reason
    first, second = outbox.bundles(tmp_path / "state")
    assert first.name == older.name
    assert [source.error for source in decode(second.manifest.read_bytes()).sources] == ["missing", ""]
    stock_open(second.data, tmp_path / "out")
    assert (tmp_path / "out" / "answers" / "room1" / "a.json").read_text() == '{"q1": "B"}'


def test_a_file_that_grows_while_it_is_read_is_taken_again_and_one_that_always_does_is_torn(
    lab: SshLab, options: Callable[..., Options]
) -> None:
    grown: list[int] = []

    def grow_once(path: bytes) -> None:
        if path == b"large" and not grown:
            grown.append(1)
            with (lab.folder / "large").open("ab") as file:
                file.write(b"more")

    sink = captured(options(), grow_once)
    assert (sink.abandoned, sink.labels[b"large"]) == (1, Label.PULLED)
    assert sink.content[b"large"] == (lab.folder / "large").read_bytes()

    def shrink(path: bytes) -> None:
        if path == b"large":
            os.truncate(lab.folder / "large", (lab.folder / "large").stat().st_size - 1)

    assert captured(options(), shrink).labels[b"large"] is Label.TORN


def test_a_file_gone_since_it_was_listed_counts_as_deleted(
    lab: SshLab, options: Callable[..., Options]
) -> None:
    sink = captured(
        options(), lambda path: path == b"large" and (lab.folder / "考生 答案.txt").unlink(missing_ok=True)
    )
    assert not sink.missing and "考生 答案.txt".encode() not in sink.content


def test_a_delta_holds_what_changed_and_what_is_gone_and_restores_to_what_is_there(
    lab: SshLab,
    options: Callable[..., Options],
    tmp_path: Path,
    identity: Path,
    publish: Callable[..., Bundle],
) -> None:
    sources = (SourceSpec(name="export", options=options()),)
    old = time.time() - 3600
    for path in lab.folder.rglob("*"):
        os.utime(path, (old, old), follow_symlinks=False)
    assert publish(sources=sources).files == 4
    assert publish(sources=sources, kind="delta").files == 0
    (lab.folder / "room1" / "a.json").write_text('{"q1": "C"}')
    (lab.folder / "room1" / "nothing").unlink()
    (lab.folder / "new").write_text("new")
    lab.owned()
    delta = publish(sources=sources, kind="delta")
    assert (delta.kind, delta.files, sum(tally.gone for tally in delta.sources)) == ("delta", 2, 1)
    # Both are young: a second change within their second would leave the same time, so they are taken once more.
    assert publish(sources=sources, kind="delta").files == 2
    state = tmp_path / "state"
    restore(
        outbox.outbox_of(state),
        allowed_signers=allowed_signers(state),
        identity=identity,
        into=tmp_path / "out",
    )
    subprocess.run(
        ["diff", "-r", "--no-dereference", str(lab.folder), str(tmp_path / "out" / "export")], check=True
    )


def test_nothing_on_the_server_is_written(lab: SshLab, options: Callable[..., Options]) -> None:
    def state() -> list[tuple[str, int, int]]:
        return [
            (str(path), path.lstat().st_mtime_ns, path.lstat().st_ctime_ns) for path in lab.folder.rglob("*")
        ]

    before = state()
    captured(options())
    assert state() == before


def test_every_fault_of_the_options_is_told_at_once() -> None:
    with pytest.raises(
        ValueError, match="host: .*; user: .*; path: .*; key: .*; known_hosts: .*; port: .*; exclude: "
    ):
        Options(
            host="-oProxyCommand=x", user="-x", path="export", key=Path("key"), known_hosts=Path("/a b"), port=0,
            exclude=("/abs",),
        )  # fmt: skip


class Said:
    """A server that says what it was given, and then is gone."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int, /) -> bytes:
        taken, self._data = self._data[:size], self._data[size:]
        return taken

    def write(self, data: bytes, /) -> None:
        assert data


def packet(kind: int, *parts: bytes) -> bytes:
    body = bytes([kind]) + b"".join(parts)
    return struct.pack(">I", len(body)) + body


VERSION = packet(2, struct.pack(">I", 3))


def listed(answer: bytes) -> list[bytes]:
    return [name for name, _ in Sftp(Said(VERSION + answer)).listing(b"/export")]


def named(*names: bytes) -> bytes:
    entries = [struct.pack(">I", len(n)) + n + struct.pack(">II", 0, 0) for n in names]
    handle = packet(102, struct.pack(">II", 1, 1), b"h")
    end = packet(101, struct.pack(">III", 3, 1, 0), bytes(4))
    return handle + packet(104, struct.pack(">II", 2, len(names)), *entries) + end


def test_a_name_that_leads_elsewhere_is_a_broken_line_and_no_name() -> None:
    assert listed(named(b".", b"..", b"b", b"a")) == [b"a", b"b"]
    for name in (b"../x", b"/etc/passwd", b"", b"a\0b"):
        with pytest.raises(SftpFault, match="a name that is none"):
            listed(named(name))


@pytest.mark.parametrize(("answer", "reason"), [
    (b"Welcome to exam-server\r\n", "this is no SFTP"),
    (struct.pack(">I", 1 << 31), "packet of 2147483648 bytes"),
    (struct.pack(">I", 0), "packet of 0 bytes"),
    (packet(2, struct.pack(">I", 6)), "version 3"),
    (VERSION + packet(102, struct.pack(">I", 77)), "nothing that was asked"),
    (VERSION + packet(105, struct.pack(">I", 1)), "kind 105 where 102"),
    (VERSION + packet(102, struct.pack(">II", 1, 9), b"h"), "ends too soon"),
    (VERSION, "the line is broken"),
])  # fmt: skip
def test_what_is_no_sftp_is_one_clear_fault(answer: bytes, reason: str) -> None:
    with pytest.raises(SftpFault, match=reason):
        Sftp(Said(answer)).listing(b"/export")


def test_bytes_of_every_kind_give_names_a_refusal_or_a_fault() -> None:
    seeded, good, faults = random.Random(6), named(b"room1", b"room2"), 0
    for _ in range(3000):
        bad = bytearray(good)
        for _ in range(seeded.randint(1, 4)):
            bad[seeded.randrange(len(bad))] = seeded.randrange(256)
        try:
            listed(bytes(bad[: seeded.randint(1, len(bad))]))
        except (SftpFault, SftpRefused):
            faults += 1
    assert faults > 1000
