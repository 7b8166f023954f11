"""The names of what hangs on the box behind its ports, and of why it may be there or not."""

from collections.abc import Mapping

ATTACHED_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "attached": {
        "watched": ("磁盘、网卡和挂载", "Disks, interfaces and mounts"),
        "unknown": ("磁盘、网卡和挂载状态未知", "Disks, interfaces and mounts unknown"),
        "unmonitored": ("磁盘、网卡和挂载未接入监测", "Disks, interfaces and mounts not monitored"),
    },
    "attached_what": {
        "disk": ("磁盘", "disk"),
        "interface": ("网络接口", "network interface"),
        "mount": ("挂载", "mount"),
    },
    "attached_why": {
        "own": ("监控盒自用", "the box's own"),
        "software": ("由软件生成", "made by software"),
        "usb-allowed": ("所在 USB 设备允许使用", "its USB device may be used"),
        "sealed-in": ("封场时已登记", "taken in at the seal"),
        "no-seal": ("未封场", "nothing is sealed"),
        "unread": ("正在核对", "being looked at"),
        "usb-denied": ("所在 USB 设备不允许使用", "its USB device may not be used"),
        "usb-gone": ("所在 USB 口没有登记的设备", "no device is known at its USB port"),
        "not-sealed-in": ("封场时没有登记", "not taken in at the seal"),
        "on-intruder": ("在不该有的磁盘上", "on a disk that ought not to be there"),
    },
    "attached_state": {
        "in": ("在用", "in use"),
        "taken": ("已断开", "taken away"),
        "open": ("没有断开", "NOT taken away"),
        "kept": ("监控盒自身所在，未断开", "kept: the box stands on it"),
    },
    "radio": {
        "wifi": ("无线网（Wi-Fi）", "Wi-Fi"),
        "bluetooth": ("蓝牙", "Bluetooth"),
    },
    "radio_state": {
        "off": ("已关闭", "off"),
        "on": ("开着", "on"),
        "none": ("没有", "none"),
        "unknown": ("未知", "unknown"),
    },
    "radio_fault": {
        "wifi-on": ("监控盒的无线网（Wi-Fi）开着", "Wi-Fi of the box is on"),
        "wifi-unknown": (
            "监控盒的无线网（Wi-Fi）是否关闭读不到",
            "nobody can tell whether Wi-Fi of the box is off",
        ),
        "bluetooth-on": ("监控盒的蓝牙开着", "Bluetooth of the box is on"),
        "bluetooth-unknown": (
            "监控盒的蓝牙是否关闭读不到",
            "nobody can tell whether Bluetooth of the box is off",
        ),
    },
}
