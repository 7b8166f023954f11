"""A question as it came over the socket, and the error that it may get."""

import json
from dataclasses import dataclass, field
from typing import Any

MAX_PAGE_FIELD = 200
PAGE_FIELDS = ("token", "form", "once", "source")


class ControlError(Exception):
    """A question that gets an error: `code` names the sentence, `exit_code` is for a shell."""

    def __init__(self, code: str, exit_code: int = 64, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.exit_code = exit_code
        self.details = details


@dataclass(frozen=True, slots=True, kw_only=True)
class FromPage:
    """What the page hands on of who sits before it; it keeps none of it.

    `token` is the session's, `form` what the session's forms carry, `once` one form's own key, `source` the address
    that the browser came from.
    """

    token: str = ""
    form: str = ""
    once: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`page` is None where no page asks: a shell, a job."""

    verb: str
    args: dict[str, Any] = field(default_factory=dict)
    pins: dict[str, str] = field(default_factory=dict)
    page: FromPage | None = None

    @property
    def source(self) -> str:
        """Where it came from, for the delays: '' is this machine."""
        return self.page.source if self.page else ""


def question_of(line: bytes) -> Question:
    """The question in a line of JSON. Raises ControlError."""
    try:
        question = json.loads(line)
        # Half a surrogate or NaN is no JSON either: the record could not hold it, and the guard would die of it.
        json.dumps(question, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise ControlError("not-json") from error
    if not isinstance(question, dict) or question.get("v") != 1:
        raise ControlError("bad-version", expected=1)
    verb, args, pins = question.get("verb"), question.get("args", {}), question.get("pins", {})
    if not isinstance(verb, str) or not isinstance(args, dict) or not _texts(pins):
        raise ControlError("bad-question")
    page = question.get("page")
    if page is None:
        return Question(verb=verb, args=args, pins=pins)
    if not _texts(page) or any(len(value) > MAX_PAGE_FIELD for value in page.values()):
        raise ControlError("bad-question")
    known = FromPage(**{name: page[name] for name in PAGE_FIELDS if name in page})
    return Question(verb=verb, args=args, pins=pins, page=known)


def _texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
