"""The firewall: what the plan and the open windows come to in the kernel's rules, loaded and read back."""

from appliance.enforce.firewall.ruleset import render
from appliance.enforce.firewall.windows import Window

__all__ = ["Window", "render"]
