"""The names of closed sets: phases, states, classes, outcomes, each in both languages."""

from collections.abc import Mapping

from appliance.words.host import HOST_NAMES
from appliance.words.languages import LANGUAGES
from appliance.words.net.names import NET_NAMES
from appliance.words.people.names import PEOPLE_NAMES
from appliance.words.plain import plain_text
from appliance.words.power.names import POWER_NAMES
from appliance.words.usb.names import USB_NAMES

# Table → code → (zh-CN, en). A code that a table does not know is shown as it is.
NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    **POWER_NAMES,
    **HOST_NAMES,
    **USB_NAMES,
    **NET_NAMES,
    **PEOPLE_NAMES,
    "word": {
        "unknown": ("未知", "unknown"),
        "unmonitored": ("未接入监测", "not monitored"),
        "guard": ("监控盒", "the box"),
    },
    "phase": {
        "open": ("开放", "open"),
        "sealed": ("封场", "sealed"),
        "preparing": ("考前准备", "preparing"),
        "running": ("考试中", "exam running"),
        "closing": ("收卷与备份", "collecting and backing up"),
    },
    "step": {
        "sealed": ("封场", "Sealed"),
        "preparing": ("考前准备", "Preparing"),
        "running": ("考试中", "Exam"),
        "closing": ("收卷与备份", "Collecting"),
        "received": ("省里已收", "Received"),
    },
    "ready_level": {
        "ok": ("正常", "fine"),
        "attention": ("注意", "attention"),
        "critical": ("不合格", "not good"),
        "unknown": ("未知", "unknown"),
    },
    "level": {
        "ok": ("正常", "fine"),
        "attention": ("注意", "attention"),
        "critical": ("紧急", "urgent"),
        "unknown": ("未知", "unknown"),
        "unmonitored": ("未接入监测", "not monitored"),
    },
    "ups_status": {
        "OL": ("市电供电", "on mains"),
        "OB": ("后备电源供电", "on battery"),
        "LB": ("电量低", "battery low"),
        "HB": ("电压高", "battery high"),
        "RB": ("电池需更换", "replace battery"),
        "CHRG": ("充电中", "charging"),
        "DISCHRG": ("放电中", "discharging"),
        "BYPASS": ("旁路", "bypass"),
        "CAL": ("校准中", "calibrating"),
        "OFF": ("无输出", "output off"),
        "OVER": ("过载", "overloaded"),
        "TRIM": ("降压中", "trimming"),
        "BOOST": ("升压中", "boosting"),
        "FSD": ("强制关机", "forced shutdown"),
        "ALARM": ("报警", "alarm"),
    },
    "ups_reason": {
        "unreachable": ("连不上后备电源的监测程序", "the UPS monitor cannot be reached"),
        "data-stale": ("后备电源的读数过时", "the UPS's data is stale"),
        "driver-not-connected": ("后备电源的监测线没有接通", "the UPS driver has no connection to the UPS"),
        "timeout": ("后备电源没有按时回答", "the UPS did not answer in time"),
        "closed": ("后备电源的连接断开", "the connection to the UPS was closed"),
        "garbage": ("后备电源的回答看不懂", "the UPS's answer makes no sense"),
        "unknown-ups": ("监测程序不认识这台后备电源", "the monitor does not know this UPS"),
        "access-denied": ("监测程序拒绝读取", "the monitor denies access"),
        "waiting": ("还在等第一个读数", "waiting for the first reading"),
        "silent": ("很久没有读数", "no reading for too long"),
        "not-believable": ("读数不可信", "the reading is not believable"),
        "not-live": ("没有说市电还是电池供电", "it says neither mains nor battery"),
        "no-status": ("没有状态可读", "it tells no status"),
        "refused": ("监测程序不肯回答", "the monitor refuses to answer"),
        "line-unsteady": ("停电信号线时通时断", "the mains-lost line flutters"),
        "no-device": ("监控盒上找不到后备电源板", "the UPS board is not found on the box"),
    },
    "read_reason": {
        "waiting": ("还在等第一个读数", "waiting for the first reading"),
        "silent": ("很久没有读数", "no reading for too long"),
    },
    "clock_reason": {
        "rtc": ("有硬件时钟", "a hardware clock"),
        "no-rtc": ("没有硬件时钟", "no hardware clock"),
        "ntp": ("已与时间服务器同步", "synchronised with a time server"),
        "not-synchronised": ("未与时间服务器同步", "not synchronised with a time server"),
        "no-source": ("没有设置时间来源", "no source of time is set"),
    },
    "usb": {
        "closed": ("监控盒 USB 口已关闭", "USB of the box closed"),
        "open": ("监控盒 USB 口已开放", "USB of the box open"),
        "unmonitored": ("监控盒 USB 口未接入监测", "USB of the box not monitored"),
        "unknown": ("监控盒 USB 口状态未知", "USB of the box unknown"),
    },
    "seat": {
        "present": ("正常", "present"),
        "absent": ("离线", "gone"),
        "off": ("未开机（此时正常）", "off (normal now)"),
        "unknown": ("未知", "unknown"),
        "swapped": ("已换到备用机", "moved to a spare"),
        "in_use": ("备用机使用中", "spare in use"),
        "retired": ("已停用", "out of service"),
        "spare": ("备用机", "spare"),
    },
    "backup": {
        "ok": ("正常", "fine"),
        "running": ("正在备份", "running"),
        "failed": ("备份失败", "failed"),
        "late": ("备份超时", "late"),
        "none": ("还没有备份", "none yet"),
        "unmonitored": ("未接入监测", "not monitored"),
    },
    "stage": {
        "": ("定时", "regular"),
        "provisional": ("暂存", "provisional"),
        "final": ("最终", "final"),
    },
    "bundle": {"full": ("全量", "full"), "delta": ("增量", "delta")},
    "class": {
        "general": ("一般突发事件", "general"),
        "major": ("重大突发事件", "major"),
    },
    "incident": {
        "open": ("待处理", "open"),
        "in_hand": ("处理中", "in hand"),
        "closed": ("已结束", "closed"),
    },
    "cause": {
        "mains": ("停电", "Mains lost"),
        "mains_back": ("市电已恢复", "Mains back"),
        "battery_low": ("后备电源电量低", "UPS battery low"),
        "ups_unknown": ("后备电源读不到", "UPS cannot be read"),
        "ups_fault": ("后备电源有故障", "UPS fault"),
        "ups_short": ("后备电源撑不满下一场规定的时间", "UPS too short for the next start"),
        "ending": ("后备电源快用完，正在收尾", "UPS nearly empty, ending in order"),
        "usb": ("USB 设备插入，已拦下", "USB device plugged in, blocked"),
        "usb_open": ("USB 设备已接通，没有拦住", "USB device connected, not blocked"),
        "usb_unknown": ("USB 口读不到", "USB cannot be read"),
        "disk_new": ("多出一个磁盘", "A disk more"),
        "net_new": ("多出一个网络接口", "A network interface more"),
        "mount_new": ("有不在登记之内的挂载", "Something was mounted"),
        "radio_on": ("无线没有关", "A radio is on"),
        "attached_unknown": ("磁盘和网卡读不到", "Disks and interfaces cannot be read"),
        "network_drift": ("外网规则有改动", "Rules for the line were changed"),
        "network_foreign": ("别的程序加了网络规则，已删除", "Another program's network rules, removed"),
        "server_silent": ("考试服务器没有应答", "An exam server does not answer"),
        "line_leaks": ("外网没有完全隔断", "The line is not closed"),
        "line_unproven": ("外网隔断没有验证成", "The line could not be proven closed"),
        "rules_unknown": ("外网规则读不到", "Rules for the line cannot be read"),
        "seat": ("考试机离线", "Seat gone"),
        "room": ("多台考试机同时离线", "Several seats gone at once"),
        "seats_unknown": ("考试机在线情况读不到", "Seats cannot be read"),
        "switch": ("考试网一台机器也看不到", "No machine of the exam network is heard"),
        "outward": (
            "有程序连外网，已拦下（常见是系统更新）",
            "A program tried to reach the internet, blocked",
        ),
        "outward_many": (
            "多台考试机有程序连外网，已拦下",
            "Programs on several seats tried to go online, blocked",
        ),
        "stranger": ("考试网里有没有登记的设备", "A device that nobody listed"),
        "moved": ("考试机的位置或地址和登记不一样", "A seat's place or address is not as listed"),
        "doubled": ("两台机器用了同一个网络地址", "Two machines with one address"),
        "offered": ("考试网里有设备在发网络地址", "A device hands out addresses"),
        "network_unknown": ("看不到考试网的情况", "The exam network cannot be seen"),
        "backup_failed": ("备份没有做成", "Backup failed"),
        "backup_late": ("备份超时", "Backup late"),
        "receipt_late": ("省里尚未收到", "Not with the province yet"),
        "unsealed": ("尚未封场", "Not sealed yet"),
        "log_unwritable": ("记录写不进去", "The record cannot be written"),
        "log_damaged": ("旧记录校验不符", "An older record does not verify"),
        "disk_low": ("监控盒磁盘空间不足", "Disk of the box nearly full"),
        "host": ("监控盒本身需要维护", "The box itself needs care"),
        "posture": ("监控盒有一项没有设好", "The box could not set something"),
        "clock": ("监控盒时钟未确认", "Clock of the box not confirmed"),
    },
    "outcome": {
        "swapped": ("已换备用机", "moved to a spare"),
        "recovered": ("已恢复", "recovered"),
        "recorded": ("已记录", "recorded"),
        "false_alarm": ("误报", "false alarm"),
        "absorbed": ("并入另一项", "taken into another item"),
    },
    "lifted": {"batch-over": ("本批次结束", "the batch is over")},
    "debt": {
        "final_bundle": ("最终备份", "final bundle"),
        "receipt": ("省里的回执", "the province's receipt"),
    },
    "drill": {
        "drill": ("演练", "drill"),
        "rehearsal": ("联网模拟测试", "networked rehearsal"),
    },
    "beside": {
        "mains_lost": ("停电中", "mains lost"),
        "sealed": ("封场中", "sealed"),
        "not_receipted": ("考后：省里尚未收到", "after the exam: not with the province yet"),
        "drill": ("演练中", "drill"),
        "rehearsal": ("联网模拟测试中", "rehearsal"),
        "line_down": ("线路中断", "line down"),
    },
    "instrument": {
        "power": ("供电", "power"),
        "usb": ("USB 口", "USB"),
        "attached": ("磁盘和网卡", "disks and interfaces"),
        "seats": ("考试机", "seats"),
        "network": ("外网", "the outside line"),
        "seat_list": ("改动过的座位表", "the seat list as it was changed"),
        "line_proof": ("外网隔断的实测", "the proof that the line is closed"),
        "backup": ("备份", "backups"),
        "clock": ("时钟", "the clock"),
        "host": ("监控盒磁盘", "the box's disk"),
    },
    "posture": {
        "usb": ("USB 口", "USB"),
        "disks": ("多出的磁盘", "disks that ought not to be there"),
        "interfaces": ("多出的网络接口", "interfaces that ought not to be there"),
        "mounts": ("多出的挂载", "mounts that ought not to be there"),
        "radios": ("无线", "the radios"),
        "network": ("外网", "the outside line"),
        "line_proof": ("外网隔断的实测", "the proof that the line is closed"),
        "lamp": ("指示灯", "the lamp"),
        "buzzer": ("蜂鸣器", "the buzzer"),
        "power": ("有序停机", "orderly power-off"),
        "servers": ("服务器有序停机", "orderly stop of servers"),
        "backup": ("备份", "backup"),
    },
    "contact": {
        "technician": ("技术支持", "Technician"),
        "city": ("市州考试机构", "City office"),
        "province": ("省值班室", "Province duty phone"),
        "power": ("供电抢修", "Power company"),
    },
    "disk": {
        "ok": ("磁盘空间足够", "enough disk space"),
        "low": ("磁盘空间不多", "disk space low"),
        "full": ("磁盘将满", "disk nearly full"),
        "unknown": ("磁盘空间未知", "disk space unknown"),
    },
}


def name_of(language: str, table: str, code: object) -> str:
    """The word for `code` of `table`; an unknown code stands for itself, none at all reads 未知."""
    pair = NAMES.get(table, {}).get(str(code))
    if pair is not None:
        return pair[LANGUAGES.index(language)]
    if code is None or code == "":
        return NAMES["word"]["unknown"][LANGUAGES.index(language)]
    return plain_text(code)
