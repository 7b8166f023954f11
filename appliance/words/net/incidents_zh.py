"""What each cause of the exam network is called in Chinese, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause
from appliance.words.sentences import By

_FROM = "您好，我是{venue}主考"
_CALM = "已经拦下，考试照常进行。"

# Wording: as in incidents_zh. What tried is a program; what a person did, if anything, an invigilator sees.
NET_CAUSES: Mapping[str, Cause] = {
    "switch": Cause(
        place="考试网交换机",
        todo="请监考员先看考生能不能答题，不能的在座位等待，记下时间。请技术人员查交换机电源和监控盒的网线；"
        "考生照常答题的，登记为误报。",
        script=_FROM + "，{since}起看不到考试网里任何一台机器，可能是交换机断电。技术人员正在查，请指示。",
        reason="考试网一台机器也看不到：请监考员看考生能否答题，请技术人员先查交换机电源",
    ),
    "server_silent": Cause(
        place="考试服务器",
        todo="请监考员先看考生能不能答题，不能的在座位等待，记下时间。请技术人员查这台服务器的电源和网线；"
        "考生照常答题的，登记为误报。",
        script=_FROM + "，{place}从{since}起没有应答，正在核实考生能否答题。技术人员正在查，请指示。",
        reason="考试服务器没有应答：请监考员看考生能否答题，请技术人员查服务器",
    ),
    "outward": Cause(
        place="考试机",
        todo=By(
            "detail",
            {
                "spoofed-mac": "网络地址和登记的不一样。" + _CALM + "请技术人员核对这台机器的登记。",
                "spoofed-ip": "网络地址和登记的不一样。" + _CALM + "请技术人员核对这台机器的登记。",
                "arp-spoof": _CALM + "请技术人员到座位核对这台机器的网络地址。",
                "dhcp-server": _CALM + "请技术人员到座位查看是哪台设备在发网络地址。",
                "router-advertisement": _CALM + "请技术人员到座位查看是哪台设备在发网络地址。",
            },
            _CALM + "请监考员到座位看一眼，有没有打开考试以外的程序；没有就不用做什么。",
        ),
        script=_FROM
        + "，{place}{since}有程序连外网，已被拦下，常见是系统更新。监考员已到座位查看，特此报告。",
        reason=(
            "{place:seats}有程序连外网，已拦下（常见是系统更新）：请监考员到座位看一眼",
            "有程序连外网，已拦下（常见是系统更新）：请监考员到座位看一眼",
        ),
    ),
    "outward_many": Cause(
        place="考试机",
        todo=_CALM + "多台机器同时连外网，多半是系统或软件更新。请技术人员查看，监考员到座位看一眼。",
        script=_FROM
        + "，{since}有 {count} 台考试机的程序连外网，已被拦下，多半是系统更新。技术人员正在查看，特此报告。",
        reason="多台考试机有程序连外网，已拦下（多半是系统更新）：请技术人员查看",
    ),
    "stranger": Cause(
        place="考试网",
        todo="请技术人员按网络地址找到这台设备：是考点的就登记，不是的拔掉网线。考试照常进行。",
        script=_FROM + "，{since}考试网里发现没有登记的设备。技术人员正在查找，考试照常进行，特此报告。",
        reason=(
            "考试网里有没有登记的设备（{detail}）：请技术人员查找",
            "考试网里有没有登记的设备：请技术人员查找",
        ),
    ),
    "moved": Cause(
        place="考试机",
        todo="请技术人员核对：机器换过位置或网线插错口的，改回来，或更新座位登记。考试照常进行。",
        script=_FROM + "，有考试机的位置或网络地址和登记不一样。技术人员正在核对，考试照常进行。",
        reason="有考试机的位置或网络地址和登记不一样：请技术人员核对",
    ),
    "doubled": Cause(
        place="考试网",
        todo="两台机器用了同一个网络地址，可能时通时断。请技术人员找到没有登记的那一台，改地址或拔线。",
        script=_FROM + "，考试网里有两台机器用了同一个网络地址。技术人员正在处理，特此报告。",
        reason=(
            "两台机器用了同一个网络地址（{detail}）：请技术人员查找",
            "两台机器用了同一个网络地址：请技术人员查找",
        ),
    ),
    "offered": Cause(
        place="考试网",
        todo="考试网里有设备在发网络地址。是考点自己的，请技术人员登记；不是的，找到并拔掉。考试照常进行。",
        script=_FROM + "，{since}考试网里有设备在发网络地址。技术人员正在查找，考试照常进行，特此报告。",
        reason="考试网里有设备在发网络地址：请技术人员查找",
    ),
    "network_unknown": Cause(
        place="监控盒",
        todo="外网照样隔断，只是看不到拦下了什么。考试照常进行，请技术人员查看监控盒。",
        script=_FROM + "，监控盒从{since}起看不到考试网的情况，考试照常进行。技术人员正在查看。",
        reason="看不到考试网的情况，考试照常进行：请技术人员查看监控盒",
    ),
}
