"""`venue province pull`: fetches every venue's bundles over the line, opens them, sends receipts."""

import argparse
import contextlib
import signal
from collections.abc import Callable
from types import FrameType

from appliance.cli.bars import Bars
from appliance.cli.province_home import add_home, guarded, passphrase_of
from appliance.cli.province_part import Asked, crew_of, part_of, pull_part
from appliance.cli.shell import (
    EXIT_BUSY,
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_OK,
    EXIT_USAGE,
    add_json,
    print_line,
    say,
)
from appliance.province.alone import PullBusy
from appliance.province.crew import parts
from appliance.province.fetch import Budget
from appliance.province.pull import Pull
from appliance.province.talk import Told
from appliance.province.venues import VenuesFault
from appliance.province.watched import Watched
from appliance.province.wish import LARGEST_BYTES, QUOTA_BYTES, Wish
from appliance.words import plain_text

_MOST_AT_ONCE, _DETAIL_CHARACTERS = 256, 2000
_MB, _GB = 1e6, 1 << 30


def add_pull(own: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `pull`."""
    parser = own.add_parser(
        "pull", help="fetch every venue's bundles, open them, send receipts; goes on until ended"
    )
    parser.add_argument("venues", metavar="CODE", nargs="*", help="only of these venues; default: all")
    parser.add_argument("--once", action="store_true", help="one round, and end")
    parser.add_argument(
        "--at-once", metavar="N", type=_whole, default=32, help="so many venues at once (default: 32)"
    )
    parser.add_argument(
        "--mb-per-s", metavar="X", type=_rate, default=0.0, help="for all of them together; default: no limit"
    )
    parser.add_argument(
        "--every",
        metavar="S",
        type=_rate,
        default=30.0,
        help="seconds until a venue is asked again (default: 30)",
    )
    parser.add_argument(
        "--largest-gb",
        metavar="X",
        type=_rate,
        default=LARGEST_BYTES / _GB,
        help="no bundle beyond that is taken (default: 8)",
    )
    parser.add_argument(
        "--quota-gb",
        metavar="X",
        type=_rate,
        default=QUOTA_BYTES / _GB,
        help="so much of the disk is one venue's at most, unless venues.toml says otherwise (default: 64)",
    )
    parser.add_argument(
        "--no-open", action="store_true", help="fetch alone; `province verify` opens them later"
    )
    # As this program starts itself.
    parser.add_argument("--part", metavar="N/COUNT", type=part_of, help=argparse.SUPPRESS)
    parser.add_argument("--progress", action="store_true", help=argparse.SUPPRESS)
    add_home(parser)
    add_json(parser)
    parser.set_defaults(run=guarded(_pull))


def _pull(args: argparse.Namespace) -> int:
    budget, bars = Budget(bytes_per_s=args.mb_per_s * _MB), Bars()
    bars.shown = bars.shown and not args.json
    try:
        wish = _wish(args)
        if args.part:
            return pull_part(args, wish, _until_ended)
        told = _as_lines() if args.json else _to_people(bars)
        ask = passphrase_of(args)
        asked = Asked(ask) if ask else None
        pull = Pull(args.home, wish, budget=budget, told=told, passphrase=asked)
        if fault := _nobody(args, pull):
            say(fault)
            return EXIT_USAGE
        crew = crew_of(args, wish, told=told, asked=asked, progress=bars.shown)
        with _until_ended(pull):
            pull.run(crew)
    except VenuesFault as error:
        say("\n".join(f"venue: {line}" for line in str(error).splitlines()))
        return EXIT_CONFIG
    except PullBusy as error:
        say(f"venue: {error}")
        return EXIT_BUSY
    finally:
        bars.close()
    wrong = pull.wrong | crew.wrong
    if wrong and not args.json:
        say(f"Not all is well with: {', '.join(sorted(wrong))} (`venue province status`)")
    return EXIT_FAILED if wrong else EXIT_OK


def _wish(args: argparse.Namespace) -> Wish:
    """How to pull. With a limit on the bytes one process is enough, and keeps it. Raises VenuesFault, OSError."""
    part = args.part
    if not part:
        codes = tuple(args.venues)
        count = 1 if args.mb_per_s else parts(len(Watched(args.home, codes).venues), args.at_once)
        args.at_once, part = -(-args.at_once // count), (0, count)
    return Wish(
        at_once=args.at_once, once=args.once, every_s=args.every, opens=not args.no_open,
        codes=tuple(args.venues), largest_bytes=int(args.largest_gb * _GB),
        quota_bytes=int(args.quota_gb * _GB), part=part,
    )  # fmt: skip


def _nobody(args: argparse.Namespace, pull: Pull) -> str:
    unknown = sorted(set(args.venues) - set(pull.courses))
    if unknown:
        return f"venue: no address of {', '.join(unknown)} in {args.home / 'venues.toml'}"
    return (
        ""
        if pull.courses
        else f"venue: no venue with an address in {args.home / 'venues.toml'}: `venue province enrol`"
    )


class _until_ended(contextlib.AbstractContextManager[None]):
    """SIGINT and SIGTERM end the pull; what came stays, and the next one goes on with it."""

    def __init__(self, pull: Pull) -> None:
        self._pull = pull

    def __enter__(self) -> None:
        def end(_number: int, _frame: FrameType | None) -> None:
            self._pull.ended()

        self._before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)


def _as_lines() -> Callable[[Told], None]:
    def told(one: Told) -> None:
        if one.kind == "progress":
            return
        fields = {"kind": one.kind, "venue": one.venue, "bundle": one.bundle, "detail": one.detail}
        line: dict[str, object] = {key: text for key, text in fields.items() if text}
        numbers = {"taken": "bytes", "opened": "files", "answered": "bundles"}
        if one.kind in numbers:
            line[numbers[one.kind]] = one.done or one.total
        print_line(line)

    return told


def _to_people(bars: Bars) -> Callable[[Told], None]:
    def told(one: Told) -> None:
        match one.kind:
            case "progress":
                bars.at(one.venue, one.bundle.removeprefix(one.venue + "-"), one.done, one.total)
            case "taken":
                bars.say(f"{one.bundle}  {one.total} bytes")
            case "opened":
                bars.say(f"{one.bundle}  {one.done} files opened and right")
            case "sent":
                bars.say(f"{one.bundle}  its receipt lies with the venue, which looks at it now")
            case "withdrawn":
                bars.say(f"{one.bundle}  its receipt did not hold here; it is opened again")
            case "accepted":
                bars.say(f"{one.bundle}  the venue has its receipt")
            case "alarm":
                bars.gone(one.venue)
                bars.say(f"ALARM  {one.venue}  {plain_text(one.detail, limit=_DETAIL_CHARACTERS)}")
            case "fault":
                bars.gone(one.venue)
                bars.say(f"{one.venue}  {one.detail}")

    return told


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 0 < int(text) <= _MOST_AT_ONCE):
        raise argparse.ArgumentTypeError(f"{text[:20]!r}: 1 to {_MOST_AT_ONCE} was expected")
    return int(text)


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text[:20]!r}: a number above 0 was expected")
    return value
