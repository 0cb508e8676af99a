"""Ways of flows through bridges: computed from flows and groups of the plan, and the hash of Open vSwitch."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from ipaddress import ip_address, ip_interface, ip_network

from easterly.app.lab.bridges import switch
from easterly.app.lab.measure.choice import End, Fabric, Group, Hop
from easterly.app.lab.measure.flows import Flow, tuples
from easterly.app.lab.measure.of_site import far_ends
from easterly.app.lab.running import Running
from easterly.config.ovs.bridge import Bridge
from easterly.config.ovs.parse import parse
from easterly.config.ovs.render import BRIDGE
from easterly.route.hashing import openvswitch

SCORE = re.compile(r"bucket \d+: score (\d+)")
TTL = 9


def fabric(
    lab: Running, bridges: Sequence[Bridge], flows: Sequence[Flow], dead: Collection[End] = ()
) -> Fabric:  # fmt: skip
    """What bridges do with some flows in both directions, while some of their ports are down.

    Parameters
    ----------
    lab : Running
    bridges : sequence of Bridge
        Of the plan.
    flows : sequence of Flow
    dead : collection of End
        Switches and interfaces that they know to be down.
    """
    devices = homes(lab)
    addresses = dict.fromkeys(each for flow in flows for each in (flow.src_address, flow.dst_address))
    groups: dict[tuple[str, str], Group] = {}
    for flow in flows:
        groups[flow.src, flow.dst_address] = (Hop(devices[flow.src_address]),)
        groups[flow.dst, flow.src_address] = (Hop(devices[flow.dst_address]),)
    for bridge in bridges:
        down = {port for node, port in dead if node == bridge.name}
        for address in addresses:
            found = _hops(bridge, address, down)
            if found:
                groups[bridge.name, address] = found
    return Fabric(groups, far_ends(lab), {bridge.name: bridge.seed for bridge in bridges}, choose)


def homes(lab: Running) -> dict[str, str]:
    """Interface of the host that each address is of."""
    rows = lab.address.interfaces
    columns = (rows.address.tolist(), rows.port.tolist(), rows.role.tolist())
    return {str(ip_interface(text).ip): port for text, port, role in zip(*columns, strict=True) if role == "host"}


def _hops(bridge: Bridge, address: str, down: Collection[str]) -> Group:
    """Ports that a bridge chooses from for an address; none where it has no way, or none that is up."""
    for station in bridge.stations:
        if station.address == address:
            return (Hop(f"swp{station.port}"),)
    asked = ip_address(address)
    fits = [way for way in bridge.ways if asked in ip_network(way.prefix)]
    if not fits:
        return ()
    best = max(fits, key=lambda way: ip_network(way.prefix).prefixlen)
    group = next((each for each in bridge.groups if each.number == best.group), None)
    buckets = group.buckets if group is not None else ((best.port, 1),)
    hops = tuple(Hop(name, 0 if name in down else weight) for name, weight in _named(buckets))
    alive = tuple(hop for hop in hops if hop.weight)
    return hops if alive and group is not None and group.kind == "select" else alive[:1]


def _named(buckets: Sequence[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    return ((f"swp{port}", weight) for port, weight in buckets)


def choose(flows: Sequence[Flow], group: Group, seed: int) -> list[Hop]:
    """Port that a bridge takes for each of some flows of one family."""
    if len(group) == 1 or not flows:
        return [group[0]] * len(flows)
    hashes = openvswitch.select_hash(tuples(flows), seed=seed)
    return [group[i] for i in openvswitch.by_score(hashes, [hop.weight for hop in group]).tolist()]


def computable(lab: Running, name: str, group: int, flow: Flow) -> bool:
    """Whether this Open vSwitch hashes as it is computed: builds for some processors take another hash.

    The switch is asked for the scores of one flow's buckets (``ofproto/trace``), with the seed and the weights that are
    in its files, and nothing is sent.

    Parameters
    ----------
    lab : Running
    name : str
        Of the switch.
    group : int
        Number of a ``select`` group.
    flow : Flow
        From a host of the switch, by that group.
    """
    given = parse(*(lab.text(f"ovs/{name}.{each}") for each in ("flows", "groups", "sh")))
    weights = next([weight for _, weight in each.buckets] for each in given.groups if each.number == group)
    port = next(station.port for station in given.stations if station.address == flow.src_address)
    kind, field = ("udp6", "ipv6") if flow.family == 6 else ("udp", "nw")
    ends = f"{field}_src={flow.src_address},{field}_dst={flow.dst_address}"
    ports = f"udp_src={flow.src_port},udp_dst={flow.dst_port}"
    packet = f"{kind},in_port={port},{ends},{ports},nw_ttl={TTL}"
    said = switch.told(lab.spaces[name], lab.record.folder / name, "ofproto/trace", BRIDGE, packet)
    hashes = openvswitch.select_hash(tuples([flow]), seed=given.seed)
    own: list[int] = openvswitch.scores(hashes, weights)[0].tolist()
    return [int(score) for score in SCORE.findall(said)] == own
