"""What does not fit is refused at the border, with the name of the argument and what was wrong with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.kernel.graphs import f64, i32

from easterly._kernel import flow, graph, maths, random

BOTH = np.array([True, True])
LINKS: dict[str, Any] = {
    "n": 2, "src": i32([0, 1]), "dst": i32([1, 0]), "cost": f64([1, 1]), "transit": BOTH, "alive": BOTH,
}  # fmt: skip
FLOWS: dict[str, Any] = {"weight": f64([1, 1]), "flow_src": i32([0]), "flow_dst": i32([1])}
LOADS: dict[str, Any] = {**FLOWS, "amount": f64([1]), "group": i32([0]), "n_groups": 1}
SPREAD: dict[str, Any] = {
    **FLOWS, "node_seed": i32([0, 0]), "flow_amount": f64([1]), "connections": i32([1]), "told": i32([7]),
    "flow_phase": i32([0]), "n_phases": 1, "capacity": f64([[1, 1]]), "seed": 1, "draws": 1,
}  # fmt: skip
FILL: dict[str, Any] = {
    "ptr": np.array([0, 1]), "link": i32([0]), "share": f64([1]), "capacity": f64([1]), "weight": f64([1]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"n": -1}, "n is -1"),
        ({"n": 1}, "transit has 2 entries, not one per node"),
        ({"src": i32([0, 2])}, r"src\[1\] is 2, not within 0..1"),
        ({"dst": i32([-1, 0])}, r"dst\[0\] is -1"),
        ({"dst": i32([0])}, "dst has 1 entries, not one per link"),
        ({"cost": f64([1, np.nan])}, r"cost\[1\] is nan"),
        ({"cost": f64([-1, 1])}, r"cost\[0\] is -1"),
        ({"cost": f64([np.inf, 1])}, r"cost\[0\] is inf"),
        ({"alive": np.array([True])}, "alive has 1 entries"),
        ({"sources": i32([5])}, r"sources\[0\] is 5"),
    ],
)
def test_distances_refuses(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        graph.distances(**{**LINKS, "sources": i32([0]), **change})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"weight": f64([1])}, "weight has 1 entries"),
        ({"weight": f64([1, 0])}, r"weight\[1\] is 0"),
        ({"flow_src": i32([2])}, r"flow_src\[0\] is 2"),
        ({"flow_dst": i32([0, 1])}, "flow_dst has 2 entries, not one per flow"),
    ],
)
def test_shares_refuses(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        graph.ecmp_shares(**{**LINKS, **FLOWS, **change})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"amount": f64([-1])}, r"amount\[0\] is -1"),
        ({"amount": f64([])}, "amount has 0 entries"),
        ({"group": i32([1])}, r"group\[0\] is 1"),
        ({"n_groups": -1}, "n_groups is -1"),
    ],
)
def test_loads_refuses(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        graph.ecmp_loads(**{**LINKS, **LOADS, **change})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"node_seed": i32([1])}, "node_seed has 1 entries"),
        ({"connections": i32([0])}, "connections must be at least 1, not 0"),
        ({"told": i32([8])}, r"told\[0\] is 8"),
        ({"told": i32([])}, "told has 0 entries"),
        ({"flow_phase": i32([1])}, r"flow_phase\[0\] is 1"),
        ({"flow_amount": f64([np.nan])}, r"flow_amount\[0\] is nan"),
        ({"capacity": f64([[1, 1], [0, 1]])}, r"capacity\[2\] is 0"),
        ({"capacity": f64([[1], [1]])}, "capacity has 1 entries, not one per link"),
        ({"n_phases": -1}, "n_phases is -1"),
        ({"draws": 0}, "draws is 0"),
    ],
)
def test_spread_refuses(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        graph.hashed_spread(**{**LINKS, **SPREAD, **change})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ptr": np.array([0, 2])}, "ptr must run from 0"),
        ({"ptr": np.array([], dtype=np.int64)}, "ptr must run from 0"),
        ({"ptr": np.array([0, 2, 1]), "weight": f64([1, 1])}, r"ptr\[2\] is 1, less"),
        ({"link": i32([1])}, r"link\[0\] is 1"),
        ({"share": f64([0])}, r"share\[0\] is 0"),
        ({"share": f64([1, 1])}, "share has 2 entries"),
        ({"capacity": f64([-1])}, r"capacity\[0\] is -1"),
        ({"weight": f64([])}, "weight has 0 entries"),
    ],
)
def test_rates_refuses(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        flow.max_min_rates(**{**FILL, **change})


def test_maths_and_random_refuse() -> None:
    with pytest.raises(ValueError, match="y has 1 entries, not one per entry of x"):
        maths.pow(f64([1, 2]), f64([1]))
    with pytest.raises(ValueError, match="count is -1"):
        random.uniform(np.array([1], dtype=np.uint64), -1)


@pytest.mark.parametrize("wrong", [np.array([0, 1]), f64([0, 1]), i32([[0], [1]]), i32([0, 9, 1, 9])[::2]])
def test_arrays_of_another_type_or_shape_are_not_converted_in_silence(wrong: Any) -> None:
    """64-bit numbers do not fit, floats would be cut off, strides would be copied."""
    with pytest.raises(TypeError, match="incompatible function arguments"):
        graph.distances(**{**LINKS, "sources": i32([0]), "src": wrong})


def test_good_arguments_are_taken() -> None:
    """The tables above fail for the reason they name, not for another."""
    assert graph.distances(**LINKS, sources=i32([0])).tolist() == [[0, 1]]
    assert graph.ecmp_shares(**LINKS, **FLOWS)[1].tolist() == [0]
    assert graph.ecmp_loads(**LINKS, **LOADS).tolist() == [[1, 0]]
    assert [c[0, 0] for c in graph.hashed_spread(**LINKS, **SPREAD)] == [1, 1, 1, 0, 0]
    assert flow.max_min_rates(**FILL)[0].tolist() == [1]


def test_read_only_columns_are_taken() -> None:
    for value in LINKS.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    assert graph.distances(**LINKS, sources=i32([0])).tolist() == [[0, 1]]
