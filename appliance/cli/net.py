"""`venue net`: the exam network and the line. Each act has a file of its own."""

import argparse

from appliance.cli import net_prove, net_rehearse, net_rules, net_status, net_window


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    net = verbs.add_parser("net", help="the exam network: what is closed, windows of the line")
    acts = net.add_subparsers(metavar="ACT", required=True)
    net_status.add(acts)
    net_rules.add(acts)
    net_window.add(acts)
    net_rehearse.add(acts)
    net_prove.add(acts)
