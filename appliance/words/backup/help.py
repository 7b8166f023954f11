"""What the verbs of the backups say of themselves, in Chinese."""

from collections.abc import Mapping

BACKUP_HELP_ZH: Mapping[str, str] = {
    "the province's key, as age-keygen writes it; where `age -p` locked it, its passphrase is asked for": (
        "省里的钥匙，age-keygen 的格式；用 age -p 上了锁的，会问口令"
    ),
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
    "those that came over the line; the guard does it by itself": "外网送来的；守护程序会自己做",
    "NAME.receipt.json, or where they are": "NAME.receipt.json，或它们所在的目录",
    "check receipts that came by hand, and note them": "核对人工带回的回执并登记",
    "of this venue's signing key, to read out to the province": "本考点签名钥匙的指纹，电话里念给省里核对",
    "the province's side: keys, bundles received, receipts": "省里的一侧：钥匙、收到的备份、回执",
    "make the keys that open the venues' bundles and sign receipts": "生成打开各考点备份、签发回执的钥匙",
    "believe a venue's signing key, once its fingerprint was compared by phone":
    "电话核对指纹后，认可一个考点的签名钥匙",
    "the venue's allowed_signers": "该考点的 allowed_signers 文件",
    "as the venue read it out": "考点念出的指纹",
    "where `province init` put the keys; default: $VENUE_PROVINCE_HOME":
    "`province init` 放钥匙的目录；默认：$VENUE_PROVINCE_HOME",
    "take in bundles that came by hand, open them, write receipts": "收下人工送来的备份，打开核对，写回执",
    "where they are; the receipts go there too": "备份所在的目录；回执也写到那里",
    "open every bundle that has no receipt yet, and write it": "打开核对所有还没有回执的备份，写回执",
    "only of these venues; default: all": "只处理这些考点；默认全部",
}
