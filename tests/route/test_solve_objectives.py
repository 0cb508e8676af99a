"""Optima of `route.solve` against HiGHS on the arc form, on small multigraphs with every kind of oddity."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.route import oracles
from tests.route.oracles import Case, cases

from easterly import route
from easterly.base.columns import bools, floats
from easterly.base.findings import FindingsError
from easterly.model.allocation import Allocation
from easterly.model.matrix import TrafficMatrices
from easterly.route.allocate.problem import Posed, pose

MANY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DATA = Path(os.environ.get("EASTERLY_DATA", Path(__file__).parents[3] / "shared/data"))


def posed(case: Case, merge: str = "pair") -> Posed:
    links = case.network.links
    return pose(case.network, case.demands, capacity_bps=links.capacity_bps, cost=links.delay_s, merge=merge)


def solved(case: Case, objective: str, mode: str = "exact", **options) -> Allocation:
    found = route.solve(case.network, case.demands, objective=objective, mode=mode, **options)
    assert found.allocation is not None
    holds(case, found)
    return found.allocation


def holds(case: Case, found) -> None:
    """What is true of every answer."""
    got, links = found.allocation, case.network.links
    wanted = case.demands
    assert (got.rate_bps >= 0).all() and np.isfinite(got.rate_bps).all()
    if got.objective not in ("max-concurrent", "min-max-utilisation"):
        assert (got.rate_bps <= wanted.rate_bps * (1 + 1e-9)).all()
    if got.objective != "min-max-utilisation":
        assert (got.load_bps <= links.capacity_bps).all()
    # tunnels join the ends of their demands, add up to the loads and to the rates
    tunnels = found.tunnels
    load = np.zeros(len(links))
    for i in range(len(tunnels.flow)):
        way = tunnels.link_idx[tunnels.link_ptr[i] : tunnels.link_ptr[i + 1]]
        demand = tunnels.flow[i]
        assert links.src[way[0]] == wanted.src[demand] and links.dst[way[-1]] == wanted.dst[demand]
        assert (links.src[way[1:]] == links.dst[way[:-1]]).all()
        assert case.network.transit[links.src[way[1:]]].all()
        load[way] += tunnels.rate_bps[i]
    np.testing.assert_allclose(load, got.load_bps, rtol=1e-9, atol=1e-12)
    sent = np.bincount(tunnels.flow, tunnels.rate_bps, len(wanted))
    own = wanted.src == wanted.dst
    np.testing.assert_allclose(sent[~own], got.rate_bps[~own], rtol=1e-9, atol=1e-12)
    assert (got.rate_bps[own] == wanted.rate_bps[own]).all()
    assert set(got.unserved.tolist()) == set(found.unserved.tolist())
    assert len(repr(found).splitlines()) <= 10 and str(found.explain()) and str(found.diff(found))


@MANY
@given(cases(weights=True))
def test_throughput_is_that_of_the_arc_form(case: Case) -> None:
    got = solved(case, "max-throughput")
    own = case.demands.src == case.demands.dst
    alone = float((case.demands.weight * case.demands.rate_bps)[own].sum())
    p = posed(case, "weight")
    want = alone + (oracles.throughput(p.problem).value * p.unit_bps if p.problem.pairs else 0.0)
    assert got.value == pytest.approx(want, rel=1e-6, abs=1e-9)
    assert got.value <= got.bound and want <= got.bound * (1 + 1e-9) + 1e-9
    assert got.status == "optimal"
    assert got.value == pytest.approx(float((case.demands.weight * got.rate_bps).sum()), rel=1e-9)


@MANY
@given(cases())
def test_concurrent_flow_and_utilisation_are_those_of_the_arc_form(case: Case) -> None:
    p = posed(case)
    fraction = solved(case, "max-concurrent")
    if not p.problem.pairs:
        assert (fraction.status, fraction.value, fraction.bound) == ("optimal", 0.0, 0.0)
        assert solved(case, "min-max-utilisation").value == 0
        return
    want = oracles.concurrent(p.problem).value
    assert fraction.value == pytest.approx(want, rel=1e-6)
    assert want <= fraction.bound * (1 + 1e-9)
    full = solved(case, "min-max-utilisation")
    assert full.value == pytest.approx(1 / want, rel=1e-6) == full.max_utilisation
    assert full.bound <= full.value and full.bound <= 1 / want * (1 + 1e-9)
    joined = p.row >= 0
    np.testing.assert_allclose(full.rate_bps[joined], case.demands.rate_bps[joined], rtol=1e-9)
    np.testing.assert_allclose(fraction.rate_bps[joined], fraction.value * case.demands.rate_bps[joined], rtol=1e-8)


@MANY
@given(cases(), st.integers(0, 3))
def test_cost_is_that_of_the_arc_form_or_the_demands_do_not_fit(case: Case, seed: int) -> None:
    cost = np.random.default_rng(seed).integers(0, 5, len(case.network.links)).astype(float)
    got = solved(case, "min-cost", cost=cost)
    p = posed(case)
    if not p.problem.pairs:
        assert got.value == got.bound == 0
        return
    fits = oracles.concurrent(p.problem).value
    if fits < 1 - 1e-7:
        assert got.status == "infeasible" and "do not fit" in got.reason
        assert got.served_fraction < 1
    elif fits > 1 + 1e-7:
        problem = replace(p.problem, cost=floats(cost[p.link]))
        want = oracles.least_cost(problem).value * p.unit_bps
        assert got.value == pytest.approx(want, rel=1e-6, abs=1e-6)
        assert got.bound <= want + 1e-6 * max(want, 1)
        assert got.value == pytest.approx(float(got.load_bps @ cost), rel=1e-6, abs=1e-6)


@MANY
@given(cases())
def test_cheapest_of_the_most_flow(case: Case) -> None:
    got = solved(case, "min-cost-max-flow")
    p = posed(case)
    if not p.problem.pairs:
        return
    flow, cost = oracles.cheapest_of_most(p.problem)
    own = case.demands.src == case.demands.dst
    assert got.value == pytest.approx(flow * p.unit_bps + case.demands.rate_bps[own].sum(), rel=1e-6)
    assert float(got.load_bps.sum()) == pytest.approx(cost * p.unit_bps, rel=1e-5)  # every link costs 1


@MANY
@given(cases(weights=True), st.sampled_from(["max-throughput", "max-concurrent", "min-max-utilisation"]))
def test_a_stop_before_the_optimum_encloses_it(case: Case, objective: str) -> None:
    exact = solved(case, objective)
    for mode, gap in (("gap", 1e-1), ("gap", 1e-3), ("fast", 1e-3)):
        rough = solved(case, objective, mode, gap=gap)
        low, high = sorted((rough.value, rough.bound))
        assert low - 1e-6 * abs(low) <= exact.value <= high + 1e-6 * abs(high)
        if mode == "gap":
            assert rough.gap <= gap


@MANY
@given(cases(weights=True), st.sampled_from([1e-6, 1e9, 3.7]), st.sampled_from(route.OBJECTIVES[1:]))
def test_units_change_no_fraction(case: Case, factor: float, objective: str) -> None:
    links = case.network.links
    grown = Case(
        replace(case.network, links=replace(links, capacity_bps=floats(links.capacity_bps * factor))),
        replace(case.demands, rate_bps=floats(case.demands.rate_bps * factor)),
    )
    one, other = (solved(c, objective, "gap") for c in (case, grown))
    assert other.served_fraction == pytest.approx(one.served_fraction, rel=1e-9)
    assert other.max_utilisation == pytest.approx(one.max_utilisation, rel=1e-9)
    assert other.status == one.status
    np.testing.assert_allclose(other.rate_bps, one.rate_bps * factor, rtol=1e-9, atol=1e-9 * factor)


@MANY
@given(cases(weights=True, classes=2), st.randoms(), st.sampled_from(route.OBJECTIVES[1:]))
def test_the_order_of_demands_changes_no_byte(case: Case, random, objective: str) -> None:
    order = list(range(len(case.demands)))
    random.shuffle(order)
    d = case.demands
    mixed = replace(
        d, src=d.src[order], dst=d.dst[order], rate_bps=d.rate_bps[order], weight=d.weight[order],
        priority=d.priority[order],
    )  # fmt: skip
    one, other = (solved(Case(case.network, x), objective, "gap") for x in (d, mixed))
    assert (one.value, one.bound, one.max_utilisation) == (other.value, other.bound, other.max_utilisation)
    assert one.served_fraction == other.served_fraction
    assert one.load_bps.tobytes() == other.load_bps.tobytes() and one.dual.tobytes() == other.dual.tobytes()
    np.testing.assert_allclose(one.rate_bps[order], other.rate_bps, rtol=1e-9, atol=1e-9)


@MANY
@given(cases(), st.integers(0, 30))
def test_a_price_is_what_one_more_bit_is_worth(case: Case, pick: int) -> None:
    """The optimum is concave in capacity: its slopes on both sides enclose the price."""
    p = posed(case, "weight")
    if not p.problem.pairs:
        return
    got = solved(case, "max-throughput")
    link, step = int(pick % p.problem.links), 1e-3
    value = oracles.throughput(p.problem).value
    slopes = []
    for by in (step, -step):
        capacity = p.problem.capacity.copy()
        capacity[link] += by
        slopes.append((oracles.throughput(replace(p.problem, capacity=capacity)).value - value) / by)
    assert slopes[0] - 1e-4 <= got.dual[p.link[link]] <= slopes[1] + 1e-4


@MANY
@given(cases(weights=True, classes=3))
def test_a_class_takes_nothing_from_those_above_it(case: Case) -> None:
    got = solved(case, "max-throughput")
    p = posed(case, "weight")
    rate = np.bincount(p.row[p.row >= 0], got.rate_bps[p.row >= 0], p.problem.pairs) / p.unit_bps
    above = np.zeros(p.problem.pairs)
    for level in np.unique(p.priority).tolist():
        own = p.priority == level
        alone = replace(p.problem, weight=floats(np.where(own, p.problem.weight, 1.0)),
                        amount=floats(np.where(own, p.problem.amount, 1e-300)))  # fmt: skip
        best = oracles.throughput(alone, floor=above * (1 - 1e-7))
        assert best.status == "Optimal"
        value = float((p.problem.weight * rate)[own].sum())
        assert value == pytest.approx(best.value, rel=2e-5, abs=1e-5)
        above = np.where(own, rate, above)


def test_the_first_class_is_served_as_if_alone() -> None:
    net = oracles.network(3, [(0, 1, 10.0), (1, 2, 10.0), (0, 2, 4.0)])
    want = oracles.demands([(0, 2, 12.0), (0, 1, 10.0), (1, 2, 10.0)], priority=[0, 1, 1])
    for objective in ("max-throughput", "max-min", "alpha-fair", "max-concurrent", "bandwidth-functions"):
        got = route.solve(net, want, objective=objective, mode="exact").allocation
        assert got is not None
        np.testing.assert_allclose(got.rate_bps, [12.0, 2.0, 2.0], rtol=1e-5)


def test_links_that_are_down_and_other_capacities() -> None:
    net = oracles.network(2, [(0, 1, 5.0), (0, 1, 3.0)])
    want = oracles.demands([(0, 1, 10.0)])
    for options, value in (
        ({}, 8.0),
        ({"alive": bools([True, False])}, 5.0),
        ({"capacity_bps": floats([1.0, 0])}, 1.0),
    ):
        got = route.solve(net, want, objective="max-throughput", mode="exact", **options).allocation
        assert got is not None and got.value == pytest.approx(value)


def test_warm_start_and_trees() -> None:
    net = oracles.network(4, [(0, 1, 5.0), (1, 3, 5.0), (0, 2, 3.0), (2, 3, 4.0)])
    first = route.solve(net, oracles.demands([(0, 3, 9.0), (2, 3, 2.0)]), objective="max-throughput", mode="exact")
    again = route.solve(
        net, oracles.demands([(0, 3, 7.0), (2, 3, 2.0)]), objective="max-throughput", mode="exact", warm=first,
        alive=bools([True, True, True, True]), trees=True,
    )  # fmt: skip
    got = again.allocation
    assert got is not None and got.value == pytest.approx(9.0) and got.trees is not None
    assert got.trees.dst.tolist() == [3]
    assert got.trees.rate_bps.sum() == pytest.approx(got.load_bps.sum())


def test_demands_without_limit() -> None:
    net = oracles.network(2, [(0, 1, 5.0)])
    want = oracles.demands([(0, 1, np.inf), (0, 1, np.inf)])
    for objective in ("max-throughput", "max-min", "alpha-fair", "bandwidth-functions"):
        got = route.solve(net, want, objective=objective, mode="exact").allocation
        assert got is not None
        np.testing.assert_allclose(got.rate_bps, [2.5, 2.5], rtol=1e-6)
    with pytest.raises(ValueError, match="infinite"):
        route.solve(net, want, objective="max-concurrent")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rate_bps": floats([np.nan])}, r"rate_bps\[0\] is nan"),
        ({"rate_bps": floats([-1.0])}, "no rate from 0 up"),
        ({"weight": floats([0.0])}, "no weight above 0"),
        ({"src": oracles.ints([7])}, "no node"),
    ],
)
def test_what_is_no_demand_is_refused(change, says) -> None:
    net = oracles.network(2, [(0, 1, 5.0)])
    with pytest.raises(ValueError, match=says):
        route.solve(net, replace(oracles.demands([(0, 1, 1.0)]), **change), objective="max-throughput")


def test_words_that_are_not_known_are_met_with_the_nearest() -> None:
    net = oracles.network(2, [(0, 1, 5.0)])
    want = oracles.demands([(0, 1, 1.0)])
    with pytest.raises(ValueError, match="did you mean max-throughput"):
        route.solve(net, want, objective="max-thruput")
    matrix = TrafficMatrices(("n0", "m1"), oracles.ints([0]), oracles.ints([0]), oracles.ints([1]), floats([1.0]))
    with pytest.raises(FindingsError, match="E211") as error:
        route.solve(net, matrix, objective="max-throughput")
    assert "n1" in error.value.findings[0].hint or "n0" in error.value.findings[0].hint
    good = replace(matrix, places=("n0", "n1"))
    assert route.solve(net, good, objective="max-throughput").allocation.value == pytest.approx(1.0)  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="no matrix 3"):
        route.solve(net, good, objective="max-throughput", matrix=3)


def test_the_anchors_of_b4() -> None:
    """Figures of the arc optimum by two other solvers."""
    if not (DATA / "topologies/B4.json").exists():
        pytest.skip(f"no data in {DATA}")
    text = json.loads((DATA / "topologies/B4.json").read_text(encoding="utf-8"))
    net = oracles.network(12, [(e["source"], e["target"], e["capacity"]) for e in text["links"]])
    rows = np.loadtxt(DATA / "matrices/B4_real_tms.csv", delimiter=",", skiprows=1)
    rows = rows[rows[:, 0] == 0]
    for factor, utilisation, fraction in ((1.0, 0.97605146, 1.0), (2.0, 1.9521029, 0.800939)):
        want = oracles.demands([(int(a), int(b), factor * r) for _, a, b, r in rows])
        full = route.solve(net, want, objective="min-max-utilisation", mode="exact").allocation
        most = route.solve(net, want, objective="max-throughput", mode="exact").allocation
        assert full is not None and most is not None
        assert full.value == pytest.approx(utilisation, rel=1e-6)
        assert most.served_fraction == pytest.approx(fraction, rel=1e-6)
    assert most.value == pytest.approx(42_742.2664, rel=1e-7)
