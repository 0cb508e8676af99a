"""Passes over lists of paths, against the same written out in loops."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.graphs import f64, i32

from easterly._kernel import allocate

LINKS = 6


def i64(values: Any) -> np.ndarray[Any, Any]:
    return np.array(values, dtype=np.int64)


@st.composite
def lists(draw: st.DrawFn) -> tuple[list[list[int]], list[float]]:
    """Paths of distinct links, and a rate for each."""
    ways = draw(st.lists(st.permutations(range(LINKS)).flatmap(lambda p: st.integers(0, LINKS).map(lambda n: p[:n]))))
    rates = st.sampled_from([0.0, 1.0, 3.0, 0.1, 1e-9])
    return ways, draw(st.lists(rates, min_size=len(ways), max_size=len(ways)))


def columns(ways: list[list[int]]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    return i64(np.cumsum([0, *map(len, ways)])), i32([link for way in ways for link in way])


@given(lists())
def test_loads_and_least(case: tuple[list[list[int]], list[float]]) -> None:
    ways, rate = case
    load, value = [0.0] * LINKS, [5.0, -1.0, 2.0, 0.0, np.inf, 3.0]
    for way, carried in zip(ways, rate, strict=True):
        for link in way:
            load[link] += carried
    assert allocate.path_loads(LINKS, *columns(ways), f64(rate)).tolist() == load
    least = allocate.path_least(*columns(ways), f64(value))
    assert least.tolist() == [min((value[link] for link in way), default=np.inf) for way in ways]


@given(lists(), st.data())
def test_pick(case: tuple[list[list[int]], list[float]], data: st.DataObject) -> None:
    ways, _ = case
    chosen = data.draw(st.lists(st.integers(0, len(ways) - 1))) if ways else []
    name = [10, 11, -1, 13, 14, 15]
    ptr, link = allocate.path_pick(i64(chosen), *columns(ways), i32(name))
    assert np.diff(ptr).tolist() == [len(ways[p]) for p in chosen]
    assert link.tolist() == [name[at] for p in chosen for at in ways[p]]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([-1.0, 0.0, 1e-9, 1e-3, 0.5, 1.0, 2.0]))))
def test_sweep(paths: list[tuple[int, float]]) -> None:
    row, rate = [r for r, _ in paths], [max(x, 0.0) for _, x in paths]
    wanted = list(rate)
    for r in set(row):
        own = [p for p in range(len(row)) if row[p] == r]
        largest = max(own, key=lambda p: (rate[p], -p))
        dust = [p for p in own if p != largest and rate[p] <= 1e-6 * sum(rate[q] for q in own)]
        wanted[largest] += sum(rate[p] for p in dust)
        for p in dust:
            wanted[p] = 0.0
    assert allocate.path_sweep(4, i32(row), f64([x for _, x in paths]), 1e-6).tolist() == wanted


@given(lists(), st.data())
def test_shares(case: tuple[list[list[int]], list[float]], data: st.DataObject) -> None:
    ways, _ = case
    flow = sorted(data.draw(st.lists(st.integers(0, 4), min_size=len(ways), max_size=len(ways))))
    rate = [float(p + 1) for p in range(len(ways))]
    total = [sum(r for r, f in zip(rate, flow, strict=True) if f == of) for of in range(5)]
    ptr, link, share = allocate.path_shares(LINKS, i32(flow), *columns(ways), f64(rate), f64(total))
    for of in range(5):
        mine = [p for p in range(len(ways)) if flow[p] == of]
        got = slice(ptr[of], ptr[of + 1])
        if len(mine) == 1:
            assert link[got].tolist() == list(ways[mine[0]])
            assert share[got].tolist() == [1.0] * len(ways[mine[0]])
            continue
        sums: defaultdict[int, float] = defaultdict(float)
        for p in mine:
            for at in ways[p]:
                sums[at] += rate[p]
        assert link[got].tolist() == sorted(sums)
        assert share[got].tolist() == [sums[at] / total[of] for at in sorted(sums)]


PATHS: dict[str, Any] = {"ptr": i64([0, 1, 2]), "link": i32([0, 1])}
VERBS: dict[str, dict[str, Any]] = {
    "path_loads": {"n_links": 2, **PATHS, "rate": f64([1, 1])},
    "path_least": {**PATHS, "value": f64([1, 1])},
    "path_pick": {"path": i64([0]), **PATHS, "name": i32([0, 1])},
    "path_sweep": {"n_rows": 1, "row": i32([0, 0]), "rate": f64([1, 1]), "dust": 0.1},
    "path_shares": {"n_links": 2, "flow": i32([0, 0]), **PATHS, "rate": f64([1, 1]), "total": f64([2])},
}


@pytest.mark.parametrize(
    ("verb", "change", "says"),
    [
        *((verb, {"link": i32([0, 2])}, r"link\[1\] is 2") for verb in VERBS if "link" in VERBS[verb]),
        *((verb, {"ptr": i64([0, 2, 1])}, "ptr must run") for verb in VERBS if "ptr" in VERBS[verb]),
        *((verb, {"rate": f64([1])}, "rate has 1 entries") for verb in VERBS if "rate" in VERBS[verb]),
        ("path_loads", {"n_links": -1}, "n_links is -1"),
        ("path_pick", {"path": i64([2])}, r"path\[0\] is 2"),
        ("path_sweep", {"row": i32([0, 1])}, r"row\[1\] is 1"),
        ("path_sweep", {"n_rows": -1}, "n_rows is -1"),
        ("path_shares", {"flow": i32([1, 0]), "total": f64([1, 1])}, "less than the entry before"),
        ("path_shares", {"flow": i32([0, 1])}, r"flow\[1\] is 1"),
        ("path_shares", {"n_links": -1}, "n_links is -1"),
    ],
)
def test_what_does_not_fit_is_refused(verb: str, change: dict[str, Any], says: str) -> None:
    getattr(allocate, verb)(**VERBS[verb])
    with pytest.raises(ValueError, match=says):
        getattr(allocate, verb)(**{**VERBS[verb], **change})
