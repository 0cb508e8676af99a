"""One call for failures: every case by the policy in place and at best, sorted by damage."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import BoolColumn, IntColumn, ints, significant
from easterly.base.findings import did_you_mean
from easterly.model.allocation import Demands
from easterly.model.demand import DemandSet
from easterly.model.failures import Cases, FailureTable, InPlace, Optimum
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.model.routing import Routing
from easterly.model.weights import Weights
from easterly.route.allocate.asked import asked
from easterly.route.allocate.engine import Mode
from easterly.route.allocate.problem import names_of
from easterly.route.failing.cases import cables, cases_of, joined, nodes, part, srlgs, together
from easterly.route.failing.in_place import After, Progress, Rule, under_ecmp, under_tunnels, under_weights
from easterly.route.failing.optimum import Aim, best_of_each
from easterly.route.solving import counted

What = Literal["links", "nodes", "srlgs"]
BUILDERS = {"links": cables, "nodes": nodes, "srlgs": srlgs}


def failures(
    network: Network,
    demands: Demands | DemandSet | TrafficMatrices,
    *,
    cases: What | Cases = "links",
    k: int = 1,
    objective: str | None = "max-throughput",
    policy: Literal["ecmp"] | Routing | Weights | None = "ecmp",
    after: After = "rescale",
    rule: Rule = "slow-down",
    matrix: int = 0,
    cost: str | ArrayLike = "latency",
    alpha: float = 1.0,
    mode: Mode = "gap",
    gap: float = 1e-3,
    alive: BoolColumn | None = None,
    warm: Routing | None = None,
    engine: str = "auto",
    threads: int = 1,
    progress: Progress | None = None,
) -> FailureTable:
    """What each failure does: by the policy in place, and at best after re-optimising, with a bound of that.

    Parameters
    ----------
    network : Network
    demands : Demands, DemandSet or TrafficMatrices
        As for `easterly.route.solve`.
    cases : {"links", "nodes", "srlgs"} or Cases
        What fails alone: every cable with both directions, every switch and router, every shared-risk group, or the
        sets that are given; see `easterly.route.failing.cases` for builders.
    k : int
        How many of the cases happen at once.
    objective : str, optional
        Of the optimum; None leaves it out.
    policy : "ecmp", Routing or Weights, optional
        The policy in place: cheapest paths found anew, and in direct networks their `routing`, as `under_ecmp` says;
        the tunnels of a routing; or next hops with weights as they are.
        None leaves it out.
    after : {"rescale", "lost", "shortest"}
        What becomes of the rate of dead tunnels; see `easterly.route.failing.in_place.under_tunnels`.
    rule : {"slow-down", "max-min"}
        How what fits is counted where the policy overloads links; see `InPlace`.
    matrix, cost, alpha, mode, gap, alive, engine
        As for `easterly.route.solve`.
    warm : Routing, optional
        Of the healthy network or a similar one: saves its solution.
    threads : int
        Cases that are optimised at the same time, from 1 up. Answers do not depend on it.
    progress : callable, optional
        Called with the number of cases done and of all, first for the policy, then for the optimum.

    Returns
    -------
    FailureTable
        Row 0 is the healthy network. An interruption (Ctrl-C) keeps what is done.

    Raises
    ------
    ValueError
        A kind of cases that is not known, too many of them, or what `easterly.route.solve` refuses.

    Examples
    --------
    See the how-to on failures.
    """
    counted("threads", threads)
    wanted = asked(network, demands, matrix)
    endless = np.flatnonzero(np.isinf(wanted.rate_bps))
    if policy is not None and len(endless):
        raise ValueError(f"demands.rate_bps[{endless[0]}] is infinite: no policy in place sends that; leave it out")
    every = joined(cases_of(["nothing"], [[]]), together(_cases(network, cases), k))
    place = None if policy is None else _in_place(network, wanted, policy, every, after, rule, alive, progress)
    best, unit = None, ""
    if objective is not None and (place is None or len(place) == len(every)):
        aim = Aim(objective, mode, gap, cost, alpha, engine)
        start = None if warm is None or warm.allocation is None else warm.allocation.warm
        best, unit = best_of_each(
            network, wanted, every, aim, alive=alive, warm=start, threads=threads, progress=progress
        )
    done = min(len(columns) for columns in (place, best, every) if columns is not None)
    place = place if place is None else first_rows(place, done)
    return FailureTable(
        objective=objective or "", unit=unit, cases=part(every, 0, done), in_place=place, optimum=best,
        order=by_damage(place, best, objective or ""), names=names_of(network), demands=wanted,
        left=len(every) - done,
    )  # fmt: skip


def by_damage(place: InPlace | None, best: Optimum | None, objective: str) -> IntColumn:
    """Rows in the order of what is served, least first; then of the value, worst first; then of the fullest link.

    Each to as many digits as a search is good for: cases that are alike stay in their order.

    Parameters
    ----------
    place : InPlace or None
    best : Optimum or None
        Decides where there are both.
    objective : str

    Returns
    -------
    (C,) int
    """
    if best is not None:
        worse = -best.value if objective.startswith("min-") and objective != "min-cost-max-flow" else best.value
        keys = (-best.max_utilisation, worse, best.served_fraction)
    elif place is not None:
        keys = (-place.max_utilisation, -place.max_utilisation, place.fits)
    else:
        return ints([])
    return ints(np.lexsort([significant(key) for key in keys]))


def first_rows(place: InPlace, count: int) -> InPlace:
    """The first cases of columns.

    Parameters
    ----------
    place : InPlace
    count : int

    Returns
    -------
    InPlace
    """
    ptr = place.unserved_ptr[: count + 1]
    return InPlace(
        place.policy, place.rule, place.max_utilisation[:count], place.worst_link[:count], place.routed[:count],
        place.fits[:count], ptr, place.unserved[: ptr[-1]], place.strayed[:count],
    )  # fmt: skip


def _cases(network: Network, cases: What | Cases) -> Cases:
    if isinstance(cases, Cases):
        return cases
    if cases not in BUILDERS:
        raise ValueError(f"{cases!r} is no kind of failures: {did_you_mean(str(cases), tuple(BUILDERS))}")
    return BUILDERS[cases](network)


def _in_place(
    network: Network,
    demands: Demands,
    policy: Literal["ecmp"] | Routing | Weights,
    cases: Cases,
    after: After,
    rule: Rule,
    alive: BoolColumn | None,
    progress: Progress | None,
) -> InPlace:
    if isinstance(policy, Weights):
        return under_weights(network, demands, policy, cases, alive=alive, progress=progress)
    if isinstance(policy, Routing):
        if policy.tunnels is None:
            return under_ecmp(
                network, demands, cases, weight=policy.policy.weight, alive=alive, rule=rule, progress=progress
            )
        return under_tunnels(
            network, demands, policy.tunnels, cases, after=after, alive=alive, rule=rule, progress=progress
        )
    if policy != "ecmp":
        raise ValueError(f"{policy!r} is no policy: 'ecmp', a routing or weights")
    return under_ecmp(network, demands, cases, alive=alive, rule=rule, progress=progress)
