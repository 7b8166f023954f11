"""The names of closed sets around a UPS: what it is doubted for, its faults, tests, drills and its end."""

from collections.abc import Mapping

# Table → code → (zh-CN, en), as in appliance.words.names.
POWER_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "power": {
        "mains": ("市电", "mains"),
        "battery": ("停电，后备电源供电", "mains lost, on battery"),
        "low": ("后备电源快用完", "battery nearly empty"),
        "off": ("后备电源无输出", "no output"),
        "declared": ("人工申报，未接入监测", "declared by hand, not monitored"),
        "unknown": ("未知", "unknown"),
    },
    # The same in few characters, for a line that names several.
    "power_short": {
        "mains": ("市电", "mains"),
        "battery": ("停电", "on battery"),
        "low": ("电量低", "battery low"),
        "off": ("无输出", "no output"),
        "declared": ("人工申报", "declared"),
        "unknown": ("未知", "unknown"),
    },
    "ups_fault": {
        "off": ("后备电源无输出", "UPS gives no output"),
        "bypass": ("后备电源在旁路，停电时撑不住", "UPS on bypass, it would not hold"),
        "overload": ("后备电源过载", "UPS overloaded"),
        "replace-battery": ("后备电源的电池该换了", "UPS battery needs replacing"),
        "forced-shutdown": ("后备电源就要断电", "UPS is about to cut its output"),
        "alarm": ("后备电源报警", "UPS alarm"),
    },
    # A word of the list "doubts"; `absurd:VARIABLE` is written by appliance.words.sentences.
    "doubt": {
        "runtime-zero": ("它说剩余时间是 0", "it says that no time is left"),
        "runtime-sentinel": ("它说的剩余时间是个固定值", "the time it says is a fixed value"),
        "charge-stuck": ("它说的电量一直不变", "the charge it says never moves"),
        "frozen": ("停电后它的读数不再变", "its readings stand still on battery"),
        "low-at-full": ("它说电量低，又说电量是满的", "it says battery low, and full"),
        "absurd": ("它报的 {variable} 不可能", "its {variable} can not be"),
    },
    "doubt_about": {
        "runtime": ("剩余时间", "its time left"),
        "charge": ("电量", "its charge"),
        "reading": ("读数", "its readings"),
    },
    "hold_source": {
        "proven": ("已实测", "proven"),
        "modelled": ("推算，未实测", "modelled, not proven"),
        "reported": ("自报，未实测", "reported, not proven"),
        "declared": ("人工申报，未实测", "declared, not proven"),
    },
    "hold_number": {
        "reported": ("自报", "reported"),
        "modelled": ("推算", "modelled"),
        "proven": ("实测", "proven"),
    },
    "hold_level": {
        "ok": ("够", "enough"),
        "short": ("不足", "too short"),
        "unproven": ("未实测", "not proven"),
        "unknown": ("未知", "unknown"),
    },
    "why_unproven": {
        "never": ("从未做过放电测试", "never tested"),
        "too-old": ("上次实测已超过 12 个月", "the last proof is over 12 months old"),
        "no-load": ("读不到负载，无法折算", "the load can not be read"),
        "no-charge": ("读不到电量，无法折算", "the charge can not be read"),
        "clock": ("时钟未确认，不知道实测是哪天", "the clock is not confirmed, so the proof has no date"),
        "void-battery": ("换过电池，须重新实测", "the battery is new and must be tested"),
        "void-swapped": ("换过后备电源，须重新实测", "the UPS was swapped and must be tested"),
        "declared": ("人工申报，未接入监测", "declared by hand, not monitored"),
    },
    "trial_outcome": {
        "held": ("撑满了规定的时间", "it held all of its minutes"),
        "floor": ("电量降到下限，已结束", "the charge reached the floor"),
        "mains": ("时间未到，市电已恢复", "the mains came back too early"),
        "low": ("没有撑满，电量已低", "the battery was low before the time was up"),
        "no-discharge": ("没有放电（插头没拔）", "no discharge: the plug was not pulled"),
        "sealed": ("封场，已结束", "ended by the seal"),
        "unknown": ("后备电源读不到，已结束", "ended, the UPS could not be read"),
        "cancelled": ("已取消", "cancelled"),
        "restarted": ("监控盒重新启动，已结束", "ended by a restart of the box"),
    },
    "power_drill": {
        "never": ("没有做过", "never made"),
        "on": ("进行中", "on"),
        "passed": ("通过", "passed"),
        "no-edge": ("没通过：拔了插头，60 秒内没有看到停电", "failed: no mains loss seen within 60 s"),
        "not-back": ("没通过：市电没有恢复", "failed: the mains did not come back"),
        "unknown": ("没有结果：后备电源读不到", "no result: the UPS could not be read"),
    },
    "ending": {
        "begun": ("后备电源快用完：正在做最后备份、封存记录", "UPS nearly empty: last backup, sealing the record"),
        "agreed": ("主考已同意停服务器", "the chief agreed to stop the servers"),
        "stopping": ("正在逐台停服务器", "servers are being stopped one by one"),
        "rested": ("已收尾：记录已封存，等市电恢复", "in order: record sealed, waiting for the mains"),
        "cut": ("后备电源就要断开输出，市电恢复后再供电", "the UPS cuts its output until the mains are back"),
        "blocked": ("后备电源没有断开，请技术人员到机柜查看", "the UPS was not cut: a technician goes to the cabinet"),
    },
    # The title of an incident of kind "ending", by its detail.
    "ending_title": {
        "begun": ("后备电源快用完，正在收尾", "UPS nearly empty, ending in order"),
        "rested": ("后备电源快用完，已收尾", "UPS nearly empty, all is in order"),
        "stopping": ("正在有序停服务器", "Servers are being stopped in order"),
        "cut": ("后备电源就要断开输出", "UPS cuts its output"),
        "blocked": ("后备电源没有断开", "The UPS was not cut"),
    },
    "server": {
        "up": ("未停", "up"),
        "stopping": ("正在停", "stopping"),
        "stopped": ("已停好", "stopped"),
        "failed": ("没有停成", "failed to stop"),
        "timeout": ("没有按时停好", "not stopped in time"),
    },
    "sign": {
        "lb": ("报电量低", "says battery low"),
        "lb-alone": ("一直报电量低", "says battery low all along"),
        "charge": ("电量少", "little charge"),
        "runtime": ("剩余时间少", "little time left"),
        "voltage": ("电池电压低", "low battery voltage"),
        "proven": ("实测的时间已用完", "the proven time is used up"),
    },
    "ending_cancelled": {
        "mains": ("市电已恢复", "the mains are back"),
        "restarted": ("监控盒重新启动", "the box started anew"),
    },
    "buzzer": {
        "quiet": ("不响", "quiet"),
        "attention": ("提醒", "attention"),
        "critical": ("紧急", "urgent"),
        "unknown": ("未知", "unknown"),
        "test": ("测试中", "test"),
    },
}  # fmt: skip
