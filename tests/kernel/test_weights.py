"""Flows without circles, and forwarding by a table of weights."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.kernel.graphs import f64, i32

from easterly._kernel import graph

Link = tuple[int, int]


def balance(n: int, links: list[Link], rate) -> np.ndarray:
    net = np.zeros(n)
    for (a, b), r in zip(links, rate, strict=True):
        net[a] += r
        net[b] -= r
    return net


@given(st.data())
def test_circles_go_and_balances_stay(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 6))
    node = st.integers(0, n - 1)
    links = data.draw(st.lists(st.tuples(node, node), max_size=14))
    rates = [data.draw(st.lists(st.integers(0, 5), min_size=len(links), max_size=len(links))) for _ in range(2)]
    src, dst = i32([a for a, _ in links]), i32([b for _, b in links])
    rows = i32([*range(len(links))] * 2)
    ptr = np.array([0, len(links), 2 * len(links)], dtype=np.int64)
    left = graph.acyclic_rates(n, src, dst, ptr, rows, f64([*rates[0], *rates[1]])).reshape(2, -1)
    for before, after in zip(rates, left, strict=True):
        assert (after >= 0).all() and (after <= before).all()
        assert_allclose(balance(n, links, after), balance(n, links, before), atol=1e-12)
        used = nx.MultiDiGraph([link for link, r in zip(links, after, strict=True) if r > 0])
        assert nx.is_directed_acyclic_graph(used)


def test_a_path_across_a_circle_stays() -> None:
    """0-1-2-3 carries 1 and 1-2-1 another 2."""
    links = [(0, 1), (1, 2), (2, 1), (2, 3)]
    got = graph.acyclic_rates(
        4,
        i32([a for a, _ in links]),
        i32([b for _, b in links]),
        np.array([0, 4]),
        i32([0, 1, 2, 3]),
        f64([1, 3, 2, 1]),
    )
    assert got.tolist() == [1.0, 1.0, 0.0, 1.0]


SQUARE = [(0, 1), (1, 3), (0, 2), (2, 3), (1, 2)]


def swept(table: dict[int, float], dead: list[list[int]], flows: list[tuple[int, int, float]], capacity: float = 10.0):
    """Towards node 3 alone."""
    rows, count = sorted(table), len(SQUARE)
    ptr = np.cumsum([0, *map(len, dead)], dtype=np.int64)
    return graph.weighted_failures(
        4, i32([a for a, _ in SQUARE]), i32([b for _, b in SQUARE]), np.ones(count), np.ones(4, dtype=bool),
        np.ones(count, dtype=bool), i32([3]), np.array([0, len(rows)]), i32(rows), f64([table[r] for r in rows]),
        i32([f[0] for f in flows]), i32([f[1] for f in flows]), f64([f[2] for f in flows]), np.full(count, capacity),
        ptr, i32([x for d in dead for x in d]),
    )  # fmt: skip


def test_a_node_splits_over_what_is_left_and_drops_where_nothing_is() -> None:
    table = {0: 0.75, 2: 0.25, 1: 1.0, 4: 1.0, 3: 2.0}  # node 1 halves between 3 and 2
    load, sent, fits, ptr, lost, again = swept(table, [[], [0], [1], [3], [0, 2], [1, 4]], [(0, 3, 8.0), (2, 3, 1.0)])
    assert load.tolist() == [
        [6.0, 3.0, 2.0, 6.0, 3.0],
        [0.0, 0.0, 8.0, 9.0, 0.0],
        [6.0, 0.0, 2.0, 9.0, 6.0],
        [6.0, 3.0, 2.0, 0.0, 3.0],
        [0.0, 0.0, 0.0, 1.0, 0.0],
        [6.0, 0.0, 2.0, 3.0, 0.0],
    ]
    assert sent.tolist() == fits.tolist() == [9.0, 9.0, 9.0, 3.0, 1.0, 3.0]
    assert [lost[a:b].tolist() for a, b in pairwise(ptr)] == [[], [], [], [1], [0], []]
    assert again[0] == 0


def test_what_does_not_fit_is_slowed_down() -> None:
    _, sent, fits, *_ = swept({0: 0.75, 2: 0.25, 1: 1.0, 3: 1.0}, [[]], [(0, 3, 8.0)], capacity=3.0)
    assert sent.tolist() == [8.0] and fits.tolist() == [4.0]  # 6 on a link of 3, as the sender sees it


def test_without_a_table_or_a_row_nothing_has_a_way_and_a_node_reaches_itself() -> None:
    _, sent, _, _, lost, _ = swept({1: 1.0}, [[]], [(0, 3, 1.0), (0, 2, 1.0), (2, 2, 5.0)])
    assert sent.tolist() == [5.0] and lost.tolist() == [0, 1]


def test_links_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        graph.weighted_failures(
            3, i32([0, 1]), i32([1, 0]), np.ones(2), np.ones(3, dtype=bool), np.ones(2, dtype=bool), i32([2]),
            np.array([0, 2]), i32([0, 1]), np.ones(2), i32([]), i32([]), f64([]), np.ones(2), np.array([0]), i32([]),
        )  # fmt: skip
