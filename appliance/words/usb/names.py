"""The names of what USB devices are, why they may be used or not, and how a grant came and went."""

from collections.abc import Mapping

from appliance.words.usb.attached_names import ATTACHED_NAMES

# In the order of hw.usb_classes.KINDS: what stores and talks first. `combined` is several of them at once.
USB_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    **ATTACHED_NAMES,
    "usb_kind": {
        "phone": ("手机或相机", "phone or camera"),
        "storage": ("U 盘 / 存储设备", "stick or other storage"),
        "network": ("网卡或手机共享网络", "network card or a phone sharing its line"),
        "keyboard": ("键盘", "keyboard"),
        "pointer": ("鼠标", "mouse"),
        "hid": ("输入类设备（后备电源也属此类）", "input device (a UPS is one too)"),
        "wireless": ("蓝牙或其他无线设备", "Bluetooth or other radio"),
        "printer": ("打印机", "printer"),
        "video": ("摄像设备", "video camera"),
        "audio": ("音频设备", "audio device"),
        "smartcard": ("智能卡读卡器", "smart card reader"),
        "vendor": ("厂商自定义设备", "device of its maker's own kind"),
        "other": ("其他设备", "other device"),
        "hub": ("USB 集线器", "USB hub"),
        "unknown": ("类型不明的设备", "device of unknown kind"),
        "combined": ("多功能设备", "device of several kinds"),
    },
    "usb_why": {
        "board": ("监控盒自带", "part of the box"),
        "listed": ("在设备清单上", "on the list"),
        "sealed-in": ("封场时已登记", "taken in at the seal"),
        "granted": ("临时允许", "granted for a while"),
        "unlisted": ("不在设备清单上", "not on the list"),
        "not-sealed-in": ("封场时没有登记", "not taken in at the seal"),
        "changed": ("与封场时登记的不一样", "not as it was at the seal"),
        "unreadable": ("说不清自己是什么", "does not tell plainly what it is"),
    },
    "usb_device": {
        "in": ("可用", "in use"),
        "waiting": ("允许使用，尚未接通", "may be used, not connected yet"),
        "blocked": ("已拦下", "blocked"),
        "open": ("没有拦住", "NOT blocked"),
        "unknown": ("未知", "unknown"),
    },
    "usb_kernel": {
        "true": ("已接通", "yes"),
        "false": ("未接通", "no"),
    },
    "usb_over": {
        "expired": ("时间到", "its time is over"),
        "pulled": ("设备已拔出或已更换", "the device was pulled or changed"),
        "restarted": ("监控盒重新启动", "the box started anew"),
        "person": ("有人收回", "somebody took it back"),
    },
}
