"""What `venue enrol` says, and its help lines in Chinese."""

from collections.abc import Mapping

from appliance.words.languages import LANGUAGES

ENROL_HELP_ZH: Mapping[str, str] = {
    "take the province's venue file: who this venue is, its keys and certificate": "装入省里发的考点文件：考点身份、"
    "钥匙和证书",
    "the venue file, by hand from the province": "考点文件，由省里当面或人工送达",
    "its 30 digits, as the province read them out; no question is asked then": "它的 30 位校验数字，"
    "由省里电话念出；给出后不再询问",
    "this box becomes another venue's": "本机改为另一个考点",
}
_NEXT = (
    "    venue config check && venue config apply\n    systemctl restart venue-guard && systemctl reload nginx"
)
_SAID: Mapping[str, tuple[str, str]] = {
    "file": (
        "考点文件：{code} {name}，第 {serial} 号，{issued} 制作",
        "Venue file: {code} {name}, file {serial}, made {issued}",
    ),
    "before": ("现在装的：{code}，第 {serial} 号", "In place now: {code}, file {serial}"),
    "compare": (
        "请打电话给省里，两边核对这 30 位数字：\n\n    {fingerprint}\n",
        "Call the province and compare these 30 digits:\n\n    {fingerprint}\n",
    ),
    "ask": ("数字完全一样，就输入 yes：", "Type yes if every digit is the same: "),
    "declined": ("没有装入，一切照旧。", "Not taken; everything is as it was."),
    "differs": (
        "校验数字与给出的不一样，没有装入。请先与省里电话核对，不要用这个文件。",
        "The digits are not the ones given: nothing was taken. Call the province, and do not use this file.",
    ),
    "done": ("已装入：{code} {name}，第 {serial} 号。", "Enrolled: {code} {name}, file {serial}."),
    "next": (
        f"接着运行：\n{_NEXT}",
        f"Now run:\n{_NEXT}",
    ),
    "dial": (
        "本考点主动连省里。请把这一行交给省里（电话核对后再登记）：",
        "This venue calls the province. Give the province this line, and compare it by phone:",
    ),
}


def enrol_sentence(language: str, key: str, **values: object) -> str:
    """The sentence `key` in `language`."""
    return _SAID[key][LANGUAGES.index(language)].format(**values)
