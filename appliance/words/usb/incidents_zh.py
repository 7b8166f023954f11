"""What each cause of USB is called in Chinese, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause
from appliance.words.sentences import By
from appliance.words.usb.attached_incidents_zh import ATTACHED_CAUSES

_FROM = "您好，我是{venue}主考"

# Wording: as in incidents_zh. Nobody is asked who did it: a device is looked at, pulled out and written down.
USB_CAUSES: Mapping[str, Cause] = {
    "usb": Cause(
        place="服务器机柜",
        todo=By(
            "why",
            {
                "changed": "这个口上的设备和封场时登记的不一样。请技术人员到机柜核对；刚换了后备电源的，登记更换，"
                "其他的拔下并登记。",
                "unreadable": "这个设备说不清自己是什么，不能允许使用。请技术人员到机柜拔下并登记。",
            },
            "请技术人员到机柜查看是什么设备，拔下并登记；确需使用的，须主考和技术负责人两人允许。",
        ),
        script=_FROM + "，{since}监控盒上有 USB 设备插入，已被拦下。技术人员到机柜查看并登记，请指示。",
        reason=(
            "{place_name}（服务器机柜）插入 {kinds:usb_kinds}，已拦下：{detail}",
            "服务器机柜插入 {kinds:usb_kinds}，已拦下：{detail}",
            "服务器机柜有 USB 设备插入，已拦下：{detail}",
            "服务器机柜有 USB 设备插入，已拦下：请技术人员查看",
        ),
    ),
    "usb_open": Cause(
        place="服务器机柜",
        todo="请技术人员立即到机柜拔下不在清单上的设备并登记；确需使用的，由技术人员写进设备清单。",
        script=_FROM
        + "，{since}发现监控盒上接着不在清单上的 USB 设备，没有被拦住。技术人员正在拔下，请指示。",
        reason=(
            "{place_name}（服务器机柜）的 {kinds:usb_kinds}没有拦住：{detail}，请技术人员立即拔下",
            "服务器机柜的 {kinds:usb_kinds}没有拦住：{detail}，请技术人员立即拔下",
            "服务器机柜有 USB 设备没有拦住：{detail}，请技术人员立即拔下",
            "服务器机柜有 USB 设备没有拦住，请技术人员立即拔下",
        ),
    ),
    **ATTACHED_CAUSES,
    "usb_unknown": Cause(
        place="服务器机柜",
        todo="请技术人员到机柜看一眼有没有多出来的设备，并检查监控盒。",
        script=_FROM + "，监控盒的 USB 监测从{since}起读不到。技术人员已到机柜查看。",
        reason="USB 口读不到：请技术人员到机柜看一眼",
    ),
}
