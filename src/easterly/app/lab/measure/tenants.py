"""Flows of tenants: the fabric sees packets of tunnels, and each flow goes where the header around it is hashed to.

The kernel gives the outer header a source port by a hash of the packet inside, whose key is drawn at boot and told to
nobody. So before anything is sent only shares can be predicted. But the port is on the wire: read where a flow's first
packets leave their first switch, it makes the outer header complete, and with it every hop is computed as for any
other flow.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_interface
from typing import Annotated

from easterly.app.lab.measure import split
from easterly.app.lab.measure.choice import End, Fabric, Way, ways
from easterly.app.lab.measure.counters import Taken
from easterly.app.lab.measure.flows import Flow, burst
from easterly.app.lab.measure.of_site import Port, far_ends, flows, ports, towards
from easterly.app.lab.measure.wire import ETHERNET_B, VXLAN_PORT, Frame, Headers, headers, tapped
from easterly.app.lab.measure.within import Within
from easterly.app.lab.reach import HEADERS_B
from easterly.app.lab.routes import Table
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.base.schema import Doc
from easterly.config.linux.switch import OVERHEAD_B
from easterly.model.spec.site import Site

ECN_CAPABLE = 2
"""ECT(0) of RFC 3168, which packets of RoCE and DCTCP have."""
SIZE_B = 100
"""Data of a packet."""
OUTSIDE = (
    "the outer source port is read where the packets leave their first switch; from that header and the seeds every "
    "hop is computed, so that no other way is possible"
)
UNSEEN = (
    "outer source ports are drawn by a hash whose key nobody knows: each flow takes a next hop with the chance of its "
    "weight, and the number of flows is binomial: one measurement in a million lies outside"
)
ONE_PORT = "the hash of the packet inside decides the port (RFC 7348 section 5), and all packets of a flow have one"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant's flows, and the tunnels that carry them."""

    name: Annotated[str, Doc("Its table.")]
    vni: Annotated[int, Doc("VXLAN network identifier of it.")]
    flows: Annotated[tuple[Flow, ...], Doc("Between its hosts.")]
    tunnels: Annotated[tuple[Flow, ...], Doc("By flow: the switches, and the outer header without its source port.")]
    fabric: Annotated[Fabric, Doc("What switches do with outer headers.")]

    def outside(self, ports: Mapping[int, int]) -> list[Flow]:
        """Outer headers of the flows, with outer source ports by those of the flows; 0 where there is none."""
        return [
            replace(tunnel, src_port=ports.get(flow.src_port, 0))
            for flow, tunnel in zip(self.flows, self.tunnels, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Carried:
    """A packet of a tenant's flow on a cable of the fabric."""

    flow: Annotated[Flow, Doc("Whose it is.")]
    frame: Annotated[Frame, Doc("The frame.")]
    outer: Annotated[Headers, Doc("Headers around it.")]
    vni: Annotated[int, Doc("VXLAN network identifier.")]

    @property
    def end(self) -> End:
        """Node and interface that it left."""
        return self.frame.node, self.frame.device


def tables(lab: Running) -> dict[str, int]:
    """VXLAN network identifiers of the tenants' tables that hosts of the lab are in."""
    vrfs = zip(lab.address.vrfs.name.tolist(), lab.address.vrfs.vni.tolist(), strict=True)
    return {name: vni for name, vni in vrfs if any(ports(lab, name))}


def marked(site: Site) -> int:
    """Code point and ECN marks that tenants' packets are to have here: of the first class with a code point."""
    points = [each.dscp for each in site.classes.values() if each.dscp]
    return (points[0] if points else 0) << 2 | ECN_CAPABLE


def pairs(lab: Running, table: str) -> list[tuple[Port, Port]]:
    """Of each family the first two hosts of a table that are at different switches."""
    made, homes = [], switches(lab)
    for family in (4, 6):
        own = [port for port in ports(lab, table) if port.family == family]
        others = (port for port in own if port.host != own[0].host and homes[end_of(port)] != homes[end_of(own[0])])
        far = next(others, None)
        made += [(own[0], far)] if far else []
    return made


def end_of(port: Port) -> End:
    """A host and its interface."""
    return port.host, port.device


def switches(lab: Running) -> dict[End, str]:
    """Switch that each port of a host is cabled to."""
    return {end: far.partition("/")[0] for end, far in far_ends(lab).items() if end[0] in lab.hosts}


def loopbacks(lab: Running) -> dict[str, str]:
    """Address that the tunnels of each switch end at: its first loopback, as the renderers have it."""
    rows, made = lab.address.interfaces, dict[str, str]()
    for node, text, role in zip(rows.device.tolist(), rows.address.tolist(), rows.role.tolist(), strict=True):
        if role == "loopback":
            made.setdefault(node, str(ip_interface(text).ip))
    return made


def of_table(
    lab: Running, wanted: Mapping[str, Table], seeds: Mapping[str, int], table: str, tos: int, *,
    count: int, first: int = 20_000, families: Sequence[int] = (4, 6),
) -> Tenant:  # fmt: skip
    """Flows between two hosts of a tenant's table, and what is known of their tunnels beforehand.

    Parameters
    ----------
    lab : Running
    wanted : mapping of str to Table
        Planned routes by router.
    seeds : mapping of str to int
        By router.
    table : str
    tos : int
        Code point and ECN marks of the flows.
    count : int
        Flows in each direction and family.
    first : int, optional
        Source port of the first.
    families : sequence of int, optional
        Of addresses.

    Raises
    ------
    LabError
        The tenant has no two hosts at different switches.
    """
    found = [pair for pair in pairs(lab, table) if pair[0].family in families]
    if not found:
        family = f" with addresses of IPv{families[0]}" if len(families) == 1 else ""
        raise LabError(f"{table} has no two hosts{family} at different switches")
    own = tuple(replace(flow, tos=tos) for flow in flows(found, count, first=first))
    leaf = {port.address: switches(lab)[end_of(port)] for pair in found for port in pair}
    ends = loopbacks(lab)
    places = [(leaf[flow.src_address], leaf[flow.dst_address]) for flow in own]
    tunnels = tuple(Flow(a, b, ends[a], ends[b], 0, VXLAN_PORT) for a, b in places)
    groups = {
        key: group for address in sorted({each.dst_address for each in tunnels})
        for key, group in towards(lab, wanted, address).items()
    }  # fmt: skip
    return Tenant(table, tables(lab)[table], own, tunnels, Fabric(groups, far_ends(lab), seeds))


def sent(lab: Running, tenant: Tenant, packets: int) -> list[Carried]:
    """Send packets of a tenant's flows; what switches send of them in tunnels.

    Parameters
    ----------
    lab : Running
    tenant : Tenant
    packets : int
        Of each flow.
    """
    burst(lab.spaces, _first(tenant))  # neighbours are found
    with tapped({node: lab.spaces[node] for node in lab.routers}) as told:
        burst(lab.spaces, tenant.flows, packets=packets, size_B=SIZE_B, slowest_bps=lab.slowest_bps)
        return carried(tenant.flows, told(), set(far_ends(lab)))


def _first(tenant: Tenant) -> list[Flow]:
    """One flow of each pair of hosts and direction."""
    return list({(flow.src_address, flow.dst_address): flow for flow in tenant.flows}.values())


def carried(own: Sequence[Flow], frames: Sequence[Frame], ends: set[End]) -> list[Carried]:
    """Packets of some flows among the frames that were sent into cables, as far as they are in tunnels.

    Parameters
    ----------
    own : sequence of Flow
    frames : sequence of Frame
    ends : set of End
        Ends of cables; interfaces within a switch do not count.
    """
    by = {(each.src_address, each.dst_address, each.src_port, each.dst_port): each for each in own}
    made = []
    for frame in frames:
        outer, within = frame.headers, frame.tunnelled
        if not frame.sent or (frame.node, frame.device) not in ends or outer is None or within is None:
            continue
        inner = headers(within[1])
        flow = inner and by.get((inner.src, inner.dst, inner.src_port, inner.dst_port))
        if flow:
            made.append(Carried(flow, frame, outer, within[0]))
    return made


def outer_ports(tenant: Tenant, seen: Sequence[Carried]) -> dict[int, set[int]]:
    """Outer source ports by the source port of the flow, as its first switch has sent them."""
    firsts = {flow.src_port: tunnel.src for flow, tunnel in zip(tenant.flows, tenant.tunnels, strict=True)}
    made: dict[int, set[int]] = defaultdict(set)
    for each in seen:
        if each.frame.node == firsts[each.flow.src_port]:
            made[each.flow.src_port].add(each.outer.src_port)
    return dict(made)


def computed(tenant: Tenant, seen: Sequence[Carried]) -> list[Way]:
    """Way of each flow through the fabric by its outer header.

    Parameters
    ----------
    tenant : Tenant
    seen : sequence of Carried
        Some packets of each flow.
    """
    ports = {port: min(found) for port, found in outer_ports(tenant, seen).items()}
    return ways(tenant.fabric, tenant.outside(ports))


def compared(tenant: Tenant, seen: Sequence[Carried], packets: int, *, seeded: bool) -> list[Within]:
    """What switches have sent of a tenant's flows, beside what the plan says.

    Parameters
    ----------
    tenant : Tenant
    seen : sequence of Carried
        All that was sent of them.
    packets : int
        Of each flow.
    seeded : bool
        The switches hash with the seeds that they were given.
    """
    whose, taken = f" of {tenant.name}", _taken(seen)
    found = outer_ports(tenant, seen)
    single = sum(len(found.get(flow.src_port, ())) == 1 for flow in tenant.flows)
    made = [Within.exactly(f"flows{whose} with one outer port each", len(tenant.flows), single, ONE_PORT)]
    # By the ports of the flows: two of them may share an outer one.
    drawn = [replace(tunnel, src_port=flow.src_port)
             for flow, tunnel in zip(tenant.flows, tenant.tunnels, strict=True)]  # fmt: skip
    made += split.likely(drawn, tenant.fabric, taken, whose=whose, when=", before any is seen", why=UNSEEN)
    if seeded:
        made += split.exact(
            tenant.flows, computed(tenant, seen), taken, packets, whose=whose, why=OUTSIDE
        )  # fmt: skip
    return [*made, *_wrapped(tenant, seen, packets)]


def _wrapped(tenant: Tenant, seen: Sequence[Carried], packets: int) -> list[Within]:
    """Bytes, identifiers and classes of the tunnels' packets at the first switch, which no way decides."""
    firsts = {(flow.src_port, tunnel.src): tunnel for flow, tunnel in zip(tenant.flows, tenant.tunnels, strict=True)}
    own = [(each, firsts[key]) for each in seen if (key := (each.flow.src_port, each.frame.node)) in firsts]
    count, whose = packets * len(tenant.flows), f"packets of {tenant.name}"
    wanted_B = packets * sum(map(wire_B, tenant.flows, tenant.tunnels))
    ends = sum((each.outer.src, each.outer.dst) == (way.src_address, way.dst_address) for each, way in own)
    return [
        Within.exactly(
            f"bytes of {count:,} {whose} on the wire", wanted_B, sum(len(each.frame.data) for each, _ in own),
            "around each packet are Ethernet twice, IP, UDP and VXLAN (RFC 7348 section 5), and nothing else", unit="B",
        ),
        Within.exactly(f"{whose} from and to the ends of its tunnels", count, ends, "the plan names both"),
        Within.exactly(
            f"{whose} with its identifier", count, sum(each.vni == tenant.vni for each, _ in own), "the plan has one"
        ),
        Within.exactly(
            f"{whose} whose class is on the outside", count, sum(each.outer.tos == each.flow.tos for each, _ in own),
            "switches queue by the outer header: tunnels copy code points and ECN marks (RFC 2983, RFC 6040)",
        ),
    ]  # fmt: skip


def wire_B(flow: Flow, tunnel: Flow) -> int:
    """Bytes of a frame that carries a packet of a flow through a tunnel.

    >>> own = Flow("a", "b", "10.0.0.2", "10.0.0.9", 20000)
    >>> wire_B(own, Flow("leaf-0", "leaf-1", "10.65.0.0", "10.65.0.1", 0, VXLAN_PORT))
    192
    """
    return SIZE_B + HEADERS_B[flow.family] + OVERHEAD_B[tunnel.family] + ETHERNET_B


def _taken(seen: Sequence[Carried]) -> Taken:
    """Packets by source port of the flow, and by node and interface that they left."""
    counts = Counter((each.flow.src_port, each.end) for each in seen)
    made: Taken = defaultdict(dict)
    for (port, end), count in counts.items():
        made[port][end] = count
    return dict(made)
