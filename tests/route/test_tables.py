"""Weights as entries of tables: the error that is stated is the error that comes."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from tests.route import wans
from tests.route.test_in_place import tunnels

from easterly import route
from easterly.route.tables import entries_of
from easterly.route.weights import rows_of


def allocated(seed: int):
    """A random network of six nodes, an allocation on it, and its weights."""
    draw = np.random.default_rng(seed)
    cables = [(i, (i + 1) % 6, float(draw.integers(5, 20))) for i in range(6)]
    cables += [(0, 3, 7.0), (1, 4, 9.0), (2, 5, 4.0)]
    network = wans.cabled(6, cables)
    pairs = [(a, b) for a in range(6) for b in range(6) if a != b]
    asked = wans.demands(*((a, b, float(draw.integers(1, 9))) for a, b in pairs))
    made = route.solve(network, asked, objective="min-max-utilisation", mode="exact", trees=True)
    assert made.allocation is not None and made.allocation.trees is not None
    return network, asked, route.weights_of(network, made.allocation.trees)


@pytest.mark.parametrize("seed", range(4))
def test_a_large_table_changes_next_to_nothing(seed: int) -> None:
    network, asked, weights = allocated(seed)
    made = entries_of(network, weights, 1 << 14, asked)
    assert made.error.max() < 1.01
    assert made.load_error < 1.05
    np.testing.assert_allclose(made.load_bps, made.exact_bps, rtol=0.05, atol=0.05)


@pytest.mark.parametrize("seed", range(4))
def test_errors_are_those_of_the_entries(seed: int) -> None:
    network, asked, weights = allocated(seed)
    made = entries_of(network, weights, 24, asked)
    told = {(d, n): s for d, n, s in of_links(weights)}
    begin, end = rows_of(network, made.weights)
    dst = np.repeat(made.weights.dst, np.diff(made.weights.ptr))
    groups: dict[int, set[tuple[tuple[int, ...], tuple[int, ...]]]] = {}
    for row, (a, b) in enumerate(zip(begin, end, strict=True)):
        links, count = made.weights.link[a:b], made.count[a:b]
        share = np.array([told[int(dst[a]), int(link)] for link in links])
        share /= share.sum()
        np.testing.assert_allclose(made.weights.share[a:b], count / count.sum())
        np.testing.assert_allclose(made.error[row], max((count / count.sum()) / share), rtol=1e-6)
        if b - a > 1:
            node = int(network.links.src[links[0]])
            key = tuple(links.tolist()), tuple(count.tolist())
            groups.setdefault(node, set()).add(key)
    for node, own in groups.items():
        assert sum(sum(count) for _, count in own) <= made.used[node] <= 24


def test_no_choice_of_entries_is_better_for_the_worst_group() -> None:
    """Two destinations, split differently at node 0, share a table of eleven entries."""
    network = wans.cabled(4, [(0, 1, 9.0), (0, 2, 9.0), (1, 3, 9.0), (2, 3, 9.0), (1, 2, 1.0)])
    to = {(int(a), int(b)): i for i, (a, b) in enumerate(zip(network.links.src, network.links.dst, strict=True))}
    asked = wans.demands((0, 3, 7.0), (0, 1, 3.0))
    towards_3 = (0, [to[0, 1], to[1, 3]], 4.4), (0, [to[0, 2], to[2, 3]], 2.6)
    towards_1 = (1, [to[0, 1]], 2.9), (1, [to[0, 2], to[2, 1]], 0.1)
    laid = tunnels(*towards_3, *towards_1)
    weights = route.weights_of(network, route.trees_of(network, laid, asked.dst))
    made = entries_of(network, weights, 11, asked)
    shares = ((4.4 / 7, 2.6 / 7), (2.9 / 3, 0.1 / 3))
    best = min(
        max(max(np.array(c) / sum(c) / np.array(s)) for c, s in zip(pick, shares, strict=True))
        for pick in product(choices(2, 11), repeat=2)
        if sum(map(sum, pick)) <= 11
    )
    assert made.error.max() == pytest.approx(best, rel=1e-6)
    assert made.load_error > 1


def of_links(weights):
    """Destination, link and share of every entry."""
    dst = np.repeat(weights.dst, np.diff(weights.ptr)).tolist()
    return zip(dst, weights.link.tolist(), weights.share.tolist(), strict=True)


def choices(members: int, table: int) -> list[tuple[int, ...]]:
    return [c for c in product(range(1, table), repeat=members) if sum(c) <= table]


def test_a_table_that_is_too_small_is_refused_by_name() -> None:
    network, asked, weights = allocated(0)
    with pytest.raises(ValueError, match=r"need .* entries, and the table has 1"):
        entries_of(network, weights, 1, asked)
