"""Rates over all paths: closed forms, feasibility on every link, and arrays that make no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly._kernel import allocate

THROUGHPUT, CONCURRENT, COST, UTILITY = range(4)


def asked(links: list[tuple[int, int, float]], pairs: list[tuple[int, int, float]], n: int = 0, **given: Any) -> Any:
    """Arguments of the kernel: links (from, to, capacity), pairs (from, to, amount)."""
    pairs = sorted(pairs, key=lambda p: (p[1], p[0]))
    src, dst, capacity = zip(*links, strict=True)
    n = n or max(*src, *dst) + 1
    amount = np.array([p[2] for p in pairs], np.float64)
    return {
        "n": n, "src": np.array(src, np.int32), "dst": np.array(dst, np.int32),
        "capacity": np.array(capacity, np.float64), "cost": np.zeros(len(src)), "transit": np.ones(n, bool),
        "pair_src": np.array([p[0] for p in pairs], np.int32), "pair_dst": np.array([p[1] for p in pairs], np.int32),
        "amount": amount, "weight": np.ones(len(pairs)), "kind": THROUGHPUT, "alpha": 1.0,
        "base": np.zeros(len(pairs)), "growth": amount.copy(), "gap": 1e-7, "iterations": 200, "target": np.nan,
        "warm_pair": np.zeros(0, np.int32), "warm_ptr": np.zeros(1, np.int64), "warm_link": np.zeros(0, np.int32),
        "warm_price": np.zeros(0), "warm_share": np.zeros(0),
        "warm_early": np.zeros(0), "warm_heat": 1.0, "progress": None, **given,
    }  # fmt: skip


def rates(problem: Any, answer: Any) -> tuple[Any, Any]:
    """Total of each pair, load of each link."""
    pair, ptr, link, rate = answer[:4]
    total, load = np.zeros(len(problem["pair_src"])), np.zeros(len(problem["src"]))
    np.add.at(total, pair, rate)
    np.add.at(load, link, np.repeat(rate, np.diff(ptr)))
    return total, load


def line(hops: int, **given: Any) -> Any:
    """A line of unit links, one pair over all of them and one over each."""
    links = [(i, i + 1, 1.0) for i in range(hops)]
    short = [(i, i + 1, np.inf) for i in range(hops) if hops > 1]
    return asked(links, [(0, hops, np.inf), *short], **given)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0, 3.0, 5.0])
@pytest.mark.parametrize("hops", [2, 3, 7])
def test_linear_network(alpha: float, hops: int) -> None:
    """Mo & Walrand 2000: the long flow gets 1 / (1 + L^(1 / alpha))."""
    problem = line(hops, kind=UTILITY, alpha=alpha)
    total, load = rates(problem, allocate.solve(**problem))
    long = (problem["pair_src"] == 0) & (problem["pair_dst"] == hops)
    assert total[long] == pytest.approx(1 / (1 + hops ** (1 / alpha)), rel=2e-4)
    assert total[~long] == pytest.approx(1 - total[long][0], rel=1e-6)
    assert (load <= 1.0).all()


def test_two_disjoint_paths_carry_the_sum_of_their_bottlenecks() -> None:
    problem = asked([(0, 1, 3.0), (1, 3, 2.0), (0, 2, 1.0), (2, 3, 5.0)], [(0, 3, 10.0)])
    answer = allocate.solve(**problem)
    assert answer[6] == pytest.approx(3.0, rel=1e-6)
    assert answer[7] * (1 + 1e-12) >= 3.0
    assert answer[4] @ problem["capacity"] == pytest.approx(3.0, rel=1e-5)


def test_links_that_may_not_be_passed_through_end_paths_only() -> None:
    transit = np.array([True, False, True, True])
    problem = asked([(0, 1, 3.0), (1, 3, 2.0), (0, 2, 1.0), (2, 3, 5.0)], [(0, 3, 10.0), (0, 1, 1.0)], transit=transit)
    total, _ = rates(problem, allocate.solve(**problem))
    assert total == pytest.approx([1.0, 1.0], rel=1e-6)


def test_no_pairs() -> None:
    problem = asked([(0, 1, 1.0)], [])
    pair, ptr, _, _, price, *_ = allocate.solve(**problem)
    assert len(pair) == 0
    assert ptr.tolist() == [0]
    assert price.tolist() == [0.0]


GRAPH = asked([(0, 1, 1.0), (1, 2, 2.0), (0, 2, 1.0), (2, 0, 1.0)], [(0, 2, 3.0), (1, 2, 1.0), (2, 1, 1.0)])
BROKEN: list[tuple[str, Any]] = [
    ("src", np.array([0, 1, 0, 9], np.int32)),
    ("dst", np.array([1, 2, -1, 0], np.int32)),
    ("dst", np.array([1, 2, 2], np.int32)),
    ("capacity", np.array([1.0, 2.0, 0.0, 1.0])),
    ("capacity", np.array([1.0, np.nan, 1.0, 1.0])),
    ("capacity", np.array([1.0, np.inf, 1.0, 1.0])),
    ("cost", np.array([0.0, -1.0, 0.0, 0.0])),
    ("transit", np.ones(2, bool)),
    ("pair_src", np.array([2, 1, 0], np.int32)),
    ("pair_src", np.array([1, 0, 1], np.int32)),
    ("pair_src", np.array([2, 0, 0], np.int32)),
    ("pair_dst", np.array([1, 2, 3], np.int32)),
    ("amount", np.array([1.0, 0.0, 1.0])),
    ("amount", np.array([1.0, np.nan, 1.0])),
    ("weight", np.array([1.0, np.inf, 1.0])),
    ("weight", np.ones(2)),
    ("kind", 4),
    ("alpha", -1.0),
    ("gap", 0.0),
    ("iterations", 0),
    ("warm_share", np.ones(1)),
    ("warm_price", np.ones(3)),
    ("warm_price", np.array([1.0, -1.0, 0.0, 0.0])),
    ("warm_early", np.ones(3)),
    ("warm_early", np.array([1.0, -1.0, 0.0, 0.0])),
    ("warm_ptr", np.array([0, 2], np.int64)),
]


@pytest.mark.parametrize(("name", "value"), BROKEN)
def test_arrays_that_make_no_sense_raise(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"\w+"):
        allocate.solve(**{**GRAPH, name: value})


@pytest.mark.parametrize(("name", "value"), [("base", -np.ones(3)), ("growth", np.zeros(3)), ("growth", np.ones(2))])
def test_levels_that_make_no_sense_raise(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        allocate.solve(**{**GRAPH, "kind": CONCURRENT, name: value})


def test_amounts_without_limit_cannot_be_prescribed() -> None:
    with pytest.raises(ValueError, match="amount"):
        allocate.solve(**{**GRAPH, "kind": COST, "amount": np.array([1.0, np.inf, 1.0])})


def test_pairs_without_a_path_raise() -> None:
    with pytest.raises(ValueError, match="no path"):
        allocate.solve(**asked([(0, 1, 1.0)], [(1, 0, 1.0)]))


@pytest.mark.parametrize("links", [[0], [1, 0], [0, 1, 3, 2], [9]])
def test_a_warm_path_must_be_a_path_of_its_pair(links: list[int]) -> None:
    start = {"warm_pair": np.array([1], np.int32), "warm_ptr": np.array([0, len(links)], np.int64)}
    with pytest.raises(ValueError, match=r"warm_link|not a path"):
        allocate.solve(**{**GRAPH, **start, "warm_link": np.array(links, np.int32)})


def test_progress_may_stop_the_search() -> None:
    calls = []

    def stop(*at: float) -> None:
        calls.append(at)
        raise KeyboardInterrupt

    rng = np.random.default_rng(3)
    n = 120
    links = [(i, j, float(rng.random()) + 0.1) for i in range(n) for j in rng.choice(n, 4) if i != j]
    links += [(i, (i + 1) % n, 1.0) for i in range(n)]
    pairs = [(i, j, float(rng.random())) for i in range(n) for j in range(n) if i != j]
    with pytest.raises(KeyboardInterrupt):
        allocate.solve(**asked(links, pairs, gap=1e-12, iterations=10_000, progress=stop))
    assert calls


@st.composite
def problems(draw: st.DrawFn) -> Any:
    """Multigraphs on a ring, so that all pairs are joined, with capacities over nine orders of magnitude."""
    n = draw(st.integers(2, 6))
    size = st.sampled_from([1e-6, 1e-3, 0.5, 1.0, 1.0, 2.0, 1e3])
    node = st.integers(0, n - 1)
    ends = draw(st.lists(st.tuples(node, node).filter(lambda e: e[0] != e[1]), max_size=12))
    links = [(a, b, draw(size)) for a, b in [*((i, (i + 1) % n) for i in range(n)), *ends]]
    chosen = draw(st.sets(st.tuples(node, node).filter(lambda e: e[0] != e[1]), min_size=1, max_size=8))
    return asked(links, [(a, b, draw(size)) for a, b in chosen], n)


@given(problems(), st.sampled_from([THROUGHPUT, CONCURRENT, UTILITY]), st.sampled_from([1e-2, 1e-6]))
def test_rates_keep_every_capacity_and_the_bound_is_above_the_value(problem: Any, kind: int, gap: float) -> None:
    answer = allocate.solve(**{**problem, "kind": kind, "gap": gap, "alpha": 1.0})
    total, load = rates(problem, answer)
    assert (load <= problem["capacity"]).all()
    if kind != CONCURRENT:
        assert (total <= problem["amount"]).all()
    else:
        assert total == pytest.approx(answer[8] * problem["growth"], rel=1e-9)
    assert answer[6] <= answer[7] + 1e-12 * abs(answer[7])


@given(problems(), st.sampled_from([THROUGHPUT, CONCURRENT]))
def test_prices_prove_the_bound(problem: Any, kind: int) -> None:
    """Whatever the search did: prices and the distances of Floyd and Warshall give the same bound."""
    answer = allocate.solve(**{**problem, "kind": kind})
    price, bound, n = answer[4], answer[7], problem["n"]
    best = np.full((n, n), np.inf)
    np.minimum.at(best, (problem["src"], problem["dst"]), price)
    for v in range(n):
        best = np.minimum(best, best[:, [v]] + best[[v]])
    distance = best[problem["pair_src"], problem["pair_dst"]]
    paid = price @ problem["capacity"]
    if kind == CONCURRENT:
        assert paid / (problem["growth"] @ distance) == pytest.approx(bound, rel=1e-9)
    else:
        assert paid + problem["amount"] @ np.maximum(1 - distance, 0) >= bound * (1 - 1e-9)


def test_the_same_bytes_every_time() -> None:
    rng = np.random.default_rng(1)
    links = [(i, j, float(rng.random()) + 0.1) for i in range(12) for j in range(12) if i != j and rng.random() < 0.3]
    links += [(i, (i + 1) % 12, 1.0) for i in range(12)]
    problem = asked(links, [(i, j, float(rng.random())) for i in range(12) for j in range(12) if i != j])
    first: Any = allocate.solve(**problem)
    second: Any = allocate.solve(**problem)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
