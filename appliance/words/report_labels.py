"""The fixed words of a sitting's report, in both languages."""

from collections.abc import Mapping

from appliance.words.sentences import Template

REPORT_LABELS: Mapping[str, tuple[Template, Template]] = {
    "report_title": ("考试情况报告", "Report of a sitting"),
    "report_room_title": ("《考场情况报告单》附页", "Annex to the room's report"),
    "report_venue_title": ("突发事件情况记录", "Record of incidents"),
    "report_none": ("读不到这一场的报告", "The report of this sitting can not be read"),
    "report_none_why": (
        "没有这个场次，或者监控盒没有回应。考试照常进行，请回到状态页查看。",
        "There is no such sitting, or the box does not answer. The exam goes on; see the status page.",
    ),
    "report_part": (
        "本场尚未结束，以下只到 {time} 为止；收卷完成后请重新打印。",
        "This sitting is not over: what stands here is up to {time}. Print it again once answers are collected.",
    ),
    "report_more": (
        "记录太多，本报告没有全部列出；全部记录在监控盒里。",
        "There are more rows than this report lists; the record in the box has them all.",
    ),
    "report_venue": ("考点", "Venue"),
    "report_room": ("考场", "Room"),
    "report_day": ("日期", "Date"),
    "report_subject": ("科目", "Subject"),
    "report_sitting": ("场次", "Sitting"),
    "report_planned": ("计划时间", "Planned"),
    "report_held": ("实际时间", "Held"),
    "report_held_longer": ("{held}，个别补时至 {until}", "{held}, some candidates until {until}"),
    "report_finished": ("收卷完成", "Answers collected"),
    "report_not_finished": ("未登记", "not registered"),
    "report_seal": ("封场", "Seal"),
    "report_seal_words": (
        "{time}，主考 {chief}，技术负责人 {technician}",
        "{time}, chief {chief}, technician {technician}",
    ),
    "report_no_seal": ("没有封场记录", "no seal on record"),
    "report_seats": ("考试机（含备用）", "Machines, spares among them"),
    "report_seats_count": ("{count} 台", "{count}"),
    "report_time": ("时间", "Time"),
    "report_place": ("座位 / 地点", "Seat / place"),
    "report_fact": ("情况（监控盒记录）", "What happened (as the box recorded it)"),
    "report_done": ("处理", "What was done"),
    "report_by_hand": ("监考员补充（手写）：", "By the invigilators, by hand:"),
    "report_room_quiet": (
        "监控盒没有记录到本考场的异常情况。",
        "The box recorded nothing out of order in this room.",
    ),
    "report_venue_quiet": ("监控盒没有记录到突发事件。", "The box recorded no incident."),
    "report_not_seen": (
        "监控盒看不到考生的行为，也看不到考试机里面；没有记录不等于没有发生。",
        "The box sees neither what candidates do nor what goes on in their machines; no record does not mean no event.",
    ),
    "report_invigilator": ("监考员签字", "Invigilator"),
    "report_chief": ("主考签字", "Chief examiner"),
    "report_technician": ("技术负责人签字", "Technical lead"),
    "report_stamp": ("（考点盖章）", "(stamp of the venue)"),
    "report_signed_at": ("时间", "Time"),
    "report_number": ("第 {number} 项", "Item {number}"),
    "report_from_to": ("{start} 至 {end}", "{start} to {end}"),
    "report_from": ("{start} 起，尚未结束", "from {start}, not over yet"),
    "report_lasted": ("历时 {count} 分钟", "{count} min"),
    "report_class": ("级别", "Class"),
    "report_class_confirmed": ("{name:class}（主考已确认）", "{name:class} (confirmed by the chief)"),
    "report_class_proposed": (
        "{name:class}（系统建议，主考未确认）",
        "{name:class} (proposed, not confirmed)",
    ),
    "report_class_none": ("未定级", "none given"),
    "report_members": ("受影响座位", "Seats"),
    "report_seats_run": ("{room} 考场 {numbers} 号", "Room {room}: {numbers}"),
    "report_told": ("报告情况", "Who was told"),
    "report_told_words": (
        ("{time} {by} 报告 {to}，答复：{answer}", "{time} {by} 报告 {to}，未记录答复"),
        ("{time} {by} told {to}; the answer: {answer}", "{time} {by} told {to}; no answer on record"),
    ),
    "report_told_none": ("没有登记上报", "no report upwards is on record"),
    "report_lost": ("耽误时间", "Time lost"),
    "report_lost_none": ("未登记", "not registered"),
    "report_outcome": ("结果", "Outcome"),
    "report_outcome_open": ("尚未结束", "not over"),
    "report_outcome_words": (
        ("{outcome:outcome}（{by}）", "{outcome:outcome}"),
        ("{outcome:outcome} ({by})", "{outcome:outcome}"),
    ),
    "report_notes": ("记事", "Notes"),
    "report_note_words": ("{time} {by}：{text}", "{time} {by}: {text}"),
    "report_again": ("共 {count} 次", "{count} times"),
    "report_acts": (
        "推迟、延长和补时（均须省里同意）",
        "Delays and extensions (each with the province's consent)",
    ),
    "report_power": ("停电与后备电源", "Outages and UPSes"),
    "report_windows": ("外网窗口", "Windows of the line"),
    "report_phase_window": (
        ("“{name:window}”窗口随考试阶段打开，{until} 关闭", "“{name:window}”窗口随考试阶段打开，还开着"),
        (
            "The window “{name:window}” was opened by the phase, until {until}",
            "The window “{name:window}” was opened by the phase and is still open",
        ),
    ),
    "report_unreadable": (
        "记录文件 {names} 有一部分读不出来，本表可能不全",
        "Part of the record's files {names} can not be read: this sheet may lack something",
    ),
    "report_grants": ("U 盘等设备的临时允许", "USB devices let in"),
    "report_box": ("监控盒自身", "The box itself"),
    "report_bundles": ("加密备份与省里回执", "Sealed bundles and the province's receipts"),
    "report_nothing": (("没有记录：{what}。", ""), ("Nothing on record: {what}.", "")),
    "report_bundle_sum": (
        "共 {count} 份，其中省里已回执 {receipted} 份；最后一份 {last}。",
        "{count} in all, {receipted} of them receipted by the province; the last one at {last}.",
    ),
    "report_final": ("收卷后的最终备份", "The final bundle"),
    "report_final_none": ("没有最终备份", "there is no final bundle"),
    "report_final_words": (
        ("{time}，{files} 个文件，省里 {receipted} 回执", "{time}，{files} 个文件，省里尚未回执"),
        ("{time}, {files} files, receipted at {receipted}", "{time}, {files} files, not receipted yet"),
    ),
    "report_official": (
        "考试系统的正式上传由监考员在考试系统中核对，不在本记录内。",
        "The exam system's own upload is checked by the invigilators in that system; it is not in this record.",
    ),
    "report_code": ("记录校验码", "Code of the record"),
    "report_code_words": (
        "截至 {time}，记录共 {seq} 条，最后一条的校验码如下。以后任何一条被改动、删去，用监控盒或备份核对时都会不符。",
        "At {time} the record had {seq} rows; this is the code of the last one. What is altered or taken away later "
        "no longer fits it, in the box as in the bundles.",
    ),
    "report_check": (
        "核对：在监控盒上运行 venue log verify --row {seq} --code 校验码（或扫码所得）。",
        "To check, on the box: venue log verify --row {seq} --code CODE (or what the QR code says).",
    ),
    "report_silent": ("现在打不开报告", "The report can not be read now"),
    "report_silent_why": (
        "监控盒没有回应。考试照常进行，记录还在监控盒里；请技术人员查看机柜里的“考场守护”盒，过一会儿再打印。",
        "The box gave no answer. The exam goes on and the record is in the box; a technician looks at it, print later.",
    ),
    "report_busy": (
        "有人正在打印报告，请过几秒再试",
        "Somebody else prints a report; please try again in a few seconds",
    ),
    "report_qr": ("记录校验码的二维码", "QR code of the record's code"),
    "report_print": ("打印", "Print"),
    "report_open": ("打印报告", "Print the report"),
    "report_printed": ("打印于 {time}", "printed {time}"),
}
