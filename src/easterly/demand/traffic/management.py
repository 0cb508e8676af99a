"""Management: telemetry and logs of every device of a fabric, and configuration to it."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import IntColumn, ints
from easterly.demand.ends import Ends, Piece
from easterly.demand.phases import Phase
from easterly.demand.traffic.parts import Figure, phase
from easterly.model.network import NodeKind
from easterly.model.spec.traffic import Management


def hosts(work: Management, ends: Ends) -> IntColumn:
    """First interfaces of the hosts that report: all of the fabric, the collectors among them."""
    rows = np.flatnonzero(ends.network.hosts.fabric == work.of)
    return ints(ends.network.hosts.nic_node[ends.network.hosts.nic_ptr[rows]])


def switches(work: Management, ends: Ends) -> IntColumn:
    """Switches that report."""
    nodes = ends.network.nodes
    here = (nodes.kind == NodeKind.SWITCH) & (nodes.fabric == work.of)
    return ints(np.flatnonzero(here) if work.switches else [])


def collectors(work: Management, ends: Ends) -> IntColumn:
    """Interfaces of those who collect."""
    return ends.nodes(work.to) if work.to is not None else ends.own(work.name)


def _gathered(work: Management, ends: Ends, each: float) -> list[Piece]:
    """So much from every device to the collectors."""
    to = collectors(work, ends)
    groups = (hosts(work, ends), switches(work, ends))
    return [ends.evenly(group, to, each * len(group)) for group in groups if len(group)]


def phases(work: Management, ends: Ends) -> list[Phase]:
    """Reports as a steady rate, as devices do not report at the same instant; configuration as a burst."""
    each_bps = work.report * 8 / work.every
    found = [phase("telemetry", ends.traffic(_gathered(work, ends, each_bps)), message_B=work.report)]
    if work.logs is not None:
        found.append(phase("logs", ends.traffic(_gathered(work, ends, work.logs))))
    if work.config:
        pieces = [(dst, src, amount) for src, dst, amount in _gathered(work, ends, work.config)]
        found.append(phase("config", ends.traffic(pieces), every_s=work.config_every, message_B=work.config))
    return found


def figures(work: Management, ends: Ends) -> list[Figure]:
    """Devices, and what they send in all."""
    count = len(hosts(work, ends)) + len(switches(work, ends))
    rate = work.report * 8 / work.every + (work.logs or 0.0)
    return [
        Figure("hosts", float(len(hosts(work, ends))), "1", "hosts that report"),
        Figure("switches", float(len(switches(work, ends))), "1", "switches that report"),
        Figure("collected_bps", count * rate, "bit/s", "what the collectors get"),
        Figure("kept_B_per_day", count * rate / 8 * 86400, "B", "what that is in a day"),
    ]
