"""Who shares a link: the mean load that each job and service puts on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, floats
from easterly.model.outcome import Plan
from easterly.predict.contention import mean_rates


@dataclass(frozen=True, slots=True)
class Sharing:
    """Non-zero loads by link and owner, sorted by link, then owner.

    The entries of link l are ``ptr[l]:ptr[l + 1]``; `owner` is a row of ``plan.demands.work``.
    """

    ptr: IndexColumn
    owner: IndexColumn
    load_bps: FloatColumn


def share_links(plan: Plan) -> Sharing:
    """Mean load of each owner on each link.

    A flow of a job weighs ``size_B * 8 * times / step_low``, a flow of a service its rate; on a link it
    counts with the share of the flow that crosses it. The sum over owners is the sum over classes of
    ``plan.loads.load_bps``.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    Sharing
        At most one entry per link and owner; entries of zero load are left out.
    """
    demands, paths = plan.demands, plan.routing.paths
    owners = max(len(demands.work), 1)
    flow = np.repeat(np.arange(len(demands.flows)), np.diff(paths.ptr))
    owner = _owner_of_phase(plan)[demands.flows.phase]
    key = paths.link.astype(np.int64) * owners + owner[flow]
    step = dict(zip(plan.prediction.job.tolist(), plan.prediction.step_low_s.tolist(), strict=True))
    step_s = floats([step.get(name, 0.0) for name in plan.demands.work.name.tolist()])
    load = paths.share * mean_rates(plan.demands, step_s)[flow]
    used = load > 0
    cells, place = np.unique(key[used], return_inverse=True)
    sums = np.bincount(place, weights=load[used], minlength=len(cells)).astype(np.float64)
    counts = np.bincount(cells // owners, minlength=len(plan.network.links))
    return Sharing(np.concatenate(([0], np.cumsum(counts))), cells % owners, sums)


def _owner_of_phase(plan: Plan) -> IndexColumn:
    """(P,) row of `Work` that each phase belongs to."""
    row = {name: i for i, name in enumerate(plan.demands.work.name.tolist())}
    return np.array([row[name] for name in plan.demands.phases.owner.tolist()], dtype=np.int64)
