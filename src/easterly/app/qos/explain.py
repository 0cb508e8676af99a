"""One port explained: what it is set to, and for each number the rule, its source and what was put in."""

from __future__ import annotations

from typing import Any

import numpy as np

from easterly.app.qos import document as tables
from easterly.base.findings import did_you_mean
from easterly.model.network import Network
from easterly.model.qos import QosPlan


def groups_of(plan: QosPlan, network: Network, name: str) -> list[int]:
    """Rows of the groups that a name stands for: of a port, of all ports of a device, or of a group.

    Parameters
    ----------
    plan : QosPlan
    network : Network
    name : str
        ``device:port``, ``device``, or the name of a group.

    Returns
    -------
    list of int
        None where it stands for nothing.
    """
    named = np.flatnonzero(plan.groups.name == name).tolist()
    if named:
        return [int(row) for row in named]
    links = plan.groups.port_link
    if ":" in name:
        ends = np.char.partition(network.link_ids[links], ">")[:, 0] if len(links) else np.array([], dtype=str)
        at = np.flatnonzero(ends == name)
    else:
        at = np.flatnonzero(network.nodes.device[network.links.src[links]] == name)
    return sorted(set((plan.groups.port_ptr.searchsorted(at, side="right") - 1).tolist()))


def near(plan: QosPlan, network: Network, name: str) -> str:
    """What may have been meant."""
    devices = sorted(set(network.nodes.device.tolist()))
    if ":" in name and name.partition(":")[0] in devices:
        device = name.partition(":")[0]
        rows = plan.groups.port_link[network.nodes.device[network.links.src[plan.groups.port_link]] == device]
        ports = [str(text).partition(">")[0] for text in network.link_ids[rows]]
        return f"{device} has {ports[0]} to {ports[-1]}" if ports else f"{device} has no port"
    same = [group for group in plan.groups.name.tolist() if name and group.startswith(name)]
    if same:
        return f"did you mean {same[0]}?"
    return did_you_mean(name.partition(":")[0], [*devices, *plan.groups.name.tolist()])


def document(plan: QosPlan, group: int) -> dict[str, Any]:
    """Everything about the ports of one group, with reasons."""
    name = str(plan.groups.name[group])
    made = plan.reasons
    about = np.flatnonzero((made.group == group) | (made.group == -1))

    def own(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row["group"] == name]

    return {
        "group": tables.groups(plan)[group],
        "classes": tables.classes(plan),
        "queues": own(tables.queues(plan)),
        "headroom": own(tables.headroom(plan)),
        "buffers": own(tables.buffers(plan)),
        "policers": own(tables.policers(plan)),
        "settings": own(tables.settings(plan)),
        "tenants": [{**row, "rate_bps": row.pop("rates")[group]["rate_bps"]} for row in tables.tenants(plan)],
        "budget": tables.budgets(plan)[int(plan.groups.budget[group])] if plan.groups.budget[group] >= 0 else None,
        "reasons": tables.reasons(plan, about),
    }
