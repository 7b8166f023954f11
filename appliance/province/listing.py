"""What a venue says that it has: the names of its bundles, read strictly."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.backup.bundle import Published, parsed_name
from appliance.backup.fields import Fields, read_fields
from appliance.province.answer import LineDown, Refused
from appliance.province.line import Line

LIST_PATH, ABOUT_PATH = "/pull/v1/manifests", "/pull/v1/about"
LIMIT_BYTES = 256 << 10
_MOST_PAGES = 100
_MOST_NAMES = 100_000  # a page of a venue's has 1000; who stole its certificate packs eight times as many into one
_MOST_PHASE = 20
_SHOWN = 60
_MOST_REFUSED = 1000
_RECEIPT, _WHY = re.compile(r"[0-9a-f]{32}"), re.compile(r"[a-z][a-z-]{0,19}")


class ListRefused(Refused):
    """A list that no venue makes."""

    def __init__(self, why: str) -> None:
        super().__init__(f"its list: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What became of the receipts that were sent: bundles that are `believed` to be held; what was `refused`, the code
    of why by the digits it was put down under; how many nobody looked at yet."""

    believed: frozenset[str] = frozenset()
    refused: dict[str, str]
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The venue's bundles in the counter's order; `answers` is None where it says nothing of receipts."""

    bundles: list[Published]
    answers: Answers | None = None


def listed(line: Line, code: str, directory: Path) -> Listed:
    """What the venue has, as it would stand in `directory`. Raises LineDown, Refused."""
    found: list[Published] = []
    answers: Answers | None = None
    for _ in range(_MOST_PAGES):
        after = found[-1].counter if found else 0
        status, raw = line.small(f"{LIST_PATH}?after={after}", limit_bytes=LIMIT_BYTES)
        if status != 200:
            raise (LineDown if status == 429 or status >= 500 else Refused)(
                f"its list: the venue says {status}"
            )
        names, more, told = page(raw, code)
        answers = _together(answers, told) if found else told
        for name in names:
            found.append(_bundle(name, code, directory, after))
            after = found[-1].counter
        if len(found) > _MOST_NAMES:
            raise ListRefused(f"it has more than {_MOST_NAMES} bundles")
        if not more:
            return Listed(bundles=list({bundle.name: bundle for bundle in found}.values()), answers=answers)
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


def page(raw: bytes, code: str) -> tuple[list[object], bool, Answers | None]:
    """The names on a page of the list, whatever they are, whether there are more, what is said of receipts.

    Raises Refused.
    """
    fields = read_fields(raw, "it", limit_bytes=LIMIT_BYTES, fault=ListRefused)
    if fields.whole("schema") != 1:
        raise ListRefused(f"schema {fields.whole('schema')}: this program reads 1")
    # Without its guard the page does not know whose it is; the certificate and the names tell as much.
    if fields.text("venue") not in ("", code):
        raise Refused(f"it answers for {_shown(fields.text('venue'))}")
    receipts = fields.table_or_none("receipts")
    answers = _answers(Fields(receipts, "receipts", ListRefused)) if receipts is not None else None
    return fields.items("names"), fields.truth_or_none("more") or False, answers


def _answers(fields: Fields) -> Answers:
    refused = [Fields(each, "a refusal", ListRefused) for each in fields.items("refused")]
    told = [(one.text("receipt"), one.text("why")) for one in refused[-_MOST_REFUSED:]]
    if wrong := [pair for pair in told if not (_RECEIPT.fullmatch(pair[0]) and _WHY.fullmatch(pair[1]))]:
        raise ListRefused(f"it has refused {_shown(' '.join(wrong[0]))}")
    believed = frozenset(name for name in fields.items("believed") if isinstance(name, str))
    return Answers(believed=believed, refused=dict(told), waiting=fields.whole("waiting"))


def _together(before: Answers | None, now: Answers | None) -> Answers | None:
    """Of two pages; where one says nothing, nothing is known."""
    if before is None or now is None:
        return None
    both = before.refused | now.refused
    return replace(now, believed=before.believed | now.believed, refused=both, waiting=max(before.waiting, now.waiting))


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
