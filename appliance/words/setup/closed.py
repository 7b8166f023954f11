"""Why a box is not changed now, and what to do about it."""

from collections.abc import Mapping

from appliance.words.languages import LANGUAGES

_WHY: Mapping[str, tuple[str, str]] = {
    "sealed": (
        "考点已封场：现在不改。考完这一批再做；一定要改的，先由两人解除封场（venue unseal）。",
        "The venue is sealed: nothing is changed now. After the batch, or once two people lift it (venue unseal).",
    ),
    "exam": (
        "正在考试：现在不改。收卷完成以后再做（venue status 显示到几点）。",
        "A sitting is on: nothing is changed now. Once it is collected; venue status says until when.",
    ),
    "silent": (
        "守护程序没有应答，记录里最后是已封场：现在不改。请先运行 systemctl restart venue-guard；"
        "起不来的，看 systemctl status venue-guard。",
        "The guard does not answer, and by its record the venue is sealed: nothing is changed now. "
        "First systemctl restart venue-guard; where it does not start, systemctl status venue-guard says why.",
    ),
    "silent-exam": (
        "守护程序没有应答，按记录的日程正在考试：现在不改。请先运行 systemctl restart venue-guard；"
        "起不来的，看 systemctl status venue-guard。",
        "The guard does not answer, and by the timetable on record a sitting is on: nothing is changed now. "
        "First systemctl restart venue-guard; where it does not start, systemctl status venue-guard says why.",
    ),
    "unreadable": (
        "守护程序没有应答，记录也读不出来，不知道是不是已封场：现在不改。请先看 systemctl status venue-guard。",
        "The guard does not answer and its record can not be read: nobody knows whether the venue is sealed, so "
        "nothing is changed now. See systemctl status venue-guard first.",
    ),
    "missing": (
        "守护程序没有应答，这台盒子的记录也找不到（记录所在的盘可能没有挂上），不知道是不是已封场：现在不改。"
        "请先看 systemctl --failed，把盘挂上，再运行 systemctl restart venue-guard。",
        "The guard does not answer and the record of this box is not there (its disk may not be mounted): nobody knows "
        "whether the venue is sealed, so nothing is changed now. See systemctl --failed, have the disk mounted, then "
        "systemctl restart venue-guard.",
    ),
}


def closed_sentence(language: str, why: str) -> str:
    """The sentence for one of the reasons of `appliance.cli.closed`."""
    return _WHY[why][LANGUAGES.index(language)]
