"""What somebody asks for, and why it can not be."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MAX_TEXT = 2000  # characters of a note, a reason, an answer
MAX_NAME = 60
MAX_MINUTES = 600


class Refused(Exception):
    """An act that can not be done now. `code` names the sentence (words.refusals), `details` fill it."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody asks for: a verb and its plain arguments, as they came over the control socket.

    `head` is seq and hash (hex) of the record's last row when it is decided: a seal names what it was made upon.
    """

    verb: str
    args: dict[str, object] = field(default_factory=dict)
    head: tuple[int, str] = (0, "")

    def text(self, name: str, *, required: bool = True, limit: int = MAX_TEXT) -> str:
        """A text argument without control characters. Raises Refused."""
        value = self.args.get(name, "")
        if not isinstance(value, str) or (required and not value.strip()):
            raise Refused("missing", name=name)
        if len(value) > limit or any(_unprintable(c) for c in value):
            raise Refused("bad-text", name=name, limit=limit)
        return value.strip()

    def minutes(self) -> int:
        """Whole minutes from 1 to 600. Raises Refused."""
        value = self.args.get("minutes")
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_MINUTES:
            raise Refused("bad-minutes", limit=MAX_MINUTES)
        return value

    def choice(self, name: str) -> bool:
        """A yes or no. Raises Refused."""
        value = self.args.get(name)
        if not isinstance(value, bool):
            raise Refused("bad-choice", name=name, choices="true, false")
        return value

    def moment(self, name: str, now: datetime) -> datetime | None:
        """An aware moment of the last day, None where none was given. Raises Refused."""
        value = self.text(name, required=False, limit=40)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            raise Refused("bad-time", name=name) from error
        if found.tzinfo is None or not now - timedelta(days=1) <= found <= now + timedelta(minutes=1):
            raise Refused("bad-time", name=name)
        return min(found, now)

    def number(self) -> int:
        """An incident's number. Raises Refused."""
        value = self.args.get("number")
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refused("missing", name="number")
        return value


def _unprintable(character: str) -> bool:
    """Control characters, and halves of characters that no UTF-8 can hold: the log could not be written."""
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
