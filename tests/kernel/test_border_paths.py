"""What does not fit the searches and cuts is refused at the border, by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.kernel.graphs import f64, i32

from easterly._kernel import cut, paths

BOTH = np.array([True, True])
BITS, ZERO = np.zeros(2, dtype=np.uint32), np.zeros(1, dtype=np.uint32)
LINKS: dict[str, Any] = {
    "n": 2, "src": i32([0, 1]), "dst": i32([1, 0]), "cost": f64([1, 1]), "transit": BOTH, "alive": BOTH,
}  # fmt: skip
PAIRS: dict[str, Any] = {**LINKS, "pair_src": i32([0]), "pair_dst": i32([1])}
EDGES: dict[str, Any] = {"n": 2, "a": i32([0]), "b": i32([1]), "transit": BOTH}
GOOD: dict[str, tuple[Any, dict[str, Any]]] = {
    "trees": (paths.trees, {**LINKS, "roots": i32([0]), "towards": True, "limit": 1.0}),
    "summary": (paths.summary, {**LINKS, "ends": BOTH}),
    "k_shortest": (paths.k_shortest, {**PAIRS, "k": 1}),
    "constrained": (paths.constrained, {**PAIRS, "group": BITS, "room": f64([1, 1]), "rate": f64([1]),
                                        "exclude": ZERO, "any": ZERO, "all": ZERO, "reserve": True}),
    "delay_bounded": (paths.delay_bounded, {**PAIRS, "delay": f64([1, 1]), "limit": f64([1]), "labels": 9}),
    "disjoint_pairs": (paths.disjoint_pairs, {**PAIRS, "nodes": True}),
    "risk_disjoint_pairs": (paths.risk_disjoint_pairs, {**PAIRS, "risk_ptr": np.array([0, 1, 2]),
                                                        "risk_idx": i32([0, 0]), "risks": 1, "budget": 9}),
    "max_flows": (cut.max_flows, {**PAIRS, "capacity": f64([1, 1]), "cuts": True, "flows": True}),
    "min_cost_flow": (cut.min_cost_flow, {**LINKS, "capacity": f64([1, 1]), "supply": f64([1, -1])}),
    "weak_points": (cut.weak_points, EDGES),
    "reliability": (cut.reliability, {"n": 2, "tail": i32([0]), "head": i32([1]), "ptr": np.array([0, 1]),
                                      "part": i32([0]), "up": f64([0.5]), "transit": BOTH, "terminals": i32([0, 1]),
                                      "states": 9, "samples": 9, "seed": 1}),
    "reduce": (cut.reduce, {**EDGES, "up": f64([0.5]), "fixed": BOTH[:1], "node_up": f64([1, 1]), "kept": BOTH}),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_good_arguments_are_taken(name: str) -> None:
    """The table below fails for the reason that it names, not for another."""
    function, given = GOOD[name]
    function(**given)


def test_every_function_is_tried() -> None:
    assert sorted(GOOD) == sorted([*paths.__all__, *cut.__all__])


WRONG: list[tuple[str, dict[str, Any], str]] = [
    *((name, {"n": -1}, "n is -1") for name in GOOD),
    *((name, {"src": i32([0, 2])}, r"src\[1\] is 2") for name, (_, given) in GOOD.items() if "src" in given),
    *(
        (name, {"pair_src": i32([2])}, r"pair_src\[0\] is 2")
        for name, (_, given) in GOOD.items()
        if "pair_src" in given
    ),
    *(
        (name, {"pair_dst": i32([])}, "pair_dst has 0 entries")
        for name, (_, given) in GOOD.items()
        if "pair_dst" in given
    ),
    ("trees", {"roots": i32([-1])}, r"roots\[0\] is -1"),
    ("trees", {"limit": np.nan}, "limit is nan"),
    ("summary", {"ends": BOTH[:1]}, "ends has 1 entries"),
    ("k_shortest", {"k": 0}, "k is 0"),
    ("constrained", {"group": ZERO}, "group has 1 entries"),
    ("constrained", {"room": f64([-1, 1])}, r"room\[0\] is -1"),
    ("constrained", {"rate": f64([np.inf])}, r"rate\[0\] is inf"),
    ("constrained", {"any": BITS}, "any has 2 entries"),
    ("delay_bounded", {"delay": f64([1, -1])}, r"delay\[1\] is -1"),
    ("delay_bounded", {"limit": f64([np.nan])}, r"limit\[0\] is nan"),
    ("delay_bounded", {"labels": 0}, "labels is 0"),
    ("risk_disjoint_pairs", {"risk_ptr": np.array([0, 2])}, "risk_ptr has 2 entries"),
    ("risk_disjoint_pairs", {"risk_ptr": np.array([0, 3, 2])}, r"risk_ptr\[2\] is 2, less"),
    ("risk_disjoint_pairs", {"risk_idx": i32([0, 1])}, r"risk_idx\[1\] is 1"),
    ("risk_disjoint_pairs", {"risks": -1}, "risks is -1"),
    ("risk_disjoint_pairs", {"budget": -1}, "budget is -1"),
    ("max_flows", {"capacity": f64([np.nan, 1])}, r"capacity\[0\] is nan"),
    ("min_cost_flow", {"supply": f64([np.inf, 1])}, r"supply\[0\] is inf"),
    ("min_cost_flow", {"capacity": f64([1])}, "capacity has 1 entries"),
    ("weak_points", {"b": i32([2])}, r"b\[0\] is 2"),
    ("weak_points", {"transit": BOTH[:1]}, "transit has 1 entries"),
    ("reliability", {"head": i32([2])}, r"head\[0\] is 2"),
    ("reliability", {"part": i32([1])}, r"part\[0\] is 1"),
    ("reliability", {"up": f64([1.5])}, r"up\[0\] is 1.5"),
    ("reliability", {"terminals": i32([])}, "terminals is empty"),
    ("reliability", {"states": -1}, "states is -1"),
    ("reliability", {"samples": -1}, "samples is -1"),
    ("reduce", {"fixed": BOTH}, "fixed has 2 entries"),
    ("reduce", {"node_up": f64([1, np.nan])}, r"node_up\[1\] is nan"),
    ("reduce", {"kept": BOTH[:1]}, "kept has 1 entries"),
]


@pytest.mark.parametrize(("name", "change", "says"), WRONG)
def test_what_does_not_fit_is_refused(name: str, change: dict[str, Any], says: str) -> None:
    function, given = GOOD[name]
    with pytest.raises(ValueError, match=says):
        function(**{**given, **change})
