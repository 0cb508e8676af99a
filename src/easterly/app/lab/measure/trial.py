"""A running lab measured: one stage after the other, what does not fit the site left out with its reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Annotated, Any

from easterly.app.lab.measure import anycast, apart, choice, notice, of_site, split, stages, tenants, tunnel_ring
from easterly.app.lab.measure.counters import counted
from easterly.app.lab.measure.failover import gaps, waiting
from easterly.app.lab.measure.faults import silent
from easterly.app.lab.measure.flows import PORT, Flow, burst
from easterly.app.lab.measure.of_site import Port
from easterly.app.lab.measure.probes import Probed, probing, spacing_s
from easterly.app.lab.measure.rehash import rehashed
from easterly.app.lab.measure.within import Within
from easterly.app.lab.reach import joined
from easterly.app.lab.routes import Table
from easterly.app.lab.running import Running
from easterly.app.lab.spaces import LabError
from easterly.base.schema import Doc
from easterly.model.qos import QosPlan
from easterly.model.routing import Policy
from easterly.study.silence import Silences

FLOWS, PACKETS = 100, 2
"""Flows in each direction of a pair of hosts, and what each sends."""
PROBED = 8
"""Flows of each direction that are probed while a link is silent: 8,000 packets a second are what one thread does."""
QUIET_S, PATIENCE_S = 0.3, 0.8
"""Probes before a fault, and after it should be over."""
SHARED = ("ways", "classes", "all_reduce", "segments", "anycast", "failover")
"""What is measured between hosts of the table that all share."""
STAGES = (*SHARED[:-1], "tunnels", "tunnels_all_reduce", "isolation", SHARED[-1], "tunnels_failover")
"""What disturbs routers comes last."""


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Something that was not measured."""

    what: Annotated[str, Doc("What.")]
    why: Annotated[str, Doc("Why not.")]


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured of a lab."""

    compared: Annotated[tuple[Within, ...], Doc("Predictions and measurements.")]
    unmeasured: Annotated[tuple[Unmeasured, ...], Doc("What was left out.")]


@dataclass(slots=True)
class _Trial:
    """A lab, what is known of it beforehand, and what has been found."""

    lab: Running
    wanted: Mapping[str, Table]
    pairs: Sequence[tuple[Port, Port]]
    fabric: choice.Fabric
    seeds: Mapping[str, int]
    seeded: bool
    qos: QosPlan
    silences: Silences
    compared: list[Within] = field(default_factory=list)
    unmeasured: list[Unmeasured] = field(default_factory=list)

    def ways(self) -> None:
        """Every flow by the computed way; without a seed, their numbers."""
        flows = of_site.flows(self.pairs, FLOWS)
        spaces, routers = self.lab.spaces, {node: self.lab.spaces[node] for node in self.lab.routers}
        hosts = {node: spaces[node] for pair in self.pairs for node in (pair[0].host, pair[1].host)}
        burst(spaces, of_site.flows(self.pairs, 1, first=19_000))  # neighbours are found
        computed = choice.ways(self.fabric, flows)
        with counted({**routers, **hosts}, PORT) as taken:
            burst(spaces, flows, packets=PACKETS, slowest_bps=self.lab.slowest_bps)
            found = taken()
        if self.seeded:
            self.compared += split.exact(flows, computed, found, PACKETS)
        else:
            self.compared += split.likely(flows, self.fabric, found)

    def classes(self) -> None:
        """Shares of the plan's classes."""
        self.compared += stages.classes(self.lab, self.pairs, self.fabric, self.qos)

    def all_reduce(self) -> None:
        """A ring over some hosts."""
        if not self.seeded:
            raise LabError("this kernel has no seeds, so that nobody can say which links a connection uses")
        own = stages.ring_ports(self.lab)
        pairs = list(zip(own, [*own[1:], *own[:1]], strict=True))
        self.compared += stages.all_reduce(self.lab, of_site.fabric(self.lab, self.wanted, pairs, self.seeds), own)

    def segments(self) -> None:
        """Packets by a detour."""
        self.compared += stages.segments(self.lab, self.pairs, self.fabric)

    def anycast(self) -> None:
        """A service address that one place withdraws."""
        self.compared += anycast.withdrawal(self.lab, self.fabric.cables)

    def tunnels(self) -> None:
        """Every flow of every tenant by the way of its outer header, and what is around its packets."""
        for table in self.tunnelled():
            tenant = self.tenant(table, FLOWS)
            seen = tenants.sent(self.lab, tenant, PACKETS)
            self.compared += tenants.compared(tenant, seen, PACKETS, seeded=self.seeded)

    def tunnelled(self) -> list[str]:
        """Tables of tenants whose flows need tunnels."""
        names = [table for table in tenants.tables(self.lab) if tenants.pairs(self.lab, table)]
        if not names:
            raise LabError("no tenant with a table of its own has hosts at two switches")
        return names

    def tenant(self, table: str, count: int, **words: Any) -> tenants.Tenant:
        """Flows between hosts of a tenant."""
        tos = tenants.marked(self.silences.site)
        return tenants.of_table(self.lab, self.wanted, self.seeds, table, tos, count=count, **words)

    def tunnels_all_reduce(self) -> None:
        """A ring over some hosts of the first tenant that has some."""
        table = self.tunnelled()[0]
        if not self.seeded:
            raise LabError("this kernel has no seeds, so that nobody can say which links a connection uses")
        tos = tenants.marked(self.silences.site) & ~tenants.ECN_CAPABLE
        self.compared += tunnel_ring.all_reduce(self.lab, self.wanted, self.seeds, table, tos)

    def isolation(self) -> None:
        """Packets from each table to every other, and within each."""
        names = [of_site.SHARED, *tenants.tables(self.lab)]
        own = {name: found for name in names if (found := list(of_site.ports(self.lab, name)))}
        tried = apart.trials(own, joined(self.lab))
        if len(own) < 2:
            raise LabError("all hosts are in one table")
        self.compared += apart.compared(tried, apart.counted(self.lab, tried))

    def tunnels_failover(self) -> None:
        """Flows of the first tenant that has some, while a link below their tunnels is silent."""
        tenant = self.tenant(self.tunnelled()[0], PROBED, first=31_000, families=(4,))
        computed = tenants.computed(tenant, tenants.sent(self.lab, tenant, 1))
        self.silenced(tenant.flows, computed, tenant.fabric)

    def failover(self) -> None:
        """Flows while a link is silent."""
        flows = of_site.flows(self.pairs[:1], PROBED, first=30_000)
        self.silenced(flows, choice.ways(self.fabric, flows), self.fabric)

    def silenced(self, flows: Sequence[Flow], computed: Sequence[choice.Way], fabric: choice.Fabric) -> None:
        """Flows with computed ways while a link of some of them is silent."""
        if not self.seeded:
            raise LabError("this kernel has no seeds, so that nobody can say which flows use a link")
        end = of_site.breakable(self.lab, computed, fabric)
        if end is None:
            raise LabError("no router has two ways to the same hosts over other routers")
        ends = {(flow.src_address, flow.dst_address): flow for flow in flows}
        expected = {key: notice.expected(self.lab, self.silences, end, flow) for key, flow in ends.items()}
        back = self.lab.far[end]
        with probing(self.lab.spaces, flows, every_s=spacing_s(flows, self.lab.slowest_bps)) as probed:
            time.sleep(QUIET_S)
            with waiting() as waits, ExitStack() as held:
                for node, device in (back, end):
                    held.enter_context(silent(self.lab.spaces[node], [device]))
                time.sleep(max(each.high_s for each in expected.values()) + PATIENCE_S)
                found = probed()
                waited = waits()
        for key, each in expected.items():
            own = [i for i, flow in enumerate(flows) if (flow.src_address, flow.dst_address) == key]
            tracks, ways = tuple(found.tracks[i] for i in own), [computed[i] for i in own]
            self.compared += gaps(
                Probed(tracks, found.late_s), ways, [end, back], each, delayed_s=waited.of(each.turns.most)
            )


def tried(
    lab: Running, wanted: Mapping[str, Table], policy: Policy, qos: QosPlan, silences: Silences, *,
    stages: Sequence[str] = STAGES, said: Callable[[str], None] = lambda stage: None,
) -> Measured:  # fmt: skip
    """Measure what a lab does, beside what the plan says of it.

    Parameters
    ----------
    lab : Running
        Its routers agree.
    wanted : mapping of str to Table
        Planned routes by router.
    policy : Policy
        Of the plan: seeds.
    qos : QosPlan
        Of the plan: classes.
    silences : Silences
        Of the plan: timers of its routing protocols, and who has to hear.
    stages : sequence of str, optional
        Which of `STAGES`.
    said : callable, optional
        Told what is being measured.

    Returns
    -------
    Measured
    """
    if not stages:
        return Measured((), ())
    pairs = of_site.farthest(lab, wanted)
    seeds = of_site.seeds(lab, policy)
    with ExitStack() as held:
        held.enter_context(rehashed(lab.spaces, of_site.inside(lab)))
        seeded = choice.seed({node: lab.spaces[node] for node in lab.routers}, seeds)
        made = _Trial(lab, wanted, pairs, of_site.fabric(lab, wanted, pairs, seeds), seeds, seeded, qos, silences)
        for stage in stages:
            said(stage)
            begin = time.monotonic()
            try:
                if stage in SHARED and not pairs:
                    raise LabError("no two hosts of the table that all share have several ways between them")
                getattr(made, stage)()
            except (LabError, ValueError, OSError) as error:
                made.unmeasured.append(Unmeasured(stage, str(error)))
            lab.seconds[stage] = time.monotonic() - begin
    return Measured(tuple(made.compared), tuple(made.unmeasured))
