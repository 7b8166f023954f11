"""What the province's own verbs say of all the venues, and their help lines in Chinese."""

from collections.abc import Mapping

from appliance.words.languages import LANGUAGES

FLEET_HELP_ZH: Mapping[str, str] = {
    "fetch every venue's bundles, open them, send receipts; goes on until ended": "从各考点取回备份、打开核对、"
    "发送回执；一直运行，直到结束它",
    "only of these venues; default: all": "只要这些考点；默认全部",
    "one round, and end": "各考点一遍，然后结束",
    "so many venues at once (default: 32)": "同时取多少个考点（默认 32）",
    "for all of them together; default: no limit": "全部合计每秒多少兆字节；默认不限",
    "seconds until a venue is asked again (default: 30)": "隔多少秒再问同一考点（默认 30）",
    "no bundle beyond that is taken (default: 8)": "超过多少 GB 的备份不收（默认 8）",
    "so much of the disk is one venue's at most, unless venues.toml says otherwise (default: 64)": "每个考点最多占用"
    "多少 GB 磁盘，venues.toml 另有规定的除外（默认 64）",
    "fetch alone; `province verify` opens them later": "只取回；以后用 `province verify` 打开核对",
    "make the file that makes a box this venue's own; again: a newer one": "制作某考点的考点文件；再做一次就是更新",
    "the venue's code, as 520100-03": "考点代码，如 520100-03",
    "as the page shows it": "页面上显示的考点名称",
    "where the box is reached; dial-out: it calls the province": "监控盒的地址；dial-out 表示由它连省里",
    "default: the one that enrol.toml names": "默认用 enrol.toml 写的那一份",
    "whom to phone, as technician=张工 138…": "联系人，如 technician=张工 138…",
    "hundreds at once: columns code, name, address, timetable, contact.ROLE": "一次做很多：列 code、name、address、"
    "timetable、contact.角色",
    "a stolen or replaced box: believe nothing more that it says": "被盗或换掉的监控盒：以后一概不认",
    "in place of a file: ask that venue over the line": "不用文件：直接向该考点取",
    "hash those that have one too; what rotted is set aside and pulled again": "有回执的也重新核对；"
    "损坏的移开、重新取回",
    "every venue: who is late and why first": "各考点：先看谁迟了、为什么",
    "as a page of its own": "写成一个网页",
    "a venue not heard for so many minutes is not reached (default: 5)": "多少分钟没有回音算联系不上（默认 5）",
    "a venue's files as they were, into a directory": "把考点的文件恢复到一个目录",
}

# Chinese, English.
FLEET_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("各考点备份", "Backups of all venues"),
    "venue": ("考点", "venue"),
    "sitting": ("场次", "sitting"),
    "answers": ("已收/应收", "answers"),
    "bundles": ("已收备份", "bundles"),
    "receipts": ("回执", "receipts"),
    "behind": ("落后", "behind by"),
    "contact": ("最近联系", "last contact"),
    "verdict": ("状态", "verdict"),
    "alarm": ("需要查看", "look at it"),
    "never": ("从未联系上", "never reached"),
    "silent": ("联系不上", "not reached"),
    "behind_verdict": ("正在补收", "catching up"),
    "unopened": ("待打开核对", "not opened yet"),
    "unsent": ("回执待送达", "receipt on its way"),
    "ok": ("已收齐", "all received"),
    "revoked": ("已作废", "shut out"),
    "none": ("没有考点：用 venue province enrol 制作考点文件", "No venue yet: venue province enrol makes their files"),
    "waiting": ("还差 {count} 份，{size}", "{count} more, {size}"),
    "all": ("{count} 个考点，{well} 个已收齐", "{count} venues, {well} of them all received"),
    "at": ("{time} 的情况", "As of {time}"),
    "gone": (
        "第 {numbers} 份不在此处：回执已到，监控盒按规定清理了",
        "bundle {numbers} is not here: the box took it away, once it had the receipt",
    ),
    "nothing": ("尚无", "nothing yet"),
    "minutes": ("{count} 分钟", "{count} min"),
    "hours": ("{count} 小时", "{count} h"),
    "days": ("{count} 天", "{count} d"),
}


def fleet_word(language: str, key: str, **values: object) -> str:
    """A word or sentence of the fleet's table in `language`."""
    return FLEET_WORDS[key][0 if language == LANGUAGES[0] else 1].format(**values)
