"""The names of windows of the line, and why they close."""

from collections.abc import Mapping

NET_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "window": {
        "pull": ("省里取备份", "pulls by the province"),
        "paper": ("下载试卷", "papers"),
        "upload": ("上传答案", "upload"),
        "maintenance": ("服务器维护", "server maintenance"),
        "other": ("其他", "other"),
    },
    "window_over": {
        "expired": ("时间到", "its time is over"),
        "sealed": ("已经封场", "the venue is sealed"),
        "restarted": ("监控盒重新启动", "the box started anew"),
        "person": ("有人关闭", "somebody closed it"),
    },
}
