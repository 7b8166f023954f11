"""The points that should be, and those of the morning check, in both languages: why, and what to do."""

from collections.abc import Mapping

from appliance.words.ready.musts import NOTHING, Row
from appliance.words.sentences import Both

LATER = Both(
    "这一版还不能测；请技术人员自行查看。",
    "This version can not measure it; a technician looks by other means.",
)

SHOULDS: Mapping[str, Row] = {
    "disk.room": (Both("监控盒硬盘剩 {free_percent}%", "{free_percent} % of the box's disk are free"), NOTHING),
    "disk.low": (Both("监控盒硬盘只剩 {free_percent}%", "Only {free_percent} % of the box's disk are free"), Both("请技术人员清理。", "A technician makes room.")),
    "disk.full": (Both("监控盒硬盘快满了（剩 {free_percent}%）", "The box's disk is nearly full ({free_percent} % free)"), Both("请技术人员马上清理。", "A technician makes room at once.")),
    "disk.unread": (Both("监控盒硬盘余量读不到", "Room on the box's disk can not be read"), Both("请技术人员查看。", "A technician has a look.")),
    "rtc.kept": (Both("监控盒的钟有依据（时钟芯片、对时服务器或人工核对）", "Something vouches for the box's clock: a chip, a time server, or a person"), NOTHING),
    "rtc.unkept": (Both("监控盒的钟没有依据，断电后会不准", "Nothing vouches for the box's clock: it is lost with the power"), Both("请装时钟电池；每次断电后请人工核对时间。", "Fit a clock with a battery; compare the clock after each loss of power.")),
    "polarity.drilled": (Both("拔过插头，市电有无读得对（{names}）", "The plug was pulled: mains are read the right way round ({names})"), NOTHING),
    "polarity.wrong": (Both("拔插头时没有看到停电，或没有看到恢复（{names}）", "When the plug was pulled, the loss or the return was not seen ({names})"), Both("请技术人员查接线，再做拔插头演练。", "A technician checks the wires and drills again.")),
    "polarity.undrilled": (Both("还没有拔过插头验证接线（{names}）", "No plug was pulled to prove the wiring ({names})"), Both("请技术人员运行 venue power drill。", "A technician runs venue power drill.")),
    "polarity.none": (Both("没有可以验证接线的后备电源", "There is no UPS whose wiring could be proven"), NOTHING),
    "isolation.confirmed": (Both("{by} 已看过交换机：考试机之间互相隔开（{at}）", "{by} looked at the switch: seats are kept apart ({at})"), NOTHING),
    "isolation.not-isolated": (Both("{by} 已看过交换机：考试机之间没有隔开（{at}）", "{by} looked at the switch: seats reach each other ({at})"), Both("能设的请技术人员设上；不能设的，请监考员留意。", "A technician sets it where the switch can; else the invigilators keep an eye on it.")),
    "isolation.unconfirmed": (Both("考试机之间是否隔开：未知，监控盒看不到交换机里面", "Whether seats are kept apart is unknown: the box does not see into the switch"), Both("请技术人员看交换机设置后在下面登记。", "A technician looks at the switch and says so below.")),
    "seat_usb.declared": (Both("技术人员已声明：考试机 U 盘已禁用（{by}，{at}），没有监测", "Declared: USB storage is off on the seats ({by}, {at}); nobody measures it"), NOTHING),
    "seat_usb.not-blocked": (Both("技术人员已声明：考试机 U 盘没有禁用（{by}，{at}）", "Declared: USB storage is not off on the seats ({by}, {at})"), Both("请在考试机上禁用 U 盘，再登记。", "Turn it off on the seats, then say so.")),
    "seat_usb.undeclared": (Both("考试机 U 盘：未知，没有接入监测，也没有人声明", "USB of the seats is unknown: not monitored, and nobody has said"), Both("请技术人员检查后在下面登记。", "A technician checks and says so below.")),
    "wear.well": (Both("存储用了寿命的 {value}%", "{value} % of the disk's life are used"), NOTHING),
    "wear.bad": (Both("存储用了寿命的 {value}%，快到头了", "{value} % of the disk's life are used: near its end"), Both("请在下次考试前换存储卡。", "Replace it before the next exam.")),
    "wear.unmeasured": (Both("存储卡磨损：它不报告", "Wear of the card: it does not tell"), Both("用了两年以上的存储卡请更换。", "Replace a card that is older than two years.")),
    "temperature.well": (Both("监控盒温度 {value} °C", "The box is at {value} °C"), NOTHING),
    "temperature.bad": (Both("监控盒过热：{value} °C", "The box is too hot: {value} °C"), Both("请通风，离开热源。", "Give it air, away from heat.")),
    "temperature.unmeasured": (Both("监控盒温度：没有测到", "The box's temperature was not measured"), Both("请摸一下是否烫手。", "Feel whether it is hot.")),
    "undervoltage.well": (Both("监控盒供电电压正常", "The box's supply voltage is fine"), NOTHING),
    "undervoltage.bad": (Both("监控盒供电电压偏低", "The box's supply voltage is too low"), Both("请换原装电源和短的粗线。", "Use the board's own supply and a short, thick cable.")),
    "undervoltage.unmeasured": (Both("监控盒供电电压：它不报告", "The box's supply voltage: it does not tell"), Both("请确认用的是原装电源。", "Make sure that it has the board's own supply.")),
    "watchdog.unmeasured": (Both("看门狗：没有测量", "The watchdog is not measured"), LATER),
    "line_speed.unmeasured": (Both("外网速度：没有测量", "The line's speed is not measured"), LATER),
}  # fmt: skip

MORNINGS: Mapping[str, Row] = {
    "machines.present": (Both("考试机 {present} / {expected} 台在线", "{present} of {expected} seats are present"), NOTHING),
    "machines.missing": (Both("考试机 {present} / {expected} 台在线，还没看到：{missing:seats}", "{present} of {expected} seats are present; not yet: {missing:seats}"), Both("请监考员开机；T − 60 分钟还没有的会报警。", "Invigilators switch them on; from T − 60 those missing are an alarm.")),
    "machines.unread": (Both("考试机在线情况读不到", "Presence of the seats can not be read"), Both("请技术人员查看考试网。", "A technician looks at the exam network.")),
    "machines.off": (Both("考试机在线情况未接入监测", "Presence of the seats is not monitored"), NOTHING),
    "usb.same": (Both("监控盒 USB 口与封场时一样", "The box's USB ports are as they were sealed"), NOTHING),
    "usb.changed": (Both("监控盒 USB 口比封场时少了设备", "A device of the seal is missing from the box's USB ports"), Both("请技术人员看是哪条线松了。", "A technician looks for a loose cable.")),
    "usb.intruders": (Both("监控盒 USB 口多了封场时没有的设备：{names}", "A device that was not sealed in is on the box's USB ports: {names}"), Both("请拔下，并在“需要处理”里登记。", "Unplug it and note it under “To do”.")),
    "usb.radio": (Both("监控盒 USB 口与封场时一样，但监控盒的无线没有关", "The ports are as they were sealed, but a radio of the box is on"), Both("请技术人员查看。", "A technician has a look.")),
    "usb.open": (Both("监控盒的 USB 口没有关好", "The box's USB ports are not closed"), Both("请技术人员查看。", "A technician has a look.")),
    "usb.unread": (Both("监控盒的 USB 口或封场清单读不到", "The ports, or the seal's inventory, can not be read"), Both("请技术人员查看。", "A technician has a look.")),
    "usb.off": (Both("监控盒的 USB 口没有接管", "The box does not hold its USB ports"), NOTHING),
    "line.proven": (Both("外网已隔断：刚验证 {kinds} 种，没有漏", "The line is closed: {kinds} kinds were just tried, none came out"), NOTHING),
    "line.leaks": (Both("外网没有隔断：{kinds} 种里漏了 {leaks} 种", "The line is not closed: {leaks} of {kinds} kinds came out"), Both("请先拔下监控盒的外网线，再请技术人员查看。", "Unplug the box's line first; then a technician looks.")),
    "line.unproven": (Both("外网是否隔断：今早还没有验证", "Whether the line is closed was not proven this morning"), Both("请技术人员查看。", "A technician has a look.")),
    "line.off": (Both("监控盒没有接管外网", "The box does not hold the line"), NOTHING),
    "supply.same": (Both("市电供电，电量 {charge_percent}%", "On mains, charge {charge_percent} %"), NOTHING),
    "supply.lower": (Both("市电供电，电量 {charge_percent}%，封场时 {before_percent}%", "On mains, charge {charge_percent} %, at the seal {before_percent} %"), Both("夜里可能停过电：请技术人员查看。", "The mains may have failed at night: a technician has a look.")),
    "supply.worse": (Both("后备电源 {names} 异常或不是市电供电", "UPS {names} has a fault or is not on mains"), Both("请技术人员查看配电。", "A technician checks the supply.")),
    "supply.unread": (Both("后备电源读不到", "The UPS can not be read"), Both("请技术人员查看数据线。", "A technician checks its data cable.")),
    "supply.off": (Both("没有监测的后备电源", "No UPS is watched"), NOTHING),
}  # fmt: skip
