"""What each kind of event means and what to do, for who asks the journal (`journalctl -x`): in both languages."""

from collections.abc import Mapping

from appliance.words.explanation import Explanation, explained
from appliance.words.net.explained import NET_EXPLAINED
from appliance.words.people.explained import PEOPLE_EXPLAINED
from appliance.words.power.explained import POWER_EXPLAINED
from appliance.words.ready.explained import READY_EXPLAINED
from appliance.words.usb.explained import USB_EXPLAINED

# A kind without a row here has no page in the journal's catalog: scripts/write-docs refuses it.
EXPLAINED: Mapping[str, Explanation] = {
    **POWER_EXPLAINED,
    **USB_EXPLAINED,
    **NET_EXPLAINED,
    **READY_EXPLAINED,
    **PEOPLE_EXPLAINED,
    "guard.started": explained(
        ("守护程序开始工作", "从记录里恢复了阶段、封场和各项，该关的都重新关好。"),
        ("The guard began its work", "Phase, seal and items were restored from the record; what must be closed is closed anew."),
    ),
    "guard.stopped": explained(
        ("守护程序停止工作", "停止不会打开任何东西；systemd 会再启动它，除非是人停的。", "不是您停的：journalctl -u venue-guard。"),
        ("The guard stopped", "That opens nothing; systemd starts it again unless a person stopped it.", "Where nobody did: journalctl -u venue-guard."),
    ),
    "venue.configured": explained(("考点配置已更新", "新的配置、时间表或座位表生效。"), ("The venue's configuration changed", "A new configuration, timetable or seat list is in force.")),
    "log.checkpoint": explained(("记录存档点", "整个状态存了一份，下次启动从这里开始。"), ("Checkpoint of the record", "The whole state was kept; the next start begins here.")),
    "log.gap": explained(
        ("有一段时间无法写记录", "磁盘拒绝写入；能记住的已补记，缺的条数写在字段里。", "请检查磁盘：df、dmesg；存储卡坏了就换。"),
        ("For a while nothing could be recorded", "The disk refused; what could be kept was written later, what was lost is counted.", "Check the disk: df, dmesg; replace a worn card."),
    ),
    "log.damaged": explained(
        ("旧记录文件校验不符", "旧文件原样保留作证据，已另起新文件；能核实的状态都保住了。", "请不要动旧文件，上报省里：venue log verify。"),
        ("An older record does not verify", "It is kept as it is, as evidence, and a new one begun; all that still verifies was kept.", "Leave the old file alone and report it: venue log verify."),
    ),
    "log.verified": explained(
        ("记录已校验", "每天夜里把整条记录从头校验一遍；problem 为空就是完好。", "有问题时请不要动文件，上报省里。"),
        ("The record was checked", "The whole chain is walked each night; an empty problem: it holds.", "With a problem: leave the files alone and report it."),
    ),
    "clock.judged": explained(
        ("时钟是否可信", "没有时钟芯片也没有时间服务器时，时间不可信：考试时刻仍按它走，但会提示。", "请装时钟电池或设置时间来源（[clock] source），并核对监控盒的时间。"),
        ("Whether the clock is vouched for", "Without a clock chip and a time server nothing vouches for the time; it is used, and said so.", "Fit the clock's battery or set a source ([clock] source), and compare the box's time."),
    ),
    "disk.read": explained(
        ("监控盒磁盘空间", "空间不足时备份和记录可能写不下。", "请腾出空间：df -h，旧备份交省里确认后再删。"),
        ("Room on the box's disk", "With too little, backups and the record cannot be written.", "Make room: df -h; old bundles only once the province holds them."),
    ),
    "host.read": explained(
        ("监控盒本身", "温度、供电、内存、存储的情况；faults 为空就是正常，每小时一条。", "过热时改善通风；电压偏低时换电源和电源线；写入太慢或接近寿命时换存储卡。"),
        ("The box itself", "Its heat, supply, memory and disk; empty `faults`: well, told once an hour.", "Hot: give it air. Under-voltage: another supply and lead. A slow or worn disk: another card."),
    ),
    "panel.pressed": explained(("面板按钮按下", "有人在监控盒旁按了按钮。"), ("The panel's button was pressed", "Somebody is at the box.")),
    "panel.silenced": explained(("蜂鸣器已静音", "只静音当前这一项，新的情况还会响。"), ("The buzzer was silenced", "For what sounds now; anything new sounds again.")),
    "panel.tested": explained(("面板测试", "灯和蜂鸣器工作十秒，请人确认。", "请确认看到和听到：venue panel confirm。"), ("A panel test", "Lamps and buzzer for ten seconds; a person confirms.", "Confirm what was seen: venue panel confirm.")),
    "panel.confirmed": explained(
        ("面板测试的结果", "由人确认灯和蜂鸣器是否工作。", "没有看到或听到时请检查接线和 [panel]。"),
        ("What the panel test gave", "A person tells whether lamps and buzzer work.", "Where not, check the wiring and [panel]."),
    ),
    "seats.read": explained(("考试机在线情况", "写明的座位上线或离线。考试中离线的会单列一项。"), ("Presence of seats", "The named seats came or went. One that goes dark in an exam becomes an item.")),
    "seats.unknown": explained(
        ("考试机在线情况读不到", "不知道哪些考试机在线，不等于都在线。", "请检查监控盒到考试交换机的网线。"),
        ("Presence of seats cannot be read", "Which seats are on is not known, which is not the same as all.", "Check the cable from the box to the exam switch."),
    ),
    "phase.changed": explained(("阶段变化", "按时间表、封场和主考的操作进入下一阶段；规则随之改变。"), ("The phase changed", "By timetable, seal and the chief's acts; what must be closed changes with it.")),
    "seal.made": explained(("已封场", "两人签字；此刻插着、连着的设备就是基线，之后的变化都会提示。"), ("Sealed", "By two people; what is attached now is the baseline, and any change is told.")),
    "seal.lifted": explained(("封场解除", "回到开放阶段；由人解除，或整批考试结束。"), ("The seal was lifted", "Back to the open phase: by people, or because the batch is over.")),
    "sitting.delayed": explained(("场次顺延", "开始和结束都推后；由主考操作，同意人和原因记录在案。"), ("A sitting was delayed", "Start and end move; the chief's act, with who consented and why.")),
    "sitting.extended": explained(("场次延长或补时", "全体或某个座位的结束时间推后。"), ("A sitting was extended", "The end moves, for all or for one seat.")),
    "sitting.finished": explained(("收卷完成", "最终备份随即开始；省里须在规定时间内收到。"), ("Answers are collected", "The final backup begins; the province has to hold it in time.")),
    "drill.started": explained(("演练开始", "以下都标为演练，不计入考试记录。"), ("A drill began", "What follows is marked and not part of the record.")),
    "drill.ended": explained(("演练结束", "恢复正式记录。"), ("A drill ended", "Back to the real record.")),
    "seat.swapped": explained(("考生换到备用机", "原座位不再计入在线，备用机顶上。"), ("A candidate moved to a spare", "The old seat no longer counts, the spare stands in.")),
    "incident.opened": explained(
        ("出现一项情况", "需要有人处理；建议做什么写在页面上和 venue incident show 里。", "venue incident show @VENUE_NUMBER@；处理时请签收：venue incident acknowledge。"),
        ("An item was opened", "Somebody has to see to it; what to do stands on the page and in venue incident show.", "venue incident show @VENUE_NUMBER@; say that you see to it: venue incident acknowledge."),
    ),
    "incident.grew": explained(("一项情况有进展", "又有机器、又出现一次，或更严重了。", "请查看：venue incident show @VENUE_NUMBER@"), ("An item grew", "More machines, once again, or worse.", "See venue incident show @VENUE_NUMBER@")),
    "incident.ceased": explained(
        ("一项情况的原因已消除", "机器看到的原因没有了；考生是否能继续由人确认。", "请确认考生能作答，再结束这一项。"),
        ("The cause of an item is gone", "As far as instruments see; whether candidates work a person confirms.", "See that they do, then close the item."),
    ),
    "incident.class_proposed": explained(("建议的等级", "按规定的时间和范围建议，由主考确认。", "请主考确认等级。"), ("A class was proposed", "By the rules' times and extents; the chief confirms.", "The chief confirms the class.")),
    "incident.class_confirmed": explained(("等级已确认", "由主考确认，写入考场情况报告。"), ("A class was confirmed", "By the chief; it goes into the report.")),
    "incident.acknowledged": explained(("一项情况有人处理", "签收的人负责到底。"), ("An item is in somebody's hands", "Who acknowledged it sees it through.")),
    "incident.noted": explained(("一项情况加了备注", "备注写入考场情况报告。"), ("A note was added to an item", "It goes into the report.")),
    "incident.reported": explained(("一项情况已上报", "向谁报告、对方怎样答复，都记录在案。"), ("An item was reported", "To whom, and what they answered.")),
    "incident.resumed": explained(("考生已恢复作答", "耽误的分钟数由人填写，补时按规定上报。"), ("Candidates work again", "The minutes lost are people's figure; more time is asked for by the rules.")),
    "incident.closed": explained(("一项情况结束", "结果写入考场情况报告。"), ("An item was closed", "Its outcome goes into the report.")),
    "backup.requested": explained(("要求立即备份", "由人或由夜间的日程提出。"), ("A backup was asked for", "By a person or by the nightly calendar.")),
    "bundle.published": explained(
        ("一个加密备份已保存", "已加密、签名、写入磁盘；本考点没有能打开它的钥匙。incomplete 不为空时有来源没有收全。", "有来源没有收全时请查看：venue backup status。"),
        ("A sealed bundle is stored", "Encrypted, signed, on the disk; the venue holds no key that opens it. `incomplete` names sources that were not whole.", "Where one was not whole: venue backup status."),
    ),
    "backup.failed": explained(
        ("备份没有做成", "以前的备份都在；到时会再试。", "请看写明的原因：来源连得上吗，磁盘够吗（df -h）。"),
        ("A backup failed", "Every older one stands; it is tried again.", "See the reason: is the source there, is there room (df -h)?"),
    ),
    "bundle.receipted": explained(("省里已收到备份", "收据由省里签名，已核对。"), ("The province holds a bundle", "Its receipt is signed and was checked.")),
    "province.asked": explained(
        ("省里来查询有哪些备份", "有备份等待收取时才记录，据此估计何时收齐。"),
        ("The province asked which bundles there are", "Told only while one waits: it tells when that will be fetched."),
    ),
    "receipt.refused": explained(
        ("外网送来的回执核对不上", "没有登记，备份和记录都没有变。", "请打电话给省里核对：是否换过签发回执的钥匙，是否别的考点的回执。"),
        ("A receipt that came over the line does not hold", "Nothing was noted, and no bundle is touched.", "Call the province: does it sign receipts with another key, or is it another venue's?"),
    ),
    "bundle.pruned": explained(
        ("旧备份已清理", "只清理省里已出收据的：先旧后新，全量和它的增量一起。没有收据的从不清理。"),
        ("Old bundles were removed", "Only such as the province has receipted, oldest first, a full one with its deltas. Nothing else ever goes."),
    ),
    "outbox.read": explained(
        ("备份空间的情况", "每次备份后测得：已用、上限、省里尚未收到的。", "空间不多时：venue backup export 拷出，或接通外网让省里收取。"),
        ("The room for backups", "Measured after each run: used, limit, and what the province does not hold yet.", "With little room: carry bundles out (venue backup export), or bring the line up."),
    ),
    "copy.read": explained(
        ("备份副本的情况", "第二个存放处逐份写入并读回核对；没有跟上不影响本机的备份。", "没有跟上时：看是否接好、挂载（findmnt）、还有空间（df -h）；接好后自动补齐。"),
        ("A second place of the bundles", "Each copied, read back and compared; one that is behind holds up nothing on the box.", "Where it is behind: is it mounted (findmnt), is there room (df -h)? It catches up by itself."),
    ),
    "backup.drilled": explained(
        ("备份演练的结果", "用一次性的钥匙封存、还原并逐一比对，之后全部删除。", "没有通过时：再做一次 venue backup drill，看列出的文件和来源。"),
        ("A drill of the backups", "Sealed to a throw-away key, restored, compared with the sources, and taken away again.", "Where it failed: venue backup drill once more; it names files and sources."),
    ),
    "posture.held": explained(("设置已达到", "先前没有设好的，现在设好并读回。"), ("It is held now", "What could not be set before is set and was read back.")),
    "posture.failed": explained(
        ("没有能设好，继续重试", "应当关闭的仍然关闭；监控盒会一直重试。", "请看写明的原因；持续时请查看 journalctl -u venue-guard。"),
        ("It could not be set, still trying", "What must be closed stays closed; it is tried until it holds.", "See the reason; where it lasts: journalctl -u venue-guard."),
    ),
}
