"""The one sentence at the top of the page, and what it says below where no incident explains it."""

from collections.abc import Mapping

from appliance.words.sentences import Both

# Never a word that stops the exam: only the province moves the end (DOMAIN.md, "What follows").
HEADLINES: Mapping[str, Both] = {
    "all_well": Both("一切正常", "All is well"),
    "watched_well": Both("已监测的部分一切正常", "All is well as far as it is watched"),
    "open_idle": Both("未封场，非考试时段", "Not sealed, no exam at this time"),
    "needs_doing": Both("可以继续，有 {count} 项需要处理", "The exam can go on; things to see to: {count}"),
    "affects_exam": Both("影响考试：请立即处理并上报", "The exam is affected: act now and report"),
    "on_battery": Both(
        "停电：请立即查看配电和各考场座位", "Mains lost: check the supply and every room's seats"
    ),
    "battery_low": Both("后备电源快用完：请立即上报", "The UPS is nearly empty: report now"),
    "line_leaks": Both(
        "外网没有完全隔断：请立即断开监控盒的外网线",
        "The line is not closed: unplug the box's line now",
    ),
    "unsealed": Both("尚未封场：请立即封场", "Not sealed yet: seal the venue now"),
    "unknown": Both(
        ("状态未知：{what:instrument}没有可信读数", "状态未知"),
        ("State unknown: no believable reading of {what:instrument}", "State unknown"),
    ),
}
UNRECOGNISED = Both("状态未知（{code}）", "State unknown ({code})")

# The line below the headline where the verdict names no reason; the page adds what is watched.
HINTS: Mapping[str, Both] = {
    "all_well": Both("不需要做什么。", "Nothing needs doing."),
    "watched_well": Both("不需要做什么。", "Nothing needs doing."),
    "open_idle": Both(
        "考前 12 小时请主考和技术负责人检查设备并封场。",
        "Twelve hours before the exam the chief and the technical lead check the equipment and seal.",
    ),
    "needs_doing": Both("处理办法见下方“需要处理”。", "What to do stands under “To do” below."),
    "affects_exam": Both(
        "考生在座位等待；先看下方“需要处理”，再电话报告省值班室。",
        "Candidates wait at their seats; see “To do” below, then phone the province.",
    ),
    "on_battery": Both(
        "请技术人员查看配电；没有后备电源的座位会立即断电。",
        "A technician checks the supply; seats without a UPS go dark at once.",
    ),
    "battery_low": Both(
        "电话报告省值班室；建议有序停机（须主考同意）。",
        "Phone the province; an orderly power-off is advised (the chief must agree).",
    ),
    "line_leaks": Both(
        "考试照常进行，考试机和服务器不受影响；请技术人员查看，并电话报告省值班室。",
        "The exam goes on, seats and server are not touched; a technician looks, and the province is phoned.",
    ),
    "unsealed": Both(
        "考试不受影响；请主考和技术负责人检查设备并封场。",
        "The exam is not held up; the chief and the technical lead check the equipment and seal.",
    ),
    "unknown": Both(
        "读不到不等于出事，也不等于没事：请技术人员查看。考试照常进行。",
        "Not read means neither good nor bad: a technician has a look. The exam goes on.",
    ),
}

SILENT_HEADLINE = Both(
    "监控盒 {silent}无回应，本页已过时，请勿据此判断",
    "The box has not answered for {silent}: this page is out of date, do not judge by it",
)
SILENT_TODO = Both(
    "考试照常进行，请技术人员查看机柜里的“考场守护”盒",
    "The exam goes on; a technician looks at the “Venue Appliance” box in the cabinet",
)
NEVER_ANSWERED = Both(
    "监控盒一直没有回应，状态未知",
    "The box has never answered: the state is unknown",
)
