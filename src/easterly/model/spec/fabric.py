"""Fabrics: one blueprint each, told apart by the key ``blueprint``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import MOST, Count, CountOrZero, Frozen, Length, Name, Named, Rate, Size, Time
from easterly.model.spec.underlay import Underlay


class HostGroup(Frozen):
    """The hosts of a fabric."""

    type: Annotated[str, Doc("Host model.")]
    count: Annotated[Count, Doc("Number of hosts.")]


class Tier(Frozen):
    """A tier of switches that is counted from what hangs below it."""

    type: Annotated[str, Doc("Switch model.")]
    count: Annotated[
        Count | None, Doc("Number of switches (per plane, per pod where pods exist); computed if absent.")
    ] = None


class LeafTier(Frozen):
    """The leaves: ports down to hosts, ports up to spines."""

    type: Annotated[str, Doc("Switch model.")]
    down: Annotated[Count, Doc("Ports used towards hosts.")]
    up: Annotated[CountOrZero, Doc("Ports used towards spines.")] = 0
    up_rate: Annotated[Rate | None, Doc("Rate of an uplink; the switch's port rate if absent.")] = None


class MiddleTier(Frozen):
    """A middle tier of a multi-tier Clos: its ports split into down and up."""

    type: Annotated[str, Doc("Switch model.")]
    down: Annotated[Count | None, Doc("Ports used towards the tier below; half of the radix if absent.")] = None
    up: Annotated[Count | None, Doc("Ports used towards the tier above; what `taper` leaves if absent.")] = None


class Cables(Frozen):
    """Lengths of the cables by the tier at their upper end; they decide copper or optics."""

    host: Annotated[Length, Doc("Host to leaf.")] = 3.0
    leaf: Annotated[Length, Doc("Leaf to spine.")] = 40.0
    spine: Annotated[Length, Doc("Spine to super-spine, and every tier above.")] = 150.0


class Border(Frozen):
    """Routers that join the fabric to the WAN."""

    count: Annotated[Count, Doc("Number of border routers.")] = 1
    type: Annotated[str | None, Doc("Switch model; that of the top tier if absent.")] = None


class Hash(Frozen):
    """How switches choose among links of equal cost: what they tell apart, and whose choices differ."""

    fields: Annotated[
        tuple[Literal["src-ip", "dst-ip", "protocol", "src-port", "dst-port", "dest-qp", "flow-label", "vlan"], ...],
        Doc("Header fields that are hashed; ``dest-qp`` is the destination queue pair of RoCE."),
    ] = ("src-ip", "dst-ip", "protocol", "src-port", "dst-port")
    seed: Annotated[
        Literal["per-switch", "per-tier", "same"], Doc("Whose seed differs: every switch's, every tier's, nobody's.")
    ] = "per-switch"


class Blueprint(Named):
    """What all blueprints share."""

    cables: Annotated[Cables, Doc("Cable lengths.")] = Cables()
    border: Annotated[Border | None, Doc("Border routers; one is made when the WAN names the fabric.")] = None
    slot: Annotated[CountOrZero | None, Doc("Fixed position in the address plan; by rank of name if absent.")] = None
    hash: Annotated[Hash | None, Doc("Hashing of its switches.")] = None
    underlay: Annotated[
        Underlay | None, Doc("Routing protocol of its switches; numbered BGP with BFD on every link if absent.")
    ] = None


class LeafSpine(Blueprint):
    """Two tiers; each host's interfaces go to one leaf."""

    blueprint: Annotated[Literal["leaf-spine"], Doc("Plan of the fabric.")]
    hosts: Annotated[HostGroup, Doc("The hosts.")]
    leaf: Annotated[LeafTier, Doc("The leaves.")]
    spine: Annotated[Tier, Doc("The spines.")]


class RailOptimized(Blueprint):
    """Two tiers; interface r of every host goes to a leaf of rail group r."""

    blueprint: Annotated[Literal["rail-optimized"], Doc("Plan of the fabric.")]
    hosts: Annotated[HostGroup, Doc("The hosts.")]
    leaf: Annotated[LeafTier, Doc("The leaves.")]
    spine: Annotated[Tier, Doc("The spines.")]


class RailOnly(Blueprint):
    """Rails without a spine: traffic between rails crosses the hosts' scale-up domains."""

    blueprint: Annotated[Literal["rail-only"], Doc("Plan of the fabric.")]
    hosts: Annotated[HostGroup, Doc("The hosts.")]
    leaf: Annotated[LeafTier, Doc("The leaves, one per rail; `up` must be 0 or absent.")]


class MultiPlane(Blueprint):
    """n equal two-tier planes. Each interface is in one plane, or (``dual_tor``) has a port in two."""

    blueprint: Annotated[Literal["multi-plane"], Doc("Plan of the fabric.")]
    planes: Annotated[Count, Doc("Number of planes.")]
    hosts: Annotated[HostGroup, Doc("The hosts; interface r is in plane r mod planes.")]
    leaf: Annotated[LeafTier, Doc("The leaves of each plane.")]
    spine: Annotated[Tier, Doc("The spines of each plane.")]
    dual_tor: Annotated[
        bool, Doc("Each interface has two ports, at half the rate each, to leaves of planes 2j and 2j+1.")
    ] = False


class Clos(Blueprint):
    """Folded Clos of two to four tiers, made of pods, with an optional taper between pods."""

    blueprint: Annotated[Literal["clos"], Doc("Plan of the fabric.")]
    tiers: Annotated[int, Field(ge=2, le=4), Doc("Number of switch tiers.")] = 3
    hosts: Annotated[HostGroup, Doc("The hosts, filled pod by pod.")]
    leaf: Annotated[LeafTier, Doc("Tier 1.")]
    spine: Annotated[MiddleTier, Doc("Tier 2.")]
    super_spine: Annotated[MiddleTier | None, Doc("Tier 3, needed from three tiers on.")] = None
    core: Annotated[MiddleTier | None, Doc("Tier 4, needed for four tiers.")] = None
    pod_leaves: Annotated[Count | None, Doc("Leaves per pod; as many as a spine's down ports if absent.")] = None
    taper: Annotated[
        float, Field(ge=1), Unit("1"), Doc("Down over up capacity of the top tier of a pod, 7 for 7:1.")
    ] = 1.0


class FatTree(Blueprint):
    """Three-tier fat-tree of k-port switches (Al-Fares et al. 2008): k pods, k^3/4 end points."""

    blueprint: Annotated[Literal["fat-tree"], Doc("Plan of the fabric.")]
    k: Annotated[int, Field(ge=2, multiple_of=2), Doc("Radix used; even.")]
    switch: Annotated[str, Doc("Switch model of all tiers.")]
    hosts: Annotated[HostGroup, Doc("The hosts, filled pod by pod; at most k^3/4 interfaces.")]


class GraphNode(Frozen):
    """A switch or a host of an explicit graph."""

    type: Annotated[str, Doc("Switch or host model.")]
    role: Annotated[str, Doc("Role: host, leaf, spine, super-spine, ...; host if `type` is a host model.")] = ""
    tier: Annotated[CountOrZero | None, Doc("Tier, 0 for hosts; distance from the hosts if absent.")] = None
    pod: Annotated[CountOrZero | None, Doc("Pod.")] = None


class GraphLink(Frozen):
    """A cable of an explicit graph."""

    a: Annotated[str, Doc("Node, or ``node:port``.")]
    b: Annotated[str, Doc("Node, or ``node:port``.")]
    rate: Annotated[Rate | None, Doc("Rate; the lower of both ends' port rates if absent.")] = None
    delay: Annotated[Time | None, Doc("Propagation delay; from the length if absent.")] = None
    length: Annotated[Length, Doc("Length of the cable.")] = 3.0
    cost: Annotated[float, Field(ge=1), Unit("1"), Doc("Routing cost.")] = 1.0
    srlg: Annotated[tuple[str, ...], Doc("Shared-risk groups.")] = ()


class Graph(Blueprint):
    """Every node and link written out."""

    blueprint: Annotated[Literal["graph"], Doc("Plan of the fabric.")]
    nodes: Annotated[dict[Name, GraphNode], Doc("Nodes by name.")]
    links: Annotated[dict[Name, GraphLink], Doc("Links by name.")]


class Direct(Blueprint):
    """What fabrics have in common whose switches all hold hosts and are joined to each other: no tier above."""

    switch: Annotated[str, Doc("Switch model.")]
    hosts: Annotated[HostGroup, Doc("The hosts, filled switch by switch.")]
    down: Annotated[Count, Doc("Ports used towards hosts on every switch; those to other switches follow.")]
    rate: Annotated[Rate | None, Doc("Rate of a link between switches; the switch's port rate if absent.")] = None


class Ring(Direct):
    """Switches in a ring; traffic takes the shorter way round, and both where they are equal."""

    blueprint: Annotated[Literal["ring"], Doc("Plan of the fabric.")]
    switches: Annotated[int, Field(ge=3, le=MOST), Unit("1"), Doc("Number of switches.")]
    links: Annotated[Count, Doc("Parallel links from each switch to the next.")] = 1
    routing: Annotated[
        Literal["ecmp", "dimension-order", "valiant"],
        Doc("Paths: all shortest; one, forwards where both ways are equal; by way of a random switch."),
    ] = "ecmp"


class Torus(Direct):
    """Torus or mesh of two or more dimensions (k-ary n-cube): each switch is joined to its neighbours in each."""

    blueprint: Annotated[Literal["torus"], Doc("Plan of the fabric.")]
    dims: Annotated[
        tuple[Annotated[int, Field(ge=2, le=MOST)], ...],
        Field(min_length=2, max_length=6),
        Unit("1"),
        Doc("Switches along each dimension: [x, y] or [x, y, z]. In one of 2 there is one link, not two."),
    ]
    wrap: Annotated[
        bool | tuple[bool, ...], Doc("The ends of a dimension are joined; one word for all, or one for each.")
    ] = True
    links: Annotated[Count, Doc("Parallel links between neighbours.")] = 1
    routing: Annotated[
        Literal["ecmp", "dimension-order", "valiant"],
        Doc(
            "Paths: all shortest, split evenly; one, x first, then y, then z, forwards where both ways are equal "
            "(e-cube; free of deadlock with two virtual channels, changed at a dateline of each ring); "
            "by way of a random switch."
        ),
    ] = "ecmp"


class Dragonfly(Direct):
    """Groups of routers, joined all to all inside; groups joined by global links (Kim et al. 2008)."""

    blueprint: Annotated[Literal["dragonfly"], Doc("Plan of the fabric.")]
    routers: Annotated[Count, Doc("Routers of a group (a).")]
    global_links: Annotated[Count, Doc("Ports of a router to other groups (h); balanced if a = 2 down = 2 h.")]
    groups: Annotated[
        int | None,
        Field(ge=2, le=MOST),
        Unit("1"),
        Doc("Groups (g), at most a h + 1, which it is if absent. Fewer share the ports evenly; the rest stay free."),
    ] = None
    links: Annotated[Count, Doc("Parallel links between two routers of a group.")] = 1
    arrangement: Annotated[
        Literal["palmtree", "consecutive"],
        Doc("Which group global port j of group i leads to: i - j - 1; or j, without i itself."),
    ] = "palmtree"
    routing: Annotated[
        Literal["ecmp", "minimal", "valiant"],
        Doc("Paths: all of fewest hops; over the link between both groups alone; by way of a random third group."),
    ] = "ecmp"


Fabric = Annotated[
    LeafSpine | Clos | FatTree | RailOptimized | RailOnly | MultiPlane | Ring | Torus | Dragonfly | Graph,
    Field(discriminator="blueprint"),
]


class WanSite(Named):
    """A place outside the fabrics of this file: a WAN router, or the far end of a link."""


class WanLink(Named):
    """A WAN link between two fabrics, or a fabric and a WAN site."""

    a: Annotated[str, Doc("Fabric or WAN site.")]
    b: Annotated[str, Doc("Fabric or WAN site.")]
    rate: Annotated[Rate, Doc("Capacity in each direction.")]
    delay: Annotated[Time, Doc("One-way propagation delay.")]
    buffer: Annotated[Size | None, Doc("Packet memory in front of it; checked against rate x round trip.")] = None
    cost: Annotated[float, Field(ge=0), Unit("1"), Doc("Routing cost.")] = 10.0
    srlg: Annotated[tuple[str, ...], Doc("Shared-risk groups, such as ducts.")] = ()


class Wan(Frozen):
    """The wide-area network that joins fabrics and sites."""

    sites: Annotated[dict[Name, WanSite], Doc("Places that are no fabric of this file.")] = {}
    links: Annotated[dict[Name, WanLink], Doc("Links by name.")] = {}
    underlay: Annotated[
        Underlay | None, Doc("Routing protocol of its links; numbered BGP with BFD on every link if absent.")
    ] = None
