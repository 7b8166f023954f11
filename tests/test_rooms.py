"""The rooms: who may import whom, held as data, and a few things that no file may do.

The table is the one of ARCHITECTURE.md. Another arrow is a decision, written down there and here.
"""

import ast
import configparser
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TREES = ("appliance", "hw", "web")
MAX_FILE_LINES, MAX_FUNCTION_LINES = 300, 50
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "common", "base", "core", "misc"}
THREAD_BEGINS = "a thread begins here"
LEAVES = frozenset(f"appliance.{name}" for name in ("clock", "config", "command", "finding", "journal", "notify"))


@dataclass(frozen=True)
class Room:
    """What a room may import besides the standard library and itself.

    `may` are modules with all below them. `names` narrows a module to single names of it. `outside` are
    other people's packages.
    """

    may: frozenset[str] = frozenset()
    names: dict[str, frozenset[str]] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()
    package: bool = False


def room(*may: str, leaves: bool = False, outside: str = "", package: bool = False, **names: str) -> Room:
    """A row of the table: room names without `appliance.`, other people's packages and names as words."""
    modules = {name if name.split(".")[0] in ("hw", "web") else f"appliance.{name}" for name in may}
    return Room(
        may=frozenset(modules | (LEAVES if leaves else set())),
        names={
            ("web" if key == "web" else f"appliance.{key}"): frozenset(value.split())
            for key, value in names.items()
        },
        outside=frozenset(outside.split()),
        package=package,
    )


ROOMS = {
    "appliance": room(),
    "appliance.__main__": room("cli"),
    "appliance.events": room(package=True),
    "appliance.exam": room("events", "finding", package=True),
    "appliance.eventlog": room("events", leaves=True, package=True),
    "appliance.dispatch": room("events", "eventlog", "exam", leaves=True, package=True),
    "appliance.watch": room("events", "hw", leaves=True, package=True),
    "appliance.enforce": room("events", "exam.posture", "hw", "command", package=True),
    "appliance.backup": room("events", leaves=True, outside="cryptography zstandard", package=True),
    "appliance.prove": room("events", "hw", "command", package=True),
    "appliance.enrolment": room(
        "backup", "exam.timetable", leaves=True, outside="cryptography", package=True
    ),
    "appliance.province": room("backup", "enrolment", leaves=True, outside="cryptography", package=True),
    "appliance.pins": room(leaves=True),
    # Before the package is there: nothing but the standard library. The label is printed once it is.
    "appliance.install": room("command", "hw.boards", package=True),
    "appliance.install.label": room(outside="segno"),
    "appliance.words": room("events", "finding", package=True),
    "appliance.control": room(
        "events", "eventlog", "exam.acts", "exam.report", "pins", "dispatch.inbox",
        leaves=True, package=True, dispatch="ActRequest Board Drifted Inbox Observed Report",
    ),
    "appliance.client": room(),
    "appliance.daemon": room(
        "events", "exam", "eventlog", "dispatch", "watch", "enforce", "backup", "province", "pins", "words",
        "control", "client", "hw",
        leaves=True, outside="apscheduler", package=True,
    ),
    "appliance.demo": room("client", "daemon", "hw", leaves=True, package=True),
    "appliance.setup": room("hw", "command", "config", "finding", outside="tomlkit", package=True),
    "appliance.diag": room("client", "eventlog", "hw", leaves=True, package=True),
    "appliance.cli": room(
        "client", "words", "eventlog", "backup", "enrolment", "province", "demo", "daemon", "prove",
        "diag", "setup", leaves=True, outside="waitress", package=True, web="Line create_app report_html",
    ),
    "appliance.clock": room(),
    "appliance.command": room(),
    "appliance.config": room("finding", outside="pydantic", package=True),
    "appliance.finding": room(),
    "appliance.journal": room(),
    "appliance.notify": room(),
    "hw": room(outside="gpiozero pyudev psutil", package=True),
    "web": room("client", "words", outside="flask werkzeug markupsafe segno", package=True),
}  # fmt: skip

# What every file may have of the root package: its version, no more.
ROOT_NAMES = frozenset({"__version__"})
# The one module that imports by name: the command loads only the asked verb's file, from its own room.
BY_NAME = "appliance.cli"
# Where a package's name on the index is not the name it is imported by.
INDEX_NAMES = {"werkzeug": "flask", "markupsafe": "flask"}


@dataclass(frozen=True)
class Import:
    """`module` imported by line `line`, and the `name` taken from it ('' for the whole module)."""

    module: str
    name: str
    line: int


FILES = sorted(path for tree in TREES for path in (ROOT / tree).rglob("*.py"))


def shown(path: Path) -> str:
    """The path as people name it; the id of a test."""
    return str(path.relative_to(ROOT))


each_file = pytest.mark.parametrize("path", FILES, ids=shown)


@cache
def tree_of(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES}


def within(module: str, room_name: str) -> bool:
    """Whether `module` is `room_name` or lies below it."""
    return module == room_name or module.startswith(room_name + ".")


def room_of(module: str) -> str | None:
    """The room a module lies in; None where the table has none. The root package is no room for others."""
    found = [name for name in ROOMS if within(module, name) and (name != "appliance" or module == name)]
    return max(found, key=len, default=None)


def imports_of(tree: ast.Module) -> Iterator[Import]:
    """Every import of a file, wherever it stands in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, "", node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                taken = (inner, "") if inner in MODULES else (node.module, alias.name)
                yield Import(*taken, node.lineno)


def refusal(module: str, found: Import) -> str:
    """Why `module` may not import `found`; '' where it may."""
    name = room_of(module)
    if name is None:
        return f"{module} lies in no room of the table"
    here, top = ROOMS[name], found.module.split(".")[0]
    if top in TREES:
        target = room_of(found.module)
        if target == name or any(within(found.module, allowed) for allowed in here.may):
            return ""
        if target == "appliance" and name != "hw" and found.name in ROOT_NAMES:
            return ""
        if found.name in here.names.get(found.module, frozenset()):
            return ""
        return f"{name} may not import {found.module} {found.name}".rstrip()
    if top == "subprocess" and name != "appliance.command":
        return f"{name} may not import subprocess: appliance.command is the only door to other programs"
    if top in sys.stdlib_module_names or top in here.outside:
        return ""
    return f"{name} may not import {top}, a package from outside"


def calls_of(path: Path) -> Iterator[ast.Call]:
    """Every call in a file."""
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def spelled(node: ast.expr) -> str:
    """A name or attribute as it stands in the text: `datetime.now`."""
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


@each_file
def test_a_file_imports_what_its_room_may(path: Path) -> None:
    refused = [
        f"{shown(path)}:{found.line}: {why}"
        for found in imports_of(tree_of(path))
        if (why := refusal(module_of(path), found))
    ]
    assert not refused, "\n".join(refused)


@each_file
def test_a_file_lies_in_a_room_of_the_table(path: Path) -> None:
    assert room_of(module_of(path)), f"{shown(path)} lies in no room: add it to ROOMS and ARCHITECTURE.md"


@each_file
def test_imports_are_absolute_and_at_the_top(path: Path) -> None:
    top = set(map(id, tree_of(path).body))
    faults = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in top:
            faults.append(f"{shown(path)}:{node.lineno}: a late import is a wrong room")
        if isinstance(node, ast.ImportFrom) and node.level:
            faults.append(f"{shown(path)}:{node.lineno}: a relative import")
    faults += [
        f"{shown(path)}:{call.lineno}: {spelled(call.func)} hides an import"
        for call in calls_of(path)
        if spelled(call.func).rpartition(".")[2] in ("__import__", "import_module")
        and not (module_of(path) == BY_NAME and BY_NAME in ast.unparse(call.args[0]))
    ]
    assert not faults, "\n".join(faults)


def test_no_arrow_of_the_table_points_back() -> None:
    arrows = {
        name: {room_of(target) or target for target in (*here.may, *here.names)} - {name}
        for name, here in ROOMS.items()
    }
    while arrows:
        settled = {name for name, targets in arrows.items() if not targets & arrows.keys()}
        assert settled, f"these import each other: {', '.join(sorted(arrows))}"
        arrows = {name: targets for name, targets in arrows.items() if name not in settled}


def test_every_room_named_by_the_table_is_in_the_table() -> None:
    named = {target for here in ROOMS.values() for target in (*here.may, *here.names)}
    assert {target for target in named if room_of(target) is None} == set()


def test_the_document_tells_the_same_rooms() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([\w.]+)` \|", text.split("## Rooms")[1].split("\n## ")[0], flags=re.MULTILINE)
    assert set(told) == ROOMS.keys() - {"appliance"}


@pytest.mark.parametrize("name", [name for name, here in ROOMS.items() if here.package])
def test_a_room_of_several_files_is_a_package(name: str) -> None:
    place = ROOT.joinpath(*name.split("."))
    assert not place.with_suffix(".py").exists(), f"{name} is a package, not a file"
    assert (place / "__init__.py").is_file(), f"{name} is missing, or lacks its __init__.py"


def test_every_directory_with_code_is_a_package() -> None:
    assert [shown(p.parent) for p in FILES if not (p.parent / "__init__.py").is_file()] == []


@each_file
def test_no_file_is_named_for_nothing(path: Path) -> None:
    assert not FORBIDDEN_NAMES & {part.lower() for part in path.relative_to(ROOT).with_suffix("").parts}


@each_file
def test_a_file_is_short_enough_to_be_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES


@each_file
def test_a_function_is_short_enough_to_be_seen_at_once(path: Path) -> None:
    long = [
        f"{shown(path)}:{node.lineno}: {node.name} has {length} lines, at most {MAX_FUNCTION_LINES}"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


@each_file
def test_nothing_goes_through_a_shell(path: Path) -> None:
    through = [
        f"{shown(path)}:{call.lineno}: {spelled(call.func)}"
        for call in calls_of(path)
        if spelled(call.func) in ("os.system", "os.popen")
        or any(
            word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
            for word in call.keywords
        )
    ]
    assert not through, "\n".join(through)


@each_file
def test_no_time_is_naive(path: Path) -> None:
    naive = [f"{shown(path)}:{call.lineno}: {ast.unparse(call)}" for call in calls_of(path) if is_naive(call)]
    assert not naive, "\n".join(naive)


def is_naive(call: ast.Call) -> bool:
    """Whether a call gives a time without a zone: `now()`, `fromtimestamp(x)`, `utcnow()`, `today()`."""
    owner, _, method = spelled(call.func).rpartition(".")
    if owner.rpartition(".")[2] not in ("datetime", "date"):
        return False
    zoned = any(word.arg in ("tz", "tzinfo") for word in call.keywords)
    least = {"now": 1, "fromtimestamp": 2}.get(method)
    if least is not None:
        return not zoned and len(call.args) < least
    return method in ("utcnow", "utcfromtimestamp", "today")


@each_file
def test_an_except_is_broad_only_where_a_thread_begins(path: Path) -> None:
    if module_of(path) == "appliance.watch.thread":
        return
    comments = comments_of(path)
    broad = [
        f"{shown(path)}:{node.lineno}: a broad except"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
        if THREAD_BEGINS not in comments.get(node.lineno, "")
    ]
    assert not broad, "\n".join(broad)


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything: bare, Exception or BaseException, alone or among others."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(c is None or spelled(c).rpartition(".")[2] in ("Exception", "BaseException") for c in caught)


def comments_of(path: Path) -> dict[int, str]:
    """The comments of a file by line."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


@each_file
def test_the_log_is_written_by_dispatch_alone(path: Path) -> None:
    if room_of(module_of(path)) in ("appliance.eventlog", "appliance.dispatch"):
        return
    writing = [
        f"{shown(path)}:{call.lineno}: EventLog without read_only=True"
        for call in calls_of(path)
        if spelled(call.func).rpartition(".")[2] == "EventLog"
        and not any(w.arg == "read_only" and ast.unparse(w.value) == "True" for w in call.keywords)
    ]
    assert not writing, "\n".join(writing)


def test_every_package_from_outside_is_declared_and_every_declared_one_is_used() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = setup["options"]["install_requires"].split("\n")
    declared = {match[0].lower() for line in lines if (match := re.match(r"[A-Za-z0-9._-]+", line))}
    tops = {found.module.split(".")[0] for path in FILES for found in imports_of(tree_of(path))}
    outside = {INDEX_NAMES.get(top, top) for top in tops - set(TREES) - sys.stdlib_module_names}
    assert outside == declared


REFUSED = [
    ("hw.usb", "import appliance.events"),
    ("hw.usb", "from appliance import __version__"),
    ("web.pages", "from appliance.eventlog import EventLog"),
    ("web.pages", "import sqlite3, appliance.exam.phase"),
    ("appliance.exam.phase", "from appliance.clock import SystemClock"),
    ("appliance.exam.phase", "import psutil"),
    ("appliance.enforce.usb", "from appliance.exam.venue import Venue"),
    ("appliance.watch.usb", "from appliance.dispatch import Inbox"),
    ("appliance.control.verbs", "from appliance.dispatch import Dispatch"),
    ("appliance.cli.page", "from web.pages import add_pages"),
    ("appliance.daemon.guard", "import web"),
    ("appliance.daemon.guard", "import subprocess"),
    ("appliance.nowhere", "import json"),
]


@pytest.mark.parametrize(("module", "text"), REFUSED)
def test_the_table_refuses_what_it_should(module: str, text: str) -> None:
    """A test that cannot fail is a defect: the wrong arrows that would hurt most."""
    assert any(refusal(module, found) for found in imports_of(ast.parse(text)))


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("appliance.daemon.guard", "from appliance import __version__"),
        ("appliance.enforce.job", "from appliance import command"),
        ("appliance.enforce.job", "from appliance.exam.posture import NotHeld"),
        ("appliance.control.verbs", "from appliance.dispatch import Inbox, Report"),
        ("appliance.cli.page", "from web import create_app"),
        ("appliance.exam.phase", "from appliance.exam.timetable import Moved"),
    ],
)
def test_the_table_allows_what_it_should(module: str, text: str) -> None:
    assert not any(refusal(module, found) for found in imports_of(ast.parse(text)))
