"""Failures at best and by the policy in place: every case against the arc form solved by HiGHS."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.route import oracles, wans

from easterly import route
from easterly.base.columns import floats
from easterly.model.allocation import Demands
from easterly.model.network import Network
from easterly.route.failing import cases as build
from easterly.route.failing import failures
from easterly.route.weights import trees_of, weights_of

# A ring of four with a chord, a stub behind node 3, and demands across.
RING = wans.cabled(5, [(0, 1, 4.0), (1, 2, 4.0), (2, 3, 4.0), (3, 0, 4.0), (0, 2, 1.0), (3, 4, 2.0)])
ACROSS = wans.demands((0, 2, 4.0), (1, 3, 3.0), (0, 4, 2.0))


def left_of(network: Network, demands: Demands, alive: np.ndarray, *, joined: bool = False) -> SimpleNamespace:
    """The problem of the links that are up, as it is, for the oracle; only demands with a path where `joined`."""
    links, keep = network.links, alive & (network.links.capacity_bps > 0)
    rows = np.flatnonzero(demands.src != demands.dst)
    if joined:
        rows = rows[[bool(np.isfinite(_hops(network, keep, int(demands.src[k]))[demands.dst[k]])) for k in rows]]
    return SimpleNamespace(
        nodes=len(network.nodes), src=links.src[keep], dst=links.dst[keep], capacity=links.capacity_bps[keep],
        transit=network.transit, pair_src=demands.src[rows], pair_dst=demands.dst[rows],
        amount=demands.rate_bps[rows], weight=demands.weight[rows], pairs=len(rows),
    )  # fmt: skip


def _hops(network: Network, keep: np.ndarray, source: int) -> np.ndarray:
    """Breadth first."""
    hops = np.full(len(network.nodes), np.inf)
    hops[source], front = 0, {source}
    while front:
        front = {int(b) for a, b in zip(network.links.src[keep], network.links.dst[keep], strict=True) if a in front}
        front = {node for node in front if not np.isfinite(hops[node])}
        hops[list(front)] = 1
    return hops


@settings(max_examples=25, deadline=None)
@given(wans.random_wans(most=5), st.sampled_from(["links", "nodes"]), st.integers(1, 2))
def test_every_case_is_the_optimum_of_what_is_left(made, kind: str, k: int) -> None:
    network, asked = made
    table = failures(network, asked, cases=kind, k=k, mode="exact")
    own = asked.rate_bps[asked.src == asked.dst].sum()
    for case in range(len(table)):
        found = oracles.throughput(left_of(network, asked, table.cases.alive(case, len(network.links))))
        assert_allclose(table.optimum.value[case], found.value + own, rtol=1e-6, atol=1e-6)
        assert table.optimum.bound[case] >= (found.value + own) * (1 - 1e-9) - 1e-9
        assert table.in_place.fits[case] <= table.optimum.served_fraction[case] + 1e-6
    order = table.optimum.served_fraction[table.order]
    assert (np.diff(order) >= -1e-8).all()


@settings(max_examples=25, deadline=None)
@given(wans.random_wans(most=5))
def test_utilisation_of_what_still_has_a_path(made) -> None:
    network, asked = made
    table = failures(network, asked, objective="min-max-utilisation", gap=1e-3, policy=None)
    for case in range(len(table)):
        posed = left_of(network, asked, table.cases.alive(case, len(network.links)), joined=True)
        if not posed.pairs or not posed.amount.sum():
            assert table.optimum.value[case] == 0.0
            continue
        best = 1 / oracles.concurrent(posed).value
        assert table.optimum.bound[case] <= best * (1 + 1e-6) <= table.optimum.value[case] * (1 + 2e-6)
        assert table.optimum.gap[case] <= 1e-3


def test_a_ring_by_hand() -> None:
    table = failures(RING, ACROSS, mode="exact")
    by_name = dict(zip(table.cases.name.tolist(), table.optimum.value.tolist(), strict=True))
    names = RING.link_ids[RING.cables].tolist()
    # Without 0-1, 4 + 2 leave node 0 over 3 and the chord, and 3 enters node 3 from the side of 2.
    assert_allclose([by_name["nothing"], by_name[names[5]]], [9.0, 7.0], rtol=1e-6)
    assert table.optimum.unserved.tolist() == [2]
    assert table.cases.name[table.order[0]] in names


def test_tunnels_weights_and_shortest_paths_in_place_beside_the_optimum() -> None:
    healthy = route.solve(RING, ACROSS, objective="max-throughput", mode="exact")
    weights = weights_of(RING, trees_of(RING, healthy.tunnels, ACROSS.dst))
    tables = [failures(RING, ACROSS, policy=policy, warm=healthy) for policy in ("ecmp", healthy, weights)]
    for table in tables:
        assert table.in_place is not None and len(table.in_place) == len(table) == 7
        assert (table.gain >= -1e-3).all()
    assert_allclose(tables[1].in_place.fits[0], 1.0, rtol=1e-6)
    assert_allclose(tables[2].in_place.max_utilisation[0], tables[1].in_place.max_utilisation[0], rtol=1e-6)
    assert {t.in_place.policy for t in tables} == {"ecmp", "tunnels: rescale", "weights"}


def test_answers_depend_neither_on_the_order_of_the_cases_nor_on_threads() -> None:
    some = build.joined(build.cables(RING), build.nodes(RING))
    back = build.cases_of(some.name[::-1].tolist(), [some.down(row) for row in range(len(some))][::-1])
    one, other = failures(RING, ACROSS, cases=some), failures(RING, ACROSS, cases=back, threads=3)
    assert one.optimum.value[1:].tolist() == other.optimum.value[:0:-1].tolist()
    assert one.in_place.fits[1:].tolist() == other.in_place.fits[:0:-1].tolist()


def test_everything_fails_and_nothing_fails() -> None:
    whole = build.cases_of(["all"], [np.arange(len(RING.links))])
    table = failures(RING, ACROSS, cases=whole)
    assert table.optimum.served_fraction[1] == table.in_place.fits[1] == 0.0
    assert table.optimum.unserved.tolist() == table.in_place.unserved.tolist() == [0, 1, 2]
    assert table.order.tolist() == [1, 0]
    none = failures(RING, ACROSS, cases=build.cases_of([], []))
    assert none.cases.name.tolist() == ["nothing"] and none.explain() == "0 failures"
    assert len(failures(RING, wans.demands())) == 7


def test_a_duct_of_parallel_cables() -> None:
    pair = wans.cabled(2, [(0, 1, 1.0), (0, 1, 1.0), (0, 1, 3.0)], groups={"duct": [0, 1, 2, 3]})
    table = failures(pair, wans.demands((0, 1, 5.0)), cases="srlgs", mode="exact")
    assert_allclose(table.optimum.value, [5.0, 3.0], rtol=1e-6)
    assert table.cases.name.tolist() == ["nothing", "duct"]


@pytest.mark.parametrize("stop_at", [2, 10])
def test_an_interruption_keeps_what_is_done(stop_at: int) -> None:
    """The policy takes 7 steps; the 10th is the third of the optimum."""
    steps = iter(range(1, 100))

    def stop(done: int, count: int) -> None:
        if next(steps) == stop_at:
            raise KeyboardInterrupt

    table = failures(RING, ACROSS, progress=stop)
    assert len(table) == len(table.order) == len(table.in_place) == min(stop_at, 3)
    assert table.left == 7 - len(table)
    assert (table.optimum is None) == (stop_at == 2)
    assert f"{table.left} more not done" in table.explain()


def test_it_is_told_in_words() -> None:
    table = failures(RING, ACROSS, mode="exact")
    told = table.explain(most=2)
    assert told.startswith("6 failures\n  nothing: ecmp serves 66.67%, utilisation 4 on r0>r2; max-throughput 9b/s")
    row = int(table.order[0])
    worst, bound = table.cases.name[row], table.optimum.binding[table.optimum.binding_ptr[row]]
    assert f"\n  {worst}: " in told and "and 4 more" in told
    assert f"without {worst}, " in told and f" links bind:\n  {table.names.link[bound]}: one more Gb/s" in told
    cut = failures(RING, ACROSS, cases=build.named(RING, ["r4"])).explain()
    assert "1 demands have no path:\n  r0 to r4" in cut


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="did you mean links"):
        failures(RING, ACROSS, cases="link")
    with pytest.raises(ValueError, match="no policy"):
        failures(RING, ACROSS, policy="ospf")
    endless = Demands(ACROSS.src, ACROSS.dst, floats([1.0, np.inf, 1.0]), ACROSS.weight, ACROSS.priority)
    with pytest.raises(ValueError, match=r"rate_bps\[1\] is infinite"):
        failures(RING, endless)
    assert failures(RING, endless, policy=None).optimum is not None
