"""A running lab measured: one stage after the other, what does not fit the site left out with its reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Annotated, Any

from easterly.app.lab.measure import anycast, apart, broken, choice, of_site, split, stages, tenants, tunnel_ring
from easterly.app.lab.measure.counters import counted
from easterly.app.lab.measure.flows import PORT, Flow, burst
from easterly.app.lab.measure.of_site import Port
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
"""Flows of each direction that are probed while a link fails: 8,000 packets a second are what one thread does."""
SHARED = ("ways", "classes", "all_reduce", "segments", "anycast", "carrier", "failover")
"""What is measured between hosts of the table that all share."""
STAGES = (
    *SHARED[:-2], "tunnels", "tunnels_all_reduce", "isolation",
    "carrier", "tunnels_carrier", "failover", "tunnels_failover",
)  # fmt: skip
"""What disturbs routers comes last, and first what takes less time."""


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
    fault: str = ""
    settled_s: float = field(default_factory=lambda: time.monotonic() + anycast.SETTLED_S)

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

    def carrier(self) -> None:
        """Flows while a link has no carrier."""
        self.shared_fails(carrier=True)

    def failover(self) -> None:
        """Flows while a link is silent."""
        self.shared_fails(carrier=False)

    def tunnels_carrier(self) -> None:
        """Flows of the first tenant that has some, while a link below their tunnels has no carrier."""
        self.tunnelled_fails(carrier=True)

    def tunnels_failover(self) -> None:
        """The same while it is silent."""
        self.tunnelled_fails(carrier=False)

    def shared_fails(self, *, carrier: bool) -> None:
        """A link of flows in the table that all share fails."""
        flows = of_site.flows(self.pairs[:1], PROBED, first=30_000)
        self.fails(flows, choice.ways(self.fabric, flows), self.fabric, carrier=carrier)

    def tunnelled_fails(self, *, carrier: bool) -> None:
        """A link below the tunnels of a tenant's flows fails."""
        table = self.tunnelled()[0]
        self.mended()
        tenant = self.tenant(table, PROBED, first=31_000, families=(4,))
        computed = tenants.computed(tenant, tenants.sent(self.lab, tenant, 1))
        self.fails(tenant.flows, computed, tenant.fabric, carrier=carrier)

    def fails(
        self, flows: Sequence[Flow], computed: Sequence[choice.Way], fabric: choice.Fabric, *, carrier: bool
    ) -> None:
        """A link of some flows with computed ways fails, and works again afterwards."""
        if not self.seeded:
            raise LabError("this kernel has no seeds, so that nobody can say which flows use a link")
        end = broken.breakable(self.lab, computed, fabric)
        self.mended()
        self.fault = f"{':'.join(end)} {'had no carrier' if carrier else 'was silent'}"
        self.compared += broken.interrupted(
            self.lab, self.silences, flows, computed, end, carrier=carrier, settled_s=self.settled_s
        )
        if carrier:
            self.mended()

    def mended(self) -> None:
        """Wait until nothing is left of the last fault."""
        if self.fault:
            what, self.fault = self.fault, ""
            self.compared.append(broken.mended(self.lab, self.wanted, what))
            self.settled_s = time.monotonic() + anycast.SETTLED_S


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
