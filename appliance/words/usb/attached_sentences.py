"""One plain sentence for every kind of event of the second layer, and the titles of its incidents."""

from collections.abc import Mapping

from appliance.words.sentences import Both, By, Template


def _zh(tail: str) -> By:
    return By(
        "what",
        {
            "disk": (
                "磁盘 {name}“{model}”（{port:usb_port}，{size_bytes:size}）" + tail,
                "磁盘 {name}“{model}”（{size_bytes:size}）" + tail,
                "磁盘 {name}（{size_bytes:size}）" + tail,
                "磁盘 {name}" + tail,
            ),
            "interface": (
                "网络接口 {name}（{port:usb_port}，{serial}）" + tail,
                "网络接口 {name}（{serial}）" + tail,
                "网络接口 {name}" + tail,
            ),
            "mount": ("{serial} 挂载在 {name}（{model}）" + tail, "{name} 处的挂载" + tail),
        },
        "{name}" + tail,
    )


def _en(tail: str) -> By:
    return By(
        "what",
        {
            "disk": (
                'Disk {name} "{model}" ({port:usb_port}, {size_bytes:size})' + tail,
                'Disk {name} "{model}" ({size_bytes:size})' + tail,
                "Disk {name} ({size_bytes:size})" + tail,
                "Disk {name}" + tail,
            ),
            "interface": (
                "Network interface {name} ({port:usb_port}, {serial})" + tail,
                "Network interface {name} ({serial})" + tail,
                "Network interface {name}" + tail,
            ),
            "mount": ("{serial} mounted at {name} ({model})" + tail, "The mount at {name}" + tail),
        },
        "{name}" + tail,
    )


ATTACHED_EVENTS: Mapping[str, Both] = {
    "attached.appeared": Both(
        By("allowed", {"true": _zh("：已接入")}, _zh("：不在登记之内，由监控盒断开")),
        By("allowed", {"true": _en(": there")}, _en(": not among what was taken in, the box takes it away")),
    ),
    "attached.gone": Both(
        By(
            "what",
            {
                "disk": "磁盘 {name} 已不在",
                "interface": "网络接口 {name} 已不在",
                "mount": "{name} 处的挂载已不在",
            },
            "{name} 已不在",
        ),
        By(
            "what",
            {
                "disk": "Disk {name} is gone",
                "interface": "Network interface {name} is gone",
                "mount": "The mount at {name} is gone",
            },
            "{name} is gone",
        ),
    ),
    "attached.unknown": Both(
        "磁盘、网卡和挂载读不到：{reason:read_reason}",
        "Disks, interfaces and mounts cannot be read: {reason:read_reason}",
    ),
    "attached.seen": Both("磁盘、网卡和挂载可以读到", "Disks, interfaces and mounts can be read"),
    "radios.read": Both(
        "监控盒无线：Wi-Fi {wifi:radio_state}，蓝牙 {bluetooth:radio_state}",
        "Radios of the box: Wi-Fi {wifi:radio_state}, Bluetooth {bluetooth:radio_state}",
    ),
}

# Titles: `detail` is the make of a disk, the address of a card, the source of a mount.
ATTACHED_TITLES: Mapping[str, Both] = {
    "disk_new": Both(
        ("多出磁盘“{detail}”，由监控盒断开", "多出一个磁盘，由监控盒断开"),
        ('A disk more, "{detail}": the box takes it away', "A disk more: the box takes it away"),
    ),
    "net_new": Both(
        ("多出网络接口（{detail}），由监控盒断开", "多出一个网络接口，由监控盒断开"),
        (
            "A network interface more ({detail}): the box takes it down",
            "A network interface more: the box takes it down",
        ),
    ),
    "mount_new": Both(
        ("挂载了不在登记之内的 {detail}，由监控盒断开", "有不在登记之内的挂载，由监控盒断开"),
        ("{detail} was mounted: the box unmounts it", "Something was mounted: the box unmounts it"),
    ),
    "radio_on": Both("{detail:radio_fault}", "{detail:radio_fault}"),
}

# How an item of each cause begins, for the list of events: the place first.
ATTACHED_OPENED_ZH: Mapping[str, Template] = {
    "disk_new": "{place:usb_port}：多出磁盘“{detail}”，由监控盒断开",
    "net_new": "{place:usb_port}：多出网络接口（{detail}），由监控盒断开",
    "mount_new": "{place}：挂载了不在登记之内的 {detail}，由监控盒断开",
    "radio_on": "{detail:radio_fault}",
}
ATTACHED_OPENED_EN: Mapping[str, Template] = {
    "disk_new": 'At {place:usb_port}: a disk more, "{detail}"; the box takes it away',
    "net_new": "At {place:usb_port}: a network interface more ({detail}); the box takes it down",
    "mount_new": "{detail} was mounted at {place}; the box unmounts it",
    "radio_on": "{detail:radio_fault}",
}
