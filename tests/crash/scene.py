"""A venue whose backup is hurt: a small source, a state directory that can be put back, and what must hold after."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.backup import index_files, outbox
from appliance.backup.bundle import Published
from appliance.backup.keys import allowed_signers
from appliance.backup.restore import restore
from appliance.backup.verify import verify_all
from appliance.clock import Segment, write_segments
from appliance.province.keys import init
from tests.crash.warm import Warm
from tests.fakes.place import TIMETABLE

NOW = datetime(2026, 9, 5, 3, 15, tzinfo=UTC)

Tree = dict[str, bytes | str | None]


class Scene:
    """Everything below `directory`; the clock stands still, so that only the counter tells bundles apart."""

    def __init__(self, directory: Path, *, state: Path | None = None) -> None:
        self.directory, self.state = directory, state or directory / "state"
        self.source, self.config = directory / "answers", directory / "appliance.toml"
        self._base = directory / "base"
        init(directory / "province")
        self.identity = directory / "province" / "province.key"
        self._write()
        self.run_words = ("backup", "run", "--config", str(self.config))
        self.warm = Warm(directory, self.config)
        self._changes, self._opened = 0, set[bytes]()
        self._held: dict[bytes, Tree] = {}  # by manifest: after a power cut a name may be another bundle's

    def close(self) -> None:
        """No process is left."""
        self.warm.close()

    # ---- the source

    def change(self) -> None:
        """One file written again, one new, one gone: what the next bundle must hold."""
        self._changes += 1
        (self.source / "room1" / "often.json").write_text(f'{{"q": {self._changes}}}')
        (self.source / f"new-{self._changes}").write_bytes(os.urandom(700))
        (self.source / f"new-{self._changes - 1}").unlink(missing_ok=True)

    def add_source(self, name: str, path: Path, *more: str) -> None:
        """One more directory, after the first; `more` are lines of its section."""
        lines = (f'[[backup.source]]\nname = "{name}"\ndriver = "directory"\npath = "{path}"', *more, "")
        self.config.write_text(self.config.read_text() + "\n".join(lines))

    def set_clock(self, when: datetime) -> None:
        """It stands at `when` from now on."""
        write_segments(
            self.directory / "world" / "clock.toml", when, [Segment(real_s=0.0, simulated_s=0.0, rate=1e-9)]
        )

    def remember(self, *names: str) -> None:
        """The source as it stands is what the bundles `names` must hold."""
        tree = _tree(self.source)
        self._held |= {bundle.manifest.read_bytes(): tree for bundle in self.published() if bundle.name in names}

    def _write(self) -> None:
        for room in ("room1", "room2"):
            (self.source / room / "empty").mkdir(parents=True)
            for seat in range(8):
                (self.source / room / f"{seat}.json").write_bytes(os.urandom(900))
        (self.source / "link").symlink_to("room1/1.json")
        (self.source / "考生答案").write_text("第一题 A\n" * 100, encoding="utf-8")
        (self.directory / "timetable.toml").write_text(TIMETABLE, encoding="utf-8")
        (self.directory / "world").mkdir()
        self.set_clock(NOW)
        recipient = (self.directory / "province" / "recipients.txt").read_text().strip()
        self.config.write_text(
            f'[venue]\ncode = "520100-03"\nname = "考点"\nstate_dir = "{self.state}"\n'
            f'run_dir = "{self.directory}/run"\ntimetable = "timetable.toml"\n'
            f'[simulation]\nworld = "{self.directory}/world"\n[backup]\nrecipients = ["{recipient}"]\n'
            f'[[backup.source]]\nname = "answers"\ndriver = "directory"\npath = "{self.source}"\n'
        )

    # ---- the state directory

    def keep(self) -> None:
        """What STATE holds now is what `back` gives."""
        shutil.rmtree(self._base, ignore_errors=True)
        if self.state.exists():
            shutil.copytree(self.state, self._base, symlinks=True)

    def back(self) -> None:
        """STATE as it was kept."""
        shutil.rmtree(self.state, ignore_errors=True)
        if self._base.exists():
            shutil.copytree(self._base, self.state, symlinks=True)

    # ---- what must hold

    def published(self) -> list[Published]:
        return outbox.bundles(self.state)

    def faults(self, announced: list[str]) -> list[str]:
        """What is wrong with what is published; `announced` are names that must be among it."""
        found = self.published()
        names = [bundle.name for bundle in found]
        faults = [f"announced and not there: {name}" for name in announced if name not in names]
        if found:
            report = verify_all(outbox.outbox_of(self.state), allowed_signers=allowed_signers(self.state))
            faults += [f"{finding.bundle}: {finding.detail}" for finding in report.findings]
        counters = [bundle.counter for bundle in found]
        faults += [] if counters == list(range(1, len(counters) + 1)) else [f"counters {counters}"]
        return faults or [fault for bundle in found for fault in self._content_faults(bundle)]

    def newest_faults(self) -> list[str]:
        """Where the newest bundle is not the source as it stands, by a restore."""
        newest = self.published()[-1]
        into = self.directory / "out"
        self._restored(newest.name, into)
        return _differences(self.source, into / "answers")

    def opens_with_stock_tools(self, bundle: Published) -> bool:
        """As the province would without anything of ours. Skips where a tool is missing."""
        for tool in ("age", "zstd", "tar"):
            if shutil.which(tool) is None:
                pytest.skip(f"{tool} is missing: apt-get install age zstd tar")
        script = 'set -o pipefail; age -d -i "$0" "$1" | zstd -dq | tar -t >/dev/null'
        argv = ("bash", "-c", script, str(self.identity), str(bundle.data))
        return subprocess.run(argv, capture_output=True, timeout=60, check=False).returncode == 0

    def rubbish(self) -> list[str]:
        """What lies in STATE and belongs to no published bundle."""
        names = {bundle.name for bundle in self.published()}
        left = [name for name in os.listdir(outbox.outbox_of(self.state)) if name.endswith(".part")]
        stray = [name for name in os.listdir(outbox.outbox_of(self.state)) if _stem(name) not in names | {""}]
        newest = self.published()[-1].name + index_files.SUFFIX
        kept = os.listdir(index_files.directory_of(self.state))
        spool = self.state / "spool"
        return left + stray + [name for name in kept if name != newest] + (os.listdir(spool) if spool.exists() else [])

    def _content_faults(self, bundle: Published) -> list[str]:
        """Each bundle is opened once for each of its contents: all that its file list names is in it."""
        key = bundle.manifest.read_bytes()
        if key in self._opened:
            return []
        into = self.directory / "out"
        try:
            self._restored(bundle.name, into)  # checks each file against the list that is sealed with it
        except Exception as error:  # noqa: BLE001 - whatever it is, the bundle does not open
            return [f"{bundle.name} does not open: {error!r}"]
        got = _tree(into / "answers")
        if "room2/7.json" not in got or got != self._held.get(key, got):
            return [f"{bundle.name} is not complete"]
        self._opened.add(key)
        return []

    def _restored(self, name: str, into: Path) -> None:
        shutil.rmtree(into, ignore_errors=True)
        restore(
            outbox.outbox_of(self.state), allowed_signers=allowed_signers(self.state), name=name,
            identity=self.identity, into=into,
        )  # fmt: skip


def _stem(name: str) -> str:
    for suffix in (".tar.zst.age", ".json.sig", ".json"):
        if name.endswith(suffix) and not name.startswith("."):
            return name.removesuffix(suffix)
    return ""


def _tree(root: Path) -> Tree:
    found: Tree = {}
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        found[name] = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return found


def _differences(source: Path, restored: Path) -> list[str]:
    wanted, got = _tree(source), _tree(restored)
    return sorted(name for name in wanted.keys() | got.keys() if wanted.get(name, 0) != got.get(name, 0))
