"""Trees of weights: shares of tenants and their classes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest import approx
from tests.qos.scheduling.loads import rates_bps

from easterly.qos.scheduling import WeightedClass, drr, shares, weighted, wf2q_plus

G = 10**9
TENANTS = weighted(
    [
        WeightedClass("red", 3),
        WeightedClass("blue", 1),
        WeightedClass("red/train", 2, "red"),
        WeightedClass("red/store", 1, "red"),
        WeightedClass("blue/all", 1, "blue"),
        WeightedClass("control", 1, priority=-1, ceil_bps=5 * G),
    ]
)


@pytest.mark.parametrize(
    ("busy", "wanted"),
    [
        (["red/train", "red/store", "blue/all"], {"red/train": 50, "red/store": 25, "blue/all": 25}),
        (["red/store", "blue/all"], {"red/store": 75, "blue/all": 25}),
        (["red/train", "red/store"], {"red/train": 200 / 3, "red/store": 100 / 3}),
        ({"red/train": 10e9, "red/store": 1e12, "blue/all": 40e9}, {"red/train": 10, "red/store": 65, "blue/all": 25}),
        (["red/train", "control"], {"red/train": 95, "control": 5}),
        ([], {}),
    ],
)
def test_tenants_then_classes(busy: list[str], wanted: dict[str, float]) -> None:
    got = shares(TENANTS, busy, link_bps=100 * G)
    assert got == approx({name: wanted.get(name, 0.0) * G for name in got})


@given(
    weight=st.lists(st.integers(1, 20), min_size=2, max_size=5),
    offers=st.lists(st.integers(1, 80), min_size=5, max_size=5),
)
def test_flat_weights_are_max_min_fair(weight: list[int], offers: list[int]) -> None:
    """Against filling in fractions, from the least offer over weight up."""
    tree = weighted([WeightedClass(str(i), w) for i, w in enumerate(weight)])
    order = sorted(range(len(weight)), key=lambda i: Fraction(offers[i], weight[i]))
    left, total, wanted = Fraction(100), sum(weight), {}
    for i in order:
        wanted[str(i)] = min(Fraction(offers[i]), left * weight[i] / total)
        left, total = left - wanted[str(i)], total - weight[i]
    got = shares(tree, {str(i): offers[i] for i in range(len(weight))}, link_bps=100)
    assert got == approx({name: float(rate) for name, rate in wanted.items()})


@pytest.mark.parametrize("rule", ["drr", "wf2q+"])
@pytest.mark.parametrize("offers", [[95, 95, 95], [10, 95, 95], [95, 20, 15]])
def test_packets_get_what_the_fluid_says(rule: str, offers: list[int]) -> None:
    weight = [5, 3, 2]
    made = drr([1500 * w for w in weight]) if rule == "drr" else wf2q_plus(weight, link_bps=10**8)
    sent = rates_bps(made, {i: o * 1e6 for i, o in enumerate(offers)}, 10**8)
    tree = weighted([WeightedClass(str(i), w) for i, w in enumerate(weight)])
    wanted = shares(tree, {str(i): o * 1e6 for i, o in enumerate(offers)}, link_bps=1e8)
    assert [sent[i] for i in range(3)] == approx(list(wanted.values()), rel=0.01)


@pytest.mark.parametrize(
    ("classes", "says"),
    [
        ([], "empty"),
        ([WeightedClass("a", 0)], "weight is 0"),
        ([WeightedClass("a", ceil_bps=0)], "ceil_bps is 0"),
        ([WeightedClass("a"), WeightedClass("a")], "two classes"),
    ],
)
def test_impossible_trees_are_refused(classes: list[WeightedClass], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        weighted(classes)


def test_a_fluid_needs_a_link() -> None:
    with pytest.raises(ValueError, match="give link_bps"):
        shares(TENANTS, ["red/train"])
    with pytest.raises(ValueError, match="above 0"):
        shares(TENANTS, ["red/train"], link_bps=0)
