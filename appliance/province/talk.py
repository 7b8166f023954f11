"""One talk with one venue: what the province has not is fetched, checked and given its name; receipts go out."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from appliance.backup.bundle import DATA_SUFFIX, MANIFEST_SUFFIX, SIGNATURE_SUFFIX, Published
from appliance.backup.disk import DiskFault
from appliance.backup.manifest import LIMIT_BYTES, Manifest
from appliance.backup.sshsig import SIGNATURE_LIMIT_BYTES
from appliance.backup.verify import Distrusted, trusted_manifest
from appliance.province.answer import LineDown, Refused
from appliance.province.delivery import Delivery, Heard
from appliance.province.fetch import BUNDLES, Budget, Missing, fetch
from appliance.province.line import Line
from appliance.province.listing import Listed, listed, phase
from appliance.province.received import Received, is_whole, known, put
from appliance.province.row import Row, newest_sitting_first
from appliance.province.share import Share

PULLING = ".pulling"
KEEP_FREE_BYTES = 1 << 30
_LATER = (429, 500, 502, 503, 504, 507)


_MOST_ALARMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`largest_bytes` of one bundle, `quota_bytes` of all the venue's; numbers below `first` are not missed."""

    largest_bytes: int
    quota_bytes: int
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that happened with `venue`.

    `kind` is one of answered, progress, taken, opened, sent, accepted, withdrawn (a receipt that did not hold here),
    alarm, fault; `done` and `total` are bytes.
    """

    kind: str
    venue: str
    bundle: str = ""
    detail: str = ""
    done: int = 0
    total: int = 0


@dataclass(slots=True, kw_only=True)
class Talked:
    """What came of it. `later`: older sittings are still to be fetched; `refused`: a file was not the promised one;
    `unanswered`: receipts that the venue did not look at yet; `gone`: numbers that the venue took away itself."""

    phase: str = ""
    newest: str = ""
    listed: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    taken: list[tuple[Published, Manifest]] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    later: bool = False
    refused: bool = False
    unanswered: int = 0
    gone: str = ""


class Talk:
    """A venue's side of the pull; `result` grows while it runs, so that what was reached before a fault is known."""

    def __init__(
        self, received: Received, code: str, line: Line, *,
        budget: Budget, told: Callable[[Told], None], limits: Limits,
    ) -> None:  # fmt: skip
        self._received, self._code, self._line = received, code, line
        self._budget, self._told, self._limits = budget, told, limits
        self._here = received.directory(code)
        self._staging = self._here / PULLING
        self._no_room: dict[str, int] = {}
        self._share = Share(self._here, limits.quota_bytes)
        self.result = Talked()

    def run(self, *, newest_only: bool) -> None:
        """Everything, or only the newest sitting's. Raises LineFault, DiskFault, OSError."""
        signers = self._received.signers()
        if self._code not in known(signers):
            raise Refused("its signing key is not known here: `venue province trust`")
        told = listed(self._line, self._code, self._here)
        names = told.bundles
        self.result.phase = phase(self._line)
        row, held, sittings = self._held(signers)
        # Said before anything is asked for: a line that breaks now leaves them waiting, whatever their size.
        self.result.waiting = {bundle.name: 0 for bundle in names if bundle.name not in held}
        self.result.listed, self.result.newest = len(names), names[-1].name if names else ""
        self._told(Told(kind="answered", venue=self._code, total=len(names)))
        delivery = self._delivery(told)
        delivery.settle(self._received.bundles(self._code))
        delivery.send(self._received.bundles(self._code))
        wanted = self._believed([b for b in names if b.name not in held], signers, row)
        self._sweep({bundle.name for bundle, _ in wanted})
        if names and names[-1].counter < row.newest():
            self._alarm(
                f"its newest bundle is {names[-1].name}; a newer one is here: its box was set back or replaced"
            )
        for text in row.alarms(first=self._limits.first):
            self._alarm(text)
        self.result.gone = row.gone()
        self.result.waiting = self._no_room | {bundle.name: manifest.size for bundle, manifest in wanted}
        ordered = newest_sitting_first(wanted, sittings)
        first = ordered[0][1].sitting if ordered else ""
        for here, manifest in ordered:
            if newest_only and manifest.sitting != first:
                self.result.later = True
                break
            self._fetched(here, manifest)
            delivery.send(self._received.bundles(self._code))
        self.result.unanswered = delivery.unanswered
        if fault := self._share.alarm():
            self._alarm(fault)
        if delivery.not_now:
            raise LineDown(delivery.not_now)

    def _delivery(self, listed: Listed) -> Delivery:
        def told(kind: str, bundle: Published) -> None:
            self._told(Told(kind=kind, venue=self._code, bundle=bundle.name))

        heard = Heard(alarm=self._alarm, told=told)
        return Delivery(self._line, listed, heard, key_lines=self._received.receipts_keys())

    def _held(self, signers: str) -> tuple[Row, set[str], dict[str, int]]:
        """What is here whole by its size; the row of the box that is believed now; each sitting's highest number."""
        row, held = Row(), set()
        sittings: dict[str, int] = {}
        for bundle in self._received.bundles(self._code):
            found = self._received.believed(bundle, signers)
            there = found or self._received.believed(bundle, self._received.all_signers())
            if there is None:
                self._alarm(f"{bundle.name}: its manifest rotted here, or nobody knows its key")
                continue
            if found:
                row.add(bundle, found.digest, found.pruned)
                sittings[found.sitting] = max(sittings.get(found.sitting, 0), bundle.counter)
            if bundle.data.exists() and bundle.data.stat().st_size == there.size:
                held.add(bundle.name)
            else:
                self._alarm(f"{bundle.name}: the sealed file is gone or cut here; it is fetched again")
        return row, held, sittings

    def _believed(self, wanted: list[Published], signers: str, row: Row) -> list[tuple[Published, Manifest]]:
        """Of `wanted` those whose manifests are the venue's own, follow one another, and promise what can be."""
        found = []
        for here in wanted:
            staged = replace(here, directory=self._staging)
            if not staged.manifest.exists() and not self._share.takes_manifest():
                self._no_room[here.name] = 0
                continue
            try:
                manifest, digest = trusted_manifest(self._manifest(here, signers), signers)
            except (Distrusted, Missing) as error:
                fault = str(error)
            else:
                fault = row.fault(manifest) or self._too_much(manifest) or self._other(here, digest, signers)
            if fault:
                self._drop(here)
                self._alarm(fault)
            else:
                row.add(here, digest, manifest.pruned)
                found.append((here, manifest))
        return found

    def _too_much(self, manifest: Manifest) -> str:
        if manifest.size <= self._limits.largest_bytes:
            return ""
        return f"{manifest.name}: it promises {manifest.size} bytes, at most {self._limits.largest_bytes} are taken"

    def _other(self, here: Published, digest: str, signers: str) -> str:
        there = self._received.believed(here, signers) if here.signature.exists() else None
        return f"{here.name}: another bundle of that name is here" if there and there.digest != digest else ""

    def _manifest(self, here: Published, signers: str) -> Published:
        """The manifest and its signature beside, fetched where they are not there already. Raises LineFault."""
        staged = replace(here, directory=self._staging)
        try:
            trusted_manifest(staged, signers)
            return staged
        except Distrusted:
            self._staging.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, suffix, limit_bytes in (
            (staged.manifest, MANIFEST_SUFFIX, LIMIT_BYTES),
            (staged.signature, SIGNATURE_SUFFIX, SIGNATURE_LIMIT_BYTES),
        ):
            status, raw = self._line.small(BUNDLES + here.name + suffix, limit_bytes=limit_bytes)
            if status == 404:
                raise Missing(f"{path.name}: missing: the venue names it and does not have it")
            if status != 200:
                raise (LineDown if status in _LATER else Refused)(f"{path.name}: the venue says {status}")
            path.write_bytes(raw)
            self._share.add(len(raw))
        return staged

    def _fetched(self, here: Published, manifest: Manifest) -> None:
        """The sealed file, and with it the bundle under its name; a fault of this one file leaves the others."""
        staged = replace(here, directory=self._staging)
        part = self._staging / f"{here.name}{DATA_SUFFIX}.part"
        before = part.stat().st_size if part.exists() else 0
        if not self._share.takes(manifest.size - before):
            return

        def told(done: int, total: int) -> None:
            self._told(Told(kind="progress", venue=self._code, bundle=here.name, done=done, total=total))

        free = shutil.disk_usage(self._here).free
        if free < manifest.size + KEEP_FREE_BYTES:
            raise DiskFault(OSError(28, f"no room for {here.name}: {free} bytes are free here"))
        try:
            if not is_whole(here, manifest):
                fetch(
                    self._line, manifest, part, here.data,
                    file_name=here.name + DATA_SUFFIX, budget=self._budget, told=told,
                )  # fmt: skip
        except Refused as error:
            self.result.refused = True
            self._alarm(str(error))
            return
        _flush(staged.manifest, staged.signature)
        put(staged, here)
        self._share.add(manifest.size - before)
        self.result.waiting.pop(here.name, None)
        self.result.taken.append((here, manifest))
        self._told(Told(kind="taken", venue=self._code, bundle=here.name, total=manifest.size))

    def _drop(self, here: Published) -> None:
        staged = replace(here, directory=self._staging)
        for path in (staged.manifest, staged.signature):
            path.unlink(missing_ok=True)

    def _sweep(self, wanted: set[str]) -> None:
        """What is of no bundle that is still to come; a part of one that came by hand meanwhile, for one."""
        if not self._staging.exists():
            return
        for name in os.listdir(self._staging):
            if not any(name.startswith(one + ".") for one in wanted):
                (self._staging / name).unlink(missing_ok=True)

    def _alarm(self, text: str) -> None:
        if text in self.result.alarms or len(self.result.alarms) > _MOST_ALARMS:
            return
        if len(self.result.alarms) == _MOST_ALARMS:
            text = "more is wrong than can be told"
        self.result.alarms.append(text)
        self._told(Told(kind="alarm", venue=self._code, detail=text))


def _flush(*paths: Path) -> None:
    for path in paths:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
