"""Orders and earliest times of graphs of events, against networkx and against recursion."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly._kernel.dag import earliest, order

Lists = list[list[int]]


def csr(rows: Lists) -> tuple[np.ndarray, np.ndarray]:
    return np.cumsum([0, *map(len, rows)]).astype(np.int64), np.array([p for row in rows for p in row], dtype=np.int32)


@st.composite
def acyclic(draw: st.DrawFn) -> Lists:
    """Predecessors with lower numbers."""
    count = draw(st.integers(1, 14))
    return [draw(st.lists(st.integers(0, e - 1), max_size=3)) if e else [] for e in range(count)]


@st.composite
def any_graph(draw: st.DrawFn) -> Lists:
    count = draw(st.integers(1, 9))
    return draw(st.lists(st.lists(st.integers(0, count - 1), max_size=2), min_size=count, max_size=count))


def digraph(rows: Lists) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(rows)))
    graph.add_edges_from((p, e) for e, row in enumerate(rows) for p in row)
    return graph


@given(any_graph())
def test_order_leaves_out_what_is_on_or_behind_a_cycle(rows: Lists) -> None:
    graph = digraph(rows)
    stuck = {e for part in nx.strongly_connected_components(graph) if len(part) > 1 for e in part}
    stuck |= set(nx.nodes_with_selfloops(graph))
    stuck |= {e for s in stuck for e in nx.descendants(graph, s)}
    found = order(*csr(rows)).tolist()
    assert sorted(found) == sorted(set(range(len(rows))) - stuck)
    place = {e: i for i, e in enumerate(found)}
    assert all(place[p] < place[e] for e in found for p in rows[e])


@given(acyclic(), st.randoms(use_true_random=False))
def test_order_is_by_depth_then_by_number(rows: Lists, random) -> None:
    names = list(range(len(rows)))
    random.shuffle(names)
    renamed: Lists = [[] for _ in rows]
    for e, row in enumerate(rows):
        renamed[names[e]] = [names[p] for p in row]
    depth: list[int] = []
    for row in rows:
        depth.append(1 + max((depth[p] for p in row), default=-1))
    wanted = sorted(range(len(rows)), key=lambda e: (depth[names.index(e)], e))
    assert order(*csr(renamed)).tolist() == wanted


times = st.sampled_from([0.0, 0.5, 1.0, 3.0])


@given(acyclic(), st.data())
def test_finish_is_the_longest_way(rows: Lists, data: st.DataObject) -> None:
    count = len(rows)
    at, delay, duration = (
        np.array(data.draw(st.lists(times, min_size=count, max_size=count))) for _ in range(3)
    )  # fmt: skip
    # One arc for waiting until `at`, one per predecessor with its delay and the event's own time.
    graph = nx.DiGraph()
    for e, row in enumerate(rows):
        graph.add_edge("begin", e, weight=max(at[e], delay[e]) + duration[e])
        for p in row:
            graph.add_edge(p, e, weight=delay[e] + duration[e])
    start, finish = earliest(*csr(rows), at, delay, duration)
    assert (finish - start).tolist() == duration.tolist()
    assert finish.max() == pytest.approx(nx.dag_longest_path_length(graph, weight="weight"))


def test_infinite_events_never_end() -> None:
    rows: Lists = [[], [0], []]
    zero = np.zeros(3)
    start, finish = earliest(*csr(rows), zero, zero, np.array([np.inf, 1.0, 2.0]))
    assert start.tolist() == [0, np.inf, 0] and finish.tolist() == [np.inf, np.inf, 2]


def test_no_events() -> None:
    none = np.zeros(0)
    assert len(order(*csr([]))) == 0 and len(earliest(*csr([]), none, none, none)[0]) == 0


@pytest.mark.parametrize(
    "rows, times, says",
    [
        ([[], [1]], [0, 0], r"idx\[0\] is 1, not before its event 1"),
        ([[], [2]], [0, 0], r"idx\[0\] is 2, not within 0..1"),
        ([[], [-1]], [0, 0], r"idx\[0\] is -1"),
        ([[], [0]], [0], "at has 1 entries, not one per event"),
        ([[], [0]], [0, -1], r"at\[1\] is -1"),
        ([[], [0]], [0, np.nan], r"at\[1\] is nan"),
    ],
)
def test_earliest_refuses(rows: Lists, times: list[float], says: str) -> None:
    column = np.array(times, dtype=float)
    with pytest.raises(ValueError, match=says):
        earliest(*csr(rows), column, column, column)


def test_order_refuses_a_pointer_that_falls() -> None:
    with pytest.raises(ValueError, match=r"ptr\[2\] is 0"):
        order(np.array([0, 1, 0, 1]), np.array([0], dtype=np.int32))
