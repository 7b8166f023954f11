"""Names of offices, and of the fields of a form."""

from collections.abc import Mapping

PEOPLE_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "role": {
        "chief": ("主考", "chief examiner"),
        "deputy": ("副主考", "deputy"),
        "technician": ("技术负责人", "technical lead"),
    },
    "field": {
        "name": ("姓名", "name"),
        "role": ("身份", "office"),
        "by": ("姓名", "name"),
        "minutes": ("分钟数", "minutes"),
        "consent": ("同意人", "who consented"),
        "reason": ("原因", "reason"),
        "text": ("内容", "text"),
        "to": ("报给谁", "who was told"),
        "told_at": ("几时", "when"),
        "answer": ("答复", "answer"),
        "outcome": ("处理结果", "outcome"),
        "class": ("事件级别", "class"),
        "seat": ("座位", "seat"),
        "spare": ("备用机", "spare"),
        "room": ("考场", "room"),
        "mac": ("网卡地址", "MAC"),
        "ip": ("IP 地址", "IP address"),
        "port": ("USB 口", "port"),
        "chief": ("主考姓名", "chief's name"),
        "technician": ("技术负责人姓名", "technical lead's name"),
    },
}
