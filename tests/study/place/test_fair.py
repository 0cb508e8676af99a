"""Dominant-resource fairness against its paper, sequences of linear programmes, and its own promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from easterly.study.place.fair import Claims, divisible, most_throughput, whole

PAPER = Claims.of([9, 18], [[1, 4], [3, 1]])

claims = st.integers(1, 4).flatmap(
    lambda tenants: st.integers(1, 3).flatmap(
        lambda kinds: st.tuples(
            st.lists(st.integers(5, 40), min_size=kinds, max_size=kinds),
            st.lists(st.lists(st.integers(0, 5), min_size=kinds, max_size=kinds).filter(any),
                     min_size=tenants, max_size=tenants),
            st.lists(st.integers(1, 4), min_size=tenants, max_size=tenants),
            st.lists(st.sampled_from([1.0, 2.0, 3.0, np.inf]), min_size=tenants, max_size=tenants),
        )
    )
).map(lambda c: Claims.of(c[0], c[1], weight=c[2], most=c[3]))  # fmt: skip


def by_programmes(c):
    """Max-min of weighted dominant shares, lexicographically: raise all, fix those that cannot rise, again."""
    tenants = len(c.demand)
    pace = c.dominant / c.weight
    fixed = {}
    while len(fixed) < tenants:
        free = [t for t in range(tenants) if t not in fixed]
        level = _programme(c, pace, fixed, free, None)
        for t in free:
            if _programme(c, pace, fixed, [u for u in free if u != t], (t, level)) <= level * (1 + 1e-7) + 1e-9:
                fixed[t] = level
    return np.array([fixed[t] / pace[t] for t in range(tenants)])


def _programme(c, pace, fixed, raised, one):
    """Highest common level of some, or highest of one with the others at least at a level."""
    tenants, kinds = c.demand.shape
    low, high = np.zeros(tenants), np.array(c.most)
    for t, level in fixed.items():
        low[t] = level / pace[t] * (1 - 1e-9)
    rows = [np.append(c.demand[:, r], 0.0) for r in range(kinds)]
    limits = list(c.capacity)
    if one is None:
        for t in raised:
            row = np.zeros(tenants + 1)
            row[t], row[-1] = -pace[t], 1.0
            rows.append(row)
            limits.append(0.0)
        cost = np.append(np.zeros(tenants), -1.0)
    else:
        for t in raised:
            low[t] = one[1] / pace[t] * (1 - 1e-9)
        cost = np.append(np.zeros(tenants), 0.0)
        cost[one[0]] = -pace[one[0]]
    bounds = [*zip(np.minimum(low, high), high, strict=True), (0, None)]
    found = linprog(cost, A_ub=np.array(rows), b_ub=limits, bounds=bounds, method="highs")
    assert found.status == 0
    return -found.fun


def test_the_example_of_the_paper():
    """Ghodsi et al. 2011, section 4.1: three tasks of A, two of B; dominant shares of 2/3 both."""
    for found in (divisible(PAPER), whole(PAPER)):
        assert found.tasks.tolist() == pytest.approx([3, 2])
        assert found.share.tolist() == pytest.approx([2 / 3, 2 / 3])
        assert found.used.tolist() == pytest.approx([9, 14])
        assert not found.envy.any() and (found.incentive >= 0).all() and not found.wasted.any()


def test_the_weighted_form():
    """B with twice the weight: a third of the processors against 4/18 of the memory, 2 : 1, until one is full."""
    found = divisible(Claims.of([9, 18], [[1, 4], [3, 1]], weight=[1, 2]))
    assert found.share[1] == pytest.approx(2 * found.share[0])
    assert found.used[0] == pytest.approx(9)
    assert found.tasks.tolist() == pytest.approx([9 / 5, 12 / 5])  # x + 3 y = 9 with y = 4/3 x


@settings(max_examples=20)
@given(claims)
def test_filling_is_the_sequence_of_programmes(c):
    assert divisible(c).tasks.tolist() == pytest.approx(by_programmes(c).tolist(), rel=1e-5, abs=1e-6)


@settings(max_examples=20)
@given(claims)
def test_what_the_divisible_form_promises(c):
    found = divisible(c)
    assert (found.used <= c.capacity * (1 + 1e-9)).all() and (found.tasks <= c.most).all()
    assert found.envy.max() <= 1e-6 and found.incentive.min() >= -1e-6 and not found.wasted.any()


@settings(max_examples=20)
@given(claims)
def test_whole_tasks_fill_up_and_envy_at_most_one_task(c):
    """Envy of more than a task could not be: the other's last task would have been one's own."""
    found = whole(c)
    assert (found.used <= c.capacity * (1 + 1e-9)).all()
    assert (found.tasks == np.round(found.tasks)).all() and not found.wasted.any()
    if np.isinf(c.most).all() and (c.weight == c.weight[0]).all() and (c.demand > 0).all():
        assert found.envy.max() <= 1 + 1e-9


@settings(max_examples=20)
@given(claims, st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_most_throughput_is_the_programme_and_its_bound_holds(c, worth):
    value = np.array(worth[: len(c.weight)], dtype=float)
    found = most_throughput(c, value)
    exact = linprog(-value, A_ub=c.demand.T, b_ub=c.capacity, bounds=[(0, m) for m in c.most], method="highs")
    assert found.value == pytest.approx(-exact.fun, rel=1e-7)
    assert -exact.fun * (1 - 1e-9) <= found.bound <= -exact.fun * (1 + 1e-6)
    assert float(divisible(c).tasks @ value) <= found.bound * (1 + 1e-9)


def test_envy_is_seen_where_it_is():
    """All to B: A envies, and its share alone would have been better."""
    from easterly.base.columns import floats
    from easterly.study.place.fair import Division

    found = Division(PAPER, floats([1.0, 2.5]))
    assert found.envy[0, 1] == 0.0 and found.envy[1, 0] == 0.0  # B's memory would not run more of A's tasks
    unfair = Division(Claims.of([10.0], [[1.0], [1.0]]), floats([2.0, 8.0]))
    assert unfair.envy[0, 1] == pytest.approx(6.0) and unfair.incentive[0] == pytest.approx(-3.0)
    assert Division(Claims.of([10.0], [[1.0], [1.0]]), floats([2.0, 2.0])).wasted.all()


@pytest.mark.parametrize(
    ("words", "said"),
    [(([1.0], [[0.0]]), "at least one resource"), (([0.0], [[1.0]]), "capacity"), (([1.0, 1.0], [[1.0]]), "tenants by"),
     (([1.0], [[float("nan")]]), "at least one resource")],
)  # fmt: skip
def test_claims_that_are_none_are_refused(words, said):
    with pytest.raises(ValueError, match=said):
        Claims.of(*words)
    with pytest.raises(ValueError, match="weight"):
        Claims.of([1.0], [[1.0]], weight=[-1.0])
    with pytest.raises(ValueError, match="limits"):
        Claims.of([1.0], [[1.0]], most=[0.0])
