"""One plain sentence for every kind of event of USB, and the titles of its incidents: the place first."""

from collections.abc import Mapping

from appliance.words.sentences import Both, By
from appliance.words.usb.attached_sentences import ATTACHED_EVENTS, ATTACHED_TITLES


def _device_zh(tail: str) -> tuple[str, ...]:
    """Where, what, which, and `tail`; of an older record what it has of that."""
    return (
        "{port:usb_port}：{kinds:usb_kinds}“{name}”（{id}）" + tail,
        "{port:usb_port}：{kinds:usb_kinds}（{id}）" + tail,
        "{port:usb_port}：USB 设备“{name}”（{id}）" + tail,
        "{port:usb_port}：USB 设备（{id}）" + tail,
    )


def _device_en(tail: str) -> tuple[str, ...]:
    return (
        'At {port:usb_port}: {kinds:usb_kinds} "{name}" ({id})' + tail,
        "At {port:usb_port}: {kinds:usb_kinds} ({id})" + tail,
        'At {port:usb_port}: USB device "{name}" ({id})' + tail,
        "At {port:usb_port}: USB device ({id})" + tail,
    )


def _granted_zh(what: str) -> tuple[str, ...]:
    """Who let in which device for how long and why; by two people where a chief is named."""
    tail = "，{minutes:for_minutes}：{reason}"
    part = "，只限{part:usb_kind}部分" + tail
    return (
        what + "主考 {chief} 和 {technician} 允许使用 {port:usb_port}的“{name}”（{id}）" + part,
        what + "{technician} 允许使用 {port:usb_port}的“{name}”（{id}）" + part,
        what + "主考 {chief} 和 {technician} 允许使用 {port:usb_port}的“{name}”（{id}）" + tail,
        what + "主考 {chief} 和 {technician} 允许使用 {port:usb_port}的设备（{id}）" + tail,
        what + "{technician} 允许使用 {port:usb_port}的“{name}”（{id}）" + tail,
        what + "{technician} 允许使用 {port:usb_port}的设备（{id}）" + tail,
    )


def _granted_en(what: str) -> tuple[str, ...]:
    tail = " for {minutes:for_minutes}: {reason}"
    part = ", nothing of it but: {part:usb_kind}," + tail
    return (
        what + '{chief} and {technician} let in "{name}" ({id}) at {port:usb_port}' + part,
        what + '{technician} let in "{name}" ({id}) at {port:usb_port}' + part,
        what + '{chief} and {technician} let in "{name}" ({id}) at {port:usb_port}' + tail,
        what + "{chief} and {technician} let in the device ({id}) at {port:usb_port}" + tail,
        what + '{technician} let in "{name}" ({id}) at {port:usb_port}' + tail,
        what + "{technician} let in the device ({id}) at {port:usb_port}" + tail,
    )


# In the order of appliance.events.bodies; said through appliance.words.event_sentences. A row of `usb.plugged` is
# also written where a device that was there all along is let in or taken out: its words tell how it is.
USB_EVENTS: Mapping[str, Both] = {
    **ATTACHED_EVENTS,
    "usb.plugged": Both(
        By(
            "authorized",
            {"true": By("allowed", {"true": _device_zh("已接通")}, _device_zh("已接通，尚未拦下"))},
            By("allowed", {"true": _device_zh("允许使用，尚未接通")}, _device_zh("已拦下")),
        ),
        By(
            "authorized",
            {
                "true": By(
                    "allowed", {"true": _device_en(" connected")}, _device_en(" connected, not blocked yet")
                )
            },
            By("allowed", {"true": _device_en(" may be used, not connected yet")}, _device_en(" blocked")),
        ),
    ),
    "usb.unplugged": Both(
        "{port:usb_port}：USB 设备已拔出（{id}）", "At {port:usb_port}: USB device unplugged ({id})"
    ),
    "usb.unknown": Both("USB 口状态读不到：{reason:read_reason}", "USB cannot be read: {reason:read_reason}"),
    "usb.seen": Both("USB 口状态可以读到", "USB can be read"),
    "usb.granted": Both(
        By(
            "how",
            {"keyboard": _granted_zh("更换键盘："), "ups": _granted_zh("更换后备电源：")},
            _granted_zh(""),
        ),
        By(
            "how",
            {"keyboard": _granted_en("A keyboard replaced: "), "ups": _granted_en("A UPS replaced: ")},
            _granted_en(""),
        ),
    ),
    "usb.revoked": Both(
        By(
            "why",
            {"person": "{port:usb_port}：{by} 收回设备（{id}）的临时允许"},
            "{port:usb_port}：设备（{id}）的临时允许结束，{why:usb_over}",
        ),
        By(
            "why",
            {"person": "At {port:usb_port}: {by} took back the grant of the device ({id})"},
            "At {port:usb_port}: the grant of the device ({id}) is over, {why:usb_over}",
        ),
    ),
    "usb.boot": Both(
        By(
            "agrees",
            {"true": "开机时放行的设备（lockdown.conf）与设备清单一致"},
            (
                "开机时放行的设备清单（lockdown.conf）读不到：{unreadable}",
                "开机时放行的设备（lockdown.conf）与设备清单不一致，多出 {extra}：请技术人员执行 venue config apply",
                "开机时放行的设备（lockdown.conf）与设备清单不一致，缺少 {missing}：请技术人员执行 venue config apply",
                "lockdown.conf 中有看不懂的行（{faults}）：请技术人员执行 venue config apply",
            ),
        ),
        By(
            "agrees",
            {"true": "What is let in at boot (lockdown.conf) agrees with the list of devices"},
            (
                "What is let in at boot (lockdown.conf) can not be read: {unreadable}",
                "What is let in at boot (lockdown.conf) is not as listed, too much: {extra}; run venue config apply",
                "What is let in at boot (lockdown.conf) is not as listed, missing: {missing}; run venue config apply",
                "lockdown.conf has lines that are not understood ({faults}); run venue config apply",
            ),
        ),
    ),
}

# Titles of incidents: `kinds` where the device is still there to be asked, `detail` is its name.
USB_TITLES: Mapping[str, Both] = {
    **ATTACHED_TITLES,
    "usb": Both(
        ("{kinds:usb_kinds}“{detail}”插入，已拦下", "USB 设备“{detail}”插入，已拦下", "USB 设备插入，已拦下"),
        ('{kinds:usb_kinds} "{detail}" plugged in, blocked', 'USB device "{detail}" plugged in, blocked',
         "USB device plugged in, blocked"),
    ),
    "usb_open": Both(
        ("{kinds:usb_kinds}“{detail}”已接通，没有拦住", "USB 设备“{detail}”已接通，没有拦住",
         "USB 设备已接通，没有拦住"),
        ('{kinds:usb_kinds} "{detail}" connected, not blocked', 'USB device "{detail}" connected, not blocked',
         "USB device connected, not blocked"),
    ),
}  # fmt: skip
