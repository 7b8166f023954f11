"""Debian's packages: what is there, and what is put there, from a mirror or from an unpacked bundle."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from appliance import command
from appliance.install import EXIT_UNAVAILABLE, InstallError
from appliance.install.bundle import About

NAME: Final = "venue-appliance"
# What a venue normally has beside it; what an archive does not know is left out. `a | b`: the first there is.
COMPANIONS: Final = (
    "nginx-light | nginx", "nut-server", "nut-client", "chrony", "dnsmasq-base", "openssl", "openssh-client", "age",
    "zstd", "dbus", "i2c-tools", "python3-lgpio", "locales",
)  # fmt: skip
_APT, _CACHE, _DPKG, _QUERY = "/usr/bin/apt-get", "/usr/bin/apt-cache", "/usr/bin/dpkg", "/usr/bin/dpkg-query"
_DEB = "/usr/bin/dpkg-deb"
_ENVIRON: Final = {
    "PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C.UTF-8",
    "HOME": "/root",
}
# A conffile that somebody changed stays; a mirror that does not answer is asked twice, not for ever; the apt of a fresh
# system, which looks for updates by itself, is waited for.
_OPTIONS: Final = (
    "-y", "-q", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confdef",
    "-o", "Dpkg::Options::=--force-confold", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30",
    "-o", "DPkg::Lock::Timeout=300",
)  # fmt: skip
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+~:-]{0,99}", re.ASCII)
INSTALL_S, ASK_S = 3600.0, 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A package as dpkg knows it: its version, "" where there is none; `whole`: neither half there nor waiting."""

    version: str = ""
    whole: bool = False


def installed(name: str = NAME) -> Installed:
    """What dpkg knows of a package; one that was removed and left its configuration has a version and is not whole."""
    asked = [_QUERY, "--show", "--showformat=${db:Status-Abbrev}|${Version}", name]
    done = _run(asked, timeout_s=ASK_S, check=False)
    state, _, version = done.stdout.decode("utf-8", "replace").partition("|")
    if done.code != 0 or not version:
        return Installed()
    return Installed(version=version, whole=state in ("ii ", "hi "))


def architecture() -> str:
    """The machine's architecture in Debian's words."""
    return _run([_DPKG, "--print-architecture"], timeout_s=ASK_S).stdout.decode().strip()


def is_older(version: str, than: str) -> bool:
    """Whether a version is older than another one, by dpkg's rules."""
    for one in (version, than):
        if not _VERSION.fullmatch(one):
            raise InstallError(f"{one!r} is no version of a package")
    return _run([_DPKG, "--compare-versions", version, "lt", than], timeout_s=ASK_S, check=False).code == 0


def version_in(deb: Path) -> str:
    """The version of our package in a file. Raises InstallError where the file holds no such package."""
    done = _run([_DEB, "--field", str(deb), "Package", "Version"], timeout_s=ASK_S, check=False)
    fields = dict(
        line.split(": ", 1) for line in done.stdout.decode("utf-8", "replace").splitlines() if ": " in line
    )
    if done.code != 0 or fields.get("Package") != NAME:
        raise InstallError(f"{deb}: no package of {NAME}, or torn")
    return fields.get("Version", "")


def repair(source: list[str]) -> None:
    """Brings to an end what a power cut or a kill left half-installed, as far as it goes without new files."""
    # Always: dpkg may have been ended between two packages, of which the audit says nothing and apt a lot.
    _run([_DPKG, "--force-confdef", "--force-confold", "--configure", "-a"], timeout_s=INSTALL_S, check=False)
    if _run([_DPKG, "--audit"], timeout_s=ASK_S, check=False).stdout.strip():
        _apt([*source, "--fix-broken", "install"], check=False)


def from_mirror(
    deb: Path, *, downgrade: bool, anyway: bool = False, beside: tuple[str, ...] = ()
) -> None:
    """Installs our package from its file and the rest from the mirrors that apt knows. Raises InstallError."""
    _apt(["update"], check=False)  # one that does not answer is told by the next step, if it is needed at all
    repair([])
    try:
        _place(str(deb.resolve()), deb, [], downgrade=downgrade, anyway=anyway, beside=beside)
    except InstallError as error:
        raise InstallError(f"{error}. Without a mirror: --bundle FILE", error.exit_code) from error


def from_bundle(
    about: About, unpacked: Path, *, downgrade: bool, anyway: bool = False, beside: tuple[str, ...] = ()
) -> None:
    """Installs from an unpacked bundle and nothing else: no mirror is asked. Raises InstallError."""
    sources, lists = unpacked / "sources.list", unpacked / "lists"
    lists.mkdir(exist_ok=True)
    # Every hash in it was compared with the signed ones a moment ago; nobody but root can write there.
    sources.write_text(f"deb [trusted=yes] file:{unpacked} ./\n", encoding="utf-8")
    options = {
        "Dir::Etc::sourcelist": str(sources),
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::lists": str(lists),
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    source = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
    _apt([*source, "update"])
    repair(source)
    own = next((name for name in about.packages if name.startswith(f"{NAME}_")), None)
    if own is None:
        raise InstallError(f"the bundle holds no package {NAME}")
    what = f"{NAME}={about.version}"
    _place(what, unpacked / own, source, downgrade=downgrade, anyway=anyway, beside=beside)


def _place(
    what: str, deb: Path, source: list[str], *, downgrade: bool, anyway: bool, beside: tuple[str, ...]
) -> None:
    now = installed()
    if now.version and not now.whole and "/" not in what:
        # Left "reinst-required": apt refuses to touch such a one, dpkg puts it right.
        _run(
            [_DPKG, "--force-confdef", "--force-confold", "--install", str(deb)],
            timeout_s=INSTALL_S,
            check=False,
        )
    options = ["--allow-downgrades"] if downgrade else []
    _apt([*source, *options, "install", what, *beside, *_companions(source)], anyway=anyway)
    if not installed().whole:
        raise InstallError(f"{NAME} is not whole after apt was done: dpkg --audit says why")


def _companions(source: list[str]) -> list[str]:
    """Those that the source knows, and of an `a | b` the first."""
    found = []
    for wanted in COMPANIONS:
        for name in wanted.split(" | "):
            known = _run([_CACHE, *source, "show", "--no-all-versions", name], timeout_s=ASK_S, check=False)
            if known.code == 0 and known.stdout.strip():
                found.append(name)
                break
    return found


def remove(*, anyway: bool = False) -> None:
    """Takes our package away; its configuration and the record stay. Raises InstallError."""
    _apt(["remove", NAME], anyway=anyway)


def _apt(words: list[str], *, check: bool = True, anyway: bool = False) -> None:
    _run([_APT, *_OPTIONS, *words], timeout_s=INSTALL_S, check=check, anyway=anyway)


def _run(argv: list[str], *, timeout_s: float, check: bool = True, anyway: bool = False) -> command.Finished:
    # For the package's own scripts: that it is asked for by the installer, and whatever the record says.
    environ = _ENVIRON | {"VENUE_INSTALL": "1"} | ({"VENUE_ANYWAY": "1"} if anyway else {})
    try:
        done = command.run(argv, timeout_s=timeout_s, environ=environ, check=False)
    except command.CommandError as error:
        raise InstallError(str(error)) from error
    if check and done.code != 0:
        raise InstallError(f"{argv[0]} ended with {done.code}: {_why(done)}", EXIT_UNAVAILABLE)
    return done


def _why(done: command.Finished) -> str:
    """What apt or dpkg say is wrong, in one line."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    faults = [line.removeprefix("E: ") for line in lines if line.startswith(("E: ", "dpkg: error"))]
    faults = [line for line in faults if not line.endswith(":")]  # what follows is a table
    return "; ".join(dict.fromkeys(faults or lines[-1:]))[:500].rstrip(".") or "no message"
