"""`venue demo`: guard and page together on simulated hardware, a day played fast."""

import argparse
from importlib import resources
from pathlib import Path

from appliance.cli.shell import EXIT_FAILED, EXIT_OK, EXIT_USAGE, language, say, worded
from appliance.demo import script
from appliance.demo.stage import Stage, StageError
from appliance.province import keys
from appliance.words import label

DEFAULT_DAY = "exam-day.toml"


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = verbs.add_parser("demo", help="guard and page together on simulated hardware")
    parser.add_argument("--port", type=int, default=8080, help="of the page, on loopback (default: 8080)")
    parser.add_argument(
        "--day", default=DEFAULT_DAY, metavar="F", help="a day's script, or the name of a built-in one"
    )
    parser.add_argument(
        "--speed", type=float, default=None, metavar="N", help="times as fast (default: the script's)"
    )
    parser.add_argument("--list", action="store_true", help="name the built-in days")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Plays the day until interrupted."""
    days = Path(str(resources.files("appliance.demo").joinpath("days")))
    if args.list:
        for path in sorted(days.glob("*.toml")):
            print(f"{path.name}  {script.read(path).title}")
        return EXIT_OK
    path = Path(args.day) if Path(args.day).exists() else days / args.day
    try:
        day = script.read(path)
    except script.ScriptError as error:
        say(worded(error))
        return EXIT_USAGE
    speed = day.speed if args.speed is None else args.speed
    if not 0 < speed <= 3600:
        say(label(language(), "shell_speed", speed=f"{speed:g}"))
        return EXIT_USAGE
    stage = Stage(script=day, speed=speed, port=args.port, recipient_of=keys.init, say=say)
    try:
        stage.run()
    except StageError as error:
        say(worded(error))
        return EXIT_FAILED
    return EXIT_OK
