"""Files that the setup writes: shown, whole, and the old one kept."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.setup.change import Change, put

ROOT = Path(__file__).resolve().parents[2]


def test_the_old_file_stays_beside_with_its_rights_and_a_second_write_keeps_the_first(tmp_path: Path) -> None:
    path = tmp_path / "ups.conf"
    path.write_text("old\n")
    path.chmod(0o604)
    put(Change(path=path, text="new\n", mode=0o640))
    put(Change(path=path, text="newer\n"), keep=False)
    assert (path.read_text(), (tmp_path / "ups.conf.before-setup").read_text()) == ("newer\n", "old\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ups.conf", "ups.conf.before-setup"]


def test_what_becomes_secret_is_nobody_elses_any_more(tmp_path: Path) -> None:
    path = tmp_path / "upsd.users"
    path.write_text("x")
    path.chmod(0o644)
    put(Change(path=path, text="password = y", secret=True))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    kept = tmp_path / "upsd.users.before-setup"
    assert kept.read_text() == "x" and stat.S_IMODE(kept.stat().st_mode) == 0o640, "the old one may hold one too"
    new = tmp_path / "new"
    put(Change(path=new, text="z", mode=0o640))
    assert stat.S_IMODE(new.stat().st_mode) == 0o640


def test_a_difference_names_the_file_and_hides_passwords(tmp_path: Path) -> None:
    path = tmp_path / "upsd.users"
    path.write_text("[venue]\n    password = oldone\n    instcmds = x\n")
    change = Change(path=path, text='[venue]\n    password = "newone"\n    instcmds = y\n')
    shown = "\n".join(change.difference())
    assert shown.startswith(f"--- {path}") and "-    instcmds = x" in shown and "+    instcmds = y" in shown
    assert "oldone" not in shown and "newone" not in shown and "****" in shown
    assert not Change(path=path, text=path.read_text()).moves and Change(path=path, text="").moves


def test_a_disk_that_refuses_leaves_the_old_file_and_no_rubbish(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    (tmp_path / "d").mkdir()
    with pytest.raises(OSError, match="d'"):
        put(Change(path=tmp_path / "d", text="x"))
    assert path.read_text() == "old" and sorted(each.name for each in tmp_path.iterdir()) == ["a", "d"]


def test_killed_at_any_moment_the_file_is_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    """The process ends itself before each call that the write makes, in turn."""
    path = tmp_path / "appliance.toml"
    code = (
        "import os, signal, sys, pathlib\n"
        "left = [int(sys.argv[2])]\n"
        "def armed(act):\n"
        "    def call(*a, **k):\n"
        "        left[0] -= 1\n"
        "        if left[0] == 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return act(*a, **k)\n"
        "    return call\n"
        "for name in ('open', 'fsync', 'replace', 'link', 'fchmod'): setattr(os, name, armed(getattr(os, name)))\n"
        "from appliance.setup.change import Change, put\n"
        "left[0] = int(sys.argv[2])\n"
        "put(Change(path=pathlib.Path(sys.argv[1]), text='new' * 1000))\n"
    )
    ended = []
    for moment in range(1, 12):
        path.write_text("old")
        done = subprocess.run(
            [sys.executable, "-c", code, str(path), str(moment)], cwd=ROOT, timeout=30, check=False
        )
        ended.append(done.returncode)
        assert path.read_text() in ("old", "new" * 1000)
    assert -9 in ended and 0 in ended
    put(Change(path=path, text="after"))
    assert path.read_text() == "after" and not [n for n in os.listdir(tmp_path) if n.startswith(".")]
