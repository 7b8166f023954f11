"""What is said of people who act: PINs, and who signed in."""

from collections.abc import Mapping

from appliance.words.sentences import Both, By

PEOPLE_SENTENCES: Mapping[str, Both] = {
    "sitting.paper_imported": Both(
        "场次 {sitting}：试卷已导入（{by} 申报）", "Sitting {sitting}: the paper is in, says {by}"
    ),
    "sitting.upload_reported": Both(
        (
            "场次 {sitting}：{room:room}已报正式上传完成（{by} 登记）",
            "场次 {sitting}：各考场已报正式上传完成（{by} 登记）",
        ),
        (
            "Sitting {sitting}: {room:room} reports the official upload ({by} wrote it down)",
            "Sitting {sitting}: all rooms report the official upload ({by} wrote it down)",
        ),
    ),
    "seat.retired": Both(
        "{seat:seats}停用：{reason}（{by}）", "{seat:seats} is out of service: {reason} ({by})"
    ),
    "seat.registered": Both(
        "{seat:seats}登记新机 {mac}，{ip}（{by}）", "{seat:seats}: new machine {mac}, {ip} ({by})"
    ),
    "pin.code_made": Both(
        "技术人员生成了{role:role}的一次性口令",
        "A technician had a one-time code made for the {role:role}",
    ),
    "pin.changed": Both(
        By(
            "how",
            {"code": "{role:role}（{by}）用一次性口令设定了自己的 PIN"},
            By(
                "again",
                {"true": "{role:role}的 PIN 由技术人员重设；不是本人要求的，请立即另设"},
                "{role:role}的 PIN 由技术人员设定",
            ),
        ),
        By(
            "how",
            {"code": "The {role:role} ({by}) chose a PIN with a one-time code"},
            By(
                "again",
                {"true": "A technician reset the PIN of the {role:role}; if unasked, choose another now"},
                "A technician set the PIN of the {role:role}",
            ),
        ),
    ),
    "session.begun": Both("{role:role} {name} 登录", "{name} signed in as {role:role}"),
}
