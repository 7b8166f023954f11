"""Stamps, folds, logs and reconciles: the only place where state changes."""

from appliance.dispatch.board import Board
from appliance.dispatch.inbox import ActRequest, Drifted, Inbox, Observed, Report
from appliance.dispatch.loop import Dispatch

__all__ = ["ActRequest", "Board", "Dispatch", "Drifted", "Inbox", "Observed", "Report"]
