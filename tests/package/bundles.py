"""Small bundles for tests: our package alone, with another version or architecture."""

import re
import shutil
import subprocess
from pathlib import Path

from scripts import bundle


def another(place: Path, debs: Path, version: str, architecture: str, made: int) -> Path:
    """A small bundle by the same key: our package alone, with another version."""
    work = place / f"tree-{version}-{architecture}"
    work.mkdir()
    own = next(debs.glob("venue-appliance_*.deb"))
    subprocess.run(["dpkg-deb", "-R", own, work / "tree"], check=True, timeout=60)
    control = work / "tree/DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", f"Version: {version}", control.read_text(), flags=re.M))
    target = work / f"venue-appliance_{version}_all.deb"
    argv = ["dpkg-deb", "--root-owner-group", "-Znone", "--build", work / "tree", target]
    subprocess.run(argv, check=True, timeout=60, capture_output=True)
    shutil.rmtree(work / "tree")
    sealed = place / f"{version}-{architecture}.tar"
    key = place / "release"
    bundle.seal(work, sealed, version=version, architecture=architecture, when=made, key=key)
    shutil.rmtree(work)
    return sealed
