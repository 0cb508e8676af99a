"""Routings of direct networks while links are down: the formula where its way is whole, cheapest paths elsewhere."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.route.test_structured import direct, network_of

from easterly import route
from easterly.base.columns import bools, floats, ints
from easterly.model.allocation import Demands
from easterly.model.demand import Flows
from easterly.model.network import LinkKind, Network
from easterly.route import loads_of, paths_of, policy_of
from easterly.route.failing import cases as build
from easterly.route.failing.in_place import under_ecmp

X, Y = 3, 4
TORUS = direct("torus", X * Y, dims=[X, Y], routing="dimension-order")
FLY = direct("dragonfly", 36, routers=4, global_links=2)


def steps(size: int, here: int, there: int) -> list[int]:
    """Coordinates on the shorter way round a ring, forwards where both are equal."""
    ahead = (there - here) % size
    by = 1 if ahead <= size - ahead else -1
    return [(here + by * i) % size for i in range(1, min(ahead, size - ahead) + 1)]


def by_hand(network: Network, a: int, b: int) -> list[int]:
    """Links of the way from switch a to switch b: x first, then y."""
    first = network.structures[0].first_node
    ends = zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True)
    link = {pair: row for row, pair in enumerate(ends)}
    (x, y), (far_x, far_y) = ((n % X, n // X) for n in (a, b))
    stops = [(x, y), *((i, y) for i in steps(X, x, far_x)), *((far_x, j) for j in steps(Y, y, far_y))]
    nodes = [first + i + X * j for i, j in stops]
    return [link[pair] for pair in pairwise(nodes)]


def between_switches(network: Network, seed: int = 0) -> Demands:
    draw = np.random.default_rng(seed)
    a, b = (part.ravel() for part in np.meshgrid(np.arange(X * Y), np.arange(X * Y)))
    rate, one = draw.uniform(1e9, 9e10, len(a)), np.ones(len(a))
    first = network.structures[0].first_node
    return Demands(ints(first + a), ints(first + b), floats(rate), floats(one), ints(0 * one))


def cheapest(network: Network, src: int, dst: int, alive: np.ndarray) -> tuple[list[int], list[float]]:
    """Cheapest paths by search, in a network that says nothing of structures."""
    plain, one = replace(network, structures=()), np.ones(1)
    flow = Flows(ints([src]), ints([dst]), floats(one), floats(0 * one), ints(one), ints(0 * one))
    found = paths_of(plain, flow, policy_of(plain, seed=0, alive=bools(alive)))
    return found.link.tolist(), found.share.tolist()


def expected(network: Network, asked: Demands, alive: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Loads of links, the rate that leaves its way, and the rate that has none."""
    load, strayed, lost = np.zeros(len(network.links)), 0.0, 0.0
    first = network.structures[0].first_node
    for src, dst, rate in zip(asked.src.tolist(), asked.dst.tolist(), asked.rate_bps.tolist(), strict=True):
        way = by_hand(network, src - first, dst - first)
        share = [1.0] * len(way)
        if not alive[way].all():
            way, share = cheapest(network, src, dst, alive)
            strayed, lost = (strayed + rate, lost) if way else (strayed, lost + rate)
        np.add.at(load, way, rate * np.array(share))
    return load, strayed, lost


@pytest.mark.parametrize("kind", ["links", "nodes"])
def test_dimension_order_by_hand_in_every_case(kind: str) -> None:
    network = network_of(f=TORUS)
    asked = between_switches(network)
    inner = np.flatnonzero(network.links.kind != LinkKind.HOST)
    every = {"links": build.cables, "nodes": build.nodes}[kind](network)
    tried = [row for row in range(len(every)) if kind == "nodes" or every.down(row)[0] in inner]
    chosen = build.joined(
        build.cases_of(["nothing"], [[]]),
        build.cases_of([str(every.name[r]) for r in tried], [every.down(r) for r in tried]),
    )
    found, total = under_ecmp(network, asked, chosen), asked.rate_bps.sum()
    assert found.policy == "dimension-order, ecmp"
    for row in range(len(chosen)):
        load, strayed, lost = expected(network, asked, chosen.alive(row, len(network.links)))
        full = load / network.links.capacity_bps
        assert_allclose(found.max_utilisation[row], full.max(), rtol=1e-12)
        assert_allclose(found.strayed[row], strayed / total, rtol=1e-12, atol=1e-15)
        assert_allclose(found.routed[row], 1 - lost / total, rtol=1e-12)
    assert found.strayed[0] == 0 and found.strayed[1:].min() > 0
    plain = under_ecmp(replace(network, structures=()), asked, chosen)
    assert plain.policy == "ecmp" and not plain.strayed.any()
    assert found.max_utilisation[0] != pytest.approx(plain.max_utilisation[0], rel=1e-3)


def test_the_call_for_failures_says_which_routing_and_what_leaves_it() -> None:
    network = network_of(f=TORUS)
    table = route.failures(network, between_switches(network), objective=None)
    assert table.in_place is not None and table.in_place.policy == "dimension-order, ecmp"
    assert "% leaves its routing" in table.explain()
    assert "dimension-order, ecmp serves" in table.explain()


def test_a_plan_and_a_sweep_agree_while_a_cable_is_down() -> None:
    """Paths and loads of flows between interfaces, with the policy that a plan has under failures."""
    network = network_of(f=TORUS)
    nics = network.hosts.nic_node
    src, dst = (ints(part.ravel()) for part in np.meshgrid(nics, nics))
    zero = np.zeros(len(src))
    flows = Flows(src, dst, floats(zero), floats(zero + 1e9), ints(zero + 1), ints(zero))
    asked = Demands(src, dst, floats(zero + 1e9), floats(zero + 1), ints(zero))
    case = build.named(network, [str(network.link_ids[network.structures[0].first_link])])
    alive = case.alive(0, len(network.links))
    policy = policy_of(network, seed=0, alive=alive)
    paths = paths_of(network, flows, policy)
    assert alive[paths.link].all() and (np.diff(paths.ptr)[src != dst] > 0).all()
    load = np.bincount(paths.link, np.repeat(zero + 1e9, np.diff(paths.ptr)) * paths.share, len(network.links))
    assert_allclose(loads_of(network, flows, policy, ints(zero), 1)[0], load, rtol=1e-12)
    sweep = under_ecmp(network, asked, case)
    assert_allclose(sweep.max_utilisation[0], (load / network.links.capacity_bps).max(), rtol=1e-12)
    healthy = paths_of(network, flows, policy_of(network, seed=0))
    whole = [bool(alive[healthy.link[a:b]].all()) for a, b in zip(healthy.ptr[:-1], healthy.ptr[1:], strict=True)]
    assert 0 < sum(whole) < len(whole)
    for row in np.flatnonzero(whole).tolist():  # what is whole stays where it was
        a, b = healthy.ptr[row : row + 2]
        assert paths.link[paths.ptr[row] : paths.ptr[row + 1]].tolist() == healthy.link[a:b].tolist()


@pytest.mark.parametrize(("fabric", "routing"), [(TORUS, "valiant"), (FLY, "minimal"), (FLY, "valiant")])
def test_other_routings_are_kept_in_health_and_left_where_they_break(fabric: dict, routing: str) -> None:
    network = network_of(f={**fabric, "routing": routing})
    nics = network.hosts.nic_node
    src, dst = ints(nics), ints(np.roll(nics, 5))
    zero = np.zeros(len(src))
    asked = Demands(src, dst, floats(zero + 1e11), floats(zero + 1), ints(zero))
    flows = Flows(src, dst, floats(zero), floats(zero + 1e11), ints(zero + 1), ints(zero))
    load = loads_of(network, flows, policy_of(network, seed=0), ints(zero), 1)[0]
    hit = int(np.flatnonzero((network.links.kind != LinkKind.HOST) & (load > 0))[0])
    cases = build.cases_of(["nothing", "one"], [[], [hit]])
    found = under_ecmp(network, asked, cases)
    assert found.policy == f"{routing}, ecmp"
    assert_allclose(found.max_utilisation[0], (load / network.links.capacity_bps).max(), rtol=1e-9)
    assert found.strayed[0] == 0 < found.strayed[1] <= 1
    assert found.routed.tolist() == [1.0, 1.0]


def test_two_fabrics_with_a_routing_each_and_demands_across() -> None:
    """Across the border everything is searched; inside each fabric its own routing holds."""
    fabrics = {
        "a": {**TORUS, "slot": 0, "border": {"count": 1}},
        "b": {**FLY, "slot": 1, "routing": "minimal", "border": {"count": 1}},
    }
    wan = {"sites": {}, "links": {"l": {"a": "a", "b": "b", "rate": "400Gb/s", "delay": "1ms"}}}
    network = network_of(wan, **fabrics)
    nics = network.hosts.nic_node
    src, dst = ints([nics[0], nics[0], nics[20]]), ints([nics[7], nics[20], nics[40]])
    one = np.ones(3)
    asked = Demands(src, dst, floats(1e9 * one), floats(one), ints(0 * one))
    found = under_ecmp(network, asked, build.cases_of(["nothing"], [[]]))
    assert found.policy == "dimension-order, minimal, ecmp"
    assert found.routed.tolist() == [1.0]
