"""`venue backup copy`: brings a second place up, for the guard; `venue backup export`: carries bundles out by hand."""

import argparse
import contextlib
import shutil
from pathlib import Path

from appliance import daemon
from appliance.backup import copies, keep
from appliance.backup.bundle import Published
from appliance.backup.copies import BundleDamaged, CopyFault, SourceGone
from appliance.backup.outbox import bundles
from appliance.cli.backup_keep import pruned, receipted_in, told
from appliance.cli.bar import Bar
from appliance.cli.shell import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_NOT_PERMITTED,
    EXIT_OK,
    EXIT_UNAVAILABLE,
    add_config,
    add_json,
    asking,
    language,
    print_json,
    say,
    unusable,
    worded,
)
from appliance.client import Client
from appliance.config.glance import glance
from appliance.eventlog import EventLog, LogError
from appliance.eventlog.files import newest
from appliance.words import label

DETAIL_SHOWN = 300


def add_copies(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `copy` (the guard's) and `export` to the backup verbs."""
    copy = own.add_parser("copy", help="bring a second place of backup.copies up; the guard does it by itself")
    add_config(copy)
    copy.add_argument("place", type=Path, metavar="PLACE", help="the place, as it stands in backup.copies")
    copy.set_defaults(run=asking(run_copy))
    export = own.add_parser("export", help="carry bundles out to a mounted disk or stick, each read back")
    add_config(export)
    add_json(export)
    export.add_argument("--all", action="store_true", help="also what the province has receipted")
    export.add_argument("directory", type=Path, metavar="DIR", help="where the disk or stick is mounted")
    export.set_defaults(run=run_export)


def run_copy(args: argparse.Namespace) -> int:
    """Copies what lacks, prunes what may go there, tells the guard; 2 where it did not come about."""
    settings = daemon.read(args.config)
    if str(args.place) not in settings.config.backup.copies:
        say(label(language(), "shell_no_copies", file=args.config, place=args.place))
        return EXIT_CONFIG
    client = Client(settings.control_socket)
    client.call("status")  # without a guard nobody records it
    try:
        known = receipted(settings.config.venue.state_dir)
    except LogError as error:
        known = set()
        say(f"{error}: nothing is pruned there")
    done = copies.bring_up(
        settings.config.venue.state_dir,
        args.place,
        venue=settings.plan.code,
        receipted=known,
        now=daemon.make_clock(settings.config).wall(),
        keep_days=settings.config.backup.keep_days,
    )
    for group in done.pruned:
        told(client, "bundle.pruned", pruned(group, place=str(args.place)))
    body = {
        "place": str(args.place), "newest": done.newest, "bundles": done.bundles, "copied": done.copied,
        "lacking": done.lacking, "fault": done.fault, "detail": done.detail[:DETAIL_SHOWN],
    }  # fmt: skip
    told(client, "copy.read", body)
    print(f"{args.place}: {done.bundles} bundles, {done.copied} new")
    if done.fault:
        say(f"{done.fault}: {done.detail}")
    return EXIT_OK  # told: the guard need not hear it twice


def run_export(args: argparse.Namespace) -> int:
    """Copies to DIR what the province has not receipted, or all; a line a bundle. What is there whole is left.

    One that is damaged in the outbox is said, and 2 is the answer; the others are carried out all the same.
    """
    try:
        state_dir = glance(args.config).state_dir
        copies.another_medium(state_dir, args.directory)
        done = receipted(state_dir)
        wanted = [bundle for bundle in bundles(state_dir) if args.all or bundle.name not in done]
        return _export(state_dir, wanted, args)
    except CopyFault as error:
        say(f"venue: {worded(error)}")
        return EXIT_FAILED
    except LogError as error:
        say(f"venue: {error}; with --all every bundle is carried out")
        return EXIT_UNAVAILABLE
    except PermissionError as error:
        say(f"venue: {unusable(error)}")
        return EXIT_NOT_PERMITTED
    except OSError as error:
        say(f"venue: {unusable(error)}")
        return EXIT_UNAVAILABLE


def receipted(state_dir: Path) -> set[str]:
    """What the province has receipted, by the newest log; nothing where there is none. Raises LogError."""
    path = newest(state_dir / "log")
    if not path.exists():
        return set()
    log = EventLog(path, read_only=True)
    try:
        return receipted_in(log)
    finally:
        log.close()


def _export(state_dir: Path, wanted: list[Published], args: argparse.Namespace) -> int:
    there = {bundle.name for bundle in wanted if copies.whole(bundle, args.directory)}
    missing = [bundle for bundle in wanted if bundle.name not in there]
    needed = sum(map(keep.size_of, missing)) + copies.SPARE_BYTES * bool(missing)
    free = shutil.disk_usage(args.directory).free
    if needed > free:
        raise CopyFault("full", f"{args.directory}: {needed} bytes are needed, {free} are free: nothing was copied")
    rows: list[dict[str, object]] = []
    damaged, gone, total = False, 0, sum(map(keep.size_of, missing))
    with contextlib.closing(Bar()) as bar:

        def count(size: int) -> None:
            nonlocal gone
            gone += size
            bar(gone, total)

        for bundle in wanted:
            row = {"name": bundle.name, "bytes": keep.size_of(bundle), "there": bundle.name in there}
            if bundle.name not in there:
                try:
                    copies.copy_bundle(bundle, args.directory, told=count)
                except SourceGone:
                    say(label(language(), "shell_pruned", name=bundle.name))
                    continue
                except BundleDamaged as error:
                    damaged = True
                    say(f"venue: {error}")
                    continue
            rows.append(row)
            if not args.json:
                print(f"{bundle.name}  {row['bytes']}  {'there already' if row['there'] else 'copied'}", flush=True)
    for venue in {bundle.venue for bundle in wanted}:
        copies.signers_beside(state_dir, args.directory, name=f"{venue}.allowed_signers")
    if args.json:
        print_json({"bundles": rows})
    say(label(language(), "shell_exported", place=args.directory, count=len(rows)))
    return EXIT_FAILED if damaged else EXIT_OK
