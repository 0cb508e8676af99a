"""Max-min fair rates: against a sequence of linear programmes, and against what is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.kernel.graphs import f64, fat_tree, hosts_of, i32

from easterly._kernel.flow import max_min_rates

Row = dict[int, float]


def rates(rows: list[Row], capacity: list[float], weight: list[float] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Flows as dictionaries from link to share."""
    ptr = np.cumsum([0, *(len(r) for r in rows)]).astype(np.int64)
    link, share = [k for r in rows for k in r], [v for r in rows for v in r.values()]
    return max_min_rates(ptr, i32(link), f64(share), f64(capacity), f64(weight or [1.0] * len(rows)))


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Row], list[float], list[float]]:
    links = draw(st.integers(1, 5))
    share = st.sampled_from([1.0, 0.5, 0.25, 1 / 3])
    row = st.dictionaries(st.integers(0, links - 1), share, min_size=1, max_size=links)
    rows = draw(st.lists(row, min_size=1, max_size=7))
    capacity = draw(st.lists(st.sampled_from([1.0, 2.0, 5.0, 10.0]), min_size=links, max_size=links))
    weight = draw(st.lists(st.sampled_from([1.0, 2.0, 4.0]), min_size=len(rows), max_size=len(rows)))
    return rows, capacity, weight


def by_linear_programmes(rows: list[Row], capacity: list[float], weight: list[float]) -> np.ndarray:
    """Raise the lowest level as far as it goes, fix the flows that cannot rise further, repeat."""
    use = np.zeros((len(capacity), len(rows)))
    for f, row in enumerate(rows):
        for link, share in row.items():
            use[link, f] = share * weight[f]
    fixed: dict[int, float] = {}

    def solve(objective: list[float], floor: float | None) -> tuple[float, np.ndarray]:
        # Variables: the level of each flow, then the common level t of those that are still rising.
        n = len(rows)
        above = [[*(-1.0 if g == f else 0.0 for g in range(n)), 1.0] for f in range(n) if f not in fixed]
        table = np.vstack([np.hstack([use, np.zeros((len(capacity), 1))]), *([above] if above else [])])
        bounds = [(fixed.get(f, 0.0), fixed.get(f)) for f in range(n)] + [(floor or 0.0, None)]
        slack = [c * (1 + 1e-11) for c in capacity]
        answer = linprog(objective, A_ub=table, b_ub=slack + [0.0] * len(above), bounds=bounds, method="highs")
        assert answer.status == 0, answer.message
        return float(answer.fun), answer.x

    while len(fixed) < len(rows):
        level = -solve([0.0] * len(rows) + [-1.0], None)[0]
        for f in [f for f in range(len(rows)) if f not in fixed]:
            best = -solve([-1.0 if g == f else 0.0 for g in range(len(rows))] + [0.0], level * (1 - 1e-10))[0]
            if best <= level * (1 + 1e-6):
                fixed[f] = level
    return np.array([fixed[f] * weight[f] for f in range(len(rows))])


@given(problems())
def test_rates_equal_the_sequence_of_linear_programmes(problem: tuple[list[Row], list[float], list[float]]) -> None:
    np.testing.assert_allclose(rates(*problem)[0], by_linear_programmes(*problem), rtol=1e-6)


@given(problems(), st.randoms(use_true_random=False))
def test_order_changes_no_bit(problem: tuple[list[Row], list[float], list[float]], random) -> None:  # type: ignore[no-untyped-def]
    rows, capacity, weight = problem
    order = list(range(len(rows)))
    random.shuffle(order)
    rate, binds = rates(rows, capacity, weight)
    again, binds_again = rates([rows[f] for f in order], capacity, [weight[f] for f in order])
    np.testing.assert_array_equal(again, rate[order])
    np.testing.assert_array_equal(binds_again, binds[order])


@given(problems())
def test_every_flow_has_a_full_link_on_which_none_has_more(problem: tuple[list[Row], list[float], list[float]]) -> None:
    """Bertsekas & Gallager 1992, section 6.5.2: what makes an allocation max-min fair."""
    rows, capacity, weight = problem
    rate, binds = rates(rows, capacity, weight)
    load = np.zeros(len(capacity))
    for row, r in zip(rows, rate, strict=True):
        for link, share in row.items():
            load[link] += share * r
    assert (load <= np.array(capacity) * (1 + 1e-9)).all()
    for f, row in enumerate(rows):
        link = int(binds[f])
        assert link in row
        assert load[link] == pytest.approx(capacity[link], rel=1e-9)
        others = [rate[g] / weight[g] for g, other in enumerate(rows) if link in other]
        assert rate[f] / weight[f] >= max(others) * (1 - 1e-9)


@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_parking_lot(n: int) -> None:
    """A long flow over n links and a short one on each: max-min gives every one of them half."""
    rate, _ = rates([dict.fromkeys(range(n), 1.0), *({i: 1.0} for i in range(n))], [10.0] * n)
    np.testing.assert_array_equal(rate, 5.0)


def test_textbook_example() -> None:
    """Three flows on one link, one of which also crosses a link of capacity 2 that two others use."""
    rate, binds = rates([{0: 1.0}, {0: 1.0}, {0: 1.0, 1: 1.0}, {1: 1.0}], [8.0, 2.0])
    assert rate.tolist() == [3.5, 3.5, 1.0, 1.0]
    assert binds.tolist() == [0, 0, 1, 1]


def test_weights_share_in_proportion() -> None:
    assert rates([{0: 1.0}, {0: 1.0}], [9.0], [1.0, 2.0])[0].tolist() == [3.0, 6.0]


def test_a_share_of_a_flow_needs_a_share_of_the_link() -> None:
    assert rates([{0: 0.25, 1: 0.75}], [10.0, 10.0])[0].tolist() == pytest.approx([40 / 3])


def test_flows_without_links_and_links_without_limit() -> None:
    rate, binds = rates([{}, {0: 1.0}, {1: 1.0}], [np.inf, 0.0])
    assert rate.tolist() == [np.inf, np.inf, 0.0]
    assert binds.tolist() == [-1, -1, 1]


def test_a_permutation_on_a_fat_tree_runs_at_line_rate() -> None:
    """A fat-tree is rearrangeably non-blocking; even splitting gives every host its full rate at once."""
    tree, hosts = fat_tree(8), hosts_of(8)
    rows = tree.shares(hosts, np.roll(hosts, 37))
    np.testing.assert_allclose(rates(rows, [100.0] * tree.links)[0], 100.0, rtol=1e-12)
