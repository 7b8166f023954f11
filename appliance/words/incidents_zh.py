"""What each cause of an incident is called in Chinese, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.backup.incidents_zh import BACKUP_CAUSES_ZH
from appliance.words.causes import Cause
from appliance.words.net.firewall import FIREWALL_CAUSES_ZH
from appliance.words.net.incidents_zh import NET_CAUSES
from appliance.words.power.incidents_zh import POWER_CAUSES
from appliance.words.usb.incidents_zh import USB_CAUSES

_FROM = "您好，我是{venue}主考"

# Wording: the place first, then who does what; no word that accuses a candidate, none that stops the exam.
CAUSES: Mapping[str, Cause] = {
    **BACKUP_CAUSES_ZH,
    **POWER_CAUSES,
    **USB_CAUSES,
    **NET_CAUSES,
    **FIREWALL_CAUSES_ZH,
    "seat": Cause(
        place="考试机",
        todo=(
            "请监考员会同技术人员查看；修不好换本考场备用机（{spare}）并登记，该考生补时。",
            "请监考员会同技术人员查看；修不好换备用机并登记，该考生补时。",
        ),
        script=_FROM + "，{place}考试机{since}起故障，正在处理。该考生拟补时，请指示。",
        reason=("{place:seats}离线：请监考员会同技术人员查看", "有考试机离线：请监考员会同技术人员查看"),
    ),
    "room": Cause(
        place="考场",
        todo="请技术人员先查本考场的交换机和电源开关；监考员请考生在座位等待，记下时间。电话报告省值班室。",
        script=_FROM
        + "，{place}{since}起有 {count} 台考试机同时离线，技术人员正在查。考生在座位等待，请指示。",
        reason=(
            "{place:room}有 {count} 台考试机同时离线：请技术人员先查交换机和电源",
            "多台考试机同时离线：请技术人员先查交换机和电源",
        ),
    ),
    "seats_unknown": Cause(
        place="考试机",
        todo="请监考员在考场里看考生能否作答；请技术人员查看监控盒到交换机的线。考试照常进行。",
        script=_FROM + "，考试机的在线监测从{since}起读不到，考试照常进行。监考员正在各考场查看。",
        reason="考试机在线情况读不到：请监考员在考场里看考生能否作答",
    ),
    "unsealed": Cause(
        place="全考点",
        todo="请主考和技术负责人检查设备并封场签字。考试不受影响。",
        script=_FROM + "，本考点尚未封场，正在检查设备。封场后再报告。",
        reason="到了考前准备时间仍未封场：请主考和技术负责人检查设备并封场，考试不受影响",
    ),
    "log_unwritable": Cause(
        place="监控盒",
        todo="监测照常。请技术人员立即查看监控盒的存储；这段时间请在纸上记录。",
        script=_FROM + "，监控盒从{since}起写不进记录，考试照常进行。我们改用纸质记录，技术人员正在处理。",
        reason="监控盒写不进记录：请先在纸上记录，技术人员立即查看",
    ),
    "log_damaged": Cause(
        place="监控盒",
        todo="旧文件原样保留，新记录已另起。请技术负责人保存好监控盒，不要拔电。",
        script=_FROM + "，监控盒的旧记录校验不符，已原样保留。新记录正常，请指示。",
        reason="旧记录校验不符，已原样保留：请技术负责人查看",
    ),
    "disk_low": Cause(
        place="监控盒",
        todo="请技术人员查看监控盒的磁盘；已有的备份不会删除。",
        script=_FROM + "，监控盒磁盘空间不足，考试照常进行。技术人员正在处理。",
        reason="监控盒磁盘空间不足：请技术人员查看，已有的备份都在",
    ),
    "host": Cause(
        place="监控盒",
        todo="请技术人员查看监控盒：通风、电源线和电源、存储卡。考试照常进行。",
        script=_FROM + "，监控盒本身需要维护，考试照常进行。技术人员正在处理。",
        reason=("{detail:host_fault}：请技术人员查看", "监控盒本身需要维护：请技术人员查看"),
    ),
    "posture": Cause(
        place="监控盒",
        todo="请技术人员查看；盒子会自动再试，考试照常进行。",
        script=_FROM + "，监控盒有一项保护措施没有设好，考试照常进行。技术人员正在处理。",
        reason=("有一项保护措施没有设好：{detail}", "有一项保护措施没有设好：请技术人员查看"),
    ),
    "clock": Cause(
        place="监控盒",
        todo="请技术人员对照考试服务器核对时间并确认；开考、收卷以考试系统的时间为准。",
        script=_FROM + "，监控盒的时钟未确认，考试以考试系统的时间为准。技术人员正在核对。",
        reason="监控盒时钟未确认：开考、收卷以考试系统的时间为准",
    ),
}
