"""What the guard's job said of the receipts that came, handed on to the province as it is: nothing is judged here."""

import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path

from web.fields import Plain, parts, text, words_of

_LIMIT_BYTES = 8 << 20
_MOST_REFUSED = 200
_MOST_CHARACTERS = 40


def receipts_told(answers: Path | None, incoming: Path, names: Collection[str]) -> dict[str, object]:
    """`receipts`: of `names` those that are believed to be held, what was refused, how many nobody looked at yet.

    Nothing at all where the answers cannot be read: silence is no refusal; before the first there are none. Those that
    wait are counted first: a receipt that is looked at in between is answered then, and is not taken for lost.
    """
    if answers is None:
        return {}
    try:
        waiting = sum(not name.startswith(".") for name in os.listdir(incoming)) if incoming.exists() else 0
        with answers.open("rb") as file:
            told = json.loads(file.read(_LIMIT_BYTES))
    except FileNotFoundError:
        told = {}
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    believed = set(words_of(told, "believed"))
    return {
        "receipts": {
            "believed": [name for name in names if name in believed],
            "refused": [_refusal(each) for each in parts(told, "refused")[-_MOST_REFUSED:]],
            "waiting": waiting,
        }
    }


def _refusal(plain: Plain) -> Mapping[str, str]:
    return {key: text(plain, key)[:_MOST_CHARACTERS] for key in ("receipt", "why")}
