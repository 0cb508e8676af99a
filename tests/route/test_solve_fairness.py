"""Max-min, bandwidth functions and alpha-fairness: against one LP after the other, closed forms, and their limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.route import oracles
from tests.route.oracles import Case, cases
from tests.route.test_solve_objectives import posed, solved

from easterly import route
from easterly.base.columns import floats
from easterly.model.allocation import Allocation

MANY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rates_of_rows(case: Case, got: Allocation, merge: str = "none") -> tuple[Any, np.ndarray]:
    p = posed(case, merge)
    held = p.row >= 0
    return p, np.bincount(p.row[held], got.rate_bps[held], p.problem.pairs) / p.unit_bps


@MANY
@given(cases(weights=True))
def test_max_min_is_what_one_lp_after_the_other_finds(case: Case) -> None:
    got = solved(case, "max-min")
    p, rate = rates_of_rows(case, got)
    if p.problem.pairs:
        np.testing.assert_allclose(rate, oracles.max_min(p.problem), rtol=1e-6, atol=1e-7)
    assert got.status == "optimal" and got.gap <= 1e-7


@MANY
@given(cases(most_nodes=5), st.data())
def test_bandwidth_functions_are_what_one_lp_after_the_other_finds(case: Case, data: st.DataObject) -> None:
    """Curves with corners, flat parts and an end; a demand without points has its line."""
    point = st.tuples(st.sampled_from((0.5, 1.0, 2.0)), st.sampled_from((0.0, 0.5, 1.0, 4.0)))
    curves = []
    for _ in range(len(case.demands)):
        steps = data.draw(st.lists(point, max_size=3))
        ends = np.cumsum(np.array(steps).reshape(-1, 2), axis=0)
        curves.append([(float(a), float(b)) for a, b in ends if b > 0])
    d = case.demands
    rows = list(zip(d.src.tolist(), d.dst.tolist(), d.rate_bps.tolist(), strict=True))
    curved = Case(case.network, oracles.demands(rows, curves=curves))
    got = solved(curved, "bandwidth-functions")
    p, rate = rates_of_rows(curved, got)
    if not p.problem.pairs:
        return
    own: list[list[tuple[float, float]]] = [[] for _ in range(p.problem.pairs)]
    for demand, k in enumerate(p.row.tolist()):
        if k >= 0:
            top = d.rate_bps[demand]
            line = [(float(top), float(top))]
            own[k] = cut(curves[demand], float(top)) if curves[demand] else line
    scaled = [[(s, r / p.unit_bps) for s, r in points] for points in own]
    np.testing.assert_allclose(rate, oracles.max_min(p.problem, scaled), rtol=1e-6, atol=1e-7)


def cut(points: list[tuple[float, float]], top: float) -> list[tuple[float, float]]:
    """A curve up to a rate, point by point."""
    kept, before = [], (0.0, 0.0)
    for share, rate in points:
        if rate >= top:
            part = (top - before[1]) / (rate - before[1]) if rate > before[1] else 1.0
            return [*kept, (before[0] + part * (share - before[0]), top)]
        kept.append((share, rate))
        before = (share, rate)
    return kept


def test_the_figure_of_bwe_style_curves() -> None:
    """One link of 10. B1 = 10 s up to s = 0.5, then 5 + (s - 0.5); B2 = 2 s. 5 + s - 0.5 + 2 s = 10 gives s = 11/6."""
    net = oracles.network(2, [(0, 1, 10.0)])
    want = oracles.demands([(0, 1, 100.0), (0, 1, 100.0)], curves=[[(0.5, 5.0), (95.5, 100.0)], [(50.0, 100.0)]])
    got = route.solve(net, want, objective="bandwidth-functions").allocation
    assert got is not None
    np.testing.assert_allclose(got.rate_bps, [5 + 11 / 6 - 0.5, 11 / 3], rtol=1e-9)


def parking_lot(hops: int) -> Case:
    """A line of unit links, one demand along all of it, one over each link."""
    links = [(i, i + 1, 1.0) for i in range(hops)]
    return Case(
        oracles.network(hops + 1, links),
        oracles.demands([(0, hops, np.inf), *((i, i + 1, np.inf) for i in range(hops))]),
    )


@pytest.mark.parametrize("hops", [1, 2, 3, 10])
@pytest.mark.parametrize("alpha", [0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 1000.0, np.inf])
def test_parking_lot(hops: int, alpha: float) -> None:
    """Mo & Walrand 2000: the long flow gets 1 / (1 + hops^(1/alpha))."""
    if hops == 1:
        return
    got = solved(parking_lot(hops), "alpha-fair", alpha=alpha)
    assert got.rate_bps[0] == pytest.approx(1 / (1 + hops ** (1 / alpha)), rel=1e-4)
    assert got.value <= got.bound * (1 + 1e-12) and got.gap <= 1e-4


def test_alpha_0_is_throughput_by_weight() -> None:
    got = solved(parking_lot(3), "alpha-fair", alpha=0.0)
    np.testing.assert_allclose(got.rate_bps, [0, 1, 1, 1], atol=1e-6)
    assert got.value == pytest.approx(3 / 4)


@MANY
@given(cases(weights=True), st.sampled_from([0.5, 1.0, 2.0, 4.0]))
def test_alpha_fair_rates_meet_the_variational_inequality(case: Case, alpha: float) -> None:
    """sum w f^-alpha (g - f) <= 0 for every feasible g (Mo & Walrand 2000, definition 2): one LP finds the worst g."""
    got = solved(case, "alpha-fair", alpha=alpha)
    p, rate = rates_of_rows(case, got)
    if not p.problem.pairs:
        return
    assert (rate > 0).all()
    slope = p.problem.weight * rate**-alpha
    scale = slope.max()
    problem = oracles.replace(p.problem, weight=floats(slope / scale))
    assert oracles.throughput(problem).value <= float(slope @ rate) / scale * (1 + 1e-4)
    assert got.value <= got.bound * (1 + 1e-12)


def test_equal_demands_have_equal_rates() -> None:
    net = oracles.network(2, [(0, 1, 9.0)])
    want = oracles.demands([(0, 1, 10.0), (0, 1, 1.0), (0, 1, 10.0)], weight=[1.0, 1.0, 1.0])
    for objective, options in (("max-min", {}), ("alpha-fair", {"alpha": 3.0}), ("bandwidth-functions", {})):
        got = route.solve(net, want, objective=objective, mode="exact", **options).allocation
        assert got is not None
        np.testing.assert_allclose(got.rate_bps, [4.0, 1.0, 4.0], rtol=1e-5)


def test_fair_classes() -> None:
    """Class 0 shares the link first; class 1 what is left."""
    net = oracles.network(2, [(0, 1, 9.0)])
    want = oracles.demands([(0, 1, 2.0), (0, 1, 4.0), (0, 1, 9.0), (0, 1, 9.0)], priority=[0, 0, 5, 5])
    for objective in ("max-min", "alpha-fair", "bandwidth-functions"):
        got = route.solve(net, want, objective=objective, mode="exact").allocation
        assert got is not None
        np.testing.assert_allclose(got.rate_bps, [2.0, 4.0, 1.5, 1.5], rtol=1e-5)
