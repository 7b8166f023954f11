"""The fixed words of page and shell about USB, in both languages."""

from collections.abc import Mapping

USB_LABELS: Mapping[str, tuple[str, str]] = {
    "usb_device_word": ("USB 设备", "USB device"),
    "usb_named": ("“{name}”", ' "{name}"'),
    "usb_part": ("，只限{part:usb_kind}部分", ", only its part: {part:usb_kind}"),
    "usb_id": ("（{id}）", " ({id})"),
    "usb_grant_two": (
        "{place}：临时允许 {what}，到 {until}（{chief}、{by}；{reason}）",
        "At {place}: {what} granted until {until} ({chief}, {by}; {reason})",
    ),
    "usb_grant_one": (
        "{place}：临时允许 {what}，到 {until}（{by}；{reason}）",
        "At {place}: {what} granted until {until} ({by}; {reason})",
    ),
    # the card
    "usb_ports": ("监控盒 USB 口", "USB of the box"),
    "usb_not_blocked": ("没有拦住 {count} 个", "{count} NOT blocked"),
    "usb_blocked": ("拦下 {count} 个", "{count} blocked"),
    "usb_waiting": ("尚未接通 {count} 个", "{count} not connected yet"),
    "usb_unsure": ("未知 {count} 个", "{count} unknown"),
    "usb_granted_line": ("临时允许：{place}，到 {until}", "Granted: {place}, until {until}"),
    "usb_granted_more": (
        "临时允许 {count} 个，最近到时 {until}", "Let in: {count}, the first until {until}"
    ),
    "usb_row": ("{place}：{what}，{state:usb_device}（{why}）", "{place}: {what}, {state:usb_device} ({why})"),
    "usb_more": ("另有 {count} 个设备，见 venue usb list", "{count} more: see venue usb list"),
    # the second layer
    "attached_taken": ("多出的已断开 {count} 个", "{count} too much, taken away"),
    "attached_not_taken": ("多出的没有断开 {count} 个", "{count} too much, NOT taken away"),
    "attached_row": ("{what}，{state}（{why}）", "{what}: {state} ({why})"),
    "attached_disk": ("{what} {name}（{label}，{size:size}）", "{what} {name} ({label}, {size:size})"),
    "attached_named": ("{what} {name}（{label}）", "{what} {name} ({label})"),
    "attached_plain": ("{what} {name}", "{what} {name}"),
    "attached_more": ("另有 {count} 项，见 venue usb list", "{count} more: see venue usb list"),
    "radio_line": ("监控盒{radio}：{state}", "The box's {radio}: {state}"),
    # venue usb
    "usb_column_place": ("口", "Port"),
    "usb_column_what": ("是什么", "What it is"),
    "usb_column_state": ("现在", "Now"),
    "usb_column_why": ("依据", "Why"),
    "usb_column_kernel": ("内核", "Connected"),
    "usb_boot_extra": (
        "下次开机会多放行 {what}：请执行 venue config apply",
        "The next boot lets in too much, {what}: run venue config apply",
    ),
    "usb_boot_missing": (
        "下次开机不会放行 {what}：请执行 venue config apply",
        "The next boot does not let in {what}: run venue config apply",
    ),
    "usb_boot_faults": (
        "lockdown.conf 有看不懂的行：{what}",
        "lockdown.conf has lines that are not understood: {what}",
    ),
    "usb_boot_unreadable": ("lockdown.conf 读不到：{what}", "lockdown.conf can not be read: {what}"),
    "usb_none": ("没有插着 USB 设备", "No USB device is plugged in"),
    "usb_about_to": ("{place}：{what}（{state:usb_device}，{why}）", "{place}: {what} ({state:usb_device}, {why})"),
}  # fmt: skip
