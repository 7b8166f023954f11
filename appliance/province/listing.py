"""What a venue says that it has: the names of its bundles, read strictly."""

from pathlib import Path

from appliance.backup.bundle import Published, parsed_name
from appliance.backup.fields import read_fields
from appliance.province.answer import LineDown, Refused
from appliance.province.line import Line

LIST_PATH, ABOUT_PATH = "/pull/v1/manifests", "/pull/v1/about"
LIMIT_BYTES = 256 << 10
_MOST_PAGES = 100
_MOST_PHASE = 20
_SHOWN = 60


class ListRefused(Refused):
    """A list that no venue makes."""

    def __init__(self, why: str) -> None:
        super().__init__(f"its list: {why}")


def listed(line: Line, code: str, directory: Path) -> list[Published]:
    """The venue's bundles in the counter's order, as they would stand in `directory`. Raises LineDown, Refused."""
    found: list[Published] = []
    for _ in range(_MOST_PAGES):
        after = found[-1].counter if found else 0
        status, raw = line.small(f"{LIST_PATH}?after={after}", limit_bytes=LIMIT_BYTES)
        if status != 200:
            raise (LineDown if status == 429 or status >= 500 else Refused)(
                f"its list: the venue says {status}"
            )
        names, more = page(raw, code)
        for name in names:
            found.append(_bundle(name, code, directory, after))
            after = found[-1].counter
        if not more:
            return found
        if not names:
            break
    raise ListRefused("it has no end")


def phase(line: Line) -> str:
    """The venue's phase, '' where it does not say. Raises LineDown, Refused."""
    status, raw = line.small(ABOUT_PATH, limit_bytes=LIMIT_BYTES)
    if status != 200:
        return ""
    told = read_fields(raw, "what it says of itself", limit_bytes=LIMIT_BYTES, fault=Refused).text_or_none(
        "phase"
    )
    return told if told and len(told) <= _MOST_PHASE and told.isalnum() and told.isascii() else ""


def page(raw: bytes, code: str) -> tuple[list[object], bool]:
    """The names on a page of the list, whatever they are, and whether there are more. Raises Refused."""
    fields = read_fields(raw, "it", limit_bytes=LIMIT_BYTES, fault=ListRefused)
    if fields.whole("schema") != 1:
        raise ListRefused(f"schema {fields.whole('schema')}: this program reads 1")
    # Without its guard the page does not know whose it is; the certificate and the names tell as much.
    if fields.text("venue") not in ("", code):
        raise Refused(f"it answers for {_shown(fields.text('venue'))}")
    return fields.items("names"), fields.truth_or_none("more") or False


def _bundle(name: object, code: str, directory: Path, after: int) -> Published:
    bundle = parsed_name(directory, name) if isinstance(name, str) else None
    if bundle is None:
        raise ListRefused(f"it has {_shown(str(name))}, which is no bundle's name")
    if bundle.venue != code:
        raise ListRefused(f"it has {bundle.name}, which is another venue's")
    if bundle.counter < after or bundle.counter == 0:
        raise ListRefused(f"it is out of order at {bundle.name}")
    return bundle


def _shown(text: str) -> str:
    """A stranger's text as it may be shown."""
    return ascii(text[:_SHOWN])
