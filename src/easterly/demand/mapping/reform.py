"""A job that goes on after failures: spare hosts take the place of lost ones, or replicas are dropped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, IntColumn, bools, ints
from easterly.base.findings import Finding, FindingsError
from easterly.model.network import Network
from easterly.model.spec.job import Job, Parallel


@dataclass(frozen=True, slots=True)
class Reformed:
    """Where a job goes on.

    Attributes
    ----------
    hosts : (H,) int
        Host rows in rank order.
    dp : int
        Data-parallel replicas that are left.
    lost : (K,) int
        Hosts that are not used any more because they failed, or have no interface that is up.
    spares : (S,) int
        Hosts that took the places of the first of them.
    """

    hosts: IntColumn
    dp: int
    lost: IntColumn
    spares: IntColumn


def reform(
    network: Network, job: Job, hosts: IntColumn, *, alive: BoolColumn | None = None, failed: Collection[int] = (),
    spares: Collection[int] = (),
) -> Reformed:  # fmt: skip
    """Hosts on which a job goes on when some are lost.

    A host is lost if it failed, or if none of its interfaces has a link that is up. The first free spare of its fabric
    takes its place, so that all other ranks stay where they are. Where there is none, the job goes on with fewer
    data-parallel replicas, on the hosts that are left, ranks packed anew in the same order.

    Parameters
    ----------
    network : Network
    job : Job
    hosts : (H,) int
        Host rows of the job, in rank order.
    alive : (L,) bool, optional
        Links that are up; all if absent.
    failed : collection of int
        Host rows that failed.
    spares : collection of int
        Free host rows, in the order in which they are taken.

    Returns
    -------
    Reformed

    Raises
    ------
    FindingsError
        E660 what is left cannot hold one replica.

    Examples
    --------
    Host 1 of 0, 1, 2, 3 failed, and 7 is free: the job goes on with 0, 7, 2, 3. Without 7, and with two replicas of
    two hosts each, it goes on with 0, 2 and one replica.
    """
    rows = np.asarray(hosts, dtype=np.int32)
    gone = np.flatnonzero(_down(network, rows, alive, failed))
    free = _fitting(network, rows, alive, [*failed, *rows.tolist()], spares)[: len(gone)]
    new = rows.copy()
    new[gone[: len(free)]] = free
    if len(free) == len(gone):
        return Reformed(ints(new), job.parallel.dp, ints(rows[gone]), ints(free))
    left = np.delete(new, gone[len(free) :])
    per_host = int(network.hosts.gpus[rows].min())
    dp = _replicas(job.parallel, len(left) * per_host)
    if dp == 0:
        raise FindingsError([_nothing_left(network, job, rows, len(gone), per_host)])
    need = -(-job.parallel.gpus // job.parallel.dp * dp // per_host)
    return Reformed(ints(left[:need]), dp, ints(rows[gone]), ints(free))


def isolated(network: Network, alive: BoolColumn) -> BoolColumn:
    """(hosts,) True for hosts none of whose interfaces has a link that is up."""
    links, table = network.links, network.hosts
    up = np.bincount(links.src, alive, len(network.nodes))[table.nic_node] > 0
    owner = np.repeat(np.arange(len(table)), np.diff(table.nic_ptr))
    return bools(np.bincount(owner, up, len(table)) == 0)


def _down(
    network: Network, rows: NDArray[np.int32], alive: BoolColumn | None, failed: Collection[int]
) -> NDArray[np.bool_]:
    gone = np.isin(rows, list(failed))
    return gone if alive is None else gone | isolated(network, alive)[rows]


def _fitting(
    network: Network, rows: NDArray[np.int32], alive: BoolColumn | None, taken: list[int], spares: Collection[int]
) -> NDArray[np.int32]:
    """Spares of the same fabric that are as large as the hosts of the job, and up."""
    table, free = network.hosts, np.array([s for s in spares if s not in taken], dtype=np.int32)
    like = table.fabric[free] == table.fabric[rows[0]]
    large = (table.gpus[free] >= table.gpus[rows].min()) & (
        np.diff(table.nic_ptr)[free] >= np.diff(table.nic_ptr)[rows].min()
    )
    usable: NDArray[np.int32] = free[like & large & ~_down(network, free, alive, ())]
    return usable


def _replicas(plan: Parallel, gpus: int) -> int:
    """Most replicas that fit, of those over which experts and shards can be spread evenly; 0 if none does."""
    each = plan.gpus // plan.dp
    return next((dp for dp in range(min(plan.dp, gpus // each), 0, -1) if _divides(plan, dp)), 0)


def _divides(plan: Parallel, dp: int) -> bool:
    replicas = dp * plan.cp
    within = min(plan.shard or replicas, replicas)
    return replicas % within == 0 and replicas * plan.tp % (plan.ep * (plan.etp or 1)) == 0


def _nothing_left(network: Network, job: Job, rows: NDArray[np.int32], gone: int, per_host: int) -> Finding:
    plan = job.parallel
    each = -(-plan.gpus // plan.dp // per_host)
    fabric = network.hosts.fabric[rows[0]]
    return Finding(
        code="E660",
        at=job.origin,
        message=f"{gone} of the {len(rows)} hosts of {job.name} are down, and one replica (tp x cp x pp) "
        f"needs {each}: nothing of it can go on",
        hint=f"keep {gone} spare hosts in fabric {fabric}, or spread the job over more replicas",
        on_key=True,
    )
