"""How hosts send each class: what the plan sets them to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from easterly.base.findings import did_you_mean
from easterly.base.units import RATE, SIZE, TIME, parse
from easterly.model.packets import Transport
from easterly.model.qos import QosPlan
from easterly.predict.packet import transport

GAP_B = 20
"""What every frame takes on the wire beside itself: preamble 8 and gap 12 (IEEE 802.3, clause 4)."""
RDMA_HEADER_B = 62
"""Of a frame: Ethernet 18, IPv4 20, UDP 8, base transport header 12, invariant CRC 4 (IBTA annex A17)."""
TCP_HEADER_B = 70
"""Of a frame: Ethernet 18, IPv4 20, TCP 20 and its timestamps 12."""
HYPER = 10
"""Increase of DCQCN far from congestion, over its additive one (Zhu et al. 2015: 400 and 40 Mb/s)."""
RDMA_B = 4096
"""Largest payload of a packet of RDMA (IBTA 1.4, section 9.4.3)."""


def transports_of(plan: QosPlan, wanted: Mapping[str, str]) -> list[Transport]:
    """One transport per class of a plan.

    A lossless class is sent by DCQCN over RDMA, one whose congestion is marked by DCTCP, any other by CUBIC, with the
    numbers that the plan sets hosts to, and where it sets none, those of the presets. Packets are as long as the plan's
    frames allow.

    Parameters
    ----------
    plan : QosPlan
    wanted : mapping of str to str
        Preset by class, where another one is wanted.

    Returns
    -------
    list of Transport
        By class.

    Raises
    ------
    ValueError
        A class or a preset that is none.
    """
    classes = plan.traffic_class.tolist()
    for name in wanted:
        if name not in classes:
            raise ValueError(f"no class {name!r}: {did_you_mean(name, classes)}")
    made = []
    for row, name in enumerate(classes):
        usual = "dcqcn-paper" if plan.lossless[row] else "dctcp" if plan.ecn[row] else "cubic"
        how = transport(wanted[name]) if name in wanted else _set(transport(usual), plan, row)
        if how.law == "open":
            raise ValueError(f"class {name!r}: {how.name} sends at a rate of its own and carries no messages")
        made.append(_sized(how, plan.mtu_B))
    return made


def _set(how: Transport, plan: QosPlan, row: int) -> Transport:
    """With the numbers of a class that the plan sets hosts to."""
    table = plan.settings
    rows = np.flatnonzero((table.traffic_class == row) & (table.layer == how.law))
    said = dict(zip(table.key[rows].tolist(), table.value[rows].tolist(), strict=True))
    if not said:
        return how
    source = f"the plan's settings of hosts; else {how.source}"
    if how.law == "dctcp":
        return replace(how, g=float(Fraction(said["g"])), source=source)
    increase_bps = parse(said["rate_increase"], RATE)
    rules = replace(
        how.dcqcn, g=float(Fraction(said["g"])), gap_s=parse(said["cnp_interval"], TIME),
        alpha_timer_s=parse(said["alpha_timer"], TIME), rate_timer_s=parse(said["rate_timer"], TIME),
        counter_B=round(parse(said["byte_counter"], SIZE)), fast_steps=int(said["fast_recovery"]),
        additive_bps=increase_bps, hyper_bps=HYPER * increase_bps,
    )  # fmt: skip
    return replace(how, dcqcn=rules, source=source)


def _sized(how: Transport, mtu_B: int) -> Transport:
    """Packets that fill frames of `mtu_B`, as they are on the wire."""
    header_B = RDMA_HEADER_B if how.lossless else TCP_HEADER_B
    room_B = mtu_B - header_B
    payload_B = min(RDMA_B, 1 << room_B.bit_length() - 1) if how.lossless else room_B
    packet_B = payload_B + header_B + GAP_B
    return replace(how, packet_B=packet_B, header_B=header_B + GAP_B, nic_B=max(how.nic_B, 4 * packet_B))
