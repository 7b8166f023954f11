"""One plain sentence for every kind of event of the exam network and of the windows of the line."""

from collections.abc import Mapping

from appliance.words.sentences import Both, By

# In the order of appliance.events.bodies; said through appliance.words.event_sentences.
NET_EVENTS: Mapping[str, Both] = {
    "window.opened": Both(
        By(
            "how",
            {
                "more": "{by} 把“{name:window}”窗口再开 {minutes:for_minutes}",
                "maintenance": (
                    "{technician} 打开“{name:window}”窗口 {minutes:for_minutes}（{server}）：{reason}",
                    "{technician} 打开“{name:window}”窗口 {minutes:for_minutes}：{reason}",
                ),
            },
            (
                "主考 {chief} 和 {technician} 打开“{name:window}”窗口 {minutes:for_minutes}（到 {to}）：{reason}",
                "主考 {chief} 和 {technician} 打开“{name:window}”窗口 {minutes:for_minutes}：{reason}",
            ),
        ),
        By(
            "how",
            {
                "more": "{by} keeps the window “{name:window}” open for {minutes:for_minutes} from now",
                "maintenance": (
                    "{technician} opens the window “{name:window}” for {minutes:for_minutes} ({server}): {reason}",
                    "{technician} opens the window “{name:window}” for {minutes:for_minutes}: {reason}",
                ),
            },
            (
                "{chief} and {technician} open the window “{name:window}” for {minutes:for_minutes} (to {to}): "
                "{reason}",
                "{chief} and {technician} open the window “{name:window}” for {minutes:for_minutes}: {reason}",
            ),
        ),
    ),
    "window.closed": Both(
        By(
            "why",
            {"person": "{by} 关闭“{name:window}”窗口"},
            "“{name:window}”窗口已关闭，{why:window_over}",
        ),
        By(
            "why",
            {"person": "{by} closes the window “{name:window}”"},
            "The window “{name:window}” is closed, {why:window_over}",
        ),
    ),
}
