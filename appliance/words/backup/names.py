"""The names of what can be wrong with a backup, each in both languages."""

from collections.abc import Mapping

_SOURCE: Mapping[str, tuple[str, str]] = {
    "missing": ("找不到（没有接上，或路径不对）", "not there (not connected, or another path)"),
    "unreadable": ("没有权限读取", "nobody may read it"),
    "late": ("没有在规定时间内取完", "not done within its time"),
    "too_large": ("超过大小上限，或监控盒空间不够", "above its size limit, or no room on the box"),
    "busy": ("数据库一直被占用", "the database was held all the time"),
    "damaged": ("数据库在原处已损坏，此前的备份不受影响", "the database is damaged where it stands"),
    "files": ("有的文件读不出来", "some files cannot be read"),
    "torn": ("有的文件在读取时还在变化", "some files changed while they were read"),
}

BACKUP_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "source_fault": {**_SOURCE, "failed": ("取数据的程序或服务器报错", "its program or server said no")},
    "backup_fault": {
        "sources": ("所有来源都没有取到", "no source could be taken"),
        "full": ("备份空间已满", "the room for backups is used up"),
        "refused": ("备份设置有误", "the settings of the backup are wrong"),
        "unwritable": ("监控盒的存储写不进去", "the storage of the box cannot be written"),
        "read_back": ("监控盒的存储读回的内容不对，请更换", "the box's storage gives back other bytes: replace it"),
        "log": ("记录读不出来", "the record cannot be read"),
    },
    "source_title": {
        "missing": ("备份来源找不到", "A source of the backup is not there"),
        "unreadable": ("备份来源没有权限读取", "A source of the backup may not be read"),
        "failed": ("备份来源取不出数据", "A source of the backup gives nothing"),
        "late": ("备份来源没有按时取完", "A source of the backup is late"),
        "too_large": ("备份来源太大", "A source of the backup is too large"),
        "busy": ("备份来源一直被占用", "A source of the backup is busy"),
        "damaged": ("备份来源的数据库已损坏", "A database to be backed up is damaged"),
        "files": ("备份来源有文件读不出来", "Some files of the backup cannot be read"),
        "torn": ("备份来源有文件还在变化", "Some files change while they are backed up"),
    },
    "room_title": {
        "low": ("备份空间不多", "Little room left for backups"),
        "full": ("备份空间已满", "No room left for backups"),
    },
    "copy_fault": {
        "missing": ("没有接上", "not connected"),
        "full": ("空间已满", "full"),
        "read_only": ("只能读、不能写", "read-only"),
        "too_large": ("放不下这么大的文件", "takes no file of this size"),
        "damaged": ("写入后读回不一致，请更换", "gives back other bytes: replace it"),
        "failed": ("写不进去", "cannot be written"),
        "busy": ("正被占用", "in use"),
        "late": ("很久没有跟上", "has been behind for long"),
    },
    "prune_reason": {
        "age": ("保存期已过", "their time is over"),
        "room": ("腾出空间", "to make room"),
    },
}
