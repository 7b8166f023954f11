"""One plain sentence for every kind of event of the exam network and of the windows of the line."""

from collections.abc import Mapping

from appliance.words.sentences import Both, By

# In the order of appliance.events.bodies; said through appliance.words.event_sentences.
NET_EVENTS: Mapping[str, Both] = {
    "window.opened": Both(
        By(
            "how",
            {
                "more": "{by} 把“{name:window}”窗口再开 {minutes:for_minutes}",
                "maintenance": (
                    "{technician} 打开“{name:window}”窗口 {minutes:for_minutes}（{server}）：{reason}",
                    "{technician} 打开“{name:window}”窗口 {minutes:for_minutes}：{reason}",
                ),
            },
            (
                "主考 {chief} 和 {technician} 打开“{name:window}”窗口 {minutes:for_minutes}（到 {to}）：{reason}",
                "主考 {chief} 和 {technician} 打开“{name:window}”窗口 {minutes:for_minutes}：{reason}",
            ),
        ),
        By(
            "how",
            {
                "more": "{by} keeps the window “{name:window}” open for {minutes:for_minutes} from now",
                "maintenance": (
                    "{technician} opens the window “{name:window}” for {minutes:for_minutes} ({server}): {reason}",
                    "{technician} opens the window “{name:window}” for {minutes:for_minutes}: {reason}",
                ),
            },
            (
                "{chief} and {technician} open the window “{name:window}” for {minutes:for_minutes} (to {to}): "
                "{reason}",
                "{chief} and {technician} open the window “{name:window}” for {minutes:for_minutes}: {reason}",
            ),
        ),
    ),
    "window.closed": Both(
        By(
            "why",
            {"person": "{by} 关闭“{name:window}”窗口"},
            "“{name:window}”窗口已关闭，{why:window_over}",
        ),
        By(
            "why",
            {"person": "{by} closes the window “{name:window}”"},
            "The window “{name:window}” is closed, {why:window_over}",
        ),
    ),
    "network.rehearsal_started": Both(
        "{technician} 开始外网演练 {minutes:for_minutes}：只记录，不拦截",
        "{technician} rehearses the line for {minutes:for_minutes}: what would be blocked is counted and let through",
    ),
    "network.rehearsal_ended": Both(
        By("why", {"person": "{by} 结束外网演练，外网重新隔断"}, "外网演练结束，{why:window_over}，外网重新隔断"),
        By(
            "why",
            {"person": "{by} ends the rehearsal of the line; it is closed again"},
            "The rehearsal of the line ends, {why:window_over}; it is closed again",
        ),
    ),
    "network.ledger": Both(
        By(
            "rehearsed",
            {
                "true": (
                    "演练中 {seat:seats}（{mac}）：{what:net_kind}，没有拦，累计 {packets} 个包（{to}）",
                    "演练中 {seat:seats}（{mac}）：{what:net_kind}，没有拦，累计 {packets} 个包",
                    "演练中未登记的机器（{mac}）：{what:net_kind}，没有拦，累计 {packets} 个包",
                )
            },
            (
                "{seat:seats}（{mac}）：{what:net_kind}，已拦下，累计 {packets} 个包（{to}）",
                "{seat:seats}（{mac}）：{what:net_kind}，已拦下，累计 {packets} 个包",
                "未登记的机器（{mac}）：{what:net_kind}，已拦下，累计 {packets} 个包",
            ),
        ),
        By(
            "rehearsed",
            {
                "true": (
                    "Rehearsed, {seat:seats} ({mac}): {what:net_kind}, let through, {packets} packets so far ({to})",
                    "Rehearsed, {seat:seats} ({mac}): {what:net_kind}, let through, {packets} packets so far",
                    "Rehearsed, a machine nobody listed ({mac}): {what:net_kind}, let through, {packets} so far",
                )
            },
            (
                "{seat:seats} ({mac}): {what:net_kind}, blocked, {packets} packets so far ({to})",
                "{seat:seats} ({mac}): {what:net_kind}, blocked, {packets} packets so far",
                "A machine nobody listed ({mac}): {what:net_kind}, blocked, {packets} packets so far",
            ),
        ),
    ),
    "network.flooded": Both(
        "拦下的太多，另有 {machines} 台机器的 {rows} 项稍后补记（共 {packets} 个包，计数不受影响）",
        "Too much was blocked to write it all now: {rows} rows of {machines} machines follow ({packets} packets, the "
        "counters go on)",
    ),
    "network.stranger": Both(
        By(
            "here",
            {"false": "没有登记的设备（{mac}）已不在考试网里"},
            (
                "考试网里有没有登记的设备：{mac}，地址 {ip}，接在 {port}",
                "考试网里有没有登记的设备：{mac}，地址 {ip}",
            ),
        ),
        By(
            "here",
            {"false": "The device nobody listed ({mac}) is gone"},
            (
                "A device nobody listed is in the exam network: {mac}, address {ip}, at {port}",
                "A device nobody listed is in the exam network: {mac}, address {ip}",
            ),
        ),
    ),
    "network.moved": Both(
        By(
            "here",
            {"false": "{seat:seats} 的机器不再在别处"},
            (
                "{seat:seats} 的机器不在登记的地方：地址 {ip}，接在 {port}",
                "{seat:seats} 的机器地址是 {ip}，和登记不同",
            ),
        ),
        By(
            "here",
            {"false": "The machine of {seat:seats} is no longer elsewhere"},
            (
                "The machine of {seat:seats} is not where it is listed: address {ip}, at {port}",
                "The machine of {seat:seats} has the address {ip}, which is not the listed one",
            ),
        ),
    ),
    "network.doubled": Both(
        By("here", {"false": "网络地址 {ip} 又只有一台机器在用"}, "网络地址 {ip} 有多台机器在用：{macs}"),
        By(
            "here",
            {"false": "The address {ip} belongs to one machine again"},
            "Several machines have the address {ip}: {macs}",
        ),
    ),
    "network.offered": Both(
        By(
            "here",
            {"false": "{mac} 不再{what:net_kind}"},
            ("考试网里 {name} 在{what:net_kind}（{mac}）", "考试网里有设备在{what:net_kind}：{mac}"),
        ),
        By(
            "here",
            {"false": "No more {what:net_kind} by {mac}"},
            (
                "In the exam network, {name} ({mac}): {what:net_kind}",
                "In the exam network, {mac}: {what:net_kind}",
            ),
        ),
    ),
    "network.present": Both(
        (
            "考试网设备上线 {arrived}；离线 {gone}",
            "考试网设备离线：{gone}",
            "考试网设备上线：{arrived}",
            "考试网设备情况可以读到",
        ),
        (
            "Devices present: {arrived}; gone: {gone}",
            "Devices gone: {gone}",
            "Devices present: {arrived}",
            "Devices can be seen",
        ),
    ),
    "network.unknown": Both(
        ("考试网读不到（{part:net_part}）：{reason:read_reason}", "考试网可以读到（{part:net_part}）"),
        (
            "The exam network cannot be read ({part:net_part}): {reason:read_reason}",
            "The exam network can be read ({part:net_part})",
        ),
    ),
    "network.held": Both(
        "外网规则已设好并读回，尚待验证", "The rules for the line are loaded and read back, not proven yet"
    ),
    "network.drifted": Both(
        "外网规则有改动，正在改回：{what}", "The rules for the line were changed and are put right: {what}"
    ),
    "network.foreign": Both(
        (
            "监控盒上另有程序加了网络规则，已删除：{tables}（共 {times} 次）",
            "一分钟内没有别的程序再加网络规则",
        ),
        (
            "Another program on the box added network rules, removed: {tables} ({times} times so far)",
            "No other program has added network rules for a minute",
        ),
    ),
    "network.proof_asked": Both(
        "{by} 要求用全部种类验证外网隔断", "{by} asks for a proof of the line by every kind"
    ),
    "network.proven": Both(
        ("外网没有完全隔断，出得去的连法：{leaked}", "外网隔断已验证：{kinds} 种连法，没有一种出得去"),
        (
            "The line is not closed, these came out: {leaked}",
            "The line is proven closed: {kinds} kinds, none came out",
        ),
    ),
    "network.unproven": Both("外网隔断没有验证成：{reason}", "The line could not be proven closed: {reason}"),
    "network.unreadable": Both("外网规则读不到：{reason}", "The rules for the line cannot be read: {reason}"),
}
