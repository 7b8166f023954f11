"""One plain sentence for every kind of event about backups, and how their incidents are told when they open."""

from collections.abc import Mapping

from appliance.words.sentences import Both, By, Template

BACKUP_EVENTS: Mapping[str, Both] = {
    "backup.requested": Both("要求立即备份（{by}）", "A backup was asked for ({by})"),
    "bundle.published": Both(
        (
            "已加密保存{stage:stage}备份（{bundle_kind:bundle}），{files} 个文件，{sealed_bytes:size}；"
            "来源不完整：{incomplete}",
            "已加密保存{stage:stage}备份（{bundle_kind:bundle}），{files} 个文件，{sealed_bytes:size}",
        ),
        (
            "Sealed {stage:stage} backup stored ({bundle_kind:bundle}): {files} files, {sealed_bytes:size}; "
            "not whole: {incomplete}",
            "Sealed {stage:stage} backup stored ({bundle_kind:bundle}): {files} files, {sealed_bytes:size}",
        ),
    ),
    "backup.failed": Both(
        (
            "备份没有做成（{code:backup_fault}），已有的备份都在。技术细节：{reason}",
            "备份没有做成，已有的备份都在。技术细节：{reason}",
        ),
        (
            "A backup failed ({code:backup_fault}), every older one stands: {reason}",
            "A backup failed, every older one stands: {reason}",
        ),
    ),
    "bundle.receipted": Both("省里已收到备份 {name}", "The province holds the backup {name}"),
    "province.asked": Both("省里来查询有哪些备份", "The province asked which backups there are"),
    "receipt.refused": Both(
        "外网送来 {count} 份不是省里签发的回执，没有登记，备份都在。技术细节：{reason}",
        "{count} things came over the line as receipts and are none; nothing was noted, every bundle is here: {reason}",
    ),
    "bundle.pruned": Both(
        (
            "省里已收的旧备份已从 {place} 清理（{reason:prune_reason}）：{names:count} 份，{sealed_bytes:size}",
            "省里已收的旧备份已清理（{reason:prune_reason}）：{names:count} 份，{sealed_bytes:size}",
        ),
        (
            "Old backups that the province holds were removed from {place} ({reason:prune_reason}): {names:count}, "
            "{sealed_bytes:size}",
            "Old backups that the province holds were removed ({reason:prune_reason}): {names:count}, "
            "{sealed_bytes:size}",
        ),
    ),
    "outbox.read": Both(
        "备份空间：已用 {used_bytes:size}，共 {limit_bytes:size}；省里尚未收到 {owed} 份",
        "Room for backups: {used_bytes:size} of {limit_bytes:size} used; {owed} not with the province yet",
    ),
    "copy.read": Both(
        (
            "备份副本 {place} 没有跟上（{fault:copy_fault}），缺 {lacking} 份",
            "备份副本 {place} 已齐：{bundles} 份，新增 {copied} 份",
        ),
        (
            "The copies in {place} are behind ({fault:copy_fault}): {lacking} lacking",
            "The copies in {place} are complete: {bundles} bundles, {copied} new",
        ),
    ),
    "backup.drilled": Both(
        By(
            "result",
            {
                "passed": By(
                    "files",
                    {"0": "备份演练：来源里还没有文件，没有可以比对的"},
                    "备份演练通过：{files} 个文件还原后逐一比对一致，用时 {seconds:whole} 秒",
                )
            },
            (
                "备份演练没有通过：来源没有取全：{faulty}",
                "备份演练没有通过：{files} 个文件中有 {differing} 个与来源不一致，{reason}",
                "备份演练没有通过：{files} 个文件中有 {differing} 个与来源不一致",
            ),
        ),
        By(
            "result",
            {
                "passed": By(
                    "files",
                    {"0": "The backup drill: the sources hold no file yet, so nothing could be compared"},
                    "The backup drill passed: {files} files restored and compared, {seconds:whole} s",
                )
            },
            (
                "The backup drill failed: not whole: {faulty}",
                "The backup drill failed: of {files} files {differing} are not as their source, {reason}",
                "The backup drill failed: of {files} files {differing} are not as their source",
            ),
        ),
    ),
}

# How an incident is told when it opens; `detail` is a code.
BACKUP_OPENED_ZH: Mapping[str, Template] = {
    "backup_failed": ("备份没有做成：{detail:backup_fault}", "备份没有做成"),
    "source_incomplete": "备份来源 {cause} 不完整：{detail:source_fault}",
    "answers_short": "最终备份里的答案比应收的少：{detail}",
    "outbox_full": "{detail:room_title}",
    "copy_failed": "备份副本 {cause} 没有跟上：{detail:copy_fault}",
}
BACKUP_OPENED_EN: Mapping[str, Template] = {
    "backup_failed": ("Backup failed: {detail:backup_fault}", "Backup failed"),
    "source_incomplete": "Source {cause} is not whole in the backup: {detail:source_fault}",
    "answers_short": "The last backup holds fewer answers than expected: {detail}",
    "outbox_full": "{detail:room_title}",
    "copy_failed": "The copies in {cause} are behind: {detail:copy_fault}",
}
