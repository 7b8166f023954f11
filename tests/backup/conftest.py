"""What the tests of the backup room share: real tools, a pair of keys, a request."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.backup.bundle import Bundle, Request, SourceSpec
from appliance.backup.job import run
from appliance.backup.sources.directory import Options
from appliance.province.keys import init

VENUE = "520100-03"
NOW = datetime(2026, 9, 5, 3, 15, tzinfo=UTC)


@pytest.fixture
def tool() -> Callable[[str], str]:
    """The path of a stock tool, or a skip that names its Debian package."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is missing: apt-get install age zstd tar openssh-client")
        return path

    return find


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    """The province's key file; `recipients.txt` stands beside it."""
    init(tmp_path / "province")
    return tmp_path / "province" / "province.key"


@pytest.fixture
def recipient(identity: Path) -> str:
    return identity.with_name("recipients.txt").read_text().strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small source with what a source has: nested, empty, linked, oddly named."""
    root = tmp_path / "answers"
    (root / "room1" / "empty").mkdir(parents=True)
    (root / "room1" / "a.json").write_text('{"q1": "B"}')
    (root / "room1" / "nothing").touch()
    (root / "考生答案.txt").write_text("第一题 A\n" * 1000)
    (root / "link").symlink_to("room1/a.json")
    return root


@pytest.fixture
def request_for(tmp_path: Path, recipient: str) -> Callable[..., Request]:
    """A request for the directories given, as sources `answers`, `answers2` …"""

    def make(*roots: Path, **changed: object) -> Request:
        names = ["answers", *(f"answers{number}" for number in range(2, 9))]
        sources = tuple(
            SourceSpec(name=name, options=Options(path=root))
            for name, root in zip(names, roots, strict=False)
        )
        fields = {
            "state_dir": tmp_path / "state",
            "venue": VENUE,
            "sources": sources,
            "recipients": (recipient,),
        }
        return Request(**{**fields, **changed})

    return make


@pytest.fixture
def publish(request_for: Callable[..., Request]) -> Callable[..., Bundle]:
    """Run the job on the directories given."""

    def make(*roots: Path, now: datetime = NOW, **changed: object) -> Bundle:
        return run(request_for(*roots, **changed), log_rows=[b'{"seq": 1}', b'{"seq": 2}'], now=now)

    return make


@pytest.fixture
def stock_open(tool: Callable[[str], str], identity: Path) -> Callable[[Path, Path], None]:
    """Open a sealed file into a directory with age, zstd and tar alone."""

    def unpack(sealed: Path, into: Path) -> None:
        age, zstd, tar = tool("age"), tool("zstd"), tool("tar")
        into.mkdir(parents=True, exist_ok=True)
        plain = into.with_name(into.name + ".tar.zst")
        subprocess.run(
            [age, "-d", "-i", str(identity), "-o", str(plain), str(sealed)], check=True, capture_output=True
        )
        subprocess.run([zstd, "-q", "-d", "-f", str(plain)], check=True, capture_output=True)
        subprocess.run(
            [tar, "-xf", str(plain.with_suffix("")), "-C", str(into)], check=True, capture_output=True
        )

    return unpack


def children() -> set[int]:
    """The processes that this one has."""
    own = Path(f"/proc/self/task/{os.getpid()}/children")
    return set(map(int, own.read_text().split()))


@pytest.fixture
def halves() -> Iterator[Callable[[], set[int]]]:
    """The processes of this test alone; none of them is left, and no descriptor. A browser of before may live on."""
    before, held = children(), len(os.listdir("/proc/self/fd"))
    yield lambda: children() - before
    assert children() <= before
    assert len(os.listdir("/proc/self/fd")) == held
