"""What a point of the readiness check is called, why it stands so, and what to do: never raises, a page is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appliance.words.languages import LANGUAGES
from appliance.words.plain import plain_text
from appliance.words.ready.musts import MUSTS, Row
from appliance.words.ready.shoulds import MORNINGS, SHOULDS
from appliance.words.sentences import Both, say

Plain = Mapping[str, object]
Clock = Callable[[str], str]
TIMES = ("at", "drilled_at", "until")
MORNING = "morning."

POINT_NAMES: Mapping[str, tuple[str, str]] = {
    "mains": ("市电与后备电源", "Mains and UPS"),
    "hold": ("停电能撑多久", "Hold time without mains"),
    "line": ("外网隔断", "The line is closed"),
    "usb": ("监控盒 USB 口", "USB of the box"),
    "bundle": ("备份与恢复", "Bundle and restore"),
    "clock": ("时间", "Clock"),
    "seats": ("考试机与备用机", "Seats and spares"),
    "panel": ("灯与蜂鸣器", "Lamps and buzzer"),
    "disk": ("硬盘余量", "Room on the disk"),
    "rtc": ("时钟依据", "What vouches for the clock"),
    "polarity": ("拔插头演练", "Plug drill"),
    "isolation": ("交换机隔离", "Switch isolation"),
    "seat_usb": ("考试机 U 盘", "USB of the seats"),
    "wear": ("存储卡磨损", "Wear of the card"),
    "temperature": ("温度", "Temperature"),
    "offset": ("时间偏差", "Offset of the clock"),
    "undervoltage": ("供电电压", "Supply voltage"),
    "watchdog": ("看门狗", "Watchdog"),
    "line_speed": ("外网网口速率", "Speed of the line's port"),
    "machines": ("考试机", "Seats"),
    "supply": ("供电", "Power"),
}
UNSAID = (
    Both("没有说明（{code}）", "Not explained ({code})"),
    Both("请技术人员查看。", "A technician has a look."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointWords:
    """A point as people read it."""

    name: str
    reason: str
    todo: str


def point_name(language: str, key: object) -> str:
    """What a point is called; an unknown key stands for itself."""
    pair = POINT_NAMES.get(str(key))
    return plain_text(key, limit=40) if pair is None else pair[LANGUAGES.index(language)]


def point_words(language: str, point: Plain, clock: Clock, *, morning: bool = False) -> PointWords:
    """The words of a point of a snapshot or a seal; `clock` writes an ISO time as the venue's clock shows it."""
    key, code = str(point.get("key")), str(point.get("code"))
    table = MORNINGS if morning else {**MUSTS, **SHOULDS}
    row: Row = table.get(f"{key}.{code}", UNSAID)
    given = point.get("args")
    values: dict[str, object] = dict(given) if isinstance(given, Mapping) else {}
    values |= {name: clock(str(values[name])) for name in TIMES if values.get(name)}
    values["code"] = code
    return PointWords(
        name=point_name(language, key),
        reason=say(language, row[0], values),
        todo=say(language, row[1], values),
    )
