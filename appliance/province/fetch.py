"""One sealed file, fetched: resumed where it broke off, and whole or not there."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from appliance.backup.manifest import Manifest
from appliance.province.answer import Answer, LineDown, LineFault, Refused
from appliance.province.line import Line
from appliance.province.part import Part

BUNDLES = "/pull/v1/bundles/"
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_BUSY = (429, 500, 502, 503, 504)
_ETAG = re.compile(r'"[!#-~]{0,200}"')
_SMALLEST_WAIT_S = 0.005


class Missing(Refused):
    """The venue names a bundle that it does not have."""


class Stopped(LineFault):
    """Somebody ended the pull."""


@dataclass(slots=True, kw_only=True)
class Budget:
    """So many bytes a second for all venues together, 0 for as many as come; `stop` wakes whoever waits."""

    bytes_per_s: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    _free_at_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, count: int) -> None:
        """Returns once `count` bytes more may come. Raises Stopped."""
        if self.stop.is_set():
            raise Stopped("stopped")
        if not self.bytes_per_s:
            return
        with self._lock:
            now_s = time.monotonic()
            self._free_at_s = max(now_s, self._free_at_s) + count / self.bytes_per_s
            wait_s = self._free_at_s - now_s
        if wait_s > _SMALLEST_WAIT_S and self.stop.wait(wait_s):
            raise Stopped("stopped")


def fetch(
    line: Line, manifest: Manifest, part_path: Path, target: Path, *,
    file_name: str, budget: Budget, told: Callable[[int, int], None],
) -> None:  # fmt: skip
    """The sealed file of `manifest` under its name `target`, once its size and sha256 are right.

    `told` hears bytes there and bytes to come. What came is kept in `part_path` when the line breaks; a file that went
    wrong after it was resumed is asked for once more from its beginning. Raises LineFault, DiskFault.
    """
    part = Part(part_path)
    try:
        if part.size_bytes > manifest.size:
            part.begin("")
        resumed = part.size_bytes > 0
        told(part.size_bytes, manifest.size)
        _rest(line, manifest, part, file_name, budget, told)
        if part.digest() != manifest.sha256 and resumed:
            part.begin("")
            _rest(line, manifest, part, file_name, budget, told)
        if part.digest() != manifest.sha256:
            part.drop()
            raise Refused(f"{manifest.name}: the sealed file is not the one that was published")
        part.finish(target)
    finally:
        part.close()


def _rest(
    line: Line,
    manifest: Manifest,
    part: Part,
    file_name: str,
    budget: Budget,
    told: Callable[[int, int], None],
) -> None:
    if part.size_bytes == manifest.size and part.etag:
        return
    headers = {}
    if part.size_bytes and part.etag:
        headers = {"Range": f"bytes={part.size_bytes}-", "If-Range": part.etag}
    with line.get(BUNDLES + file_name, headers) as answer:
        _accept(answer, manifest, part, asked=bool(headers))
        for block in answer.blocks():
            part.write(block)
            told(part.size_bytes, manifest.size)
            budget.spend(len(block))


def _accept(answer: Answer, manifest: Manifest, part: Part, *, asked: bool) -> None:
    """Makes `part` ready for the body, or says what is wrong with the head."""
    name = manifest.name
    match answer.status:
        case 206 if asked:
            told = answer.headers.get_all("Content-Range", [])
            match = _RANGE.fullmatch(told[0]) if len(told) == 1 else None
            wanted = (part.size_bytes, manifest.size - 1, manifest.size)
            if not match or tuple(map(int, match.groups())) != wanted:
                part.begin("")
                raise Refused(
                    f"{name}: bytes {wanted[0]}-{wanted[1]}/{wanted[2]} were asked for, it sends others"
                )
            expected = manifest.size - part.size_bytes
        case 200:
            etags = answer.headers.get_all("ETag", [])
            part.begin(etags[0] if len(etags) == 1 and _ETAG.fullmatch(etags[0]) else "")
            expected = manifest.size
        case 404:
            raise Missing(f"{name}: the venue names it and does not have it")
        case 416:
            part.begin("")
            raise LineDown(f"{name}: it has fewer bytes than came before; from the beginning again")
        case status if status in _BUSY:
            raise LineDown(f"{name}: the venue says {status}, later")
        case status:
            raise Refused(f"{name}: the venue says {status}")
    if answer.length != expected:
        sent = "an unknown number" if answer.length is None else answer.length
        raise Refused(f"{name}: {expected} bytes were promised, it sends {sent}")
