"""What HiGHS says of the arc form of a problem: slow, obvious, and made of nothing that the engines are made of.

Flows are summed by destination, which loses nothing: variables are the flow towards each destination on each link, and
the rate of each pair.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st
from numpy.typing import NDArray

from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.model.allocation import Curves, Demands
from easterly.model.network import Hosts, LinkKind, Links, Network, NodeKind, Nodes

highspy = pytest.importorskip("highspy", reason="highspy, the oracle, is not installed (extra `test`)")
sparse = pytest.importorskip("scipy.sparse")

Array = NDArray[Any]


@dataclass(frozen=True)
class Solved:
    """An optimum: value, variables, duals of the rows."""

    status: str
    value: float
    x: Array
    dual: Array


def minimum(cost: Array, rows: Any, low: Array, high: Array, least: Array, most: Array) -> Solved:
    """min cost x, low <= rows x <= high, least <= x <= most."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for option in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        solver.setOptionValue(option, 1e-10)
    model = highspy.HighsLp()
    columns = sparse.csc_matrix(rows)
    model.num_col_, model.num_row_ = len(cost), len(low)
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, least, most
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.start_, model.a_matrix_.index_ = columns.indptr, columns.indices
    model.a_matrix_.value_ = columns.data
    solver.passModel(model)
    solver.run()
    found, info = solver.getSolution(), solver.getInfo()
    status = solver.modelStatusToString(solver.getModelStatus())
    return Solved(status, info.objective_function_value, np.array(found.col_value), np.array(found.row_dual))


@dataclass(frozen=True)
class Arcs:
    """The arc form: columns are x (destinations by links), then f (pairs), then phi; rows balance, then capacity."""

    problem: Any
    rows: Any
    low: Array
    high: Array
    most: Array
    flows: int

    @property
    def pairs(self) -> slice:
        return slice(self.flows, self.flows + self.problem.pairs)


def arcs(problem: Any) -> Arcs:
    """The arc form of a problem (anything with the columns of `easterly.route.allocate.posed.Problem`)."""
    roots = np.unique(problem.pair_dst)
    links, nodes, pairs = len(problem.src), problem.nodes, len(problem.pair_src)
    flows = len(roots) * links
    t = np.repeat(np.arange(len(roots)), links)
    tail, head = np.tile(problem.src, len(roots)), np.tile(problem.dst, len(roots))
    x = np.arange(flows)
    capacity_row = len(roots) * nodes
    pair_row = np.searchsorted(roots, problem.pair_dst) * nodes + problem.pair_src
    row = np.concatenate([t * nodes + tail, t * nodes + head, capacity_row + x % max(links, 1), pair_row])
    column = np.concatenate([x, x, x, flows + np.arange(pairs)])
    value = np.concatenate([np.ones(flows), -np.ones(flows), np.ones(flows), -np.ones(pairs)])
    width, height = flows + pairs + 1, capacity_row + links
    rows = sparse.coo_matrix((value, (row, column)), shape=(height, width)).tocsr()
    low, high = np.zeros(height), np.zeros(height)
    free = np.arange(len(roots)) * nodes + roots  # the balance at a destination follows from the others
    low[free], high[free] = -np.inf, np.inf
    low[capacity_row:], high[capacity_row:] = -np.inf, problem.capacity
    most = np.full(width, np.inf)
    shut = (roots[t] == tail) | (~np.asarray(problem.transit)[head] & (roots[t] != head))
    most[:flows][shut] = 0.0
    return Arcs(problem, rows, low, high, most, flows)


def throughput(problem: Any, floor: Array | None = None) -> Solved:
    """max sum of weight times f, at most the amount each; with a floor, pairs above 0 in it have exactly that."""
    a = arcs(problem)
    cost, least, most = np.zeros(len(a.most)), np.zeros(len(a.most)), a.most.copy()
    cost[a.pairs], most[a.pairs] = -problem.weight, problem.amount
    most[-1] = 0.0
    if floor is not None:
        held = floor > 0
        cost[a.pairs][held] = 0.0
        least[a.pairs][held] = most[a.pairs][held] = floor[held]
    found = minimum(cost, a.rows, a.low, a.high, least, most)
    return replace(found, value=-found.value)


def concurrent(problem: Any, base: Array | None = None, growth: Array | None = None) -> Solved:
    """max phi with f = base + phi growth."""
    a = arcs(problem)
    growth = problem.amount if growth is None else growth
    base = np.zeros(problem.pairs) if base is None else base
    count = problem.pairs
    link = sparse.csr_matrix(
        (np.concatenate([np.ones(count), -growth]),
         (np.tile(np.arange(count), 2), np.concatenate([a.flows + np.arange(count), np.full(count, len(a.most) - 1)]))),
        shape=(count, len(a.most)),
    )  # fmt: skip
    cost = np.zeros(len(a.most))
    cost[-1] = -1.0
    low, high = np.concatenate([a.low, base]), np.concatenate([a.high, base])
    found = minimum(cost, sparse.vstack([a.rows, link]), low, high, np.zeros(len(a.most)), a.most)
    return replace(found, value=-found.value)


def least_cost(problem: Any, rate: Array | None = None) -> Solved:
    """min cost of the load with f = rate (the amount if absent)."""
    a = arcs(problem)
    rate = problem.amount if rate is None else rate
    cost, least, most = np.zeros(len(a.most)), np.zeros(len(a.most)), a.most.copy()
    cost[: a.flows] = np.tile(problem.cost, a.flows // max(len(problem.cost), 1))
    least[a.pairs] = most[a.pairs] = rate
    return minimum(cost, a.rows, a.low, a.high, least, most)


def cheapest_of_most(problem: Any) -> tuple[float, float]:
    """The most flow, and its least cost."""
    top = throughput(replace(problem, weight=np.ones(problem.pairs))).value
    a = arcs(problem)
    cost, most = np.zeros(len(a.most)), a.most.copy()
    cost[: a.flows] = np.tile(problem.cost, a.flows // max(len(problem.cost), 1))
    most[a.pairs] = problem.amount
    total = np.zeros((1, len(a.most)))
    total[0, a.pairs] = 1.0
    rows = sparse.vstack([a.rows, sparse.csr_matrix(total)])
    found = minimum(cost, rows, np.r_[a.low, top * (1 - 1e-10)], np.r_[a.high, np.inf], np.zeros(len(a.most)), most)
    return top, found.value


def max_min(problem: Any, curves: list[list[tuple[float, float]]] | None = None) -> Array:
    """Rates of max-min fairness by one LP after the other, as textbooks have it.

    All that may still grow do so in the fair share s, each along its curve (its line of weight, up to its amount); one
    LP finds how far; whoever cannot pass it while the others hold it is frozen, found by one LP for each.
    """
    own = curves or [[(a / w, a)] for a, w in zip(problem.amount, problem.weight, strict=True)]
    corner = sorted({share for row in own for share, _ in row})
    count, share = problem.pairs, 0.0
    frozen = np.full(count, np.nan)

    def rate_at(s: float) -> Array:
        now = [np.interp(s, [0.0, *(p[0] for p in row)], [0.0, *(p[1] for p in row)]) for row in own]
        return np.where(np.isnan(frozen), now, frozen)

    for upper in corner:
        while np.isnan(frozen).any() and share < upper:
            base, top = rate_at(share), rate_at(upper)
            growth = (top - base) / (upper - share)
            if not growth.any():
                break
            step = concurrent(problem, base, growth).value
            if share + step >= upper * (1 - 1e-11):
                break
            share += max(step, 0.0)
            base = rate_at(share)
            grows = [k for k in range(count) if np.isnan(frozen[k]) and growth[k] > 0]
            stuck = [k for k in grows if _most_of(problem, base, k) <= base[k] + 1e-8 * max(base[k], 1e-3)]
            assert stuck, "a level freezes somebody"
            frozen[stuck] = base[stuck]
        share = upper
    return rate_at(share)


def _most_of(problem: Any, base: Array, pair: int) -> float:
    """The most that one pair can have while the others keep what they have."""
    a = arcs(problem)
    cost, least, most = np.zeros(len(a.most)), np.zeros(len(a.most)), a.most.copy()
    least[a.pairs] = most[a.pairs] = base * (1 - 1e-10)
    most[a.flows + pair] = np.inf
    cost[a.flows + pair] = -1.0
    return -minimum(cost, a.rows, a.low, a.high, least, most).value


def network(
    nodes: int, links: list[tuple[int, int, float]], *, nics: tuple[int, ...] = (), delay_s: list[float] | None = None
) -> Network:
    """A network of directed links (from, to, capacity); nodes in `nics` may not be passed through."""
    count = len(links)
    minus, zero = ints(np.full(nodes, -1)), floats(np.zeros(nodes))
    kind = np.full(nodes, NodeKind.WAN)
    kind[list(nics)] = NodeKind.NIC
    name = [f"n{i}" for i in range(nodes)]
    empty = texts([""] * nodes)
    made = Nodes(texts(name), texts(name), ints(kind), empty, ints(np.zeros(nodes)), empty, empty, minus, minus, minus,
                 minus, minus, zero)  # fmt: skip
    src, dst, capacity = (list(c) for c in zip(*links, strict=True)) if links else ([], [], [])
    table = Links(
        ints(src), ints(dst), ints(np.arange(count)), ints(np.arange(count)), ints(np.full(count, LinkKind.WAN)),
        floats(capacity), floats(np.ones(count) if delay_s is None else delay_s), floats(np.ones(count)),
        floats(np.ones(count)), ints(np.full(count, -1)), indices(np.zeros(count + 1)), ints([]),
    )  # fmt: skip
    none = texts(np.zeros(0, dtype="U1"))
    hosts = Hosts(none, none, none, ints([]), floats([]), indices([0]), ints([]))
    return Network("made", made, table, hosts, (), {})


def demands(
    rows: list[tuple[int, int, float]], *, weight: list[float] | None = None, priority: list[int] | None = None,
    curves: list[list[tuple[float, float]]] | None = None,
) -> Demands:  # fmt: skip
    """Demands (from, to, rate)."""
    src, dst, rate = (list(c) for c in zip(*rows, strict=True)) if rows else ([], [], [])
    count = len(rows)
    made = None
    if curves is not None:
        points = [p for row in curves for p in row]
        made = Curves(indices(np.cumsum([0, *map(len, curves)])), floats([p[0] for p in points]),
                      floats([p[1] for p in points]))  # fmt: skip
    return Demands(ints(src), ints(dst), floats(rate), floats(np.ones(count) if weight is None else weight),
                   ints(np.zeros(count) if priority is None else priority), made)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A network with demands, as strategies draw them."""

    network: Network
    demands: Demands


CAPACITIES = (0.0, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0)
RATES = (0.0, 0.25, 1.0, 1.5, 2.0, 4.0, 9.0)


def cases(*, most_nodes: int = 6, weights: bool = False, classes: int = 1) -> st.SearchStrategy[Case]:
    """Small multigraphs: parallel links, links without capacity, parts that are not joined, equal and self pairs.

    Half of them are drawn piece by piece, which makes odd ones of almost nothing; half in one go, so that most of
    their demands have a path.
    """
    return st.one_of(_odd(most_nodes, weights, classes), _full(most_nodes, weights, classes))


@st.composite
def _full(draw: Any, most_nodes: int, weights: bool, classes: int) -> Case:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    nodes = int(rng.integers(3, most_nodes + 1))
    ends = rng.integers(0, nodes, (int(rng.integers(2 * nodes, 4 * nodes)), 2)).tolist()
    links = [(a, b, float(rng.choice(CAPACITIES))) for a, b in ends if a != b]
    rows = [(a, b, float(rng.choice(RATES))) for a, b in rng.integers(0, nodes, (int(rng.integers(3, 9)), 2)).tolist()]
    weight = rng.choice((0.5, 1.0, 3.0), len(rows)).tolist() if weights else None
    priority = rng.integers(0, classes, len(rows)).tolist()
    nics = (int(rng.integers(0, nodes)),) if nodes > 3 and rng.random() < 0.3 else ()
    return Case(network(nodes, links, nics=nics), demands(rows, weight=weight, priority=priority))


@st.composite
def _odd(draw: Any, most_nodes: int, weights: bool, classes: int) -> Case:
    nodes = draw(st.integers(1, most_nodes))
    node = st.integers(0, nodes - 1)
    ends = st.tuples(node, node).filter(lambda e: e[0] != e[1]) if nodes > 1 else st.nothing()
    link = st.tuples(ends, st.sampled_from(CAPACITIES)).map(lambda x: (*x[0], x[1]))
    links = draw(st.lists(link, max_size=3 * nodes)) if nodes > 1 else []
    rows = draw(st.lists(st.tuples(node, node, st.sampled_from(RATES)), max_size=8))
    count = len(rows)
    weight = draw(st.lists(st.sampled_from((0.5, 1.0, 3.0)), min_size=count, max_size=count)) if weights else None
    priority = draw(st.lists(st.integers(0, classes - 1), min_size=count, max_size=count))
    nics = draw(st.sets(node, max_size=1)) if nodes > 3 else ()
    return Case(network(nodes, links, nics=tuple(nics)), demands(rows, weight=weight, priority=priority))


__all__ = [
    "CAPACITIES",
    "Arcs",
    "Case",
    "Solved",
    "arcs",
    "bools",
    "cases",
    "cheapest_of_most",
    "concurrent",
    "demands",
    "least_cost",
    "max_min",
    "minimum",
    "network",
    "throughput",
]
