"""Replicas of a whole job on other fabrics, kept together over the WAN."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from easterly.base.columns import IntColumn, floats, ints
from easterly.demand import collectives, transformer
from easterly.demand.ends import Ends
from easterly.demand.layout import Layout, Ranks, Traffic
from easterly.demand.phases import Phase
from easterly.demand.traffic.way import one_way_s
from easterly.demand.training.step import Step


def everywhere(phases: Sequence[Sequence[Phase]]) -> list[Phase]:
    """Phases of all replicas as one: they run at the same time, and the slowest sets the pace."""
    return [_together(same) for same in zip(*phases, strict=True)]


def _together(same: Sequence[Phase]) -> Phase:
    parts = [phase.traffic for phase in same]
    traffic = Traffic(
        src=ints(np.concatenate([part.src for part in parts])),
        dst=ints(np.concatenate([part.dst for part in parts])),
        amount=floats(np.concatenate([part.amount for part in parts])),
        busiest_s=max(part.busiest_s for part in parts),
        scaleup_B=max(part.scaleup_B for part in parts),
    )
    worst = {name: max(getattr(phase, name) for phase in same) for name in ("latency_s", "scaleup_s", "scaleup_B")}
    return replace(same[0], traffic=traffic, **worst)


def exchange(steps: Sequence[Step], ends: Ends) -> Iterator[Phase]:
    """What the replicas exchange every so many steps: parameters, or their change since the last exchange.

    Each rank exchanges its part of ``P e / compress`` bytes with its like: in a ring of K fabrics it sends
    ``2 (K-1)/K`` of that; in a star all others send theirs to the first fabric and receive the mean. With `every`
    above 1 it is local SGD with an outer step (Douillard et al. 2023, DiLoCo, arXiv 2311.08105); with 1, synchronous
    training.
    """
    job, count = steps[0].job, len(steps)
    if job.geo is None or count < 2:
        return
    whole_B = steps[0].model.params * transformer.BYTES[job.geo.dtype] / job.geo.compress
    ring = job.geo.topology == "ring"
    edges = [(i, (i + 1) % count) for i in range(count)] if ring else _star(count)
    sent_B = whole_B * (2 * (count - 1) / count if ring else 1.0)
    ranks = [_interfaces(step.layout, np.arange(job.parallel.gpus)) for step in steps]
    part = np.full(job.parallel.gpus, sent_B / job.parallel.gpus)
    far_s = max(float(one_way_s(ends.network, ranks[a][:1], ranks[b][:1])[0]) for a, b in edges)
    made = Phase(
        axis="wan", collective="all-reduce", algorithm=job.geo.topology, times=1.0,
        latency_s=(2 * (count - 1) if ring else 2) * (collectives.NETWORK_HOP_S + far_s), scaleup_s=0.0, scaleup_B=0.0,
        traffic=ends.traffic((ranks[a], ranks[b], part) for a, b in edges),
        message_B=sent_B / job.parallel.gpus,
    )  # fmt: skip
    yield steps[0].hide(made, "geo", times=1 / job.geo.every, hidden=0.0, window_s=0.0)


def _star(count: int) -> list[tuple[int, int]]:
    return [edge for i in range(1, count) for edge in ((i, 0), (0, i))]


def _interfaces(layout: Layout, ranks: Ranks) -> IntColumn:
    """Node of the first interface of each rank."""
    nodes: IntColumn = layout.nic_node[layout.host(ranks), layout.own(ranks)[:, 0]]
    return nodes
