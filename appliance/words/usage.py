"""What argparse says of a command line that it does not understand, by the message that it looks up (gettext)."""

from collections.abc import Mapping

# argparse of Python 3.11 to 3.13; a message that is not here stays English.
USAGE_ZH: Mapping[str, str] = {
    "usage: ": "用法：",
    "%(prog)s: error: %(message)s\n": "%(prog)s：%(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s：%(message)s",
    "unrecognized arguments: %s": "多写了看不懂的 %s",
    "not allowed with argument %s": "不能和 %s 一起写",
    "ignored explicit argument %r": "后面不能带 %r",
    "the following arguments are required: %s": "还缺 %s",
    "one of the arguments %s is required": "%s 要写其中一个",
    "expected one argument": "后面要写一个值",
    "expected at most one argument": "后面最多写一个值",
    "expected at least one argument": "后面至少写一个值",
    "expected %s argument": "后面要写 %s 个值",
    "expected %s arguments": "后面要写 %s 个值",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s 不明确，可能是 %(matches)s",
    "unexpected option string: %s": "不认识 %s",
    "invalid %(type)s value: %(value)r": "%(value)r 写得不对",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)r，可以写 %(choices)s",
    "invalid choice: %(value)r, maybe you meant %(closest)r? (choose from %(choices)s)":
        "没有 %(value)r，是不是 %(closest)r？可以写 %(choices)s",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "没有 %(parser_name)r，可以写 %(choices)s",
}  # fmt: skip


def usage_text(message: str) -> str:
    """The message in Chinese, its fields as they are."""
    return USAGE_ZH.get(message, message)
