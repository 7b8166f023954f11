"""The fixed words of page and shell about the exam network, in both languages."""

from collections.abc import Mapping

NET_LABELS: Mapping[str, tuple[str, str]] = {
    "net_window": ("窗口打开：{name:window}，到 {until}", "Window open: {name:window}, until {until}"),
    "net_window_lasting": ("窗口打开：{name:window}", "Window open: {name:window}"),
    "net_rehearsal_until": ("演练到 {until}，由 {technician} 开始", "Rehearsed until {until}, begun by {technician}"),
    "net_rehearsed": (
        "演练中有程序连外网，没有拦：{count} 台",
        "Programs tried to go online, let through in the rehearsal: {count} machines",
    ),
    "net_rehearsed_quiet": ("演练中没有程序连外网要看一眼", "Rehearsed: no attempts to look at"),
    "net_rehearsal_none": ("还没有演练过。", "Nothing was rehearsed yet."),
    "net_rehearsal_was": ("演练：{since} 到 {until}（{technician}）", "Rehearsal: {since} to {until} ({technician})"),
    "net_rehearsal_empty": ("这次演练没有会拦下的。", "Nothing would have been blocked."),
    "net_column_would": ("会拦下什么", "Would be blocked"),
    "net_quiet": ("拦下的连外网：没有需要看一眼的", "Blocked attempts: none to look at"),
    "net_attempts": (
        "有程序连外网，已拦下：{count} 台",
        "Programs tried to go online, blocked: {count} machines",
    ),
    "net_ledger_unknown": ("拦下了什么：未知", "What was blocked: unknown"),
    "net_strangers": ("没有登记的设备：{count} 台", "Devices nobody listed: {count}"),
    "net_moved": ("位置或地址和登记不同：{count} 台", "Not where or as listed: {count}"),
    "net_doubled": ("两台机器同一个地址：{count} 处", "Addresses on two machines: {count}"),
    "net_offers": ("有设备在发网络地址：{count} 台", "Devices that hand out addresses: {count}"),
    "net_presence_unknown": ("谁在考试网里：未知", "Who is in the exam network: unknown"),
    "net_tether": ("考试机的热点和 Wi-Fi：看不到", "Hot spots of seats: can not be seen"),
    "net_column_who": ("机器", "Machine"),
    "net_column_what": ("拦下了什么", "What was blocked"),
    "net_column_class": ("看不看", "Class"),
    "net_column_packets": ("累计包数", "Packets"),
    "net_column_to": ("去哪里", "Where to"),
    "net_more": ("另有 {count} 项", "{count} more"),
    "net_stranger_row": ("没有登记：{mac} {ip} {port}", "Not listed: {mac} {ip} {port}"),
    "net_moved_row": ("{seat:seats}：现在是 {ip} {port}", "{seat:seats}: now {ip} {port}"),
    "net_doubled_row": ("{ip}：{macs}", "{ip}: {macs}"),
    "net_offer_row": ("{what:net_kind}：{mac} {name}", "{what:net_kind}: {mac} {name}"),
    "seat_column_seat": ("座位", "Seat"),
    "seat_column_state": ("现在", "Now"),
    "seat_on": ("已开机 {present}/{expected}", "On: {present} of {expected}"),
    "learn_off": (
        "没有设置考试网（[network] mode），无法认机。",
        "No exam network is configured ([network] mode).",
    ),
    "learn_exists": ("{file} 已经存在，不会覆盖。", "{file} is there already and is not written over."),
    "learn_looking": (
        "正在查看考试网里有哪些机器，约十几秒……",
        "Looking who is in the exam network, some ten seconds …",
    ),
    "learn_failed": ("没有查到：{reason}", "It can not be seen: {reason}"),
    "learn_found": (
        "新认出 {count} 台。请逐台核对考场、座位和备用机，再作为座位表使用。",
        "{count} machines that no list knew. Check room, seat and spares one by one before the list is used.",
    ),
}
