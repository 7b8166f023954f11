"""One sentence for each event of readiness, seal and morning check."""

from collections.abc import Mapping

from appliance.words.sentences import Both, By

READY_EVENTS: Mapping[str, Both] = {
    "clock.confirmed": Both(
        "{by} 核对了监控盒的时间（差 {offset_s} 秒）",
        "{by} compared the box's clock ({offset_s} s off)",
    ),
    "seats.usb_declared": Both(
        By("blocked", {"true": "{by} 声明：考试机 U 盘已禁用"}, "{by} 声明：考试机 U 盘没有禁用"),
        By(
            "blocked",
            {"true": "{by} declares: USB storage is off on the seats"},
            "{by} declares: USB storage is not off on the seats",
        ),
    ),
    "switch.declared": Both(
        By("isolated", {"true": "{by} 看过交换机：考试机互相隔开"}, "{by} 看过交换机：考试机没有隔开"),
        By(
            "isolated",
            {"true": "{by} looked at the switch: seats are kept apart"},
            "{by} looked at the switch: seats reach each other",
        ),
    ),
    "morning.checked": Both(
        "早检已看过（场次 {sitting}，{by}）", "The morning check of {sitting} was read by {by}"
    ),
}
