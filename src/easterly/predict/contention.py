"""What the others leave: capacity of shared links, seen by one job or service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.schema import Doc, Unit
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.routing import Paths, rows_of


@dataclass(frozen=True, slots=True)
class Background:
    """Mean load of every link, and how many jobs and services it comes from."""

    load_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) mean load of all.")]
    owners: Annotated[IntColumn, Doc("(L,) jobs and services that use the link.")]


def owner_rows(demands: DemandSet) -> IntColumn:
    """(P,) row of `Work` that each phase belongs to."""
    row = {name: i for i, name in enumerate(demands.work.name.tolist())}
    return ints([row[name] for name in demands.phases.owner.tolist()])


def mean_rates(demands: DemandSet, step_s: FloatColumn) -> FloatColumn:
    """Mean rate of each flow over a step of its job or over its own interval, or the rate of its service.

    Parameters
    ----------
    demands : DemandSet
    step_s : (W,) float [s]
        Step time by row of `Work`; infinite or 0 gives rate 0.

    Returns
    -------
    (F,) float [bit/s]
    """
    phase = demands.flows.phase
    every_s = demands.phases.every_s[phase]
    step = np.where(every_s > 0, every_s, step_s[owner_rows(demands)[phase]])
    sent = demands.flows.size_B * 8 * demands.phases.times[phase]
    return floats(np.divide(sent, step, out=np.zeros(len(sent)), where=step > 0) + demands.flows.rate_bps)


def by_owner(
    demands: DemandSet, network: Network, paths: Paths, rate_bps: FloatColumn
) -> Iterator[tuple[int, FloatColumn]]:
    """Mean load that each job or service puts on every link: pairs of row of `Work` and (L,) [bit/s]."""
    owner = owner_rows(demands)[demands.flows.phase]
    for work in np.unique(owner).tolist():
        members = np.flatnonzero(owner == work)
        yield work, link_sums(rows_of(paths, members), rate_bps[members], len(network.links))


def link_sums(paths: Paths, rate_bps: FloatColumn, links: int) -> FloatColumn:
    """(L,) what flows of these rates put on every link."""
    return floats(np.bincount(paths.link, np.repeat(rate_bps, np.diff(paths.ptr)) * paths.share, links))


def background(loads: list[tuple[int, FloatColumn]], links: int) -> Background:
    """Sum of the loads of all jobs and services."""
    total, owners = np.zeros(links), np.zeros(links, dtype=np.int32)
    for _, load in loads:
        total += load
        owners += load > 0
    return Background(floats(total), ints(owners))


def residual(
    capacity_bps: FloatColumn, own_bps: FloatColumn, behind: Background
) -> tuple[FloatColumn, NDArray[np.bool_]]:
    """Capacity that is left to one owner, and the links that it shares.

    What the others send on average is taken away, but never so much that less than an equal share among the
    owners of the link remains: a fair queue or a fair transport gives that in any case.

    Parameters
    ----------
    capacity_bps : (L,) float [bit/s]
    own_bps : (L,) float [bit/s]
    behind : Background

    Returns
    -------
    (L,) float [bit/s], (L,) bool
    """
    shared = (own_bps > 0) & (behind.owners > 1)
    left = np.maximum(capacity_bps - (behind.load_bps - own_bps), capacity_bps / np.maximum(behind.owners, 1))
    return floats(np.where(shared, np.minimum(left, capacity_bps), capacity_bps)), shared
