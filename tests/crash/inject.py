"""Each call by which a run changes STATE, found once with strace, then killed or failed by strace, one by one."""

import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crash.scene import Scene

CALLS = (
    "write", "pwrite64", "writev", "fsync", "fdatasync", "sync_file_range", "rename", "renameat", "renameat2",
    "openat", "unlink", "unlinkat", "mkdir", "mkdirat", "ftruncate", "fchmod", "chmod", "sendfile", "copy_file_range",
    "link", "linkat", "fallocate",
)  # fmt: skip
# `+`: from then on, as of a medium that is gone or stays full.
KILL, EIO, ENOSPC, GONE, STAYS_FULL = "signal=SIGKILL", "error=EIO", "error=ENOSPC", "error=EIO+", "error=ENOSPC+"
# What a medium that is full refuses.
_TAKES_ROOM = ("write", "pwrite64", "openat", "mkdir", "rename", "fsync", "fdatasync", "sendfile", "copy_file_range")
# What has another way: a spool file gets a name, a directory is there already.
_SPARED = ("O_TMPFILE", "EEXIST")
_LINE = re.compile(r"(?P<tid>\d+) +(?P<call>\w+)\((?P<told>.*)")
_PATH = re.compile(r'"(?P<named>/[^"]*)"|<(?P<held>/[^>]*)>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One call of a run: the `number`th of its name in its thread, or on `path` where the thread is a later one or it
    opens a file.

    Where it `matters`, a run that was told of its failure must fail too. `within` counts the calls on `paths` alone:
    the names in STATE that the run speaks of; 0 where it is on none.
    """

    call: str
    number: int
    path: str
    shown: str
    within: int
    paths: tuple[str, ...]
    matters: bool

    def spoils(self, fault: str) -> bool:
        """Whether `fault` is one that this call can have."""
        if fault.endswith("+") and not self.within:
            return False
        return not fault.startswith(ENOSPC) or self.call in _TAKES_ROOM


def points(scene: Scene, *words: str) -> list[Point]:
    """Every call of the run `words` that could change STATE, in order."""
    log = scene.directory / "strace"
    assert _traced(scene, words, ("-y", "-s", "16", "-e", f"trace={','.join(CALLS)}"), log) == 0, scene.warm.said()
    lines = [match for match in map(_LINE.match, log.read_text(errors="replace").splitlines()) if match]
    first, here = lines[0]["tid"], str(scene.state)
    told = [(line["call"], line["tid"] == first, _path(line["told"]), line["told"]) for line in lines]
    paths = tuple(sorted({path for _, _, path, rest in told if path.startswith(here) and "(deleted)" not in rest}))
    numbers: Counter[tuple[object, ...]] = Counter()
    found, published = [], False
    for call, mine, path, rest in told:
        # How many files of a source are opened ahead is a matter of time: what is opened is known by its path.
        counted = "" if mine and call != "openat" else path
        key = (call, mine, counted)
        numbers[key] += 1
        numbers[(call, mine)] += path in paths
        if not path.startswith(here) or (call == "openat" and not _makes(rest)):
            continue
        published = published or ".head" in path  # which the published name says too
        # A removal waits for the next run; `sendfile` is done by reading and writing.
        spared = call.startswith(("unlink", "sendfile")) or any(word in rest for word in _SPARED)
        point = Point(
            call=call, number=numbers[key], path=counted, shown=f"{call}({rest[:140]}",
            within=numbers[(call, mine)] if path in paths else 0, paths=paths, matters=not (published or spared),
        )  # fmt: skip
        found.append(point)
    return found


def strike(scene: Scene, point: Point, fault: str, *words: str) -> tuple[int, bool]:
    """The run `words` with `fault` at `point`: how it ended, and whether it was hit."""
    log = scene.directory / "strace"
    what, lasts, _ = fault.partition("+")
    where = point.paths if lasts else (point.path,) if point.path else ()
    number = point.within if lasts else point.number
    argv = [word for path in where for word in ("-P", path)]
    argv += ["-e", f"trace={point.call}", "-e", f"inject={point.call}:{what}:when={number}{lasts}"]
    code = _traced(scene, words, argv, log)
    hit = ("killed by SIGKILL" if fault == KILL else "(INJECTED)") in log.read_text(errors="replace")
    return code, hit


def _path(told: str) -> str:
    """What the call is on: the path it names, else the descriptor's."""
    hits = list(_PATH.finditer(told))
    named = next((hit["named"] for hit in hits if hit["named"]), "")
    return named or next((hit["held"] for hit in hits), "")


def _makes(told: str) -> bool:
    return any(flag in told for flag in ("O_CREAT", "O_TMPFILE", "O_WRONLY", "O_RDWR", "O_TRUNC"))


def _traced(scene: Scene, words: tuple[str, ...], argv: Sequence[str], log: Path) -> int:
    pid = scene.warm.start(*words, held=True)
    with subprocess.Popen(
        ("strace", "-f", "-o", str(log), "-p", str(pid), *argv), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as strace:
        assert strace.stderr is not None
        said = strace.stderr.readline()
        assert b"attached" in said, said
        os.kill(pid, signal.SIGCONT)
        code = scene.warm.ended()
        strace.stderr.read()
    return code
