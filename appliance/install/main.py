"""Makes a box of a fresh Raspberry Pi OS or Debian 13, brings it up to date, or puts back what it changed.

  install --bundle FILE --key KEY.pub    from a signed bundle, without any network
  install --package FILE.deb             the package from its file, what it needs from the mirrors that apt knows
  install                                the package is there: only what is not as it must be
  install --remove                       takes the package away and puts back what was changed, byte for byte

Run again it changes nothing and says so; ended in the middle it goes on. docs/operations.md has the chapter.
"""

import argparse
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from appliance.command import CommandError
from appliance.install import (
    EXIT_BUSY,
    EXIT_FAILED,
    EXIT_NOT_PERMITTED,
    EXIT_OK,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
    EXIT_WARNING,
    InstallError,
    disk,
    files,
    guard,
    readonly,
)
from appliance.install.back import take_back
from appliance.install.run import Run
from appliance.install.wanted import UNNAMED, UNNAMED_CODE, Told, Wanted

LOCK = "run/venue-install.lock"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs it; the exit code."""
    args = _parser().parse_args(argv)
    try:
        wanted = _wanted(args)
        _check_system(wanted)
        if args.dry_run:
            return _show(wanted, remove=args.remove)
        if not wanted.files_only:
            away = bool(args.remove or args.put_back)
            package = bool(away or wanted.bundle or wanted.package)
            guard.refuse_unless_open(package=package, remove=away, anyway=wanted.anyway)
        readonly.refuse_on_overlay(wanted.root)
        with _alone(wanted.root):
            if args.remove or args.put_back:
                return _remove(wanted, boot_alone=args.put_back)
            disk.refuse_on_usb(wanted.root)
            told = _run(wanted)
    except InstallError as error:
        print(f"install: {error}.", file=sys.stderr)
        return error.exit_code
    except CommandError as error:
        print(f"install: {error}; run it again and it goes on.", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("install: interrupted; run it again and it goes on.", file=sys.stderr)
        return EXIT_BUSY
    _tell(told, "Nothing to change: all is as it must be.")
    return EXIT_OK


def _run(wanted: Wanted) -> Told:
    """All steps. Where one fails, what was done before it is told all the same: a PIN is shown but once."""
    run = Run(wanted)
    try:
        return run.all()
    except (InstallError, CommandError, KeyboardInterrupt):
        if run.told.changed or run.told.secrets:
            _tell(run.told, "")
        raise


def _remove(wanted: Wanted, *, boot_alone: bool) -> int:
    told, whole = take_back(wanted, boot_alone=boot_alone)
    _tell(told, "Nothing to put back: nothing here was changed by the installer.")
    return EXIT_OK if whole else EXIT_WARNING


def _show(wanted: Wanted, *, remove: bool) -> int:
    if remove:
        for name in reversed(list(Run(wanted).ledger.entries)):
            print(f"# would be put back: {name}")
        return EXIT_OK
    lines = list(Run(wanted).plan())
    print("\n".join(lines or ["# nothing"]))
    return EXIT_OK


def _tell(told: Told, nothing: str) -> None:
    for line in dict.fromkeys(told.changed):
        print(f"changed: {line}")
    if not told.changed:
        print(nothing)
    for line in told.remarks:
        print(f"note: {line}")
    for line in told.secrets:
        print(line)
    sys.stdout.flush()  # before the one line on stderr that says what hindered it


def _check_system(wanted: Wanted) -> None:
    """Raises InstallError where this is no machine for it."""
    if not wanted.files_only and os.geteuid() != 0:
        raise InstallError("only root can do this: sudo", EXIT_NOT_PERMITTED)
    content = files.content_of(wanted.root / "etc/os-release") or files.content_of(
        wanted.root / "usr/lib/os-release"
    )
    lines = (content or b"").decode("utf-8", "replace").splitlines()
    told = {key: value.strip("\"'") for key, _, value in (line.partition("=") for line in lines)}
    family = {told.get("ID", ""), *told.get("ID_LIKE", "").split()}
    if "debian" not in family or told.get("VERSION_ID") != "13":
        raise InstallError(
            f"for Debian 13 and Raspberry Pi OS (trixie) alone, this is {told.get('PRETTY_NAME', 'something else')}",
            EXIT_UNAVAILABLE,
        )


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One installer at a time. Raises InstallError."""
    path = root / LOCK
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise InstallError("another installer is at work", EXIT_BUSY) from error
            yield
    except OSError as error:
        raise InstallError(f"{error.filename or path}: {error.strerror or error}") from error


def _wanted(args: argparse.Namespace) -> Wanted:
    root: Path = args.root.resolve()
    if args.bundle and args.package:
        raise InstallError("--bundle or --package, not both", EXIT_USAGE)
    for path in filter(None, (args.bundle, args.package)):
        if not path.is_file():
            raise InstallError(f"{path}: no such file", EXIT_USAGE)
    return Wanted(
        root=root,
        files_only=root != Path("/"),
        package=args.package,
        bundle=args.bundle,
        key=args.key,
        replace_key=args.replace_key,
        downgrade=args.downgrade,
        anyway=args.anyway,
        i2c=args.i2c,
        state_device=args.state_device,
        code=args.code,
        name=args.name,
        pin=os.environ.get("VENUE_PIN_TECHNICIAN", ""),
        address=args.address,
        label=args.label,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="install", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bundle", type=Path, metavar="FILE", help="the signed bundle (scripts/build-deb --bundle)"
    )
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="whose bundles this box trusts, once: a public key"
    )
    parser.add_argument(
        "--replace-key", action="store_true", help="trust --key from now on, in place of another one"
    )
    parser.add_argument(
        "--package", type=Path, metavar="FILE", help="the package; the rest from apt's mirrors"
    )
    parser.add_argument(
        "--downgrade", action="store_true", help="an older version than the one that was here"
    )
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="exchange or remove the package though the record says no: only where no guard answers",
    )
    parser.add_argument("--i2c", action=argparse.BooleanOptionalAction, help="switch I2C on, for a UPS board")
    parser.add_argument(
        "--state-device",
        default="",
        metavar="LABEL=NAME",
        help="a root that is only read; the record lies there",
    )
    parser.add_argument("--code", default=UNNAMED_CODE, help="the venue's code, where none is configured")
    parser.add_argument("--name", default=UNNAMED, help="the venue's name, likewise")
    parser.add_argument("--address", default="", help="of the page, for the label; default: the box's own")
    parser.add_argument("--label", type=Path, metavar="FILE", help="write the label as a page to print")
    parser.add_argument("--remove", action="store_true", help="put back what was changed")
    parser.add_argument(
        "--put-back", action="store_true", help="only what the boot reads; dpkg does it before it removes the package"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="change nothing: show what would be, as differences"
    )
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="another root: its files alone"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
