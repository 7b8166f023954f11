"""Which package shall be there, and whether it may: from a signed bundle, a file, or as it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from appliance.install import (
    EXIT_NOT_PERMITTED,
    EXIT_UNAVAILABLE,
    InstallError,
    bundle,
    files,
    guard,
    packages,
    readonly,
)
from appliance.install.ledger import SIGNERS, Ledger
from appliance.install.wanted import Told, Wanted

CACHE: Final = "var/cache/venue-install"


def place(wanted: Wanted, ledger: Ledger, told: Told) -> None:
    """The package with all it needs, from the bundle, a file, or not at all where it is there already."""
    if wanted.bundle is not None:
        _place_bundle(wanted, ledger, told, wanted.bundle)
    elif wanted.package is not None:
        _place_package(wanted, ledger, told, wanted.package)
    elif not packages.installed().whole:
        raise InstallError(
            f"{packages.NAME} is not installed, or only half: --bundle FILE or --package FILE",
            EXIT_UNAVAILABLE,
        )


def _place_package(wanted: Wanted, ledger: Ledger, told: Told, deb: Path) -> None:
    """From a file, its dependencies from apt's mirrors."""
    version = packages.version_in(deb)
    if not _is_news(wanted, ledger, version, 0):
        return
    _note_first(ledger)
    packages.from_mirror(deb, downgrade=wanted.downgrade, anyway=wanted.anyway, beside=_beside(wanted))
    _note_installed(ledger, told, version, 0)


def _place_bundle(wanted: Wanted, ledger: Ledger, told: Told, path: Path) -> None:
    """From a bundle that was signed by the pinned key, for this machine, and not older than what was here."""
    signers, given = _judge(wanted, ledger)
    work = wanted.root / CACHE
    try:
        about = bundle.unpack(path, work, signers)
        here = packages.architecture()
        if about.architecture != here:
            raise InstallError(f"{path}: made for {about.architecture}, this box is {here}", EXIT_UNAVAILABLE)
        if given:
            files.put(ledger.place / SIGNERS, given, 0o600)
            told.changed.append("the key by which bundles are judged")
        if not _is_news(wanted, ledger, about.version, about.made):
            return
        _note_first(ledger)
        packages.from_bundle(
            about, work, downgrade=wanted.downgrade, anyway=wanted.anyway, beside=_beside(wanted)
        )
        _note_installed(ledger, told, about.version, about.made)
    finally:
        bundle.clear(work)
        if given:
            files.take_away(signers)


def _judge(wanted: Wanted, ledger: Ledger) -> tuple[Path, bytes]:
    """By what a bundle is judged: the pinned key, or a given one that is to be pinned once a bundle held by it.

    Raises InstallError.
    """
    place = ledger.place / SIGNERS
    there, given = files.content_of(place), None
    if wanted.key is not None:
        content = files.content_of(wanted.key)
        if content is None:
            raise InstallError(f"{wanted.key}: not there")
        given = bundle.signers(bundle.key_of(content))
    if there is None and given is None:
        raise InstallError(
            "whose bundles this box trusts is not known yet: --key FILE, once", EXIT_NOT_PERMITTED
        )
    if given is None or given == there:
        return place, b""
    if there is not None and not wanted.replace_key:
        raise InstallError(
            "this box trusts another key than the given one: --replace-key where that is meant",
            EXIT_NOT_PERMITTED,
        )
    ledger.save()
    asked = place.with_name(f"{SIGNERS}.asked")
    files.put(asked, given, 0o600)
    return asked, given


def _beside(wanted: Wanted) -> tuple[str, ...]:
    return (readonly.PACKAGE,) if wanted.state_device else ()


def _is_news(wanted: Wanted, ledger: Ledger, version: str, made: int) -> bool:
    """Whether this version has to be installed. Raises InstallError for one that is older than what was here."""
    now = packages.installed()
    values = ledger.values
    guard.refuse_another_version(version, now.version if now.whole else "", anyway=wanted.anyway)
    newest = now.version or str(values.get("version", ""))
    if newest and packages.is_older(version, newest) and not wanted.downgrade:
        raise InstallError(
            f"version {version} is older than {newest}, whose record may lie here: --downgrade where that is meant",
            EXIT_NOT_PERMITTED,
        )
    if made and made < int(values.get("made", 0)) and not wanted.downgrade:
        raise InstallError(
            "this bundle is older than the one before: --downgrade where that is meant", EXIT_NOT_PERMITTED
        )
    whole = now.whole and now.version == version and not values.get("unfinished")
    return not (whole and (not made or made == int(values.get("made", 0))))


def _note_first(ledger: Ledger) -> None:
    """Whether the package was here before the installer: what was here before is not removed by it."""
    ledger.values.setdefault("package_was_here", packages.installed().whole)
    ledger.values["unfinished"] = True
    ledger.save()


def _note_installed(ledger: Ledger, told: Told, version: str, made: int) -> None:
    """What is installed now; an older one needs a word from then on."""
    ledger.values |= {"version": version, "unfinished": False} | ({"made": made} if made else {})
    ledger.save()
    told.changed.append(f"{packages.NAME} {version}")


def plan(wanted: Wanted) -> Iterator[str]:
    """What would become of the package."""
    now = packages.installed()
    there = f"{now.version}{'' if now.whole else ', only half'}" if now.version else "not installed"
    source = wanted.bundle or wanted.package
    yield f"# {packages.NAME}: {there}" + (f"; would be installed from {source}" if source else "")
