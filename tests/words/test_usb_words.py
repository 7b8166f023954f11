"""What is said of USB devices: the place and the kind first, who let them in until when, and no word that accuses."""

from itertools import combinations
from typing import Any

import pytest

from appliance import words
from appliance.events.bodies import UsbGranted, UsbPlugged
from appliance.words import event_sentence, figures_of, incident_words, reason_sentence, usb_level, usb_rows
from appliance.words.names import NAMES
from appliance.words.refusals import refusal_sentence
from appliance.words.usb.incidents_zh import USB_CAUSES
from appliance.words.usb.kinds import kinds_words, one_kind
from appliance.words.usb.labels import USB_LABELS
from appliance.words.usb.names import USB_NAMES
from appliance.words.usb.rows import usb_grants
from hw.usb_classes import KINDS, word

BOTH = pytest.mark.parametrize("language", words.LANGUAGES)
STICK: dict[str, Any] = {
    "port": "1-1.4", "id": "0951:1666", "name": "Kingston DT 101", "kinds": ["storage"], "authorized": False,
    "allowed": False,
}  # fmt: skip
GRANT: dict[str, Any] = {
    "port": "1-1.4", "id": "0951:1666", "name": "Kingston DT 101", "minutes": 15, "how": "grant",
    "chief": "王主考", "technician": "张工", "reason": "拷贝监考名单",
}  # fmt: skip
EVIL = "evil\x1b[2J\u202egnp.exe\n" + "x" * 10_000


def snapshot(*devices: dict[str, Any], state: str = "closed", grants: Any = (), **usb: Any) -> dict[str, Any]:
    rows = [{"place": "", "serial": "", "why": "", **device} for device in devices]
    attached = {"state": "watched", "rows": [], "undone": [], "radios": {"wifi": "off", "bluetooth": "none"}}
    told = {"state": state, "devices": rows, "grants": list(grants), "sealed_in": True, "attached": attached}
    return {"usb": told | usb}


# Kinds


def test_every_kind_and_the_word_for_several_of_them_has_its_name() -> None:
    assert tuple(USB_NAMES["usb_kind"]) == (*KINDS, "combined")


def test_the_one_word_is_the_one_that_the_hardware_room_finds() -> None:
    for size in (1, 2, 3):
        for kinds in combinations(KINDS, size):
            assert one_kind(kinds) == word(kinds), kinds


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["storage"], "U 盘 / 存储设备"),
        (["phone", "storage", "vendor"], "手机或相机"),
        (["network"], "网卡或手机共享网络"),
        (["keyboard", "pointer"], "键盘"),
        (["storage", "keyboard"], "多功能设备（U 盘 / 存储设备、键盘）"),
        (["hologram"], "hologram"),
        ([None, 7], "多功能设备（None、7）"),
    ],
)
def test_a_device_is_named_by_what_it_is_and_one_that_is_several_things_by_all(kinds: Any, said: str) -> None:
    assert kinds_words("zh_CN", kinds) == said


# Events


@pytest.mark.parametrize(
    ("allowed", "authorized", "said"),
    [
        (False, False, "1-1.4 口：U 盘 / 存储设备“Kingston DT 101”（0951:1666）已拦下"),
        (False, True, "1-1.4 口：U 盘 / 存储设备“Kingston DT 101”（0951:1666）已接通，尚未拦下"),
        (True, False, "1-1.4 口：U 盘 / 存储设备“Kingston DT 101”（0951:1666）允许使用，尚未接通"),
        (True, True, "1-1.4 口：U 盘 / 存储设备“Kingston DT 101”（0951:1666）已接通"),
    ],
)
def test_a_plugged_device_is_told_by_place_kind_name_and_how_it_is(
    allowed: bool, authorized: bool, said: str
) -> None:
    body = STICK | {"allowed": allowed, "authorized": authorized}
    assert event_sentence("zh_CN", "usb.plugged", body) == said


def test_a_port_that_the_configuration_names_is_called_by_its_name() -> None:
    places = {"1-1.4": "左前口"}
    assert event_sentence("zh_CN", "usb.plugged", STICK, places=places).startswith("左前口（1-1.4）：U 盘")
    assert event_sentence("en", "usb.unplugged", STICK, places=places).startswith("At 左前口 (1-1.4): ")
    opened = {"cause_kind": "usb", "place": "1-1.4", "detail": "Kingston DT 101"}
    assert event_sentence("zh_CN", "incident.opened", opened, places=places) == (
        "左前口（1-1.4）：USB 设备“Kingston DT 101”插入，已拦下"
    )
    other = {"cause_kind": "seat", "place": "1-1.4", "members": ["1-1"]}
    assert "左前口" not in event_sentence("zh_CN", "incident.opened", other, places=places)


def test_a_record_of_before_the_kinds_still_names_the_device() -> None:
    older = {name: STICK[name] for name in ("port", "id", "name", "authorized")}
    assert (
        event_sentence("zh_CN", "usb.plugged", older)
        == "1-1.4 口：USB 设备“Kingston DT 101”（0951:1666）已拦下"
    )
    assert (
        event_sentence("en", "usb.plugged", older | {"name": ""})
        == "At port 1-1.4: USB device (0951:1666) blocked"
    )


def test_a_grant_names_who_let_in_what_for_how_long_and_why() -> None:
    said = "主考 王主考 和 张工 允许使用 1-1.4 口的“Kingston DT 101”（0951:1666），15 分钟：拷贝监考名单"
    assert event_sentence("zh_CN", "usb.granted", GRANT) == said
    one = GRANT | {"chief": "", "how": "keyboard", "minutes": 10}
    assert event_sentence("zh_CN", "usb.granted", one).startswith("更换键盘：张工 允许使用")
    ups = event_sentence("en", "usb.granted", GRANT | {"chief": "", "how": "ups", "minutes": 1440})
    assert ups.startswith("A UPS replaced: 张工 let in") and "for 24 h:" in ups


@BOTH
@pytest.mark.parametrize("why", ["expired", "pulled", "restarted", "person"])
def test_each_end_of_a_grant_has_its_words(language: str, why: str) -> None:
    body = {"port": "1-1.4", "id": "0951:1666", "why": why, "by": "张工" if why == "person" else ""}
    said = event_sentence(language, "usb.revoked", body)
    reason = "张工" if why == "person" else words.name_of(language, "usb_over", why)
    assert "1-1.4" in said and reason in said and "未知" not in said and "unknown" not in said


@BOTH
def test_a_strangers_name_drives_no_terminal_and_pushes_nothing_off_the_page(language: str) -> None:
    bodies = {
        "usb.plugged": STICK | dict.fromkeys(("name", "id", "port"), EVIL) | {"kinds": [EVIL, "storage"]},
        "usb.granted": GRANT | dict.fromkeys(("name", "reason", "chief", "technician", "port"), EVIL),
    }
    for kind, body in bodies.items():
        said = event_sentence(language, kind, body, places={EVIL: EVIL})
        assert not {"\x1b", "\u202e", "\n"} & set(said) and len(said) < 900
    device = STICK | dict.fromkeys(("name", "id", "port", "place", "serial", "why"), EVIL) | {"kinds": [EVIL]}
    (row,) = usb_rows(language, snapshot(device))
    (grant,) = usb_grants(language, snapshot(grants=[GRANT | dict.fromkeys(GRANT, EVIL)]), str)
    for text in (row.place, row.what, row.why, row.port, grant.place):
        assert not {"\x1b", "\u202e", "\n"} & set(text) and len(text) < 300
    refusal = refusal_sentence(language, "another-device", {"port": "1-1", "id": "a:b", "name": EVIL})
    assert not {"\x1b", "\u202e", "\n"} & set(refusal)


# Incidents


def test_an_incident_says_the_place_by_its_name_then_what_it_is_and_which() -> None:
    told = figures_of(snapshot(STICK | {"place": "左前口", "why": "not-sealed-in"}), "usb", "1-1.4", str,
                      "Kingston DT 101")  # fmt: skip
    incident = {"cause_kind": "usb", "place": "1-1.4", "detail": "Kingston DT 101"}
    said = incident_words("zh_CN", incident, figures=told)
    assert (said.place, said.title) == (
        "左前口（服务器机柜）",
        "U 盘 / 存储设备“Kingston DT 101”插入，已拦下",
    )
    verdict = {"reason": {"code": "usb", "args": {"place": "1-1.4", "detail": "Kingston DT 101"}}}
    shown = words.with_figures(snapshot(STICK | {"place": "左前口"}) | {"verdict": verdict}, str)
    assert reason_sentence("zh_CN", shown) == (
        "左前口（服务器机柜）插入 U 盘 / 存储设备，已拦下：Kingston DT 101"
    )


def test_a_device_that_is_gone_or_was_exchanged_lends_its_kind_to_no_incident() -> None:
    incident = {"cause_kind": "usb", "place": "1-1.4", "detail": "Kingston DT 101"}
    for here in ([], [STICK | {"name": "Dell KB", "kinds": ["keyboard"]}], [STICK | {"allowed": True}]):
        told = figures_of(snapshot(*here), "usb", "1-1.4", str, "Kingston DT 101")
        assert (
            incident_words("zh_CN", incident, figures=told).title == "USB 设备“Kingston DT 101”插入，已拦下"
        )


@BOTH
@pytest.mark.parametrize("why", ["changed", "unreadable", "not-sealed-in", "", "of a newer version"])
def test_what_to_do_follows_why_it_is_blocked(language: str, why: str) -> None:
    incident = {"cause_kind": "usb", "place": "1-1", "detail": "APC"}
    device = STICK | {"port": "1-1", "name": "APC", "why": why}
    todo = incident_words(
        language, incident, figures=figures_of(snapshot(device), "usb", "1-1", str, "APC")
    ).todo
    plain = incident_words(language, incident).todo
    assert (todo != plain) is (why in ("changed", "unreadable"))


def test_no_word_about_usb_accuses_or_asks_who_did_it() -> None:
    texts = [zh for table in USB_NAMES.values() for zh, _ in table.values()]
    texts += [zh for zh, _ in USB_LABELS.values()]
    for kind in USB_CAUSES:
        for why in ("", "changed", "unreadable"):
            said = incident_words("zh_CN", {"cause_kind": kind, "place": "1-1"}, figures={"why": why})
            texts += [said.title, said.todo, said.script]
    for text in texts:
        assert not any(
            never in text for never in ("作弊", "违规", "谁插", "可疑", "非法", "攻击", "没收", "违纪")
        )


# Rows


def test_every_verdict_of_the_guard_has_words() -> None:
    from_guard = (
        "board",
        "listed",
        "sealed-in",
        "granted",
        "unlisted",
        "not-sealed-in",
        "changed",
        "unreadable",
    )
    assert set(NAMES["usb_why"]) == set(from_guard)


@pytest.mark.parametrize(
    ("allowed", "authorized", "state", "level"),
    [
        (True, True, "in", "ok"),
        (True, False, "waiting", "attention"),
        (False, False, "blocked", "attention"),
        (False, True, "open", "critical"),
        (None, True, "open", "critical"),
        (True, None, "unknown", "unknown"),
    ],
)
def test_a_device_is_well_only_where_the_verdict_and_the_kernel_agree(
    allowed: Any, authorized: Any, state: str, level: str
) -> None:
    told = snapshot(STICK | {"allowed": allowed, "authorized": authorized})
    (row,) = usb_rows("zh_CN", told)
    assert (row.state, row.level, usb_level(told)) == (state, level, level)


@pytest.mark.parametrize(
    ("told", "level"),
    [
        (snapshot(), "ok"),
        (snapshot(state="open"), "attention"),
        (snapshot(state="unknown"), "unknown"),
        (snapshot(state="unmonitored"), "unknown"),
        (snapshot(state="of a newer version"), "unknown"),
        ({}, "unknown"),
        ({"usb": {"state": "closed"}}, "unknown"),
        ({"usb": {"state": "closed", "devices": []}}, "unknown"),
        ({"usb": 7}, "unknown"),
        (snapshot(grants=[GRANT]), "attention"),
        (snapshot(grants=[GRANT | {"chief": "", "how": "ups"}]), "ok"),
        (snapshot(grants=[GRANT | {"chief": "", "how": "keyboard"}]), "attention"),
        (snapshot(grants=[GRANT | {"chief": ""}], sealed_in=False), "ok"),
    ],
)
def test_usb_is_well_only_where_the_ports_are_known_to_be_closed(told: dict[str, Any], level: str) -> None:
    assert usb_level(told) == level


@pytest.mark.parametrize("state", ["unknown", "unmonitored", None, "of a newer version"])
def test_usb_is_not_well_where_nobody_looks_at_disks_and_interfaces(state: str | None) -> None:
    assert usb_level(snapshot(attached={"state": state, "rows": [], "undone": [], "radios": {}})) == "unknown"


@BOTH
@pytest.mark.parametrize("kind", ["disk_new", "net_new", "mount_new"])
def test_an_incident_of_the_second_layer_names_place_and_thing(language: str, kind: str) -> None:
    incident = {"cause_kind": kind, "place": "1-1.4", "detail": "DT 101"}
    figures = figures_of(snapshot(ports={"1-1.4": "左前口"}), kind, "1-1.4", str)
    said = incident_words(language, incident, figures=figures)
    assert "DT 101" in said.title and ("左前口" in said.place or kind == "mount_new")
    assert "DT 101" in reason_sentence(language, {"reason": {"code": kind, "args": incident}})
    opened = event_sentence(language, "incident.opened", incident)
    assert "DT 101" in opened


@BOTH
@pytest.mark.parametrize("detail", ["wifi-on", "wifi-unknown", "bluetooth-on", "bluetooth-unknown"])
def test_each_fault_of_a_radio_has_its_words(language: str, detail: str) -> None:
    incident = {"cause_kind": "radio_on", "cause": detail.partition("-")[0], "detail": detail}
    for said in (
        incident_words(language, incident).title,
        event_sentence(language, "incident.opened", incident),
        reason_sentence(language, {"reason": {"code": "radio_on", "args": incident}}),
    ):
        assert detail not in said and said


@pytest.mark.parametrize(
    ("what", "allowed", "said"),
    [
        ("disk", False, "磁盘 sda“DT 101”（1-1.4 口，4.0 GB）：不在登记之内，由监控盒断开"),
        ("disk", True, "磁盘 sda“DT 101”（1-1.4 口，4.0 GB）：已接入"),
        ("interface", False, "网络接口 sda（1-1.4 口，S1）：不在登记之内，由监控盒断开"),
        ("mount", True, "S1 挂载在 sda（DT 101）：已接入"),
    ],
)
def test_what_appears_is_told_by_kind_name_and_place(what: str, allowed: bool, said: str) -> None:
    body: dict[str, Any] = {"what": what, "name": "sda", "model": "DT 101", "serial": "S1", "port": "1-1.4"}
    body |= {"size_bytes": 4_000_000_000}
    assert event_sentence("zh_CN", "attached.appeared", body | {"allowed": allowed}) == said


def test_what_a_device_lacks_is_not_made_up() -> None:
    (row,) = usb_rows("zh_CN", {"usb": {"devices": [{}]}})
    assert (row.what, row.why, row.state) == ("USB 设备", "未知", "unknown")


def test_the_grant_that_ends_first_stands_in_front() -> None:
    later = GRANT | {"port": "1-2", "until": "2026-09-05T03:00:00+00:00"}
    sooner = GRANT | {"port": "1-3", "until": "2026-09-05T02:00:00+00:00"}
    assert [grant.port for grant in usb_grants("en", snapshot(grants=[later, sooner, GRANT]), str)] == [
        "1-3", "1-2", "1-1.4",
    ]  # fmt: skip


def test_the_bodies_that_are_told_have_the_fields_that_these_tests_give() -> None:
    assert set(STICK) <= set(UsbPlugged.__dataclass_fields__)
    assert set(GRANT) <= set(UsbGranted.__dataclass_fields__)
