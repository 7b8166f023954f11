"""What each cause of the supply is called in Chinese, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause
from appliance.words.sentences import By

_FROM = "您好，我是{venue}主考"
_SEATS = "没有后备电源的座位会立即断电"
_UNTIL_UNKNOWN = "停电：服务器由后备电源供电，还能撑多久未知，请技术人员守着后备电源；" + _SEATS


def _until(enough: str, too_short: str) -> tuple[str, ...]:
    """Until when the server holds, against the end of the sitting where one is on."""
    return (
        "停电：服务器"
        + too_short
        + "，比本场结束 {end} 少 {missing_minutes} 分钟：请立即上报并调发电机；"
        + _SEATS,
        "停电：服务器" + enough + "，本场 {end} 结束；" + _SEATS,
        "停电：服务器" + enough + "；" + _SEATS,
        _UNTIL_UNKNOWN,
    )


# Wording: as in incidents_zh; never a promise of power for seats, never 已实测 without a proof.
POWER_CAUSES: Mapping[str, Cause] = {
    "mains": Cause(
        place="供电",
        todo="请技术人员查看配电箱并联系供电抢修；监考员查看各考场座位是否断电，"
        "考生在座位等待。电话报告省值班室。",
        script=_FROM + "，{since}起市电中断，服务器由后备电源供电。正在联系抢修，请指示。",
        reason=By(
            "source",
            {
                "proven": _until("可撑到 {until}（已实测）", "只能撑到 {until}（已实测）"),
                "modelled": _until(
                    "约可撑到 {until}（推算，未实测）", "大约只能撑到 {until}（推算，未实测）"
                ),
                "reported": _until(
                    "约可撑到 {until}（UPS 自报，未实测）", "只能撑到 {until}（UPS 自报，未实测）"
                ),
            },
            (
                "停电：服务器由后备电源供电，UPS 自报还可撑约 {runtime_minutes} 分钟（未实测），"
                "本场 {end} 结束；" + _SEATS,
                "停电：服务器由后备电源供电，UPS 自报还可撑约 {runtime_minutes} 分钟（未实测）；" + _SEATS,
                _UNTIL_UNKNOWN,
            ),
        ),
    ),
    "mains_back": Cause(
        place="供电",
        todo="请监考员确认考生已能继续作答，并记下时间。",
        script=_FROM + "，市电已恢复。考生恢复作答后再报告耽误的时间。",
        reason="市电已恢复：请监考员确认考生已能继续作答",
    ),
    "mains_over": Cause(
        place="供电",
        todo="供电已恢复，考生已继续作答。请主考报告耽误的时间并登记结果；顺延须省里同意。",
        script=_FROM + "，{since}起市电中断，现已恢复，考生已继续作答，耽误 {lost_minutes} 分钟。请示是否顺延。",
        reason="供电已恢复，考生已继续作答",
    ),
    "battery_low": Cause(
        place="供电",
        todo="电话报告省值班室。建议有序停机（须主考同意）；请技术人员在服务器旁等候指示。",
        script=_FROM + "，停电后服务器的后备电源快用完。请示是否有序停机、顺延考试。",
        reason="后备电源快用完，服务器可能断电：请立即电话报告省值班室",
    ),
    "ups_unknown": Cause(
        place="供电",
        todo="请技术人员查看后备电源面板和它到监控盒的线。读不到不等于停电，考试照常进行。",
        script=_FROM + "，后备电源的监测从{since}起读不到，考试照常进行。技术人员正在查看。",
        reason="后备电源读不到，停电时能撑多久未知：请技术人员查看",
    ),
    "ups_fault": Cause(
        place="供电",
        todo=By(
            "detail",
            {
                "off": "请技术人员立即到机柜查看：接在它上面的服务器可能已断电。请监考员看考生能否作答。",
                "bypass": "请技术人员查看后备电源面板，退出旁路。考试照常进行。",
                "overload": "请技术人员拔掉不该接在后备电源上的设备。考试照常进行。",
                "replace-battery": "请技术人员安排换电池，换后重新实测；换好以前请备好发电机。",
                "forced-shutdown": "服务器随时可能断电：请立即电话报告省值班室，技术人员到机柜查看。",
            },
            "请技术人员到机柜查看后备电源面板。考试照常进行。",
        ),
        script=_FROM + "，服务器的后备电源{since}起有故障。技术人员正在处理，请指示。",
        reason=By(
            "detail",
            {
                "off": "后备电源无输出，接在它上面的服务器可能已断电：请技术人员立即查看",
                "bypass": "后备电源在旁路，停电时撑不住服务器：请技术人员退出旁路",
                "overload": "后备电源过载，停电时撑不了多久：请技术人员减少接在它上面的设备",
                "replace-battery": "后备电源的电池该换了，停电时撑不了多久：请技术人员安排更换",
                "forced-shutdown": "后备电源就要断电，服务器可能断电：请立即电话报告省值班室",
                "alarm": "后备电源报警：请技术人员到机柜查看面板",
            },
            "后备电源有故障，停电时能撑多久未知：请技术人员查看",
        ),
    ),
    "ups_short": Cause(
        place="供电",
        todo=(
            "{start} 开考时后备电源约可撑 {hold_minutes} 分钟，规定 {asked_minutes} 分钟。"
            "请技术人员让它继续充电、减少接在它上面的设备；来不及就请主考上报并备好发电机。",
            "下一场开考时后备电源撑不满规定的时间。"
            "请技术人员让它继续充电、减少接在它上面的设备；来不及就请主考上报并备好发电机。",
        ),
        script=(
            _FROM
            + "，下一场 {start} 开考时服务器的后备电源约可撑 {hold_minutes} 分钟，不足 {asked_minutes} 分钟。"
            "正在充电并备发电机，请指示。",
            _FROM + "，下一场开考时服务器的后备电源可能撑不满规定的时间。正在充电并备发电机，请指示。",
        ),
        reason=(
            "{start} 开考时后备电源约可撑 {hold_minutes} 分钟，规定 {asked_minutes} 分钟：请备好发电机",
            "下一场开考时后备电源撑不满规定的时间：请技术人员查看，并备好发电机",
        ),
    ),
    "ending": Cause(
        place="供电",
        todo=By(
            "detail",
            {
                "stopping": "主考已同意，正在逐台停服务器。请技术人员守在机柜旁，查看每台是否停好。",
                "rested": "监控盒已收尾：记录已封存，等市电恢复。"
                "请主考电话请示省值班室；建议有序停服务器（须主考同意）。",
                "cut": "后备电源就要断开输出，市电恢复后再供电。"
                "请技术人员守在机柜旁，市电恢复后查看服务器是否都已启动。",
                "blocked": "服务器没有全部停好，或后备电源不能断开。请技术人员到机柜查看、手工停好服务器；"
                "市电恢复后由技术人员手工开服务器，并告诉主考。",
            },
            "监控盒正在做最后备份、封存记录。请电话报告省值班室；建议有序停服务器（须主考同意），同意后由技术人员停。",
        ),
        script=By(
            "detail",
            {
                "cut": _FROM + "，停电后服务器的后备电源就要断开输出，市电恢复后再供电。"
                "市电恢复后再报告，请指示。",
                "stopping": _FROM + "，停电后我们正在有序停服务器。停好后再报告，请指示。",
                "rested": _FROM
                + "，停电后服务器的后备电源快用完，监控盒已收尾。请示是否有序停服务器、顺延考试。",
            },
            _FROM + "，停电后服务器的后备电源快用完，正在做最后备份。请示是否有序停服务器、顺延考试。",
        ),
        reason=By(
            "detail",
            {
                "rested": "后备电源快用完，监控盒已收尾：请立即电话报告省值班室；建议有序停服务器（须主考同意）",
                "stopping": "主考已同意，正在逐台停服务器：请技术人员守在机柜旁查看",
                "cut": "后备电源就要断开输出，市电恢复后再供电：请技术人员守在机柜旁，查看服务器",
                "blocked": "服务器没有全部停好，或后备电源不能断开：请技术人员立即到机柜查看",
            },
            "后备电源快用完，正在做最后备份：请立即电话报告省值班室；建议有序停服务器（须主考同意）",
        ),
    ),
}
