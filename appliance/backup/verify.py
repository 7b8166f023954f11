"""Are the bundles of a directory whole, signed, all there? Findings as data; needs no key of the province."""

import enum
import hashlib
from collections.abc import Callable, Set
from dataclasses import dataclass
from pathlib import Path

from appliance.backup.bundle import DELTA, NAMESPACE, Published
from appliance.backup.disk import sha256_of
from appliance.backup.keep import pruned_in
from appliance.backup.manifest import LIMIT_BYTES, Manifest, ManifestFault, decode
from appliance.backup.outbox import HEAD_NAME, bundles_in, remembered_head
from appliance.backup.sshsig import SIGNATURE_LIMIT_BYTES, SignatureFault, verify

Told = Callable[[int, int], None]


class Fault(enum.Enum):
    """What can be wrong with a bundle or with the row of them."""

    FILE_MISSING = "file_missing"
    UNREADABLE = "unreadable"
    MANIFEST = "manifest"
    SIGNATURE = "signature"
    NAME = "name"
    SIZE = "size"
    SHA256 = "sha256"
    CHAIN = "chain"
    PARENT = "parent"
    GAP = "gap"
    COUNTER_TWICE = "counter_twice"
    NEWEST_MISSING = "newest_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault, the bundle it was found at, and what is wrong in a sentence."""

    fault: Fault
    bundle: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How much was looked at, and what was found."""

    bundles: int
    sealed_bytes: int
    findings: tuple[Finding, ...]


class Distrusted(Exception):
    """A manifest that cannot be believed; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.bundle}: {finding.detail}")
        self.finding = finding


def verify_all(directory: Path, *, allowed_signers: Path, told: Told | None = None) -> Report:
    """Check every bundle in `directory` by the keys in `allowed_signers`; `told` hears bytes done and in all.

    Raises OSError where the directory or `allowed_signers` cannot be read.
    """
    found = bundles_in(directory)
    signers = allowed_signers.read_text(encoding="utf-8", errors="replace") if found else ""
    total = sum(bundle.data.stat().st_size for bundle in found if bundle.data.exists())
    done = 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        if told:
            told(done, total)

    findings: list[Finding] = []
    before: tuple[Published, str] | None = None
    names = {bundle.name: bundle.counter for bundle in found}
    pruned = pruned_in(directory)
    for bundle in found:
        try:
            manifest, digest = trusted_manifest(bundle, signers)
        except Distrusted as error:
            findings.append(error.finding)
            before = None
            continue
        findings += _data_findings(bundle, manifest, count) + _chain_findings(bundle, manifest, before, pruned)
        findings += _parent_findings(bundle, manifest, names)
        before = (bundle, digest)
    findings += _twice(found) + _newest(directory, found)
    return Report(bundles=len(found), sealed_bytes=total, findings=tuple(findings))


def trusted_manifest(bundle: Published, signers: str) -> tuple[Manifest, str]:
    """The manifest, signed by the venue it names, and its sha256 in hex. Raises Distrusted."""
    try:
        raw = _limited(bundle.manifest, LIMIT_BYTES)
        signature = _limited(bundle.signature, SIGNATURE_LIMIT_BYTES)
        verify(raw, signature, allowed_signers=signers, principal=bundle.venue, namespace=NAMESPACE)
        manifest = decode(raw)
    except FileNotFoundError as error:
        raise Distrusted(_finding(Fault.FILE_MISSING, bundle, "the manifest is missing")) from error
    except OSError as error:
        raise Distrusted(_finding(Fault.UNREADABLE, bundle, str(error.strerror))) from error
    except SignatureFault as error:
        raise Distrusted(_finding(Fault.SIGNATURE, bundle, str(error))) from error
    except ManifestFault as error:
        raise Distrusted(_finding(Fault.MANIFEST, bundle, str(error))) from error
    said = (manifest.name, manifest.venue, manifest.counter, manifest.kind)
    if said != (bundle.name, bundle.venue, bundle.counter, bundle.kind):
        raise Distrusted(_finding(Fault.NAME, bundle, f"the manifest is that of {manifest.name[:80]!r}"))
    return manifest, hashlib.sha256(raw).hexdigest()


def _data_findings(bundle: Published, manifest: Manifest, count: Callable[[int], None]) -> list[Finding]:
    try:
        size = bundle.data.stat().st_size
        if size != manifest.size:
            return [_finding(Fault.SIZE, bundle, f"{size} bytes, {manifest.size} were published")]
        if sha256_of(bundle.data, told=count) != manifest.sha256:
            return [_finding(Fault.SHA256, bundle, "the sealed file was altered since it was published")]
    except FileNotFoundError:
        return [_finding(Fault.FILE_MISSING, bundle, "the sealed file is missing")]
    except OSError as error:
        return [_finding(Fault.UNREADABLE, bundle, str(error.strerror))]
    return []


def _chain_findings(
    bundle: Published, manifest: Manifest, before: tuple[Published, str] | None, pruned: Set[int]
) -> list[Finding]:
    if (manifest.previous_sha256 is None) != (manifest.counter == 1):
        return [_finding(Fault.CHAIN, bundle, "only the first bundle has no predecessor")]
    if before is None or before[0].counter == bundle.counter:
        return []
    if before[0].counter + 1 < bundle.counter:
        missing = bundle.counter - before[0].counter - 1
        missing -= sum(before[0].counter < n < bundle.counter for n in pruned)
        if not missing:
            return []
        return [_finding(Fault.GAP, bundle, f"{missing} missing between {before[0].name} and this one")]
    if manifest.previous_sha256 != before[1]:
        return [
            _finding(
                Fault.CHAIN, bundle, f"the manifest of {before[0].name} is not the one that was published"
            )
        ]
    return []


def _parent_findings(bundle: Published, manifest: Manifest, names: dict[str, int]) -> list[Finding]:
    """A delta is worth as much as what it builds on."""
    if (manifest.kind == DELTA) != (manifest.parent is not None):
        return [_finding(Fault.PARENT, bundle, f"a {manifest.kind} bundle that names {manifest.parent or 'no'} parent")]
    if manifest.parent is None or names.get(manifest.parent, bundle.counter) < bundle.counter:
        return []
    return [_finding(Fault.PARENT, bundle, f"it builds on {manifest.parent}, which is not here before it")]


def _twice(found: list[Published]) -> list[Finding]:
    pairs = zip(found, found[1:], strict=False)
    return [
        _finding(Fault.COUNTER_TWICE, second, f"{first.name} has the same counter")
        for first, second in pairs
        if first.counter == second.counter
    ]


def _newest(directory: Path, found: list[Published]) -> list[Finding]:
    head = remembered_head(directory / HEAD_NAME)
    newest = found[-1].counter if found else 0
    if head is None or head.counter <= newest:
        return []
    detail = f"{head.counter} was published, the newest here is {newest}"
    return [Finding(fault=Fault.NEWEST_MISSING, bundle=found[-1].name if found else "", detail=detail)]


def _limited(path: Path, limit_bytes: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit_bytes + 1)


def _finding(fault: Fault, bundle: Published, detail: str) -> Finding:
    return Finding(fault=fault, bundle=bundle.name, detail=detail)
