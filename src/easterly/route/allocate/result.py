"""What an engine found, in the caller's names and units: rates of demands, loads of links, tunnels, shares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import allocate as kernel
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, frozen, indices, ints, ratio
from easterly.model.allocation import Allocation, Demands, Trees, Warm
from easterly.model.routing import Paths, Policy, Routing, Spread, Tunnels
from easterly.route.allocate.listed import picked, priced, within
from easterly.route.allocate.problem import Posed, csr

OPTIMAL = 1e-6
SNAP = 1e-10
"""A rate this near to what is asked for is what is asked for."""
DUST = 1e-8
"""Share of a row that a path carries where the search has not quite left it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Paths with the row that uses each and its rate, in units of the problem."""

    row: IntColumn  # (P,)
    ptr: IndexColumn  # (P+1,)
    link: IntColumn
    rate: FloatColumn  # (P,)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Paths that keep every capacity, in the caller's units."""

    columns: Columns  # rates in bit/s
    load: FloatColumn  # (L',) of the links of the problem, bit/s


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an objective came to: paths with rates in units of the problem, figures in the caller's."""

    columns: Columns
    value: float
    bound: float
    unit: str
    dual: FloatColumn  # (L',) value per bit/s, of the links of the problem
    method: str
    status: str = ""  # told from the gap if empty
    reason: str = ""
    exceed: bool = False  # loads may be above capacity: what is granted does not depend on it
    warm: Warm | None = None


NO_COLUMNS = Columns(ints([]), indices([0]), ints([]), floats([]))


def gap_of(value: float, bound: float) -> float:
    """Relative distance of a value and its bound, over the larger of both; infinite where either is.

    >>> gap_of(99.0, 100.0)
    0.01
    >>> gap_of(0.0, 0.0)
    0.0
    """
    if not (np.isfinite(value) and np.isfinite(bound)):
        return float("inf")
    size = max(abs(value), abs(bound))
    return abs(value - bound) / size if size else 0.0


def routing_of(posed: Posed, outcome: Outcome, *, objective: str, policy: Policy, trees: bool = False) -> Routing:
    """The noun of an outcome.

    Rates are brought within capacity and demand once more, in the caller's units: by the last bits, or not at all.

    Parameters
    ----------
    posed : Posed
    outcome : Outcome
    objective : str
        As asked for.
    policy : Policy
    trees : bool
        Also give the flow by destination.

    Returns
    -------
    Routing
    """
    found = fitted(posed, outcome)
    allocation = allocation_of(posed, outcome, found, objective=objective, trees=trees)
    tunnels = _tunnels(posed, found.columns, allocation.rate_bps)
    paths = _paths(tunnels, allocation.rate_bps, len(posed.capacity_bps))
    return Routing(policy, paths, no_spread(), posed.unserved, None, tunnels, allocation)


def allocation_of(posed: Posed, outcome: Outcome, found: Fitted, *, objective: str, trees: bool = False) -> Allocation:
    """What was granted, without the paths of every demand.

    Parameters
    ----------
    posed : Posed
    outcome : Outcome
    found : Fitted
        Its paths.
    objective : str
        As asked for.
    trees : bool
        Also give the flow by destination.

    Returns
    -------
    Allocation
    """
    load = _to_links(posed, found.load)
    rate = _rates(posed, found.columns)
    gap = gap_of(outcome.value, outcome.bound)
    status = outcome.status or ("unproven" if np.isinf(gap) else "optimal" if gap <= OPTIMAL else "feasible")
    return Allocation(
        objective=objective, status=status, value=outcome.value, bound=outcome.bound, gap=gap, unit=outcome.unit,
        demands=posed.demands, rate_bps=rate, capacity_bps=posed.capacity_bps, load_bps=load,
        dual=_to_links(posed, outcome.dual), unserved=posed.unserved, served_fraction=served(posed.demands, rate),
        max_utilisation=fullest(load, posed.capacity_bps), method=outcome.method, reason=outcome.reason,
        trees=trees_of(posed, found.columns) if trees else None, warm=_warm(posed, outcome.warm), names=posed.names,
    )  # fmt: skip


def fitted(posed: Posed, outcome: Outcome) -> Fitted:
    """Paths with rates in bit/s that fit: within what each row asks for and, unless they may exceed it, every link.

    What paths carry next to nothing of their row, its largest path carries instead.

    Parameters
    ----------
    posed : Posed
    outcome : Outcome

    Returns
    -------
    Fitted
    """
    found, capacity = outcome.columns, posed.capacity_bps[posed.link]
    rate = kernel.path_sweep(posed.problem.pairs, found.row, found.rate, DUST) * posed.unit_bps
    load = kernel.path_loads(len(posed.link), found.ptr, found.link, rate)
    if not outcome.exceed and (load > capacity).any():
        rate = rate * _least_room(found, load, capacity)
        load = kernel.path_loads(len(posed.link), found.ptr, found.link, rate)
    return Fitted(Columns(found.row, found.ptr, found.link, frozen(rate)), frozen(load))


def _least_room(found: Columns, load: NDArray[np.float64], capacity: FloatColumn) -> FloatColumn:
    """(P,) part of its rate that every link of a path has room for: 1, or 1 less a rounding."""
    over = load > capacity
    room = np.where(over, capacity / np.where(over, load, 1.0) * (1 - 2**-52), 1.0)
    if room.min() < 1 - 1e-6:
        raise RuntimeError(f"an engine overloads a link by {1 / room.min() - 1:.2g}; please report this network")
    return floats(np.minimum(kernel.path_least(found.ptr, found.link, room), 1.0))


def _rates(posed: Posed, columns: Columns) -> FloatColumn:
    """(D,) granted to each demand: its part of what its row got, or all where it needs no link."""
    row_rate = np.bincount(columns.row, columns.rate, posed.problem.pairs)
    held = posed.row >= 0
    rate = posed.own_bps.copy()
    rate[held] = row_rate[posed.row[held]] * posed.part[held]
    wanted = posed.demands.rate_bps
    with np.errstate(invalid="ignore"):  # infinity less itself
        whole = held & (np.abs(rate - wanted) <= SNAP * wanted) & np.isfinite(wanted)
    return floats(np.where(whole, wanted, rate))


def _to_links(posed: Posed, values: NDArray[Any]) -> FloatColumn:
    spread = np.zeros(len(posed.capacity_bps))
    spread[posed.link] = values
    return floats(spread)


def _tunnels(posed: Posed, columns: Columns, rate: FloatColumn) -> Tunnels:
    """One tunnel for each demand on each path of its row, by demand; paths without a rate are left out."""
    held = np.flatnonzero((posed.row >= 0) & (rate > 0))
    used = np.flatnonzero(columns.rate > 0)
    used = used[np.argsort(columns.row[used], kind="stable")]
    starts = csr(np.bincount(columns.row[used], minlength=posed.problem.pairs))
    counts = (starts[1:] - starts[:-1])[posed.row[held]]
    flow = np.repeat(held, counts)
    within = np.arange(len(flow)) - np.repeat(np.cumsum(counts) - counts, counts)
    path = used[np.repeat(starts[:-1][posed.row[held]], counts) + within]
    ptr, link = picked(path, columns.ptr, columns.link, posed.link)
    return Tunnels(ints(flow), ptr, link, floats(columns.rate[path] * posed.part[flow]), ints(np.full(len(flow), -1)))


def _paths(tunnels: Tunnels, rate: FloatColumn, links: int) -> Paths:
    """Share of each demand's rate on each link."""
    ptr, link, share = kernel.path_shares(
        links, tunnels.flow, tunnels.link_ptr, tunnels.link_idx, tunnels.rate_bps, rate
    )
    return Paths(frozen(ptr), frozen(link), frozen(share))


def trees_of(posed: Posed, columns: Columns) -> Trees:
    """The flow towards each destination, link by link.

    Parameters
    ----------
    posed : Posed
    columns : Columns
        Rates in bit/s.

    Returns
    -------
    Trees
    """
    lengths = np.diff(columns.ptr)
    dst = np.repeat(posed.problem.pair_dst[columns.row], lengths).astype(np.int64)
    width = max(len(posed.capacity_bps), 1)
    at, index = np.unique(dst * width + posed.link[columns.link], return_inverse=True)
    sums = np.bincount(index, np.repeat(columns.rate, lengths), len(at))
    at, sums = at[sums > 0], sums[sums > 0]
    roots, counts = np.unique(at // width, return_counts=True)
    return Trees(ints(roots), csr(counts), ints(at % width), floats(sums))


def served(demands: Demands, rate_bps: FloatColumn) -> float:
    """Rates granted over rates asked for; a demand without limit asks for what it gets. 1 where nothing is asked."""
    wanted = np.where(np.isinf(demands.rate_bps), rate_bps, demands.rate_bps)
    total = float(np.sort(wanted).sum())
    return float(np.sort(rate_bps).sum()) / total if total else 1.0


def fullest(load_bps: FloatColumn, capacity_bps: FloatColumn) -> float:
    """Highest load over capacity, of links that are up; 0 without any."""
    up = capacity_bps > 0
    return float(ratio(load_bps[up], capacity_bps[up]).max(initial=0.0))


def no_spread() -> Spread:
    """The spread of hashing where there is none."""
    empty = floats([])
    return Spread(empty, empty, empty, ints([]), ints([]), 0)


def _warm(posed: Posed, warm: Warm | None) -> Warm | None:
    """Where the next solve may start, with links of the network."""
    if warm is None or len(posed.link) == len(posed.capacity_bps):
        return warm
    _, link = picked(np.arange(len(warm.src)), warm.link_ptr, warm.link_idx, posed.link)
    return priced(replace(warm, link_idx=link), lambda price: _to_links(posed, price))


def warm_for(posed: Posed, warm: Warm | None) -> Warm | None:
    """Where to start, with links of the problem: paths over links that are gone are left out.

    Parameters
    ----------
    posed : Posed
    warm : Warm or None

    Returns
    -------
    Warm or None
    """
    if warm is None or len(warm.price) != len(posed.capacity_bps):
        return None
    if len(posed.link) == len(posed.capacity_bps):
        return warm
    return within(warm, posed.link)
