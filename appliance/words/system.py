"""What the system says when a file or a line can not be used, in a plain word by its number (errno(3))."""

import errno
import os
from collections.abc import Mapping

from appliance.words.languages import LANGUAGES
from appliance.words.plain import plain_text

# English is the C library's own word, which technicians look up.
_ZH: Mapping[int, str] = {
    errno.ENOENT: "没有这个文件或目录",
    errno.ENOTDIR: "路径当中有一段不是目录",
    errno.EISDIR: "这是目录，不是文件",
    errno.EEXIST: "已经有了，不覆盖",
    errno.ENOTEMPTY: "目录不是空的",
    errno.ENAMETOOLONG: "名字太长",
    errno.ELOOP: "符号链接绕成了圈，或不允许是符号链接",
    errno.EINVAL: "系统不接受这个名字或内容",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘份额已满",
    errno.EFBIG: "文件太大，这个磁盘放不下",
    errno.EROFS: "磁盘是只读的，写不了",
    errno.EIO: "读写出错，磁盘或 U 盘可能坏了",
    errno.ENXIO: "设备不在了",
    errno.ENODEV: "设备不在了",
    errno.EBUSY: "正被占用，请稍后再试",
    errno.ETXTBSY: "正被占用，请稍后再试",
    errno.EAGAIN: "正被占用，请稍后再试",
    errno.EMFILE: "打开的文件太多，请稍后再试",
    errno.ENFILE: "打开的文件太多，请稍后再试",
    errno.ENOMEM: "内存不够，请稍后再试",
    errno.EXDEV: "两处不在同一个磁盘上",
    errno.EADDRINUSE: "这个地址已被别的程序占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.ECONNREFUSED: "对方没有应答（连接被拒绝）",
    errno.ECONNRESET: "连接断了",
    errno.EPIPE: "连接断了",
    errno.ETIMEDOUT: "等了太久，没有应答",
    errno.EHOSTUNREACH: "网络不通，到不了对方",
    errno.ENETUNREACH: "网络不通，到不了对方",
}


def system_reason(language: str, number: int, own: str = "") -> str:
    """Why, by the system's number; `own` is its own word, said with the number where there is none of ours."""
    word = plain_text(own or (os.strerror(number) if number else "?"))
    if language != LANGUAGES[0]:
        return word if number in _ZH or not number else f"{word} (errno {number})"
    if number in _ZH:
        return _ZH[number]
    return f"系统报错：{word}（errno {number}）" if number else f"系统报错：{word}"


def with_file(language: str, file: str, reason: str) -> str:
    """The reason with the name of the file before it, where there is one."""
    named = plain_text(file, limit=300)
    return f"{named}{'：' if language == LANGUAGES[0] else ': '}{reason}" if named else reason
