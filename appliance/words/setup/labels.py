"""The technician's first hour and last one: questions, steps, what was done."""

from collections.abc import Mapping

from appliance.words.sentences import Template

SETUP_LABELS: Mapping[str, tuple[Template, Template]] = {
    "diag_written": (
        "已写好 {file}（{kib} KiB，{count} 部分）。不含口令、密钥和考生信息，可以发给帮助您的人。",
        "{file} is written ({kib} KiB, {count} parts); no PIN, key or candidate is in it: it may be sent.",
    ),
    "diag_missing": ("没有取到 {part}：{reason}", "{part} could not be taken: {reason}"),
    "diag_unwritten": ("写不了 {file}：{reason}", "{file} cannot be written: {reason}"),
}
