"""What the province's own verbs say of all the venues, and their help lines in Chinese."""

from collections.abc import Mapping

FLEET_HELP_ZH: Mapping[str, str] = {
    "fetch every venue's bundles, open them, send receipts; goes on until ended": "从各考点取回备份、打开核对、"
    "发送回执；一直运行，直到结束它",
    "only of these venues; default: all": "只要这些考点；默认全部",
    "one round, and end": "各考点一遍，然后结束",
    "so many venues at once (default: 32)": "同时取多少个考点（默认 32）",
    "for all of them together; default: no limit": "全部合计每秒多少兆字节；默认不限",
    "seconds until a venue is asked again (default: 30)": "隔多少秒再问同一考点（默认 30）",
    "no bundle beyond that is taken (default: 8)": "超过多少 GB 的备份不收（默认 8）",
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
}
