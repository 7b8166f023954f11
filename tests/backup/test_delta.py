"""Deltas: what changed and nothing else, and the state restored from all of them is the tree as it stood."""

import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from appliance.backup.bundle import Bundle, SourceSpec
from appliance.backup.index_files import directory_of, index_of
from appliance.backup.keys import allowed_signers
from appliance.backup.outbox import outbox_of
from appliance.backup.restore import BundleDamaged, NoSuchBundle, Restored, restore
from appliance.backup.sources import directory_file
from appliance.backup.sources.directory import Options
from tests.backup.conftest import NOW
from tests.backup.settled import settle

Publish = Callable[..., Bundle]
Open = Callable[[Path, Path], None]


@pytest.fixture
def brought_back(tmp_path: Path, identity: Path) -> Callable[..., tuple[Path, Restored]]:
    """Restore into a fresh directory, or where one of its names stands already."""
    state, count = tmp_path / "state", iter(range(10_000))

    def make(*, standing: str = "", **options: object) -> tuple[Path, Restored]:
        into = tmp_path / f"back{next(count)}"
        (into / standing).mkdir(parents=True)
        result = restore(
            outbox_of(state), allowed_signers=allowed_signers(state), identity=identity, into=into, **options
        )
        return into, result

    return make


def seen(root: Path) -> dict[str, object]:
    """Everything below `root`, by path: kind, mode, time, content or target."""
    found: dict[str, object] = {}
    for path in sorted([root, *root.rglob("*")]):
        status = path.lstat()
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = ("link", os.readlink(path))
        elif path.is_dir():
            found[name] = ("directory", status.st_mode, status.st_mtime_ns)
        else:
            found[name] = ("file", status.st_mode, status.st_mtime_ns, path.read_bytes())
    return found


def test_a_delta_holds_what_changed_and_nothing_else_and_opens_with_stock_tools(
    tmp_path: Path, tree: Path, publish: Publish, stock_open: Open
) -> None:
    settle(tree)
    full = publish(tree)
    (tree / "room1" / "a.json").write_text('{"q1": "C"}')
    (tree / "new").write_text("new")
    (tree / "room1" / "nothing").unlink()
    delta = publish(tree, kind="delta")
    assert (full.kind, delta.kind, delta.parent, delta.files) == ("full", "delta", full.name, 2)
    stock_open(outbox_of(tmp_path / "state") / f"{delta.name}.tar.zst.age", tmp_path / "out")
    files = sorted(str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert [name for name in files if not name.startswith(".venue")] == ["answers/new", "answers/room1/a.json"]
    assert '"gone"' in (tmp_path / "out" / ".venue" / "files.jsonl").read_text()


def test_a_tree_that_did_not_change_makes_an_empty_delta(tree: Path, publish: Publish) -> None:
    settle(tree)
    publish(tree)
    assert [(publish(tree, kind="delta").files, publish(tree, kind="delta").files) for _ in range(2)] == [(0, 0)] * 2


def test_a_file_written_again_within_one_tick_of_the_clock_is_in_the_next_delta(
    tree: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]]
) -> None:
    """The same size, the same stamps: what tells is that it was too young to be believed."""
    for number in range(30):
        (tree / "quick").write_bytes(b"%04d" % number)
        publish(tree, kind="delta")
        (tree / "quick").write_bytes(b"%04d" % (5000 + number))
        publish(tree, kind="delta")
    into, _ = brought_back()
    assert (into / "answers" / "quick").read_bytes() == b"5029"


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_to_a_tree_each_bundle_restores_to_what_stood_then(
    seed: int, tmp_path: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]]
) -> None:
    chance, root, away = random.Random(seed), tmp_path / "answers", tmp_path / "away"
    root.mkdir()
    away.mkdir()
    stood: dict[str, dict[str, object]] = {}
    for turn in range(14):
        for _ in range(chance.randrange(6)):
            disturb(root, away, chance)
        settle(root)
        kind = "full" if chance.random() < 0.15 else "delta"
        bundle = publish(root, kind=kind, now=NOW + timedelta(minutes=turn))
        stood[bundle.name] = seen(root)
    for name, then in stood.items():
        for standing in ("", "answers"):
            into, _ = brought_back(name=name, standing=standing)
            assert seen(into / "answers") == then, name
            assert os.listdir(into) == ["answers"]
            shutil.rmtree(into)
    into, result = brought_back(at=NOW + timedelta(minutes=7, seconds=30))
    assert seen(into / "answers") == list(stood.values())[7] and result.name == list(stood)[7]


@pytest.mark.parametrize("standing", ["", "answers"])
def test_a_directory_that_went_or_became_a_file_or_a_link_leaves_none_behind(
    standing: str, tmp_path: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]]
) -> None:
    root = tmp_path / "answers"
    for name in ("gone", "file", "link", "kept"):
        (root / name / "deep").mkdir(parents=True)
        (root / name / "deep" / "a").write_text(name)
    publish(root)
    for name in ("gone", "file", "link"):
        shutil.rmtree(root / name)
    (root / "file").write_text("a file now")
    (root / "link").symlink_to("kept")
    (root / "kept" / "deep" / "a").unlink()
    publish(root, kind="delta")
    into, result = brought_back(standing=standing)
    assert result.bundles == 2 and seen(into / "answers") == seen(root)


def disturb(root: Path, away: Path, chance: random.Random) -> None:
    """One change of the kinds that a delta can miss."""
    paths = [path for path in root.rglob("*") if not path.is_symlink()]
    directories = [root, *(path for path in paths if path.is_dir())]
    files = [path for path in paths if path.is_file()]
    name = chance.choice(directories) / f"n{chance.randrange(6)}"
    match chance.randrange(10):
        case 0 | 1 if not name.exists() and not name.is_symlink():
            name.write_bytes(chance.randbytes(chance.randrange(3000)))
        case 2 if not name.exists() and not name.is_symlink():
            name.mkdir()
        case 3 if files:
            chance.choice(files).write_bytes(chance.randbytes(chance.randrange(3000)))
        case 4 if files:
            chance.choice(files).unlink()
        case 5 if len(directories) > 1:  # moved away with all in it, stamps and all
            moved = chance.choice(directories[1:])
            moved.rename(away / f"{moved.relative_to(root).as_posix().replace('/', '+')}@{chance.random()}")
        case 6 if found := list(away.iterdir()):  # and back again
            back = chance.choice(found)
            place = root / back.name.split("@")[0].replace("+", "/")
            if place.parent.is_dir() and not place.exists() and not place.is_symlink():
                back.rename(place)
        case 7 if files:  # a directory takes a file's place, or a link does
            place = chance.choice(files)
            place.unlink()
            place.mkdir() if chance.random() < 0.5 else place.symlink_to("n1")
        case 8 if len(directories) > 1:
            place = chance.choice(directories[1:])
            shutil.rmtree(place)
            place.write_bytes(b"a file now")
        case 9 if files:
            chance.choice(files).chmod(chance.choice((0o600, 0o640, 0o644)))


def test_a_source_that_fails_loses_nothing_of_what_the_bundles_before_hold(
    tree: Path, tmp_path: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "x").write_text("x")
    settle(tree)
    publish(tree, other)
    before = seen(tree)
    tree.rename(tmp_path / "unmounted")
    failed = publish(tree, other, kind="delta")
    assert (failed.kind, failed.failed_sources) == ("delta", ("answers",))
    assert seen(brought_back()[0] / "answers") == before
    (tmp_path / "unmounted").rename(tree)
    (tree / "late").write_text("late")
    assert publish(tree, other, kind="delta").files == 1
    assert seen(brought_back()[0] / "answers") == seen(tree)


def test_what_could_not_be_read_is_taken_once_it_can_be(
    tree: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tree)
    opened = os.open

    def refuse(path: object, flags: int, *rest: object, **named: object) -> int:
        if path == b"a.json":
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *rest, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        assert publish(tree).not_captured
    assert publish(tree, kind="delta").files == 1
    assert seen(brought_back()[0] / "answers") == seen(tree)


def damage_nothing(path: Path) -> None:
    path.unlink()


def damage_header(path: Path) -> None:
    path.write_bytes(b"rubbish" + path.read_bytes()[7:])


def damage_cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def damage_format(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE about SET value = 99 WHERE key = 'format'")
    db.close()


def damage_key(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE about SET value = x'00' WHERE key = 'key'")
    db.close()


@pytest.mark.parametrize("damage", [damage_nothing, damage_header, damage_cut, damage_format, damage_key])
def test_an_index_that_cannot_be_believed_makes_a_full_bundle(
    damage: Callable[[Path], None], tree: Path, tmp_path: Path, publish: Publish
) -> None:
    first = publish(tree)
    damage(index_of(tmp_path / "state", first.name))
    assert (publish(tree, kind="delta").kind, publish(tree, kind="delta").kind) == ("full", "delta")


@pytest.mark.parametrize("seed", range(8))
def test_an_index_with_flipped_bits_costs_bytes_and_never_an_answer(
    seed: int, tree: Path, tmp_path: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]]
) -> None:
    for number in range(50):
        (tree / "room1" / f"{number}.json").write_text(f"{number}")
    settle(tree)
    path = index_of(tmp_path / "state", publish(tree).name)
    chance, raw = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(20):
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    path.write_bytes(raw)
    (tree / "room1" / "7.json").write_text("seven")
    publish(tree, kind="delta")
    assert seen(brought_back()[0] / "answers") == seen(tree)


def test_other_recipients_or_sources_begin_a_chain_of_their_own(
    tree: Path, tmp_path: Path, publish: Publish, recipient: str
) -> None:
    publish(tree)
    twice = publish(tree, kind="delta", recipients=(recipient, recipient))
    (tmp_path / "more").mkdir()
    assert (twice.kind, publish(tree, tmp_path / "more", kind="delta").kind) == ("full", "full")


def test_only_the_newest_index_is_kept_and_nobody_else_may_read_it(
    tree: Path, tmp_path: Path, publish: Publish
) -> None:
    names = [publish(tree, kind="delta").name for _ in range(3)]
    (found,) = directory_of(tmp_path / "state").iterdir()
    assert found == index_of(tmp_path / "state", names[-1])
    assert (found.stat().st_mode & 0o777, found.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert b"a.json" not in found.read_bytes()


def test_a_delta_whose_parent_is_not_there_says_which_one_is_missing(
    tree: Path, tmp_path: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]]
) -> None:
    full = publish(tree)
    publish(tree, kind="delta")
    outbox_of(tmp_path / "state").joinpath(f"{full.name}.json.sig").unlink()
    with pytest.raises(NoSuchBundle, match=full.name):
        brought_back()


def test_a_damaged_bundle_in_the_middle_of_a_chain_restores_nothing(
    tree: Path, tmp_path: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]]
) -> None:
    publish(tree)
    (tree / "new").write_text("new")
    middle = publish(tree, kind="delta")
    publish(tree, kind="delta")
    data = outbox_of(tmp_path / "state") / f"{middle.name}.tar.zst.age"
    raw = bytearray(data.read_bytes())
    raw[-9] ^= 1
    data.chmod(0o600)
    data.write_bytes(raw)
    with pytest.raises(BundleDamaged):
        brought_back()
    assert not list(tmp_path.glob("back0/answers*"))


def test_a_file_too_young_to_be_told_from_its_next_version_is_in_the_next_delta_too(
    tree: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tree)
    with monkeypatch.context() as young:
        young.setattr(directory_file, "_TICK_NS", 1 << 62)
        full = publish(tree)
    assert full.files == publish(tree, kind="delta").files > 0
    assert publish(tree, kind="delta").files == 0


def test_what_went_while_its_directory_could_not_be_read_is_not_restored(
    tree: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(tree)
    publish(tree)
    opened = os.open

    def refuse(path: object, flags: int, *rest: object, **named: object) -> int:
        if path == b"room1":
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *rest, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        assert publish(tree, kind="delta").not_captured
        (tree / "room1" / "a.json").unlink()
    settle(tree)
    publish(tree, kind="delta")
    assert seen(brought_back()[0] / "answers") == seen(tree)


def test_a_disk_that_is_not_mounted_takes_nothing_away(
    tmp_path: Path, publish: Publish, brought_back: Callable[..., tuple[Path, Restored]]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to mount")
    mounted, other = tmp_path / "mounted", tmp_path / "other"
    mounted.mkdir()
    other.mkdir()
    sources = tuple(
        SourceSpec(name=root.name, options=Options(path=root, mount_point=root == mounted)) for root in (mounted, other)
    )
    subprocess.run(["mount", "-t", "tmpfs", "none", str(mounted)], check=True)
    try:
        (mounted / "x").write_text("x")
        publish(sources=sources)
    finally:
        subprocess.run(["umount", str(mounted)], check=True)
    assert publish(sources=sources, kind="delta").failed_sources == ("mounted",)
    assert (brought_back()[0] / "mounted" / "x").read_text() == "x"
