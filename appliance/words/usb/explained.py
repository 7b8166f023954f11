"""What the journal explains of USB, disks, interfaces, mounts and radios."""

from collections.abc import Mapping

from appliance.words.explanation import Explanation, explained

USB_EXPLAINED: Mapping[str, Explanation] = {
    "usb.plugged": explained(
        ("监控盒插入了 USB 设备", "清单里的设备接通，其他的不接通：没有驱动能碰到它。", "不认识的设备请拔下；确需使用时请两人允许：venue usb grant。"),
        ("A USB device was plugged into the box", "One that is listed works; any other is held back, and no driver touches it.", "Unplug what nobody knows; what is needed two people let in: venue usb grant."),
    ),
    "usb.unplugged": explained(
        ("USB 设备拔出", "这个口空了。清单里的设备拔出时，相关功能会另有提示。"),
        ("A USB device was unplugged", "The port is empty. Where a listed one is gone, what it served says so by itself."),
    ),
    "usb.unknown": explained(
        ("USB 口状态读不到", "不知道插着什么。新设备仍由内核默认拒绝。", "请查看 journalctl -u venue-guard；持续时重启监控盒的守护程序。"),
        ("USB cannot be read", "What is plugged in is not known. The kernel's default still denies what is new.", "Look at journalctl -u venue-guard; where it lasts, restart the guard."),
    ),
    "usb.seen": explained(("USB 口状态可以读到", "插着的设备又看得见了。"), ("USB can be read", "What is plugged in is seen again.")),
    "usb.granted": explained(
        ("USB 设备临时允许", "由两人允许，到时自动收回；守护程序停止时也收回。"),
        ("A USB device was let in", "By two people, for a time; it ends with the guard, too."),
    ),
    "usb.revoked": explained(("USB 设备的临时允许结束", "设备不再接通。"), ("A grant of a USB device is over", "The device no longer works.")),
    "usb.boot": explained(
        ("开机放行清单与设备清单", "lockdown.conf 决定守护程序启动之前放行什么，必须与配置一致。", "不一致时请运行：venue config apply。"),
        ("What is let in at boot and what is listed", "lockdown.conf says what works before the guard runs; it must agree with the configuration.", "Where it does not: venue config apply."),
    ),
    "attached.appeared": explained(
        ("监控盒上出现磁盘、网络接口或挂载", "不在封场基线里的会被停用，并单列一项。", "不认识的请查看是谁接的。"),
        ("A disk, interface or mount appeared", "One that is not in the seal's baseline is put out of use and becomes an item.", "Find out who attached what nobody knows."),
    ),
    "attached.gone": explained(("磁盘、网络接口或挂载已不在", "它已经拔下或停用。"), ("A disk, interface or mount is gone", "It was unplugged or put out of use.")),
    "attached.unknown": explained(
        ("磁盘、网卡和挂载读不到", "第二道防线看不见；USB 口仍按清单拒绝。", "请查看 journalctl -u venue-guard。"),
        ("Disks, interfaces and mounts cannot be read", "The second layer is blind; USB still denies by the list.", "Look at journalctl -u venue-guard."),
    ),
    "attached.seen": explained(("磁盘、网卡和挂载可以读到", "第二道防线又看得见了。"), ("Disks, interfaces and mounts can be read", "The second layer sees again.")),
    "radios.read": explained(
        ("监控盒的无线", "Wi-Fi 和蓝牙应当关闭。", "开着时监控盒会关掉它们；反复打开时请查看是谁的程序。"),
        ("The box's radios", "Wi-Fi and Bluetooth must be off.", "The box switches them off; where they come back, find the program that does it."),
    ),
}
