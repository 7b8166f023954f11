"""Steps 1 to 3 of the setup: whose venue this is, which socket is which, the UPS."""

from collections.abc import Callable
from datetime import date
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

from appliance.cli.setup_bench import Bench, StepFailed
from appliance.cli.setup_talk import Talk
from appliance.cli.shell import EXIT_FAILED, EXIT_OK
from appliance.enrolment.enrolled import current
from appliance.setup import nut_files, ports, units, ups_found
from appliance.setup.change import Change
from appliance.setup.document import Document, Value
from appliance.setup.ups_found import Gauge, NotScanned, UsbUps
from appliance.words import label

LEAST = {"route": 2, "bridge": 2, "watch": 1}
MODES = ("route", "bridge", "watch", "off")
NUT = "etc/nut"
BOARDS = {"x120x": "low", "x728": "high"}  # docs/power.md: what the line is without mains
GPIO = "6"
# What the installer writes so that a box can be looked at (appliance.install.wanted): no venue is called that.
NOBODY = {"code": "000000-00", "name": "未命名考点"}
FEEDS = "exam-server, switch, box"


def venue(bench: Bench) -> None:
    """Who this venue is: by the province's file where it gives one, else typed in."""
    talk, document = bench.talk, bench.document()
    for key, nobody in NOBODY.items():
        if document.value(f"venue.{key}") == nobody:
            document.drop("venue", key)
    file = talk.ask("venue.file", "setup_file", optional=True, good=_is_file, unfit="setup_no_file")
    if file and bench.dry:
        talk.tell("setup_dry")
        return
    if file:
        _enrol(bench, file)
    if current(bench.config.parent) is not None:
        for key in ("code", "name"):  # the file's count; others beside them would only be told as overruled
            document.drop("venue", key)
    else:
        for key, question in (("code", "setup_code"), ("name", "setup_name")):
            there = document.value(f"venue.{key}")
            default = there if isinstance(there, str) else ""
            document.put(f"venue.{key}", talk.ask(f"venue.{key}", question, default=default))
    bench.settle(document)


def _enrol(bench: Bench, file: str) -> None:
    words = ["enrol", file, "--config", str(bench.config)]
    if isinstance(digits := bench.talk.given("venue.fingerprint"), str):
        words += ["--fingerprint", digits]
    # What the installer wrote to begin with is no other venue.
    if bench.document().value("venue.code") == NOBODY["code"] and current(bench.config.parent) is None:
        words.append("--replace")
    if bench.verb(words) != 0:
        raise StepFailed(EXIT_FAILED)


def sockets(bench: Bench) -> None:
    """Which socket goes where, by plugging cables in one after the other; and the box's address."""
    talk, document = bench.talk, bench.document()
    old = str(document.value("network.mode") or "route")
    mode = talk.choose("ports.mode", "setup_mode", talk.named("setup_mode", MODES), default=old)
    document.put("network.mode", mode)
    if mode != "off":
        try:
            _name_ports(bench, document, mode)
        except ports.PortsUnknown as error:
            raise StepFailed(EXIT_FAILED, str(error)) from error
        address = str(document.value("network.address") or "10.50.0.1/24")
        document.put("network.address", _address(talk, "ports.address", "setup_address", address, _is_interface))
        server = next((str(row.get("ip", "")) for row in document.rows("network.exam_server")), "")
        if server := _address(talk, "ports.server", "setup_server", server, _is_address, optional=True):
            document.put_row("network.exam_server", {"name": _server_name(document), "ip": server})
    bench.settle(document)


def _is_file(text: str) -> bool:
    return Path(text).is_file()


def _address(
    talk: Talk, place: str, key: str, default: str, good: Callable[[str], object], *, optional: bool = False
) -> str:
    """An address that `good` can read; it raises ValueError for one that is none."""

    def fits(text: str) -> bool:
        try:
            return bool(good(text))
        except ValueError:
            return False

    return talk.ask(place, key, default=default, optional=optional, good=fits, unfit="setup_no_address")


def _is_interface(text: str) -> bool:
    return "/" in text and bool(IPv4Interface(text))


def _is_address(text: str) -> bool:
    return bool(IPv4Address(text))


def _server_name(document: Document) -> str:
    return next(
        (str(row["name"]) for row in document.rows("network.exam_server") if "name" in row), "exam-server"
    )


def _name_ports(bench: Bench, document: Document, mode: str) -> None:
    talk = bench.talk
    free = ports.sockets(bench.root)
    talk.tell("setup_sockets", names=", ".join(free) or "–")
    if len(free) < LEAST[mode]:
        raise StepFailed(EXIT_FAILED, label(talk.tongue, "setup_too_few", count=len(free), least=LEAST[mode]))
    taken: list[str] = []
    with ports.all_up(bench.root, free):
        if mode != "watch":
            present = str(document.value("network.uplink") or "")
            uplink = talk.plugged("ports.uplink", "setup_plug_uplink", bench.root, free, present=present)
            document.put("network.uplink", uplink)
            taken.append(uplink)
            free = _without(free, uplink)
        exam = _exam_ports(bench, free, document.value("network.exam_ports"))
        document.put("network.exam_ports", list(exam))
        free = _without(free, *exam)
        staff = free and talk.plugged("ports.staff", "setup_plug_staff", bench.root, free, optional=True)
        if staff:
            document.put("network.staff_port", staff)
        else:
            document.drop("network", "staff_port")
    _let_in(bench, document, [*taken, *exam, *([staff] if staff else [])])


def _let_in(bench: Bench, document: Document, names: list[str]) -> None:
    """A socket on USB comes into the list: the next boot would deny it, and with it whoever comes by it."""
    there = {(row.get("id"), row.get("port")) for row in document.rows("usb.allow")}
    for row in ports.on_usb(bench.root, names):
        if (row["id"], row["port"]) not in there:
            document.allow(row)


def _exam_ports(bench: Bench, free: tuple[str, ...], before: object) -> tuple[str, ...]:
    talk, given = bench.talk, bench.talk.given("ports.exam")
    if isinstance(given, tuple):
        if strangers := [name for name in given if name not in free]:
            raise StepFailed(EXIT_FAILED, f"ports.exam: {', '.join(strangers)}: {', '.join(free)}")
        return given
    first = str(before[0]) if isinstance(before, list) and before else ""
    found: tuple[str, ...] = ()
    while left := _without(free, *found):
        name = talk.plugged(
            "ports.exam",
            "setup_plug_exam" if found else "setup_plug_exam_first",
            bench.root,
            left,
            optional=bool(found),
            present="" if found else first,
            number=str(len(found) + 1),
        )
        if not name:
            break
        found += (name,)
    return found


def _without(names: tuple[str, ...], *taken: str) -> tuple[str, ...]:
    return tuple(name for name in names if name not in taken)


def ups(bench: Bench) -> None:
    """The UPS that hangs on the box: found, named, NUT's files written, its USB port closed to all else."""
    talk = bench.talk
    talk.tell("setup_scanning")
    try:
        cables = ups_found.by_usb(bench.root)
    except NotScanned as error:
        talk.tell("setup_not_scanned", reason=str(error))
        cables = ()
    kind, chosen = _which(talk, cables, ups_found.by_gauge(bench.root))
    if kind == "none":
        return
    document = bench.document()
    row = _row(talk, kind)
    changes: tuple[Change, ...] = ()
    if isinstance(chosen, UsbUps):
        password = nut_files.password_in(bench.root / NUT)
        section = nut_files.section_of(str(row["name"]))
        row |= {"driver": "nut", "ups": section, "username": nut_files.USER, "password": password}
        _close_usb(bench, document, chosen)
        changes = nut_files.changes(chosen, bench.root / NUT, section=section, password=password)
    else:
        row |= _measured(bench) if kind == "declared" else _wired(talk, chosen)
    document.put_row("ups", row)
    if bench.settle(document, changes) and changes and not bench.dry:
        bench.restart(nut_files.UNITS)


def _wired(talk: Talk, gauge: Gauge | None) -> dict[str, Value]:
    """A board on the box: its power-fail line, and the gauge beside it where one answered."""
    gpio = talk.ask("ups.gpio", "setup_ups_gpio", default=GPIO, good=_is_gpio)
    board = talk.choose("ups.board", "setup_ups_kind", [(name, name) for name in BOARDS])
    found: dict[str, Value] = {"driver": "gpio_line", "gpio": int(gpio), "mains_lost": BOARDS[board]}
    return found | {"driver": "max1704x", "bus": gauge.bus} if gauge else found


def _measured(bench: Bench) -> dict[str, Value]:
    """A UPS without a data port: what somebody measured by hand."""
    talk = bench.talk
    day = talk.ask("ups.measured_on", "setup_ups_measured_on", good=_is_day)
    load = talk.ask("ups.load_percent", "setup_ups_load", good=str.isdecimal)
    hold = talk.ask("ups.hold_minutes", "setup_ups_hold", good=str.isdecimal)
    return {
        "driver": "declared", "measured_on": date.fromisoformat(day), "load_percent": float(load),
        "hold_minutes": float(hold), "by": bench.by,
    }  # fmt: skip


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _which(
    talk: Talk, cables: tuple[UsbUps, ...], gauges: tuple[Gauge, ...]
) -> tuple[str, UsbUps | Gauge | None]:
    """(usb, board, line or none; what it is)."""
    tongue, options = talk.tongue, {}
    for n, cable in enumerate(cables):
        words = {"name": cable.name or cable.driver, "id": cable.id, "serial": cable.serial or "–"}
        options[f"usb{n or ''}"] = (cable, label(tongue, "setup_ups_usb", **words))
    found: dict[str, tuple[UsbUps | Gauge | None, str]] = dict(options)
    for n, gauge in enumerate(gauges):
        words = {"charge": f"{gauge.charge_percent:g}", "volts": f"{gauge.volts:g}"}
        found[f"board{n or ''}"] = (gauge, label(tongue, "setup_ups_board", **words))
    found["line"] = (None, label(tongue, "setup_ups_line"))
    found["declared"] = (None, label(tongue, "setup_ups_declared"))
    found["none"] = (None, label(tongue, "setup_ups_none"))
    serial = talk.given("ups.serial")
    if isinstance(serial, str):
        one = next((cable for cable in cables if cable.serial == serial), None)
        if one is None:
            raise StepFailed(
                EXIT_FAILED, f"ups.serial: {serial}: {', '.join(c.serial for c in cables) or '–'}"
            )
        return "usb", one
    code = talk.choose(
        "ups.kind",
        "setup_which_ups",
        [(code, words) for code, (_, words) in found.items()],
        default=next(iter(found)),
    )
    return code, found[code][0]


def _row(talk: Talk, kind: str) -> dict[str, Value]:
    board = kind.startswith(("board", "line"))
    name = talk.ask("ups.name", "setup_ups_name", default="box-ups" if board else "server-ups")
    feeds = talk.ask("ups.feeds", "setup_ups_feeds", default="box" if board else FEEDS)
    return {
        "name": name,
        "feeds": [word.strip() for word in feeds.replace("，", ",").split(",") if word.strip()],
    }


def _is_gpio(text: str) -> bool:
    return text.isdecimal() and int(text[:3]) <= 27


def _close_usb(bench: Bench, document: Document, chosen: UsbUps) -> None:
    """Let this UPS in by id, port and serial; nothing else from now on, where a person agrees.

    Into the list it comes in any case: the boot denies what is not in it, whether the guard enforces or not.
    """
    port, serial = ups_found.usb_port(bench.root, chosen)
    if not port:
        bench.talk.tell("setup_ups_unlisted", id=chosen.id)
        return
    allowed = {"id": chosen.id, "port": port, "why": "UPS"} | ({"serial": serial} if serial else {})
    document.allow(allowed)
    if bench.talk.yes("ups.closed", "setup_ups_closed", default=True):
        document.put("usb.enforce", True)


def effect(bench: Bench) -> None:
    """What was written takes effect: files of the early boot and of other programs, the guard anew.

    Raises StepFailed where the next boot would not find what it has to: who is told that all is done starts it anew.
    """
    code = bench.verb(["config", "apply", str(bench.config)])
    if units.has_systemd(bench.root):
        bench.restart((units.GUARD,))
    if code != EXIT_OK:
        raise StepFailed(code)
