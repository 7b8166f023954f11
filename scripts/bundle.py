"""The offline bundle of scripts/build-deb: packages for one architecture, hashed and signed; and the installer beside.

The closure is reckoned from nothing: whatever a package needs, down to the C library, is in it, so that a box of an
older point release lacks nothing. apt reckons and loads it in a place of its own; this machine's packages play no part.
"""

import hashlib
import json
import re
import shlex
import subprocess
import sys
import zipapp
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from appliance.install import bundle, packages, readonly  # noqa: E402 - the tree's own

SUITE = "trixie"
ARCHITECTURES = ("amd64", "arm64")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# What the installer is made of where there is neither tree nor package: the standard library does the rest.
INSTALLER = ("appliance/__init__.py", "appliance/command.py", "hw/__init__.py", "hw/boards.py", "hw/usb_sysfs.py",
    "hw/descriptors.py")  # fmt: skip


class BundleNotMade(Exception):
    """No bundle was made; one line says why."""


def archives() -> list[str]:
    """The archive that this machine's own apt uses, for Debian 13. Raises BundleNotMade."""
    shown = "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)"
    argv = ["apt-get", "indextargets", "--format", shown, "Identifier: Packages"]
    told = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120).stdout
    suites = {"Debian|Debian|main": SUITE, "Debian|Debian-Security|main": f"{SUITE}-security"}
    found = []
    for line in sorted(set(told.splitlines())):
        what, _, uri = line.rpartition("|")
        if what in suites:
            found.append(f"deb [signed-by={KEYRING}] {uri} {suites[what]} main")
    if not found:
        raise BundleNotMade("apt has no Debian archive among its sources here: apt-get update")
    return found


class Apt:
    """apt with lists, cache and status of its own, for another architecture and no installed package."""

    def __init__(self, place: Path, architecture: str) -> None:
        for name in ("lists/partial", "cache/archives/partial"):
            (place / name).mkdir(parents=True)
        (place / "status").touch()
        (place / "sources.list").write_text("\n".join(archives()) + "\n")
        options = {
            "APT::Architecture": architecture,
            "APT::Architectures::": architecture,
            "APT::Install-Recommends": "false",
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
            "Dir::State": str(place),
            "Dir::State::lists": str(place / "lists"),
            "Dir::State::status": str(place / "status"),
            "Dir::Cache": str(place / "cache"),
            "Dir::Etc::sourcelist": str(place / "sources.list"),
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
        }
        self._options = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        self._place = place
        self.run("apt-get", "update", "-q")

    def run(self, program: str, *words: str, cwd: Path | None = None) -> str:
        """What apt says. Raises BundleNotMade."""
        argv = [program, *self._options, *words]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=3000, cwd=cwd)
        if done.returncode != 0:
            raise BundleNotMade(f"{shlex.join([program, *words[:3]])}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def knows(self, name: str) -> bool:
        """Whether there is such a package."""
        argv = ["apt-cache", *self._options, "show", name]
        return subprocess.run(argv, capture_output=True, check=False, timeout=120).returncode == 0

    def load(self, names: list[str], into: Path) -> None:
        """Loads the packages and all they need into a directory; apt compares their hashes."""
        self.run("apt-get", "install", "-y", "-q", "--download-only", *names)
        for deb in (self._place / "cache/archives").glob("*.deb"):
            # apt writes the colon of an epoch as %3a; a plain name is wanted.
            deb.rename(into / re.sub(r"_[0-9]+%3a", "_", deb.name))


def wanted(apt: Apt, depends: list[str]) -> list[str]:
    """The packages to ask for: what ours needs, what a venue has beside it, what the read-only root is made with."""
    found = [re.sub(r" \(.*\)$", "", name) for name in depends]
    for companion in (*packages.COMPANIONS, readonly.PACKAGE):
        known = [name for name in companion.split(" | ") if apt.knows(name)]
        found += known[:1]
    return found


def index(directory: Path) -> str:
    """The file `Packages` by which apt finds what lies in the directory."""
    told = []
    for deb in sorted(directory.glob("*.deb")):
        argv = ["dpkg-deb", "--field", str(deb)]
        fields = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=120).stdout.rstrip(
            "\n"
        )
        size, hashed = deb.stat().st_size, hash_of(deb)
        told.append(f"{fields}\nFilename: ./{deb.name}\nSize: {size}\nSHA256: {hashed}\n")
    return "\n".join(told)


def hash_of(path: Path) -> str:
    """A file's SHA-256, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sign(path: Path, key: Path) -> None:
    """Puts the signature beside the file. Raises BundleNotMade."""
    argv = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", bundle.NAMESPACE, str(path)]
    done = subprocess.run(
        argv, capture_output=True, text=True, check=False, timeout=300, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise BundleNotMade(f"not signed: {done.stderr.strip()}")


def seal(directory: Path, target: Path, *, version: str, architecture: str, when: int, key: Path) -> None:
    """Makes the bundle of the packages in a directory: index, hashes, signature, one file. Raises BundleNotMade."""
    (directory / bundle.INDEX).write_text(index(directory), encoding="utf-8")
    about = {
        "format": bundle.FORMAT,
        "version": version,
        "made": when,
        "architecture": architecture,
        "suite": SUITE,
    }
    (directory / bundle.ABOUT).write_text(json.dumps(about, sort_keys=True) + "\n", encoding="ascii")
    names = [bundle.ABOUT, bundle.INDEX, *sorted(path.name for path in directory.glob("*.deb"))]
    (directory / bundle.SUMS).write_text("".join(f"{hash_of(directory / name)}  {name}\n" for name in names))
    sign(directory / bundle.SUMS, key)
    part = target.with_suffix(".part")
    with part.open("wb") as file:
        bundle.write(file, directory, [bundle.SUMS, bundle.SIGNATURE, *names], when)
    part.replace(target)


def installer(work: Path, target: Path) -> None:
    """The installer as one file that Python runs, for a box where there is neither tree nor package yet."""
    files = [*(ROOT / name for name in INSTALLER), *sorted((ROOT / "appliance/install").glob("*.py"))]
    for path in files:
        there = work / path.relative_to(ROOT)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(path.read_bytes())
    (work / "__main__.py").write_text(
        "import sys\n\nfrom appliance.install.main import main\n\nsys.exit(main())\n"
    )
    zipapp.create_archive(work, target, interpreter="/usr/bin/env python3")
