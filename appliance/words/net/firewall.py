"""What is said where the line's rules were changed by somebody else, or can not be read."""

from collections.abc import Mapping

from appliance.words.causes import Cause

_FROM_ZH = "您好，我是{venue}主考"
_FROM_EN = "This is the chief examiner of {venue}"

FIREWALL_CAUSES_ZH: Mapping[str, Cause] = {
    "network_drift": Cause(
        place="监控盒",
        todo="监控盒会自动改回，考试照常进行。请技术人员查看监控盒上是什么程序改动了外网规则。",
        script=_FROM_ZH + "，{since}监控盒的外网规则有改动，监控盒自动改回，考试照常进行。技术人员正在查看。",
        reason="监控盒的外网规则有改动，自动改回：请技术人员查看",
    ),
    "network_foreign": Cause(
        place="监控盒",
        todo="监控盒上另有程序（如 Docker、firewalld）加网络规则，加一次删一次，外网照样隔断，考试照常进行。"
        "请技术人员停用它：{detail}。",
        script=_FROM_ZH
        + "，监控盒上从{since}起另有程序加网络规则，监控盒都已删除，考试照常进行。技术人员正在停用它。",
        reason="监控盒上另有程序加网络规则，已删除：请技术人员停用它",
    ),
    "rules_unknown": Cause(
        place="监控盒",
        todo="请技术人员查看监控盒；已经设好的外网规则仍在内核里，考试照常进行。",
        script=_FROM_ZH + "，监控盒的外网规则从{since}起读不到，考试照常进行。技术人员正在查看。",
        reason="监控盒的外网规则读不到：请技术人员查看",
    ),
    "line_leaks": Cause(
        place="外网线路",
        todo="请立即拔下监控盒接外网的网线；考试机和考试服务器不受影响，考试照常进行。请技术人员查看漏出的种类。",
        script=_FROM_ZH + "，监控盒自测从{since}起发现外网没有完全隔断，考试照常进行。我们正在断开外网线。",
        reason="监控盒自测发现外网没有完全隔断：请立即拔下外网线",
    ),
    "line_unproven": Cause(
        place="监控盒",
        todo="请技术人员查看监控盒；外网规则仍然设着，只是没有验证成，考试照常进行。",
        script=_FROM_ZH
        + "，监控盒从{since}起没有验证成外网隔断，规则仍然设着，考试照常进行。技术人员正在查看。",
        reason="外网隔断没有验证成：请技术人员查看",
    ),
}
FIREWALL_CAUSES_EN: Mapping[str, Cause] = {
    "network_drift": Cause(
        place="The box",
        todo="The box puts it right by itself, the exam goes on. A technician looks for the program that did it.",
        script=_FROM_EN
        + "; since {since} the box's rules for the line were changed, the box puts them right. A technician is on it.",
        reason="The rules for the line were changed and are put right: a technician has a look",
    ),
    "network_foreign": Cause(
        place="The box",
        todo="Another program on the box (as Docker, firewalld) adds network rules, they are removed each time, the "
        "line stays closed and the exam goes on. A technician stops it: {detail}.",
        script=_FROM_EN
        + "; since {since} another program on the box adds network rules, the box removes them. A technician stops it.",
        reason="Another program on the box adds network rules, they are removed: a technician stops it",
    ),
    "rules_unknown": Cause(
        place="The box",
        todo="A technician looks at the box; the rules that were set still stand in the kernel, the exam goes on.",
        script=_FROM_EN
        + "; the box's rules for the line cannot be read since {since}. A technician is on it.",
        reason="The rules for the line cannot be read: a technician has a look",
    ),
    "line_leaks": Cause(
        place="The line",
        todo="Unplug the box's cable to the line now: seats and server are not touched, the exam goes on. A technician"
        " looks which kinds came out.",
        script=_FROM_EN
        + "; since {since} the box's own test finds the line not closed. It is being unplugged, the exam goes on.",
        reason="The box's own test finds the line not closed: unplug it now",
    ),
    "line_unproven": Cause(
        place="The box",
        todo="A technician looks at the box; the rules still stand, they are only not proven. The exam goes on.",
        script=_FROM_EN
        + "; since {since} the box cannot prove that the line is closed; its rules stand. A technician is on it.",
        reason="The line could not be proven closed: a technician has a look",
    ),
}
