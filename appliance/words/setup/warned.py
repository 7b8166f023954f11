"""What `venue config check` warns of, in Chinese; the sentence comes in English from where it was found."""

import re
from collections.abc import Mapping

from appliance.words.languages import LANGUAGES

# What is matched is the whole sentence; the groups stand in the Chinese one by their number.
_SENTENCES: Mapping[str, str] = {
    r"network\.province: empty: .*": "network.province：没有填省里的地址：试卷取不了，备份也传不出去",
    r"network\.exam_server: none: .*": "network.exam_server：没有填考试服务器：给它开不了外网窗口",
    r"clock\.source: (.*): nothing vouches .*": "clock.source：{0}：监控盒的时间没有依据，不给考试网对时",
    r"network\.mode: (.*) is installed here: .*":
        "network.mode：这台机器装了 {0}，它的网络规则会被一次次删掉，请卸掉它",
    r"venue\.seats: (\d+) of (\d+) seats have no mac .*":
        "venue.seats：{1} 个座位里有 {0} 个没有填 MAC 或地址，会被当成陌生设备",
    r"venue\.seats: seats are not seen: network\.mode is off; .*":
        "venue.seats：看不到座位：网络没有启用，页面上写“未接入监测”",
    r"venue\.seats: seats are not seen: .*":
        "venue.seats：看不到座位：有座位既没有 MAC 也没有地址，页面上写“未接入监测”",
    r"venue\.seats: room (.*) has (\d+) spares, .* (\d+)":
        "venue.seats：{0} 考场有 {1} 台备用机，按规定要 {2} 台",
    r"(.*): stands otherwise in the venue file .*": "{0}：跟省里的考点文件不一样，以省里的为准",
    r"usb: this boot began without a venue .*":
        "usb：这次开机时还没有设置好，USB 口没有关；请重新启动（reboot），下次起就关上",
    r"usb: (.*) is not in the table of boards: .*":
        "usb：不认识 {0} 这种板：板上自带的 USB 设备（网卡也算）要写进 usb.allow",
    r"usb\.allow: (.*) hangs on (.*), which nothing lets in: .*":
        "usb.allow：{0} 接在 {1} 后面，而 {1} 没有放行，所以永远看不到它",
    r"network: (.*) is on USB and not let in at boot, .*: usb\.allow needs (.*); venue setup .*":
        "network：{0} 是 USB 网卡，没有登记，下次启动就不能用了：请做 venue setup --step 2（会写入 {1}）",
    r"ups: none: .*": "ups：没有登记后备电源，页面上说不出停电后服务器能撑多久",
    r"ups: no feeds name an exam server .*":
        "ups：没有一台后备电源写明接着考试服务器（feeds），说不出哪一台要紧",
    r"ups: (.*) hangs on none: .*": "ups：{0} 没有接后备电源，一停电就断",
    r"ups: (.*) is declared, not watched: .*": "ups：{0} 是手工登记的，没有接监测，页面上写“未接入监测”",
    r"ups: (.*): cut = false: .*": "ups：{0}：cut = false：停了的服务器来电后要人去开",
    r"backup\.recipients\[(\d+)\]: expires on (.*): .*":
        "backup.recipients[{0}]：公钥 {1} 到期，请向省里要新的",
    r"(.*): (ended|ends) on (.*), the province can not pull after it: .*":
        "{0}：证书 {2} 到期，之后省里取不到备份：请向省里要新的考点文件",
    r"(.*): it may leave USB and the line open at a boot: .*":
        "{0}：还在的话，启动后 USB 和外网可能不关：请执行 venue config apply",
    r"(/.*): does not say (.*): venue-install":
        "{0}：里面没有 {1}，启动最初一刻 USB 没有关：请执行 venue-install",
    r"(lockdown\.conf): (.*) is listed and not let in at boot: .*":
        "{0}：{1} 登记了，启动时却没有放行：请执行 venue config apply",
    r"(lockdown\.conf): (.*) is let in at boot and not listed: .*":
        "{0}：{1} 没有登记，启动时却会放行：请执行 venue config apply",
    r"(lockdown\.conf): (.*): not understood, grants nothing: .*":
        "{0}：{1} 这一行看不懂，不放行任何设备：请执行 venue config apply",
    r"(.*): (.*): what is let in at boot can not be told": "{0}：{1}，启动时放行哪些设备说不清",
}  # fmt: skip


def warned_sentence(language: str, text: str) -> str:
    """The sentence in `language`; as it came where there is none for it."""
    if language != LANGUAGES[0]:
        return text
    for pattern, said in _SENTENCES.items():
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return said.format(*found.groups())
    return text
