"""What each kind of event of readiness and seal means and what to do, for who asks the journal."""

from collections.abc import Mapping

from appliance.words.explanation import Explanation, explained

READY_EXPLAINED: Mapping[str, Explanation] = {
    "clock.confirmed": explained(
        ("有人核对了时间", "与手机或挂钟相差不超过 10 秒的，在断电之前视为可信。", "差得多时请先校时，再核对：venue check clock。"),
        ("Somebody compared the clock", "Within 10 s of another clock it is vouched for until the power goes.", "Far off: set it, then compare again: venue check clock."),
    ),
    "seats.usb_declared": explained(
        ("考试机 U 盘的声明", "技术人员说的，没有监测；检查表上不会是绿色。"),
        ("USB of the seats was declared", "A technician's word, nobody measures it; it is never green in the check."),
    ),
    "switch.declared": explained(
        ("交换机隔离的声明", "技术人员看过交换机；监控盒看不到交换机里面。", "没有隔开的，请在交换机上设置端口隔离。"),
        ("Switch isolation was declared", "A technician looked at the switch; the box does not see into it.", "Where seats reach each other, set port isolation on the switch."),
    ),
    "morning.checked": explained(
        ("早检已看过", "与封场时比过：考试机、USB 口、外网、供电；夜里没有监测的时段一并记下。"),
        ("The morning check was read", "Seats, USB, line and supply were compared with the seal; what nobody watched at night is told."),
    ),
}
