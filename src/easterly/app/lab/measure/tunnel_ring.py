"""An all-reduce of a tenant's hosts: connections in tunnels, whose outer headers are read when they are opened."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Annotated

from easterly.app.lab.measure import loads, stages
from easterly.app.lab.measure.choice import End, Fabric, ways
from easterly.app.lab.measure.flows import Flow
from easterly.app.lab.measure.of_site import Port, far_ends, ports, towards
from easterly.app.lab.measure.padded import padded
from easterly.app.lab.measure.tenants import carried, end_of, loopbacks, switches
from easterly.app.lab.measure.wire import VXLAN_PORT, Frame, tapped
from easterly.app.lab.measure.within import Within
from easterly.app.lab.ring.predicted import Framing
from easterly.app.lab.routes import Table
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.base.schema import Doc
from easterly.config.linux.switch import OVERHEAD_B
from easterly.demand.collectives.metrics import wire_factor

PATIENCE_S, EVERY_S = 5.0, 0.02
"""Time in which ranks connect; how often it is looked."""
Opened = dict[Flow, Flow]
"""Outer header of each connection and direction that a tunnel carries."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Connections of a ring whose hosts are at several switches, and what is known of them beforehand."""

    own: Annotated[tuple[Port, ...], Doc("Ports of its hosts, in its order.")]
    flows: Annotated[tuple[Flow, ...], Doc("Its connections, then their other direction.")]
    tunnels: Annotated[Mapping[Flow, Flow], Doc("Outer header without its source port, of those that have one.")]
    fabric: Annotated[Fabric, Doc("What switches do with outer headers.")]
    cables: Annotated[Mapping[End, End], Doc("Both ends of each cable, by either.")]

    def passing(self, opened: Opened) -> tuple[loads.Passing, dict[End, int]]:
        """Ends of cables that connections leave, and what tunnels add to frames there."""
        outer = dict(zip(opened, ways(self.fabric, list(opened.values())), strict=True))
        ends = {port.address: end_of(port) for port in self.own}
        passed = [
            (ends[flow.src_address], *outer.get(flow, ()), self.cables[ends[flow.dst_address]]) for flow in self.flows
        ]
        half = len(self.own)
        data, acks = (Counter(end for way in part for end in way) for part in (passed[:half], passed[half:]))
        around_B = {end: OVERHEAD_B[opened[flow].family] for flow, way in outer.items() for end in way}
        return loads.Passing(data, acks, frozenset(self.cables)), around_B


def all_reduce(
    lab: Running, wanted: Mapping[str, Table], seeds: Mapping[str, int], table: str, tos: int
) -> list[Within]:  # fmt: skip
    """Ring over some hosts of a tenant: its time by the fullest link on the ways of its connections, bytes by cable.

    Parameters
    ----------
    lab : Running
    wanted : mapping of str to Table
        Planned routes by router.
    seeds : mapping of str to int
        By router.
    table : str
        Of the tenant.
    tos : int
        Type of service of the packets.

    Raises
    ------
    LabError
        The tenant has no hosts for that, or none of the plan's classes has a code point other than 0: then Linux
        remembers one way to each tunnel's end, and no hash says which.
    """
    if not tos:
        raise LabError("no class has a code point but 0, and Linux remembers one way for such packets of tunnels")
    ring, framing = of_table(lab, wanted, seeds, table), Framing(lab.host_mtu_B)
    rates = {end: each.rate_bps for each in lab.cables for end in each.ends}
    factor = float(wire_factor("all-reduce", len(ring.own)))
    size_B = int(stages.RING_S * min(rates.values()) / 8 / factor) // (4 * len(ring.own)) * 4 * len(ring.own)
    hosts = stages.Hosts(tuple(lab.spaces[port.host] for port in ring.own), [port.address for port in ring.own])
    nodes, opened = {node: lab.spaces[node] for node, _ in rates}, Opened()
    with ExitStack() as held:
        told = held.enter_context(tapped({node: lab.spaces[node] for node in lab.routers}))

        def connected() -> None:
            opened.update(_opened(ring, told))
            held.close()

        times_s, readings = stages.reduced(hosts, nodes, size_B, tos=tos, connected=connected)
    passes, around_B = ring.passing(opened)
    each_B = round(factor * size_B)
    return [
        loads.paced(
            f"all-reduce of {len(ring.own)} hosts of {table}", passes, lab.cables, each_B, framing,
            times_s[stages.REPEATED // 2], around_B=around_B,
        ),
        *loads.compared(
            passes, stages.REPEATED * each_B, framing, readings,
            around_B=around_B, whose=f"the all-reduce of {table}", hellos=padded(lab),
        ),
    ]  # fmt: skip


def of_table(lab: Running, wanted: Mapping[str, Table], seeds: Mapping[str, int], table: str) -> Ring:
    """Ring over some hosts of a tenant, by another interface of each where hosts have several.

    Raises
    ------
    LabError
        All of them are at one switch.
    """
    by: dict[str, list[Port]] = {}
    for port in ports(lab, table):
        if port.family == 4:
            by.setdefault(port.host, []).append(port)
    step = max(1, len(by) // stages.RING)
    own = tuple(found[i % len(found)] for i, found in enumerate(list(by.values())[::step][: stages.RING]))
    homes, ends = switches(lab), loopbacks(lab)
    leaf = {port.address: homes[end_of(port)] for port in own}
    if len(set(leaf.values())) < 2:
        raise LabError(f"{table} has no hosts at different switches")
    there = stages.ring_flows(own)
    flows = (*there, *(loads.back(flow) for flow in there))
    crossing = {flow: (leaf[flow.src_address], leaf[flow.dst_address]) for flow in flows}
    tunnels = {flow: Flow(a, b, ends[a], ends[b], 0, VXLAN_PORT) for flow, (a, b) in crossing.items() if a != b}
    groups = {
        key: group for address in sorted({each.dst_address for each in tunnels.values()})
        for key, group in towards(lab, wanted, address).items()
    }  # fmt: skip
    return Ring(own, flows, tunnels, Fabric(groups, far_ends(lab), seeds), lab.far)


def _opened(ring: Ring, told: Callable[[], Sequence[Frame]]) -> Opened:
    """Outer headers of all connections, as soon as each has been opened.

    Raises
    ------
    LabError
        One is not, in time.
    """
    made, end = Opened(), time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for each in carried(list(ring.tunnels), told(), set(ring.cables)):
            if each.frame.node == ring.tunnels[each.flow].src:
                made.setdefault(each.flow, replace(ring.tunnels[each.flow], src_port=each.outer.src_port))
        if len(made) == len(ring.tunnels):
            return made
        time.sleep(EVERY_S)
    raise LabError(f"{len(ring.tunnels) - len(made)} connections are not seen in their tunnels")
