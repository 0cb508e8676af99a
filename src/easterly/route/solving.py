"""The one call: demands on a network to a routing, by equal-cost multipath or by the optimum of an objective."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from numbers import Integral
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import BoolColumn, FloatColumn, floats
from easterly.base.findings import did_you_mean
from easterly.model.allocation import Demands, Warm
from easterly.model.demand import DemandSet
from easterly.model.matrix import TrafficMatrices
from easterly.model.network import Network
from easterly.model.routing import Routing
from easterly.route import ecmp
from easterly.route.allocate import objectives
from easterly.route.allocate.asked import asked
from easterly.route.allocate.engine import Mode
from easterly.route.allocate.engines import ENGINES, Wish
from easterly.route.allocate.problem import Posed, pose
from easterly.route.allocate.result import Outcome, gap_of, routing_of, warm_for

MERGED = {
    "max-throughput": "weight",
    "max-concurrent": "pair",
    "min-max-utilisation": "pair",
    "min-cost": "pair",
    "min-cost-max-flow": "weight",
    "max-min": "none",
    "alpha-fair": "equal",
    "bandwidth-functions": "none",
}
"""Objectives, and which demands of one pair are one row of the problem."""
OBJECTIVES = ("ecmp", *MERGED)
MODES: tuple[str, ...] = get_args(Mode)
WEIGHTED = ("max-throughput", "max-min", "bandwidth-functions", "alpha-fair")
"""Objectives that look at weights."""
BY_PATHS = ("alpha-fair", "min-cost-max-flow")
"""Objectives that destination trees have no method for."""
MISSED = 1.01
"""Factor on the gap that was asked for, beyond which an answer says that it ended at another."""
HUGE = 1e100
"""Weights beyond it or its reciprocal, and utilisations beyond it, are refused."""
COSTS = {"latency": "bit", "money": "1", "cost": "1"}
"""Costs that have a name, and the unit of a rate times such a cost."""


def solve(
    network: Network,
    demands: DemandSet | Demands | TrafficMatrices,
    *,
    objective: str = "ecmp",
    seed: int = 0,
    draws: int = 64,
    matrix: int = 0,
    cost: str | ArrayLike = "latency",
    alpha: float = 1.0,
    mode: Mode = "gap",
    gap: float = 1e-3,
    alive: BoolColumn | None = None,
    capacity_bps: FloatColumn | None = None,
    warm: Routing | None = None,
    trees: bool = False,
    engine: str = "auto",
    threads: int = 1,
    progress: Callable[..., Any] | None = None,
) -> Routing:
    """Route demands, evenly over cheapest paths or to the optimum of an objective over all paths, with a bound.

    ==================== ============================================================ =======================
    objective            what it does                                                 value
    ==================== ============================================================ =======================
    ecmp                 every flow over its cheapest paths, split evenly             none: see `Routing`
    max-throughput       most of the sum of weight times rate                         bit/s
    max-concurrent       the greatest fraction of every demand at once                the fraction, may pass 1
    min-max-utilisation  every demand in full, the fullest link least full            load over capacity
    min-cost             every demand in full at least cost                           cost times bit/s
    min-cost-max-flow    the most flow, and of that the cheapest                      bit/s
    max-min              nobody can have more but of one who has less, by weight      bit/s in all
    bandwidth-functions  the same in fair share, each demand by its curve             bit/s in all
    alpha-fair           the alpha-fair utility; 0 is throughput, infinity max-min    the mean rate, bit/s
    ==================== ============================================================ =======================

    Strict priority goes with every objective: classes are solved one after the other, the lowest number first. What
    a class was granted stays granted; lower classes may move its paths. Objectives that serve every demand in full
    leave nothing to take from a lower class, so all classes are solved together. Demands of a node to itself are
    granted without loading any link, as far as they are finite; those without a path are named in
    `Allocation.unserved`, get nothing and decide nothing. ``min-max-utilisation`` loads links above their capacity
    where the demands do not fit: then its value is above 1. `max-concurrent` does not look at weights.

    Parameters
    ----------
    network : Network
    demands : Demands, DemandSet or TrafficMatrices
        ``ecmp`` takes a demand set. Of flows the other objectives take the steady rates; of matrices the one with the
        number `matrix`, whose places are names of nodes.
    objective : str
    seed, draws : int
        Of hashing, for ``ecmp``: see `easterly.route.ecmp`.
    matrix : int
    cost : str or (L,) array
        For ``min-cost`` and ``min-cost-max-flow``: ``latency``, ``money`` (or ``cost``: the cost of links), or one
        number for each link.
    alpha : float
        For ``alpha-fair``, from 0 up; infinity too.
    mode : str
        ``gap`` stops at `gap`, ``exact`` at 1e-6, ``fast`` after a fixed amount of work; each with a bound. A search
        that ends before its gap says so in the reason of the allocation.
    gap : float
    alive : (L,) bool, optional
        Links that are up; all if absent.
    capacity_bps : (L,) float [bit/s], optional
        In the place of those of the links.
    warm : Routing, optional
        Of a similar problem on the same network; saves time, never changes what is proven.
    trees : bool
        Also give the flow by destination.
    engine : str
        ``paths`` lists paths, ``trees`` works on destination trees; ``auto`` chooses by size. ``alpha-fair`` and
        ``min-cost-max-flow`` know paths only.
    threads : int
        From 1 up. The answer does not depend on it.
    progress : callable, optional

    Returns
    -------
    Routing
        With `tunnels` and an `allocation`, whose rows are those of `demands`. A problem without solution is a status
        of the allocation, with the reason.

    Raises
    ------
    ValueError
        An objective, mode, engine or cost that is not known; columns that do not fit; a number that is none.
    FindingsError
        E211 where a place of a matrix is no node.
    """
    _known("objective", objective, OBJECTIVES)
    counted("threads", threads)
    if objective == "ecmp":
        if not isinstance(demands, DemandSet):
            raise ValueError("ecmp routes a DemandSet; give an objective to allocate rates to other demands")
        return ecmp.solve(network, demands, seed=seed, alive=alive, draws=draws)
    posed, outcome = allocate(
        network, asked(network, demands, matrix), objective=objective, cost=cost, alpha=alpha, mode=mode, gap=gap,
        capacity_bps=_capacity(network, alive, capacity_bps),
        warm=None if warm is None or warm.allocation is None else warm.allocation.warm, engine=engine,
        threads=threads, progress=progress,
    )  # fmt: skip
    policy = ecmp.policy_of(network, seed=seed, alive=alive)
    return routing_of(posed, outcome, objective=objective, policy=policy, trees=trees)


def allocate(
    network: Network,
    demands: Demands,
    *,
    objective: str,
    capacity_bps: FloatColumn,
    cost: str | ArrayLike = "latency",
    alpha: float = 1.0,
    mode: Mode = "gap",
    gap: float = 1e-3,
    warm: Warm | None = None,
    engine: str = "auto",
    threads: int = 1,
    progress: Callable[..., Any] | None = None,
) -> tuple[Posed, Outcome]:
    """Pose demands and have an objective answered, without making a routing of it: for many problems in a row.

    Parameters
    ----------
    network, demands, objective, cost, alpha, mode, gap, engine, threads, progress
        As for `solve`.
    capacity_bps : (L,) float [bit/s]
        0 where a link is down.
    warm : Warm, optional
        Of a similar problem on the same network.

    Returns
    -------
    Posed, Outcome

    Raises
    ------
    ValueError
        As `solve`.
    """
    _known("objective", objective, tuple(MERGED))
    _known("mode", mode, MODES)
    _known("engine", engine, ENGINES)
    if not gap > 0:
        raise ValueError(f"gap is {gap}, not a number above 0")
    if engine == "trees" and objective in BY_PATHS and not (objective == "alpha-fair" and alpha in (0, np.inf)):
        raise ValueError(f"engine 'trees' does not know {objective}: take engine 'paths', or 'auto'")
    per_link, unit = _cost(network, cost)
    _within_numbers(demands, capacity_bps, objective)
    posed = pose(network, demands, capacity_bps=capacity_bps, cost=per_link, merge=MERGED[objective])
    wish = Wish(mode, gap, engine, threads, progress, warm_for(posed, warm), float(alpha))
    return posed, _told(_outcome(posed, wish, objective, unit), wish)


def counted(what: str, number: int) -> None:
    """Refuse what is no number of things to work with.

    Parameters
    ----------
    what : str
    number : int

    Raises
    ------
    ValueError
        Below 1, or no whole number.
    """
    if isinstance(number, bool) or not isinstance(number, Integral) or number < 1:
        raise ValueError(f"{what} is {number!r}, not a whole number from 1 up")


def _told(outcome: Outcome, wish: Wish) -> Outcome:
    """With a word about it in the reason, where a search ended before the gap that was asked for."""
    gap = gap_of(outcome.value, outcome.bound)
    if wish.mode == "fast" or not wish.target * MISSED < gap < np.inf:
        return outcome
    word = f"the search ended at a gap of {gap:.3g} instead of {wish.target:g}"
    return replace(outcome, reason="; ".join(part for part in (outcome.reason, word) if part))


def _outcome(posed: Posed, wish: Wish, objective: str, unit: str) -> Outcome:
    if objective.startswith("min-cost"):
        verb = objectives.min_cost if objective == "min-cost" else objectives.min_cost_max_flow
        return verb(posed, wish, unit)
    return {
        "max-throughput": objectives.max_throughput,
        "max-concurrent": objectives.max_concurrent,
        "min-max-utilisation": objectives.min_max_utilisation,
        "alpha-fair": objectives.alpha_fair,
        "max-min": objectives.max_min,
        "bandwidth-functions": objectives.bandwidth_functions,
    }[objective](posed, wish)


def _within_numbers(demands: Demands, capacity_bps: FloatColumn, objective: str) -> None:
    """Refuse what would leave the range of numbers on the way: squares and products of these are formed."""
    if objective in WEIGHTED:
        wide = np.flatnonzero((demands.weight > HUGE) | (demands.weight < 1 / HUGE))
        if len(wide):
            raise ValueError(
                f"demands.weight[{wide[0]}] is {demands.weight[wide[0]]}: weights of {objective} lie between "
                f"{1 / HUGE:g} and {HUGE:g}"
            )
    if objective == "min-max-utilisation":
        most = HUGE * float(np.max(capacity_bps, initial=0.0))
        great = np.flatnonzero(np.isfinite(demands.rate_bps) & (demands.rate_bps > most) & (most > 0))
        if len(great):
            raise ValueError(
                f"demands.rate_bps[{great[0]}] is {demands.rate_bps[great[0]]}: more than {HUGE:g} times any capacity"
            )


def _capacity(network: Network, alive: BoolColumn | None, given: FloatColumn | None) -> FloatColumn:
    """(L,) capacity, 0 where a link is down."""
    links = len(network.links)
    capacity = network.links.capacity_bps if given is None else np.asarray(given, dtype=np.float64)
    if capacity.shape != (links,):
        raise ValueError(f"capacity_bps has the shape {capacity.shape}, not one entry per link ({links})")
    wrong = np.flatnonzero(~((capacity >= 0) & np.isfinite(capacity)))
    if len(wrong):
        raise ValueError(f"capacity_bps[{wrong[0]}] is {capacity[wrong[0]]}: no finite rate from 0 up")
    if alive is None:
        return floats(capacity)
    if np.shape(alive) != (links,):
        raise ValueError(f"alive has the shape {np.shape(alive)}, not one entry per link ({links})")
    return floats(np.where(alive, capacity, 0.0))


def _cost(network: Network, cost: str | ArrayLike) -> tuple[FloatColumn, str]:
    """(L,) cost of a unit of rate on each link, and the unit of cost times rate."""
    if isinstance(cost, str):
        _known("cost", cost, tuple(COSTS))
        return (network.links.delay_s if cost == "latency" else network.links.cost), COSTS[cost]
    column = np.asarray(cost, dtype=np.float64)
    if column.shape != (len(network.links),):
        raise ValueError(f"cost has the shape {column.shape}, not one entry per link ({len(network.links)})")
    wrong = np.flatnonzero(~((column >= 0) & np.isfinite(column)))
    if len(wrong):
        raise ValueError(f"cost[{wrong[0]}] is {column[wrong[0]]}: no finite cost from 0 up")
    return floats(column), "1"


def _known(what: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise ValueError(f"{word!r} is no {what}: {did_you_mean(str(word), words)}")
