"""What the journal explains of supplies, the orderly end and the servers."""

from collections.abc import Mapping

from appliance.words.explanation import Explanation, explained

POWER_EXPLAINED: Mapping[str, Explanation] = {
    "power.read": explained(
        ("后备电源的读数", "后备电源的状态有变化，或停电期间每秒一条。OL 是市电，OB 是电池供电，LB 是电量低。", "出现 OB 时请查看配电和各考场；出现 LB 时请立即上报。"),
        ("A reading of a UPS", "Its status changed, or it is one of the readings taken each second of an outage. OL: mains; OB: on battery; LB: battery low.", "With OB, look at the distribution board and the rooms; with LB, report at once."),
    ),
    "power.unknown": explained(
        ("后备电源读不到", "没有可信读数，不等于正常：停电时监控盒看不见。", "请检查数据线、NUT（systemctl status nut-server、upsc）和后备电源本身。"),
        ("A UPS cannot be read", "Nothing believable is known of it, which is not the same as well: the box would not see the mains fail.", "Check the cable, NUT (systemctl status nut-server, upsc) and the UPS itself."),
    ),
    "power.discharged": explained(
        ("一次停电或放电结束", "记下了这次由电池供电多久、从多少电量到多少电量。实测时间以有人看着的放电测试为准。"),
        ("An outage or a discharge is over", "How long the battery carried, from which charge to which. Proven is only what a watched test has shown."),
    ),
    "power.doubted": explained(
        ("后备电源的读数可信与否", "读数自相矛盾或不可能，因此不拿来计算；列表为空表示恢复可信。", "请核对后备电源面板上的数值，必要时换驱动或换后备电源。"),
        ("Whether a UPS is believed", "What it tells contradicts itself or cannot be, so nothing is reckoned with it; an empty list: it is believed again.", "Compare with the UPS's own display; change the driver or the UPS where it goes on."),
    ),
    "power.test_started": explained(
        ("放电测试开始", "有人在场的放电测试，只在开放阶段进行；电量到下限就停。"),
        ("A discharge test began", "Watched by a person, in the open phase only; it ends at the floor."),
    ),
    "power.test_ended": explained(
        ("放电测试结束", "通过的测试让这台后备电源在十二个月内算作已实测。", "没有通过时请换电池或减少负载，再测一次。"),
        ("A discharge test ended", "One that was passed proves this UPS for twelve months.", "Where it was not passed: a new battery or less load, and test again."),
    ),
    "power.drill_started": explained(
        ("拔插头演练开始", "技术人员拔下市电插头，检验接线和读数。"),
        ("A plug drill began", "A technician pulls the mains plug to see that wiring and readings are right."),
    ),
    "power.drill_ended": explained(
        ("拔插头演练结束", "结果写在字段里：看到了停电和来电，或者没有看到。", "没有看到停电时请检查接线：接错的后备电源等于没有。"),
        ("A plug drill ended", "The outcome tells whether the loss and the return of the mains were seen.", "Where they were not, check the wiring: a UPS wired wrong is none."),
    ),
    "power.battery_replaced": explained(
        ("后备电源换了新电池", "以前的实测从此作废。", "请在开放阶段重新做放电测试：venue power test。"),
        ("A UPS has a new battery", "What was proven before is void.", "Test it anew in the open phase: venue power test."),
    ),
    "power.swapped": explained(
        ("后备电源换了一台", "以前的实测从此作废。", "请在开放阶段重新做放电测试：venue power test。"),
        ("A UPS was swapped", "What was proven before is void.", "Test it anew in the open phase: venue power test."),
    ),
    "ending.begun": explained(
        ("后备电源快用完，开始收尾", "两个独立迹象都说电量将尽：监控盒做最后备份、封存记录。考试系统由人决定。", "请主考立即上报，并决定是否停下服务器：venue power agree。"),
        ("A UPS is nearly empty, the orderly end began", "Two independent signs agree: last backup, then the record is sealed. Servers are people's decision.", "Report at once; the chief decides about the servers: venue power agree."),
    ),
    "ending.agreed": explained(
        ("主考同意停下服务器", "服务器按配置的顺序停下，停好之后才断电。"),
        ("The chief agreed to stop the servers", "They are stopped in the configured order and lose their power only once they are down."),
    ),
    "ending.cancelled": explained(
        ("收尾取消", "市电恢复，或情况有变：不再停机。"),
        ("The orderly end is off", "The mains are back, or things changed: nothing is switched off."),
    ),
    "ending.rested": explained(
        ("监控盒已收尾", "记录已封存、磁盘已写好，等市电恢复；断电不会再丢数据。"),
        ("The box is in order", "The record is sealed and the disks are written; a loss of power costs nothing now."),
    ),
    "ending.cut": explained(
        ("已让后备电源断开输出", "市电恢复后它自己再供电，各设备随之启动。", "市电恢复后请确认设备都启动了。"),
        ("A UPS was asked to cut its output", "It supplies again by itself once the mains are back.", "When they are, see that everything started."),
    ),
    "server.stopped": explained(
        ("服务器停机的结果", "停好、没有应答，或停不下来。停不下来的服务器不会被断电。", "停不下来时请到服务器旁按正常方式关机。"),
        ("What became of stopping a server", "Down, silent, or not to be stopped. One that is not down does not lose its power.", "Where it could not be stopped, shut it down at the machine."),
    ),
}
