"""Equal-cost multipath under failures: every case as if it were the only one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.kernel.graphs import Case, cases, f64, fat_tree, hosts_of, i32

from easterly._kernel import graph

SQUARE = Case.of(4, [(0, 1, 1.0), (1, 3, 1.0), (0, 2, 1.0), (2, 3, 1.0), (0, 3, 5.0)])


def swept(case: Case, flows: list[tuple[int, int, float]], dead: list[list[int]], capacity: list[float]):
    """Loads, what fits, what is lost and how many flows were placed again, per set of dead links."""
    src, dst, amount = (list(c) for c in zip(*flows, strict=True)) if flows else ([], [], [])
    ptr = np.cumsum([0, *map(len, dead)], dtype=np.int64)
    load, sent, fits, at, lost, again = graph.ecmp_failures(
        *case.arrays, case.even, i32(src), i32(dst), f64(amount), f64(capacity), ptr, i32([x for d in dead for x in d])
    )
    return load, (sent, fits), [lost[a:b].tolist() for a, b in pairwise(at)], again


@given(st.data())
def test_each_case_is_what_routing_anew_gives(data: st.DataObject) -> None:
    case = data.draw(cases(zero_cost=True))
    node, link = st.integers(0, case.n - 1), st.integers(0, max(case.links - 1, 0))
    flows = data.draw(st.lists(st.tuples(node, node, st.sampled_from([0.0, 1.0, 2.5])), max_size=12))
    dead = data.draw(st.lists(st.lists(link, max_size=4), max_size=6)) if case.links else [[]]
    capacity = data.draw(st.lists(st.sampled_from([0.0, 1.0, 3.0, np.inf]), min_size=case.links, max_size=case.links))
    load, (sent, fits), lost, _ = swept(case, flows, dead, capacity)
    for row, links in enumerate(dead):
        alive = case.alive.copy()
        alive[links] = False
        alone = Case(case.n, case.src, case.dst, case.cost, case.transit, alive)
        shares = alone.shares([f[0] for f in flows], [f[1] for f in flows])
        expected = np.zeros(case.links)
        for share, (_, _, amount) in zip(shares, flows, strict=True):
            for at, part in share.items():
                expected[at] += part * amount
        assert_allclose(load[row], expected, rtol=1e-12, atol=1e-12)
        assert lost[row] == [f for f, (a, b, _) in enumerate(flows) if a != b and not shares[f]]
        gone = sum(flows[f][2] for f in lost[row])
        assert_allclose(sent[row], sum(f[2] for f in flows) - gone, rtol=1e-12)
        assert_allclose(fits[row], _fits(shares, flows, expected, np.array(capacity)), rtol=1e-12)


def _fits(shares: list[dict[int, float]], flows: list[tuple[int, int, float]], load, capacity) -> float:
    """Every flow times the least of capacity over load on its links, at most 1."""
    total = 0.0
    for share, (a, b, amount) in zip(shares, flows, strict=True):
        slow = [capacity[link] / load[link] for link in share if load[link] > 0.0]
        total += amount * min([1.0, *slow]) if share or a == b else 0.0
    return total


def test_only_what_a_failure_touches_is_placed_again() -> None:
    tree, hosts = fat_tree(4), hosts_of(4)
    flows = [(int(a), int(b), 1.0) for a, b in zip(hosts, np.roll(hosts, 4), strict=True)]
    load, _, lost, again = swept(tree, flows, [[], [0]], [1.0] * tree.links)
    assert again[0] == 0 and 0 < again[1] < len(flows)
    assert lost == [[], []]
    assert load[1, 0] == 0.0 < load[0, 0]


def test_a_square_moves_to_its_other_side_then_to_the_diagonal_then_nowhere() -> None:
    load, (sent, fits), lost, _ = swept(SQUARE, [(0, 3, 2.0)], [[], [0], [0, 3], [0, 3, 4]], [1.0, 1.0, 1.0, 1.0, 0.5])
    assert load.tolist() == [[1, 1, 1, 1, 0], [0, 0, 2, 2, 0], [0, 0, 0, 0, 2], [0] * 5]
    assert fits.tolist() == [2.0, 1.0, 0.5, 0.0]
    assert sent.tolist() == [2.0, 2.0, 2.0, 0.0]
    assert lost == [[], [], [], [0]]


def test_no_case_and_no_flow() -> None:
    assert swept(SQUARE, [(0, 3, 1.0)], [], [1.0] * 5)[0].shape == (0, 5)
    assert swept(SQUARE, [], [[0], []], [1.0] * 5)[0].tolist() == [[0.0] * 5] * 2


@pytest.mark.parametrize(
    ("amount", "dead", "capacity", "said"),
    [(-1.0, 0, 1.0, "amount"), (np.inf, 0, 1.0, "amount"), (1.0, 5, 1.0, "case_link"), (1.0, 0, np.nan, "capacity")],
)
def test_what_is_none_is_refused(amount: float, dead: int, capacity: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        swept(SQUARE, [(0, 3, amount)], [[dead]], [capacity] * 5)
