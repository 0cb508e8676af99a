"""The fluid predictor: step time of jobs from max-min fair rates."""

from __future__ import annotations

import math

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, floats, ratio, texts
from easterly.base.registry import backend
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.outcome import Method, Prediction, Ref
from easterly.model.routing import Routing, Spread
from easterly.predict.contention import background, by_owner, mean_rates, owner_rows, residual
from easterly.predict.overlap import exposed, in_steps
from easterly.predict.transfers import Transfers, transfers


@backend("predict", "fluid", scales_to="100k links")
def predict(network: Network, demands: DemandSet, routing: Routing, alone: Transfers | None = None) -> Prediction:
    """Step time of each job, from full overlap and mean hashing to no overlap and unlucky hashing.

    Low: every job alone on the network; a phase lasts as long as its busiest link needs for its bytes, every flow split
    evenly over its equal-cost paths, and in the mean over hashings; capacity that one flow leaves is used by the next;
    communication is hidden behind compute as far as it can be: ``max(compute, communication)``.

    Expected: compute and what is exposed of every phase (`overlap.exposed`), at mean hashing and beside the others, a
    phase lasting until its slowest flow is done at max-min fair rates; never outside low and high. From here on,
    transfers reach what those of their size do of the line rate.

    High: links that a job shares with other jobs and services lose what those send on average (the rates of
    services; bytes over the low step time of jobs), down to an equal share among them; the transfer time is
    stretched by how much the busiest link of the phase is fuller at the 95th percentile of hashings than when
    split evenly; nothing is hidden: ``compute + communication``, what every micro-batch waits for stretched by the
    pipeline bubble as compute is.

    Parameters
    ----------
    network : Network
    demands : DemandSet
    routing : Routing
    alone : Transfers, optional
        `transfers` of all phases at the capacities of the links; worked out if absent.

    Returns
    -------
    Prediction
        Times of phases are per step; those of services, which have no steps, are 0. A job with a flow that has no
        path never ends: its times are infinite and its bottleneck is a `Ref` of kind ``path``.
    """
    if alone is None:
        alone = transfers(demands, routing.paths, network.links.capacity_bps)
    hashed = _least(alone, routing.spread)
    phase_low = per_step(demands, hashed)
    compute, owner = demands.work.compute_s, owner_rows(demands)
    comm_low = _by_work(phase_low, owner, len(compute))
    step_low = np.maximum(compute, comm_low)
    crowded = _crowded(network, demands, routing, alone, floats(step_low))
    phase_expected, phase_high = (
        _beside_others(demands, crowded, phase_low, _stretch(routing.spread, hashed_s))
        for hashed_s in (routing.spread.mean_s, routing.spread.p95_s)
    )
    comm_high = _by_work(phase_high, owner, len(compute))
    step_high = compute + _by_work(exposed(demands, phase_high, overlap=False), owner, len(compute))
    waits = exposed(demands, phase_expected)
    step_expected = np.maximum(compute + _by_work(waits, owner, len(compute)), step_low)
    jobs = np.flatnonzero(demands.work.kind == "job")
    return Prediction(
        job=texts(demands.work.name[jobs]),
        compute_s=floats(compute[jobs]),
        comm_low_s=floats(comm_low[jobs]),
        comm_high_s=floats(comm_high[jobs]),
        step_low_s=floats(step_low[jobs]),
        step_expected_s=floats(step_expected[jobs]),
        step_high_s=floats(step_high[jobs]),
        bottleneck=tuple(_bottleneck(network, demands, alone, hashed, owner, int(w), comm_low[w]) for w in jobs),
        phase_low_s=phase_low,
        phase_expected_s=phase_expected,
        phase_exposed_s=waits,
        phase_high_s=phase_high,
        method=Method.MEAN,
    )


def per_step(demands: DemandSet, transfer_s: FloatColumn, *, line_rate: bool = True) -> FloatColumn:
    """Time per step of each phase, from the transfer time of one occurrence; 0 for phases that are in no step.

    Parameters
    ----------
    demands : DemandSet
    transfer_s : (P,) float [s]
    line_rate : bool
        Whether transfers reach the line rate, or what those of their size do.

    Returns
    -------
    (P,) float [s]
    """
    phases = demands.phases
    runs = in_steps(demands)
    inside, outside = (1.0, 1.0) if line_rate else (phases.scaleup_reach, phases.network_reach)
    each = phases.latency_s + phases.scaleup_s / inside + transfer_s / outside
    return floats(np.where(runs, np.where(runs, phases.times, 1.0) * each, 0.0))


def _by_work(phase_s: FloatColumn, owner: IntColumn, count: int) -> FloatColumn:
    return floats(np.bincount(owner, phase_s, count))


def _stretch(spread: Spread, hashed_s: FloatColumn) -> FloatColumn:
    """(P,) time of the busiest link when hashed over the same when split evenly, at least 1."""
    even = np.where(spread.even_s > 0, spread.even_s, 1.0)
    return floats(np.where(spread.even_s > 0, np.maximum(ratio(hashed_s, even), 1.0), 1.0))


def _beside_others(demands: DemandSet, crowded_s: FloatColumn, low_s: FloatColumn, stretch: FloatColumn) -> FloatColumn:
    """(P,) time per step beside the others, hashed, at the rate that transfers of its size reach; never below low."""
    return floats(np.maximum(per_step(demands, floats(crowded_s * stretch), line_rate=False), low_s))


def _least(alone: Transfers, spread: Spread) -> FloatColumn:
    """(P,) least transfer time: of the busiest link, hashed, mean, as if what is left free were always used."""
    busiest = np.maximum(spread.even_s, spread.mean_s)
    return floats(np.where(np.isfinite(alone.time_s) & (spread.even_s > 0), busiest, alone.time_s))


def _crowded(
    network: Network, demands: DemandSet, routing: Routing, alone: Transfers, step_s: FloatColumn
) -> FloatColumn:
    """(P,) transfer times when the others of the network send their mean rates."""
    capacity, owner = network.links.capacity_bps, owner_rows(demands)
    if len(np.unique(owner[demands.flows.phase])) < 2:
        return alone.time_s
    loads = list(by_owner(demands, network, routing.paths, mean_rates(demands, step_s)))
    behind = background(loads, len(network.links))
    time = np.array(alone.time_s)
    for work, own in loads:
        left, shared = residual(capacity, own, behind)
        if not shared.any():
            continue
        phases = np.flatnonzero(owner == work)
        time[phases] = transfers(demands, routing.paths, left, phases).time_s[phases]
    return floats(time)


def _bottleneck(
    network: Network,
    demands: DemandSet,
    alone: Transfers,
    transfer_s: FloatColumn,
    owner: IntColumn,
    work: int,
    comm_s: float,
) -> Ref:
    """What the step of one job waits for most: compute, or the longest part of its communication."""
    phases = demands.phases
    if demands.work.compute_s[work] >= comm_s:
        return Ref("compute", str(demands.work.name[work]))
    own = np.flatnonzero(owner == work)
    if math.isinf(comm_s):
        stuck = alone.flow[own[np.argmax(np.isinf(alone.time_s[own]))]]
        names = network.nodes.name
        return Ref("path", f"{names[demands.flows.src[stuck]]}>{names[demands.flows.dst[stuck]]}")
    parts = {"scale-up": phases.scaleup_s, "latency": phases.latency_s, "link": transfer_s}
    times = {kind: phases.times[own] * part[own] for kind, part in parts.items()}
    kind = max(parts, key=lambda k: math.fsum(times[k]))
    if kind != "link":
        return Ref(kind, str(phases.axis[own[np.argmax(times[kind])]]))
    waits = np.bincount(alone.link[own][times[kind] > 0], times[kind][times[kind] > 0])
    return Ref("link", str(network.link_ids[np.argmax(waits)]))
