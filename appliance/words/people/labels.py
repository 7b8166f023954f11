"""The fixed words of signing in and of the acts on the page, in both languages."""

from collections.abc import Mapping

ACT_LABELS: Mapping[str, tuple[str, str]] = {
    "pin_code": (
        "一次性口令：{code}\n请交给{role:role}本人：在状态页点“登录”→“第一次登录”，输入口令并设定自己的 PIN。"
        "24 小时内有效，只能用一次。",
        "One-time code: {code}\nHand it to the {role:role}: on the status page, Sign in, First time; the code and "
        "a PIN of one's own. Good for 24 hours and one use.",
    ),
    "sign_in": ("登录", "Sign in"),
    "sign_out": ("退出登录", "Sign out"),
    "signed_in": ("{role:role} {name}", "{name}, {role:role}"),
    "signed_in_as": ("您已登录：{role:role} {name}", "You are signed in: {name}, {role:role}"),
    "sign_in_why": (
        "查看不用登录；办理事项才需要。",
        "Looking needs no sign-in; acts do.",
    ),
    "first_time": ("第一次登录：设定自己的 PIN", "First time: choose your PIN"),
    "first_time_how": (
        "请向技术人员要一次性口令（venue pin code）。PIN 由您自己设定，技术人员看不到。",
        "Ask a technician for a one-time code (venue pin code). You choose the PIN; the technician never sees it.",
    ),
    "have_pin": ("已有 PIN，去登录", "I have a PIN: sign in"),
    "your_role": ("身份", "Office"),
    "your_name": ("姓名（写入记录）", "Name (goes into the record)"),
    "pin": ("PIN", "PIN"),
    "code": ("一次性口令", "One-time code"),
    "new_pin": ("新的 PIN（4 至 12 位数字）", "New PIN (4 to 12 digits)"),
    "new_pin_again": ("再输一次新的 PIN", "The new PIN again"),
    "set_and_sign_in": ("设定并登录", "Set and sign in"),
    "pins_differ": ("两次输入的 PIN 不一样。", "The two PINs differ."),
    "signed_out": ("已退出登录。", "You are signed out."),
    "now_signed_in": ("已登录：{role:role} {name}。", "Signed in: {name}, {role:role}."),
    "to_act": ("要办理，请先登录", "To act, sign in first"),
    # an incident's page
    "handle": ("处理…", "See to it…"),
    "incident_title": ("处理一项情况", "See to an item"),
    "take": ("我来处理", "I see to it"),
    "history": ("经过", "What happened"),
    "history_opened": ("{cause:cause}", "{cause:cause}"),
    "history_ceased": ("原因已消除", "The cause is gone"),
    "history_resumed": ("考生已恢复作答，耽误 {minutes} 分钟", "Candidates work again, {minutes} min lost"),
    "history_reported": ("已报{to}（{by}），答复：{answer}", "{to} was told by {by}; answer: {answer}"),
    "history_reported_only": ("已报{to}（{by}），尚无答复", "{to} was told by {by}; no answer yet"),
    "history_note": ("{by}：{text}", "{by}: {text}"),
    "history_closed": ("结束：{outcome:outcome}", "Closed: {outcome:outcome}"),
    "history_closed_by": ("结束：{outcome:outcome}（{by}）", "Closed: {outcome:outcome} ({by})"),
    "close_title": ("处理结果", "How it ended"),
    "outcome": ("结果", "Outcome"),
    "remark": ("说明（可不填）", "Remark (may be empty)"),
    "close_item": ("登记并结束这一项", "Write down and close"),
    "spare_choose": ("换到哪台备用机（已换备用机时选）", "Which spare (where the candidate moved)"),
    "spare_none": ("没有换机", "nobody moved"),
    "spare_here": ("本考场", "this room"),
    "spare_elsewhere": ("其他考场", "another room"),
    "resume": ("考生已恢复作答", "The candidates work again"),
    "resume_why": (
        "考生重新登录、能继续作答后按下；到现在耽误 {minutes} 分钟。",
        "Press once candidates have logged in and work again; {minutes} min are lost so far.",
    ),
    "to_makeup": (
        "给这名考生补时（耽误 {minutes} 分钟）…",
        "Give this candidate minutes back ({minutes} lost)…",
    ),
    "reported_title": ("已经报告谁", "Who was told"),
    "reported_to": ("报给谁", "Who"),
    "reported_at": ("几时", "When"),
    "reported_answer": ("答复（可后补）", "Answer (may follow later)"),
    "write_down": ("记下来", "Write it down"),
    "class_title": ("事件级别", "Class"),
    "class_choose": ("由主考确定", "The chief decides"),
    "class_confirm": ("确定级别", "Confirm the class"),
    "note_title": ("备注", "Note"),
    "note_text": ("内容", "Text"),
    "done": ("已记录：{what}", "Recorded: {what}"),
    "not_done": ("没有办理：{why}", "Not done: {why}"),
    "guard_dead": (
        "监控盒 {silent}无回应，没有记录任何内容。考试照常进行；请先在纸上记录，并请技术人员查看。",
        "The box has been silent for {silent}; nothing was recorded. The exam goes on: write it down on paper, and a "
        "technician has a look.",
    ),
    "guard_dead_never": (
        "监控盒没有回应，没有记录任何内容。考试照常进行；请先在纸上记录，并请技术人员查看。",
        "The box does not answer; nothing was recorded. The exam goes on: write it down on paper, and a technician "
        "has a look.",
    ),
    "guard_slow": (
        "监控盒没有及时回应，不知道是否已经记录。请再按一次：同一张表单不会记两次。",
        "The box did not answer in time; whether it was recorded is not known. Press again: one form is never "
        "recorded twice.",
    ),
    "page_busy": (
        "正在处理别人的提交，请稍后再按一次。",
        "Others are being served; press again in a moment.",
    ),
}
