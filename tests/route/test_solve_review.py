"""Cases in which the front of `route.solve` once went wrong, each against what it must be."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from tests.route import oracles
from tests.route.test_solve_objectives import posed

from easterly import route
from easterly.app.report import engineering as report
from easterly.base.columns import floats
from easterly.model.allocation import Allocation
from easterly.route.allocate.objectives import _greatest
from easterly.route.failing.optimum import _binding

DETOUR = oracles.network(3, [(0, 1, 3.0), (1, 2, 3.0), (0, 2, 10.0)], delay_s=[0.0, 0.0, 1.0])
HOWS = [("exact", "auto"), ("gap", "auto"), ("fast", "auto"), ("gap", "paths"), ("gap", "trees")]


def solved(network, demands, objective: str, **options) -> Allocation:
    found = route.solve(network, demands, objective=objective, **options).allocation
    assert found is not None
    return found


@pytest.mark.parametrize(("mode", "engine"), HOWS)
@pytest.mark.parametrize("rate", [3.0001, 3.003, 3.01, 3.05, 12.99, 13.0])
def test_the_least_cost_of_demands_that_just_pass_the_free_path(rate: float, mode: str, engine: str) -> None:
    got = solved(DETOUR, oracles.demands([(0, 2, rate)]), "min-cost", mode=mode, engine=engine)
    least, most_off = rate - 3.0, {"exact": 2e-6, "gap": 2e-3, "fast": 2e-2}[mode]
    assert got.status in ("optimal", "feasible")
    assert got.rate_bps[0] == pytest.approx(rate, rel=1e-9)
    assert (got.load_bps <= DETOUR.links.capacity_bps).all()
    assert got.bound <= least * (1 + 1e-6)
    assert least * (1 - 1e-6) <= got.value <= least * (1 + most_off)
    assert got.gap <= most_off


@pytest.mark.parametrize(("mode", "engine"), HOWS)
def test_what_does_not_fit_is_infeasible_and_says_by_how_much(mode: str, engine: str) -> None:
    got = solved(DETOUR, oracles.demands([(0, 2, 13.01)]), "min-cost", mode=mode, engine=engine)
    assert got.status == "infeasible" and "do not fit" in got.reason


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(40))
def test_costs_of_nothing_and_of_much_against_highs(seed: int) -> None:
    draw = np.random.default_rng(seed)
    links = [(a, b, float(draw.uniform(0.5, 5))) for a in range(6) for b in range(6) if a != b and draw.random() < 0.5]
    network = oracles.network(6, links, delay_s=draw.choice([0.0, 0.0, 1e-3, 1.0], len(links)).tolist())
    rows = [(a, b, float(draw.uniform(0.1, 1))) for a, b in draw.integers(0, 6, (5, 2)).tolist() if a != b]
    unit = posed(oracles.Case(network, oracles.demands(rows)))
    room = oracles.concurrent(unit.problem).value if unit.problem.pairs else math.inf
    for part in (0.5, 0.9, 0.999, 1.01):
        case = oracles.Case(network, oracles.demands([(a, b, r * min(room, 100) * part) for a, b, r in rows]))
        made = posed(case)
        if not made.problem.pairs:
            return
        for mode, engine in HOWS:
            got = solved(network, case.demands, "min-cost", mode=mode, engine=engine)
            if part > 1:
                assert got.status == "infeasible", (part, mode, engine)
                continue
            least = oracles.least_cost(made.problem).value * made.unit_bps
            assert got.status in ("optimal", "feasible"), (part, mode, engine, got.reason)
            served = np.isin(np.arange(len(rows)), got.unserved, invert=True)
            np.testing.assert_allclose(got.rate_bps[served], case.demands.rate_bps[served], rtol=1e-8)
            # nearer than both numbers are known to, where the cost is almost nothing
            assert got.bound - 1e-8 <= least * (1 + 1e-6) and got.value >= least * (1 - 1e-6) - 1e-8
            if mode == "exact":
                assert got.value <= least * (1 + 2e-6) + 1e-7


@pytest.mark.parametrize("alpha", [0, 1, 2, 3])
def test_alpha_may_be_a_whole_number(alpha: int) -> None:
    network = oracles.network(3, [(0, 1, 2.0), (1, 2, 2.0)])
    rows = oracles.demands([(0, 2, 9.0), (0, 1, 9.0), (1, 2, 9.0)])
    whole, real = (solved(network, rows, "alpha-fair", alpha=a) for a in (alpha, float(alpha)))
    assert whole.rate_bps.tolist() == real.rate_bps.tolist() and whole.value == real.value


@pytest.mark.parametrize("alpha", [0.5, 1.0, 1.01, 2.0])
@pytest.mark.parametrize("several", [1, 2, 7])
def test_equal_demands_of_a_pair_have_the_mean_of_their_rates(alpha: float, several: int) -> None:
    network = oracles.network(2, [(0, 1, 2.0)])
    got = solved(network, oracles.demands([(0, 1, 5.0)] * several), "alpha-fair", alpha=alpha, mode="exact")
    assert got.value == pytest.approx(2 / several, rel=1e-6)
    assert got.bound == pytest.approx(2 / several, rel=1e-6)
    assert got.bound >= 2 / several * (1 - 1e-9)


def test_the_price_of_capacity_under_equal_logarithms_is_that_of_the_mean() -> None:
    rows = oracles.demands([(0, 3, 5.0)] * 4)
    lines = (oracles.network(4, [(0, 1, 9.0), (1, 2, c), (2, 3, 9.0)]) for c in (2.0, 2.002))
    got = [solved(line, rows, "alpha-fair", mode="exact") for line in lines]
    assert got[0].dual[1] == pytest.approx((got[1].value - got[0].value) / 0.002, rel=1e-2)


def test_flow_of_a_node_to_itself_counts_without_its_weight() -> None:
    alone = oracles.demands([(2, 2, 4.0)], weight=[0.25])
    assert solved(oracles.network(6, []), alone, "min-cost-max-flow").value == 4.0
    beside = oracles.demands([(2, 2, 4.0), (0, 1, 1.0)], weight=[0.25, 0.5])
    got = solved(oracles.network(3, [(0, 1, 3.0)]), beside, "min-cost-max-flow", mode="exact")
    assert got.value == pytest.approx(5.0, rel=1e-6)
    rows = [(2, 2, 4.0), (0, 1, 1.0), (0, 1, 5.0)]
    classes = oracles.demands(rows, weight=[0.25, 0.5, 0.5], priority=[0, 0, 1])
    got = solved(oracles.network(3, [(0, 1, 3.0)]), classes, "min-cost-max-flow", mode="exact")
    assert got.value == pytest.approx(7.0, rel=1e-6)


def test_what_leaves_the_range_of_numbers_is_refused_in_words() -> None:
    network = oracles.network(3, [(0, 1, 2.0), (1, 2, 2.0)])
    with pytest.raises(ValueError, match=r"rate_bps\[0\] is 1e\+300"):
        solved(network, oracles.demands([(0, 1, 1e300), (0, 2, 1.0)]), "min-max-utilisation")
    wide = oracles.demands([(0, 1, 2.0), (0, 2, 2.0)], weight=[1e200, 1e-200])
    for objective in ("max-throughput", "max-min", "alpha-fair", "bandwidth-functions"):
        with pytest.raises(ValueError, match=r"weight\[0\] is 1e\+200"):
            solved(network, wide, objective)
    assert solved(network, wide, "max-concurrent").value == pytest.approx(0.5, rel=2e-3)
    great = solved(network, oracles.demands([(0, 1, 1e90)]), "min-max-utilisation")
    assert great.value == pytest.approx(5e89, rel=2e-3)
    far = oracles.demands([(0, 1, 2.0), (0, 2, 2.0)], weight=[1e30, 1e-30])
    assert solved(network, far, "max-throughput").value == pytest.approx(2e30, rel=2e-3)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0, 4.0, 10.0, 30.0])
@pytest.mark.parametrize("links", [5, 20])
@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e9])
def test_rates_on_a_line_are_as_near_as_exact_says(alpha: float, links: int, unit: float) -> None:
    line = oracles.network(links + 1, [(i, i + 1, unit) for i in range(links)])
    rows = [(0, links, 9 * unit)] + [(i, i + 1, 9 * unit) for i in range(links)]
    got = solved(line, oracles.demands(rows), "alpha-fair", alpha=alpha, mode="exact")
    whole = 1 / (1 + links ** (1 / alpha))  # where f^-alpha of the long flow is that of all it crosses together
    assert got.status == "optimal"
    np.testing.assert_allclose(got.rate_bps / unit, [whole] + [1 - whole] * links, rtol=1e-6)


MESH = oracles.network(7, [(a, b, 1.0) for a, b in ((2, 3), (5, 2), (3, 1), (5, 4), (2, 1), (5, 0), (4, 1), (0, 2))])
UNEVEN = oracles.network(6, [(5, 3, 251.06), (4, 1, 0.8728), (2, 4, 0.0011685), (4, 3, 0.0017119)])


@pytest.mark.parametrize("alpha", [1.5, 2.0, 4.0, 5.0, 10.0, 20.0, 30.0, 60.0])
def test_steep_utilities_have_a_bound(alpha: float) -> None:
    got = solved(MESH, oracles.demands([(5, 1, 18.0)]), "alpha-fair", alpha=alpha)
    assert got.status in ("optimal", "feasible") and got.gap <= 1e-3
    assert got.value == pytest.approx(3.0, rel=1e-3) and got.bound >= 3.0 * (1 - 1e-9)
    got = solved(UNEVEN, oracles.demands([(2, 3, 1.0), (4, 3, 9.0)]), "alpha-fair", alpha=alpha)
    half = 0.0017119 / 2  # both cross the one link that is full, and are alike
    assert got.status in ("optimal", "feasible") and got.gap <= 1e-3
    assert got.value == pytest.approx(half, rel=1e-3) and got.bound >= half * (1 - 1e-9)


@pytest.mark.parametrize("mode", ["gap", "exact"])
@pytest.mark.parametrize("alpha", [2.0, 5.0, 10.0, 20.0, 25.0, 30.0, 100.0, 1e4, 1e7, 1e12, 1e300])
def test_rates_of_steep_utilities_that_share_by_pairs(alpha: float, mode: str) -> None:
    """Two cuts of 14 join the long demand, which passes both, with one other each: 2 (14 - f)^-alpha = f^-alpha."""
    cables = [(0, 1, 10.0), (1, 2, 10.0), (0, 3, 4.0), (3, 2, 4.0)]
    network = oracles.network(4, [row for a, b, rate in cables for row in ((a, b, rate), (b, a, rate))])
    got = solved(
        network, oracles.demands([(0, 2, 20.0), (0, 1, 10.0), (1, 2, 10.0)]), "alpha-fair", alpha=alpha, mode=mode
    )
    long = 14 / (1 + 2 ** (1 / alpha))
    others = 14 - long
    mean = long * ((1 + 2 * (others / long) ** (1 - alpha)) / 3) ** (1 / (1 - alpha))
    near = 1e-3 if mode == "gap" or 100 < alpha < 1e6 else 1e-6  # of powers beyond all numbers only so much is known
    assert got.gap <= near and got.status in ("optimal", "feasible")
    assert mean * (1 - near) <= got.value <= mean * (1 + 1e-9) and got.bound >= mean * (1 - 1e-9)
    moved = math.sqrt(6 * near / alpha) + 1e-8  # the mean is flat there: a gap leaves the root of it to rates
    np.testing.assert_allclose(got.rate_bps, [long, others, others], rtol=moved)


@pytest.mark.parametrize("seed", range(30))
def test_bounds_of_steep_utilities_are_passed_by_no_rates(seed: int) -> None:
    draw = np.random.default_rng(seed)
    links = [
        (a, b, float(10 ** draw.uniform(-2, 2))) for a in range(6) for b in range(6) if a != b and draw.random() < 0.4
    ]
    network = oracles.network(6, links)
    rows = [(a, b, float(10 ** draw.uniform(-2, 2))) for a, b in draw.integers(0, 6, (5, 2)).tolist() if a != b]
    weight = draw.choice([0.2, 1.0, 7.0], len(rows))
    demands = oracles.demands(rows, weight=weight.tolist())
    for alpha in (3.0, 8.0, 25.0):
        got = solved(network, demands, "alpha-fair", alpha=alpha)
        mine = np.isin(np.arange(len(rows)), got.unserved, invert=True)
        if not mine.any():
            return
        assert got.status in ("optimal", "feasible"), alpha
        for other in ("max-min", "alpha-fair"):
            rate = solved(network, demands, other, alpha=2.0).rate_bps[mine]
            least, part = rate.min(), weight[mine] / weight[mine].sum()
            mean = least * (part * (rate / least) ** (1 - alpha)).sum() ** (1 / (1 - alpha))
            assert got.bound >= mean * (1 - 1e-9) and got.value >= mean * (1 - 2e-3)


def test_infeasible_blames_what_cannot_be_gone_round_and_nothing_else() -> None:
    """Two islands: in one a demand asks for twice its links, in the other there is room to spare."""
    islands = oracles.network(5, [(0, 1, 4.0), (1, 2, 2.0), (3, 4, 10.0)], delay_s=[0.0, 0.0, 0.0])
    asked = oracles.demands([(0, 2, 4.0), (3, 4, 9.0)])
    got = solved(islands, asked, "min-cost", mode="exact")
    names = got.names
    assert names is not None
    one, other = (f"{names.node[a]} to {names.node[b]}" for a, b in ((0, 2), (3, 4)))
    assert got.status == "infeasible" and math.isinf(got.value)
    assert f"links {names.link[1]} bind most, and {one} needs them most" in got.reason
    assert other not in got.reason and names.link[0] not in got.reason and names.link[2] not in got.reason
    assert f"{names.node[2]} shall receive 2 times what its links carry" in got.reason
    assert got.served_fraction == pytest.approx(0.5, rel=1e-6)
    assert got.explain().link.tolist()[0] == 1
    assert got.dual[1] == pytest.approx(1 / 4, rel=1e-5)  # of the fraction, for each bit/s on top of 2
    assert got.unit == "1"


@pytest.mark.parametrize(
    ("objective", "options"), [("alpha-fair", {}), ("alpha-fair", {"alpha": 2.0}), ("min-cost-max-flow", {})]
)
def test_what_trees_do_not_know_names_the_engine_that_does(objective: str, options: dict[str, float]) -> None:
    asked = oracles.demands([(0, 2, 20.0)])
    with pytest.raises(ValueError, match=f"engine 'trees' does not know {objective}: take engine 'paths'"):
        route.solve(DETOUR, asked, objective=objective, engine="trees", **options)
    assert solved(DETOUR, asked, "alpha-fair", alpha=0.0, engine="trees").value == pytest.approx(13.0, rel=2e-3)


@pytest.mark.parametrize("engine", ["trees", "auto"])
@pytest.mark.parametrize(("mode", "gap"), [("gap", 1e-1), ("gap", 1e-3), ("gap", 1e-4), ("fast", 1e-2)])
@pytest.mark.parametrize("seed", range(6))
def test_a_lower_class_comes_as_near_as_was_asked(seed: int, mode: str, gap: float, engine: str) -> None:
    draw = np.random.default_rng(seed)
    links = [(a, b, float(draw.uniform(0.1, 9))) for a in range(8) for b in range(8) if a != b and draw.random() < 0.4]
    rows = [(a, b, float(draw.uniform(0.1, 9))) for a, b in draw.integers(0, 8, (16, 2)).tolist() if a != b]
    network, asked = oracles.network(8, links), oracles.demands(rows, priority=[i % 2 for i in range(len(rows))])
    got = solved(network, asked, "max-throughput", mode=mode, gap=gap, engine=engine)
    assert got.gap <= gap and not got.reason
    best = solved(network, asked, "max-throughput", mode="exact")
    assert best.status == "optimal"
    high = asked.priority == 0  # the other class may well get more, where this one is a little below its optimum
    assert got.rate_bps[high].sum() == pytest.approx(best.rate_bps[high].sum(), rel=1.1 * gap)


def test_a_search_that_ends_before_its_gap_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = oracles.network(4, [(0, 1, 3.0), (1, 3, 2.0), (0, 2, 1.7), (2, 3, 2.3), (1, 2, 1.1)])
    asked = oracles.demands([(0, 3, 9.0), (0, 2, 2.0), (1, 3, 2.0)])
    assert not solved(problem, asked, "max-throughput", engine="trees", gap=1e-3).reason
    monkeypatch.setattr("easterly.route.allocate.first_order.ROUNDS", 8)
    got = solved(problem, asked, "max-throughput", engine="trees", gap=1e-3)
    assert got.gap > 1e-3 and got.status == "feasible"
    assert got.reason == f"the search ended at a gap of {got.gap:.3g} instead of 0.001"
    assert not solved(problem, asked, "max-throughput", engine="trees", mode="fast").reason


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_a_number_of_threads_that_is_none(threads: int) -> None:
    asked = oracles.demands([(0, 2, 1.0)])
    for objective in ("ecmp", "max-throughput"):
        with pytest.raises(ValueError, match=f"threads is {threads}, not a whole number from 1 up"):
            route.solve(DETOUR, asked, objective=objective, threads=threads)
    with pytest.raises(ValueError, match=f"threads is {threads}, not a whole number from 1 up"):
        route.failures(DETOUR, asked, threads=threads)


@pytest.mark.parametrize("by", [[0.0, 1e-12, 0.0], [1e-12, 0.0, 3e-13], [0.0, 0.0, 0.0]])
def test_the_order_of_links_does_not_hang_on_the_last_digits_of_prices(by: list[float]) -> None:
    got = solved(DETOUR, oracles.demands([(0, 2, 20.0)]), "max-throughput", mode="exact")
    noisy = replace(
        got, dual=floats(np.array([0.5, 0.5, 0.5]) + by), load_bps=floats(np.array([3.0, 3.0, 3.0]) - by),
        capacity_bps=floats([3.0] * 3),
    )  # fmt: skip
    assert noisy.explain().link.tolist() == [0, 1, 2]
    assert _binding(noisy.dual).tolist() == [0, 1, 2]
    assert _greatest(noisy.dual).tolist() == [0, 1, 2]
    rows = [
        {
            "id": name, "capacity_bps": 3.0, "before_bps": 0.0, "load_bps": 3.0, "before": 0.0, "utilisation": 1.0,
            "dual": dual,
        }
        for name, dual in zip("abc", noisy.dual.tolist(), strict=True)
    ]  # fmt: skip
    table = report.binding({"links": rows, "value": 13.0, "unit": "bit/s"})
    assert table is not None and [row[0].text for row in table.rows] == ["a", "b", "c"]
    assert report.others({"links": rows, "value": 13.0, "unit": "bit/s"}) is None


def test_what_is_worth_next_to_nothing_does_not_bind() -> None:
    """A price that the search left behind, a ten-thousandth of the dearest, on a link with room to spare."""
    got = solved(DETOUR, oracles.demands([(0, 2, 20.0)]), "max-throughput", mode="exact")
    dusty = replace(
        got, dual=floats([1.0, 0.0, 1e-4]), load_bps=floats([3.0, 3.0, 4.0]), capacity_bps=floats([3.0] * 2 + [5.0])
    )
    assert dusty.explain().link.tolist() == [0, 1]
    rows = [
        {"id": name, "capacity_bps": 3.0, "before_bps": 0.0, "load_bps": 3.0, "before": 0.0, "utilisation": 1.0,
         "dual": dual}
        for name, dual in zip("abc", dusty.dual.tolist(), strict=True)
    ]  # fmt: skip
    table, others = (f({"links": rows, "value": 13.0, "unit": "bit/s"}) for f in (report.binding, report.others))
    assert table is not None and [row[0].text for row in table.rows] == ["a"] and "Worth per Gb/s (Gb/s)" in table.heads
    assert others is not None and [row[0].text for row in others.rows] == ["b", "c"] and len(others.heads) == 5


def test_the_report_gives_the_reason_and_only_columns_that_say_something() -> None:
    made = {"explanation": ["<min-cost: inf>", "no link binds", "the demands do not fit"], "status": "infeasible"}
    assert report.reason(made) == "the demands do not fit"
    assert report.reason({**made, "status": "optimal"}) == report.reason({**made, "explanation": []}) == ""
    trial = {"status": "optimal", "served_bound": 1.0, "utilisation": 0.5, "utilisation_bound": 0.0, "in_place": None}
    rows = [
        {**trial, "down": name, "served": served} for name, served in (("nothing", 1), ("b", 0.5), ("a", 0.5 + 1e-12))
    ]
    table = report.failures({"trials": rows})
    assert table is not None and table.heads == ("Down", "Status", "Carried", "At most", "Busiest link")
    assert [row[0].text for row in table.rows] == ["nothing", "a", "b"]
    bounded = report.failures({"trials": [{**row, "utilisation_bound": 0.4, "in_place": 2.0} for row in rows]})
    assert bounded is not None and bounded.heads[-2:] == ("At least", "On the paths in place")
    assert report.failures({"trials": rows[:1]}) is None


def test_a_link_that_is_not_full_binds_only_where_it_is_worth_much() -> None:
    got = solved(DETOUR, oracles.demands([(0, 2, 20.0)]), "max-throughput", mode="exact")
    loose = replace(
        got, dual=floats([1.0, 0.5, 2e-3]), capacity_bps=floats([3.0] * 3), load_bps=floats([3.0, 2.9, 2.9])
    )
    assert loose.explain().link.tolist() == [0, 1]
    full = replace(loose, load_bps=floats([3.0, 2.9, 3.0]))
    assert full.explain().link.tolist() == [0, 1, 2]


@pytest.mark.parametrize("engine", ["paths", "trees"])
@pytest.mark.parametrize(
    ("links", "asked", "price"),
    [
        ([(0, 1, 3.0)], [(0, 1, 9.0)], [1.0]),
        ([(0, 1, 3.0), (1, 2, 2.0)], [(0, 2, 9.0)], [0.0, 1.0]),
        ([(0, 1, 3.0), (0, 1, 2.0)], [(0, 1, np.inf)], [1.0, 1.0]),
    ],
)
def test_links_that_end_a_demand_have_the_price_and_not_its_limit(links, asked, price, engine: str) -> None:
    got = solved(oracles.network(3, links), oracles.demands(asked), "max-throughput", mode="exact", engine=engine)
    np.testing.assert_allclose(got.dual, price, atol=1e-5)
    assert len(got.explain().link) and got.status in ("optimal", "feasible")


def test_a_curve_that_reaches_beyond_its_demand_is_cut_there() -> None:
    """2 s up to 3 at a share of 1.5, and s: together 6 at a share of 3."""
    network = oracles.network(2, [(0, 1, 6.0)])
    asked = oracles.demands([(0, 1, 3.0), (0, 1, 9.0)], curves=[[(1.0, 2.0), (4.0, 8.0)], [(9.0, 9.0)]])
    got = solved(network, asked, "bandwidth-functions", mode="exact")
    np.testing.assert_allclose(got.rate_bps, [3.0, 3.0], rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"gap": 0.0}, "gap is 0.0"), ({"capacity_bps": floats([1.0])}, "capacity_bps has the shape"),
        ({"capacity_bps": floats([1.0, -1.0, 1.0])}, r"capacity_bps\[1\] is -1"),
        ({"alive": np.array([True])}, "alive has the shape"), ({"cost": [1.0]}, "cost has the shape"),
        ({"cost": [1.0, math.inf, 1.0]}, r"cost\[1\] is inf"), ({"objective": "ecmp"}, "ecmp routes a DemandSet"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_network_is_refused_in_words(options, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        route.solve(DETOUR, oracles.demands([(0, 2, 1.0)]), **{"objective": "min-cost", **options})
