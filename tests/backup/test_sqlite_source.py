"""A real SQLite database beside real writers: one moment of it, or one clear reason."""

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup import outbox
from appliance.backup.bundle import Bundle, SourceSpec
from appliance.backup.manifest import decode
from appliance.backup.scratch import Scratch
from appliance.backup.sources import (
    Label,
    SourceBusy,
    SourceError,
    SourceMissing,
    SourceTooLarge,
    SourceUnreadable,
)
from appliance.backup.sources.directory import Options as Directory
from appliance.backup.sources.sqlite import Options
from appliance.backup.spool import Spool
from tests.backup.kept import Kept
from tests.fakes.wait import wait_for

# Every transaction takes from one row and gives to another: their sum is the same at every moment, and no other.
WRITER = """
import sqlite3, sys, random
database = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
database.execute("PRAGMA synchronous = OFF")
while True:
    database.execute("BEGIN IMMEDIATE")
    for _ in range(20):
        one, other, much = random.randint(1, 20000), random.randint(1, 20000), random.randint(1, 9)
        database.execute("UPDATE room SET points = points - ? WHERE id = ?", (much, one))
        database.execute("UPDATE room SET points = points + ? WHERE id = ?", (much, other))
    database.execute("UPDATE turns SET count = count + 1")
    database.execute("COMMIT")
"""
# Leaves a journal that is hot: pages of a transaction are in the database already, and nobody ends it.
CRASHER = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 5")
database.execute("PRAGMA synchronous = OFF")
database.execute("BEGIN IMMEDIATE")
database.execute("UPDATE room SET points = 0")
os.kill(os.getpid(), signal.SIGKILL)
"""


def made(path: Path, *, journal: str = "wal", rows: int = 20_000, row_bytes: int = 500) -> Path:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA journal_mode = {journal}")
        database.execute("CREATE TABLE room (id INTEGER PRIMARY KEY, points INTEGER, answer BLOB)")
        database.execute("CREATE TABLE turns (count INTEGER)")
        database.execute("BEGIN")
        database.execute("INSERT INTO turns VALUES (0)")
        row = "SELECT value, 100, randomblob(?) FROM generated LIMIT ?"
        generated = "WITH RECURSIVE generated(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM generated)"
        database.execute(f"INSERT INTO room {generated} {row}", (row_bytes, rows))
        database.execute("COMMIT")
    return path


def asked(path: Path, question: str) -> int:
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as database:
        return int(database.execute(question).fetchone()[0])


def captured(path: Path, spool: Path, **options: float) -> Kept:
    sink = Kept()
    Options(path=path, **options).open(Scratch(spool, spool=Spool)).capture(sink)
    assert not list(spool.iterdir())
    return sink


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Callable[[], int]]:
    """A process that writes as fast as it can; gives how many transactions it has committed."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)]) as writer:
        try:
            wait_for(lambda: asked(path, "SELECT count FROM turns"))
            yield lambda: asked(path, "SELECT count FROM turns")
            assert writer.poll() is None, "the writer was thrown out"
        finally:
            writer.kill()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_beside_a_busy_writer_the_copy_is_one_moment_and_the_writer_goes_on(
    journal: str, tmp_path: Path
) -> None:
    path = made(tmp_path / "records.db", journal=journal)
    with writing(path) as turns:
        for copy in range(3):
            before = turns()
            begun_s = time.monotonic()
            sink = captured(path, tmp_path / "spool")
            assert time.monotonic() - begun_s < 20
            assert sink.labels == {b"records.db": Label.SNAPSHOT}
            restored = tmp_path / f"restored{copy}.db"
            restored.write_bytes(sink.content[b"records.db"])
            assert asked(restored, "SELECT sum(points) FROM room") == 100 * 20_000
            assert (
                before
                <= asked(restored, "SELECT count FROM turns")
                <= wait_for(lambda b=before: turns() > b and turns())
            )
            with contextlib.closing(sqlite3.connect(restored)) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_nothing_of_the_database_itself_is_written(tmp_path: Path) -> None:
    path = made(tmp_path / "records.db", journal="delete", rows=100)
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(os.listdir(tmp_path)))
    captured(path, tmp_path / "spool")
    (tmp_path / "spool").rmdir()
    assert (path.read_bytes(), path.stat().st_mtime_ns, sorted(os.listdir(tmp_path))) == before


def test_a_database_somebody_holds_is_busy_after_its_time_out_and_not_waited_for_longer(
    tmp_path: Path,
) -> None:
    path = made(tmp_path / "records.db", journal="delete", rows=10)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        begun_s = time.monotonic()
        with pytest.raises(SourceBusy, match=r"records\.db: somebody holds it"):
            captured(path, tmp_path / "spool", busy_seconds=0.3)
        assert 0.2 < time.monotonic() - begun_s < 10


def damaged_in_the_middle(path: Path) -> None:
    made(path, journal="delete", rows=2000)
    with path.open("r+b") as file:
        file.seek(100_000)
        file.write(b"junk" * 20_000)


def cut_off(path: Path) -> None:
    made(path, journal="delete", rows=2000)
    os.truncate(path, 300_001)


def no_database(path: Path) -> None:
    path.write_text("no database at all\n" * 1000)


def a_header_alone(path: Path) -> None:
    made(path, journal="delete", rows=2000)
    path.write_bytes(path.read_bytes()[:100] + bytes(4096))


@pytest.mark.parametrize("harm", [damaged_in_the_middle, cut_off, no_database, a_header_alone])
def test_a_damaged_database_is_refused_with_one_error_and_the_others_are_sealed(
    harm: Callable[[Path], None], tmp_path: Path, tree: Path, publish: Callable[..., Bundle]
) -> None:
    path = tmp_path / "records.db"
    harm(path)
    sources = (
        SourceSpec(name="records", options=Options(path=path)),
        SourceSpec(name="answers", options=Directory(path=tree)),
    )
    bundle = publish(sources=sources)
    (missing,) = bundle.sources[0].missing
    assert missing.reason.startswith(f"{path}: damaged: ") and "\n" not in missing.reason
    (found,) = outbox.bundles(tmp_path / "state")
    assert [source.error for source in decode(found.manifest.read_bytes()).sources] == ["damaged", ""]
    assert bundle.files == 3 and not list((tmp_path / "state" / "spool").iterdir())


def test_a_journal_that_a_crash_left_is_not_rolled_back_by_us(tmp_path: Path) -> None:
    path = made(tmp_path / "records.db", journal="delete")
    subprocess.run([sys.executable, "-c", CRASHER, str(path)], check=False)
    assert path.with_name("records.db-journal").stat().st_size > 512
    before = path.read_bytes()
    with pytest.raises(SourceUnreadable, match="its program has to open it first"):
        captured(path, tmp_path / "spool")
    assert path.read_bytes() == before


@pytest.fixture
def reader() -> Iterator[Path]:
    """Root writes everywhere; for a moment this process may only read what it finds. Gives a place of its own."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as back:
        (Path(name) / "spool").mkdir()
        if os.getuid() == 0:
            os.chmod(name, 0o755)
            os.chown(Path(name) / "spool", 65534, -1)
            back.callback(os.seteuid, 0)
        yield Path(name)


def test_a_reader_takes_a_database_that_its_program_has_closed_and_one_that_it_has_open(reader: Path) -> None:
    path = made(reader / "records.db", rows=1000)
    wait_for(lambda: time.time_ns() - path.stat().st_ctime_ns > 100_000_000)
    if os.getuid() == 0:
        os.seteuid(65534)
    sink = captured(path, reader / "spool")
    assert sink.labels == {b"records.db": Label.SNAPSHOT}
    assert len(sink.content[b"records.db"]) == path.stat().st_size
    if os.getuid() == 0:
        os.seteuid(0)
    with contextlib.closing(sqlite3.connect(path)) as owner:
        assert owner.execute("SELECT sum(points) FROM room").fetchone() == (100_000,)
        if os.getuid() == 0:
            os.seteuid(65534)
        sink = captured(path, reader / "spool")
        assert sink.labels == {b"records.db": Label.SNAPSHOT}
        if os.getuid() == 0:
            os.seteuid(0)


def test_a_write_ahead_log_that_a_crash_left_is_not_passed_over_by_a_reader(reader: Path) -> None:
    path = made(reader / "records.db", rows=1000)
    crash = "import os, sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('DELETE FROM room'); d.commit(); "
    subprocess.run([sys.executable, "-c", crash + "os._exit(0)", str(path)], check=True)
    path.with_name("records.db-shm").unlink()
    if os.getuid() != 0:
        pytest.skip("needs root: to be somebody who may not write there")
    os.seteuid(65534)
    with pytest.raises(SourceUnreadable, match="records.db"):
        captured(path, reader / "spool")


def test_what_is_not_there_and_what_is_no_file_are_told_apart(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, fault in ((tmp_path / "nowhere.db", SourceMissing), (tmp_path / "fifo", SourceUnreadable)):
        with pytest.raises(fault, match=str(path)):
            captured(path, tmp_path)


def test_a_database_too_large_is_refused_before_it_is_copied(tmp_path: Path) -> None:
    path = made(tmp_path / "records.db", rows=10_000)
    with pytest.raises(SourceTooLarge, match=r"0\.00\d GB, more than its limit of 0\.002 GB"):
        captured(path, tmp_path / "spool", limit_gb=0.002)
    with pytest.raises(SourceTooLarge, match="no room left for a copy"):
        Options(path=path).open(Scratch(tmp_path / "spool", keep_free_bytes=1 << 60, spool=Spool)).capture(Kept())


def test_an_odd_path_is_no_option_of_sqlites(tmp_path: Path) -> None:
    odd = tmp_path / "a?mode=rwc&x=%41#库.db"
    made(odd, rows=10)
    assert captured(odd, tmp_path / "spool").labels == {os.fsencode(odd.name): Label.SNAPSHOT}


MEASURED = """
import json, re, sys
from pathlib import Path
from appliance.backup.scratch import Scratch
from appliance.backup.spool import Spool
from appliance.backup.sources.sqlite import Options

class Sink:
    size = 0
    def changes(self, path, entries): return [name for name, stamp in entries]
    def directory(self, entry): pass
    def file(self, entry): pass
    def write(self, chunk): self.size += len(chunk)
    def end(self, label): pass

sink = Sink()
Options(path=Path(sys.argv[1])).open(Scratch(Path(sys.argv[2]), spool=Spool)).capture(sink)
peak_kb = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(json.dumps([sink.size, int(peak_kb)]))
"""


def test_a_database_larger_than_the_memory_it_may_take_is_copied_in_bounded_memory(tmp_path: Path) -> None:
    path = made(tmp_path / "large.db", rows=3000, row_bytes=100_000)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path), str(tmp_path / "spool")], capture_output=True, check=True
    )
    size, peak_kb = json.loads(done.stdout)
    assert size == path.stat().st_size > 300_000_000
    assert peak_kb < 64 << 10


def test_killed_in_the_middle_it_leaves_a_copy_that_the_next_run_sweeps(
    tmp_path: Path, tree: Path, publish: Callable[..., Bundle]
) -> None:
    path, spool = made(tmp_path / "large.db", rows=3000, row_bytes=100_000), tmp_path / "state" / "spool"
    spool.mkdir(parents=True)
    with subprocess.Popen([sys.executable, "-c", MEASURED, str(path), str(spool)]) as child:
        wait_for(lambda: [part for part in spool.iterdir() if part.stat().st_size], every_s=0)
        child.kill()
    assert [part.stat().st_mode & 0o777 for part in spool.iterdir()] == [0o600]
    publish(tree)
    assert not list(spool.iterdir())


def test_every_fault_of_the_options_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="path: .*; busy_seconds: .*; limit_gb: "):
        Options(path=Path("records.db"), busy_seconds=0, limit_gb=0)


def test_bytes_of_every_kind_in_a_databases_place_give_a_source_error_or_a_copy(tmp_path: Path) -> None:
    """Seeded: a database with one to five places overwritten, or cut anywhere."""
    path = made(tmp_path / "good.db", journal="delete", rows=200)
    good, seeded, refused = path.read_bytes(), random.Random(6), 0
    for _ in range(150):
        bad = bytearray(good)
        for _ in range(seeded.randint(1, 5)):
            at, many = seeded.randrange(len(bad)), seeded.randint(1, 200)
            bad[at : at + many] = seeded.randbytes(many)
        path.write_bytes(
            bytes(bad[: seeded.randrange(len(bad))] if seeded.random() < 0.3 else bad[: len(good)])
        )
        try:
            captured(path, tmp_path / "spool")
        except SourceError as error:
            refused += 1
            assert "\n" not in str(error) and not list((tmp_path / "spool").iterdir())
    assert refused > 30


def test_a_delta_holds_the_database_only_when_something_in_it_changed(
    tmp_path: Path, tree: Path, publish: Callable[..., Bundle]
) -> None:
    path = made(tmp_path / "records.db")
    sources = (SourceSpec(name="records", options=Options(path=path)),)
    kinds = [("full", 1)]
    publish(sources=sources)
    for change in ("SELECT 1", "UPDATE turns SET count = count + 1", "SELECT 1"):
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute(change)
        bundle = publish(sources=sources, kind="delta")
        kinds.append((bundle.kind, bundle.files))
    assert kinds == [("full", 1), ("delta", 0), ("delta", 1), ("delta", 0)]
