"""The fixed words of the page about the supply, in both languages; fields as in appliance.words.page_labels."""

from collections.abc import Mapping

POWER_LABELS: Mapping[str, tuple[str, str]] = {
    # the card
    "server": ("服务器", "Server"),
    "mains_big": ("市电 · 后备电源 {charge}%", "Mains · UPS at {charge} %"),
    "mains_big_bare": ("市电 · 电量未知", "Mains · charge unknown"),
    "battery_big": ("停电 · 后备电源 {charge}%", "Mains lost · UPS at {charge} %"),
    "battery_big_bare": ("停电 · 电量未知", "Mains lost · charge unknown"),
    "test_big": ("放电测试中 · 电量 {charge}%", "Test on · UPS at {charge} %"),
    "test_big_bare": ("放电测试中 · 电量未知", "Test on · charge unknown"),
    "selftest_big": ("后备电源自检中 · {charge}%", "UPS self-test · {charge} %"),
    "selftest_big_bare": ("后备电源自检中", "UPS self-test"),
    "power_unknown_big": ("供电状态未知", "Power unknown"),
    "power_off_big": ("后备电源无输出", "UPS gives no output"),
    "power_declared_big": ("人工申报，未接入监测", "Declared, not monitored"),
    "ups_reason_line": ("{reason:ups_reason}", "{reason:ups_reason}"),
    "off_line": ("接在它上面的服务器可能已断电", "Servers on it may be dark"),
    "hold_ok": (
        "停电后{what}可撑 {minutes} 分钟（{source:hold_source}）",
        "{what} would hold {minutes} min ({source:hold_source})",
    ),
    "hold_unproven": (
        "停电后{what}约可撑 {minutes} 分钟（{source:hold_source}）",
        "{what} would hold about {minutes} min ({source:hold_source})",
    ),
    "hold_at_least": (
        "停电后{what}至少可撑 {minutes} 分钟（只实测到此），规定 {asked} 分钟",
        "{what} would hold {minutes} min at least (proven no further), {asked} asked",
    ),
    "battery_at_least": (
        "{what}至少可撑到 {until}（只实测到此）",
        "{what} holds until {until} at least (proven no further)",
    ),
    "hold_at_least_figure": ("≥ {minutes} 分钟", "≥ {minutes} min"),
    "hold_short": (
        "停电后{what}只能撑 {minutes} 分钟（{source:hold_source}）：规定 {asked} 分钟，不足",
        "{what} would hold only {minutes} min ({source:hold_source}): {asked} asked",
    ),
    "hold_unknown": ("停电后{what}能撑多久：未知", "How long it would hold: unknown ({what})"),
    "battery_until": (
        "{what}可撑到 {until}（{source:hold_source}）",
        "{what} holds until {until} ({source:hold_source})",
    ),
    "battery_about": (
        "{what}约可撑到 {until}（{source:hold_source}）",
        "{what} holds until about {until} ({source:hold_source})",
    ),
    "battery_missing": (
        "{what}只撑到 {until}（{source:hold_source}），差 {missing} 分钟",
        "{what} holds only until {until} ({source:hold_source}), {missing} min short of the end",
    ),
    "battery_minutes": (
        "{what}还可撑约 {minutes} 分钟（{source:hold_source}）",
        "{what}: about {minutes} min left ({source:hold_source})",
    ),
    "battery_unknown": ("{what}还能撑多久：未知", "{what}: time left unknown"),
    "ups_line": ("{name} {state:power_short}", "{name} {state:power_short}"),
    "battery_word": ("停电", "mains lost"),
    "low_word": ("电量低", "battery low"),
    "off_word": ("无输出", "no output"),
    "ending_word": ("正在收尾", "ending"),
    "test_word": ("测试中", "test on"),
    "short_word": ("时间不足", "too short"),
    "unproven_word": ("未实测", "not proven"),
    "declared_word": ("人工申报", "declared"),
    "hold_unknown_word": ("能撑多久未知", "time unknown"),
    "test_line": (
        "测 {minutes:whole} 分钟，电量到 {floor:whole}% 就停（{by}，{time} 起）",
        "For {minutes:whole} min, not below {floor:whole} % ({by}, since {time})",
    ),
    "test_pull": (
        "放电测试已开始：请拔下后备电源的市电插头（{by}，{time}）",
        "Test begun: pull the UPS's mains plug now ({by}, {time})",
    ),
    "faults": ("{what:ups_fault}", "{what:ups_fault}"),
    "doubted": ("UPS 说的{what:doubt_about}不可信", "Not believable of the UPS: {what:doubt_about}"),
    "uncovered": ("没有接后备电源的服务器：{names}", "Servers without a UPS: {names}"),
    "covered": ("每台服务器都接了后备电源：{names}", "Every server is on a UPS: {names}"),
    "coverage_unknown": (
        "配置里没有写服务器：哪台接了后备电源未知",
        "No servers are configured: which are on a UPS is unknown",
    ),
    "forecast_short": (
        "{start} 开考时约可撑 {minutes} 分钟（{by:hold_source}），规定 {asked} 分钟",
        "At {start} it will hold about {minutes} min ({by:hold_source}), {asked} asked",
    ),
    "forecast_ok": (
        "{start} 开考时约可撑 {minutes} 分钟（{by:hold_source}）",
        "At {start} it will hold about {minutes} min ({by:hold_source})",
    ),
    # the panel below
    "supply": ("服务器后备电源（{name}）", "Server's UPS ({name})"),
    "supply_named": ("后备电源 {name}", "UPS {name}"),
    "supply_more": ("详情", "details"),
    "chart_words": (
        "{start} 至 {now} 的电量：最低 {lowest}%，现在 {charge}%；{outage}。",
        "Charge from {start} to {now}: lowest {lowest} %, now {charge} %; {outage}.",
    ),
    "chart_no_outage": ("没有用过电池", "never on battery"),
    "chart_outage": ("{start} 起用电池 {lasted}", "on battery {start}, {lasted}"),
    "chart_outage_now": ("{start} 起用电池 {lasted}", "on battery since {start}"),
    "chart_outage_again": (
        "用电池 {times} 次，最近 {start} 起 {lasted}",
        "{times} × on battery, last {start}, {lasted}",
    ),
    "chart_outage_now_again": (
        "第 {times} 次用电池，{start} 起 {lasted}",
        "{times} × on battery, now since {start}",
    ),
    "chart_advice": ("低于 20%：建议有序停机", "below 20 %: stop in order"),
    "chart_none": ("还没有电量记录。", "No charge is recorded yet."),
    "chart_declared": ("人工申报，没有曲线。", "Declared by hand: no curve."),
    "hold_numbers": ("停电后能撑多久，三种说法", "How long it would hold, by three measures"),
    "hold_figure": ("{minutes} 分钟", "{minutes} min"),
    "hold_not_believed": ("不可信", "not believed"),
    "hold_no_figure": ("未知", "–"),
    # the shell
    "column_ups": ("后备电源", "UPS"),
    "column_state": ("状态", "state"),
    "column_charge": ("电量", "charge"),
    "column_load": ("负载", "load"),
    "column_level": ("规定 {asked} 分钟", "{asked} min asked"),
    "no_ups": ("没有接入后备电源", "No UPS is configured"),
    "ending_fact": ("{state:ending}（{signs:sign}）", "{state:ending} ({signs:sign})"),
    "ending_fact_bare": ("{state:ending}", "{state:ending}"),
    "doubt_fact": ("不可信：{doubt}", "Not believable: {doubt}"),
    "test_on_fact": (
        "放电测试中：{minutes:whole} 分钟，电量到 {floor:whole}% 就停（{by}，{time} 起）",
        "Test on: {minutes:whole} min, not below {floor:whole} % ({by}, since {time})",
    ),
    "outage_fact": ("{time} 起停电", "Mains lost since {time}"),
    "until_fact": (
        "约可撑到 {until}（{source:hold_source}）",
        "holds until about {until} ({source:hold_source})",
    ),
    "pull_now": ("现在拔下 {ups} 的市电插头", "Pull the mains plug of {ups} now"),
    "plug_back": ("现在插回 {ups} 的市电插头", "Plug {ups} back into the mains now"),
    "leave_plugged": ("{ups} 自行放电：不要拔插头", "{ups} discharges by itself: leave it plugged in"),
    "discharging": (
        "{ups} 已放电 {gone}，还剩 {left}，电量 {charge:whole}%（到 {floor:whole}% 就停）",
        "{ups}: {gone} on battery, {left} left, charge {charge:whole} % (stops at {floor:whole} %)",
    ),
    "test_goes_on": (
        "放电测试继续进行。看进度：venue power status；取消：venue power test --cancel {ups} --by 姓名",
        "The test goes on. See venue power status; to cancel: venue power test --cancel {ups} --by NAME",
    ),
    "drill_goes_on": (
        "拔插头演练继续进行，结果见 venue power status",
        "The plug drill goes on; its outcome stands in venue power status",
    ),
    "test_done": ("放电测试：{outcome:trial_outcome}", "Discharge test: {outcome:trial_outcome}"),
    "drill_done": ("拔插头演练：{outcome:power_drill}", "Plug drill: {outcome:power_drill}"),
    "drill_wait": ("等待看到停电（60 秒内）", "Waiting to see the mains go (within 60 s)"),
    "drill_edge": ("看到停电了", "The mains loss was seen"),
    "panel_look": (
        "灯亮、蜂鸣器响 10 秒。看到、听到后运行：venue panel confirm --by 姓名 --seen（没有：--not-seen）",
        "Lamps and buzzer for ten seconds. Then: venue panel confirm --by NAME --seen (or --not-seen)",
    ),
    # what opens below it
    "ups_row": ("{name}：{state:power}", "{name}: {state:power}"),
    "charge_word": ("电量 {charge}%", "{charge} %"),
    "load_word": ("负载 {load}%", "load {load} %"),
    "proof_fact": (
        "实测：{time} 撑了 {held_s:lasting}（负载 {load_percent:whole}%）",
        "Proof: held {held_s:lasting} at {load_percent:whole} % load, {time}",
    ),
    "proof_fact_bare": ("实测：{time} 撑了 {held_s:lasting}", "Proof: held {held_s:lasting}, {time}"),
    "unproven_fact": ("未实测：{why:why_unproven}", "Not proven: {why:why_unproven}"),
    "declared_fact": (
        "申报：{on} {by}测得 {hold_minutes} 分钟（负载 {load_percent:whole}%）",
        "Declared: {by} measured {hold_minutes} min on {on} (load {load_percent:whole} %)",
    ),
    "test_by_fact": (
        "放电测试请在 {time} 前开始，封场前才来得及充满",
        "Begin a discharge test before {time}, so that it is charged again before the seal",
    ),
    "drill_fact": (
        "拔插头演练：{state:power_drill}（{time}，{by}）",
        "Plug drill: {state:power_drill} ({time}, {by})",
    ),
    "drill_fact_bare": ("拔插头演练：{state:power_drill}", "Plug drill: {state:power_drill}"),
    "server_row": ("服务器 {name}：{state:server}", "Server {name}: {state:server}"),
    "can_stop": (
        "停服务器须主考同意：技术人员运行 venue power end",
        "Servers are stopped only with the chief's consent: venue power end",
    ),
}
