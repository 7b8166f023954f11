"""What `venue check` and `venue seal` say of themselves: the Chinese of each help line."""

from collections.abc import Mapping

READY_HELP_ZH: Mapping[str, str] = {
    "readiness for the seal, each point with its reason; what people say of it": (
        "封场前检查：每一项和原因；登记人看到的"
    ),
    "readiness for the seal, each point with its reason": "封场前检查：每一项和原因",
    "again every two seconds, until interrupted": "每两秒再看一次，直到中断",
    "what a person says": "由人来说的",
    "the box's clock was compared with another one": "核对过监控盒的时间",
    "seconds that the box is ahead": "监控盒快几秒",
    "USB storage is off on the seats, or not": "考试机的 U 盘禁用了没有",
    "the exam switch keeps seats apart, or not": "交换机把考试机互相隔开了没有",
    "as it was found": "看到的情况",
    "how it was looked at": "怎么看的",
    "the morning check was read": "早检看过了",
    "seal the venue for a batch: two people, two PINs; its certificate": (
        "为一批考试封场：两人，两个口令；封场确认书"
    ),
    "seal the venue for a batch; `certificate` prints what was signed": (
        "为一批考试封场；certificate 打印所签的内容"
    ),
    "seal over a red point of `venue check`, with the written reason; once for each": (
        "有不合格项仍要封场：写明理由，每项一次"
    ),
    "the certificate of the last seal": "最近一次封场的确认书",
    "write the page to print": "写成可打印的网页",
}
