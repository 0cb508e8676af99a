"""The policy in place under failures: by hand, and against routing every case anew."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.route import wans

from easterly._kernel import graph
from easterly.base.columns import bools, floats, indices, ints
from easterly.model.routing import Tunnels
from easterly.route.failing import cases as build
from easterly.route.failing.in_place import under_ecmp, under_tunnels

# A square 0-1-3, 0-2-3 with a thin diagonal 0-3.
SQUARE = wans.cabled(4, [(0, 1, 2.0), (1, 3, 2.0), (0, 2, 1.0), (2, 3, 1.0), (0, 3, 0.5)], cost=[1.0] * 8 + [5.0] * 2)
ASKED = wans.demands((0, 3, 2.0), (0, 1, 1.0))


def tunnels(*rows: tuple[int, list[int], float]) -> Tunnels:
    """Paths of links with rates, of demands."""
    flow, paths, rate = zip(*rows, strict=True)
    ptr = np.cumsum([0, *map(len, paths)])
    return Tunnels(ints(flow), indices(ptr), ints([x for p in paths for x in p]), floats(rate), ints([-1] * len(rows)))


LAID = tunnels((0, [0, 2], 1.0), (0, [4, 6], 0.5), (1, [0], 1.0))


def test_shortest_paths_move_to_what_is_left() -> None:
    found = under_ecmp(
        SQUARE, ASKED, build.named(SQUARE, [[], "r1", ["r1", "r2"], ["r1", "r2", str(SQUARE.link_ids[8])]])
    )
    assert found.max_utilisation.tolist() == [1.0, 2.0, 4.0, 0.0]
    assert found.worst_link.tolist() == [0, 4, 8, -1]
    assert_allclose(found.routed, [1.0, 2 / 3, 2 / 3, 0.0])
    assert_allclose(found.fits, [1.0, 1 / 3, 0.5 / 3, 0.0])
    assert found.unserved.tolist() == [1, 1, 0, 1] and found.unserved_ptr.tolist() == [0, 0, 1, 2, 4]


@pytest.mark.parametrize(
    ("after", "routed", "fits"),
    [("lost", 0.5 / 3, 0.5 / 3), ("rescale", 1.5 / 3, 1.0 / 3), ("shortest", 1.5 / 3, 1.0 / 3)],
)
def test_dead_tunnels(after: str, routed: float, fits: float) -> None:
    """Without r1 the upper path and the second demand are gone; the lower path, of capacity 1, is asked for 1.5."""
    found = under_tunnels(SQUARE, ASKED, LAID, build.named(SQUARE, ["r1"]), after=after)
    assert_allclose([found.routed[0], found.fits[0]], [routed, fits])
    assert found.unserved.tolist() == [1]


def test_a_demand_without_any_tunnel_falls_back_to_the_cheapest_path() -> None:
    gone = build.named(SQUARE, [["r1", "r2"], str(SQUARE.link_ids[0])])
    found = under_tunnels(SQUARE, ASKED, LAID, gone, after="shortest")
    assert found.worst_link.tolist()[0] == 8 and found.max_utilisation[0] == 3.0
    assert found.unserved.tolist() == [1]
    # Cable r0-r1 is down: the second demand takes 0-2-3-1 besides 1.5 of the first on 0-2-3.
    assert found.max_utilisation[1] == 2.5 and found.routed[1] == pytest.approx(2.5 / 3)
    assert under_tunnels(SQUARE, ASKED, LAID, gone, after="rescale").routed.tolist() == [0.0, 0.5]


def test_two_rules_of_what_fits() -> None:
    """Cable 2-3 of capacity 1 is asked for half of 2 and for 0.5: all by 2/3, or the small one in full."""
    asked, nothing = wans.demands((0, 3, 2.0), (2, 3, 0.5)), build.named(SQUARE, [[]])
    assert_allclose(under_ecmp(SQUARE, asked, nothing).fits, [2 / 3])
    assert_allclose(under_ecmp(SQUARE, asked, nothing, rule="max-min").fits, [1.5 / 2.5])


@given(wans.random_wans(), st.integers(1, 2))
def test_every_case_is_what_routing_it_anew_gives(made, k: int) -> None:
    network, asked = made
    gone = build.together(build.cables(network), k)
    found = under_ecmp(network, asked, gone)
    links = network.links
    for case in range(len(gone)):
        load = graph.ecmp_loads(
            len(network.nodes), links.src, links.dst, links.cost, network.transit, gone.alive(case, len(links)),
            np.ones(len(links)), asked.src, asked.dst, asked.rate_bps, ints(np.zeros(len(asked))), 1,
        )[0]  # fmt: skip
        use = [x / c if c else np.inf for x, c in zip(load, links.capacity_bps, strict=True) if x]
        assert_allclose(found.max_utilisation[case], max(use, default=0.0), rtol=1e-12)


@given(wans.random_wans(), st.sampled_from(["slow-down", "max-min"]))
def test_tunnels_on_the_cheapest_paths_do_what_the_cheapest_paths_do_while_all_is_up(made, rule: str) -> None:
    network, asked = made
    links = network.links
    cost = links.cost + 0.5 ** (np.arange(len(links)) + 2)  # no two sums of them are the same
    ptr, link, share = graph.ecmp_shares(
        len(network.nodes), links.src, links.dst, cost, network.transit,
        np.ones(len(links), dtype=bool), np.ones(len(links)), asked.src, asked.dst,
    )  # fmt: skip
    assert (share == 1.0).all()  # costs that differ leave one path each
    some = np.flatnonzero(np.diff(ptr))
    if not len(some):
        return
    rows = [(int(f), link[ptr[f] : ptr[f + 1]].tolist(), float(asked.rate_bps[f])) for f in some]
    apart = wans.network(
        len(network.nodes), list(zip(links.src, links.dst, links.capacity_bps, strict=True)),
        cost=cost.tolist(), reverse=links.reverse.tolist(),
    )  # fmt: skip
    nothing = build.named(apart, [[]])
    laid = under_tunnels(apart, asked, tunnels(*rows), nothing, rule=rule)
    found = under_ecmp(apart, asked, nothing, rule=rule)
    assert_allclose(laid.fits, found.fits, rtol=1e-9)
    assert_allclose(laid.routed, found.routed, rtol=1e-12)
    assert_allclose(laid.max_utilisation, found.max_utilisation, rtol=1e-12)


def test_a_failure_besides_links_that_are_down_already() -> None:
    up = bools(np.arange(10) != 8)
    gone = build.named(SQUARE, [["r1", "r2"]])
    assert under_ecmp(SQUARE, ASKED, gone, alive=up).routed.tolist() == [0.0]


def test_an_interruption_keeps_what_is_done() -> None:
    def stop(done: int, count: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    assert len(under_ecmp(SQUARE, ASKED, build.cables(SQUARE), progress=stop)) == 2
    assert len(under_tunnels(SQUARE, ASKED, LAID, build.cables(SQUARE), progress=stop)) == 2


def test_nothing_asked_for_and_no_case() -> None:
    none = under_ecmp(SQUARE, wans.demands(), build.cables(SQUARE))
    assert none.routed.tolist() == none.fits.tolist() == [1.0] * 5 and none.worst_link.tolist() == [-1] * 5
    assert len(under_ecmp(SQUARE, ASKED, build.cases_of([], []))) == 0
