"""The fixed words of the readiness check, the seal's page and its certificate."""

from collections.abc import Mapping

READY_LABELS: Mapping[str, tuple[str, str]] = {
    "check_batch": ("封场前检查 · 批次 {batch}", "Check before the seal · batch {batch}"),
    "check_must": ("必须（八项）", "Must (eight points)"),
    "check_should": ("应当", "Should"),
}
