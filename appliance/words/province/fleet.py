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
}
