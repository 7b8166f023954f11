"""The demo's venue: configuration, timetable, seat list and keys in a directory of its own."""

import time
from pathlib import Path

from appliance.clock import Segment, write_segments
from appliance.demo.battery import UpsMake
from appliance.demo.script import Script
from appliance.demo.world import World

CONTACTS = {
    "technician": "张工 分机 8001",
    "city": "市考试管理机构值班电话（见封面）",
    "province": "省考试值班电话（见封面）",
    "power": "供电局 95598",
}


def write(directory: Path, script: Script, *, recipient: str, listen: str) -> tuple[Path, World]:
    """Writes everything a guard and a page need; gives the configuration's path and the world at rest."""
    world = World(
        directory / "world",
        rooms=script.rooms,
        seats_per_room=script.seats_per_room,
        upses=script.upses,
        network=script.network,
    )
    world.build()
    (directory / "timetable.toml").write_text(script.timetable, encoding="utf-8")
    rows = [
        f"{room},{seat},{','.join(world.address_of(f'{room}-{seat}'))},,{'yes' if spare else 'no'}"
        for room, seat, spare in world.seat_rows()
    ]
    text = "\n".join(["room,seat,mac,ip,port,spare", *rows]) + "\n"
    (directory / "seats.csv").write_text(text, encoding="utf-8")
    path = directory / "appliance.toml"
    path.write_text(_config(directory, script, recipient, listen), encoding="utf-8")
    return path, world


def _config(directory: Path, script: Script, recipient: str, listen: str) -> str:
    upses = "".join(_ups(directory, make) for make in script.upses)
    contacts = "\n".join(f'{key} = "{value}"' for key, value in CONTACTS.items())
    expected = _expected(script)
    return f"""
[venue]
code = "520100-03"
name = "实验中学考点"
timezone = "{script.zone}"
state_dir = "{directory}/state"
run_dir = "{directory}/run"
timetable = "timetable.toml"
seats = "seats.csv"

{upses}
[usb]
enforce = true
allow = [{{ id = "051d:0002", port = "1-1", why = "UPS cable" }}]
ups_ports = ["1-1"]
ports = {{ "1-1" = "后备电源口", "1-2" = "左前口" }}

[network]
mode = "route"
exam_ports = ["eth1"]
uplink = "eth0"
address = "10.50.0.1/24"
province = ["198.51.100.10:443"]
[[network.exam_server]]
name = "exam-server"
ip = "10.50.0.2"
tcp = [443]

[backup]
recipients = ["{recipient}"]
[[backup.source]]
name = "answers"
driver = "directory"
path = "{directory}/world/answers"
expected = {{ {expected} }}
collected = "{{room}}/*-000.ans"

[contacts]
{contacts}

[page]
listen = "{listen}"

[simulation]
world = "{directory}/world"
"""


def _expected(script: Script) -> str:
    """One answer a candidate, the first that the simulated exam server leaves of each; the last seat is a spare."""
    return ", ".join(f'"{room}" = {script.seats_per_room - 1}' for room in range(1, script.rooms + 1))


def _ups(directory: Path, make: UpsMake) -> str:
    feeds = ", ".join(f'"{name}"' for name in make.feeds)
    sheet = f"rated_minutes = {make.hold_minutes}\nrated_load_percent = {make.load_percent}\n"
    return f"""
[[ups]]
name = "{make.name}"
feeds = [{feeds}]
driver = "simulated"
path = "{directory}/world/{make.name}.dev"
cut = {"true" if make.cut else "false"}
{sheet if make.rated else ""}"""


def write_clock(world: Path, script: Script, speed: float, *, real_s: float | None = None) -> list[Segment]:
    """Writes the clock's file: it runs from now on, at the script's paces. Gives its segments."""
    began_s = time.clock_gettime(time.CLOCK_BOOTTIME) if real_s is None else real_s
    segments = [Segment(real_s=began_s, simulated_s=0.0, rate=speed)]
    for step in script.steps:
        if step.pace is None:
            continue
        last = segments[-1]
        simulated_s = (step.at - script.start).total_seconds()
        reached_s = last.real_s + (simulated_s - last.simulated_s) / last.rate
        segments.append(Segment(real_s=reached_s, simulated_s=simulated_s, rate=speed * step.pace))
    write_segments(world / "clock.toml", script.start, segments)
    return segments
