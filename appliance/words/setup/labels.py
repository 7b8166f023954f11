"""The technician's first hour and last one: questions, steps, what was done."""

from collections.abc import Mapping

from appliance.words.sentences import Template

_STEPS: Mapping[str, tuple[Template, Template]] = {
    "setup_step": ("第 {number} 步（共 {count} 步）：{name}", "Step {number} of {count}: {name}"),
    "setup_step_venue": ("省里的考点文件", "the province's venue file"),
    "setup_step_ports": ("认网口：一根一根插网线", "which socket is which: cables, one after the other"),
    "setup_step_ups": ("后备电源", "the UPS"),
    "setup_step_seats": ("认考试机", "the exam machines"),
    "setup_step_backup": ("备份的来源，并试一次", "where answers are, and a backup on trial"),
    "setup_step_plug": ("拔一次插头", "pull the plug"),
    "setup_step_check": ("看看还有什么没好", "what is not green yet"),
    "setup_stopped": (
        "停在第 {number} 步（{name}）。写好的都在，没有写到一半的。接着做：venue setup --from {number}",
        "Stopped in step {number} ({name}). What was written stands. To go on: venue setup --from {number}",
    ),
    "setup_failed": (
        "第 {number} 步（{name}）没有做成。接着做：venue setup --from {number}",
        "Step {number} ({name}) did not come through. To go on: venue setup --from {number}",
    ),
    "setup_again": ("这一步再做一次吗？", "This step once more?"),
    "setup_mid_exam": (
        "正在考试。这台盒子从来没有封过场，可以设置；考试照常，不经过它。",
        "A sitting is on. This box was never sealed, so it may be set up; the exam goes on without it.",
    ),
    "changeable": ("现在可以改。", "It may be changed now."),
    "setup_no_terminal": (
        "要有终端才能一问一答；没有终端就用 --answers 文件。",
        "Questions need a terminal; without one give --answers FILE.",
    ),
    "setup_unanswered": (
        "回答文件里缺 {place}，或者写得不对。",
        "The answers file lacks {place}, or it does not fit.",
    ),
    "setup_will_write": ("将要写入：", "This is about to be written:"),
    "setup_same": ("不用改，已经是这样。", "Nothing to change: it is so already."),
    "setup_dry": ("只看不写（--dry-run）。", "Nothing is written (--dry-run)."),
    "setup_write": ("写入吗？", "Write it?"),
    "setup_unwritten": ("写不了 {file}：{reason}", "{file} cannot be written: {reason}"),
    "setup_left": ("没有写。", "Not written."),
    "setup_made": ("已写好：{file}", "Written: {file}"),
    "setup_written": (
        "已写好：{file}（原来的在旁边，名字后面加了 .before-setup）",
        "Written: {file} (the one before stands beside, as .before-setup)",
    ),
    "setup_refused": (
        "这样写配置就不对了，所以没有写：",
        "That would break the configuration, so it was not written:",
    ),
    "setup_not_understood": ("没看懂，请再输入一次。", "Not understood; once more please."),
    "setup_restart_failed": ("没有重启成：{reason}", "Not restarted: {reason}"),
    "setup_restart_self": (
        "这里没有 systemd：请自己重启守护程序，再做 venue setup --step 6。",
        "There is no systemd here: restart the guard yourself, then venue setup --step 6.",
    ),
    "setup_done": ("设置做完了。", "Setup is done."),
    "setup_next": (
        "接下来：重新启动监控盒（reboot），从那时起 USB 和外网才关上；起来以后运行 venue check，"
        "不是“正常”的，照“→”后面的话做。主考还没有口令的，用 venue pin code chief 给一个口令码。",
        "Next: start the box anew (reboot), for USB and the line close from then on; then venue check, and do what "
        "stands behind “→” where a point is not ok. A chief examiner without a PIN gets a code: venue pin code chief.",
    ),
    "setup_by": ("您的姓名（写入记录）", "Your name (for the record)"),
}
_BOX: Mapping[str, tuple[Template, Template]] = {
    "setup_file": (
        "省里的考点文件在哪里，如 /media/usb/520100-03.venue（没有就直接回车）",
        "The province's venue file, as /media/usb/520100-03.venue (none: just Enter)",
    ),
    "setup_no_file": (
        "没有这个文件：看看 U 盘插好没有、名字对不对。",
        "There is no such file: is the stick in, is the name right?",
    ),
    "setup_code": ("考点代码，如 520100-03", "The venue's code, as 520100-03"),
    "setup_name": ("考点名称", "The venue's name"),
    "setup_mode": ("监控盒怎么接", "How the box stands"),
    "setup_mode_route": ("route：作路由，隔开外网（一般选这个）", "route: before the line, as its router (the usual)"),
    "setup_mode_bridge": (
        "bridge：作网桥，隔开外网（考试网的地址不能改时用）",
        "bridge: before the line, where the exam network's addresses must stay",
    ),
    "setup_mode_watch": ("watch：只看，不隔开外网", "watch: only listens, closes nothing"),
    "setup_mode_off": ("off：不管网络", "off: leaves the network alone"),
    "setup_sockets": ("监控盒的网口：{names}", "The box's sockets: {names}"),
    "setup_too_few": (
        "只找到 {count} 个网口，这种接法至少要 {least} 个。",
        "{count} sockets found; this needs {least}.",
    ),
    "setup_plug_uplink": (
        "请插上外网的网线（已插着的，拔下等两秒再插）。也可以直接输入网口名。",
        "Plug in the cable of the venue's line (in already: pull it, wait two seconds, put it back). Or type the name.",
    ),
    "setup_plug_exam": (
        "请插上考试交换机的网线（第 {number} 根）。没有了就直接回车。",
        "Plug in the cable to the exam switch (number {number}). No more: just Enter.",
    ),
    "setup_plug_exam_first": (
        "请插上考试交换机的网线（第 1 根）。",
        "Plug in the cable to the exam switch (number 1).",
    ),
    "setup_keep": ("现在用的是 {name}，不变就直接回车。", "It is {name} now: just Enter keeps it."),
    "setup_plug_staff": (
        "请插上考务人员看页面用的网线。没有单独的就直接回车。",
        "Plug in the cable for the staff's page. There is none: just Enter.",
    ),
    "setup_plugged": ("就是 {name}。", "That is {name}."),
    "setup_several": ("同时亮了几个，请一根一根来。", "Several came up at once: one after the other please."),
    "setup_taken": ("{name} 已经有用处了。", "{name} is taken already."),
    "setup_address": (
        "监控盒在考试网里的地址（斜线后面是网络的位数，一般 24）",
        "The box's address in the exam network (with the network's bits, mostly /24)",
    ),
    "setup_server": (
        "考试服务器的地址，如 10.50.0.2（没有就直接回车）",
        "The exam server's address, as 10.50.0.2 (none: just Enter)",
    ),
    "setup_no_address": (
        "这不是一个地址：四个 0 到 255 的数，用点隔开（监控盒的后面还要 /24）。",
        "That is no address: four numbers from 0 to 255 with dots (the box's own with /24 behind).",
    ),
    "setup_scanning": ("正在找后备电源……", "Looking for UPSes …"),
    "setup_not_scanned": ("USB 没有找成：{reason}", "USB was not searched: {reason}"),
    "setup_which_ups": ("是哪一台", "Which one is it"),
    "setup_ups_usb": ("USB 线上的 {name}（{id}，序列号 {serial}）", "{name} on USB ({id}, serial {serial})"),
    "setup_ups_board": (
        "插在监控盒上的电源板（电量 {charge} %，{volts} V）",
        "a UPS board on the box ({charge} %, {volts} V)",
    ),
    "setup_ups_line": (
        "没有电量计的电源板（只有停电信号线）",
        "a UPS board without a gauge (a power-fail line only)",
    ),
    "setup_ups_declared": (
        "没有数据口的后备电源，登记手工测过的时间",
        "one without a data port: what was measured by hand",
    ),
    "setup_ups_measured_on": ("哪天测的，如 2026-03-14", "Measured on which day, as 2026-03-14"),
    "setup_ups_load": ("测的时候负载百分之几", "With which load, in per cent"),
    "setup_ups_hold": ("撑了多少分钟", "How many minutes did it hold"),
    "setup_ups_none": ("没有能接到监控盒的后备电源", "none that can be wired to the box"),
    "setup_ups_name": ("给它起个名字（字母数字）", "What shall it be called (letters and digits)"),
    "setup_ups_feeds": (
        "上面接着什么，用逗号隔开：exam-server 服务器，switch 交换机，line 外网，box 监控盒，room:1 考场",
        "What hangs on it, with commas: exam-server, switch, line, box, room:1",
    ),
    "setup_ups_gpio": ("停电信号接在哪个 GPIO（BCM 编号）", "The power-fail line's GPIO (BCM number)"),
    "setup_ups_kind": ("是哪种板（板上印着）", "Which board (it is printed on it)"),
    "setup_ups_closed": (
        "监控盒的 USB 口以后只认这台后备电源、认过的网口和板上自带的设备，别的（键盘也是）一律不认。现在就这样吗？",
        "From now on USB takes this UPS, the box's sockets and what its board carries, and no keyboard. Right?",
    ),
    "setup_ups_unlisted": (
        "看不出这台后备电源（{id}）插在哪个 USB 口，没有写进清单，重新启动后会读不到它。请把它的 USB 线拔下再插上，"
        "重做这一步（venue setup --step 3）；还是看不出的，由技术支持写进 usb.allow。",
        "The USB port of this UPS ({id}) cannot be told: not listed, and gone after a restart. "
        "Pull its USB cable and put it "
        "back, then venue setup --step 3; if that does not help, usb.allow by hand.",
    ),
}
_REST: Mapping[str, tuple[Template, Template]] = {
    "setup_seats_off": (
        "网络没有启用，考试机认不了，这一步跳过。",
        "The network is off: no machine can be seen, skipped.",
    ),
    "setup_seats_look": ("现在认机吗？", "Look for machines now?"),
    "setup_seats_room": (
        "把一个考场的考试机全部打开（别的考场不开），输入这个考场的号；没有了就直接回车",
        "Switch on all machines of one room and no other, then give that room's name; no more: just Enter",
    ),
    "setup_seats_found": ("找到 {count} 台新的。", "{count} new machines found."),
    "setup_seats_nobody": (
        "一台也没有看到：看看考试机开了没有、交换机的线插好没有；刚开机的等一两分钟，再输入一次考场号。",
        "Nobody is seen: are the machines on, is the switch's cable in? After switching on wait a "
        "minute or two, then give "
        "the room's name again.",
    ),
    "setup_seats_none": (
        "没有认到考试机，座位表没有写。以后再认：venue setup --step 4",
        "No machine was found: no seat list is written. Later: venue setup --step 4",
    ),
    "setup_seats_unseen": ("没有认成：{reason}", "Nobody was seen: {reason}"),
    "setup_seats_spares": (
        "哪几号是备用机，用逗号隔开（没有就直接回车）",
        "Which of them are spares, with commas (none: just Enter)",
    ),
    "setup_backup_driver": ("答卷从哪里取", "Where answers come from"),
    "setup_backup_directory": ("directory：监控盒上看得到的文件夹", "directory: a folder that the box sees"),
    "setup_backup_smb": ("smb：Windows 的共享文件夹（先挂上）", "smb: a Windows share (mounted before)"),
    "setup_backup_sftp": ("sftp：用 SSH 到服务器上取", "sftp: from the server, by SSH"),
    "setup_backup_sqlite": ("sqlite：SQLite 数据库文件", "sqlite: an SQLite database file"),
    "setup_backup_postgresql": ("postgresql：PostgreSQL 数据库", "postgresql: a PostgreSQL database"),
    "setup_backup_none": ("none：以后再说", "none: later"),
    "setup_option_directory_path": ("答卷在哪个文件夹，path", "The folder of the answers, path"),
    "setup_option_smb_path": ("共享文件夹挂在哪里，path", "Where the share is mounted, path"),
    "setup_option_smb_share": (
        "共享文件夹的名字，如 //10.50.0.2/answers，share",
        "The share, as //10.50.0.2/answers, share",
    ),
    "setup_option_sqlite_path": ("数据库文件在哪里，path", "The database file, path"),
    "setup_option_postgresql_database": ("数据库的名字，database", "The database's name, database"),
    "setup_option_sftp_host": ("服务器的地址，host", "The server's address, host"),
    "setup_option_sftp_user": ("登录用的用户名，user", "The user to sign in as, user"),
    "setup_option_sftp_path": ("服务器上的文件夹，path", "The folder on the server, path"),
    "setup_option_sftp_key": ("登录用的私钥文件，key", "The file of the private key, key"),
    "setup_option_sftp_known_hosts": ("服务器的公钥文件，known_hosts", "The file of its host key, known_hosts"),
    "setup_no_path": (
        "监控盒上没有 {path}：看看名字对不对、共享挂上没有。",
        "There is no {path} on the box: is the name right, is it mounted?",
    ),
    "setup_no_key": ("公钥以 age1 开头，由省里给。", "A public key begins with age1; the province gives it."),
    "setup_backup_recipient": ("省里的公钥（age1 开头）", "The province's public key (age1…)"),
    "setup_backup_trying": (
        "先试一次：加密、取回、比对，不留东西。",
        "On trial first: sealed, restored, compared, nothing stays.",
    ),
    "setup_backup_anyway": ("没有试成。还是要这样写吗？", "The trial failed. Write it all the same?"),
    "setup_plug_each": (
        "现在试 {ups}：拔下它的插头，看到提示再插回。",
        "Now {ups}: pull its plug, and put it back when told.",
    ),
    "setup_plug_none": ("没有接着监测的后备电源，这一步跳过。", "No UPS is watched: skipped."),
    "setup_plug_ask": ("现在拔插头试吗？", "Pull the plug now?"),
}
_CONFIG: Mapping[str, tuple[Template, Template]] = {
    "config_warning": ("注意：", "warning: "),
    "config_ok": (
        "{file}：没有错误：{name}，{sittings} 个场次，{seats} 个座位，{ups} 台后备电源",
        "{file}: ok: {name}, {sittings} sittings, {seats} seats, {ups} UPS",
    ),
    "apply_same": ("{file}：不用改", "{file}: as it must be"),
    "apply_differs": ("{file}：跟设置不一致", "{file}: differs"),
    "apply_done": ("{file}：已按设置写好", "{file}: as it must be now"),
    "apply_restart": ("；请执行 systemctl restart {unit}", ": restart {unit}"),
    "apply_closes": (
        "{file}：已取消。这台监控盒有了考点，下次启动起关上 USB 和外网",
        "{file}: taken away: the box is somebody's, and closes USB and the line from the next boot on",
    ),
    "apply_refused": ("{file}：{reason}，没有改动", "{file}: {reason}: left as it was"),
    "apply_no_record": (
        "{reason}：记录读不出来，网络规则和对时、地址的文件没有改动",
        "{reason}: rules and answers are left as they were",
    ),
}
_HELP: Mapping[str, tuple[Template, Template]] = {
    "diag_written": (
        "已写好 {file}（{kib} KiB，{count} 部分）。不含口令、密钥和考生信息，可以发给帮助您的人。",
        "{file} is written ({kib} KiB, {count} parts); no PIN, key or candidate is in it: it may be sent.",
    ),
    "diag_missing": ("没有取到 {part}：{reason}", "{part} could not be taken: {reason}"),
    "diag_unwritten": ("写不了 {file}：{reason}", "{file} cannot be written: {reason}"),
}
_LAST: Mapping[str, tuple[Template, Template]] = {
    "handover_title": ("考试结束交接单", "Hand-over sheet"),
    "handover_free": ("考场可以交还：没有封场，没有考试。", "The rooms are free: no seal, no exam."),
    "handover_not_free": (
        "考场还不能交还：现在是“{phase:phase}”。",
        "The rooms are not free yet: the venue is in phase “{phase:phase}”.",
    ),
    "handover_sittings": ("已结束的场次", "Sittings that are over"),
    "handover_finished": ("收卷已完成", "answers collected"),
    "handover_unfinished": ("没有登记收卷完成", "nobody said that answers are collected"),
    "handover_owed": ("还欠着的", "What is owed"),
    "handover_nothing": ("没有。", "Nothing."),
    "handover_item": ("第 {number} 项没有结束：{title}", "Item {number} is not closed: {title}"),
    "handover_unreceipted": (
        "{count} 个备份还没有省里的回执，盒子要留着、通着电：",
        "{count} bundles have no receipt of the province: the box stays, with power:",
    ),
    "handover_unread": (
        "备份读不到，不知道还欠不欠。",
        "The bundles cannot be read: what is owed is not known.",
    ),
    "handover_held": ("盒子里还有的", "What the box still holds"),
    "handover_bundles": ("{count} 个加密的备份，共 {mib} MiB", "{count} sealed bundles, {mib} MiB"),
    "handover_record": (
        "事件记录 {rows} 条，最后一条的哈希 {hash}…",
        "a record of {rows} rows, the last one's hash {hash}…",
    ),
    "handover_keep": (
        "没有回执的备份一直留着；有回执的到期自己清理。试卷和考生答卷的明文不在盒子里。",
        "A bundle without a receipt stays; one with it goes in its time. No paper or answer lies here in the clear.",
    ),
    "handover_chief": ("主考：", "Chief examiner: "),
    "handover_technician": ("技术人员：", "Technician: "),
    "handover_place": ("场地接收人：", "For the place: "),
}
SETUP_LABELS: Mapping[str, tuple[Template, Template]] = {**_STEPS, **_BOX, **_REST, **_CONFIG, **_HELP, **_LAST}
