"""The plan as one text for one `nft -f -`: what the kernel holds before it, or what stands here, never a part.

Tables, named sets and what is in the windows and ledgers live on; chains are emptied and filled anew in the same
transaction, so that no packet meets a half of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from appliance.enforce.firewall import blame, bridge_table, inet_table, sets, windows
from appliance.enforce.firewall.place import BRIDGE, INET, Place, place
from appliance.enforce.firewall.windows import Window
from appliance.events.network import NetworkPlan

Hooks = Mapping[str, tuple[str, int, str]]
Chains = Sequence[tuple[str, list[str]]]


def render(plan: NetworkPlan, open_windows: Sequence[Window] | None = None) -> str:
    """The text. With `open_windows` the windows are exactly those; with None they stay as the kernel has them.

    With a rehearsal among them what is held back else is counted and let through, as long as the kernel has it.
    """
    here = replace(place(plan), rehearsing=windows.rehearses(open_windows or ()))
    lines = ["# Venue Appliance: one transaction for `nft -f -`."]
    for family in (BRIDGE, INET):
        lines += _table(family, here)
        if open_windows is not None:
            lines += windows.lines(family, held(plan, open_windows))
    return "\n".join(lines) + "\n"


def toggle(plan: NetworkPlan, open_windows: Sequence[Window]) -> str:
    """The text that only makes the windows exactly `open_windows`, for a kernel that holds the rest.

    A rehearsal is rules of its own: it begins and ends with `render`.
    """
    found = held(plan, open_windows)
    return "\n".join(line for family in (BRIDGE, INET) for line in windows.lines(family, found)) + "\n"


def held(plan: NetworkPlan, open_windows: Sequence[Window]) -> dict[str, dict[str, float]]:
    """What the windows' sets hold then: set → element → seconds left."""
    return windows.elements(open_windows, place(plan))


def _table(family: str, here: Place) -> Iterator[str]:
    hooks: Hooks = bridge_table.HOOKS if family == BRIDGE else inet_table.hooks(here)
    own = bridge_table.chains(here) if family == BRIDGE else inet_table.chains(here)
    if family == BRIDGE and here.plan.mode == "watch":
        hooks, own = {name: (hook, at, "accept") for name, (hook, at, _) in hooks.items()}, iter(())
    chains: Chains = [*blame.chains(family, here), *own]
    yield ""
    yield f"add table {family} venue"
    yield from sets.declared(family)
    for name, (hook, at, policy) in hooks.items():
        yield f"add chain {family} venue {name} {{ type filter hook {hook} priority {at}; policy {policy}; }}"
    yield from _nat(family, here)
    yield from (f"add chain {family} venue {name}" for name, _ in chains if name not in hooks)
    yield f"flush table {family} venue"
    yield from sets.filled(family, here)
    for name, rules in chains:
        yield from (f"add rule {family} venue {name} {rule}" for rule in rules)
    if family == INET and here.routed and here.plan.masquerade:
        yield f'add rule inet venue postrouting oifname "{here.plan.uplink}" ip saddr {here.network} masquerade'


def _nat(family: str, here: Place) -> Iterator[str]:
    if family == INET and here.routed and here.plan.masquerade:
        yield "add chain inet venue postrouting { type nat hook postrouting priority 100; policy accept; }"
