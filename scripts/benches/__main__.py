"""Measures areas, prints a table of each, and with --write puts it into docs/benchmarks.md."""

import argparse
import fcntl
import importlib
import inspect
import os
import sys
import tempfile
from pathlib import Path

from scripts.benches import frame

# area: what it measures. Each is the file of that name beside this one, with `measure(bench)`.
AREAS = {
    "spine": "event to posture, start with a long log, an idle day, the idle guard, the page",
    "page": "its size, its answers with 300 seats and a long log, fifty open pages, from a fact to the page",
    "power": "outages, changes, lost data and the cost of 20 UPSes, on a real upsd beside upsmon",
    "power_domain": "made-up batteries and what of them is proven, made-up histories and what they end",
    "backup": "bundles beside tar, zstd and age, deltas beside restic and borg, verify and restore",
    "province_pull": "200 venues pulled at once beside parallel curl, memory, lines that are cut at random",
    "province_line": "sittings shipped while they run over lines that lose and break, and how well it is foretold",
    "usb": "a storm of plugs with the kernel's own overflows against the connected guard",
    "network": "the line's rules loaded and swapped, windows opened and closed, the drift audit",
    "usb_descriptors": "a million lying USB descriptors, a look at the bus, how soon a uevent is heard",
    "network_guard": "a real guard between exam switch and line: the first forbidden frame, a flood",
    "province": "the province at the venue's door: stalled callers, the end of a large file, a line that is back",
    "network_leaks": "every kind of attack, reloads, killed reloads and ends of windows, in network namespaces",
}
ROOT = Path(__file__).resolve().parent.parent.parent
EXIT_USAGE, EXIT_UNAVAILABLE, EXIT_BUSY = 64, 69, 75


def main() -> int:
    """0 whatever the figures say: it measures, it does not judge. 69 where it could not measure."""
    args = _arguments()
    if args.list or not args.area:
        for name, text in AREAS.items():
            print(f"{name:12} {text}")
        return 0 if args.list else EXIT_USAGE
    for name in args.area:
        if name not in AREAS:
            print(f"{name}: no such area; there are {', '.join(AREAS)}", file=sys.stderr)
            return EXIT_USAGE
    try:
        kept = _private(args.dir)
        frame.refuse_memory(kept)
        with (kept / "lock").open("w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for name in args.area:
                _measure(name, kept, args)
    except BlockingIOError:
        print(f"{args.dir}: another bench is measuring there", file=sys.stderr)
        return EXIT_BUSY
    except (frame.CannotMeasure, OSError) as error:
        print(f"could not measure: {error}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=inspect.getdoc(sys.modules[__name__]))
    parser.add_argument("area", nargs="*", help="one or more areas; --list names them")
    parser.add_argument("--quick", action="store_true", help="fewer and smaller: shows that it works")
    parser.add_argument("--runs", type=int, default=1, help="so many runs, their samples taken together")
    parser.add_argument("--list", action="store_true", help="name the areas")
    parser.add_argument("--write", action="store_true", help="put the area's section into docs/benchmarks.md")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md", help=argparse.SUPPRESS)
    parser.add_argument(
        "--dir",
        type=Path,
        default=Path(f"/var/tmp/venue-bench-{os.getuid()}"),
        help="where to measure: on a real disk; long logs are kept there for the next run (%(default)s)",
    )
    return parser.parse_args()


def _measure(name: str, kept: Path, args: argparse.Namespace) -> None:
    area = importlib.import_module(f"scripts.benches.{name}")
    figures: list[frame.Figure] = []
    for _ in range(max(1, args.runs)):
        with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=kept) as directory:
            bench = frame.Bench(quick=args.quick, kept=kept, directory=Path(directory), say=_say)
            figures = frame.together(figures, list(area.measure(bench)))
    section = frame.section(name, AREAS[name], figures, place=kept, how=_how(args))
    print(section)
    if args.write:
        frame.write(args.page, name, section)


def _how(args: argparse.Namespace) -> str:
    return (" --quick" if args.quick else "") + (f" --runs {args.runs}" if args.runs > 1 else "")


def _private(directory: Path) -> Path:
    """Makes `directory`. /var/tmp is everybody's: a directory that somebody else put there is refused."""
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.is_symlink() or directory.stat().st_uid != os.getuid():
        raise frame.CannotMeasure(f"{directory} belongs to somebody else")
    return directory


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
