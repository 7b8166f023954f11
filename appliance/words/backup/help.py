"""What the verbs of the backups say of themselves, in Chinese."""

from collections.abc import Mapping

BACKUP_HELP_ZH: Mapping[str, str] = {
    "newest bundle, receipts, room, copies; the exit code is for monitoring":
    "最近的备份、回执、空间、副本；退出码供监控使用",
    "critical where the newest bundle is older": "最近的备份早于这个时间就算严重",
    "bring a second place of backup.copies up; the guard does it by itself": "补齐一个副本存放处；守护程序会自己做",
    "the place, as it stands in backup.copies": "存放处，与 backup.copies 里写的一样",
    "carry bundles out to a mounted disk or stick, each read back": "把备份拷到已挂载的磁盘或 U 盘，逐份读回核对",
    "also what the province has receipted": "省里已出回执的也拷",
    "where the disk or stick is mounted": "磁盘或 U 盘挂载的位置",
    "seal to a throw-away key, restore, compare with the sources; nothing stays":
    "用一次性的钥匙封存、还原、与来源比对，不留下任何东西",
    "NAME.receipt.json, or where they are": "NAME.receipt.json，或它们所在的目录",
}
