"""Stages of a trial that use a lab's own hosts and cables: segments, an all-reduce, classes on a link."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from easterly.app.lab.islands import islands
from easterly.app.lab.measure import loads
from easterly.app.lab.measure.choice import Fabric
from easterly.app.lab.measure.failover import waiting
from easterly.app.lab.measure.flows import Flow, burst, several
from easterly.app.lab.measure.loads import Reading
from easterly.app.lab.measure.of_site import Port, narrowest_bps, ports
from easterly.app.lab.measure.padded import padded
from easterly.app.lab.measure.segments import links, passed, shortest, steered
from easterly.app.lab.measure.shares import SEGMENT_B, Tenant, carried, fractions
from easterly.app.lab.measure.within import Within
from easterly.app.lab.ring.measured import ranks
from easterly.app.lab.ring.predicted import Framing
from easterly.app.lab.ring.rank import PORT as RING_PORT
from easterly.app.lab.ring.star import settle
from easterly.app.lab.running import Running
from easterly.app.lab.shaped import shape
from easterly.app.lab.spaces import LabError, Space
from easterly.config.linux.qos.planned import shape as planned
from easterly.demand.collectives.metrics import wire_factor
from easterly.model.qos import QosPlan
from easterly.route.hashing.tuples import TCP

STEERED = 200
"""Packets that are steered."""
RING, RING_S = 4, 0.6
"""Hosts of an all-reduce at most, and how long it should take."""
REPEATED = 3
QUIET_S = 0.05
"""Until the last acknowledgements are counted."""
PART = 0.5
"""Of the slowest link's rate on the way, which classes share at a port, so that no other link is full."""
TICK_S, SHARED_S, LONGEST_S = 0.05, 2.0, 10.0
TRIES = 3
SEGMENTS = 100
"""That the slowest class sends at least meanwhile, so that a whole one hardly matters."""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Hosts of a ring."""

    hosts: tuple[Space, ...]
    addresses: list[str]


def segments(lab: Running, pairs: Sequence[tuple[Port, Port]], made: Fabric) -> list[Within]:
    """Packets to a host by a detour: over one neighbour of the first router and back, then over another one.

    Raises
    ------
    LabError
        The site has nothing for that, or the kernel.
    """
    src, dst = next(iter(pair for pair in pairs if pair[0].family == 6), (None, None))
    if src is None or dst is None:
        raise LabError("no two hosts with IPv6 addresses have several ways between them")
    routers = set(lab.routers)
    cables = {end: far for end, far in lab.far.items() if end[0] in routers and far[0] in routers}
    first, last = (made.cables[host.host, host.device] for host in (src, dst))
    near = sorted({far[0] for end, far in cables.items() if end[0] == first})
    onwards = shortest(cables, first, last)[0]
    others = [node for node in near if node != cables[onwards][0]]
    if not others:
        raise LabError(f"{first} has one neighbour only, so that there is no detour")
    nodes = [first, others[-1], first, cables[onwards][0], last]
    nodes = nodes if nodes[-2] != last else nodes[:-1]
    flows = several(1, src.host, dst.host, src.address, dst.address, first=40_000)
    with steered(lab.spaces, cables, nodes, dst.address):
        burst(lab.spaces, flows)
        return links(
            lab.spaces, cables, passed(cables, nodes), STEERED,
            lambda: burst(lab.spaces, flows, packets=STEERED, slowest_bps=lab.slowest_bps),
        )  # fmt: skip


def all_reduce(lab: Running, made: Fabric, own: Sequence[Port]) -> list[Within]:
    """Ring over some hosts: its time by the fullest link on the computed ways of connections, and bytes by cable."""
    framing = Framing(lab.host_mtu_B, own[0].family)
    rates = {end: each.rate_bps for each in lab.cables for end in each.ends}
    passes = loads.passing(made, ring_flows(own), lab.far)
    data_bps = framing.share * min(rates[end] / count for end, count in passes.data.items())
    factor = float(wire_factor("all-reduce", len(own)))
    per_byte_s = 8 * factor / data_bps
    size_B = int(RING_S / per_byte_s) // (4 * len(own)) * 4 * len(own)  # parts of one size
    hosts = Hosts(tuple(lab.spaces[port.host] for port in own), [port.address for port in own])
    nodes = {node: lab.spaces[node] for node, _ in rates}
    times_s, readings = reduced(hosts, nodes, size_B)
    return [
        loads.paced(
            f"all-reduce of {len(own)} hosts", passes, lab.cables, round(factor * size_B), framing,
            times_s[REPEATED // 2],
        ),
        *loads.compared(passes, round(REPEATED * factor * size_B), framing, readings, hellos=padded(lab)),
    ]  # fmt: skip


def reduced(
    hosts: Hosts, nodes: Mapping[str, Space], size_B: int, *,
    tos: int = 0, connected: Callable[[], None] = lambda: None,
) -> tuple[list[float], tuple[Reading, Reading, Reading, Reading]]:  # fmt: skip
    """All-reduce some times: how long each took, in order of that; counters while ranks start, and around it all.

    Parameters
    ----------
    hosts : Hosts
        Of the ring, in its order.
    nodes : mapping of str to Space
        Whose interfaces are read.
    size_B : int [B]
        The array.
    tos : int, optional
        Type of service of packets.
    connected : callable, optional
        Called when ranks look for each other, before the first of the all-reduces.
    """
    for host in hosts.hosts:
        host.call(settle)
    quiet = loads.read(nodes, hosts.hosts)
    with ranks(hosts, size_B, tos=tos) as running:
        still = loads.read(nodes, hosts.hosts)
        connected()
        running.all_reduce()  # opens windows
        begin = loads.read(nodes, hosts.hosts)
        times_s = sorted(running.all_reduce() for _ in range(REPEATED))
        time.sleep(QUIET_S)
        return times_s, (quiet, still, begin, loads.read(nodes, hosts.hosts))


def ring_flows(own: Sequence[Port]) -> list[Flow]:
    """Connections of a ring: each from its host to the next, from the port that its rank binds."""
    return [
        Flow(a.host, b.host, a.address, b.address, RING_PORT + 1 + i, RING_PORT, TCP)
        for i, (a, b) in enumerate(zip(own, [*own[1:], *own[:1]], strict=True))
    ]


def ring_ports(lab: Running) -> list[Port]:
    """One address of some hosts, spread over all: of IPv4, or of IPv6 where hosts have no other.

    Raises
    ------
    LabError
        There are fewer than two.
    """
    both = list(ports(lab))
    every = [port for port in both if port.family == 4] or both
    parts = {(host, f"nic{number}"): found for (host, number), found in islands(lab.network).items()}
    near = [port for port in every if parts[port.host, port.device] & parts[every[0].host, every[0].device]]
    own = list({port.host: port for port in near}.values())
    if len(own) < 2:
        raise LabError("there are no two hosts in the table that all share, with cables between them")
    step = max(1, len(own) // RING)
    return own[::step][:RING]


def lasting_s(slowest_bps: float) -> float:
    """For how long classes have to share a port, by the rate of the slowest [s].

    Examples
    --------
    >>> lasting_s(5e6), lasting_s(292_000)
    (2.0, 4.0)

    Raises
    ------
    LabError
        Too long.
    """
    needed_s = SEGMENTS * SEGMENT_B * 8 / slowest_bps
    if needed_s > LONGEST_S:
        raise LabError(
            f"the slowest class has {slowest_bps:,.0f} bit/s, and sends too few segments within {LONGEST_S:g} s"
        )
    return max(SHARED_S, needed_s)


def classes(lab: Running, pairs: Sequence[tuple[Port, Port]], made: Fabric, plan: QosPlan) -> list[Within]:
    """The plan's classes on the port of a router towards a host, all of them busy with TCP.

    Raises
    ------
    LabError
        The site has nothing for that.
    """
    src, dst = next(iter(pair for pair in pairs if pair[0].family == 4), (None, None))
    if src is None or dst is None:
        raise LabError("no two hosts with IPv4 addresses have several ways between them")
    if len(plan.traffic_class) < 2:
        raise LabError("the site has one class only")
    cable = next(each for each in lab.cables if (dst.host, dst.device) in each.ends)
    near = next(end for end in cable.ends if end[0] == made.cables[dst.host, dst.device])
    tree = planned(plan, near[1], int(PART * narrowest_bps(lab, made, src, dst)), tick_s=TICK_S)
    points = {leaf.name: leaf.dscp[0] for leaf in tree.leaves if leaf.dscp}
    seconds = lasting_s(min(leaf.rate_bps for leaf in tree.leaves if leaf.dscp))
    tenants = [
        Tenant(name, lab.spaces[src.host], lab.spaces[dst.host], src.address, dst.address, point)
        for name, point in points.items()
    ]  # fmt: skip
    space = lab.spaces[near[0]]
    try:
        shape(space, tree)
        got = calmest(lambda: carried(tenants, seconds))
    finally:
        shape(space, *(each for each in cable.shapers() if each.device == near[1]))
        time.sleep(0.1)
    return fractions(tree, got)


def calmest(measured: Callable[[], dict[str, float]]) -> dict[str, float]:
    """What classes had while this machine stalled for less than their buckets last; else in the calmest of some tries.

    A class whose senders are kept waiting for longer runs dry, and others have what it does not use.
    """
    found: list[tuple[float, dict[str, float]]] = []
    while len(found) < TRIES and not (found and found[-1][0] < TICK_S):
        with waiting() as waits:
            got = measured()
            found.append((waits().longest_s, got))
    return min(found, key=lambda each: each[0])[1]
