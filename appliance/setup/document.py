"""The configuration file as people wrote it: values are put into it, comments and order stay."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array, InlineTable, Item, Table

from appliance.config import MAX_BYTES

HEAD = "# 考场守护: the box of this venue. Begun by `venue setup`; what people write here stays (venue config sample)."
Value = str | int | bool | float | date | Sequence[str]
# Keys of a table with a driver that are not the driver's own: they stay when another driver takes its place.
ANY_DRIVERS = frozenset({
    "name", "feeds", "driver", "rated_minutes", "rated_load_percent", "cut", "expected", "collected", "count_command",
})  # fmt: skip


class DocumentFault(Exception):
    """The file cannot be edited; one line says where it is broken."""


class Document:
    """An open configuration; nothing is written here. `text` is what it has become."""

    def __init__(self, path: Path) -> None:
        """Read it; a file that is not there begins with a heading. Raises DocumentFault."""
        self.path = path
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            raw = f"{HEAD}\n".encode()
        except OSError as error:
            raise DocumentFault(f"{path}: {error.strerror}") from error
        if len(raw) > MAX_BYTES:
            raise DocumentFault(f"{path}: {len(raw)} bytes, at most {MAX_BYTES} were expected")
        try:
            self._tree = tomlkit.parse(raw.decode("utf-8"))
        except (TOMLKitError, ValueError, RecursionError) as error:
            raise DocumentFault(f"{path.name}: {error}") from error

    @property
    def text(self) -> str:
        """The file's text with everything that was put into it."""
        text = tomlkit.dumps(self._tree)
        return text if text.endswith("\n") else f"{text}\n"

    def value(self, place: str) -> object:
        """What stands at `section.key`, None where nothing does."""
        section, _, key = place.partition(".")
        table = self._tree.get(section)
        return table.get(key) if isinstance(table, Mapping) else None

    def rows(self, place: str) -> list[dict[str, object]]:
        """The tables of `ups`, `backup.source` and the like, as plain values."""
        found: object = self._tree.unwrap()
        for name in place.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def put(self, place: str, value: Value) -> None:
        """Put a value at `section.key`; the comment beside an old value stays. Raises DocumentFault."""
        section, _, key = place.partition(".")
        if self.value(place) == value:
            return
        table = self._table(section)
        new = _item(value)
        old = table.get(key)
        if isinstance(old, Item) and old.trivia.comment:
            new.trivia.comment_ws, new.trivia.comment = old.trivia.comment_ws, old.trivia.comment
        table[key] = new

    def put_row(self, place: str, row: Mapping[str, Value]) -> None:
        """Put a table into an array of tables; the one of the same name is changed, its other keys stay but an old
        driver's.

        Raises DocumentFault where something else stands there.
        """
        rows = self._array(place)
        for there in rows:
            if isinstance(there, Table | InlineTable) and there.get("name") == row["name"]:
                if "driver" in row and there.get("driver") != row["driver"]:
                    for key in [key for key in there if key not in ANY_DRIVERS]:
                        del there[key]
                for key, value in row.items():
                    if there.get(key) != value:
                        there[key] = _item(value)
                return
        new = tomlkit.table()
        for key, value in row.items():
            new[key] = _item(value)
        rows.append(new)

    def allow(self, device: Mapping[str, str]) -> None:
        """Put a device into `usb.allow`, in the place of one at the same port. Raises DocumentFault."""
        table = self._table("usb")
        rows = table.get("allow")
        if rows is None:
            table["allow"] = tomlkit.array()
            rows = table["allow"]
        if not isinstance(rows, Array | AoT):
            raise DocumentFault(f"{self.path.name}: usb.allow: a list was expected")
        for number, there in enumerate(rows):
            if isinstance(there, Mapping) and there.get("port") == device["port"]:
                del rows[number]
                break
        new = tomlkit.table() if isinstance(rows, AoT) else tomlkit.inline_table()
        new.update(device)
        rows.append(new)

    def drop(self, place: str, key: str) -> None:
        """Take a key out of a section; one that is not there is no fault."""
        table = self._tree.get(place)
        if isinstance(table, Table) and key in table:
            del table[key]

    def _table(self, section: str) -> Table:
        table = self._tree.get(section)
        if table is None:
            table = tomlkit.table()
            self._tree[section] = table
            table = self._tree[section]
        if not isinstance(table, Table):
            raise DocumentFault(f"{self.path.name}: {section}: a table was expected")
        return table

    def _array(self, place: str) -> AoT:
        above, _, name = place.rpartition(".")
        holder: Table | tomlkit.TOMLDocument = self._table(above) if above else self._tree
        found = holder.get(name)
        if found is None:
            holder[name] = tomlkit.aot()
            found = holder[name]
        if not isinstance(found, AoT):
            raise DocumentFault(f"{self.path.name}: {place}: [[{place}]] was expected")
        return found


def _item(value: Value) -> Item:
    return tomlkit.item(list(value) if isinstance(value, tuple) else value)
