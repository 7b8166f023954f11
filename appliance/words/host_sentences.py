"""The box itself in words: its row."""

from collections.abc import Mapping

from appliance.words.sentences import Both

HOST_EVENTS: Mapping[str, Both] = {
    "host.read": Both(
        ("{faults:host_fault}", "监控盒本身正常（{temperature_c} ℃）", "监控盒本身正常"),
        (
            "What is wrong with the box: {faults:host_fault}",
            "The box itself is well ({temperature_c} °C)",
            "The box itself is well",
        ),
    ),
}
