"""Senders that meet at one port of a plan, as a simulation of their own: the port, its switch, and their hosts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from easterly.base.columns import ints
from easterly.model.network import Network, NodeKind
from easterly.model.packets import PacketOutcome, Transport
from easterly.model.port_queues import PacketQueues, PortQueues, SwitchMemories
from easterly.model.qos import QosPlan
from easterly.predict.packet import bound_s, plan_queues, simulate
from easterly.predict.packet.star import star_flows, star_ports

SENDERS = 128
"""Senders of a simulation at most."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Senders of one class that meet at ports of one group.

    Attributes
    ----------
    group, traffic_class : str
    senders : int
    size_B : int [B]
        Data of each.
    rate_bps : float [bit/s]
        Of every link.
    delay_s : float [s]
        Of every link, the device behind it included.
    farther_s : float [s]
        What acknowledgements take besides, so that the round trip is the longest through the port.
    transport : Transport
    queue : int
        Of the class.
    queues : PacketQueues
        Host i is behind link 2i, and link 2i + 1 leads to it; the last one receives.
    """

    group: str
    traffic_class: str
    senders: int
    size_B: int
    rate_bps: float
    delay_s: float
    farther_s: float
    transport: Transport
    queue: int
    queues: PacketQueues

    @property
    def bound_s(self) -> float:
        """[s] no setting lets the last one end earlier."""
        return bound_s(self.senders, self.size_B, self.rate_bps, self.transport, self.delay_s)

    def run(self, seed: int) -> PacketOutcome:
        """All of them start at once."""
        hosts = self.senders + 1
        delay_s = np.full(2 * hosts, self.delay_s)
        delay_s[2 * self.senders] += self.farther_s
        return simulate(
            star_ports(hosts, self.rate_bps, delay_s),
            star_flows(np.arange(self.senders), self.senders, self.size_B, traffic_class=self.queue),
            self.transport, queues=self.queues, seed=seed,
        )  # fmt: skip

    def with_ports(self, **columns: Any) -> Meeting:
        """With other columns of the ports of the switch."""
        return replace(self, queues=replace(self.queues, ports=replace(self.queues.ports, **columns)))


def meetings(
    network: Network, plan: QosPlan, transports: Sequence[Transport], *, size_B: int, senders: int | None = None
) -> list[Meeting]:
    """Where senders meet at a port of a switch, by the plan, or everywhere where a number of them is given.

    Parameters
    ----------
    network : Network
    plan : QosPlan
    transports : sequence of Transport
        By class.
    size_B : int [B]
        Data of each sender.
    senders : int, optional
        Instead of those of the plan.
    """
    queues = plan_queues(network, plan)
    row_of = dict(zip(queues.ports.link.tolist(), range(len(queues.ports)), strict=True))
    made = []
    for g in range(len(plan.groups)):
        link = int(plan.groups.ports(g)[0])
        if network.nodes.kind[network.links.src[link]] != NodeKind.SWITCH or link not in row_of:
            continue
        for c, name in enumerate(plan.traffic_class.tolist()):
            count = min(SENDERS, senders or int(plan.queues.incast_senders[g, c]))
            if count < 2:
                continue
            delay_s = float(network.links.delay_s[link] + network.nodes.delay_s[network.links.src[link]])
            made.append(Meeting(
                str(plan.groups.name[g]), name, count, size_B, float(plan.groups.rate_bps[g]), delay_s,
                max(0.0, float(plan.groups.rtt_s[g]) - 4 * delay_s), transports[c], int(queues.of_class[c]),
                _star(queues, row_of[link], row_of.get(int(network.links.reverse[link])), count + 1),
            ))  # fmt: skip
    return made


def _star(queues: PacketQueues, of_switch: int, of_host: int | None, hosts: int) -> PacketQueues:
    """Ports like one of a switch's and the one behind it, around the memory of that switch."""
    number = np.arange(hosts)
    rows = np.concatenate([np.full(hosts, of_switch), np.full(hosts, of_switch if of_host is None else of_host)])
    up, down = 2 * number, 2 * number + 1
    columns = {f.name: getattr(queues.ports, f.name)[rows] for f in fields(PortQueues)}
    columns |= {
        "link": ints(np.concatenate([down, up])), "link_in": ints(np.concatenate([up, down])),
        "memory": ints(np.repeat([0, -1], hosts)),
    }  # fmt: skip
    at = int(queues.ports.memory[of_switch])
    memory = SwitchMemories(**{f.name: getattr(queues.memories, f.name)[at : at + 1] for f in fields(SwitchMemories)})
    return replace(queues, ports=PortQueues(**columns), memories=memory)
