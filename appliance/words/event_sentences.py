"""One plain sentence for every kind of event, in both languages: for page, journal, shell and report."""

from collections.abc import Mapping

from appliance.words.backup.sentences import BACKUP_EVENTS, BACKUP_OPENED_EN, BACKUP_OPENED_ZH
from appliance.words.host_sentences import HOST_EVENTS
from appliance.words.net.sentences import NET_EVENTS
from appliance.words.people.sentences import PEOPLE_SENTENCES
from appliance.words.power.sentences import POWER_EVENTS
from appliance.words.ready.events import READY_EVENTS
from appliance.words.sentences import Both, By
from appliance.words.usb.attached_sentences import ATTACHED_OPENED_EN, ATTACHED_OPENED_ZH
from appliance.words.usb.sentences import USB_EVENTS

_ENDING_STEPS = ("stopping", "rested", "cut", "blocked")

# In the order of appliance.events.bodies. A form after the colon is a table of names or a way to write.
EVENTS: Mapping[str, Both] = {
    **BACKUP_EVENTS,
    **POWER_EVENTS,
    **HOST_EVENTS,
    **USB_EVENTS,
    **NET_EVENTS,
    **READY_EVENTS,
    **PEOPLE_SENTENCES,
    "guard.started": Both("监控盒开始工作（版本 {version}）", "The box began its work (version {version})"),
    "guard.stopped": Both("监控盒停止工作：{reason}", "The box stopped its work: {reason}"),
    "venue.configured": Both("考点配置已更新", "The venue's configuration changed"),
    "log.checkpoint": Both("记录存档点", "Checkpoint of the record"),
    "log.gap": Both(
        "有一段时间无法写记录：补记 {kept} 条，缺 {lost} 条（{reason}）",
        "For a while nothing could be recorded: {kept} rows kept, {lost} lost ({reason})",
    ),
    "log.damaged": Both(
        "旧记录文件 {file} 校验不符，原样保留，已另起新文件（{problem}）",
        "The older record {file} does not verify; it is kept as it is and a new one begun ({problem})",
    ),
    "log.verified": Both(
        ("全部 {rows} 条记录已校验，发现问题：{problem}", "全部 {rows} 条记录校验通过"),
        ("All {rows} rows of the record were checked: {problem}", "All {rows} rows of the record verify"),
    ),
    "clock.judged": Both(
        By(
            "trusted",
            {"true": "时钟已确认（{reason:clock_reason}）"},
            "时钟未经确认（{reason:clock_reason}）",
        ),
        By(
            "trusted",
            {"true": "The clock is vouched for ({reason:clock_reason})"},
            "Nothing vouches for the clock ({reason:clock_reason})",
        ),
    ),
    "disk.read": Both(
        "监控盒{level_name:disk}（剩 {free_percent}%，{free_bytes:size}）",
        "The box: {level_name:disk} ({free_percent} % free, {free_bytes:size})",
    ),
    "power.read": Both(
        By(
            "status",
            {
                "LB": ("后备电源 {ups} 电量低，剩 {charge_percent}%", "后备电源 {ups} 电量低"),
                "OB": ("停电：{ups} 由电池供电，剩 {charge_percent}%", "停电：{ups} 由电池供电"),
                "OL": ("市电供电：{ups} 电量 {charge_percent}%", "市电供电：{ups}"),
            },
            "后备电源 {ups}：{status:ups_status}",
        ),
        By(
            "status",
            {
                "LB": ("UPS {ups}: battery low, {charge_percent} % left", "UPS {ups}: battery low"),
                "OB": (
                    "Mains lost: {ups} on battery, {charge_percent} % left",
                    "Mains lost: {ups} on battery",
                ),
                "OL": ("On mains: {ups}, battery at {charge_percent} %", "On mains: {ups}"),
            },
            "UPS {ups}: {status:ups_status}",
        ),
    ),
    "power.unknown": Both(
        "后备电源 {ups} 状态未知：{reason:ups_reason}",
        "UPS {ups} is unknown: {reason:ups_reason}",
    ),
    "seats.read": Both(
        (
            "考试机上线 {arrived:seats}；离线 {gone:seats}",
            "考试机离线：{gone:seats}",
            "考试机上线：{arrived:seats}",
            "考试机在线情况可以读到",
        ),
        (
            "Seats present: {arrived:seats}; gone: {gone:seats}",
            "Seats gone: {gone:seats}",
            "Seats present: {arrived:seats}",
            "Presence of seats can be read",
        ),
    ),
    "seats.unknown": Both(
        "考试机在线情况读不到：{reason:read_reason}", "Presence of seats cannot be read: {reason:read_reason}"
    ),
    "phase.changed": Both(
        ("进入“{phase:phase}”（场次 {sitting}）", "进入“{phase:phase}”"),
        ("Phase: {phase:phase} (sitting {sitting})", "Phase: {phase:phase}"),
    ),
    "seal.made": Both(
        "已封场（批次 {batch}）：主考 {chief}、技术负责人 {technician}",
        "Sealed for batch {batch} by {chief} and {technician}",
    ),
    "seal.lifted": Both(
        ("封场解除（批次 {batch}，{by}）：{reason:lifted}", "封场解除（批次 {batch}）：{reason:lifted}"),
        (
            "Seal of batch {batch} lifted by {by}: {reason:lifted}",
            "Seal of batch {batch} lifted: {reason:lifted}",
        ),
    ),
    "sitting.delayed": Both(
        "场次 {sitting} 顺延 {minutes} 分钟（{by}；同意：{consent}；原因：{reason}）",
        "Sitting {sitting} delayed by {minutes} min ({by}; consent: {consent}; reason: {reason})",
    ),
    "sitting.extended": Both(
        (
            "{seat:seats} 补时 {minutes} 分钟（{by}；同意：{consent}；原因：{reason}）",
            "场次 {sitting} 全体延长 {minutes} 分钟（{by}；同意：{consent}；原因：{reason}）",
        ),
        (
            "{seat:seats} given {minutes} min more ({by}; consent: {consent}; reason: {reason})",
            "Sitting {sitting} extended by {minutes} min for all ({by}; consent: {consent}; reason: "
            "{reason})",
        ),
    ),
    "sitting.finished": Both(
        "场次 {sitting} 收卷完成（{by}）", "Sitting {sitting}: answers collected ({by})"
    ),
    "drill.started": Both(
        "{mode:drill}开始，以下不计入考试记录（{by}）",
        "Start of {mode:drill}, not part of the record ({by})",
    ),
    "drill.ended": Both("演练结束，恢复正式记录（{by}）", "Drill ended, back to the real record ({by})"),
    "seat.swapped": Both(
        "{seat:seats} 换到备用机 {spare:seats}（{by}）",
        "{seat:seats} moved to the spare {spare:seats} ({by})",
    ),
    "incident.opened": Both(
        By(
            "cause_kind",
            {
                "mains": "停电（{place}）",
                "ups_unknown": "后备电源 {place} 读不到：{detail:ups_reason}",
                "ups_fault": "{detail:ups_fault}（{place}）",
                "ups_short": "后备电源 {place} 撑不满下一场规定的时间",
                "ending": "{detail:ending}（{place}）",
                "usb": (
                    "{place:usb_port}：USB 设备“{detail}”插入，已拦下",
                    "{place:usb_port}：USB 设备插入，已拦下",
                ),
                "usb_open": (
                    "{place:usb_port}：USB 设备“{detail}”已接通，没有拦住",
                    "{place:usb_port}：USB 设备已接通，没有拦住",
                ),
                **ATTACHED_OPENED_ZH,
                **BACKUP_OPENED_ZH,
                "seat": ("考试机离线：{members:seats}", "考试机离线：{place:seats}"),
                "room": (
                    "多台考试机同时离线：{place:room}，{members:count} 台",
                    "多台考试机同时离线：{place:room}",
                ),
                "disk_low": "监控盒{detail:disk}",
                "host": "{detail:host_fault}",
            },
            ("{cause_kind:cause}：{detail}", "{cause_kind:cause}"),
        ),
        By(
            "cause_kind",
            {
                "mains": "Mains lost ({place})",
                "ups_unknown": "UPS {place} cannot be read: {detail:ups_reason}",
                "ups_fault": "{detail:ups_fault} ({place})",
                "ups_short": "UPS {place} will not hold the asked time at the next start",
                "ending": "{detail:ending} ({place})",
                "usb": (
                    'At {place:usb_port}: USB device "{detail}" plugged in, blocked',
                    "At {place:usb_port}: USB device plugged in, blocked",
                ),
                "usb_open": (
                    'At {place:usb_port}: USB device "{detail}" connected, NOT blocked',
                    "At {place:usb_port}: USB device connected, NOT blocked",
                ),
                **ATTACHED_OPENED_EN,
                **BACKUP_OPENED_EN,
                "seat": ("Seat gone: {members:seats}", "Seat gone: {place:seats}"),
                "room": (
                    "{members:count} seats gone at once: {place:room}",
                    "Seats gone at once: {place:room}",
                ),
                "disk_low": "The box: {detail:disk}",
                "host": "{detail:host_fault}",
            },
            ("{cause_kind:cause}: {detail}", "{cause_kind:cause}"),
        ),
    ),
    "incident.grew": Both(
        By(
            "detail",
            {
                "battery_low": "第 {number} 项：后备电源电量低",
                "full": "第 {number} 项：空间已满",
                **dict.fromkeys(_ENDING_STEPS, "第 {number} 项：{detail:ending}"),
            },
            By(
                "again",
                {"true": ("{cause_kind:cause}（第 {number} 项）再次发生", "第 {number} 项再次发生")},
                ("第 {number} 项扩大：{members:seats}", "第 {number} 项扩大"),
            ),
        ),
        By(
            "detail",
            {
                "battery_low": "Item {number}: the UPS battery is low",
                "full": "Item {number}: no room left",
                **dict.fromkeys(_ENDING_STEPS, "Item {number}: {detail:ending}"),
            },
            By(
                "again",
                {"true": ("{cause_kind:cause} (item {number}) came again", "Item {number} came again")},
                ("Item {number} took more in: {members:seats}", "Item {number} took more in"),
            ),
        ),
    ),
    "incident.ceased": Both(
        By(
            "stops_work",
            {"true": "{cause_kind:cause}（第 {number} 项）：原因已消除，请确认考生已能继续作答"},
            ("{cause_kind:cause}（第 {number} 项）：原因已消除", "第 {number} 项的原因已消除"),
        ),
        By(
            "stops_work",
            {
                "true": "{cause_kind:cause} (item {number}): the cause is gone; please confirm that candidates work"
            },
            ("{cause_kind:cause} (item {number}): the cause is gone", "The cause of item {number} is gone"),
        ),
    ),
    "incident.class_proposed": Both(
        "第 {number} 项建议定为{proposed:class}，请主考确认",
        "Item {number}: class proposed: {proposed:class}; the chief confirms",
    ),
    "incident.class_confirmed": Both(
        "第 {number} 项已定为{confirmed:class}（{by}）",
        "Item {number}: class confirmed: {confirmed:class} ({by})",
    ),
    "incident.acknowledged": Both("第 {number} 项由 {by} 处理", "Item {number} is in the hands of {by}"),
    "incident.noted": Both("第 {number} 项备注（{by}）：{text}", "Item {number}, note by {by}: {text}"),
    "incident.reported": Both(
        ("第 {number} 项已报告 {to}，答复：{answer}（{by}）", "第 {number} 项已报告 {to}（{by}）"),
        ("Item {number} reported to {to}, answer: {answer} ({by})", "Item {number} reported to {to} ({by})"),
    ),
    "incident.resumed": Both(
        "第 {number} 项：考生已恢复作答，耽误 {lost_minutes} 分钟（{by}）",
        "Item {number}: candidates work again, {lost_minutes} min lost ({by})",
    ),
    "incident.closed": Both(
        (
            "{cause_kind:cause}（第 {number} 项）结束：{outcome:outcome}（{by}）",
            "{cause_kind:cause}（第 {number} 项）结束：{outcome:outcome}",
            "第 {number} 项结束：{outcome:outcome}（{by}）",
            "第 {number} 项结束：{outcome:outcome}",
        ),
        (
            "{cause_kind:cause} (item {number}) closed: {outcome:outcome} ({by})",
            "{cause_kind:cause} (item {number}) closed: {outcome:outcome}",
            "Item {number} closed: {outcome:outcome} ({by})",
            "Item {number} closed: {outcome:outcome}",
        ),
    ),
    "posture.held": Both(
        By("key", {"network": "外网规则已重新设好"}, "{key:posture}已设为“{want}”"),
        By("key", {"network": "The rules for the line hold again"}, "{key:posture} now held: {want}"),
    ),
    "posture.failed": Both(
        By(
            "key",
            {"network": "外网规则没有完全设好，继续重试，外网仍然隔断：{reason}"},
            "{key:posture}未能设为“{want}”，继续重试：{reason}",
        ),
        By(
            "key",
            {"network": "The rules for the line are not wholly set, still trying, it stays closed: {reason}"},
            "{key:posture} could not be set to {want}, still trying: {reason}",
        ),
    ),
}

# What anybody sees of a kind written by a newer version.
UNRECOGNISED = Both("新版本写下的记录（{kind}）", "A row written by a newer version ({kind})")
