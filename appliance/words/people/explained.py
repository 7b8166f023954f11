"""What the events of people who act mean, for the journal."""

from collections.abc import Mapping

from appliance.words.explanation import Explanation, explained

PEOPLE_EXPLAINED: Mapping[str, Explanation] = {
    "sitting.paper_imported": explained(
        ("试卷已导入（人工申报）", "有人在页面上申报；监控盒没有验证。"),
        ("The paper is in (declared)", "Somebody said so on the page; the box did not see it."),
    ),
    "sitting.upload_reported": explained(
        ("正式上传完成（人工申报）", "监考员报告考试系统自己的上传已完成；监控盒没有验证，与本机备份、省里回执是两回事。"),
        ("The official upload is done (declared)", "The invigilators' word on the exam system's own upload; the box did not see it. Our copy and its receipt are another thing."),
    ),
    "seat.retired": explained(
        ("一台机器停用", "不再计入在线和备用，网络里也不再认它；改动保留到座位表里这一行变了为止。", "请把座位表（seats.csv）也改好。"),
        ("A machine is out of service", "It counts neither as present nor as a spare, and the network knows it no more, until the seat list says something else of it.", "Change the seat list (seats.csv) as well."),
    ),
    "seat.registered": explained(
        ("登记了新机器", "从现在起按这个地址认它；改动保留到座位表里这一行变了为止。", "请把座位表（seats.csv）也改好。"),
        ("A machine was registered", "It is known by this address from now on, until the seat list says something else of it.", "Change the seat list (seats.csv) as well."),
    ),
    "pin.code_made": explained(
        ("生成了一次性口令", "凭它可以设定一次自己的 PIN，24 小时内有效。", "不是您或您的同事要求的：请立即另行生成一个，旧的随即作废：venue pin code。"),
        ("A one-time code was made", "It sets a PIN once, within 24 hours.", "If nobody asked for it: make another one, which voids it: venue pin code."),
    ),
    "pin.changed": explained(
        ("PIN 已设定", "how 为 code：本人凭一次性口令设定；为 technician：技术人员设定，again 表示此前已有。", "主考没有要求重设的：请告诉主考，并重新生成一次性口令：venue pin code。"),
        ("A PIN was set", "how code: by its owner with a one-time code; technician: by a technician; again: there was one before.", "If the chief did not ask for it: tell the chief, and make a new code: venue pin code."),
    ),
    "session.begun": explained(
        ("有人在页面上登录", "身份由 PIN 核实，姓名是本人填写的。"),
        ("Somebody signed in on the page", "The office is vouched for by its PIN, the name was typed."),
    ),
}  # fmt: skip
