"""Made-up roots of a fresh Raspberry Pi OS and of a Debian 13 on a PC."""

import os
import stat
from pathlib import Path

OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n'
CMDLINE = b"console=serial0,115200 console=tty1 root=PARTUUID=1234abcd-02 rootfstype=ext4 fsck.repair=yes rootwait\n"
LOCALE_GEN = b"# This file lists locales that you wish to have built.\nen_GB.UTF-8 UTF-8\n# zh_CN.UTF-8 UTF-8\n"
CONFIG = b"# For more options see http://rptl.io/configtxt\ndtparam=audio=on\n\n[cm5]\ndtoverlay=dwc2,dr_mode=host\n\n[all]\n"


def pi(root: Path, model: str = "Raspberry Pi 3 Model B Plus Rev 1.3") -> Path:
    """A Raspberry Pi OS of the given board."""
    _write(root, "etc/os-release", OS_RELEASE.encode())
    (root / "var/lib").mkdir(parents=True)
    _write(root, "proc/device-tree/model", model.encode() + b"\0")
    _write(root, "boot/firmware/cmdline.txt", CMDLINE)
    _write(root, "boot/firmware/config.txt", CONFIG)
    _write(root, "etc/fstab", b"PARTUUID=1234abcd-02 / ext4 defaults,noatime 0 1\n")
    _write(root, "etc/locale.gen", LOCALE_GEN)
    (root / "boot/firmware/config.txt").chmod(0o755)
    return root


def pc(root: Path) -> Path:
    """A Debian on a PC with GRUB."""
    _write(root, "etc/os-release", OS_RELEASE.encode())
    (root / "var/lib").mkdir(parents=True)
    _write(root, "etc/default/grub", b'GRUB_CMDLINE_LINUX="quiet"\n')
    return root


def picture(root: Path) -> dict[str, object]:
    """Every file of a root with its content and mode, every link, every directory; without the lock."""
    found: dict[str, object] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.startswith("run"):
            continue
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif path.is_dir():
            found[name] = "directory"
        else:
            found[name] = (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
    return found


def _write(root: Path, name: str, content: bytes) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
