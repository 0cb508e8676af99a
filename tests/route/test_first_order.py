"""The first-order engine against the arc LP, against certificates recomputed by scipy, and against itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.route.arcs import distances, optimum, random_problem

from easterly.base.columns import bools, floats, indices, ints
from easterly.route.allocate import first_order
from easterly.route.allocate.first_order import Answer
from easterly.route.allocate.forest import paths_of_trees, trees_of_paths
from easterly.route.allocate.posed import Goal, Problem

KINDS = ("throughput", "concurrent", "cost")


def solved(problem: Problem, kind: Any, **asked: Any) -> Answer:
    return first_order.solve(problem, Goal(kind), **asked)


def routable(problem: Problem) -> Problem:
    """Amounts that leave room, so that all can be routed."""
    phi = optimum(problem, "concurrent")
    return replace(problem, amount=floats(problem.amount * phi * 0.8))


def posed(seed: int, kind: str) -> Problem:
    problem = random_problem(seed, closed=seed % 3)
    return routable(problem) if kind == "cost" else problem


def check_feasible(problem: Problem, answer: Answer, most: Any) -> None:
    """No link above its capacity, no pair above its amount, and at every node what comes in goes on."""
    assert (answer.load <= problem.capacity).all()
    assert (answer.pair_rate >= 0).all()
    assert (answer.pair_rate <= most * (1 + 1e-12)).all()
    load = np.zeros(problem.links)
    for i, root in enumerate(answer.trees.dst):
        part = slice(answer.trees.ptr[i], answer.trees.ptr[i + 1])
        link, rate = answer.trees.link[part], answer.trees.rate_bps[part]
        load[link] += rate
        mine = problem.pair_dst == root
        balance = (
            0.0
            + np.bincount(problem.dst[link], rate, problem.nodes)
            - np.bincount(problem.src[link], rate, problem.nodes)
        )
        balance += np.bincount(problem.pair_src[mine], answer.pair_rate[mine], problem.nodes)
        balance[root] -= answer.pair_rate[mine].sum()
        assert np.abs(balance).max() < 1e-12 * max(1.0, rate.sum())
    assert np.allclose(load, answer.load, rtol=1e-12, atol=1e-300)


def certificate(problem: Problem, answer: Answer, kind: str) -> float:
    """The bound that the prices of an answer prove."""
    price = answer.price
    assert (price >= 0).all()
    if kind == "throughput":
        beyond = np.maximum(0, problem.weight - distances(problem, price))
        return float(problem.capacity @ price + problem.amount @ beyond)
    if kind == "concurrent":
        return float(problem.capacity @ price / (problem.amount @ distances(problem, price)))
    return float(problem.amount @ distances(problem, problem.cost + price) - problem.capacity @ price)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_value_and_bound_enclose_the_optimum_over_all_paths(kind: str, seed: int) -> None:
    problem = posed(seed, kind)
    best = optimum(problem, kind)
    last = 1.0
    for gap in (1e-1, 1e-2, 1e-3):
        answer = solved(problem, kind, gap=gap)
        low, high = sorted((answer.value, answer.bound))
        assert low * (1 - 1e-9) <= best <= high * (1 + 1e-9)
        assert answer.gap <= gap
        last = min(last, answer.gap)
        check_feasible(problem, answer, np.inf if kind == "concurrent" else problem.amount)
        assert answer.bound == pytest.approx(certificate(problem, answer, kind), rel=1e-9)
    if kind == "concurrent":
        assert np.allclose(answer.pair_rate, answer.phi * problem.amount, rtol=1e-12)
    elif kind == "throughput":
        assert answer.value == pytest.approx(problem.weight @ answer.pair_rate, rel=1e-12)
    else:
        assert np.allclose(answer.pair_rate, problem.amount, rtol=1e-12)
        assert answer.value == pytest.approx(problem.cost @ answer.load, rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_threads_change_no_bit(kind: str) -> None:
    problem = posed(1, kind)
    one, three = solved(problem, kind, gap=1e-3), solved(problem, kind, gap=1e-3, threads=3)
    assert (one.value, one.bound, one.iterations) == (three.value, three.bound, three.iterations)
    assert one.pair_rate.tobytes() == three.pair_rate.tobytes()
    assert one.trees.rate_bps.tobytes() == three.trees.rate_bps.tobytes()


@pytest.mark.parametrize("scale", [2.0**-20, 2.0**30, 1e-6, 1e9])
@pytest.mark.parametrize("kind", KINDS)
def test_the_fraction_does_not_depend_on_the_unit(kind: str, scale: float) -> None:
    problem = posed(2, kind)
    scaled = replace(problem, capacity=floats(problem.capacity * scale), amount=floats(problem.amount * scale))
    a, b = solved(problem, kind, gap=1e-3), solved(scaled, kind, gap=1e-3)
    factor = 1.0 if kind == "concurrent" else scale
    assert b.gap <= 1e-3
    exact = scale in (2.0**-20, 2.0**30)
    assert b.value / factor == (a.value if exact else pytest.approx(a.value, rel=2e-3))


def test_pairs_that_nothing_joins_get_nothing() -> None:
    problem = Problem(
        4, ints([0, 1]), ints([1, 0]), floats([1, 1]), floats([0, 0]), bools([True] * 4), ints([0, 0]), ints([1, 3]),
        floats([0.5, 0.5]), floats([1, 1]),
    )  # fmt: skip
    answer = solved(problem, "throughput", gap=1e-6)
    assert answer.pair_rate == pytest.approx([0.5, 0.0])
    assert solved(problem, "concurrent").value == solved(problem, "concurrent").bound == 0.0
    assert solved(problem, "cost").status == "infeasible"


def test_without_pairs_or_links_there_is_nothing_to_do() -> None:
    none, nothing = ints([]), floats([])
    problem = Problem(
        2, ints([0]), ints([1]), floats([1]), floats([1]), bools([True] * 2), none, none, nothing, nothing
    )
    assert solved(problem, "throughput").status == solved(problem, "cost").status == "optimal"
    bare = Problem(2, none, none, nothing, nothing, bools([True] * 2), ints([0]), ints([1]), floats([1]), floats([1]))
    assert solved(bare, "throughput").value == solved(bare, "throughput").bound == 0.0


def test_amounts_without_limit_are_those_of_a_cut() -> None:
    problem = Problem(
        2, ints([0, 0]), ints([1, 1]), floats([1, 2]), floats([0, 0]), bools([True] * 2), ints([0]), ints([1]),
        floats([np.inf]), floats([1]),
    )  # fmt: skip
    answer = solved(problem, "throughput", gap=1e-6)
    assert answer.value == pytest.approx(3.0, rel=2e-6)
    assert answer.status == "optimal"


def test_what_cannot_be_routed_is_proven() -> None:
    problem = random_problem(3)
    phi = optimum(problem, "concurrent")
    answer = solved(replace(problem, amount=floats(problem.amount * phi * 1.1)), "cost")
    assert answer.status == "infeasible"
    assert answer.bound < 1


def test_few_rounds_are_honest() -> None:
    problem = random_problem(5)
    answer = solved(problem, "throughput", gap=1e-6, iterations=3)
    assert answer.iterations == 3
    assert answer.status == "feasible"
    assert answer.gap > 1e-6
    assert answer.value <= optimum(problem, "throughput") <= answer.bound


def test_progress_tells_what_is_known() -> None:
    told: list[tuple[int, float, float]] = []
    solved(random_problem(5), "throughput", progress=lambda *known: told.append(known))
    assert [made for made, *_ in told] == sorted({made for made, *_ in told})
    assert all(value <= bound for _, value, bound in told)
    assert [bound for *_, bound in told] == sorted((bound for *_, bound in told), reverse=True)


def test_other_goals_are_refused() -> None:
    with pytest.raises(ValueError, match="no goal 'utility'"):
        solved(random_problem(0), "utility")
    with pytest.raises(ValueError, match="no base"):
        first_order.solve(random_problem(0), Goal("concurrent", base=floats([1])))


@pytest.mark.parametrize("seed", range(6))
def test_trees_to_paths_and_back(seed: int) -> None:
    problem = random_problem(seed, closed=seed % 3, pairs=40)
    answer = solved(problem, "throughput", gap=1e-3)
    paths = paths_of_trees(problem, answer.pair_rate, answer.trees)
    carried = np.bincount(paths.pair, paths.rate, problem.pairs)
    assert np.allclose(carried, answer.pair_rate, rtol=1e-10, atol=1e-14)
    for p, pair in enumerate(paths.pair):
        links = paths.link[paths.ptr[p] : paths.ptr[p + 1]]
        nodes = [int(problem.src[links[0]]), *(int(v) for v in problem.dst[links])]
        assert (nodes[0], nodes[-1]) == (problem.pair_src[pair], problem.pair_dst[pair])
        assert (problem.src[links[1:]] == problem.dst[links[:-1]]).all()
        assert len(set(nodes)) == len(nodes)
        assert problem.transit[nodes[1:-1]].all()
    back = trees_of_paths(ints(problem.pair_dst[paths.pair]), paths.ptr, paths.link, paths.rate, problem.links)
    load = np.bincount(back.link, back.rate_bps, problem.links)
    assert np.allclose(load, answer.load, rtol=1e-10, atol=1e-14)
    assert set(back.dst) <= set(answer.trees.dst)


def test_trees_of_no_paths() -> None:
    trees = trees_of_paths(ints([]), indices([0]), ints([]), floats([]), 3)
    assert (len(trees.dst), trees.ptr.tolist()) == (0, [0])
