"""Who shares a link: the mean load that each job and service puts on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn
from easterly.model.plan import Plan
from easterly.predict.contention import by_owner, mean_rates
from easterly.predict.loads import low_steps


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
    step_s = low_steps(plan.demands, plan.prediction)
    links, owners, loads = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for owner, load in by_owner(plan.demands, plan.network, plan.routing.paths, mean_rates(plan.demands, step_s)):
        links.append(np.flatnonzero(load > 0))
        owners.append(np.full(len(links[-1]), owner))
        loads.append(load[links[-1]])
    link = np.concatenate(links)
    order = np.argsort(link, kind="stable")  # owners come in the order of their rows
    counts = np.bincount(link, minlength=len(plan.network.links))
    ptr = np.concatenate(([0], np.cumsum(counts)))
    return Sharing(ptr, np.concatenate(owners)[order], np.concatenate(loads)[order])
