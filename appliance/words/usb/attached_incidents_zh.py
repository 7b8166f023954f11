"""What each cause of the second layer is called in Chinese, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause

_FROM = "您好，我是{venue}主考"
_LOOK = "请技术人员到机柜查看多出的是什么，拔下并登记；确需使用的，解除封场后重新登记、再封场。"

# Wording: as in usb_incidents_zh. Nobody is asked who did it.
ATTACHED_CAUSES: Mapping[str, Cause] = {
    "disk_new": Cause(
        place="服务器机柜",
        todo=_LOOK,
        script=_FROM + "，{since}监控盒上多出一个磁盘，由监控盒自动断开。技术人员到机柜查看并登记，请指示。",
        reason=(
            "监控盒多出磁盘“{detail}”，由监控盒断开：请技术人员查看",
            "监控盒多出一个磁盘，由监控盒断开：请技术人员查看",
        ),
    ),
    "net_new": Cause(
        place="服务器机柜",
        todo=_LOOK,
        script=_FROM
        + "，{since}监控盒上多出一个网络接口，由监控盒自动断开。技术人员到机柜查看并登记，请指示。",
        reason=(
            "监控盒多出网络接口（{detail}），由监控盒断开：请技术人员查看",
            "监控盒多出一个网络接口，由监控盒断开：请技术人员查看",
        ),
    ),
    "mount_new": Cause(
        place="服务器机柜",
        todo="请技术人员查看监控盒上挂载了什么，取下并登记；确需使用的，解除封场后重新登记、再封场。",
        script=_FROM
        + "，{since}监控盒上出现不在登记之内的挂载，由监控盒自动断开。技术人员正在查看并登记，请指示。",
        reason=(
            "监控盒挂载了不在登记之内的 {detail}，由监控盒断开：请技术人员查看",
            "监控盒有不在登记之内的挂载，由监控盒断开：请技术人员查看",
        ),
    ),
    "radio_on": Cause(
        place="服务器机柜",
        todo="监控盒会自动关闭无线；请技术人员核对，并按说明在监控盒的启动设置里关掉。",
        script=_FROM + "，{since}发现监控盒的无线功能没有关闭，监控盒自动关闭。技术人员正在核对，请指示。",
        reason=("{detail:radio_fault}：请技术人员核对", "监控盒的无线没有关：请技术人员核对"),
    ),
    "attached_unknown": Cause(
        place="服务器机柜",
        todo="请技术人员到机柜看一眼有没有多出来的设备，并检查监控盒。",
        script=_FROM + "，监控盒的磁盘和网卡从{since}起读不到。技术人员已到机柜查看。",
        reason="监控盒的磁盘和网卡读不到：请技术人员到机柜看一眼",
    ),
}
