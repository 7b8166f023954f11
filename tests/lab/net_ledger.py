"""What the box of the lab has counted of listed machines."""

import json
from collections import Counter

from appliance.events.network import KINDS as NAMES
from tests.lab.net import Lab


def ledger(lab: Lab) -> Counter[tuple[str, str]]:
    """Packets by MAC and kind, of both tables."""
    counted: Counter[tuple[str, str]] = Counter()
    for family in ("bridge", "inet"):
        told = json.loads(lab.run("box", "nft", "-j", "list", "set", family, "venue", "ledger"))
        (found,) = (each["set"] for each in told["nftables"] if "set" in each)
        for each in found.get("elem", []):
            mac, mark = each["elem"]["val"]["concat"]
            counted[mac, NAMES[mark]] += each["elem"]["counter"]["packets"]
    return counted
