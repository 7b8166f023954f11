"""What somebody signed, read strictly: one JSON object, each field of its type, none of them twice."""

import json
import re
from datetime import datetime

_HEX = re.compile(r"[0-9a-f]{64}")


def read_fields(raw: bytes, where: str, *, limit_bytes: int, fault: type[Exception]) -> "Fields":
    """The object in `raw`. Raises `fault` for what is longer, no JSON, or has a field twice."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise fault("a field is there twice")
        return found

    def no_constant(name: str) -> object:
        raise fault(f"the number {name}")

    if len(raw) > limit_bytes:
        raise fault(f"longer than {limit_bytes} bytes")
    try:
        value = json.loads(raw.decode(), object_pairs_hook=unique, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise fault(f"no JSON: {error}") from error
    return Fields(value, where, fault)


class Fields:
    """Typed access to a decoded object: the type is right, or a `fault` says which field is not."""

    def __init__(self, value: object, where: str, fault: type[Exception]) -> None:
        if not isinstance(value, dict):
            raise fault(f"{where} is no object")
        self._fault = fault
        self._value: dict[str, object] = value
        self._where = where

    def _get(self, key: str) -> object:
        if key not in self._value:
            raise self._fault(f"{self._where} has no {key!r}")
        return self._value[key]

    def text(self, key: str) -> str:
        """A text."""
        value = self._get(key)
        if not isinstance(value, str):
            raise self._fault(f"{key!r} is no text")
        return value

    def text_or_none(self, key: str) -> str | None:
        """A text, or None where null stands."""
        return None if self._get(key) is None else self.text(key)

    def whole(self, key: str) -> int:
        """A whole number from 0."""
        value = self._get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 63:
            raise self._fault(f"{key!r} is no whole number from 0")
        return value

    def whole_or_none(self, key: str) -> int | None:
        """A whole number from 0, or None where null or nothing stands."""
        return None if self._value.get(key) is None else self.whole(key)

    def digest(self, key: str, *, optional: bool = False) -> str | None:
        """A sha256 in hex; `optional`: or None where null stands."""
        if optional and self._get(key) is None:
            return None
        if not _HEX.fullmatch(value := self.text(key)):
            raise self._fault(f"{key!r} is no sha256 in hex")
        return value

    def time(self, key: str) -> str:
        """An ISO time with its zone, as text."""
        try:
            if datetime.fromisoformat(self.text(key)).tzinfo is None:
                raise self._fault(f"{key!r} has no time zone")
        except ValueError as error:
            raise self._fault(f"{key!r} is no time") from error
        return self.text(key)

    def items_or_none(self, key: str) -> list[object]:
        """A list, empty where null or nothing stands."""
        return [] if self._value.get(key) is None else self.items(key)

    def items(self, key: str) -> list[object]:
        """A list."""
        value = self._get(key)
        if not isinstance(value, list):
            raise self._fault(f"{key!r} is no list")
        return value

    def table(self, key: str) -> dict[str, object]:
        """An object."""
        value = self._get(key)
        if not isinstance(value, dict):
            raise self._fault(f"{key!r} is no object")
        return value

    def table_or_none(self, key: str) -> dict[str, object] | None:
        """An object, or None where null or nothing stands."""
        return None if self._value.get(key) is None else self.table(key)

    def truth_or_none(self, key: str) -> bool | None:
        """true or false, or None where null or nothing stands."""
        value = self._value.get(key)
        if value is not None and not isinstance(value, bool):
            raise self._fault(f"{key!r} is neither true nor false")
        return value
