"""`venue usb`: what is plugged into the box, why it may be used or not, and what people let in."""

import argparse
from typing import Any

from appliance.cli.columns import MARKS, padded, venue_clock, width
from appliance.cli.shell import (
    EXIT_FAILED,
    EXIT_OK,
    EXIT_UNKNOWN,
    EXIT_USAGE,
    EXIT_WARNING,
    add_config,
    add_json,
    asking,
    client_of,
    coloured,
    language,
    pin_of,
    print_json,
    say,
)
from appliance.client import Client
from appliance.words import (
    attached_levels,
    attached_rows,
    label,
    name_of,
    radio_rows,
    usb_boot_lines,
    usb_grants,
    usb_level,
    usb_rows,
)
from appliance.words.names import NAMES
from appliance.words.refusals import refusal_sentence

EXITS = {"ok": EXIT_OK, "attention": EXIT_WARNING, "critical": EXIT_FAILED, "unknown": EXIT_UNKNOWN}
SILENT_S = 5.0
KINDS = tuple(kind for kind in NAMES["usb_kind"] if kind not in ("unknown", "combined"))
COLUMNS = ("place", "what", "state", "why", "kernel")


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    usb = verbs.add_parser("usb", help="the box's USB ports: what is there, why, and what people let in")
    acts = usb.add_subparsers(metavar="ACT", required=True)
    listing = acts.add_parser("list", help="every device: where, what, may it be used, why; the grants")
    add_config(listing)
    add_json(listing)
    listing.set_defaults(run=asking(run_list))
    grant = _grant(acts, "grant", "let this device in for a while: two people, two PINs")
    grant.add_argument("--minutes", type=int, required=True)
    grant.add_argument("--chief", default="", metavar="NAME", help="needed but with --one")
    grant.add_argument("--one", action="store_true", help="before the seal: the technician alone, no PIN")
    part = "nothing of it but its interfaces of this kind, such as hid, the UPS of a UPS that types as well"
    grant.add_argument("--only", default="", metavar="KIND", choices=KINDS, help=f"{part}: %(choices)s")
    grant.set_defaults(run=asking(run_grant))
    keyboard = _grant(acts, "keyboard", "a replacement keyboard for 10 minutes, nothing but a keyboard")
    keyboard.add_argument("--minutes", type=int, default=None, help="fewer than 10")
    keyboard.set_defaults(run=asking(run_alone), verb="usb.keyboard")
    ups = _grant(acts, "ups", "another UPS at the port that is named for one")
    ups.set_defaults(run=asking(run_alone), verb="usb.ups", minutes=None)
    revoke = acts.add_parser("revoke", help="take back what was granted at a port")
    add_config(revoke)
    revoke.add_argument("port", metavar="PORT")
    revoke.add_argument("--by", required=True, metavar="NAME")
    revoke.set_defaults(run=asking(run_revoke))


def _grant(
    acts: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    parser = acts.add_parser(name, help=text)
    add_config(parser)
    parser.add_argument("port", metavar="PORT", help="as `venue usb list` shows it, 1-1.4")
    parser.add_argument("--technician", required=True, metavar="NAME")
    parser.add_argument("--reason", required=True)
    return parser


def run_list(args: argparse.Namespace) -> int:
    """Prints devices, disks, grants; 0 closed and all in order, 1 blocked or granted, 2 not blocked, 3 unknown."""
    snapshot: dict[str, Any] = client_of(args).call("status")
    if args.json:
        print_json({"usb": snapshot.get("usb")})
    else:
        print("\n".join(table(language(), snapshot)))
    age_s = snapshot.get("turned_age_s")
    stale = not isinstance(age_s, int | float) or age_s > SILENT_S
    return EXIT_UNKNOWN if stale else EXITS[usb_level(snapshot)]


def run_grant(args: argparse.Namespace) -> int:
    """Lets in the device at a port, after showing which one it is; asks both PINs but with --one."""
    if bool(args.chief) is args.one:
        say(refusal_sentence(language(), "chief-or-one", {}))
        return EXIT_USAGE
    client = client_of(args)
    values = _asked(args) | _seen(client, args.port) | ({"only": args.only} if args.only else {})
    if args.one:
        client.call("usb.admit", **values)
        return EXIT_OK
    pins = {"chief": pin_of("chief"), "technician": pin_of("technician")}
    client.call("usb.grant", pins=pins, chief=args.chief, **values)
    return EXIT_OK


def run_alone(args: argparse.Namespace) -> int:
    """Lets in a replacement keyboard or another UPS: one person and a reason."""
    client = client_of(args)
    client.call(args.verb, **_asked(args), **_seen(client, args.port))
    return EXIT_OK


def run_revoke(args: argparse.Namespace) -> int:
    """Takes back the grant at a port."""
    client_of(args).call("usb.revoke", port=args.port, by=args.by)
    return EXIT_OK


def table(tongue: str, snapshot: dict[str, Any]) -> list[str]:
    """The lines for a terminal: the ports' state, a row for each device, then the grants."""
    usb = snapshot.get("usb")
    state = usb.get("state") if isinstance(usb, dict) else None
    level, clock = usb_level(snapshot), venue_clock(snapshot)
    lines = [coloured(f"{MARKS[level]} {name_of(tongue, 'usb', state)}", level)]
    rows = usb_rows(tongue, snapshot)
    if not rows and state in ("closed", "open"):
        lines.append(f"  {label(tongue, 'usb_none')}")
    if rows:
        cells = [[label(tongue, f"usb_column_{name}") for name in COLUMNS]]
        for row in rows:
            state, connected = name_of(tongue, "usb_device", row.state), row.state in ("in", "open")
            kernel = "–" if row.state == "unknown" else name_of(tongue, "usb_kernel", str(connected).lower())
            cells.append([row.place, row.what, state, row.why, kernel])
        widths = [max(width(line[column]) for line in cells) for column in range(len(COLUMNS))]
        lines.append("  " + padded(cells[0], widths))
        for row, line in zip(rows, cells[1:], strict=True):
            lines.append(coloured(f"{MARKS[row.level]} {padded(line, widths)}", row.level))
    lines += _second_layer(tongue, snapshot)
    for grant in usb_grants(tongue, snapshot, lambda iso: clock(iso, "%m-%d %H:%M")):
        lines.append(f"{MARKS['attention'] if grant.loud else ' '} {grant.words}")
    lines += [
        coloured(f"{MARKS['attention']} {told}", "attention") for told in usb_boot_lines(tongue, snapshot)
    ]
    return lines


def _second_layer(tongue: str, snapshot: dict[str, Any]) -> list[str]:
    """Disks, interfaces and mounts with why they may be there or not; then the radios."""
    usb = snapshot.get("usb")
    attached = usb.get("attached") if isinstance(usb, dict) else None
    attached = attached if isinstance(attached, dict) else {}
    levels = attached_levels(snapshot)
    level = next((each for each in ("critical", "attention", "unknown") if each in levels), "ok")
    lines = [
        coloured(f"{MARKS[level]} {name_of(tongue, 'attached', attached.get('state') or 'unknown')}", level)
    ]
    for row in attached_rows(tongue, snapshot):
        words = label(tongue, "attached_row", what=row.what, state=row.state_words, why=row.why)
        lines.append(coloured(f"{MARKS[row.level]} {row.place}  {words}", row.level))
    for radio in radio_rows(tongue, snapshot):
        words = label(tongue, "radio_line", radio=radio.what, state=radio.state_words)
        lines.append(coloured(f"{MARKS[radio.level]} {words}", radio.level))
    if isinstance(more := attached.get("more"), int) and more > 0:
        lines.append(f"  {label(tongue, 'attached_more', count=more)}")
    return lines


def _asked(args: argparse.Namespace) -> dict[str, Any]:
    values = {"port": args.port, "technician": args.technician, "reason": args.reason}
    return values | ({"minutes": args.minutes} if args.minutes is not None else {})


def _seen(client: Client, port: str) -> dict[str, Any]:
    """Shows what is at the port now, and binds the act to it: what was exchanged since then is refused."""
    tongue, snapshot = language(), client.call("status")
    usb = snapshot.get("usb") if isinstance(snapshot, dict) else None
    devices = usb.get("devices") if isinstance(usb, dict) else None
    for row in usb_rows(tongue, snapshot):
        if row.port == port:
            say(label(tongue, "usb_about_to", place=row.place, what=row.what, state=row.state, why=row.why))
    return next(
        (
            {"id": str(device["id"])}
            for device in (devices if isinstance(devices, list) else [])
            if isinstance(device, dict) and device.get("port") == port and device.get("id")
        ),
        {},
    )
