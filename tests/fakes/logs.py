"""The logs that stepped guards opened; tests/conftest.py closes them after each test."""

from appliance.eventlog import EventLog

LOGS: list[EventLog] = []
