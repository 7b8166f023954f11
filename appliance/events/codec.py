"""Frozen dataclasses to plain JSON and back: the one way bodies and state are written down.

Reading is forgiving forwards and strict backwards: an unknown field is ignored (bodies only
grow), a missing one takes its default, a wrong type is an error that names its path.
"""

import contextlib
import json
import math
import re
import types
import typing
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
_HALF = re.compile("[\ud800-\udfff]")


class CodecError(Exception):
    """A stored value does not have the shape its type asks for."""


def canonical(value: object) -> str:
    """The one JSON text of a plain value: sorted keys, no spaces, real characters, no NaN.

    Half of a surrogate pair, which no UTF-8 can hold, becomes U+FFFD: a device's name must not stop the log.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return _HALF.sub("\ufffd", text)


def to_plain(value: object) -> Any:  # noqa: ANN401 - plain JSON has no narrower name
    """Dataclasses, tuples, dicts, datetimes and enums as plain JSON values. Raises CodecError."""
    if value is None or isinstance(value, bool | int | float | str) and not isinstance(value, Enum):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): to_plain(item) for key, item in value.items()}
    if is_dataclass(value):
        return {name: to_plain(getattr(value, name)) for name in _shape(value.__class__)}
    raise CodecError(f"{type(value).__name__} cannot be written down")


def from_plain(cls: type[T], plain: object, path: str = "") -> T:
    """The dataclass `cls` read from plain JSON values. Raises CodecError with the path."""
    if not isinstance(plain, dict):
        raise CodecError(f"{path or cls.__name__}: an object was expected, not {type(plain).__name__}")
    values: dict[str, Any] = {}
    for name, field in _shape(typing.cast(Any, cls)).items():
        if name in plain:
            values[name] = _read(field.type, plain[name], f"{path}.{name}" if path else name)
        elif field.required:
            raise CodecError(f"{path}.{name}: missing" if path else f"{name}: missing")
    return cls(**values)


@dataclass(frozen=True, slots=True)
class _Field:
    type: Any
    required: bool


@cache
def _shape(cls: type) -> dict[str, _Field]:
    hints = typing.get_type_hints(cls)
    return {
        f.name: _Field(hints[f.name], f.default is MISSING and f.default_factory is MISSING)
        for f in fields(cls)
    }


def _read(kind: Any, plain: Any, path: str) -> Any:  # noqa: ANN401 - a type and a JSON value
    origin = typing.get_origin(kind)
    if origin is types.UnionType or origin is typing.Union:
        return _read_optional(kind, plain, path)
    if origin is tuple:
        return _read_tuple(kind, plain, path)
    if origin is dict:
        if not isinstance(plain, dict):
            raise CodecError(f"{path}: an object was expected")
        _, item = typing.get_args(kind)
        return {key: _read(item, value, f"{path}.{key}") for key, value in plain.items()}
    if kind is object:
        return plain
    if is_dataclass(kind) and isinstance(kind, type):
        return from_plain(kind, plain, path)
    return _read_scalar(kind, plain, path)


def _read_optional(kind: Any, plain: Any, path: str) -> Any:  # noqa: ANN401 - as above
    if plain is None:
        return None
    (inner,) = (arg for arg in typing.get_args(kind) if arg is not type(None))
    return _read(inner, plain, path)


def _read_tuple(kind: Any, plain: Any, path: str) -> Any:  # noqa: ANN401 - as above
    if not isinstance(plain, list):
        raise CodecError(f"{path}: a list was expected")
    item = typing.get_args(kind)[0]
    return tuple(_read(item, value, f"{path}[{n}]") for n, value in enumerate(plain))


def _read_scalar(kind: Any, plain: Any, path: str) -> Any:  # noqa: ANN401 - as above
    try:
        if kind is datetime and isinstance(plain, str):
            return datetime.fromisoformat(plain)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind(plain)
    except ValueError as error:
        raise CodecError(f"{path}: {plain!r}: {error}") from error
    if kind is float:
        return finite(plain, path)
    if kind is str and isinstance(plain, str) and _HALF.search(plain):
        raise CodecError(f"{path}: half a character")
    if isinstance(kind, type) and isinstance(plain, kind) and (kind is bool or not isinstance(plain, bool)):
        return plain
    raise CodecError(f"{path}: {kind.__name__} was expected, not {plain!r}")


def finite(plain: object, path: str) -> float:
    """A JSON number as a finite float. Raises CodecError."""
    if isinstance(plain, int | float) and not isinstance(plain, bool):
        with contextlib.suppress(OverflowError):  # JSON's whole numbers have no limit
            number = float(plain)
            if math.isfinite(number):
                return number
    raise CodecError(f"{path}: a finite number was expected")
