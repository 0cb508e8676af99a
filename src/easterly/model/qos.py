"""QoS: what every port, host and edge is to be set to, by groups of equal ports, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


class Absorption(IntEnum):
    """What becomes of the worst burst of senders that start together."""

    UNKNOWN = -1
    DROPS = 0
    HOLDS = 1
    PAUSES = 2


@dataclass(frozen=True, slots=True)
class PortGroups:
    """Ports that are set alike: of one kind, model, rate and cable in one fabric.

    The ports of group g are the directed links ``port_link[port_ptr[g]:port_ptr[g + 1]]``; a port is named by the
    link that leaves it.
    """

    name: Annotated[TextColumn, Doc("(G,) unique name, such as ``train/leaf-down/sw64/400Gb/s/3m``.")]
    kind: Annotated[
        TextColumn,
        Doc(
            "(G,) host-nic or storage-nic (the host's side), wan-edge, or role and direction of a switch port: "
            "leaf-down, leaf-up, spine-down, ...; -peer between switches of one tier."
        ),
    ]
    faces: Annotated[TextColumn, Doc("(G,) role of the other end: host, storage, leaf, spine, wan, ...")]
    fabric: Annotated[TextColumn, Doc("(G,) fabric.")]
    device_type: Annotated[TextColumn, Doc("(G,) model of the switch or host.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(G,) rate of a port.")]
    cable_m: Annotated[FloatColumn, Unit("m"), Doc("(G,) length of its cable.")]
    rtt_s: Annotated[FloatColumn, Unit("s"), Doc("(G,) longest round trip through it, without queues.")]
    trust: Annotated[TextColumn, Doc("(G,) what it believes of arriving packets: dscp, known (of the plan), none.")]
    is_lossless: Annotated[BoolColumn, Doc("(G,) priority flow control is on; it ends at the edge of the WAN.")]
    budget: Annotated[IntColumn, Doc("(G,) row of `QosPlan.budgets`; -1 for ports of hosts.")]
    port_ptr: Annotated[IndexColumn, Doc("(G + 1,) CSR pointer into `port_link`.")]
    port_link: Annotated[IntColumn, Doc("Directed links.")]

    def __len__(self) -> int:
        return len(self.name)

    def ports(self, group: int) -> IntColumn:
        """Links that leave the ports of a group."""
        return self.port_link[self.port_ptr[group] : self.port_ptr[group + 1]]


@dataclass(frozen=True, slots=True)
class Queues:
    """What the queue of each class is set to in each group: (G, C), NaN where it does not apply or is not known.

    Of a lossless class `xoff_B` and `limit_B` are those of the ingress priority group, of any other `limit_B` is that
    of the egress queue. As thresholds are dynamic, each is stated twice: at its lowest, while every port of the switch
    is congested in every class of its pool, and alone. With the lowest, Kmin < Kmax < xoff < limit always holds.
    """

    weight: Annotated[IntColumn, Unit("1"), Doc("(G, C) weight of 100 among weighted classes; 0 for strict ones.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(G, C) rate while every class is busy.")]
    shaper_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(G, C) highest rate; NaN for none.")]
    reserved_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) memory that is always there for it.")]
    alpha: Annotated[FloatColumn, Unit("1"), Doc("(G, C) dynamic threshold, in free memory of its pool.")]
    kmin_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) queue at which marks (or early drops) begin.")]
    kmax_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) queue from which on every packet is marked.")]
    pmax: Annotated[FloatColumn, Unit("1"), Doc("(G, C) probability just below Kmax.")]
    xoff_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) queue at which senders are paused, at its lowest.")]
    xoff_alone_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) the same while nothing else is congested.")]
    xon_offset_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) how far below xoff they go on.")]
    headroom_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) memory for what arrives after a pause; in whole cells.")]
    headroom_high_B: Annotated[
        FloatColumn, Unit("B"), Doc("(G, C) the same where frames are of the sizes that fill cells worst.")
    ]
    limit_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) queue beyond which packets are dropped, at its lowest.")]
    limit_alone_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) the same while nothing else is congested.")]
    incast_senders: Annotated[IntColumn, Unit("1"), Doc("(G, C) most senders that meet at one port; 0 for none.")]
    incast_peak_B: Annotated[FloatColumn, Unit("B"), Doc("(G, C) queue that they make if they start together.")]
    absorbed: Annotated[IntColumn, Doc("(G, C) an `Absorption`.")]


@dataclass(frozen=True, slots=True)
class Budgets:
    """Packet memory of the switch that needs most, of each model and role in a fabric."""

    device: Annotated[TextColumn, Doc("(B,) the switch.")]
    switch_type: Annotated[TextColumn, Doc("(B,) model.")]
    role: Annotated[TextColumn, Doc("(B,) leaf, spine, ...")]
    fabric: Annotated[TextColumn, Doc("(B,) fabric.")]
    ports: Annotated[IntColumn, Unit("1"), Doc("(B,) ports in use.")]
    memory_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) packet memory; NaN if it is not stated.")]
    cell_B: Annotated[IntColumn, Unit("B"), Doc("(B,) unit in which it is counted; 1 if not stated.")]
    reserved_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) kept for single queues.")]
    headroom_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) sum of the headroom of all ports and lossless classes.")]
    pool_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) headroom pool, where it is stated; else the sum.")]
    lossless_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) shared by lossless classes.")]
    lossy_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) shared by all others.")]
    fits: Annotated[BoolColumn, Doc("(B,) headroom is within its pool, and something is left to share.")]

    def __len__(self) -> int:
        return len(self.device)


@dataclass(frozen=True, slots=True)
class HeadroomItems:
    """Headroom of one lossless class at one port, item by item."""

    group: Annotated[IntColumn, Doc("(I,) row of the groups.")]
    item: Annotated[TextColumn, Doc("(I,) own frame, pause, cable, response, ...")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("(I,) size as planned.")]
    high_B: Annotated[FloatColumn, Unit("B"), Doc("(I,) worst case.")]
    why: Annotated[TextColumn, Doc("(I,) what it stands for.")]

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class BufferNeeds:
    """What a queue needs by every method to size a buffer, at the switch ports of each group: a row each."""

    group: Annotated[IntColumn, Doc("(N,) row of the groups, switch ports only.")]
    traffic_class: Annotated[IntColumn, Doc("(N,) row of the classes.")]
    method: Annotated[TextColumn, Doc("(N,) bdp, bdp-root-n, incast, headroom.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("(N,) need; NaN where what it takes is not known.")]
    most_B: Annotated[FloatColumn, Unit("B"), Doc("(N,) its upper end, where it is an interval.")]
    formula: Annotated[TextColumn, Doc("(N,) formula.")]
    holds: Annotated[BoolColumn, Doc("(N,) what the method takes for granted is so here.")]
    why: Annotated[TextColumn, Doc("(N,) why it holds or not; of the chosen one, why it decides.")]
    chosen: Annotated[BoolColumn, Doc("(N,) it decides: one per queue, none where no method holds.")]
    given_B: Annotated[FloatColumn, Unit("B"), Doc("(N,) what the plan gives: headroom, or the lowest threshold.")]
    given_alone_B: Annotated[FloatColumn, Unit("B"), Doc("(N,) the same while nothing else is congested.")]

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class TenantShares:
    """Two levels: tenants share a port, and each divides its part among classes."""

    tenant: Annotated[TextColumn, Doc("(T,) tenant.")]
    traffic_class: Annotated[IntColumn, Doc("(T,) row of the classes.")]
    tenant_share: Annotated[FloatColumn, Unit("1"), Doc("(T,) share of the tenant.")]
    class_share: Annotated[FloatColumn, Unit("1"), Doc("(T,) share of the class within it.")]
    share: Annotated[FloatColumn, Unit("1"), Doc("(T,) product of both: the share of a port while all are busy.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(T, G) that share of a port of each group.")]

    def __len__(self) -> int:
        return len(self.tenant)


@dataclass(frozen=True, slots=True)
class Policers:
    """Meters on what comes in, where the site's trust ends."""

    group: Annotated[IntColumn, Doc("(M,) row of the groups.")]
    traffic_class: Annotated[IntColumn, Doc("(M,) row of the classes.")]
    algorithm: Annotated[TextColumn, Doc("(M,) srtcm (RFC 2697) or trtcm (RFC 2698).")]
    cir_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(M,) committed rate.")]
    cbs_B: Annotated[FloatColumn, Unit("B"), Doc("(M,) committed burst.")]
    pir_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(M,) peak rate; NaN for srtcm.")]
    pbs_B: Annotated[FloatColumn, Unit("B"), Doc("(M,) peak burst; excess burst of srtcm.")]
    yellow: Annotated[TextColumn, Doc("(M,) what is done to yellow packets: drop, or the code point that they get.")]
    red: Annotated[TextColumn, Doc("(M,) the same for red ones.")]

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of hosts: markings, congestion control, buffers, offloads."""

    group: Annotated[IntColumn, Doc("(S,) row of the groups, host ports only.")]
    traffic_class: Annotated[IntColumn, Doc("(S,) row of the classes; -1 for the whole host.")]
    layer: Annotated[TextColumn, Doc("(S,) sysctl, ethtool, qdisc, nic, nccl, mark, dcqcn, dctcp.")]
    key: Annotated[TextColumn, Doc("(S,) name of the setting.")]
    value: Annotated[TextColumn, Doc("(S,) value, as it is written.")]
    why: Annotated[TextColumn, Doc("(S,) rule, source, and what it was worked out from.")]

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a number is what it is: rule, source, inputs. A row for each number, or for all of one kind."""

    quantity: Annotated[TextColumn, Doc("(R,) attribute of the plan, such as ``kmin_B``.")]
    group: Annotated[IntColumn, Doc("(R,) row of the groups; -1 for all.")]
    traffic_class: Annotated[IntColumn, Doc("(R,) row of the classes; -1 for all.")]
    rule: Annotated[TextColumn, Doc("(R,) the rule, with its formula.")]
    source: Annotated[TextColumn, Doc("(R,) where the rule is from: a standard, a paper, the site file, a choice.")]
    inputs: Annotated[TextColumn, Doc("(R,) what was put in.")]

    def __len__(self) -> int:
        return len(self.quantity)


@dataclass(frozen=True, slots=True)
class QosPlan:
    """Classes, their queues on every port, and what hosts and edges have to do for it."""

    traffic_class: Annotated[TextColumn, Doc("(C,) class, in the order of names.")]
    dscp: Annotated[IntColumn, Doc("(C,) code point.")]
    queue: Annotated[IntColumn, Doc("(C,) queue number; the traffic class and the priority group have it too.")]
    share: Annotated[FloatColumn, Unit("1"), Doc("(C,) share under contention.")]
    strict: Annotated[BoolColumn, Doc("(C,) strict priority.")]
    lossless: Annotated[BoolColumn, Doc("(C,) priority flow control.")]
    ecn: Annotated[BoolColumn, Doc("(C,) congestion is marked.")]
    early_drop: Annotated[BoolColumn, Doc("(C,) packets are dropped early instead (WRED).")]
    pcp: Annotated[IntColumn, Doc("(C,) priority of 802.1p.")]
    dscp_class: Annotated[IntColumn, Doc("(64,) class of each code point; unknown ones go with code point 0.")]
    groups: Annotated[PortGroups, Doc("Ports, by groups that are set alike.")]
    queues: Annotated[Queues, Doc("The queue of every class in every group.")]
    budgets: Annotated[Budgets, Doc("Packet memory.")]
    headroom: Annotated[HeadroomItems, Doc("Headroom, itemised.")]
    needs: Annotated[BufferNeeds, Doc("What queues need by every method.")]
    tenants: Annotated[TenantShares, Doc("Shares of tenants.")]
    policers: Annotated[Policers, Doc("Meters at trust boundaries.")]
    settings: Annotated[Settings, Doc("Settings of hosts.")]
    reasons: Annotated[Reasons, Doc("Why each number is what it is.")]
    mtu_B: Annotated[int, Unit("B"), Doc("Largest frame.")]
    method: Annotated[str, Doc("How its numbers were obtained.")] = "bound"

    def index(self, name: str) -> int:
        """Row of a class.

        Raises
        ------
        KeyError
            There is no such class.
        """
        rows = (self.traffic_class == name).nonzero()[0]
        if not len(rows):
            raise KeyError(name)
        return int(rows[0])

    def group_of(self, link: int) -> int:
        """Group of the port that a directed link leaves; -1 if it is in none."""
        at = (self.groups.port_link == link).nonzero()[0]
        return int(self.groups.port_ptr.searchsorted(at[0], side="right")) - 1 if len(at) else -1

    def __repr__(self) -> str:
        return f"<QosPlan: {len(self.traffic_class)} classes, {len(self.groups)} groups of ports>"
