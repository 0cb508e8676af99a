"""The interior-point engine against the arc LP of HiGHS, closed forms, and itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.route import oracles
from tests.route.arcs import distances, random_problem

from easterly import route
from easterly.base.columns import bools, floats, ints
from easterly.route.allocate.engine import Answer, solve
from easterly.route.allocate.posed import Goal, Problem

KINDS: tuple[Any, ...] = ("throughput", "concurrent", "cost")
SEEDS = range(12)


def optimum(problem: Problem, kind: str) -> float:
    of: dict[str, Any] = {
        "throughput": oracles.throughput,
        "concurrent": oracles.concurrent,
        "cost": oracles.least_cost,
    }
    return float(of[kind](problem).value)


def posed(seed: int, kind: str) -> Problem:
    """A problem whose amounts can all be granted where they must be; costs count for ``cost`` alone."""
    problem = random_problem(seed, closed=seed % 3)
    if kind == "cost":
        return replace(problem, amount=floats(problem.amount * 0.8 * optimum(problem, "concurrent")))
    return replace(problem, cost=floats(np.zeros(problem.links)))


def totals(problem: Problem, answer: Answer) -> Any:
    rate = np.zeros(problem.pairs)
    np.add.at(rate, answer.path_pair, answer.path_rate)
    return rate


def check_feasible(problem: Problem, answer: Answer) -> None:
    """Paths of their pairs, and no link above its capacity in whatever order loads are added."""
    load = np.zeros(problem.links)
    np.add.at(load, answer.path_link, np.repeat(answer.path_rate, np.diff(answer.path_ptr)))
    assert (load <= problem.capacity).all()
    assert (answer.path_rate > 0).all()
    for c, pair in enumerate(answer.path_pair):
        links = answer.path_link[answer.path_ptr[c] : answer.path_ptr[c + 1]]
        at = np.concatenate([problem.src[links], problem.dst[links[-1:]]])
        assert (at[0], at[-1]) == (problem.pair_src[pair], problem.pair_dst[pair])
        assert (problem.dst[links[:-1]] == problem.src[links[1:]]).all()
        assert problem.transit[at[1:-1]].all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_exact_agrees_with_the_arc_form(seed: int, kind: Any) -> None:
    problem = posed(seed, kind)
    best, answer = optimum(problem, kind), solve(problem, Goal(kind), mode="exact")
    check_feasible(problem, answer)
    assert answer.status == "optimal"
    assert answer.value == pytest.approx(best, rel=1e-6, abs=1e-9)
    assert answer.bound == pytest.approx(best, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", [{"gap": 0.05}, {"gap": 1e-3}, {"mode": "fast"}])
@pytest.mark.parametrize("seed", SEEDS)
def test_value_and_bound_enclose_the_arc_form(seed: int, asked: Any, kind: Any) -> None:
    problem = posed(seed, kind)
    best, answer = optimum(problem, kind), solve(problem, Goal(kind), **asked)
    check_feasible(problem, answer)
    low, high = (answer.bound, answer.value) if kind == "cost" else (answer.value, answer.bound)
    assert low <= best * (1 + 1e-8) + 1e-9
    assert high >= best * (1 - 1e-8) - 1e-9
    if "gap" in asked:
        assert answer.gap <= asked["gap"]


@pytest.mark.parametrize("seed", SEEDS)
def test_levels_on_top_of_what_others_hold(seed: int) -> None:
    problem = posed(seed, "throughput")
    level = optimum(problem, "concurrent")
    held = np.arange(problem.pairs) % 2 == 0
    base, growth = np.where(held, 0.5 * level * problem.amount, 0.0), np.where(held, 0.0, problem.amount)
    best = oracles.concurrent(problem, base, growth).value
    answer = solve(problem, Goal("concurrent", base=floats(base), growth=floats(growth)), mode="exact")
    check_feasible(problem, answer)
    assert answer.value == pytest.approx(best, rel=1e-6)
    assert answer.bound == pytest.approx(best, rel=1e-6)
    assert totals(problem, answer) == pytest.approx(base + answer.phi * growth, rel=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cheapest_of_the_greatest_flows(seed: int) -> None:
    problem = random_problem(seed)
    most, least = oracles.cheapest_of_most(problem)
    answer = solve(problem, Goal("cost-max-flow"), mode="exact")
    check_feasible(problem, answer)
    assert answer.phi == pytest.approx(most, rel=1e-6)
    assert answer.phi_bound == pytest.approx(most, rel=1e-6)
    assert answer.value == pytest.approx(least, rel=1e-5, abs=1e-7)
    assert answer.bound <= answer.value
    beyond = np.maximum(1 - distances(problem, answer.price), 0)  # what prices prove of the flow, not of its cost
    assert answer.price @ problem.capacity + beyond @ problem.amount == pytest.approx(most, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_amounts_that_do_not_fit_are_proven_not_to(seed: int) -> None:
    problem = posed(seed, "cost")
    tight = replace(problem, amount=floats(problem.amount / 0.8 * 1.01))
    answer = solve(tight, Goal("cost"))
    assert answer.status == "infeasible"
    assert answer.phi < 1.0
    length = distances(tight, answer.price)
    assert answer.price @ tight.capacity < tight.amount @ length * (1 - 1e-9)  # more is needed than there is


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("seed", range(6))
def test_fair_rates_meet_their_conditions(seed: int, alpha: float) -> None:
    """U'(f) is the length of the paths in use, under the prices of the proof; no path is shorter (Kelly 1997)."""
    problem = replace(posed(seed, "throughput"), amount=floats(np.full(posed(seed, "throughput").pairs, np.inf)))
    answer = solve(problem, Goal("utility", alpha=alpha), mode="exact")
    check_feasible(problem, answer)
    rate = totals(problem, answer)
    assert problem.weight * rate**-alpha == pytest.approx(answer.pair_price, rel=2e-2)
    value = np.log(rate) if alpha == 1 else rate ** (1 - alpha) / (1 - alpha)
    assert answer.value == pytest.approx(problem.weight @ value, rel=1e-9)
    scale = problem.weight @ rate ** (1 - alpha)
    assert 0 <= answer.bound - answer.value <= 1e-6 * scale


def test_alpha_of_zero_is_throughput() -> None:
    problem = posed(1, "throughput")
    plain, fair = (solve(problem, goal, mode="exact") for goal in (Goal("throughput"), Goal("utility", alpha=0.0)))
    assert plain.value == fair.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_warm_start_comes_to_the_same(kind: Any) -> None:
    problem = posed(2, kind)
    cold = solve(problem, Goal(kind), mode="exact")
    warm = solve(problem, Goal(kind), mode="exact", warm=cold.warm)
    assert warm.value == pytest.approx(cold.value, rel=1e-6)


@pytest.mark.parametrize("factor", [1e-6, 1e9])
@pytest.mark.parametrize("kind", KINDS)
def test_scaling_all_numbers_scales_the_answer(kind: Any, factor: float) -> None:
    problem = posed(3, kind)
    scaled = replace(problem, capacity=floats(problem.capacity * factor), amount=floats(problem.amount * factor))
    plain, large = solve(problem, Goal(kind), mode="exact"), solve(scaled, Goal(kind), mode="exact")
    assert large.value == pytest.approx(plain.value * (1 if kind == "concurrent" else factor), rel=1e-6)


def test_prices_are_what_capacity_is_worth() -> None:
    """Of two links in a line the narrow one has the price of the flow."""
    problem = Problem(
        3, ints([0, 1]), ints([1, 2]), floats([2.0, 5.0]), floats([0, 0]), bools([1, 1, 1]), ints([0]), ints([2]),
        floats([10.0]), floats([3.0]),
    )  # fmt: skip
    answer = solve(problem, Goal("throughput"), mode="exact")
    assert answer.price == pytest.approx([3.0, 0.0], abs=1e-4)
    assert answer.pair_price == pytest.approx([0.0], abs=1e-4)


def test_no_pairs() -> None:
    problem = Problem(
        2, ints([0]), ints([1]), floats([1]), floats([0]), bools([1, 1]), ints([]), ints([]), floats([]), floats([])
    )
    for kind in ("throughput", "cost", "cost-max-flow", "utility"):
        answer = solve(problem, Goal(kind))
        assert answer.value == 0.0
        assert len(answer.path_rate) == 0


@pytest.mark.parametrize("kind", ["throughput", "concurrent", "cost"])
@pytest.mark.parametrize("seed", range(6))
def test_a_warm_start_is_the_same_every_time(seed: int, kind: Any) -> None:
    problem = posed(seed, kind)
    cold = solve(problem, Goal(kind), gap=1e-2)
    changed = replace(
        problem, amount=floats(problem.amount * np.random.default_rng(seed).uniform(0.8, 1.0, problem.pairs))
    )
    bits = set()
    for size in (10, 1_000, 100_000):  # what memory held before must not matter
        scratch = np.full(size, 1e30)
        del scratch
        warm = solve(changed, Goal(kind), gap=1e-4, warm=cold.warm)
        bits.add((warm.value, warm.bound, warm.path_rate.tobytes()))
    assert len(bits) == 1


@pytest.mark.parametrize(
    ("seed", "alpha"),
    [(20, 0.3), (20, 2.0), (72, 1.0), (99, 0.3), (111, 1.5), (146, 1.0), (153, 0.3), (159, 0.3), (204, 1.0)],
)
def test_capacities_of_all_sizes_do_not_stop_the_steps(seed: int, alpha: float) -> None:
    """Prices that miss their loads by far lead to steps that lead nowhere; the search then begins again from them."""
    draw = np.random.default_rng(seed)
    nodes = int(draw.integers(3, 9))
    links = [
        (a, b, float(10 ** draw.uniform(-1.5, 1.5)))
        for a in range(nodes)
        for b in range(nodes)
        if a != b and draw.random() < 0.45
    ]
    rows = [(a, b, float(10 ** draw.uniform(-1.5, 1.5))) for a, b in draw.integers(0, nodes, (8, 2)).tolist() if a != b]
    network = oracles.network(nodes, links, delay_s=draw.uniform(0, 1, len(links)).tolist())
    demands = oracles.demands(rows, weight=draw.choice([0.2, 1.0, 7.0], len(rows)).tolist())
    made = route.solve(network, demands, objective="alpha-fair", alpha=alpha, gap=1e-4).allocation
    assert made is not None
    assert made.gap <= 1e-4
