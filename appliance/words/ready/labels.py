"""The fixed words of the readiness check, the seal's page and its certificate."""

from collections.abc import Mapping

READY_LABELS: Mapping[str, tuple[str, str]] = {
    "check_batch": ("封场前检查 · 批次 {batch}", "Check before the seal · batch {batch}"),
    "check_now": ("现在的情况 · 批次 {batch}", "As it stands now · batch {batch}"),
    "check_line": ("封场前检查：{words}", "Readiness: {words}"),
    "check_must": ("必须（八项）", "Must (eight points)"),
    "check_should": ("应当", "Should"),
    "ready_well": (
        "{total} 项必须的都正常，可以封场",
        "All {total} must points are green: the seal can be made",
    ),
    "ready_amber": (
        "可以封场：{total} 项必须的有 {green} 项正常，其余请看一遍",
        "The seal can be made: {green} of {total} must points are green; look at the others",
    ),
    "ready_unknown": (
        "{total} 项必须的有 {green} 项正常，{unknown} 项未知：封场前请尽量查清",
        "{green} of {total} must points are green, {unknown} unknown: find out what you can before the seal",
    ),
    "ready_red": (
        "还不能封场：{red} 项不合格，先处理，或写明理由",
        "Not ready: red points: {red}. Put them right, or write down why",
    ),
    "ready_shoulds": (
        "应当的 {total} 项：{ok} 正常，{attention} 注意，{critical} 不合格，{unknown} 未知",
        "{total} points that should be: {ok} fine, {attention} attention, {critical} not good, {unknown} unknown",
    ),
    # the page
    "seal_title": ("封场前检查与封场", "Readiness and seal"),
    "sealed_title": ("已封场", "Sealed"),
    "sealed_by": (
        "{at} 封场（批次 {batch}）：主考 {chief}，技术负责人 {technician}",
        "Sealed {at} (batch {batch}) by {chief}, chief, and {technician}, technical lead",
    ),
    "sealed_over": (
        "{at} 封场（批次 {batch}）：主考 {chief}，技术负责人 {technician}；{count} 项写明理由后封场",
        "Sealed {at} (batch {batch}) by {chief} and {technician}; with written reasons for red points ({count})",
    ),
    "certificate_link": ("打印封场确认书", "Print the certificate"),
    "sign_in_to_say": (
        "登录后可以核对时间、试灯、登记交换机和考试机 U 盘",
        "Sign in to compare the clock, try the lamps, say how switch and seats' USB were found",
    ),
    "say_clock": (
        "现在是 {time} 吗？请对着手机或挂钟看。",
        "Is it {time} now? Compare a phone or a wall clock.",
    ),
    "say_offset": ("监控盒快几秒（慢写负数）", "Seconds the box is ahead (behind: negative)"),
    "say_clock_yes": ("是，已核对", "Yes, compared"),
    "say_prove": ("做全套验证（约半分钟）", "Make the full proof (half a minute)"),
    "say_lamps": ("试灯（10 秒）", "Try lamps (10 s)"),
    "say_panel": ("看到灯亮、听到蜂鸣了吗？", "Did you see the lamps and hear the buzzer?"),
    "yes_seen": ("看到、听到了", "Yes, both"),
    "no_seen": ("没有", "No"),
    "say_seat_usb": ("考试机的 U 盘禁用了吗？", "Is USB storage off on the seats?"),
    "yes_blocked": ("已禁用", "It is off"),
    "no_blocked": ("没有禁用", "It is not"),
    "say_isolation": ("交换机上考试机互相隔开了吗？", "Does the switch keep seats apart?"),
    "yes_isolated": ("已隔开", "It does"),
    "no_isolated": ("没有隔开", "It does not"),
    "override_label": ("“{name}”不合格仍要封场的理由", "Why the seal is made although this is red: {name}"),
    "sign_title": ("两人签字封场", "Two people seal"),
    "sign_red": ("须写明理由的：{names}", "A written reason is needed for: {names}"),
    "chief_name": ("主考姓名", "Chief examiner, name"),
    "chief_pin": ("主考 PIN", "Chief's PIN"),
    "technician_name": ("技术负责人姓名", "Technical lead, name"),
    "technician_pin": ("技术负责人 PIN", "Technician's PIN"),
    "seal_button": ("封场", "Seal"),
    "lift_title": ("解除封场", "Lift the seal"),
    "lift_reason": ("解除的理由", "Why it is lifted"),
    "lift_button": ("解除封场", "Lift the seal"),
    # the morning check
    "morning_title": ("早检", "Morning check"),
    "morning_line": ("早检：{words}", "Morning check: {words}"),
    "morning_watching": (
        "正在与封场时比较，{until} 看满五分钟",
        "Being compared with the seal, until {until}",
    ),
    "morning_found_well": ("与封场时一样，请确认", "As it was sealed; please confirm"),
    "morning_found_wrong": (
        "有 {count} 项与封场时不同或未知，请看一遍",
        "{count} points differ or are unknown; please look",
    ),
    "morning_confirmed": ("{by} 已看过（{at}）", "Read by {by} ({at})"),
    "morning_button": ("已看过，确认早检", "I have read it"),
    "unobserved": (
        "封场以后没有监测的时段（{count}）",
        "Stretches since the seal that nobody watched ({count})",
    ),
    "unobserved_box": ("{since} – {until}：监控盒没有工作", "{since} – {until}: the box was off"),
    "unobserved_seats": (
        "{since} – {until}：考试机不看（夜间关机属正常）",
        "{since} – {until}: seats were not looked at (off at night is normal)",
    ),
    # the certificate
    "certificate_title": ("封场确认书", "Certificate of the seal"),
    "fact_code": ("考点代码", "Venue code"),
    "fact_batch": ("批次", "Batch"),
    "fact_at": ("封场时间", "Sealed at"),
    "fact_row": ("记录序号", "Row of the record"),
    "fact_usb": ("监控盒 USB 清单校验码", "Hash of the box's USB inventory"),
    "fact_head": ("封场前记录校验码", "Head of the record before"),
    "fact_unread": ("没有读到", "not read"),
    "mark_lifted": ("此封场已于 {at} 解除", "This seal was lifted at {at}"),
    "signed_by": (
        "签名：由备份 {name} 的清单签名一并保证",
        "Signed: the manifest of bundle {name} carries the record's head beyond this row",
    ),
    "signed_not_yet": (
        "签名：还没有；封场后的第一份备份签名时一并保证",
        "Signed: not yet; the first bundle after the seal does it",
    ),
    "column_point": ("项目", "Point"),
    "column_state": ("情况", "State"),
    "column_why": ("说明", "Why"),
    "column_override": ("不合格仍封场的理由", "Why sealed although red"),
    "certificate_hash": ("封场记录校验码（SHA-256）", "Hash of the seal's row (SHA-256)"),
    "certificate_how": (
        "核对：venue log verify --row {seq} --code 校验码，看记录到这一条有没有变；"
        "venue seal certificate 打印同样的校验码。",
        "To check: venue log verify --row {seq} --code HASH says whether the record up to it is unchanged; "
        "venue seal certificate prints the same hash.",
    ),
    "chief_sign": ("主考签字", "Chief examiner"),
    "technician_sign": ("技术负责人签字", "Technical lead"),
    "date_sign": ("日期", "Date"),
    "stamp": ("考点盖章", "Stamp of the venue"),
}
