"""Weights give the loads of the allocation that they are made from."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.route import wans
from tests.route.test_in_place import tunnels

from easterly.model.network import Network
from easterly.route.failing import cases as build
from easterly.route.failing.in_place import under_ecmp, under_weights
from easterly.route.weights import loads_of, rows_of, trees_of, weights_of


@st.composite
def laid(draw: st.DrawFn):
    """A network, demands, and random simple paths with random rates, of some demands several."""
    network, asked = draw(wans.random_wans())
    net = nx.MultiDiGraph()
    net.add_nodes_from(range(len(network.nodes)))
    net.add_edges_from(
        (int(a), int(b), i) for i, (a, b) in enumerate(zip(network.links.src, network.links.dst, strict=True))
    )
    rows = []
    for k, (a, b) in enumerate(zip(asked.src.tolist(), asked.dst.tolist(), strict=True)):
        paths = [] if a == b else [[e[2] for e in p] for p in nx.all_simple_edge_paths(net, a, b)]
        for path in draw(st.lists(st.sampled_from(paths), max_size=3, unique_by=tuple)) if paths else []:
            rows.append((k, path, float(draw(st.sampled_from([0.25, 1.0, 3.0])))))
    return network, asked, rows


@given(laid())
def test_loads_of_the_weights_are_those_of_the_allocation_less_what_circles(made) -> None:
    network, asked, rows = made
    if not rows:
        return
    laid = tunnels(*rows)
    granted = np.bincount(laid.flow, laid.rate_bps, len(asked))
    load = np.bincount(laid.link_idx, np.repeat(laid.rate_bps, np.diff(laid.link_ptr)), len(network.links))
    weights = weights_of(network, trees_of(network, laid, asked.dst))
    assert_allclose(loads_of(network, asked, weights, granted), load - weights.circling_bps, rtol=1e-9, atol=1e-9)
    assert (weights.circling_bps >= 0).all()
    begin, end = rows_of(network, weights)
    assert_allclose([weights.share[a:b].sum() for a, b in zip(begin, end, strict=True)], 1.0)
    assert all(len(set(network.links.src[weights.link[a:b]].tolist())) == 1 for a, b in zip(begin, end, strict=True))


def test_two_sources_that_pass_through_each_other_circle_no_more() -> None:
    """0 sends to 3 over 1 and 2, 1 over 0 and 2 would send back: towards 3, cable 0-1 carries nothing in the end."""
    network = wans.cabled(4, [(0, 1, 9.0), (1, 3, 9.0), (0, 3, 9.0)])
    asked = wans.demands((0, 3, 1.0), (1, 3, 1.0))
    laid = tunnels((0, [0, 2], 1.0), (1, [1, 4], 1.0))
    weights = weights_of(network, trees_of(network, laid, asked.dst))
    assert weights.circling_bps.tolist() == [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    assert weights.link.tolist() == [4, 2] and weights.share.tolist() == [1.0, 1.0]


@given(wans.random_wans())
def test_weights_of_shortest_paths_do_what_shortest_paths_do_while_all_is_up(made) -> None:
    network, asked = made
    trees = _even_trees(network)
    weights = weights_of(network, trees)
    nothing = build.named(network, [[]])
    ours, theirs = under_weights(network, asked, weights, nothing), under_ecmp(network, asked, nothing)
    assert_allclose(ours.max_utilisation, theirs.max_utilisation, rtol=1e-9)
    assert_allclose([ours.routed, ours.fits], [theirs.routed, theirs.fits], rtol=1e-9)
    assert ours.unserved.tolist() == theirs.unserved.tolist()


def _even_trees(network: Network):
    """One unit from every node to every other over the cheapest paths, as trees."""
    from easterly._kernel import graph
    from easterly.base.columns import floats, indices, ints
    from easterly.model.allocation import Trees

    n, links = len(network.nodes), network.links
    dst = np.repeat(np.arange(n), n)
    load = graph.ecmp_loads(
        n, links.src, links.dst, links.cost, network.transit, np.ones(len(links), dtype=bool), np.ones(len(links)),
        ints(np.tile(np.arange(n), n)), ints(dst), floats(np.ones(n * n)), ints(dst), n,
    )  # fmt: skip
    row, link = np.nonzero(load)
    count = np.bincount(row, minlength=n)
    return Trees(
        ints(np.arange(n)), indices(np.concatenate([[0], np.cumsum(count)])), ints(link), floats(load[row, link])
    )


def test_nothing_granted_is_nothing_to_forward() -> None:
    network = wans.cabled(2, [(0, 1, 1.0)])
    weights = weights_of(network, trees_of(network, tunnels((0, [0], 0.0)), wans.demands((0, 1, 1.0)).dst))
    assert len(weights) == 0
    assert loads_of(network, wans.demands((0, 1, 1.0)), weights).tolist() == [0.0, 0.0]
