"""The package as tests build it, and why they do not."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CHROOT = ROOT / "scripts" / "chroot"


def missing() -> str:
    """Why no package is built here, '' where it is."""
    if shutil.which("dpkg-deb") is None:
        return "dpkg-deb is not installed"
    asked = subprocess.run([sys.executable, "-c", "import shtab, argparse_manpage"], capture_output=True, timeout=60)
    return "" if asked.returncode == 0 else "shtab and argparse-manpage are not installed: scripts/venv build"


def no_chroot() -> str:
    """Why no Debian 13 chroot runs here, '' where one does."""
    if os.geteuid() != 0:
        return "a chroot needs root"
    if subprocess.run([CHROOT, "path"], capture_output=True, timeout=60).returncode == 0:
        return ""
    return "" if shutil.which("mmdebstrap") else "mmdebstrap is not installed: no Debian 13 chroot"


def build(into: Path, **environ: str) -> Path:
    """Builds the package into a directory and gives its file."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/build-deb"), "--into", str(into)],
        env=os.environ | environ, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@dataclass(frozen=True)
class Step:
    """What a step of a script said, and its exit code."""

    said: str
    code: int


def steps_of(text: str) -> dict[str, Step]:
    """The steps of a script by name: what stands between "@@ NAME" and "@@ exit CODE"."""
    parts = re.split(r"^@@ (?!exit)(\S+)\n", text, flags=re.M)[1:]
    steps = {}
    for name, said in zip(parts[::2], parts[1::2], strict=True):
        before, _, code = said.rpartition("@@ exit ")
        steps[name] = Step(before, int(code))
    return steps
