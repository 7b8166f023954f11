"""The fixed words of the page, in both languages; a field in braces is filled in by the page."""

from collections.abc import Mapping

from appliance.words.languages import LANGUAGES
from appliance.words.net.labels import NET_LABELS
from appliance.words.people.labels import ACT_LABELS
from appliance.words.power.labels import POWER_LABELS
from appliance.words.ready.labels import READY_LABELS
from appliance.words.report_labels import REPORT_LABELS
from appliance.words.sentences import Template, say
from appliance.words.setup.labels import SETUP_LABELS
from appliance.words.shell_labels import SHELL_LABELS
from appliance.words.usb.labels import USB_LABELS

_LABELS: Mapping[str, tuple[Template, Template]] = {
    **POWER_LABELS,
    **USB_LABELS,
    **NET_LABELS,
    **READY_LABELS,
    **ACT_LABELS,
    **REPORT_LABELS,
    **SETUP_LABELS,
    **SHELL_LABELS,
    "product": ("考场守护", "Venue Appliance"),
    "venue": ("本考点", "the venue"),
    "help": ("怎么办", "What to do"),
    "skip": ("跳到“需要处理”", "Skip to what needs doing"),
    "steps": ("考试阶段", "Stages of the exam"),
    "fresh": ("{age} 秒前更新", "updated {age} s ago"),
    "lost": ("已失去联系 {age} 秒", "no contact for {age} s"),
    "silent": ("监控盒无回应", "the box is silent"),
    "last_answer": (
        "最后一次回应 {time}，以下是那时的情况。",
        "Last answer at {time}; what stands below is from then.",
    ),
    "no_answer_yet": ("没有任何读数可以显示。", "There is no reading to show."),
    "simulated": (
        "演示：模拟硬件，以下读数都不是真的",
        "Demonstration on simulated hardware: no reading here is real",
    ),
    "drill_banner": (
        "{mode:drill}进行中：以下都不计入考试记录",
        "In progress: {mode:drill}; nothing here is part of the record",
    ),
    "drill_mark": ("演练", "drill"),
    "clock_untrusted": ("时钟未确认", "clock not confirmed"),
    # the countdown
    "to_start": ("距本场开始", "To the start"),
    "to_next": ("距下一场开始", "To the next start"),
    "to_end": ("距本场结束", "To the end"),
    "to_due": ("距备份时限", "Backup due in"),
    "days": ("{days} 天 {hours} 小时", "{days} d {hours} h"),
    "sitting": ("{subject} {start}–{end}", "{subject} {start}–{end}"),
    "delayed": ("顺延 {minutes} 分钟", "delayed {minutes} min"),
    "extended": ("延长 {minutes} 分钟", "extended {minutes} min"),
    "seat_extended": ("{seat:seats} 补时 {minutes} 分钟", "{seat:seats} +{minutes} min"),
    "yesterday": ("昨天 {time}", "yesterday {time}"),
    "date": ("{month} 月 {day} 日 {time}", "{year}-{month}-{day} {time}"),
    "seconds": ("{count} 秒", "{count} s"),
    "minutes": ("{count} 分钟", "{count} min"),
    "hours": ("{hours} 小时 {minutes} 分钟", "{hours} h {minutes} min"),
    "watched": ("监测中：{what}。", "Watched: {what}."),
    "unwatched": ("未接入监测：{what}。", "Not monitored: {what}."),
    "proof_old": ("外网隔断上次验证 {time}。", "The line was last proven closed at {time}."),
    # the cards
    "power": ("供电", "Power"),
    "seats": ("考试机", "Seats"),
    "line_usb": ("外网与 U 盘", "Internet and USB"),
    "backup": ("备份", "Backup"),
    "unmonitored": ("未接入监测", "not monitored"),
    "partly": ("部分未监测", "partly unwatched"),
    "seats_big": ("{present} 台在线 · {absent} 台离线", "{present} present · {absent} gone"),
    "seats_big_well": ("{present} / {expected} 台在线", "{present} of {expected} present"),
    "seats_unknown_big": ("在线情况未知", "Presence unknown"),
    "spares": ("备用 {spares} 台", "Spares: {spares}"),
    "net_closed": ("外网：已设为隔断，未验证", "Internet: set closed, not proven"),
    "net_closed_old": ("外网：已设为隔断，上次验证 {time}", "Internet: set closed, last proven {time}"),
    "net_rehearsing": ("演练中：外网未封", "Rehearsal: the line is not closed"),
    "net_drifted": ("外网：规则有改动，正在改回", "Internet: rules changed, being put right"),
    "net_closed_proven": ("外网：已隔断（{time} 验证）", "Internet: closed (proven {time})"),
    "net_closed_counted": (
        "外网：已隔断（{time} 验证，{leaks}/{kinds}）",
        "Internet: closed (proven {time}, {leaks} of {kinds} out)",
    ),
    "net_leaks": ("外网：没有完全隔断，请拔下外网线", "Internet: not closed, unplug the line"),
    "net_unmonitored": ("外网：未接入监测", "Internet: not monitored"),
    "net_unknown": ("外网：未知", "Internet: unknown"),
    "card_more": ("更多（{count}）", "more ({count})"),
    "seat_usb": ("考试机 U 盘：未接入监测", "USB of the seats: not monitored"),
    "backup_big": ("{time} 已加密保存", "Sealed at {time}"),
    "answers": ("应收 {expected}，已收 {collected}", "Answers: {collected} of {expected}"),
    "answers_shortest": (
        "；来源 {name} 应收 {expected}，只收到 {collected}", "; source {name} holds {collected} of {expected}",
    ),
    "answers_unknown": ("应收没有设置：是否收齐未知", "Answers: not counted"),
    "backup_source": ("来源 {source}：{fault:source_fault}", "Source {source}: {fault:source_fault}"),
    "backup_room": (
        "备份空间：已用 {used:size}，共 {limit:size}",
        "Room for backups: {used:size} of {limit:size} used",
    ),
    "backup_owed": ("省里尚未收到 {count} 份（{size:size}）", "Not with the province yet: {count} ({size:size})"),
    "backup_written": ("本场备份写盘 {size:size}", "Written by backups this sitting: {size:size}"),
    "backup_drill_passed": ("备份演练 {time} 通过", "Backup drill passed {time}"),
    "backup_drill_empty": ("备份演练 {time}：来源里还没有文件可比对", "Backup drill {time}: no file yet to compare"),
    "backup_drill_failed": ("备份演练 {time} 没有通过", "Backup drill failed {time}"),
    "copy_ok": ("副本 {place}：已齐", "Copy in {place}: complete"),
    "copy_unknown": ("副本 {place}：未知", "Copy in {place}: unknown"),
    "copy_failed": (
        "副本 {place}：{fault:copy_fault}，缺 {count} 份",
        "Copy in {place}: {fault:copy_fault}, {count} lacking",
    ),
    "backup_running_big": ("正在备份", "Backing up now"),
    "backup_failed_line": ("{time} 没有做成", "Failed at {time}"),
    "backup_failed_why": ("{time} 没有做成：{code:backup_fault}", "Failed at {time}: {code:backup_fault}"),
    "backup_none_big": ("还没有备份", "No backup yet"),
    "province_received": ("省里已收至 {time}", "Province: all up to {time}"),
    "province_checked": (
        "省里已收，已打开核对 {collected}/{expected}，{time}",
        "The province holds it, opened and checked {collected}/{expected}, {time}",
    ),
    "province_opened": (
        "省里已收，已打开核对（{count} 个文件），{time}",
        "The province holds it, opened and checked ({count} files), {time}",
    ),
    "province_behind": (
        "省里已收至 {time}，之后的尚未收到",
        "Province: up to {time}, not later",
    ),
    "province_expected": ("；预计 {time} 前后收齐", "; all of it at about {time}"),
    "province_none": ("省里尚未收到", "Not with the province yet"),
    "province_unmonitored": ("省里接收：未接入监测", "Receipt by the province: not monitored"),
    "official": ("考试系统正式上传：不由本机监测", "Official upload: not monitored here"),
    # lists
    "todo": ("需要处理（{count}）", "To do ({count})"),
    "todo_none": ("没有需要处理的事项", "Nothing to do"),
    "todo_unknown": ("有没有需要处理的事项：未知", "Whether anything needs doing: unknown"),
    "more": ("另有 {count} 项", "{count} more"),
    "script": ("电话怎么说", "On the phone"),
    "class_proposed": ("建议：{name:class}", "proposed: {name:class}"),
    "class_confirmed": ("{name:class}", "{name:class}"),
    "proposed_extension": (
        "建议顺延 {count} 分钟（须省里同意）。",
        "Proposed: {count} min more (the province must agree).",
    ),
    "extension_line": (
        "{title}耽误考生：建议顺延 {count} 分钟（须省里同意）",
        "{title}: {count} min more are proposed (the province must agree)",
    ),
    "lost_minutes": ("耽误 {count} 分钟", "{count} min lost"),
    "hands": ("{by} 处理", "{by}"),
    "ceased": ("原因已消除", "cause gone"),
    "debts": ("欠账", "Owed"),
    "debt_line": (
        "{what:debt}（{sitting}）应于 {time} 前，还有 {left}",
        "{what:debt} ({sitting}) due by {time}, {left} left",
    ),
    "debt_overdue": (
        "{what:debt}（{sitting}）已过 {time} 时限，超过 {left}",
        "{what:debt} ({sitting}) was due by {time}, {left} ago",
    ),
    "map": ("座位图", "Seats by room"),
    "map_none": ("没有登记座位", "No seats are listed"),
    "room": ("第 {room} 考场", "Room {room}"),
    "room_well": ("全部正常", "all present"),
    "room_bad": ("{count} 台离线", "{count} gone"),
    "room_unknown": ("未知", "unknown"),
    "room_quiet": ("未开机", "off"),
    "room_mixed": ("{count} / {total} 已开机", "{count} of {total} on"),
    "seat_number": ("{seat} 号", "seat {seat}"),
    "events": ("事件记录", "Events"),
    "events_none": ("还没有事件", "No events yet"),
    "events_unknown": ("事件读不到", "Events cannot be read"),
    "contacts": ("联系谁", "Whom to call"),
    "contacts_none": ("联系电话见机箱标签", "Phone numbers: see the label on the box"),
    "closed_line": ("已结束：{title}", "Closed: {title}"),
    "box": ("考场守护盒 {code}", "Box {code}"),
    "version": ("版本 {version}", "version {version}"),
    "head": ("记录校验码 {hash}", "record {hash}"),
    "other_language": ("English", "中文"),
    # short pages
    "not_found": ("没有这个页面", "There is no such page"),
    "not_allowed": ("这里只能查看", "This page only shows"),
    "too_large": ("提交的内容太长，没有记录", "What was sent is too long; nothing was recorded"),
    "not_from_here": ("这次提交不是从本页发出的，没有记录", "This was not sent from this page; nothing was recorded"),
    "failed": ("本页出错了，考试照常进行", "This page failed; the exam goes on"),
    "back": ("回到状态页", "To the status page"),
}


def label(language: str, key: str, **values: object) -> str:
    """The fixed word `key` with its fields; an unknown key stands for itself."""
    pair = _LABELS.get(key)
    return key if pair is None else say(language, pair[LANGUAGES.index(language)], values)
