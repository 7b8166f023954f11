"""The ghost machine: the box's own probe, which the rules treat as a seat and do not count."""

from ipaddress import IPv4Interface

from appliance.events.network import NetworkPlan

PORT = "venue-ghost"  # its port of the exam bridge, while it is there
MAC = "02:76:65:6e:75:65"
MARK = 0x67686F73  # what the rules give its frames: no machine outside can send a mark
ENFORCED = ("route", "bridge")


def ghost_ip(plan: NetworkPlan) -> str:
    """Its address: the highest of the exam network that nobody in the plan has; '' where there is none.

    It answers to nobody and asks nobody, so a machine that has the same and stands in no list is not disturbed.
    """
    if plan.mode not in ENFORCED or not plan.address:
        return ""
    box = IPv4Interface(plan.address)
    taken = {each.ip for each in plan.servers} | {each.ip for each in plan.devices}
    taken |= {each.ip for each in plan.seats} | {str(box.ip), plan.router}
    highest = int(box.network.broadcast_address) - 1
    lowest = max(int(box.network.network_address), highest - len(taken) - 1)
    for number in range(highest, lowest, -1):
        address = str(type(box.ip)(number))
        if address not in taken:
            return address
    return ""
