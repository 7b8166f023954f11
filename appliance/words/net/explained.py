"""What the journal explains of the exam network, the line and its windows."""

from collections.abc import Mapping

from appliance.words.explanation import Explanation, explained

NET_EXPLAINED: Mapping[str, Explanation] = {
    "window.opened": explained(
        ("外网窗口打开", "只放行写明的服务器到写明的地址，到时由内核关闭，守护程序不在也一样。"),
        ("A window of the line was opened", "Only the named server reaches the named addresses; the kernel closes it in time, guard or not."),
    ),
    "window.closed": explained(("外网窗口关闭", "外网重新完全隔断。"), ("A window of the line was closed", "The line is wholly closed again.")),
    "network.held": explained(
        ("外网规则已设好", "规则已写入内核并读回；是否真的隔断由幽灵机逐分钟验证。"),
        ("The rules for the line hold", "They are in the kernel and were read back; whether they hold is proven by packets each minute of an exam."),
    ),
    "network.drifted": explained(
        ("外网规则被改动", "有别的程序或人改了规则，监控盒正在改回。", "请查看是谁改的：nft list ruleset，journalctl。"),
        ("The rules for the line were changed", "Another program or person did it; they are put right.", "Find out who: nft list ruleset, journalctl."),
    ),
    "network.proof_asked": explained(
        ("有人要求用全部种类验证外网隔断", "封场前的检查会这样做；验证完会另记一条。"),
        ("A proof by every kind was asked for", "The check before a seal does; the run's own row follows."),
    ),
    "network.foreign": explained(
        ("别的程序加了网络规则，已删除", "监控盒上的网络规则只由守护程序设；别的程序加一次删一次，外网照样隔断。", "请停用加规则的程序：Docker、firewalld、ufw 等；nft list ruleset 可以看到它。"),
        ("Another program's network rules were removed", "On the box the guard alone sets rules; others' are removed each time, the line stays closed.", "Stop that program: Docker, firewalld, ufw …; nft list ruleset shows it."),
    ),
    "network.unreadable": explained(
        ("外网规则读不到", "不知道规则是否还在，因此不算隔断。", "请查看 nft list ruleset；不放心时拔下外网线。"),
        ("The rules for the line cannot be read", "Whether they are still there is not known, so the line does not count as closed.", "Look at nft list ruleset; in doubt, unplug the line."),
    ),
    "network.ledger": explained(
        ("拦下的连接", "某台机器试图做写明的事，被拦下（演练时只记录）。多半是系统自带的后台，不等于有人作弊。"),
        ("What was blocked", "A machine tried what is named and was blocked (in a rehearsal only counted). Most is background of its system and accuses nobody."),
    ),
    "network.flooded": explained(
        ("拦下的太多，稍后补记", "计数不受影响，只是记录慢一些写。", "请查看是哪台机器：venue net status。"),
        ("Too much was blocked to write it all now", "The counters go on, the rows follow.", "See which machine it is: venue net status."),
    ),
    "network.stranger": explained(
        ("考试网里没有登记的设备", "它的地址不在座位表和设备表里；它仍然出不了外网。", "请按写明的端口去找；是自己的设备就登记进配置。"),
        ("A device nobody listed", "Its address is in no list; it cannot reach the line either.", "Look at the named port; list it where it is yours."),
    ),
    "network.moved": explained(
        ("座位的机器不在登记的地方", "地址或接口与座位表不同。", "请核对是否换过线；换机请用：venue seat。"),
        ("A seat's machine is not where it is listed", "Its address or port differs from the seat list.", "See whether a cable was moved; for a machine that was replaced: venue seat."),
    ),
    "network.doubled": explained(
        ("一个网络地址有多台机器在用", "其中一台会时通时断，可能影响作答。", "请按写明的硬件地址找到并改正其中一台。"),
        ("Several machines have one address", "One of them will work now and then only, which may hurt a candidate.", "Find them by their hardware addresses and set one right."),
    ),
    "network.offered": explained(
        ("考试网里有设备在发地址或冒充路由", "考试机可能因此连到别处。", "请找到这台设备并断开：它不应当在考试网里。"),
        ("A device offers addresses or plays the router", "Seats may be led elsewhere by it.", "Find it and unplug it: it has no business in the exam network."),
    ),
    "network.present": explained(("考试网设备上线或离线", "登记的设备（管理机、签到、监控）的在线情况有变化。"), ("Devices of the exam network came or went", "Of those that are listed: management, sign-in, cameras.")),
    "network.unknown": explained(
        ("考试网读不到", "写明的那一部分没有读数；原因为空表示恢复。", "请检查监控盒的网线和网口。"),
        ("The exam network cannot be read", "The named part gives no reading; an empty reason: it does again.", "Check the box's cables and ports."),
    ),
    "network.proven": explained(
        ("外网隔断验证的结果", "幽灵机像考试机一样向外发包，看有没有出得去的。leaked 为空就是隔断。", "有出得去的：请立即断开监控盒的外网线并上报。"),
        ("What the proof of the line gave", "The ghost machine fired as a seat would; `leaked` names what came out, and is empty where the line is closed.", "Where something came out: unplug the box's line at once and report."),
    ),
    "network.unproven": explained(
        ("外网隔断没有验证成", "验证没有做完，不等于没有隔断；三分钟没有验证就显示为未知。", "请看写明的原因；也可以手动验证：venue net prove。"),
        ("The line could not be proven closed", "The proof was not finished, which does not say that the line is open; after three minutes it is unknown.", "See the reason; by hand: venue net prove."),
    ),
    "network.rehearsal_started": explained(
        ("外网演练开始", "只记录会拦下什么，暂不拦截；只在开放阶段可以做，到时自动恢复隔断。"),
        ("A rehearsal of the line began", "What would be blocked is counted and let through; in the open phase only, and it ends by itself."),
    ),
    "network.rehearsal_ended": explained(("外网演练结束", "外网重新隔断。"), ("The rehearsal of the line ended", "The line is closed again.")),
}
