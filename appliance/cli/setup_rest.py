"""Steps 4 to 7 of the setup: the machines, the backup on trial, the plug, what is not green yet."""

import csv
import dataclasses
import io
import socket
import time
from pathlib import Path
from typing import Any

from appliance.backup.sources import SOURCES
from appliance.cli.config import checked
from appliance.cli.setup_bench import Bench, StepFailed
from appliance.cli.setup_box import effect
from appliance.cli.shell import EXIT_CONFIG, EXIT_FAILED, unusable
from appliance.client import Client, GuardSilent, Refused
from appliance.config import ConfigError
from appliance.daemon import Settings
from appliance.daemon.learned import Row, listed, proposed
from appliance.daemon.seat_list import COLUMNS
from appliance.daemon.seen import NotSeen, exam_interface, hosts
from appliance.setup import units
from appliance.setup.change import Change
from appliance.setup.document import Value
from appliance.words.setup.findings import finding_sentence

SEATS = "seats.csv"
DRIVERS = ("directory", "smb", "sftp", "sqlite", "postgresql", "none")
HERE, ON_THE_BOX = ("path",), ("directory", "smb", "sqlite")
BRIDGE_S, LOOK_EVERY_S = 30.0, 0.5
SPARE = len(COLUMNS) - 1


def settings_of(bench: Bench) -> Settings:
    """The configuration as it stands, checked. Raises StepFailed."""
    try:
        return checked(bench.config)
    except ConfigError as error:
        said = "\n".join(finding_sentence(bench.talk.tongue, fault) for fault in error.faults)
        raise StepFailed(EXIT_CONFIG, said) from error


def seats(bench: Bench) -> None:
    """The machines that are on, room by room, as rows of the seat list; those that are listed stay."""
    talk, settings = bench.talk, settings_of(bench)
    plan = settings.plan
    if plan.network == "off":
        talk.tell("setup_seats_off")
        return
    if not talk.yes("seats.look", "setup_seats_look", default=True):
        return
    _listening(bench, exam_interface(plan.net))
    spares = {seat.id for seat in plan.seats if seat.spare}
    rooms = {seat.id: seat.room for seat in plan.seats}
    rows: list[Row] = listed(plan.net.seats, rooms, spares)
    while room := talk.ask("seats.room", "setup_seats_room", optional=True):
        rows += _room(bench, settings, room, rows)
        if talk.alone:
            break
    if not rows:
        talk.tell("setup_seats_none")
        return
    document = bench.document()
    name = settings.config.venue.seats or SEATS
    document.put("venue.seats", name)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    bench.settle(document, [Change(path=bench.config.parent / name, text=text.getvalue())])


def _listening(bench: Bench, interface: str) -> None:
    """The guard makes the bridge of the exam network: where it is not there yet, what was written takes effect now."""
    if bench.dry or _is_there(interface) or not units.has_systemd(bench.root):
        return
    effect(bench)
    ends_s = time.monotonic() + BRIDGE_S
    while not _is_there(interface) and time.monotonic() < ends_s:
        time.sleep(LOOK_EVERY_S)


def _is_there(interface: str) -> bool:
    return interface in (name for _, name in socket.if_nameindex())


def _room(bench: Bench, settings: Settings, room: str, rows: list[Row]) -> list[Row]:
    talk, net = bench.talk, settings.plan.net
    known = {row[2] for row in rows}
    try:
        seen = [
            (host.mac, host.ip, host.port)
            for host in hosts(net, exam_interface(net))
            if host.mac not in known
        ]
    except NotSeen as error:
        talk.tell("setup_seats_unseen", reason=str(error))
        return []
    found = proposed(net, seen, room, {f"{row[0]}-{row[1]}" for row in rows})
    talk.tell("setup_seats_found", count=len(found))
    print("\n".join(f"  {row[0]}-{row[1]}  {row[3]:<15}  {row[2]}" for row in found), flush=True)
    if not found:
        talk.tell("setup_seats_nobody")
        return []
    said = talk.ask("seats.spares", "setup_seats_spares", optional=True)
    spare = {word.strip() for word in said.replace("，", ",").split(",")}
    return [(*row[:SPARE], "yes" if row[1] in spare else "no") for row in found]  # type: ignore[misc]  # six texts


def backup(bench: Bench) -> None:
    """Where answers come from: tried with a throw-away key before it is written."""
    talk, document = bench.talk, bench.document()
    before = next(iter(document.rows("backup.source")), {})
    driver = talk.choose(
        "backup.driver",
        "setup_backup_driver",
        talk.named("setup_backup", DRIVERS),
        default=str(before.get("driver") or "directory"),
    )
    if driver == "none":
        return
    row: dict[str, Value] = {"name": str(before.get("name") or "answers"), "driver": driver}
    row |= _options(bench, driver, before)
    document.put_row("backup.source", row)
    if not _has_recipients(bench):
        key = talk.ask(
            "backup.recipient",
            "setup_backup_recipient",
            good=lambda text: text.startswith("age1"),
            unfit="setup_no_key",
        )
        document.put("backup.recipients", [key])
    if not bench.dry:
        talk.tell("setup_backup_trying")
        try:
            with bench.tried(document) as candidate:
                tried = bench.verb(["backup", "drill", "--config", str(candidate)])
        except OSError as error:
            raise StepFailed(EXIT_FAILED, unusable(error)) from error
        if tried != 0 and not talk.yes("backup.anyway", "setup_backup_anyway", default=False):
            raise StepFailed(EXIT_FAILED)
    bench.settle(document)


def _options(bench: Bench, driver: str, before: dict[str, object]) -> dict[str, Value]:
    """What the driver cannot do without, asked by the name it has in the configuration."""
    given = bench.talk.given("backup.options")
    if isinstance(given, dict):
        return given
    asked: dict[str, Value] = {}
    options: type[Any] = SOURCES[driver]
    for field in dataclasses.fields(options):
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed:
            there = before.get(field.name)
            default = there if isinstance(there, str) else ""
            asked[field.name] = bench.talk.ask(
                f"backup.options.{field.name}",
                f"setup_option_{driver}_{field.name}",
                default=default,
                good=_is_here if field.name in HERE and driver in ON_THE_BOX else bool,
                unfit="setup_no_path",
            )
    return asked


def _is_here(text: str) -> bool:
    return Path(text).exists()


def _has_recipients(bench: Bench) -> bool:
    return bool(settings_of(bench).config.backup.recipients)


def plug(bench: Bench) -> None:
    """Everything takes effect, then the plug of each watched UPS is pulled once, with the guard watching."""
    talk, settings = bench.talk, settings_of(bench)
    names = [ups.name for ups in settings.plan.ups if ups.declared is None]
    if bench.dry:
        talk.tell("setup_dry")
        return
    effect(bench)
    if not names:
        talk.tell("setup_plug_none")
        return
    if not talk.yes("plug.pull", "setup_plug_ask", default=True):
        return
    if any(name not in _guarded(settings) for name in names):
        talk.tell("setup_restart_self")
        raise StepFailed(EXIT_FAILED)
    for name in names:
        talk.tell("setup_plug_each", ups=name)
        if bench.verb(["power", "drill", name, "--by", bench.by, "--config", str(bench.config)]) != 0:
            raise StepFailed(EXIT_FAILED)


def _guarded(settings: Settings) -> set[str]:
    """The UPSes that the guard which runs knows."""
    try:
        told = Client(settings.control_socket).call("status")
    except (GuardSilent, Refused):
        return set()
    return {str(row.get("name")) for row in told.get("power", []) if isinstance(row, dict)}


def check(bench: Bench) -> None:
    """What `venue config check` and `venue check` say now; the last one's code is the setup's."""
    bench.verb(["config", "check", str(bench.config)])
    bench.code = bench.verb(["check", "--config", str(bench.config)])
