"""What each cause about backups is called in Chinese, what to do about it and what to say on the phone."""

from collections.abc import Mapping

from appliance.words.causes import Cause

_FROM = "您好，我是{venue}主考"

BACKUP_CAUSES_ZH: Mapping[str, Cause] = {
    "backup_failed": Cause(
        place="备份",
        todo=(
            "原因：{detail:backup_fault}。已有的备份都在，考试照常进行；请技术人员查看，盒子会自动再试。",
            "已有的备份都在，考试照常进行。请技术人员查看原因，盒子会自动再试。",
        ),
        script=_FROM + "，本机备份{since}起没有做成，此前的备份都在。考试照常进行，技术人员正在处理。",
        reason="备份没有做成，此前的备份都在：请技术人员查看",
    ),
    "backup_late": Cause(
        place="备份",
        todo="此前的备份都在，考试照常进行。请技术人员查看备份；新备份做好以前请不要关考试服务器。",
        script=_FROM + "，本机备份没有按时做好，此前的备份都在。考试照常进行，技术人员正在处理。",
        reason="好一阵没有新的备份，此前的备份都在：请技术人员查看",
    ),
    "receipt_late": Cause(
        place="备份",
        todo="一般突发事件：做好的备份安全在本机；恢复后自动补传；可以离场。请电话报告省值班室。",
        script=_FROM + "，本场备份省里尚未收到，做好的备份安全在本机。恢复后自动补传，特此报告。",
        reason="省里尚未收到，做好的备份安全在本机；恢复后自动补传，请电话报告省值班室",
    ),
    "source_incomplete": Cause(
        place="备份",
        todo=(
            "{detail:source_fault}。此前的备份和其他来源都在，考试照常进行；请技术人员查看，盒子下次备份会再取。",
            "此前的备份和其他来源都在，考试照常进行。请技术人员查看，盒子下次备份会再取。",
        ),
        script=_FROM + "，{place}{since}起有一个来源不完整，此前的备份都在。考试照常进行，技术人员正在处理。",
        reason=(
            "备份来源 {place} 不完整（{detail:source_fault}）：请技术人员查看，此前的备份都在",
            "备份有一个来源不完整：请技术人员查看，此前的备份都在",
        ),
    ),
    "answers_short": Cause(
        place="备份",
        todo=(
            "已收/应收：{detail}。请对照缺考人数核对；核对无误请在这里记下并结束本项。",
            "请对照缺考人数核对；核对无误请在这里记下并结束本项。",
        ),
        script=_FROM + "，本场最终备份里的答案比应收的少，正在对照缺考人数核对。核对后再报告。",
        reason=(
            "最终备份里的答案 {detail}（已收/应收）：请对照缺考人数核对",
            "最终备份里的答案比应收的少：请对照缺考人数核对",
        ),
    ),
    "outbox_full": Cause(
        place="监控盒",
        todo="省里没有收到的备份不会删除。请技术人员把备份拷出或接通外网；已满时只做每场最后一份备份。",
        script=_FROM + "，监控盒的备份空间快用完了，已有的备份都在。技术人员正在处理，考试照常进行。",
        reason="监控盒的备份空间快用完：请技术人员把备份拷出，省里没有收到的不会删除",
    ),
    "copy_failed": Cause(
        place="备份副本",
        todo=(
            "{detail:copy_fault}。本机上的备份都在，考试照常进行；请技术人员查看，接好后自动补齐。",
            "本机上的备份都在，考试照常进行。请技术人员查看，接好后自动补齐。",
        ),
        script=_FROM + "，备份的第二份没有做成，本机上的备份都在。考试照常进行，技术人员正在处理。",
        reason=(
            "备份的第二份没有做成（{detail:copy_fault}），本机上的备份都在：请技术人员查看",
            "备份的第二份没有做成，本机上的备份都在：请技术人员查看",
        ),
    ),
}
