"""Why a venue needs somebody, in Chinese: the province's pull says it in English sentences, each of which stands here.

A sentence that stands here twice is none: the first that fits counts. One that does not stand here is shown as it came.
"""

import re
from collections.abc import Mapping

from appliance.words.languages import LANGUAGES

_BUNDLE = re.compile(r"(?P<name>[\w.-]{1,40}-[0-9]{6,12}-[0-9]{8}T[0-9]{6}Z-[a-z.]+): (?P<rest>.*)", re.DOTALL)

# English as the pull says it, {x} stands for anything; Chinese.
REASONS: Mapping[str, str] = {
    "missing: bundle {numbers}": "缺第 {numbers} 份备份，考点没有说明去向",
    "number {number} is there twice: two boxes, or one that was set back": "编号 {number} 有两份：有两台监控盒，或"
    "监控盒退回了旧状态",
    "its newest bundle is {name}; a newer one is here: its box was set back or replaced": "考点最新的是 {name}，"
    "而此处有更新的：监控盒退回了旧状态，或已更换",
    "its signing key is not known here: {how}": "尚未核对该考点的签名密钥：{how}",
    "more is wrong than can be told": "问题太多，此处列不全",
    "its share of the disk here is full: {used}; {count} bundles wait for room": "此考点的磁盘份额已满：{used}；"
    "{count} 份备份在等空间",
    "its share of the disk here is nearly full: {used}": "此考点的磁盘份额快满了：{used}",
    "its manifest rotted here, or nobody knows its key": "清单在此处损坏，或无人认得它的密钥",
    "the sealed file is gone or cut here; it is fetched again": "加密文件在此处缺失或残缺，正在重新取回",
    "it promises {size} bytes, at most {most} are taken": "它说有 {size} 字节，最多只收 {most}",
    "another bundle of that name is here": "此处已有同名而内容不同的备份",
    "only the first bundle has none before it": "只有第一份备份可以没有前一份",
    "it follows another manifest than the one that is here as {names}": "它的前一份清单与此处的 {names} 不一致",
    "missing: the venue names it and does not have it": "考点列出了它，却没有这个文件",
    "the venue names it and does not have it": "考点列出了它，却没有这个文件",
    "the venue says {status}, later": "考点回答 {status}，稍后再试",
    "the venue says {status}": "考点回答 {status}",
    "the sealed file is not the one that was published": "加密文件不是当初发布的那一个",
    "bytes {range} were asked for, it sends others": "要的是字节 {range}，来的是别的",
    "it has fewer bytes than came before; from the beginning again": "字节比上次来的还少，从头再取",
    "{size} bytes were promised, it sends {sent}": "说好 {size} 字节，来的是 {sent}",
    "the venue refuses its receipt: it is signed by no key that the venue knows; give it a newer venue file": "考点不认"
    "这张回执：签名密钥不在考点文件里，请给它一份新的考点文件",
    "the venue refuses its receipt: it has no bundle of that name": "考点不认这张回执：它没有这份备份",
    "the venue refuses its receipt: its own manifest of that bundle does not hold there": "考点不认这张回执："
    "它自己的清单在那里已不完好",
    "the venue refuses its receipt: it published another file than the one that came here": "考点不认这张回执："
    "它发布的文件与此处收到的不同",
    "the venue refuses its receipt: it could not read it": "考点不认这张回执：它读不出来",
    "the venue refuses its receipt: {why}": "考点不认这张回执：{why}",
    "its receipt cannot be read here: {error}": "回执在此处读不出来：{error}",
    "the venue takes no receipt ({status})": "考点不收回执（{status}）",
    "the venue takes its receipt later ({status})": "考点稍后再收回执（{status}）",
    "its list: {why}": "考点的清单不对：{why}",
    "it answers for {code}": "它自称是 {code}",
    "another venue answers: {names}": "应答的是另一个考点：{names}",
    "not the certificate whose fingerprint stands in venues.toml": "证书不是 venues.toml 里写的那一张",
    "its certificate is refused: {why}": "它的证书不被接受：{why}",
    "it refuses the province's certificate: {why}": "它不接受省里的证书：{why}",
    "no TLS 1.3: {why}": "不是 TLS 1.3：{why}",
    "no HTTP: {why}": "应答不是 HTTP：{why}",
    "the line broke": "线路断了",
    "it ended without an answer": "没有应答就断开了",
    "it ended {count} bytes too early": "还差 {count} 字节就断开了",
    "no whole answer in its time": "应答没有按时来完",
    "no answer in its time": "没有按时应答",
    "it trickles: {count} bytes in {seconds} s": "来得太慢：{seconds} 秒只有 {count} 字节",
    "a head of more than {size} bytes": "应答头超过 {size} 字节",
    "{path}: an answer without its length": "{path}：应答没有写明长度",
    "{path}: an answer of {size} bytes, {most} at most were expected": "{path}：应答有 {size} 字节，最多应为 {most}",
    "no room for {name}: {free} bytes are free here": "放不下 {name}：此处只剩 {free} 字节",
    "the manifest is missing": "缺清单",
    "the manifest is that of {name}": "清单是 {name} 的",
    "the signature is wrong: the signed file was altered": "签名不对：签过名的文件被改动过",
    "signed by a key that allowed_signers does not name for {code}": "签名用的密钥不是 {code} 的，请与考点核对",
    "this key does not open it; it is sealed to other recipients": "这把密钥打不开：它是为别的收件密钥封的",
    "its sha256 is not the one its manifest names": "校验和与清单不符",
    "something follows the archive": "打开后末尾多出内容",
    "more members than can be kept in memory: it is not opened": "文件多得内存放不下，没有打开",
    "no file list": "里面没有文件清单",
    "{path}: the file list and the archive differ": "{path}：文件清单与内容不符",
    "{count} files of {source} were published": "清单所说与内容不符：{count} 个文件，来源 {source}",
    "the list as it was before counts on: {why}": "仍按原来的列表：{why}",
    "Connection refused": "连接被拒绝",
    "No route to host": "没有通往它的路由",
    "Network is unreachable": "网络不通",
    "Connection reset by peer": "连接被对方中断",
    "No space left on device": "省里的磁盘满了",
}  # fmt: skip
_HOLE = re.compile(r"\\\{(\w+)\\\}")
_PATTERNS = tuple(
    (re.compile(_HOLE.sub(r"(?P<\1>.+?)", re.escape(english)), re.DOTALL), chinese)
    for english, chinese in REASONS.items()
)


def reason(language: str, text: str) -> str:
    """What the pull said, in `language`."""
    if language != LANGUAGES[0]:
        return text
    if bundle := _BUNDLE.fullmatch(text):
        return f"{bundle['name']}：{reason(language, bundle['rest'])}"
    for pattern, chinese in _PATTERNS:
        if found := pattern.fullmatch(text):
            return chinese.format(**found.groupdict())
    return text
