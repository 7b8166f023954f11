"""The directory source: what it takes, what it leaves, what it says of files that never hold still."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

import pytest

from appliance.backup.sources import SOURCES, Label, SourceMissing, directory
from appliance.backup.sources.directory import Options
from appliance.backup.sources.directory_file import Stamp, ask_for, stamp_of
from tests.backup.kept import Kept
from tests.backup.settled import settle
from tests.fakes.wait import wait_for
from tests.lab import sshd


def captured(root: Path, **options: object) -> Kept:
    sink = Kept(options.pop("on_write", None))
    Options(path=root, **options).open().capture(sink)
    return sink


def test_everything_is_taken_in_the_order_of_names_the_root_first(tree: Path) -> None:
    sink = captured(tree)
    paths = [entry.path for _, entry in sink.entries]
    assert paths[:3] == [b"", b"link", b"room1"] and paths == sorted(paths)
    assert sink.content[b"room1/a.json"] == b'{"q1": "B"}' and sink.content[b"room1/nothing"] == b""
    assert set(sink.labels.values()) == {Label.STABLE} and not sink.missing


def test_links_are_stored_and_never_followed(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    (tree / "out").symlink_to(tmp_path / "outside")
    (tree / "broken").symlink_to("nowhere")
    sink = captured(tree)
    links = {entry.path: entry.target for kind, entry in sink.entries if kind == "symlink"}
    assert links[b"broken"] == b"nowhere" and links[b"out"] == os.fsencode(tmp_path / "outside")
    assert not any(b"secret" in content for content in sink.content.values())


def test_fifos_and_sockets_are_skipped_and_counted_and_hold_nothing_up(tree: Path) -> None:
    os.mkfifo(tree / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        fd = os.open(tree, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{fd}/socket")
        os.close(fd)
    assert captured(tree).skips == 2


def test_names_that_are_no_utf8_are_taken_as_they_are(tree: Path) -> None:
    with open(os.path.join(os.fsencode(tree), b"\xff\xfe\n"), "wb") as file:
        file.write(b"odd")
    assert captured(tree).content[b"\xff\xfe\n"] == b"odd"


def test_a_missing_root_a_file_and_an_unmounted_mount_point_are_missing_sources(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "nowhere", tmp_path / "file"):
        with pytest.raises(SourceMissing):
            captured(path)
    with pytest.raises(SourceMissing, match="nothing is mounted"):
        captured(tmp_path, mount_point=True)


def test_a_root_that_is_replaced_while_it_is_read_is_a_missing_source(tree: Path, tmp_path: Path) -> None:
    def replace(path: bytes) -> None:
        if tree.exists() and path == b"room1/a.json":
            tree.rename(tmp_path / "moved")

    with pytest.raises(SourceMissing, match="went away"):
        captured(tree, on_write=replace)


@pytest.mark.parametrize("size", [1000, 3 << 20])
def test_a_file_that_never_holds_still_is_torn_and_taken_whole_by_size(size: int, tmp_path: Path) -> None:
    path = tmp_path / "busy"
    path.write_bytes(b"x" * size)
    # A process, not a thread: the interpreter's lock would keep reader and writer apart.
    loop = (
        "import os,sys\nfd = os.open(sys.argv[1], os.O_WRONLY)\nwhile True: os.pwrite(fd, os.urandom(500), 0)"
    )
    with subprocess.Popen([sys.executable, "-c", loop, str(path)]) as writer:
        try:
            while path.read_bytes() == b"x" * size:
                pass
            # On a busy machine the writer may be off its core for many takings.
            wait_for(lambda: captured(tmp_path).labels[b"busy"] is Label.TORN, seconds=60, every_s=0)
        finally:
            writer.kill()


def test_a_large_file_that_changes_once_is_taken_again_and_stable(tmp_path: Path) -> None:
    path, changed = tmp_path / "large", []
    path.write_bytes(b"x" * (3 << 20))

    def change_once(_: bytes) -> None:
        if not changed:
            changed.append(True)
            with path.open("r+b") as file:
                file.write(b"changed")
            os.utime(path, ns=(1, 1))

    sink = captured(tmp_path, on_write=change_once)
    assert (sink.abandoned, sink.labels[b"large"]) == (1, Label.STABLE)
    assert sink.content[b"large"] == path.read_bytes()


def test_a_large_file_that_shrinks_each_time_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"x" * (8 << 20))
    sink = captured(tmp_path, on_write=lambda _: os.truncate(path, path.stat().st_size - 1))
    assert sink.labels[b"large"] is Label.TORN


def test_a_file_gone_since_it_was_listed_counts_as_deleted(tree: Path) -> None:
    def delete(path: bytes) -> None:
        if path == b"room1/a.json":
            (tree / "考生答案.txt").unlink()

    sink = captured(tree, on_write=delete)
    assert not sink.missing and "考生答案.txt".encode() not in sink.content


@pytest.mark.parametrize("now", [b"", b"longer than it was", b"same", b"x" * (2 << 20)])
def test_a_file_that_changed_since_it_was_listed_is_taken_as_it_is_now(tree: Path, now: bytes) -> None:
    class Listed(Kept):
        def changes(self, path: bytes, entries: Iterable[tuple[bytes, bytes]]) -> Container[bytes]:
            found = super().changes(path, entries)
            (tree / "late").write_bytes(now)
            return found

    (tree / "late").write_bytes(b"then")
    settle(tree)
    sink = Listed()
    Options(path=tree).open().capture(sink)
    assert sink.content[b"late"] == now and sink.labels[b"late"] is Label.STABLE


def test_a_file_above_the_limit_is_left_out_however_small_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(1_000_000))
    (tmp_path / "b").write_bytes(bytes(1_000_001))
    settle(tmp_path)
    sink = captured(tmp_path, largest_file_gb=0.001)
    assert sink.missing == {b"b": "too_large"} and list(sink.content) == [b"a"]


def test_files_that_wait_for_their_medium_are_asked_for_ahead_and_taken_all_the_same(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        (tree / f"{number:03}").write_text(str(number))
    os.mkfifo(tree / "050 fifo")
    settle(tree)
    expected = captured(tree)

    def delete(path: bytes) -> None:
        (tree / "020").unlink(missing_ok=True)

    with monkeypatch.context() as slow:
        slow.setattr(directory, "_WAITED_S", -1.0)
        found = captured(tree, on_write=delete)
    assert expected.content.pop(b"020") == b"20"
    assert found.content == expected.content and found.skips == expected.skips == 1 and not found.missing


@pytest.mark.parametrize(("slow", "asked_for"), [({"020"}, 0), ({"020", "022"}, 0), ({"020", "021"}, 32)])
def test_one_file_that_is_waited_for_is_no_reason_to_ask_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: set[str], asked_for: int
) -> None:
    names = [f"{number:03}" for number in range(100)]
    for name in names:
        (tmp_path / name).write_text(name)
    settle(tmp_path)
    asked: list[bytes] = []

    def ask(parent: int, name: bytes, stamp: Stamp) -> None:
        asked.append(name)
        ask_for(parent, name, stamp)

    def next_one(path: bytes) -> None:
        following = f"{int(path) + 1:03}"
        monkeypatch.setattr(directory, "_WAITED_S", -1.0 if following in slow else 1e9)

    monkeypatch.setattr(directory, "ask_for", ask)
    monkeypatch.setattr(directory, "_WAITED_S", 1e9)
    assert len(captured(tmp_path, on_write=next_one).content) == 100
    assert asked == [name.encode() for name in names[22 : 22 + asked_for]]


def test_a_file_that_is_asked_for_comes_from_its_medium_by_itself(tmp_path: Path) -> None:
    if shutil.which("fincore") is None:
        pytest.skip("fincore is missing: apt-get install util-linux-extra")
    path = tmp_path / "file"
    path.write_bytes(os.urandom(200_000))
    fd = os.open(path, os.O_RDONLY)
    os.fsync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)

    def pages() -> int:
        return int(subprocess.run(["fincore", "-n", "-o", "PAGES", str(path)], capture_output=True, check=True).stdout)

    if pages():
        pytest.skip("this file system lies in memory")
    above = os.open(tmp_path, os.O_RDONLY)
    ask_for(above, b"file", stamp_of(path.stat()))
    ask_for(above, b"not there", stamp_of(path.stat()))
    os.close(above)
    wait_for(lambda: pages() >= 200_000 // 4096)


def test_directories_too_deep_are_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    for _ in range(230):
        os.mkdir("d", dir_fd=fd)
        below = os.open("d", os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = below
    os.close(fd)
    (tmp_path / "z").touch()
    sink = captured(tmp_path)
    assert list(sink.missing.values()) == ["too_deep"] and b"z" in sink.content


@pytest.fixture
def plain_user() -> Iterator[None]:
    """Root reads everything; for a moment this process is nobody."""
    if os.getuid() == 0:
        os.seteuid(65534)
    yield
    os.seteuid(os.getuid())


def test_an_unreadable_file_or_directory_is_named_and_the_rest_is_taken(plain_user: None) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "closed").write_text("x")
        (root / "closed").chmod(0)
        (root / "closed_directory").mkdir(mode=0)
        (root / "open").write_text("y")
        sink = captured(root)
        (root / "closed_directory").rmdir()
    assert sink.missing == {b"closed": "EACCES", b"closed_directory": "EACCES"}
    assert sink.content == {b"open": b"y"}


def test_a_sparse_file_that_claims_a_hundred_gigabytes_is_named_and_the_rest_is_taken(tree: Path) -> None:
    with (tree / "sparse").open("wb") as file:
        file.truncate(100 << 30)
    sink = captured(tree)
    assert sink.missing == {b"sparse": "too_large"} and sink.content[b"room1/a.json"] == b'{"q1": "B"}'


def test_what_is_excluded_is_left_out_by_its_name_or_its_path(tree: Path) -> None:
    (tree / "room1" / "a.tmp").touch()
    (tree / "room2").mkdir()
    (tree / "room2" / "a.json").touch()
    with open(os.path.join(os.fsencode(tree), b"\xff.tmp"), "wb"):
        pass
    assert sorted(captured(tree, exclude=("*.tmp", "room2/*")).content) == [
        b"room1/a.json", b"room1/nothing", "考生答案.txt".encode()
    ]  # fmt: skip
    sink = captured(tree, exclude=("room1/", "room2/a.jso[!n]"))
    assert sorted(sink.content) == [b"room2/a.json", "考生答案.txt".encode(), b"\xff.tmp"]


@pytest.mark.root
def test_a_disk_that_is_unmounted_in_the_middle_is_a_missing_source(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root: mounts a tmpfs")
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(tmp_path)], check=False).returncode:
        pytest.skip("no tmpfs can be mounted here")
    gone: list[int] = []

    def unmount(_: bytes) -> None:
        if not gone:
            gone.append(subprocess.run(["umount", "--lazy", str(tmp_path)], check=True).returncode)

    try:
        for number in range(10):
            (tmp_path / f"answer{number}").write_text("x")
        with pytest.raises(SourceMissing, match="while it was read"):
            captured(tmp_path, on_write=unmount)
    finally:
        if not gone:
            subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_server_that_dies_under_its_mount_ends_the_walk_at_once(tmp_path: Path) -> None:
    """A mount over a network, by sshfs: once its process is gone the kernel answers as for a dead file server."""
    if lack := sshd.missing() or ("" if shutil.which("sshfs") else "sshfs is missing: apt-get install sshfs"):
        pytest.skip(lack)
    with sshd.SshLab() as lab:
        for number in range(50):
            (lab.folder / f"answer{number:02}").write_text("x")
        lab.owned()
        argv = ["sshfs", "-f", "-p", str(lab.port), f"{lab.user}@127.0.0.1:{lab.folder}", str(tmp_path)]
        argv += ["-o", f"ro,IdentityFile={lab.key},UserKnownHostsFile={lab.known_hosts}"]
        with subprocess.Popen(argv) as mount:
            try:
                wait_for(lambda: (tmp_path / "answer00").exists())
                sink = Kept(lambda path: mount.kill() if path == b"answer03" else None)
                with pytest.raises(SourceMissing, match=f"{tmp_path}: went away while it was read: "):
                    Options(path=tmp_path, mount_point=True).open().capture(sink)
            finally:
                mount.kill()
                mount.wait(30)
                subprocess.run(["umount", "--lazy", str(tmp_path)], check=False)
    assert not sink.missing and 4 <= len(sink.labels) < 50


def test_every_fault_of_the_options_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="path: an absolute path.*; exclude: .*; largest_file_gb: "):
        Options(path=Path("answers"), exclude=("",), largest_file_gb=0)


def test_every_driver_is_in_the_table_by_its_own_name() -> None:
    assert {name: options.driver for name, options in SOURCES.items()} == {name: name for name in SOURCES}
