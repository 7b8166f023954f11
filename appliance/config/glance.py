"""The few values that the page and most verbs need, whatever else is wrong in the file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.config import ConfigError, read_toml
from appliance.finding import Finding

STATE_DIR = Path("/var/lib/venue-appliance")
RUN_DIR = Path("/run/venue-appliance")
LISTEN = "unix:/run/venue-page/page.sock"
LANGUAGES = ("zh_CN", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """Where the state and the control socket lie, where the page listens and in which language; a made-up world."""

    state_dir: Path = STATE_DIR
    run_dir: Path = RUN_DIR
    listen: str = LISTEN
    language: str = LANGUAGES[0]
    simulated: bool = False


def glance(path: Path) -> Glance:
    """The values in the file at `path`, or their defaults.

    A fault elsewhere in the file is not looked for: a page that starts and says that the guard is silent is of more
    use than none.

    Raises ConfigError: the file cannot be read, is no TOML, or one of these values is wrong.
    """
    document = read_toml(path)
    found: dict[str, Any] = {}
    faults: list[Finding] = []
    for section, key, good, code, expected in (
        ("venue", "state_dir", _absolute, "not_absolute", "an absolute path"),
        ("venue", "run_dir", _absolute, "not_absolute", "an absolute path"),
        ("page", "listen", _text, "no_listen", "unix:PATH or ADDRESS:PORT"),
        ("page", "language", LANGUAGES.__contains__, "not_one_of", "one of " + ", ".join(LANGUAGES)),
    ):
        table = document.get(section, {})
        if not isinstance(table, dict):
            faults.append(Finding(f"{path.name}: {section}", "no_table", "a table was expected"))
        elif key in table and not good(table[key]):
            place, known = f"{path.name}: {section}.{key}", ", ".join(LANGUAGES)
            faults.append(Finding(place, code, f"{expected} was expected", known=known))
        elif key in table:
            found[key] = Path(table[key]) if section == "venue" else table[key]
    if faults:
        raise ConfigError(list(dict.fromkeys(faults)))
    return Glance(**found, simulated="simulation" in document)


def _absolute(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/")


def _text(value: object) -> bool:
    return isinstance(value, str)
