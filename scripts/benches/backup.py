"""Bundles of 200,000 small files and a gigabyte beside tar, zstd and age, and deltas beside restic and borg."""

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from appliance.backup.keys import allowed_signers
from appliance.backup.outbox import newest, outbox_of
from appliance.backup.readback import ReadBackFile
from appliance.backup.verify import verify_all
from appliance.province.keys import init
from scripts.benches.backup_used import Used, together_mb, used
from scripts.benches.frame import Bench, CannotMeasure, Figure, Limit, elapsed_ms

NEEDED = ("tar", "zstd", "age", "restic", "borg", "sha256sum")
FILES_A_DIRECTORY = 100
SMALL_BYTES = (200, 12_000)
GROWTH = (1_000, 10_000, 100_000, 1_000_000)
CHILD = (sys.executable, "-m", "scripts.benches.backup_child")
RESTORE = (sys.executable, "-m", "scripts.benches.backup_restore")


def measure(bench: Bench) -> Iterator[Figure]:
    """The figures of issue 6 that are built."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        raise CannotMeasure(f"apt install {' '.join(missing)} (borg is in borgbackup)")
    place = _Place(bench)
    for part in (_full, _last_flush, _deltas, _back, _growth):
        bench.say(f"backup: {(part.__doc__ or '').splitlines()[0]}")
        yield from part(bench, place)


class _Place:
    """The tree that is sealed, a state directory, the province's key."""

    def __init__(self, bench: Bench) -> None:
        self.tree, self.state, self.out = (bench.directory / name for name in ("tree", "state", "out"))
        self.out.mkdir()
        init(bench.directory / "province")
        self.identity = bench.directory / "province" / "province.key"
        self.recipient = self.identity.with_name("recipients.txt").read_text(encoding="utf-8").strip()
        self.files = bench.times(200_000, 4_000)
        grown(self.tree, self.files, seed=6)
        with (self.tree / "video.bin").open("wb") as file:
            for _ in range(bench.times(1024, 20)):
                file.write(os.urandom(1 << 20))

    @property
    def reference(self) -> str:
        """What a full bundle is measured beside, for a shell."""
        sealed = self.out / "reference.tar.zst.age"
        pipe = f"tar -C {self.tree} -c . | zstd -3 -q | age -r {self.recipient} > {sealed}"
        return f"set -o pipefail; {pipe}; sync {sealed}"

    def bundle(self, kind: str) -> Used:
        """Seal one bundle of our own."""
        return used([*CHILD, str(self.state), str(self.tree), self.recipient, kind])

    def restic(self) -> Used:
        """One snapshot of restic's, its repository made at first."""
        environ = {
            "RESTIC_REPOSITORY": str(self.out / "restic"), "RESTIC_PASSWORD": "x",
            "RESTIC_CACHE_DIR": str(self.out / "restic-cache"),
        }  # fmt: skip
        if not (self.out / "restic").exists():
            used(["restic", "init", "-q"], environ)
        return used(["restic", "backup", "-q", str(self.tree)], environ)

    def borg(self) -> Used:
        """One archive of borg's, zstd 3, its repository made at first."""
        environ = {"BORG_REPO": str(self.out / "borg"), "BORG_PASSPHRASE": "x", "BORG_BASE_DIR": str(self.out)}
        if not (self.out / "borg").exists():
            used(["borg", "init", "-e", "repokey-blake2"], environ)
        return used(["borg", "create", "-C", "zstd,3", "::{now:%H%M%S.%f}", str(self.tree)], environ)


def _full(bench: Bench, place: _Place) -> Iterator[Figure]:
    """A full bundle, read back and published, beside the same tools that open it."""
    name = f"full bundle, {place.files:,} files and {bench.times(1024, 20):,} MB incompressible, read back"
    reference = "tar, zstd -3 and age in a pipe, synced, not read back"
    ours, theirs = _turns(bench, place, os.sync)
    yield Figure(
        name=name, unit="s", values=[one.wall_s for one in ours], reference=reference,
        reference_values=[one.wall_s for one in theirs], limit=Limit(most=1.1, of_ratio=True),
    )  # fmt: skip
    yield Figure(
        name="the same, CPU", unit="s", values=[one.cpu_s for one in ours], reference=reference,
        reference_values=[one.cpu_s for one in theirs],
    )  # fmt: skip
    yield Figure(
        name="the same, peak resident", unit="MB", values=[one.peak_mb for one in ours],
        reference="the largest of the three", reference_values=[one.peak_mb for one in theirs], limit=Limit(most=64),
    )  # fmt: skip
    yield Figure(
        name="the same, all processes together at their peak, what they share counted once", unit="MB",
        values=[together_mb([*CHILD, str(place.state), str(place.tree), place.recipient, "full"])],
        reference="the three together", reference_values=[together_mb(["bash", "-c", place.reference])],
    )  # fmt: skip
    ours, theirs = _turns(bench, place, lambda: all_cold(place.tree))
    yield Figure(
        name="the same, the files not in the page cache", unit="s", values=[one.wall_s for one in ours],
        reference=reference, reference_values=[one.wall_s for one in theirs],
    )  # fmt: skip


def _turns(bench: Bench, place: _Place, before: Callable[[], None]) -> tuple[list[Used], list[Used]]:
    """Ours and the reference, each first every other time, `before` each of them."""
    ours: list[Used] = []
    theirs: list[Used] = []
    for turn in range(bench.times(3, 1)):
        pair = [(ours, lambda: place.bundle("full")), (theirs, lambda: used(["bash", "-c", place.reference]))]
        for kept, call in pair if turn % 2 else reversed(pair):
            before()
            kept.append(call())
    return ours, theirs


def _deltas(bench: Bench, place: _Place) -> Iterator[Figure]:
    """Deltas after one file in a hundred changed, and after none, beside restic and borg."""
    place.bundle("full")
    place.restic()
    place.borg()
    chance = random.Random(7)
    for what, share, most in (("1 % of the files changed", 0.01, 0.33), ("nothing changed", 0.0, 0.2)):
        found: dict[str, list[Used]] = {"ours": [], "restic": [], "borg": []}
        for turn in range(bench.times(3, 1)):
            alter(place.tree, place.files, share, chance)
            time.sleep(0.1)  # a file that is younger than a tick is taken twice
            calls = [("ours", lambda: place.bundle("delta")), ("restic", place.restic), ("borg", place.borg)]
            for name, call in calls[turn % 3 :] + calls[: turn % 3]:
                found[name].append(call())
        for beside in ("restic", "borg"):
            for unit, of in (("wall", "wall_s"), ("CPU", "cpu_s")):
                yield Figure(
                    name=f"delta, {what}: {unit}", unit="s", values=[getattr(one, of) for one in found["ours"]],
                    reference=beside, reference_values=[getattr(one, of) for one in found[beside]],
                    limit=Limit(most=most, of_ratio=True) if beside == "restic" else None,
                )  # fmt: skip
        yield Figure(
            name=f"delta, {what}: peak resident", unit="MB", values=[one.peak_mb for one in found["ours"]],
            reference="restic", reference_values=[one.peak_mb for one in found["restic"]], limit=Limit(most=64),
        )  # fmt: skip


def _back(bench: Bench, place: _Place) -> Iterator[Figure]:
    """The bundles verified, and one restored."""
    shutil.rmtree(place.state)
    place.bundle("full")
    bundle = newest(outbox_of(place.state))
    if bundle is None:
        raise CannotMeasure("no bundle was made")
    data, signers = bundle.data, allowed_signers(place.state)
    verified: list[float] = []
    hashed: list[float] = []
    restored: list[Used] = []
    unpacked: list[Used] = []
    # Each into a directory of its own, all of them gone at the end: ext4 looks at every inode that was freed lately.
    backs = [place.out / f"back{number}" for number in range(bench.times(6, 2))]
    for into, beside in zip(backs[::2], backs[1::2], strict=True):
        cold(data)
        verified.append(elapsed_ms(lambda: verify_all(data.parent, allowed_signers=signers)) / 1000)
        cold(data)
        hashed.append(used(["sha256sum", str(data)]).wall_s)
        cold(data)
        restored.append(used([*RESTORE, str(place.state), str(place.identity), str(into)]))
        cold(data)
        pipe = f"age -d -i {place.identity} {data} | zstd -dq | tar -x -C {beside}"
        unpacked.append(used(["bash", "-c", f"set -o pipefail; mkdir {beside}; {pipe}; sync -f {beside}"]))
    for back in backs:
        shutil.rmtree(back)
    yield Figure(
        name="verify", unit="s", values=verified, reference="sha256sum of the sealed file", reference_values=hashed,
        limit=Limit(most=1.25, of_ratio=True),
    )  # fmt: skip
    yield Figure(
        name="restore, every file's sha256 checked", unit="s", values=[one.wall_s for one in restored],
        reference="age -d, zstd -d and tar -x in a pipe, synced", reference_values=[one.wall_s for one in unpacked],
        limit=Limit(most=1.3, of_ratio=True),
    )  # fmt: skip
    yield Figure(
        name="the same, CPU", unit="s", values=[one.cpu_s for one in restored],
        reference="age -d, zstd -d and tar -x in a pipe, synced", reference_values=[one.cpu_s for one in unpacked],
    )  # fmt: skip


def _last_flush(bench: Bench, place: _Place) -> Iterator[Figure]:
    """How long the last flush of a gigabyte takes, written as a bundle is and written at once."""
    block = os.urandom(1 << 20)
    ours: list[float] = []
    plain: list[float] = []
    for _ in range(bench.times(3, 1)):
        file = ReadBackFile(place.out / "flushed", mode=0o600)
        for _ in range(bench.times(1024, 20)):
            file.write(block)
        ours.append(elapsed_ms(file.finish))
        with (place.out / "plain").open("wb", buffering=0) as other:
            for _ in range(bench.times(1024, 20)):
                other.write(block)
            plain.append(elapsed_ms(partial(os.fsync, other.fileno())))
        for name in ("flushed", "plain"):
            (place.out / name).unlink()
    yield Figure(
        name="the last flush of a gigabyte, what is left of it read back too", unit="ms", values=ours,
        reference="one fsync at the end", reference_values=plain,
    )  # fmt: skip


def _growth(bench: Bench, place: _Place) -> Iterator[Figure]:
    """A delta of nothing and the memory it takes, from a thousand files to a million."""
    for count in GROWTH[: bench.times(4, 2)]:
        shutil.rmtree(place.tree)
        shutil.rmtree(place.state, ignore_errors=True)
        grown(place.tree, count, seed=count, size=(10, 50))
        full, delta = place.bundle("full"), place.bundle("delta")
        yield Figure(
            name=f"{count:,} tiny files: full, then a delta of nothing", unit="s", values=[delta.wall_s],
            reference="the full one", reference_values=[full.wall_s],
        )  # fmt: skip
        yield Figure(
            name=f"{count:,} tiny files: peak resident of the delta", unit="MB", values=[delta.peak_mb],
            reference="of the full one", reference_values=[full.peak_mb],
        )  # fmt: skip


def grown(tree: Path, files: int, *, seed: int, size: tuple[int, int] = SMALL_BYTES) -> None:
    """A tree, made by another process: the kernel counts a parent's memory as its children's peak."""
    told = f"from scripts.benches.backup import grow\nfrom pathlib import Path\ngrow(Path({str(tree)!r}), {files}, seed={seed}, size={size})"  # noqa: E501
    subprocess.run([sys.executable, "-c", told], check=True)


def grow(tree: Path, files: int, *, seed: int, size: tuple[int, int] = SMALL_BYTES) -> None:
    """Answers as an exam writes them: half text that packs well, half that does not, a hundred a directory."""
    chance = random.Random(seed)
    text = " ".join(chance.choice(("A", "B", "C", "D", "答案", "第")) for _ in range(9000)).encode()
    noise = chance.randbytes(1 << 20)
    for number in range(files):
        directory = tree / f"room{number // 10_000:03d}" / f"{number // FILES_A_DIRECTORY:05d}"
        if number % FILES_A_DIRECTORY == 0:
            directory.mkdir(parents=True, exist_ok=True)
        length = chance.randrange(*size)
        source = text if number % 2 else noise
        start = chance.randrange(len(source) - length)
        (directory / f"{number:07d}.ans").write_bytes(source[start : start + length])


def alter(tree: Path, files: int, share: float, chance: random.Random) -> None:
    """Write a share of the files anew."""
    for number in chance.sample(range(files), int(files * share)):
        path = tree / f"room{number // 10_000:03d}" / f"{number // FILES_A_DIRECTORY:05d}" / f"{number:07d}.ans"
        path.write_bytes(chance.randbytes(chance.randrange(*SMALL_BYTES)))


def all_cold(tree: Path) -> None:
    """Every file of a tree out of the page cache; its directories and inodes stay known."""
    os.sync()
    for directory, _, names in os.walk(tree):
        for name in names:
            cold(Path(directory, name))


def cold(path: Path) -> None:
    """Out of the page cache."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
