"""What of a running lab is measured: which hosts send, which ways the plan has for them, and which link fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network
from typing import Annotated

from easterly.app.lab.measure.choice import End, Fabric, Group, Hop, Way, ordered
from easterly.app.lab.measure.flows import Flow, several
from easterly.app.lab.routes import Table
from easterly.app.lab.running import Running
from easterly.base.schema import Doc
from easterly.model.routing import Policy

SHARED = "default"


@dataclass(frozen=True, slots=True)
class Port:
    """An address of a host's interface."""

    host: Annotated[str, Doc("Host.")]
    device: Annotated[str, Doc("Interface.")]
    address: Annotated[str, Doc("Address.")]

    @property
    def family(self) -> int:
        """4 or 6."""
        return 6 if ":" in self.address else 4


def ports(lab: Running, table: str = SHARED) -> Iterator[Port]:
    """Addresses of hosts in a table, or in the one that all share."""
    rows = lab.address.interfaces
    columns = (rows.device.tolist(), rows.port.tolist(), rows.address.tolist(), rows.vrf.tolist(), rows.role.tolist())
    for device, port, address, vrf, role in zip(*columns, strict=True):
        if role == "host" and vrf == table and device in lab.spaces:
            yield Port(device, port, str(ip_interface(address).ip))


def farthest(lab: Running, wanted: Mapping[str, Table]) -> list[tuple[Port, Port]]:
    """Of each family the pair of hosts with the most ways between them; none where hosts share their routers.

    Parameters
    ----------
    lab : Running
    wanted : mapping of str to Table
        Planned routes by router.
    """
    made = []
    for family in (4, 6):
        own = [port for port in ports(lab) if port.family == family]
        pairs = [(own[0], port) for port in own[1:] if port.host != own[0].host]
        found = max(pairs, key=lambda pair: choices(lab, wanted, *pair), default=None)
        if found and choices(lab, wanted, *found) > 0:
            made.append(found)
    return made


def choices(lab: Running, wanted: Mapping[str, Table], src: Port, dst: Port) -> int:
    """Routers that have several next hops on the ways from a host to another."""
    left = leaving(fabric(lab, wanted, [(src, dst)], {}, ask=False), src, dst)
    return sum(count > 1 for count in Counter(node for node, _ in left).values())


def leaving(made: Fabric, src: Port, dst: Port) -> set[End]:
    """Interfaces that packets from a host to another may leave by, whichever next hops are chosen."""
    seen, waiting = set[End](), [src.host]
    while waiting:
        node = waiting.pop()
        ends = {(node, hop.device) for hop in made.groups.get((node, dst.address), ())} - seen
        seen |= ends
        waiting += [made.cables[end] for end in ends if end in made.cables]
    return seen


def narrowest_bps(lab: Running, made: Fabric, src: Port, dst: Port) -> int:
    """Rate of the slowest cable that packets from a host to another may pass [bit/s]."""
    ends = leaving(made, src, dst)
    return min(each.rate_bps for each in lab.cables if (dst.host, dst.device) in each.ends or ends & {*each.ends})


def far_ends(lab: Running) -> dict[End, str]:
    """Node at the other end of each cable; bridges lead to hosts and are none."""
    return {end: far[0] for each in lab.cables for end, far in (each.ends, each.ends[::-1])}


def inside(lab: Running) -> dict[str, list[str]]:
    """By router, and by tenant's table of a switch: interfaces that packets come in by."""
    made: dict[str, list[str]] = {}
    for node, device in far_ends(lab):
        if node not in lab.hosts:
            made.setdefault(node, []).append(device)
    return made


def fabric(
    lab: Running, wanted: Mapping[str, Table], pairs: Sequence[tuple[Port, Port]], seeds: Mapping[str, int], *,
    ask: bool = True,
) -> Fabric:  # fmt: skip
    """What the plan has nodes do with packets between hosts, in both directions.

    Parameters
    ----------
    lab : Running
    wanted : mapping of str to Table
        Planned routes by router.
    pairs : sequence of (Port, Port)
    seeds : mapping of str to int
        By router.
    ask : bool
        Take the order of next hops from the kernels.
    """
    groups: dict[tuple[str, str], Group] = {}
    for src, dst in [each for pair in pairs for each in (pair, pair[::-1])]:
        groups[src.host, dst.address] = (Hop(src.device),)
        groups |= towards(lab, wanted, dst.address, ask=ask)
        for node, device in _gateways(lab, dst.address):
            groups[node, dst.address] = (Hop(device),)
    return Fabric(groups, far_ends(lab), seeds)


def towards(
    lab: Running, wanted: Mapping[str, Table], address: str, *, ask: bool = True
) -> dict[tuple[str, str], Group]:
    """Planned next hops of all routers towards an address; their order is the kernels', if they are asked.

    Tables of tenants have none that anybody chooses: one tunnel leads to each place.
    """
    groups: dict[tuple[str, str], Group] = {}
    for node in lab.routers:
        planned = dict.fromkeys(sorted(_leads(wanted.get(node, {}), address)), 1)
        if planned:
            group = ordered(lab.spaces[node], address, planned) if ask and len(planned) > 1 else None
            groups[node, address] = group or tuple(Hop(name) for name in planned)
    return groups


def _leads(table: Table, address: str) -> frozenset[str]:
    """Interfaces of the longest prefix that an address is in."""
    asked = ip_address(address)
    nets = [net for net in map(ip_network, table) if net.version == asked.version and asked in net]
    return table[str(max(nets, key=lambda net: net.prefixlen))] if nets else frozenset()


def _gateways(lab: Running, address: str) -> Iterator[End]:
    """Routers that have an address's prefix on an interface of their own, in the table that all share.

    Tenants without a pool have the prefixes of that table in their own.
    """
    rows, asked = lab.address.interfaces, ip_address(address)
    columns = (rows.device.tolist(), rows.port.tolist(), rows.address.tolist(), rows.vrf.tolist(), rows.role.tolist())
    for device, port, text, vrf, role in zip(*columns, strict=True):
        if role == "gateway" and vrf == SHARED and asked in ip_interface(text).network:
            yield device, port


def seeds(lab: Running, policy: Policy) -> dict[str, int]:
    """The plan's seed of each router, as the kernel takes it: 32 bits, not 0."""
    return {node: int(policy.seed[lab.network.index[node]]) & 0xFFFFFFFF or 1 for node in lab.routers}


def flows(pairs: Sequence[tuple[Port, Port]], count: int, *, first: int = 20_000) -> list[Flow]:
    """As many flows in each direction of each pair, each from a port of its own."""
    both = [each for pair in pairs for each in (pair, pair[::-1])]
    return [
        flow for i, (src, dst) in enumerate(both)
        for flow in several(count, src.host, dst.host, src.address, dst.address, first=first + i * count)
    ]  # fmt: skip


def breakable(lab: Running, computed: Sequence[Way], made: Fabric) -> End | None:
    """A link that some flows use and that the router before it has another way beside; None if there is none."""
    routers = set(lab.routers)
    several_ = {
        (node, hop.device)
        for (node, _), group in made.groups.items()
        if len(group) > 1 and node in routers
        for hop in group
    }
    used = {end for way in computed for end in way}
    return min((end for end in several_ & used if made.cables.get(end) in routers), default=None)
