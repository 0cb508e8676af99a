"""Classes, tenants, hardware and demand to what every port, host and edge is set to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, ints, texts
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.qos import PortGroups, QosPlan, Queues
from easterly.model.routing import Paths
from easterly.model.spec.policy import TrafficClass
from easterly.model.spec.site import Site
from easterly.qos.planning import budget, bursts, edges, hosts, marking, needs, ports, rates, thresholds
from easterly.qos.planning.budget import Kept, Memory
from easterly.qos.planning.bursts import Bursts
from easterly.qos.planning.ledger import Ledger
from easterly.qos.planning.marking import Classes
from easterly.qos.planning.ports import Ports

PRIORITIES = 8
NETWORKLESS = Ports([], [], [], [], floats([]), floats([]), ints([]), np.zeros(1, dtype=np.int64), ints([]))


def plan(
    site: Site,
    network: Network | None = None,
    demands: DemandSet | None = None,
    paths: Paths | None = None,
    placed: Mapping[str, IntColumn] | None = None,
) -> QosPlan:
    """Plan queues, memory, meters and hosts of a site.

    Ports of one kind, model, rate and cable are set alike, so the plan is made once for each group of them. A class
    keeps the queue it asks for; the others get the queue of their class selector, ``dscp // 8`` (RFC 2474, section
    4.2.2), or the nearest one that is free, in the order of code points, out of those of the switch that has fewest.

    Parameters
    ----------
    site : Site
        Checked: its shares add up and there are queues enough (rules E8xx).
    network : Network, optional
        Without it, classes and queues only.
    demands : DemandSet, optional
        What is sent, with `paths`: how many senders meet where.
    paths : Paths, optional
    placed : mapping of str to (H,) int, optional
        Hosts of each work: tells which hold storage.

    Returns
    -------
    QosPlan
        Classes in the order of their names.
    """
    ledger, classes = Ledger(), _classes(site)
    made = NETWORKLESS if network is None else ports.ports(network, _stores(site, placed or {}))
    rtt_s = floats([]) if network is None else ports.round_trips(network, made)
    held, items = budget.kept(site, made, classes, ledger)
    memory = _memory(site, network, made, classes, held, ledger)
    burst = _bursts(network, made, rtt_s, classes, demands, paths, ledger)
    weight = rates.weights(classes, ledger)
    rows = _levels(site, made, rtt_s, classes, held, memory, burst, ledger)
    groups = _groups(site, made, rtt_s, held, memory, ledger)
    levels = _queues(made, classes, weight, held, burst, rows, ledger)
    return QosPlan(
        traffic_class=texts(classes.names),
        dscp=ints([c.dscp for c in classes.specs]),
        queue=ints(classes.queue),
        share=floats(classes.share),
        strict=bools([c.priority == "strict" for c in classes.specs]),
        lossless=bools([c.lossless for c in classes.specs]),
        ecn=bools([classes.marks(row) for row in range(len(classes))]),
        early_drop=bools([classes.drops_early(row) for row in range(len(classes))]),
        pcp=marking.priorities(site, classes, ledger),
        dscp_class=marking.code_points(classes, ledger),
        groups=groups,
        queues=levels,
        budgets=memory.budgets,
        headroom=items,
        needs=needs.needs(site, groups, levels, classes, held, burst),
        tenants=rates.tenants(site, classes, made.rate_bps, ledger),
        policers=edges.policers(site, made, rtt_s, classes, ledger),
        settings=hosts.settings(site, made, rtt_s, classes, classes.queue, weight),
        reasons=ledger.reasons(),
        mtu_B=round(site.qos.mtu),
    )


def _classes(site: Site) -> Classes:
    named = [site.classes[name] for name in sorted(site.classes)]
    queue, share = assign(named, queues(site)), shares(named)
    return Classes(tuple(named), tuple(queue[c.name] for c in named), tuple(share[c.name] for c in named))


def _stores(site: Site, placed: Mapping[str, IntColumn]) -> IntColumn:
    """Hosts that hold storage."""
    kept = [placed[name] for name, work in sorted(site.traffic.items()) if work.kind == "storage" and name in placed]
    return ints(np.unique(np.concatenate(kept))) if kept else ints([])


def _memory(site: Site, network: Network | None, made: Ports, classes: Classes, held: Kept, ledger: Ledger) -> Memory:
    if network is None:
        return Memory(budget.nothing(), ints([]))
    return budget.memory(site, network, made, classes, held, ledger)


def _bursts(
    network: Network | None, made: Ports, rtt_s: FloatColumn, classes: Classes, demands: DemandSet | None,
    paths: Paths | None, ledger: Ledger,
) -> Bursts:  # fmt: skip
    if network is None:
        return Bursts(ints(np.empty((0, len(classes)))), floats(np.empty((0, len(classes)))), floats([]))
    return bursts.bursts(network, made, rtt_s, classes, demands, paths, ledger)


Table = list[list[thresholds.Levels]]


def _levels(
    site: Site, made: Ports, rtt_s: FloatColumn, classes: Classes, held: Kept, memory: Memory, burst: Bursts,
    ledger: Ledger,
) -> Table:  # fmt: skip
    given = thresholds.cells(site, made, rtt_s, classes, held, memory)
    alpha = thresholds.alphas(site, made, classes, given, burst, ledger)
    return [
        [thresholds.levels(site, classes, cell, alpha[made.device_type[g]], burst, ledger) for cell in row]
        for g, row in enumerate(given)
    ]


def _groups(site: Site, made: Ports, rtt_s: FloatColumn, held: Kept, memory: Memory, ledger: Ledger) -> PortGroups:
    ledger.add(
        "rtt_s", "links and switches of every tier with their longest delay, up to the top and down again, both ways",
        "topology; without queues and without the hosts' own time",
    )  # fmt: skip
    return PortGroups(
        texts(list(made.names())), texts(made.kind), texts(made.faces), texts(made.fabric), texts(made.device_type),
        made.rate_bps, made.cable_m, rtt_s, texts(edges.trust(site, made, ledger)), held.paused, memory.of_group,
        made.ptr, made.link,
    )  # fmt: skip


def _queues(
    made: Ports, classes: Classes, weight: Sequence[int], held: Kept, burst: Bursts, rows: Table, ledger: Ledger
) -> Queues:
    count = len(classes)
    paused = np.outer(held.paused, [c.lossless for c in classes.specs]).astype(bool).reshape(len(made), count)

    def level(name: str) -> FloatColumn:
        return thresholds.column(rows, name, count)

    return Queues(
        weight=ints(np.tile(np.array(weight, dtype=np.int32), (len(made), 1))),
        rate_bps=rates.rates(classes, weight, made.rate_bps, ledger),
        shaper_bps=rates.shapers(classes, made.rate_bps),
        reserved_B=_where(np.array([not made.is_host(g) for g in range(len(made))]), held.reserved_B, count),
        alpha=level("alpha"),
        kmin_B=level("kmin_B"),
        kmax_B=level("kmax_B"),
        pmax=level("pmax"),
        xoff_B=level("xoff_B"),
        xoff_alone_B=level("xoff_alone_B"),
        xon_offset_B=level("xon_offset_B"),
        headroom_B=_only(paused, held.headroom_B),
        headroom_high_B=_only(paused, held.high_B),
        limit_B=level("limit_B"),
        limit_alone_B=level("limit_alone_B"),
        incast_senders=burst.senders,
        incast_peak_B=level("peak_B"),
        absorbed=thresholds.verdicts(rows, count),
    )


def _where(groups: BoolColumn, values: FloatColumn, classes: int) -> FloatColumn:
    """A value of each group for every class; NaN where it does not apply."""
    return floats(np.tile(np.where(groups.astype(bool), values, np.nan)[:, None], (1, classes)))


def _only(paused: BoolColumn, values: FloatColumn) -> FloatColumn:
    """A value of each group for its lossless classes; NaN for ports of hosts and other classes."""
    return floats(np.where(paused & (values > 0)[:, None], values[:, None], np.nan))


def queues(site: Site) -> int:
    """Egress queues per port of the switch model that has fewest; 8 where no switch is declared."""
    return min((switch.queues for switch in site.hardware.switches.values()), default=8)


def stated(classes: Sequence[TrafficClass]) -> float:
    """Sum of the shares that are written as numbers.

    Shares are summed in millionths of a percent, so that 33.3 % thrice and 0.1 % are exactly the whole.
    """
    return sum(round(float(c.share) * 1e8) for c in classes if c.share != "rest") / 1e8


def shares(classes: Sequence[TrafficClass]) -> dict[str, float]:
    """Share of each class, with ``rest`` resolved to what the others leave (divided, should several say it)."""
    takers = sum(c.share == "rest" for c in classes)
    left = max(0.0, 1.0 - stated(classes)) / max(1, takers)
    return {c.name: left if c.share == "rest" else float(c.share) for c in classes}


def assign(classes: Sequence[TrafficClass], count: int) -> dict[str, int]:
    """Queue of each class; two classes share one only where there are more classes than queues.

    A lossless class gets one of the first eight, as a pause names eight priorities (IEEE 802.1Qbb).

    >>> from easterly.model.spec.policy import TrafficClass
    >>> a, b = TrafficClass(dscp=26, share="50%"), TrafficClass(dscp=28, share="50%")
    >>> a.named("a", "classes/a"), b.named("b", "classes/b")
    (None, None)
    >>> assign([a, b], 8)
    {'a': 3, 'b': 2}
    """
    given = {c.name: c.queue for c in classes if c.queue is not None}
    taken = set(given.values())
    first = count > PRIORITIES
    for c in sorted((c for c in classes if c.queue is None), key=lambda c: (first and not c.lossless, c.dscp, c.name)):
        most = min(count, PRIORITIES) if c.lossless else count
        wish = min(c.dscp // 8, most - 1)
        free = [q for q in range(most) if q not in taken]
        given[c.name] = min(free, key=lambda q: (abs(q - wish), q)) if free else wish
        taken.add(given[c.name])
    return given
