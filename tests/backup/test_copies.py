"""Second places and export: whole and read back, or not there; what is missing, full or broken stops nothing else."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.backup import copies, outbox
from appliance.backup.bundle import Bundle
from appliance.backup.copies import Copied
from appliance.backup.keys import allowed_signers
from appliance.backup.restore import restore
from appliance.backup.verify import verify_all
from appliance.cli import main
from tests.backup.conftest import NOW, VENUE

Publish = Callable[..., Bundle]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A directory on another file system than the outbox."""
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("/dev/shm is no file system of its own")
    made = Path(tempfile.mkdtemp(prefix="b6-", dir=shm))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    made = tmp_path / "small"
    made.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "b6-small", str(made)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs here: {mounted.stderr.decode().strip()}")
    yield made
    subprocess.run(["umount", str(made)], check=True)


def up(tmp_path: Path, place: Path, *, receipted: set[str] = frozenset(), keep_days: int = 30) -> Copied:  # type: ignore[assignment]
    return copies.bring_up(
        tmp_path / "state", place, venue=VENUE, receipted=receipted, now=NOW, keep_days=keep_days
    )


def there(place: Path) -> list[str]:
    return [bundle.name for bundle in outbox.bundles_in(place / f"venue-{VENUE}")]


def test_a_copy_is_byte_for_byte_verifies_and_restores_with_what_stands_beside_it(
    publish: Publish, tree: Path, tmp_path: Path, place: Path, identity: Path
) -> None:
    names = [publish(tree).name, publish(tree, kind="delta").name]
    done = up(tmp_path, place)
    assert (done.fault, done.newest, done.bundles, done.copied, done.lacking) == ("", names[-1], 2, 2, 0)
    directory = place / f"venue-{VENUE}"
    for path in outbox.outbox_of(tmp_path / "state").glob("520100*"):
        assert (directory / path.name).read_bytes() == path.read_bytes()
    signers = directory / "allowed_signers"
    assert verify_all(directory, allowed_signers=signers).findings == ()
    assert restore(directory, allowed_signers=signers, identity=identity, into=tmp_path / "into").files
    assert up(tmp_path, place).copied == 0


def test_what_lacks_is_caught_up_with_later_and_a_copy_that_was_killed_leaves_nothing(
    publish: Publish, tree: Path, tmp_path: Path, place: Path
) -> None:
    first = publish(tree).name
    assert up(tmp_path, place).copied == 1
    later = [publish(tree, kind="delta").name for _ in range(3)]
    directory = place / f"venue-{VENUE}"
    (directory / f".{later[0]}.tar.zst.age.part").write_bytes(b"half")
    (directory / f"{later[1]}.tar.zst.age").write_bytes(b"a copy without its signature")
    done = up(tmp_path, place)
    assert (done.copied, there(place)) == (3, [first, *later])
    assert not list(directory.glob(".*.part"))


def test_an_empty_mount_point_or_a_folder_of_the_box_is_no_second_place(
    publish: Publish, tree: Path, tmp_path: Path
) -> None:
    publish(tree)
    for where in (tmp_path / "nowhere", tmp_path / "empty", Path("/")):
        if where.name == "empty":
            where.mkdir()
        done = up(tmp_path, where)
        assert (done.fault, done.lacking, done.newest) == ("missing", 1, "")
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_place_that_is_full_keeps_what_it_has_says_so_and_gets_the_rest_once_there_is_room(
    publish: Publish, tree: Path, tmp_path: Path, small: Path
) -> None:
    first = publish(tree).name
    (tree / "big").write_bytes(os.urandom(6 << 20))
    second = publish(tree, kind="delta").name
    done = up(tmp_path, small)
    assert (done.fault, done.copied, done.lacking, there(small)) == ("full", 1, 1, [first])
    assert not list((small / f"venue-{VENUE}").glob(".*.part"))
    subprocess.run(["mount", "-o", "remount,size=40m", str(small)], check=True)
    assert (up(tmp_path, small).fault, there(small)) == ("", [first, second])


def test_what_is_receipted_makes_room_there_too_and_is_not_copied_again(
    publish: Publish, tree: Path, tmp_path: Path, small: Path
) -> None:
    (tree / "big").write_bytes(os.urandom(2 << 20))
    names = [publish(tree).name for _ in range(3)]
    done = up(tmp_path, small, receipted=set(names))
    assert done.fault == "" and there(small) == names[-1:] and done.pruned == []
    assert up(tmp_path, small, receipted=set(names)).copied == 0
    newer = publish(tree).name
    done = up(tmp_path, small, receipted={*names, newer})
    assert there(small) == [newer] and [b.name for g in done.pruned for b in g.bundles] == names[-1:]


def test_what_is_not_receipted_is_never_pruned_there(
    publish: Publish, tree: Path, tmp_path: Path, small: Path
) -> None:
    (tree / "big").write_bytes(os.urandom(2 << 20))
    names = [publish(tree).name for _ in range(3)]
    done = up(tmp_path, small)
    assert (done.fault, done.pruned) == ("full", []) and there(small) == names[: done.copied]


def test_a_medium_that_is_read_only_is_told_as_such(
    publish: Publish, tree: Path, tmp_path: Path, small: Path
) -> None:
    publish(tree)
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    assert up(tmp_path, small).fault == "read_only"


def test_two_at_once_are_one(publish: Publish, tree: Path, tmp_path: Path, place: Path) -> None:
    publish(tree)
    assert up(tmp_path, place).fault == ""
    fd = os.open(place / f"venue-{VENUE}" / ".lock", os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        assert up(tmp_path, place).fault == "busy"
    finally:
        os.close(fd)


def test_a_bundle_that_is_damaged_in_the_outbox_is_not_copied_as_if_it_were_whole(
    publish: Publish, tree: Path, tmp_path: Path, place: Path
) -> None:
    publish(tree)
    (bundle,) = outbox.bundles(tmp_path / "state")
    raw = bytearray(bundle.data.read_bytes())
    raw[len(raw) // 2] ^= 1
    bundle.data.write_bytes(raw)
    assert up(tmp_path, place).fault == "damaged" and there(place) == []


def test_one_that_is_damaged_in_the_outbox_keeps_no_other_from_its_copy(
    publish: Publish, tree: Path, tmp_path: Path, place: Path
) -> None:
    names = [publish(tree).name for _ in range(4)]
    first, second, third, _ = outbox.bundles(tmp_path / "state")
    raw = bytearray(first.data.read_bytes())
    raw[-1] ^= 1
    first.data.write_bytes(raw)
    second.data.unlink()
    third.data.unlink()
    third.data.mkdir()  # as one that gives an error when it is read
    done = up(tmp_path, place)
    assert (done.fault, done.newest, done.copied, done.lacking) == ("damaged", "", 1, 3)
    assert there(place) == names[3:] and first.data.name in done.detail
    assert verify_all(place / f"venue-{VENUE}", allowed_signers=allowed_signers(tmp_path / "state")).findings == ()


def test_only_what_went_from_there_is_told_as_pruned(publish: Publish, tree: Path, tmp_path: Path, place: Path) -> None:
    names = [publish(tree).name for _ in range(2)]
    assert up(tmp_path, place).fault == ""
    signature = place / f"venue-{VENUE}" / f"{names[0]}.json.sig"
    signature.unlink()
    signature.mkdir()  # it cannot be taken away
    done = up(tmp_path, place, receipted=set(names), keep_days=-1)
    assert done.fault == "failed" and done.pruned == []


def export(tmp_path: Path, place: Path, *words: str) -> int:
    config = tmp_path / "appliance.toml"
    config.write_text(f'[venue]\ncode = "{VENUE}"\nname = "x"\nstate_dir = "{tmp_path}/state"\n', encoding="utf-8")
    return main(["backup", "export", "--config", str(config), *words, str(place)])


def test_export_carries_out_what_is_not_receipted_a_line_a_bundle_and_goes_on_where_it_ended(
    publish: Publish, tree: Path, tmp_path: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [publish(tree).name for _ in range(3)]
    assert export(tmp_path, place) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == names
    assert verify_all(place, allowed_signers=allowed_signers(tmp_path / "state")).findings == ()
    (place / f"{names[1]}.json.sig").unlink()
    raw = bytearray((place / f"{names[2]}.tar.zst.age").read_bytes())
    raw[-1] ^= 1
    (place / f"{names[2]}.tar.zst.age").write_bytes(raw)
    (place / "of somebody else.part").touch()
    assert export(tmp_path, place, "--json") == 0
    rows = json.loads(capsys.readouterr().out)["bundles"]
    assert [row["there"] for row in rows] == [True, False, False]
    assert verify_all(place, allowed_signers=allowed_signers(tmp_path / "state")).findings == ()
    assert (place / "of somebody else.part").exists()


def test_export_says_which_is_damaged_and_carries_the_others_out(
    publish: Publish, tree: Path, tmp_path: Path, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [publish(tree).name for _ in range(3)]
    outbox.bundles(tmp_path / "state")[0].data.write_bytes(b"other bytes")
    outbox.bundles(tmp_path / "state")[1].data.unlink()
    assert export(tmp_path, place) == 2
    said = capsys.readouterr()
    assert [line.split()[0] for line in said.out.splitlines()] == names[2:]
    assert names[0] in said.err and names[1] in said.err and "1 bundles stand there" in said.err
    assert [bundle.name for bundle in outbox.bundles_in(place)] == names[2:]


def test_export_refuses_what_is_not_mounted_and_what_has_too_little_room(
    publish: Publish, tree: Path, tmp_path: Path, small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "big").write_bytes(os.urandom(20 << 20))
    publish(tree)
    here = tmp_path / "here"
    here.mkdir()
    for where, word in ((here, "no other disk"), (tmp_path / "nowhere", "No such file"), (small, "are needed")):
        assert export(tmp_path, where) == 2
        said = capsys.readouterr()
        assert word in said.err and len(said.err.splitlines()) == 1 and said.out == ""
    with contextlib.suppress(FileNotFoundError):
        assert list(small.iterdir()) == []


def test_a_stick_with_a_pipe_or_a_file_without_end_holds_nobody_up_and_gets_its_bundle(
    publish: Publish, tree: Path, tmp_path: Path, place: Path
) -> None:
    names = [publish(tree).name for _ in range(3)]
    assert export(tmp_path, place) == 0
    for name, suffix in zip(names, (".json", ".json.sig", ".tar.zst.age"), strict=True):
        (place / (name + suffix)).unlink()
        os.mkfifo(place / (name + suffix))
    assert export(tmp_path, place) == 0
    for name, suffix in zip(names, (".json", ".json.sig", ".tar.zst.age"), strict=True):
        os.truncate(place / (name + suffix), 1 << 40)
    assert export(tmp_path, place) == 0
    assert verify_all(place, allowed_signers=allowed_signers(tmp_path / "state")).findings == ()


def test_with_what_is_carried_out_goes_the_key_by_which_it_is_verified(
    publish: Publish, tree: Path, tmp_path: Path, place: Path
) -> None:
    publish(tree)
    (place / f"{VENUE}.allowed_signers").symlink_to(tree / "room1" / "a.json")
    assert export(tmp_path, place) == 0
    assert verify_all(place, allowed_signers=place / f"{VENUE}.allowed_signers").findings == ()
    assert (tree / "room1" / "a.json").read_text() == '{"q1": "B"}', "a link is replaced and not followed"


def test_a_link_in_the_place_of_the_venues_folder_is_not_followed(
    publish: Publish, tree: Path, tmp_path: Path, place: Path
) -> None:
    publish(tree)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (place / f"venue-{VENUE}").symlink_to(elsewhere)
    done = up(tmp_path, place)
    assert (done.fault, done.lacking) == ("failed", 1) and "a link" in done.detail
    assert list(elsewhere.iterdir()) == []
