"""Flows by destination in the kernel: distances by scipy, conservation at every node, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.route.arcs import distances, random_problem

from easterly._kernel import allocate
from easterly.base.columns import bools, floats, ints
from easterly.route.allocate.forest import Forest, bare, graph_of, total
from easterly.route.allocate.posed import Problem


def balance(problem: Problem, flow: Any, rate: Any) -> Any:
    """What goes missing or appears at each node, by destination: (T, N)."""
    root = np.unique(problem.pair_dst)
    gone = np.zeros((len(root), problem.nodes))
    for t, node in enumerate(root):
        mine = problem.pair_dst == node
        np.add.at(gone[t], problem.dst, flow[t])
        np.add.at(gone[t], problem.src, -flow[t])
        np.add.at(gone[t], problem.pair_src[mine], rate[mine])
        gone[t, node] -= rate[mine].sum()
    return gone


@pytest.mark.parametrize("seed", range(6))
def test_bounds_are_sums_over_the_distances_of_scipy(seed: int) -> None:
    problem = random_problem(seed, closed=seed % 3)
    price = np.random.default_rng(seed).uniform(0.0, 1.0, problem.links)
    far = distances(problem, price)
    for threads in (1, 3):
        worth = allocate.tree_worth(*graph_of(problem), problem.amount, problem.weight, price, threads)
        assert worth == pytest.approx(problem.amount @ np.maximum(0, problem.weight - far), rel=1e-12)
        cost = allocate.tree_cost(*graph_of(problem), problem.amount, price, threads)
        assert cost == pytest.approx(problem.amount @ far, rel=1e-12)
    flow = allocate.tree_shortest(*graph_of(problem), problem.amount, price, 1)
    assert total(flow) @ price == pytest.approx(problem.amount @ far, rel=1e-12)
    assert np.abs(balance(problem, flow, problem.amount)).max() < 1e-12


def swept(problem: Problem, rounds: int, threads: int) -> tuple[Forest, list[float]]:
    """Rounds under one barrier, and its potential after each."""
    forest, barrier, found = bare(problem), 0.05 * problem.capacity, []
    for number in range(rounds):
        allocate.tree_sweep(
            *forest.graph, problem.capacity, problem.cost * 0.1, barrier, problem.amount, problem.weight,
            forest.flow, forest.rate, forest.load, number, threads,
        )  # fmt: skip
        room = problem.capacity - forest.load
        worth = problem.weight @ forest.rate - 0.1 * problem.cost @ forest.load
        found.append(float(-barrier @ np.log(room) - worth))
    return forest, found


@pytest.mark.parametrize("seed", range(6))
def test_rounds_conserve_flow_keep_capacities_and_lower_the_potential(seed: int) -> None:
    problem = random_problem(seed, closed=seed % 3)
    forest, found = swept(problem, 300, 1)
    assert np.abs(balance(problem, forest.flow, forest.rate)).max() < 1e-12
    assert np.allclose(forest.load, total(forest.flow), atol=1e-12)
    assert (forest.load < problem.capacity).all()
    assert (forest.flow >= 0).all()
    assert (forest.rate >= 0).all()
    assert (forest.rate <= problem.amount).all()
    assert found[-1] < found[0]
    assert abs(found[-1] - found[-100]) < 1e-3 * abs(found[-1])


def test_threads_change_no_bit_of_a_round() -> None:
    problem = random_problem(4, nodes=30, extra=40, pairs=200)
    (one, _), (four, _) = swept(problem, 5, 1), swept(problem, 5, 4)
    assert one.flow.tobytes() == four.flow.tobytes()


def test_tidy_empties_circles_and_repairs_what_is_lost() -> None:
    # 0 -> 1 -> 3 with a circle 1 -> 2 -> 1 beside it, and a pair 2 -> 3 without any flow.
    problem = Problem(
        4, ints([0, 1, 1, 2]), ints([1, 3, 2, 1]), floats([9] * 4), floats([1] * 4), bools([True] * 4),
        ints([0, 2]), ints([3, 3]), floats([2, 1]), floats([1, 1]),
    )  # fmt: skip
    flow = np.array([[2.0, 2.0, 5.0, 5.0]])
    load = allocate.tree_tidy(*graph_of(problem), np.array([2.0, 0.0]), flow)
    assert flow.tolist() == [[2, 2, 0, 0]] == [load.tolist()]
    load = allocate.tree_tidy(*graph_of(problem), np.array([2.0, 1.0]), flow)
    assert flow.tolist() == [[2, 3, 0, 1]] == [load.tolist()]


@pytest.mark.parametrize("seed", range(4))
def test_tidy_conserves_whatever_it_is_given(seed: int) -> None:
    problem = random_problem(seed, closed=seed % 3)
    rng = np.random.default_rng(seed)
    flow = np.maximum(0, rng.normal(size=(len(np.unique(problem.pair_dst)), problem.links)))
    closed = ~problem.transit[problem.src]
    flow[:, closed] = 0.0
    allocate.tree_tidy(*graph_of(problem), problem.amount, flow)
    assert np.abs(balance(problem, flow, problem.amount)).max() < 1e-12


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"src": ints([0, 9])}, r"src\[1\] is 9"),
        ({"dst": ints([1])}, "dst has 1 entries"),
        ({"root": ints([7])}, r"root\[0\] is 7"),
        ({"ptr": np.array([0, 2])}, "ptr must run from 0"),
        ({"root": ints([1, 1])}, "ptr has 2 entries"),
        ({"pair_src": ints([-1])}, r"pair_src\[0\] is -1"),
        ({"amount": floats([-1.0])}, r"amount\[0\] is -1"),
        ({"price": floats([np.nan, 1.0])}, r"price\[0\] is nan"),
        ({"price": floats([1.0])}, "price has 1 entries"),
    ],
)
def test_what_does_not_fit_is_refused(change: dict[str, Any], says: str) -> None:
    fine: dict[str, Any] = {
        "src": ints([0, 1]), "dst": ints([1, 0]), "transit": bools([True, True]), "root": ints([1]),
        "ptr": np.array([0, 1]), "pair_src": ints([0]), "amount": floats([1]), "price": floats([1, 1]), "threads": 1,
    }  # fmt: skip
    assert allocate.tree_cost(**fine) == 1.0
    with pytest.raises(ValueError, match=says):
        allocate.tree_cost(**{**fine, **change})


def test_rounds_refuse_full_links_and_flows_of_another_shape() -> None:
    problem = random_problem(0)
    forest = bare(problem)
    rest: tuple[Any, ...] = (problem.capacity, problem.cost, problem.capacity, problem.amount, problem.weight)
    with pytest.raises(ValueError, match=r"load\[0\] is .*, not below the capacity"):
        allocate.tree_sweep(*forest.graph, *rest, forest.flow, forest.rate, problem.capacity.copy(), 0, 1)
    with pytest.raises(ValueError, match="flow has the shape"):
        allocate.tree_sweep(*forest.graph, *rest, forest.flow[1:], forest.rate, forest.load, 0, 1)
