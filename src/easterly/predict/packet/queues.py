"""Ports that share the memory of a switch, and rates that answer notifications, as the kernel wants them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from easterly._kernel import packet
from easterly._kernel.buffer import Memory
from easterly.model.packets import Ports, Switch, Transport

CLASSES, MINE = 8, 0
"""Classes of a port, and the one that flows are in."""
QUANTUM_B = 1500
FRAMES = 2
"""What is left free below the threshold before senders go on, in packets."""
PLENTY = 1 << 40


def give_queues(made: packet.Simulation, ports: Ports, transport: Transport, switches: Sequence[Switch]) -> None:
    """Queues for all links from switches, and for those of hosts to them.

    Raises
    ------
    ValueError
        A link of two switches' ports, or one that is none.
    """
    links = len(ports)
    behind, way_in, before, way_out = (np.full(links, -1, dtype=np.int32) for _ in range(4))
    back = np.arange(links, dtype=np.int32)
    for at, switch in enumerate(switches):
        account = CLASSES * np.arange(len(switch.links_in), dtype=np.int32)
        behind[switch.links_in], way_in[switch.links_in] = at, account
        before[switch.links_out], way_out[switch.links_out] = at, account
        back[switch.links_in], back[switch.links_out] = switch.links_out, switch.links_in
    link = np.flatnonzero((behind >= 0) | (before >= 0)).astype(np.int32)
    count, ramp = len(link), np.zeros((len(link), CLASSES, 3))
    if transport.law == "dcqcn":
        of_switch = before[link] >= 0
        ramp[of_switch, MINE] = transport.dcqcn.kmin_B, transport.dcqcn.kmax_B, transport.dcqcn.pmax
    made.queues(
        link, np.zeros(count, dtype=np.int32), np.full((count, CLASSES), QUANTUM_B), ramp.reshape(count, -1),
        np.full(count, PLENTY), before[link], way_out[link], behind, way_in, back,
        [_memory(switch, transport) for switch in switches],
    )  # fmt: skip


def _memory(switch: Switch, transport: Transport) -> Memory:
    """Counted by the byte: what comes in is held against a dynamic threshold, what goes out against nothing else."""
    count = len(switch.links_in)
    part = Fraction(switch.alpha).limit_denominator(1 << 20)
    ingress, egress = np.zeros((CLASSES * count, 9), dtype=np.int64), np.zeros((CLASSES * count, 6), dtype=np.int64)
    ingress[:, 1] = egress[:, 1] = np.repeat(np.arange(count), CLASSES)
    ingress[:, 3:5] = part.numerator, part.denominator
    egress[:, 3:5] = 1, 1
    ingress[MINE::CLASSES, 6] = switch.headroom_B
    ingress[MINE::CLASSES, 8] = FRAMES * transport.packet_B
    pools = np.array([[switch.shared_B, switch.headroom_B * count]])
    return Memory(1, 0, pools, np.array([[PLENTY, 0]]), ingress, egress)
