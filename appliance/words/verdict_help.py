"""What to do at each verdict, in three lines that a layman can act on: on the page, and as the examiner's runbook."""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.words.languages import LANGUAGES


@dataclass(frozen=True, slots=True)
class Help:
    """Three lines in each language, in the order in which they are done."""

    zh: tuple[str, str, str]
    en: tuple[str, str, str]


SILENT = "silent"
HELP: Mapping[str, Help] = {
    "all_well": Help(
        (
            "不需要做什么，照常巡视。",
            "本页每 3 秒自己更新；右上角“几秒前更新”不动了，再请技术人员。",
            "监控盒看不到考生的行为和考试机里面，考场情况仍以监考员为准。",
        ),
        (
            "Nothing needs doing; go on with your rounds.",
            "The page renews itself every 3 seconds; call the technician if the time at the top right stands still.",
            "The box sees neither candidates nor the inside of machines: for that the invigilators are your eyes.",
        ),
    ),
    "watched_well": Help(
        (
            "接入监测的部分都正常，不需要马上做什么。",
            "标题下写着哪些没有接入监测：这些请监考员和技术人员用眼睛看。",
            "问号和“未接入监测”不是故障，也不表示没事。",
        ),
        (
            "What is watched is well; nothing needs doing at once.",
            "Below the headline stands what is not watched: there people look with their own eyes.",
            "A question mark or “not monitored” is no fault, and no all-clear either.",
        ),
    ),
    "open_idle": Help(
        (
            "现在不是考试时段，也没有封场，不需要马上做什么。",
            "考前 12 小时，请主考和技术负责人一起做封场前检查，逐项看完再封场。",
            "日期或场次不对，请技术人员核对时间表和时钟。",
        ),
        (
            "No exam is on and the venue is not sealed; nothing needs doing at once.",
            "Twelve hours before the exam the chief and the technical lead go through the check together, then seal.",
            "If the date or the sitting is wrong, the technician compares timetable and clock.",
        ),
    ),
    "needs_doing": Help(
        (
            "考试可以继续。先看“需要处理”的第一项：在哪里、请谁去、做什么。",
            "派人去看，办完在本页点“处理”登记；耽误了考生的，记下分钟数。",
            "拿不准就打技术人员电话；要上报的，展开“电话怎么说”照着读。",
        ),
        (
            "The exam can go on. See the first item under “To do”: where, who goes, what is done.",
            "Send somebody, then register it on this page; where candidates lost time, note the minutes.",
            "If in doubt call the technician; to report upwards, open “On the phone” and read it out.",
        ),
    ),
    "affects_exam": Help(
        (
            "请考生在座位上等待，不要关机，监考员守在考场。",
            "请技术人员按“需要处理”的第一项处理，同时立即电话报告省值班室（照“电话怎么说”读）。",
            "记下开始时间；考生能继续作答时登记“已恢复”。延长多久由省里决定。",
        ),
        (
            "Candidates wait at their seats, nothing is switched off, invigilators stay in the rooms.",
            "The technician sees to the first item under “To do”; phone the province at once (read “On the phone”).",
            "Note when it began; register when candidates can go on. How much is added the province decides.",
        ),
    ),
    "on_battery": Help(
        (
            "请技术人员马上看配电箱，并打供电抢修电话。",
            "请各考场监考员看座位：黑屏的考生在座位上等，不要关机。",
            "看“供电”一栏能撑到几点；撑不到本场结束就立即报告省值班室并调发电机。",
        ),
        (
            "The technician looks at the distribution board at once and phones the power company.",
            "Invigilators look at the seats: candidates whose screen is dark wait there, nothing is switched off.",
            "See under “Power” until when the server holds; if not until the end, report now and send for a generator.",
        ),
    ),
    "battery_low": Help(
        (
            "立即电话报告省值班室：后备电源快用完，服务器可能停。",
            "能接发电机就马上接；接不上，主考可以同意“有序停机”，先保住答卷。",
            "考生在座位上等待，已保存的答卷不会丢；由省里决定怎样继续。",
        ),
        (
            "Phone the province at once: the UPS is nearly empty, the server may stop.",
            "Connect a generator; if there is none, the chief may agree to an orderly stop, which keeps the answers.",
            "Candidates wait at their seats; what was saved is not lost. The province decides how it goes on.",
        ),
    ),
    "line_leaks": Help(
        (
            "请技术人员立即拔下监控盒的外网线（不要动考试网的线）。",
            "考试照常进行：考试机和服务器之间不经过这根线。",
            "电话报告省值班室，并记下几点拔的；技术人员查明再接回。",
        ),
        (
            "The technician unplugs the box's outward line at once (not a cable of the exam network).",
            "The exam goes on: nothing between seats and server goes through that line.",
            "Phone the province and note the time; it is plugged in again once the technician found the cause.",
        ),
    ),
    "unsealed": Help(
        (
            "考试不受影响，但现在应当已经封场。",
            "请主考和技术负责人一起做封场前检查，逐项看过后马上封场。",
            "有一项通不过又来不及修的，写明原因照样封场，原因会印在封场单上。",
        ),
        (
            "The exam is not held up, but the venue ought to be sealed by now.",
            "The chief and the technical lead go through the check together and seal at once.",
            "Where a point fails and can not be mended in time, seal with the reason written down; it is printed.",
        ),
    ),
    "unknown": Help(
        (
            "有一部分读不到：读不到不等于出事，也不等于没事。",
            "请技术人员看标题里写的那一项（线、插头、开关）；考试照常进行。",
            "读到以前，请监考员用眼睛看：有没有停电、黑屏、多出来的设备。",
        ),
        (
            "Something can not be read: that means neither good nor bad.",
            "The technician looks at what the headline names (cable, plug, switch); the exam goes on.",
            "Until then invigilators look with their own eyes: power, dark screens, devices that do not belong there.",
        ),
    ),
    SILENT: Help(
        (
            "考试照常进行；本页的数字是旧的，不要拿它判断。",
            "请技术人员看机柜里的“考场守护”盒：灯亮不亮，插头和网线松没松。",
            "盒子恢复以前，停电、黑屏、可疑设备请监考员直接电话告诉您。",
        ),
        (
            "The exam goes on; the figures on this page are old, do not judge by them.",
            "The technician looks at the “Venue Appliance” box in the cabinet: its lamp, its plugs, its cables.",
            "Until it is back invigilators phone you about power, dark screens and devices that do not belong there.",
        ),
    ),
}


def verdict_help(language: str, code: str) -> tuple[str, str, str]:
    """The three lines for a verdict's code, or for `silent`; those for an unknown state where the code is none."""
    found = HELP.get(code, HELP["unknown"])
    return found.zh if language == LANGUAGES[0] else found.en
