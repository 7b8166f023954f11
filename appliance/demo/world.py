"""The simulated world in one directory: UPSes, a USB bus, seats, a panel, the exam server's answers."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from appliance.demo.battery import UPS, PlayedUps, UpsMake
from hw import attached_simulated, usb_simulated
from hw.network_simulated import DroppedRow, HeardRow, write_dropped, write_heard
from hw.panel import write_press
from hw.seats import write_present

__all__ = ["UPS", "World"]

SERVER = ("02:50:00:00:00:02", "10.50.0.2")


class World:
    """What stands in for hardware; guard and page only ever read these files as they read hardware."""

    def __init__(
        self,
        root: Path,
        *,
        rooms: int,
        seats_per_room: int,
        upses: Sequence[UpsMake] = (UpsMake(),),
        network: bool = False,
    ) -> None:
        self.root = root
        self.answers = root / "answers"
        self._upses = {make.name: PlayedUps(root / f"{make.name}.dev", make) for make in upses}
        self._rooms = [str(room) for room in range(1, rooms + 1)]
        self._per_room = seats_per_room
        self._present: set[str] = set()
        self._network = network
        self._strangers: list[HeardRow] = []
        self._dropped: dict[tuple[str, str], DroppedRow] = {}
        self._at_s: float | None = None
        self._written = 0

    def build(self) -> None:
        """Makes the world at rest: mains on, machines off, nothing plugged in."""
        self.answers.mkdir(parents=True)
        usb_simulated.make_bus(self.root)
        attached_simulated.make_board(self.root)
        for ups in self._upses.values():
            ups.write()
        self._write_seats()

    def seat_rows(self) -> list[tuple[str, str, bool]]:
        """(room, seat, spare) of each seat; seats are numbered through the venue, each room's last is a spare."""
        rows = []
        for number, room in enumerate(self._rooms):
            for place in range(1, self._per_room + 1):
                rows.append((room, str(number * self._per_room + place), place == self._per_room))
        return rows

    def address_of(self, seat_id: str) -> tuple[str, str]:
        """MAC and IPv4 address of a seat's machine; '' twice in a world without an exam network."""
        if not self._network:
            return "", ""
        number = int(seat_id.rpartition("-")[2])
        third, fourth = divmod(9 + number, 256)
        return f"02:50:00:00:{1 + number // 256:02x}:{number % 256:02x}", f"10.50.{third}.{fourth}"

    def tick(self, at_s: float) -> None:
        """Lets time pass up to `at_s` simulated seconds: batteries drain and charge, UPSes obey."""
        before_s = self._at_s if self._at_s is not None else at_s
        self._at_s = at_s
        for ups in self._upses.values():
            ups.tick(max(0.0, at_s - before_s))

    def do(self, step: dict[str, Any]) -> None:
        """Changes the world as a step says; keys that are not the world's are left to the player."""
        for name, values in upses_of(step):
            self._upses[name].set(values)
        for _ in range(int(step.get("button", 0))):
            write_press(self.root)
        if "seats_on" in step:
            self._present |= set(self._named(step["seats_on"]))
        if "seats_off" in step:
            self._present -= set(self._named(step["seats_off"]))
        if "seats_on" in step or "seats_off" in step:
            self._write_seats()
        if "strangers" in step:
            rows = (text.split() for text in step["strangers"])
            self._strangers = [HeardRow(mac=mac, ip=ip, port="".join(port)) for mac, ip, *port in rows]
            self._write_seats()
        if "dropped" in step:
            self._drop(step["dropped"])
        if "plug" in step:
            device = dict(step["plug"])
            usb_simulated.plug(self.root, device.pop("port"), **device)
        if "unplug" in step:
            usb_simulated.unplug(self.root, step["unplug"])
        if "answers" in step:
            self._write_answers(int(step["answers"]))

    def _write_seats(self) -> None:
        write_present(self.root / "seats", sorted(self._present))
        if self._network:
            there = [self.address_of(seat) for seat in sorted(self._present)]
            heard = [HeardRow(mac=mac, ip=ip, port="eth1") for mac, ip in [SERVER, *there]]
            write_heard(self.root, [*heard, *self._strangers])

    def _drop(self, rows: dict[str, Any] | list[dict[str, Any]]) -> None:
        for row in [rows] if isinstance(rows, dict) else rows:
            mac, kind = self.address_of(row["seat"])[0], str(row["kind"])
            before = self._dropped.get((mac, kind), DroppedRow(mac=mac, kind=kind, packets=0))
            packets, to = before.packets + int(row["packets"]), str(row.get("to", before.to))
            self._dropped[mac, kind] = DroppedRow(mac=mac, kind=kind, packets=packets, to=to)
        write_dropped(self.root, self._dropped.values())

    def _named(self, names: str | Iterable[str]) -> list[str]:
        """Seat ids of "all" (no spares), "spares", "room:N" and single seats."""
        wanted = [names] if isinstance(names, str) else list(names)
        found: list[str] = []
        for name in wanted:
            for room, seat, spare in self.seat_rows():
                seat_id = f"{room}-{seat}"
                if (
                    name == seat_id
                    or (name == "spares" and spare)
                    or not spare
                    and name in ("all", f"room:{room}")
                ):
                    found.append(seat_id)
        return found

    def _write_answers(self, count: int) -> None:
        """Some answers as the exam server would leave them: one folder a room, a file a candidate."""
        for room, seat, spare in self.seat_rows():
            if spare:
                continue
            for part in range(count):
                path = self.answers / room / f"{seat}-{self._written + part:03d}.ans"
                path.parent.mkdir(exist_ok=True)
                path.write_text(
                    f"room {room} seat {seat} answer {self._written + part}\n" * 20, encoding="utf-8"
                )
        self._written += count


def upses_of(step: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Name and variables of each UPS that a step changes: `ups` is one table or several, `name` the first's else."""
    rows = step.get("ups", [])
    found = []
    for row in [rows] if isinstance(rows, dict) else rows:
        values = dict(row)
        found.append((str(values.pop("name", UPS)), values))
    return found
