"""Why an act was refused, and what to do instead, by the refusal's code."""

from collections.abc import Mapping

from appliance.words.names import name_of
from appliance.words.plain import plain_text
from appliance.words.ready.sentences import point_name

Both = tuple[str, str]  # zh_CN, en

REFUSALS: dict[str, Both] = {
    "missing": ("缺少{name}。", "{name} is missing."),
    "bad-text": ("{name}过长或含有控制字符（最多 {limit} 字）。", "{name} is too long (at most {limit}) or has control characters."),
    "bad-minutes": ("分钟数须为 1 至 {limit} 的整数。", "Minutes must be a whole number from 1 to {limit}."),
    "bad-time": ("{name}须是过去 24 小时内的时刻。", "{name}: a moment of the last 24 hours was expected."),
    "bad-number": ("{name}须为 {lowest} 至 {highest} 的整数。", "{name} must be a whole number from {lowest} to {highest}."),
    "bad-choice": ("{name}只能是：{choices}。", "{name} must be one of: {choices}."),
    "unknown-verb": ("没有这个操作：{verb}。", "There is no such act: {verb}."),
    "no-sitting-now": ("现在没有场次，请写明是哪一场。", "No sitting is on now; name one with --sitting."),
    "unknown-sitting": ("没有这个场次：{sitting}。", "There is no sitting {sitting}."),
    "already-started": ("{sitting} 已经开考，不能推迟；可以延长。", "{sitting} has begun and can not be delayed; it can be extended."),
    "already-finished": ("{sitting} 已经收卷完成。", "{sitting} is already finished."),
    "paper-declared": ("{sitting} 的试卷已经申报导入。", "The paper of {sitting} was declared already."),
    "upload-reported": ("{sitting} 的正式上传已经登记（考场 {room}）。", "The official upload of {sitting} was written down already (room {room})."),
    "not-ended": ("{sitting} 还没有结束（{end}）。", "{sitting} has not ended yet ({end})."),
    "ends-in-the-past": ("延长后的结束时间已经过去，请加大分钟数。", "That end would already be past; give more minutes."),
    "meets-next-sitting": ("会与下一场 {sitting}（{start}）重叠，请先推迟下一场。", "That would run into {sitting} ({start}); delay that one first."),
    "unknown-seat": ("没有这个座位：{seat}。", "There is no seat {seat}."),
    "seat-is-on": ("{seat} 的机器还开着，考生可能正在作答；请先换机或关机。", "The machine at {seat} is on and a candidate may sit there; swap it or switch it off first."),
    "bad-seat-name": ("考场“{room}”、座位“{seat}”：只能用字母、数字、点和下划线，各不超过 16 字。", "Room {room}, seat {seat}: letters, digits, dots and underscores were expected, at most 16 each."),
    "too-many-seats": ("座位已达上限 {limit} 个。", "There are {limit} seats already, the most that can be."),
    "bad-mac": ("{address}：MAC 须写成 02:50:00:00:00:02 这样。", "{address}: a MAC as 02:50:00:00:00:02 was expected."),
    "bad-ip": ("{address}：IP 须写成 10.50.0.23 这样。", "{address}: an IPv4 address as 10.50.0.23 was expected."),
    "address-taken": ("{address} 已经是 {name} 的。", "{address} is taken by {name}."),
    "address-outside": ("{address} 不在考试网 {network} 里，或是监控盒自己的地址。", "{address} is not in the exam network {network}, or is the box's own."),
    "already-sealed": ("已经封场（第 {batch} 批）。", "The venue is sealed already (batch {batch})."),
    "no-venue-yet": ("监控盒还没有自己的考点代码（现在是 {venue}），请技术人员先做开箱设置（venue setup）。", "The box has no venue's code yet (it has {venue}): the technician does venue setup first."),
    "not-sealed": ("现在没有封场。", "The venue is not sealed."),
    "two-people-needed": ("须由两个人签字。", "Two different people are needed."),
    "no-batch-ahead": ("后面没有批次 {batch}。", "No batch {batch} lies ahead."),
    "points-not-ready": ("还不能封场：{points}。先处理，或为每一项写明理由。", "Not ready for the seal: {points}. Put it right, or write down a reason for each."),
    "bad-override": ("{points}：理由过长或含有控制字符（最多 {limit} 字）。", "{points}: the reason is too long (at most {limit}) or has control characters."),
    "points-changed": ("情况已变，请再看一遍。", "Something has changed: please look again."),
    "shown-too-long-ago": ("页面上的时间已过去太久，请刷新后再核对。", "That time was shown too long ago: reload, then compare again."),
    "no-morning-check": ("现在没有早检：封场以后、考前 90 分钟起才有。", "There is no morning check now: it begins 90 minutes before a sitting of a sealed venue."),
    "morning-too-early": ("早检要看满五分钟，请稍后再确认。", "The morning check looks for five minutes: confirm it a little later."),
    "no-seal-yet": ("记录里还没有封场。", "The record holds no seal yet."),
    "no-drill": ("现在没有演练。", "No drill is on."),
    "drill-on": ("演练已在进行（{mode}）。", "A {mode} is on already."),
    "exam-on": ("考试期间不能开始演练。", "No drill can begin while an exam is on."),
    "unknown-incident": ("没有第 {number} 号事件。", "There is no incident {number}."),
    "incident-closed": ("第 {number} 号事件已经结束。", "Incident {number} is closed."),
    "nothing-to-resume": ("第 {number} 号事件没有耽误考生。", "Incident {number} keeps nobody from working."),
    "not-recovered": ("第 {number} 号事件的原因还在，不能登记为已恢复。", "The cause of incident {number} is still there; it can not be closed as recovered."),
    "no-spare": ("{seat} 不是备用机。", "{seat} is no spare seat."),
    "spare-in-use": ("备用机 {seat} 已在使用。", "Spare {seat} is in use already."),
    "already-swapped": ("{seat} 的考生已经换过机。", "The candidate of {seat} was moved already."),
    "unknown-ups": ("没有这台后备电源：{ups}。", "There is no UPS {ups}."),
    "ups-not-watched": ("{ups} 是人工申报的后备电源，没有接入监测，不能这样做。", "{ups} is declared by hand; nobody watches it, so this can not be done."),
    "test-now": ("封场以后和考试期间不能做放电测试。", "No discharge test can begin while the venue is sealed or an exam is on."),
    "test-on": ("{ups} 的放电测试已在进行。", "A discharge test of {ups} is on already."),
    "no-test": ("{ups} 现在没有放电测试。", "No discharge test of {ups} is on."),
    "drill-on-ups": ("{ups} 的拔插头演练已在进行。", "A plug drill of {ups} is on already."),
    "not-on-mains": ("{ups} 现在不是市电供电，请等市电恢复。", "{ups} is not on mains now; wait until it is."),
    "charge-too-low": ("{ups} 电量只有 {charge_percent}%，测试到 {floor_percent}% 就停，请先充满。", "{ups} is at {charge_percent} % and a test stops at {floor_percent} %; let it charge first."),
    "no-command": ("{ups} 不接受测试命令，请用 --by-hand 拔插头做。", "{ups} takes no test command; pull its plug with --by-hand."),
    "nothing-to-end": ("{ups} 现在没有要收尾的事。", "Nothing on {ups} is being ended now."),
    "no-cut": ("{ups} 不能自己断电再恢复，停掉的服务器不会随来电自动开机；确需停机时，请技术人员手工停机，来电后手工开机。", "{ups} cannot cut its output and come back: a stopped server would stay off when the mains return. If it must stop, a technician powers it off by hand, and on again by hand."),
    "no-stop-configured": ("没有设置怎样停 {ups} 上的服务器，请技术人员按步骤手工停机。", "How to stop the servers on {ups} is not configured; a technician powers them off by hand."),
    "no-panel": ("没有设置面板（灯、蜂鸣器、按钮）。", "No panel (lamps, buzzer, button) is configured."),
    "usb-not-watched": ("监控盒没有接管 USB 口（[usb] enforce），不能这样做。", "The box does not hold its USB ports ([usb] enforce), so this can not be done."),
    "no-device-there": ("{port} 口上没有设备。", "There is no device at port {port}."),
    "another-device": ("{port} 口上现在是另一个设备：{name}（{id}）。请重新查看后再决定。", "Another device is at port {port} now: {name} ({id}). Look again before you decide."),
    "device-unreadable": ("{port} 口上的设备说不清自己是什么，不能允许使用。", "The device at port {port} does not tell plainly what it is and can not be let in."),
    "already-allowed": ("{port} 口上的设备已经允许使用。", "The device at port {port} may be used already."),
    "no-such-part": ("{port} 口上的设备（{name}）不能只允许“{part}”部分；它由这些部分组成：{parts}。", "Of the device at port {port} ({name}) {part} alone can not be let in; its parts are: {parts}."),
    "no-pure-keyboard": ("{port} 口上的设备（{name}）不是键盘，或不只是键盘；确需使用的，须主考和技术负责人两人允许。", "The device at port {port} ({name}) is no keyboard, or not only one; if it is needed, two people let it in."),
    "one-keyboard-only": ("已经临时允许了一个键盘，请先收回，或等它到时。", "One keyboard is let in already; take that grant back or wait until it ends."),
    "no-ups-port": ("{port} 口没有登记为后备电源的口（[usb] ups_ports）。", "Port {port} is not named as one for a UPS ([usb] ups_ports)."),
    "no-ups": ("{port} 口上的设备（{name}）不像后备电源，或同时是键盘；确需使用的，须主考和技术负责人两人允许。", "The device at port {port} ({name}) does not look like a UPS, or is a keyboard too; if it is needed, two people let it in."),
    "chief-or-one": ("须写明主考（--chief）；封场前由技术人员一人允许的用 --one，二者只写一个。", "Name the chief (--chief), or give --one before the seal; one of the two."),
    "no-grant": ("{port} 口现在没有临时允许。", "Nothing is granted at port {port} now."),
    "line-not-held": ("监控盒没有接管外网（[network] mode），不能这样做。", "The box does not hold the line ([network] mode), so this can not be done."),
    "proof-not-in-exam": ("考试阶段只做不打扰考试的验证；全部种类的验证请在封场前做。", "In an exam phase nothing is proven but what disturbs no exam; every kind is, before the seal."),
    "rehearsal-only-open": ("外网演练只能在封场前进行。", "The line is rehearsed before the seal alone."),
    "rehearsal-runs": ("外网演练已经在进行。", "A rehearsal runs already."),
    "no-rehearsal": ("现在没有外网演练。", "No rehearsal runs."),
    "no-window-running": ("现在没有打开的下载或上传窗口，不能延长。", "No window for papers or upload is open now; there is none to make longer."),
    "window-has-no-end": ("“{name}”窗口要到收卷完成才计时，现在不需要延长。", "The window {name} has no end until the answers are collected; it needs no more time."),
    "more-often-enough": ("这个窗口已经延长 {times} 次；再要打开，须主考和技术负责人两人同意。", "This window was made longer {times} times already; two people open it again."),
    "window-open-already": ("“{name}”窗口已经打开。", "The window {name} is open already."),
    "no-window-of-people": ("“{name}”窗口不是人工打开的，不能在这里关闭。", "Nobody opened the window {name}; it can not be closed here."),
    "chief-or-one-window": ("须写明主考（--chief）；封场前由技术人员一人打开维护窗口的用 --one，二者只写一个。", "Name the chief (--chief), or give --one for maintenance before the seal; one of the two."),
    "no-servers": ("没有设置考试服务器（[[network.exam_server]]）。", "No exam server is configured ([[network.exam_server]])."),
    "no-places": ("没有设置“{name}”窗口可以到哪里（[network] province、updates）。", "Where the window {name} leads to is not configured ([network] province, updates)."),
    "bad-place": ("{place}：须写成 地址:端口，例如 203.0.113.5:443，可加 /udp。", "{place}: ADDRESS:PORT was expected, as 203.0.113.5:443, /udp where it is UDP."),
    "place-inside": ("{place} 在考试网里面，不经过外网。", "{place} lies inside the exam network; no window leads there."),
    "no-backup-configured": ("没有设置备份。", "No backup is configured."),
    "log-unwritable": ("记录暂时写不进去，操作没有生效：{reason}", "The record can not be written now, nothing was done: {reason}"),
    "log-unreadable": ("记录读不出来：{reason}", "The record can not be read: {reason}"),
    "guard-silent": ("监控盒没有回应：{reason}", "The guard does not answer: {reason}"),
    "starting": ("监控盒正在启动，请稍后再试。", "The guard is starting; try again."),
    "busy": ("监控盒正忙，请稍后再试。", "The guard is busy; try again."),
    "not-permitted": ("没有权限。", "Not permitted."),
    "pin-missing": ("需要{role}的 PIN。", "The PIN of the {role} is needed."),
    "pin-wrong": ("{role}的 PIN 不对。", "Wrong PIN of the {role}."),
    "pin-wait": ("请等 {seconds} 秒再输{role}的 PIN。", "Wait {seconds} s before the next PIN of the {role}."),
    "pin-not-set": ("{role}还没有设 PIN。请技术人员运行 venue pin code，用一次性口令设定。", "The {role} has no PIN yet. A technician runs venue pin code; the one-time code sets it."),
    "code-wrong": ("一次性口令不对，或已经用过、过期：{role}。", "The one-time code is wrong, used or over: {role}."),
    "sign-in-needed": ("请先登录再办理；没有记录任何内容。", "Sign in first; nothing was recorded."),
    "session-over": ("登录已经结束，请重新登录；没有记录任何内容。", "You are signed in no more: sign in again; nothing was recorded."),
    "form-stale": ("这张表单不是本次登录打开的，请重新打开；没有记录任何内容。", "This form was not opened by this sign-in, open it again; nothing was recorded."),
    "not-your-act": ("以{role}身份不能办理这一项。", "This is not for the {role} to do."),
    "bad-pin": ("PIN 须为 {least} 至 {most} 位数字。", "A PIN has {least} to {most} digits."),
    "pins-differ": ("两次输入的 PIN 不一样。", "The two PINs differ."),
    "pins-unreadable": ("PIN 文件读不出来：{reason}", "The PINs can not be read: {reason}"),
    "pins-unwritable": ("PIN 存不下来：{reason}", "The PIN can not be stored: {reason}"),
    "too-long": ("请求过长。", "The question is too long."),
    "not-json": ("请求不是 JSON。", "The question is no JSON."),
    "bad-version": ("请求的版本不对。", "The question is of another version."),
    "bad-question": ("请求不完整。", "The question is not complete."),
    "bad-report": ("报告不完整：{reason}", "The report is not complete: {reason}"),
}  # fmt: skip


def refusal_sentence(language: str, code: str, details: Mapping[str, object]) -> str:
    """The sentence of a refusal; its code where there is none, so that nothing is ever silent."""
    both = REFUSALS.get(code)
    if both is None:
        return plain_text(f"{code} {dict(details) if details else ''}", limit=400)
    template = both[0 if language == "zh_CN" else 1]
    values = {key: _said(language, key, value) for key, value in details.items()}
    points = details.get("points")
    if isinstance(points, list | tuple):
        values["points"] = ("、" if language == "zh_CN" else ", ").join(point_name(language, p) for p in points[:20])
    try:
        return template.format_map(values)
    except (KeyError, ValueError):
        return template


def _said(language: str, key: str, value: object) -> str:
    """A detail as people say it: offices and the fields of a form have names."""
    table = {"role": "role", "name": "field"}.get(key)
    return plain_text(name_of(language, table, value) if table else value, limit=200)
