"""Makes harmless what strangers' devices and keyboards call things."""

import unicodedata

MAX_FIELD_CHARACTERS = 160


def plain_text(value: object, *, limit: int = MAX_FIELD_CHARACTERS) -> str:
    """One harmless line of at most `limit` characters.

    Names, serials and notes come from strangers: a control character could drive a terminal, a
    direction mark (RLO) turn a sentence round, 10 kB push the verdict off the page.
    """
    text = str(value)[: limit * 4]
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    line = " ".join(kept.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
