"""Demands on few paths: feasible, never better than the mixed-integer optimum, and near it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.kernel.graphs import f64, i32

from easterly._kernel import allocate

highspy = pytest.importorskip("highspy", reason="HiGHS, the oracle, is not installed")


@dataclass(frozen=True)
class Posed:
    """Links (from, to, capacity) and demands (from, to, amount, weight), with every simple path of each demand."""

    n: int
    links: list[tuple[int, int, float]]
    asked: list[tuple[int, int, float, float]]

    def paths(self) -> list[tuple[int, list[int]]]:
        """(demand, links) of every simple path over links with capacity."""
        made = nx.MultiDiGraph()
        made.add_nodes_from(range(self.n))
        made.add_edges_from((a, b, row) for row, (a, b, c) in enumerate(self.links) if c > 0)
        return [
            (k, [edge[2] for edge in path])
            for k, (a, b, _, _) in enumerate(self.asked)
            if a != b
            for path in nx.all_simple_edge_paths(made, a, b)
        ]


class Programme:
    """Rates of all simple paths, as a linear or mixed-integer programme for HiGHS."""

    def __init__(self, posed: Posed, most: int | None, whole: bool, least_use: bool) -> None:
        self.posed, self.paths = posed, posed.paths()
        h = highspy.Highs()
        h.setOptionValue("output_flag", False)
        inf = highspy.kHighsInf
        amount, weight = [a[2] for a in posed.asked], [a[3] for a in posed.asked]
        served = sorted({k for k, _ in self.paths})
        x = [h.addVariable(0, inf, 0.0 if least_use else -weight[k]) for k, _ in self.paths]
        use = h.addVariable(0, inf, 1.0) if least_use else None
        for row, (_, _, capacity) in enumerate(posed.links):
            over = [x[p] for p, (_, links) in enumerate(self.paths) if row in links]
            if over:
                h.addConstr(sum(over) <= capacity * use if least_use else sum(over) <= capacity)
        for k in served:
            own = [p for p, (demand, _) in enumerate(self.paths) if demand == k]
            total = sum(x[p] for p in own)
            if least_use:
                h.addConstr(total == amount[k])
            elif whole:
                h.addConstr(total == amount[k] * h.addBinary())
            else:
                h.addConstr(total <= amount[k])
            if most is not None:
                on = [h.addBinary() for _ in own]
                h.addConstr(sum(on) <= most)
                for p, y in zip(own, on, strict=True):
                    h.addConstr(x[p] <= amount[k] * y)
        h.run()
        found = np.array(h.getSolution().col_value)
        self.rate = np.maximum(found[[v.index for v in x]], 0.0) if x else np.empty(0)
        self.value = abs(h.getInfo().objective_function_value)


def split(posed: Posed, verb, start: Programme, most: int, *, whole: bool = False, rounds: int = 3):
    """Demand, links and rate of each path, of every round."""
    src, dst, capacity = (list(c) for c in zip(*posed.links, strict=True))
    a, b, amount, weight = (list(c) for c in zip(*posed.asked, strict=True))
    ptr = np.cumsum([0, *(len(links) for _, links in start.paths)], dtype=np.int64)
    for turn in range(rounds):
        demand, at, link, rate = verb(
            posed.n, i32(src), i32(dst), np.ones(len(src)), np.ones(posed.n, dtype=bool), np.ones(len(src), dtype=bool),
            f64(capacity), i32(a), i32(b), f64(amount), f64(weight), i32([k for k, _ in start.paths]), ptr,
            i32([x for _, links in start.paths for x in links]), f64(start.rate), most, whole, 7, turn,
        )  # fmt: skip
        yield [
            (k, link[i:j].tolist(), r)
            for k, (i, j), r in zip(demand.tolist(), pairwise(at.tolist()), rate.tolist(), strict=True)
        ]


def check_paths(posed: Posed, found, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Rates of demands and loads of links, of paths that lead where they should and are few enough."""
    rate, load = np.zeros(len(posed.asked)), np.zeros(len(posed.links))
    for k, links, r in found:
        at = posed.asked[k][0]
        for row in links:
            assert posed.links[row][0] == at and posed.links[row][2] > 0
            at = posed.links[row][1]
        assert at == posed.asked[k][1] and r > 0
        rate[k] += r
        load[links] += r
    assert max((sum(k == other for other, _, _ in found) for k, _, _ in found), default=0) <= most
    return rate, load


@st.composite
def problems(draw: st.DrawFn) -> Posed:
    n = draw(st.integers(2, 5))
    node = st.integers(0, n - 1)
    width = st.sampled_from([0.0, 1.0, 2.0, 3.0])
    links = draw(st.lists(st.tuples(node, node, width).filter(lambda e: e[0] != e[1]), min_size=1, max_size=9))
    size, weight = st.sampled_from([0.0, 0.5, 1.0, 1.5, 4.0]), st.sampled_from([1.0, 3.0])
    asked = draw(st.lists(st.tuples(node, node, size, weight), min_size=1, max_size=6))
    return Posed(n, links, asked)


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(1, 3), st.booleans())
def test_throughput_is_feasible_and_never_above_the_optimum(posed: Posed, most: int, whole: bool) -> None:
    free, best = Programme(posed, None, False, False), Programme(posed, most, whole, False)
    for found in split(posed, allocate.split_throughput, free, most, whole=whole):
        rate, load = check_paths(posed, found, most)
        amount, weight = np.array([a[2] for a in posed.asked]), np.array([a[3] for a in posed.asked])
        assert (load <= np.array([c for _, _, c in posed.links]) * (1 + 1e-12)).all()
        assert (rate <= amount * (1 + 1e-12)).all()
        if whole:
            assert all(r == 0 or r >= a * (1 - 1e-11) for r, a in zip(rate, amount, strict=True))
        assert weight @ rate <= best.value * (1 + 1e-6) + 1e-6
        assert best.value <= free.value * (1 + 1e-6) + 1e-6


@settings(max_examples=60, deadline=None)
@given(problems(), st.integers(1, 3))
def test_utilisation_serves_all_and_is_never_below_the_optimum(posed: Posed, most: int) -> None:
    free = Programme(posed, None, False, True)
    best = Programme(posed, most, False, True)
    for found in split(posed, allocate.split_utilisation, free, most):
        rate, load = check_paths(posed, found, most)
        for k, r in enumerate(rate):
            assert_allclose(r, posed.asked[k][2] if any(k == p for p, _ in free.paths) else 0.0, rtol=1e-9)
        some = load > 0
        use = (load[some] / np.array([c for _, _, c in posed.links])[some]).max(initial=0.0)
        assert best.value * (1 - 1e-6) - 1e-6 <= use


def seeded(seed: int) -> Posed:
    rng = np.random.default_rng(seed)
    n, pairs = 6, rng.permutation(30)[:14]
    links = [(a, b, float(rng.integers(2, 9))) for a in range(n) for b in range(n) if a != b and rng.random() < 0.5]
    asked = [(int(p // 5), int((p // 5 + 1 + p % 5) % n), float(rng.integers(1, 6)), 1.0) for p in pairs]
    return Posed(n, links, asked)


@pytest.mark.no_cover
@pytest.mark.parametrize(("most", "whole"), [(1, False), (2, False), (1, True)])
def test_throughput_is_near_the_optimum_on_the_mean(most: int, whole: bool) -> None:
    ratio = []
    for seed in range(12):
        posed = seeded(seed)
        free, best = Programme(posed, None, False, False), Programme(posed, most, whole, False)
        ratio.append(
            max(sum(r for _, _, r in f) for f in split(posed, allocate.split_throughput, free, most, whole=whole))
            / best.value
        )
    assert np.mean(ratio) >= 0.97


@pytest.mark.parametrize("most", [1, 2])
def test_utilisation_is_near_the_optimum_on_the_mean(most: int) -> None:
    ratio = []
    for seed in range(12):
        posed = seeded(seed)
        free, best = Programme(posed, None, False, True), Programme(posed, most, False, True)
        use = [
            max(check_paths(posed, f, most)[1] / [c for _, _, c in posed.links])
            for f in split(posed, allocate.split_utilisation, free, most)
        ]
        ratio.append(best.value / min(use))
    assert np.mean(ratio) >= 0.97
