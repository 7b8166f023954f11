"""What verbs say beside their answer: why nothing was done, and what is to be known of what was."""

from collections.abc import Mapping

from appliance.words.sentences import Template

SHELL_LABELS: Mapping[str, tuple[Template, Template]] = {
    "shell_no_source": (
        "{file}: backup.source：没有写来源，没有东西可备份",
        "{file}: backup.source: there is nothing to back up",
    ),
    "shell_drill_exam": (
        "正在考试：演练要把考试服务器上的作答数据全读一遍，请在考前或考后做",
        "an exam goes on: a drill reads everything that the exam server holds; do it before or after",
    ),
    "shell_drill_gave_way": (
        "考试开始了：演练已让开，什么也没有留下，请在考前或考后做",
        "an exam began: the drill gave way, nothing of it stays; do it before or after",
    ),
    "shell_drill_other": ("另一次备份演练正在进行", "another drill is under way"),
    "shell_drill_alone": ("监控盒没有回应：这次演练不会写进记录", "no guard answers: the drill is not recorded"),
    "shell_drill_changed": (
        "有 {count} 个文件加密后又变了或没了，没有比对",
        "{count} changed or went since they were sealed: not compared",
    ),
    "shell_backup_alone": (
        "监控盒没有回应：这次直接做，不会和它同时做",
        "no guard answers: working alone, under the same lock",
    ),
    "shell_backup_late": (
        "{seconds} 秒内没有做成备份，监控盒会接着做",
        "no bundle within {seconds} s; the guard goes on trying",
    ),
    "shell_incomplete": (
        "备份时来源就没有取全：{torn} 个文件取的当中在变，{missing} 个取不到",
        "incomplete at its source: {torn} changed while they were captured, {missing} could not be captured",
    ),
    "shell_no_copies": (
        "{file}: backup.copies：里面没有 {place}",
        "{file}: backup.copies: {place} is none of them",
    ),
    "shell_pruned": (
        "{name}：省里已经收到，刚刚清理掉了",
        "{name}: it was pruned meanwhile, for the province has it",
    ),
    "shell_exported": (
        "{place}：上面有 {count} 份备份，都读回核对过；拔下之前请先卸载",
        "{place}: {count} bundles stand there, each read back; unmount it before it is pulled",
    ),
    "shell_not_pruned": (
        "到期的备份没有清理成，不影响这次备份：{reason}",
        "what may go could not be pruned, the bundle is made all the same: {reason}",
    ),
    "shell_room_unread": ("备份占了多少空间，读不出来：{reason}", "the room for backups could not be read: {reason}"),
    "shell_receipt_path": (
        "请写回执文件或它所在的目录",
        "venue backup receipt: PATH was expected, or --job",
    ),
    "shell_no_receipt": (
        "那里没有回执（NAME.receipt.json 和它的 NAME.receipt.json.sig）",
        "no receipt is there (NAME.receipt.json with its NAME.receipt.json.sig)",
    ),
    "shell_no_receipt_keys": (
        "{file}: backup.receipt_keys：没有填：没有省里的公钥，认不出回执",
        "{file}: backup.receipt_keys: missing: no receipt can be known without the province's key",
    ),
    "shell_no_key": (
        "还没有签名密钥，做第一份备份时才有：{reason}",
        "no key yet, the first bundle makes it: {reason}",
    ),
    "shell_speed": (
        "--speed {speed}：要大于 0，最多 3600",
        "--speed {speed}: more than 0 and at most 3600 was expected",
    ),
    "shell_no_log": ("那里没有事件记录", "no event log there"),
    "shell_log_holds": (
        "{file}：完整（{rows} 条，末条 {head}）",
        "{file}: holds ({rows} rows, head {head})",
    ),
    "shell_log_broken": (
        "{file}：从第 {bad_seq} 条起对不上，或读不出来：{problem}（{rows} 条，末条 {head}）",
        "{file}: {problem} ({rows} rows, head {head})",
    ),
    "shell_code_row_is": ("第 {number} 条：{words}", "row {number}: {words}"),
    "shell_code_fits": ("校验码一致，到这一条为止的记录没有变", "the code fits, the record is unchanged up to there"),
    "shell_code_differs": (
        "校验码不一致：到这一条为止的记录，不是打印时的那一份",
        "the code does NOT fit: the record up to there is not the one that was printed",
    ),
    "shell_code_missing": (
        "没有这一条：记录在它之前就结束了，或在它之后才开始",
        "there is no such row: the record ends before it, or begins after it",
    ),
    "shell_code_broken": (
        "这一条对得上，但它前面的记录链有断",
        "the code stands there, but the chain before it does not hold",
    ),
    "shell_code_long": (
        "--code 太长：写 64 位校验码，或二维码里的文字",
        "--code is too long: 64 hexadecimal digits, or the text of the QR code",
    ),
    "shell_code_odd": (
        "--code 要写 64 位校验码，或二维码里的文字",
        "--code takes 64 hexadecimal digits, or the text of the QR code",
    ),
    "shell_code_row": (
        "缺 --row：校验码对应的记录序号，印在它上面",
        "--row is missing: the row that the code stands for is printed above it",
    ),
    "shell_prove_root": (
        "要用 root 才能做外网隔断验证",
        "venue net prove: only root may send frames as they are",
    ),
    "shell_prove_other": ("另一次验证正在进行", "another run is under way"),
    "shell_untold": ("结果没有告诉监控盒：{reason}", "the guard was not told: {reason}"),
    "shell_no_rules": ("{file}: network.mode: off：没有网络规则", "{file}: network.mode: off: there are no rules"),
    "shell_seal_words": (
        "请写 --chief 姓名、--technician 姓名；有不过的项写 --override 项=理由",
        "venue seal: --chief NAME, --technician NAME and --override POINT=REASON were expected",
    ),
    "shell_no_bundle": (
        "{place}：那里没有备份（NAME.tar.zst.age、NAME.json、NAME.json.sig）",
        "{place}: no bundle is there (NAME.tar.zst.age, NAME.json, NAME.json.sig)",
    ),
    "shell_recipient": (
        "把这一行写进每个考点的 backup.recipients；它也在 {file} 里。",
        "Put this line into every venue's backup.recipients; it is in {file} too.",
    ),
    "shell_receipts_public": (
        "把 {file} 里的那一行写进 backup.receipt_keys：考点凭它认回执。",
        "Put the line of {file} into backup.receipt_keys: by it receipts are known.",
    ),
    "shell_identity": (
        "{file} 留在这里，另存一份进保险柜：没有它，备份都打不开。",
        "Keep {file} here and keep a copy in a safe: without it no bundle opens.",
    ),
    "shell_receipts_key": (
        "{file} 也留在这里：谁拿到它，谁就能冒称省里已经收到。",
        "Keep {file} here too: who has it can say that the province has what it has not.",
    ),
    "shell_ca": (
        "{file} 留在这里，另存一份进保险柜：考点凭它认出谁可以来取备份。",
        "Keep {file} here and keep a copy in a safe: by it venues know who may pull.",
    ),
    "shell_one_code": ("请写一个考点代码，或 --many CSV 表", "one CODE, or --many CSV"),
    "shell_bring": (
        "请把文件用 U 盘带到各考点的监控盒，在那里执行 venue enrol 文件；数字请在电话里念给对方核对。",
        "Bring each file to its box by hand; there: venue enrol FILE. Read its digits out by phone.",
    ),
}
