"""One plain sentence for every kind of event of the supply, its tests, its end, and the panel."""

from collections.abc import Mapping

from appliance.words.sentences import Both, By

# In the order of appliance.events.bodies; said through appliance.words.event_sentences.
POWER_EVENTS: Mapping[str, Both] = {
    "power.discharged": Both(
        By(
            "blip",
            {"true": "市电闪断 {lasted_s} 秒，后备电源 {ups} 接上了"},
            By(
                "test",
                {
                    "true": By(
                        "ended",
                        {
                            "low": "放电测试：{ups} 撑了 {held_s:lasting}后电量低",
                            "off": "放电测试：{ups} 撑了 {held_s:lasting}后无输出",
                            "lost": "放电测试：{ups} 至少撑了 {held_s:lasting}，之后读不到",
                            "box-down": "放电测试：{ups} 至少撑了 {held_s:lasting}，之后监控盒断电",
                        },
                        (
                            "放电测试：{ups} 供电 {held_s:lasting}，电量 {charge_from:whole}% → {charge_to:whole}%",
                            "放电测试：{ups} 供电 {held_s:lasting}",
                        ),
                    )
                },
                By(
                    "ended",
                    {
                        "low": "停电 {lasted_s:lasting}：{ups} 撑了 {held_s:lasting}后电量低",
                        "off": "停电 {lasted_s:lasting}：{ups} 撑了 {held_s:lasting}后无输出",
                        "lost": "停电中 {ups} 读不到了：至少撑了 {held_s:lasting}",
                        "box-down": "停电中监控盒断电：{ups} 至少撑了 {held_s:lasting}",
                    },
                    (
                        "停电 {lasted_s:lasting}后恢复：{ups} 供电，电量 {charge_from:whole}% → {charge_to:whole}%",
                        "停电 {lasted_s:lasting}后恢复：{ups} 供电",
                    ),
                ),
            ),
        ),
        By(
            "blip",
            {"true": "Mains gone for {lasted_s} s, bridged by {ups}"},
            By(
                "test",
                {
                    "true": By(
                        "ended",
                        {
                            "low": "Discharge test: {ups} held {held_s:lasting}, then its battery was low",
                            "off": "Discharge test: {ups} held {held_s:lasting}, then gave no output",
                            "lost": "Discharge test: {ups} held {held_s:lasting} at least, then fell silent",
                            "box-down": "Discharge test: {ups} held {held_s:lasting} at least, then the box "
                            "went dark",
                        },
                        (
                            "Discharge test: {ups} supplied for {held_s:lasting}, charge {charge_from:whole} → "
                            "{charge_to:whole} %",
                            "Discharge test: {ups} supplied for {held_s:lasting}",
                        ),
                    )
                },
                By(
                    "ended",
                    {
                        "low": "Mains lost for {lasted_s:lasting}: {ups} held {held_s:lasting}, then its "
                        "battery was low",
                        "off": "Mains lost for {lasted_s:lasting}: {ups} held {held_s:lasting}, then gave no "
                        "output",
                        "lost": "Mains lost and {ups} fell silent: it held {held_s:lasting} at least",
                        "box-down": "Mains lost and the box went dark: {ups} held {held_s:lasting} at least",
                    },
                    (
                        "Mains back after {lasted_s:lasting} on {ups}, charge {charge_from:whole} → "
                        "{charge_to:whole} %",
                        "Mains back after {lasted_s:lasting} on {ups}",
                    ),
                ),
            ),
        ),
    ),
    "power.doubted": Both(
        ("后备电源 {ups} 说的话不可信：{doubts:doubts}", "后备电源 {ups} 的读数恢复可信"),
        ("UPS {ups} is not believed: {doubts:doubts}", "UPS {ups} is believed again"),
    ),
    "power.test_started": Both(
        By(
            "commanded",
            {"true": "放电测试开始：{ups} 自行放电 {minutes} 分钟，电量到 {floor_percent}% 就停（{by}）"},
            "放电测试开始：拔下 {ups} 的市电插头 {minutes} 分钟，电量到 {floor_percent}% 就插回（{by}）",
        ),
        By(
            "commanded",
            {
                "true": "Discharge test of {ups} began by command: {minutes} min, no lower than "
                "{floor_percent} % ({by})"
            },
            "Discharge test of {ups} began by hand: {minutes} min, no lower than {floor_percent} % ({by})",
        ),
    ),
    "power.test_ended": Both(
        ("放电测试结束（{ups}，{by}）：{outcome:trial_outcome}", "放电测试结束（{ups}）：{outcome:trial_outcome}"),
        (
            "Discharge test of {ups} ended by {by}: {outcome:trial_outcome}",
            "Discharge test of {ups} ended: {outcome:trial_outcome}",
        ),
    ),
    "power.drill_started": Both(
        "拔插头演练开始：拔下 {ups} 的市电插头（{by}）",
        "Plug drill: {by} pulls the mains plug of {ups} now",
    ),
    "power.drill_ended": Both(
        "拔插头演练结束（{ups}）：{outcome:power_drill}", "Plug drill of {ups} ended: {outcome:power_drill}"
    ),
    "power.battery_replaced": Both(
        ("后备电源 {ups} 换了新电池，须重新实测（{by}）：{note}", "后备电源 {ups} 换了新电池，须重新实测（{by}）"),
        ("UPS {ups} has a new battery and must be tested ({by}): {note}",
         "UPS {ups} has a new battery and must be tested ({by})"),
    ),
    "power.swapped": Both(
        ("后备电源 {ups} 换成了另一台，须重新实测（{by}）：{note}", "后备电源 {ups} 换成了另一台，须重新实测（{by}）"),
        ("UPS {ups} was swapped for another and must be tested ({by}): {note}",
         "UPS {ups} was swapped for another and must be tested ({by})"),
    ),
    "ending.begun": Both(
        "后备电源 {ups} 快用完（{signs:sign}）：监控盒做最后备份、封存记录",
        "UPS {ups} is nearly empty ({signs:sign}): last backup, then the record is sealed",
    ),
    "ending.agreed": Both(
        "{by} 同意停下接在 {ups} 上的服务器", "{by} agreed to stop the servers on {ups}"
    ),
    "ending.cancelled": Both(
        "{ups} 的收尾取消：{reason:ending_cancelled}", "The end of {ups} is off: {reason:ending_cancelled}"
    ),
    "ending.rested": Both(
        "监控盒已收尾：记录已封存、磁盘已写好，等市电恢复（{ups}）",
        "The box is in order: record sealed, disks written, waiting for the mains ({ups})",
    ),
    "ending.cut": Both(
        By(
            "box",
            {"true": "已让后备电源 {ups} 断开输出，市电恢复后再供电；监控盒随之关机"},
            "已让后备电源 {ups} 断开输出，市电恢复后再供电",
        ),
        By(
            "box",
            {"true": "UPS {ups} was asked to cut its output until the mains are back; the box powers off with it"},
            "UPS {ups} was asked to cut its output until the mains are back",
        ),
    ),
    "server.stopped": Both(
        ("服务器 {name} {outcome:server}：{detail}", "服务器 {name} {outcome:server}"),
        ("Server {name}: {outcome:server} ({detail})", "Server {name}: {outcome:server}"),
    ),
    "panel.pressed": Both("面板按钮按下", "The panel's button was pressed"),
    "panel.silenced": Both("蜂鸣器已静音（{by}）", "The buzzer was silenced ({by})"),
    "panel.tested": Both(
        "面板测试开始：灯亮、蜂鸣器响 10 秒（{by}）", "Panel test: lamps and buzzer for ten seconds ({by})"
    ),
    "panel.confirmed": Both(
        By("seen", {"true": "面板正常：{by} 看到灯亮、听到响声"}, "面板有问题：{by} 没有看到或没有听到"),
        By(
            "seen",
            {"true": "The panel works: {by} saw the lamps and heard the buzzer"},
            "The panel does not work: {by} did not see or hear it",
        ),
    ),
}  # fmt: skip
