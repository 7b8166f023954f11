"""The image the lab's virtual machine boots from, as scripts/vm builds and caches it."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPT = ROOT / "scripts" / "vm"
RUN = ("qemu-system-x86_64", "qemu-img", "mkfs.vfat", "setpriv")
BUILD = ("mmdebstrap", "mke2fs", "unshare", "apt-get")
PACKAGES = "qemu-system-x86 qemu-utils mmdebstrap e2fsprogs dosfstools"
BUILD_S = 1800


def missing() -> str | None:
    """Say why no virtual machine runs here, None where one does."""
    if os.environ.get("VENUE_NO_VM", "0") not in ("", "0"):
        return "VENUE_NO_VM is set: no virtual machine is wanted"
    if absent := _absent(RUN):
        return f"no {', '.join(absent)}: apt-get install {PACKAGES}"
    if subprocess.run([SCRIPT, "path"], stdout=subprocess.DEVNULL, timeout=60).returncode == 0:
        return None
    if absent := _absent(BUILD):
        return f"no {', '.join(absent)} to build the image with: apt-get install {PACKAGES}"
    if os.geteuid() != 0:
        return "the image is not built, which needs root: scripts/vm build"
    if platform.machine() != "x86_64":
        return f"the image is not built, which needs an x86-64 machine: this is {platform.machine()}"
    return None


def image() -> Path:
    """The directory with vmlinuz, initrd and disk.img; built first where it is missing or stale (minutes).

    Raises RuntimeError with the builder's words.
    """
    done = subprocess.run([SCRIPT, "build"], capture_output=True, text=True, timeout=BUILD_S)
    if done.returncode != 0:
        raise RuntimeError(f"scripts/vm build (VENUE_NO_VM=1 does without):\n{done.stderr[-4000:]}")
    return Path(done.stdout.strip())


def _absent(programs: tuple[str, ...]) -> list[str]:
    return [program for program in programs if shutil.which(program) is None]
