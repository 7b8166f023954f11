"""What is wrong in a venue's files, in Chinese by its code; English is the line as it was found.

Codes that pydantic gives are its own: https://docs.pydantic.dev/latest/errors/validation_errors/
"""

from collections.abc import Mapping

from appliance.finding import Finding
from appliance.words.languages import LANGUAGES
from appliance.words.plain import plain_text
from appliance.words.system import system_reason

_ANY: Mapping[str, str] = {
    "missing": "没有填",
    "unknown_key": "没有这一项，请核对写法",
    "unknown_option": "没有这一项，可以写的有 {known}",
    "twice": "{name} 写了两次",
    "no_table": "这里应当是一个表（[…]）",
    "not_one_of": "只能写 {known}",
    "not_absolute": "要写从 / 开始的完整路径",
    "not_absolute_paths": "要写从 / 开始的完整路径，如 /mnt/ssd",
    "place_twice": "同一个位置写了两次",
    "no_listen": "要写 unix:路径 或 地址:端口",
    "too_large": "文件有 {bytes} 字节，最多 {most} 字节",
    "too_deep": "括号套得太深，读不了",
    "not_utf8": "不是 UTF-8 文字，请另存为 UTF-8",
    "not_toml": "第 {line} 行第 {column} 列写法不对（TOML）",
    "toml_unfinished": "文件末尾没有写完整（TOML）",
    "not_enrolled": "这不是 venue enrol 写的内容，请重新导入省里的考点文件",
    "nobody_asks": "没有这个问题，可以回答的有 {known}",
}
_PYDANTIC: Mapping[str, str] = {
    "string_type": "应当是文字（写在引号里）",
    "string_too_short": "太短，至少 {min_length} 个字",
    "string_too_long": "太长，最多 {max_length} 个字",
    "string_pattern_mismatch": "写法不对，应当像这样：{example}",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "int_parsing_size": "数太大",
    "int_from_float": "应当是整数，不带小数",
    "float_type": "应当是数字",
    "float_parsing": "应当是数字",
    "finite_number": "应当是数字",
    "bool_type": "应当是 true 或 false",
    "bool_parsing": "应当是 true 或 false",
    "greater_than": "要大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "要小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能写 {expected}",
    "too_short": "至少写 {min_length} 项",
    "too_long": "最多写 {max_length} 项",
    "tuple_type": "应当是一列（[…]）",
    "list_type": "应当是一列（[…]）",
    "dict_type": "应当是一个表",
    "model_type": "应当是一个表（[…]）",
    "model_attributes_type": "应当是一个表（[…]）",
    "path_type": "应当是路径（写在引号里）",
    "date_type": "应当是日期，如 2027-01-01",
    "date_parsing": "应当是日期，如 2027-01-01",
    "date_from_datetime_parsing": "应当是日期，如 2027-01-01",
    "date_from_datetime_inexact": "只写日期，不写时刻，如 2027-01-01",
}
_SECTIONS: Mapping[str, str] = {
    "venue_code": "只能用字母、数字和“-”，最多 32 个",
    "no_such_zone": "没有这个时区，一般写 Asia/Shanghai",
    "rated_together": "rated_minutes 和 rated_load_percent 要么都写，要么都不写",
    "not_below_root": "要写来源目录以下的路径，如 room{{room}}/*.json",
    "no_program": "最前面要写程序的完整路径（从 / 开始）",
    "counted_twice": "写了 count_command，就不再写 expected 和 collected",
    "no_address_port": "要写数字地址和端口，如 10.50.0.2:22",
    "no_port": "端口应当是 1 到 65535，如 10.50.0.2:22",
}
_TIMETABLE: Mapping[str, str] = {
    "no_sitting": "至少要有一场 [[sitting]]",
    "no_id": "只能用字母、数字、“.”“_”和“-”",
    "text_length": "应当是 {least} 到 {most} 个字",
    "not_after_start": "结束 {end} 不在开始 {start} 之后",
    "past_midnight": "结束 {end} 过了开考当天的零点",
    "clocks_change": "结束 {end} 不在开始 {start} 之后：当中要调钟",
    "odd_year": "年份应当是 {least} 到 {most}",
    "no_local_time": "应当是当地时间，如 2026-09-05T09:00:00，现在写的是 {shown}",
    "overlaps": "{other} 还没结束，这一场就开始了",
    "torn_batch": "第 {batch} 批当中夹着别的批次",
    "id_twice": "这个编号写了两次",
}
_SEATS: Mapping[str, str] = {
    "no_csv": "不是能读的 CSV 表",
    "columns": "表头应当是 {known}",
    "column_count": "应当有 {count} 列",
    "seat_name": "考场（room）和座位（seat）只能用字母、数字、“.”和“_”",
    "yes_or_no": "应当写 yes 或 no",
    "seat_twice": "{room} 考场的 {seat} 座写了两次",
    "too_many_seats": "有 {count} 个座位，最多 {most} 个",
    "seat_on_port": "接在监控盒上的座位，MAC 和地址都要写",
    "no_mac": "MAC 要写成 02:50:00:00:00:02 这样",
    "no_machines_mac": "没有机器会用这个 MAC",
    "no_ip": "地址要写成 10.50.0.2 这样",
    "no_machines_ip": "没有机器会用这个地址",
}
_NETWORK: Mapping[str, str] = {
    "no_own_address": "要写成 10.50.0.1/24 这样",
    "nobodys_address": "这个地址不能给机器用，要写成 10.50.0.1/24 这样",
    "no_network": "要写成 10.50.1.0/24 这样的网段",
    "no_place": "要写成 地址:端口，如 198.51.100.10:443",
    "no_dial_out": "要写成 用户@地址:端口，如 pull@198.51.100.11:22",
    "offers_without_mac": "没有填：写了 offers，就要写它的 MAC",
    "address_twice": "{told} 写了两次，前一次在 {first}",
    "ghosts": "{told} 是监控盒自检时用的，请换一个",
    "no_interface": "要写网口的名字，如 eth1，最多 15 个字母和数字",
    "stands_too": "{other} 也写了它",
    "dhcp_needs": "没有填：开了 dhcp 就要写",
    "mode_needs": "没有填：mode 是 {mode} 就要写",
    "outside": "不在考试网 {network} 里",
    "nobodys_in": "{network} 里没有机器能用这个地址",
    "inside": "在考试网里面，不在外网",
    "router_in_route": "mode 是 route 时不写：监控盒自己就是考试网的路由器",
    "router_too": "{router} 在 {other} 也写了",
    "no_exam_port": "不是接考试网的网口，现有 {known}",
    "seats_port": "这个网口接着座位，服务器要单独一个",
}
_KEYS: Mapping[str, str] = {
    "no_recipient": "没有填：没有省里的公钥，备份就加不了密",
    "key_expired": "公钥 {day} 已到期，请向省里要新的",
    "key_expires": "公钥 {day} 到期，请向省里要新的",
    "same_key": "和 {other} 是同一个公钥，请去掉一个",
    "private_key": "这是私钥，绝不能放在这里：请拿走，并另做一对新的",
    "no_age_key": "不是 age1… 公钥：{count} 个字，开头不对",
    "key_mistyped": "公钥写错了，可能抄错或漏了字，请核对",
    "other_key": "应当是 age1… 公钥",
    "weak_key": "这个公钥不安全，谁都能打开备份：请向省里要新的",
}
_OPTIONS: Mapping[str, str] = {
    "not_between": "应当是 {least} 到 {most} 之间的数",
    "not_within": "{shown} 不在 {least} 到 {most} 之间",
    "none_of": "{shown} 不对，只能写 {known}",
    "null_byte": "有一个参数里含空字节",
    "no_file_name": "要写一个普通的文件名",
    "not_relative": "要写来源目录以下的名字或写法，如 *.tmp、room9/*",
    "no_plain_name": "只写名字，不写连接串",
    "odd_path": "路径里不能有空格和特殊符号",
    "no_host": "要写地址或机器名",
    "no_user": "要写用户名",
    "no_share": "要写成 //服务器/共享名",
    "no_name": "要写姓名，最多 {most} 个字",
    "no_ups_name": "{shown} 不是后备电源的名字（字母、数字、“.”“_”“-”）",
    "no_numeric_host": "{shown} 不对，要写数字地址或 localhost",
    "password_together": "username 和 password 要么都写，要么都不写",
    "control_characters": "含有控制字符",
    "password_in_clear": "口令会明文发到 {host}；只读不需要口令，请去掉",
    "no_such_room": "座位表里没有这个考场",
    "no_cut": "这台后备电源不接受命令；nut 要写 username 和 password",
    "no_feeds": "没有一台后备电源的 feeds 里写着它",
}
# What holds and will surprise somebody.
_WARNINGS: Mapping[str, str] = {
    "overruled": "跟省里的考点文件不一样，以省里的为准",
    "boot_open": "这次开机时还没有设置好，USB 口没有关；请重新启动（reboot），下次起就关上",
    "unseen_off": "看不到座位：网络没有启用，页面上写“未接入监测”",
    "unseen_bare": "看不到座位：有座位既没有 MAC 也没有地址，页面上写“未接入监测”",
    "few_spares": "{room} 考场有 {here} 台备用机，按规定要 {asked} 台",
    "no_province": "没有填省里的地址：试卷取不了，备份也传不出去",
    "no_server": "没有填考试服务器：给它开不了外网窗口",
    "no_time": "监控盒的时间没有依据，不给考试网对时",
    "rival": "这台机器装了 {name}，它的网络规则会被一次次删掉，请卸掉它",
    "bare_seats": "{count} 个座位里有 {bare} 个没有填 MAC 或地址，会被当成陌生设备",
    "no_ups": "没有登记后备电源，页面上说不出停电后服务器能撑多久",
    "unfed": "{name} 没有接后备电源，一停电就断",
    "no_server_fed": "没有一台后备电源写明接着考试服务器（feeds），说不出哪一台要紧",
    "declared": "{name} 是手工登记的，没有接监测，页面上写“未接入监测”",
    "uncut": "cut = false：停了的服务器来电后要人去开",
    "unknown_board": "不认识 {model} 这种板：板上自带的 USB 设备（网卡也算）要写进 usb.allow",
    "hub_denied": "{port} 接在 {hub} 后面，而 {hub} 没有放行，所以永远看不到它",
    "card_denied": "{name} 是 USB 网卡，没有登记，下次启动就不能用了：请做 venue setup --step 2（会写入 {entry}）",
    "starts_open": "还在的话，启动后 USB 和外网可能不关：请执行 venue config apply",
    "kernel_open": "里面没有 {words}，启动最初一刻 USB 没有关：请执行 venue-install",
    "boot_untold": "读不出来，启动时放行哪些设备说不清",
    "boot_lacks": "{grant} 登记了，启动时却没有放行：请执行 venue config apply",
    "boot_has_more": "{grant} 没有登记，启动时却会放行：请执行 venue config apply",
    "boot_odd": "这一行看不懂，不放行任何设备：请执行 venue config apply",
    "certificate_ends": "证书 {day} 到期，之后省里取不到备份：请向省里要新的考点文件",
    "certificate_ended": "证书 {day} 已到期，省里取不到备份：请向省里要新的考点文件",
    "certificate_unread": "证书读不出来，省里取不到备份：请重新导入省里的考点文件",
}
FINDINGS_ZH: Mapping[str, str] = {
    **_ANY, **_PYDANTIC, **_SECTIONS, **_TIMETABLE, **_SEATS, **_NETWORK, **_KEYS, **_OPTIONS,
    **_WARNINGS,
}  # fmt: skip


def finding_sentence(language: str, found: Finding) -> str:
    """The line in `language`: its place and what stands there as they are, then why it can not be meant."""
    if language != LANGUAGES[0]:
        return found
    parts = (found.place, found.value, _reason(language, found))
    return "：".join(plain_text(part, limit=600) for part in parts if part)


def _reason(language: str, found: Finding) -> str:
    if found.code == "os":
        return system_reason(language, int(found.values.get("errno", 0)), found.reason)
    said = FINDINGS_ZH.get(found.code)
    if said is None:
        return f"这里写得不对，请对照说明核对（{found.code}）"
    try:
        return said.format_map(found.values)
    except (KeyError, ValueError):
        return said
