"""Structured fabrics are routed by formula with the results of a search, and searched where they are damaged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.base.columns import bools, floats, indices, ints
from easterly.model.demand import Flows
from easterly.model.network import Network, NodeKind
from easterly.model.spec.site import Site
from easterly.route import ecmp, loads_of, paths_of, policy_of, structured
from easterly.site.blueprints import build
from strategies import networks

FOLDED = ("leaf-spine", "rail-optimized", "rail-only", "multi-plane", "clos", "fat-tree")
DIRECT = ("ring", "torus", "dragonfly")
HARDWARE = {
    "switches": {"sw": {"ports": 64, "rate": "400Gb/s"}},
    "hosts": {"one": {"gpus": 1, "nics": 1, "nic_rate": "400Gb/s"}},
}


def network_of(wan=None, **fabrics) -> Network:
    document = {"version": 1, "site": {"name": "s"}, "hardware": HARDWARE, "fabrics": fabrics, "wan": wan or {}}
    return build(Site.model_validate(document))


def direct(blueprint: str, count: int, **keys) -> dict:
    return {"blueprint": blueprint, "switch": "sw", "down": 1, "hosts": {"type": "one", "count": count}, **keys}


TORUS = direct("torus", 12, dims=[3, 4])
FLY = direct("dragonfly", 36, routers=4, global_links=2)


def flows_of(src, dst, amount) -> Flows:
    size, zero = floats(np.asarray(amount, dtype=float)), np.zeros(len(src))
    return Flows(ints(src), ints(dst), size, floats(zero), ints(zero + 1), ints(zero))


def all_pairs(network: Network, seed: int = 0, among: int = 24) -> Flows:
    """Every ordered pair of some interfaces, themselves included, with random amounts, in random order."""
    random = np.random.default_rng(seed)
    nics = np.flatnonzero(network.nodes.kind == NodeKind.NIC)
    nics = random.permutation(nics)[:among]
    src, dst = (part.ravel() for part in np.meshgrid(nics, nics))
    order = random.permutation(len(src))
    return flows_of(src[order], dst[order], random.random(len(src)))


def table(network: Network, paths) -> dict[tuple[int, int], float]:
    flow = np.repeat(np.arange(len(paths.ptr) - 1), np.diff(paths.ptr)).tolist()
    return dict(zip(zip(flow, paths.link.tolist(), strict=True), paths.share.tolist(), strict=True))


def searched(network: Network, flows: Flows, policy):
    plain = replace(network, structures=())
    group = ints(np.arange(len(flows)) % 3)
    return paths_of(plain, flows, policy), loads_of(plain, flows, policy, group, 3)


@given(networks(blueprints=FOLDED), st.integers(0, 2**32 - 1))
@settings(max_examples=75, deadline=None)
def test_folded_fabrics_have_the_bits_of_a_search(network, seed):
    flows, policy = all_pairs(network, seed), policy_of(network, seed=0)
    paths, loads = searched(network, flows, policy)
    found = paths_of(network, flows, policy)
    for one, other in zip((found.ptr, found.link, found.share), (paths.ptr, paths.link, paths.share), strict=True):
        assert np.array_equal(one, other)
    group = ints(np.arange(len(flows)) % 3)
    assert np.array_equal(loads_of(network, flows, policy, group, 3), loads)


@given(networks(blueprints=DIRECT), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_direct_fabrics_agree_with_a_search(network, seed):
    network = replace(network, structures=tuple(replace(s, routing="ecmp") for s in network.structures))
    flows, policy = all_pairs(network, seed), policy_of(network, seed=0)
    paths, loads = searched(network, flows, policy)
    assert table(network, paths_of(network, flows, policy)) == pytest.approx(table(network, paths), rel=1e-12)
    group = ints(np.arange(len(flows)) % 3)
    np.testing.assert_allclose(loads_of(network, flows, policy, group, 3), loads, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("fabric", [TORUS, FLY, {**TORUS, "border": {"count": 2}}])
def test_a_fabric_is_recognised_by_its_links(fabric):
    network = network_of(f=fabric)
    assert len(structured.recognised(network, policy_of(network, seed=0))) == 1


@pytest.mark.parametrize("fabric", [TORUS, FLY])
def test_an_edited_network_is_searched(fabric):
    """Whatever is changed, the claim no longer holds, and the result is that of the links."""
    network = network_of(f=fabric)
    policy = policy_of(network, seed=0)
    links, row = network.links, network.structures[0].first_link
    ends = np.array(links.dst)
    ends[row], ends[row + 2] = ends[row + 2], ends[row]
    moved = replace(network, links=replace(links, dst=ints(ends)))
    down = np.ones(len(links), dtype=bool)
    down[[row, row + 1]] = False
    dear = np.ones(len(links))
    dear[row] = 2.0
    wrong = replace(network, structures=(replace(network.structures[0], first_link=row + 2),))
    for other, changed in [
        (moved, policy),
        (network, replace(policy, alive=bools(down))),
        (network, replace(policy, cost=floats(dear))),
        (network, replace(policy, weight=floats(dear))),
        (wrong, policy),
    ]:
        assert structured.recognised(other, changed) == ()
        flows = all_pairs(other)
        paths, _ = searched(other, flows, changed)
        assert table(other, paths_of(other, flows, changed)) == table(other, paths)


def test_a_cable_that_is_added_between_switches_ends_the_structure():
    network = network_of(f=TORUS)
    links = network.links
    far = ints([0, 5])
    columns = {name: np.asarray(getattr(links, name)) for name in links.__dataclass_fields__}
    rows = {name: np.concatenate([column, column[-2:]]) for name, column in columns.items() if name != "srlg_idx"}
    rows["src"][-2:], rows["dst"][-2:] = far, far[::-1]
    rows["srlg_ptr"] = np.concatenate([columns["srlg_ptr"], columns["srlg_ptr"][-1:].repeat(2)])
    kinds = {np.dtype(np.int32): ints, np.dtype(np.int64): indices, np.dtype(np.float64): floats}
    made = {name: kinds[column.dtype](column) for name, column in rows.items()}
    other = replace(network, links=replace(links, **made))
    assert structured.recognised(other, policy_of(other, seed=0)) == ()


def test_a_way_round_through_the_border_is_found_by_search():
    """Rail-only leaves are joined by the border alone: a formula that knows none of it would serve nothing."""
    rails = {"blueprint": "rail-only", "hosts": {"type": "two", "count": 4}, "leaf": {"type": "sw", "down": 8}}
    document = {
        "version": 1, "site": {"name": "s"}, "fabrics": {"f": {**rails, "border": {"count": 1}}},
        "hardware": {**HARDWARE, "hosts": {"two": {"gpus": 2, "nics": 2, "nic_rate": "400Gb/s"}}},
    }  # fmt: skip
    network = build(Site.model_validate(document))
    policy, flows = policy_of(network, seed=0), all_pairs(network)
    assert structured.recognised(network, policy) == ()
    assert not len(ecmp.unserved(flows, paths_of(network, flows, policy)))


def test_traffic_across_fabrics_is_searched_and_inside_keeps_its_routing():
    wan = {"links": {"w": {"a": "f", "b": "g", "rate": "100Gb/s", "delay": "1ms"}}}
    network = network_of(wan, f={**TORUS, "routing": "dimension-order"}, g=FLY)
    policy, flows = policy_of(network, seed=0), all_pairs(network, among=48)
    assert len(structured.recognised(network, policy)) == 2
    found = paths_of(network, flows, policy)
    plain, _ = searched(network, flows, policy)
    home = network.nodes.fabric
    inside = (home[flows.src] == "f") & (home[flows.dst] == "f") & (flows.src != flows.dst)
    assert (~inside).any() and inside.any()
    for row in range(len(flows)):
        link, share = (c[found.ptr[row] : found.ptr[row + 1]] for c in (found.link, found.share))
        if inside[row]:
            assert (share == 1).all()
        else:
            same = slice(plain.ptr[row], plain.ptr[row + 1])
            assert np.array_equal(link, plain.link[same]) and np.array_equal(share, plain.share[same])
    amount = np.repeat(flows.size_B * 8, np.diff(found.ptr)) * found.share
    wanted = np.bincount(found.link, amount, len(network.links))
    np.testing.assert_allclose(loads_of(network, flows, policy)[0], wanted, rtol=1e-9)


def test_the_spread_of_a_routing_without_hashing_is_even():
    site = {
        "version": 1, "site": {"name": "s"}, "hardware": HARDWARE | {"hosts": {"one": {
            "gpus": 1, "nics": 1, "nic_rate": "400Gb/s", "gpu": "h100-sxm", "scaleup": "450GB/s"}}},
        "fabrics": {"f": {**TORUS, "routing": "dimension-order"}}, "classes": {"c": {"dscp": 0, "share": "rest"}},
        "jobs": {
            "j": {"fabric": "f", "class": "c", "model": "llama3-8b", "parallel": {"dp": 12}, "batch": 12, "mfu": "40%"},
        },
    }  # fmt: skip
    from easterly import demand

    spec = Site.model_validate(site)
    network = build(spec)
    demands = demand.build(spec, network, demand.place(spec, network))
    policy = policy_of(network, seed=0)
    spread, _ = ecmp.spreads_of(network, demands, policy, seed=0)
    assert len(spread.even_s) and (spread.mean_s == spread.even_s).all() and (spread.p95_s == spread.even_s).all()
    load = loads_of(network, demands.flows, policy, demands.flows.phase, len(demands.phases))
    np.testing.assert_allclose(spread.even_s, (load / network.links.capacity_bps).max(axis=1))


def to_next_group(network: Network) -> Flows:
    """Every host sends at full rate to its twin in the next group: the worst that minimal routing can get."""
    nics = network.hosts.nic_node
    return flows_of(nics, np.roll(nics, -4), np.full(len(nics), 400e9 / 8))


def test_a_mix_is_no_worse_than_either_routing_and_is_the_best_share():
    network = network_of(f=FLY)
    policy, flows = policy_of(network, seed=0), to_next_group(network)
    best = structured.mix(network, flows, policy)
    loads = {
        word: loads_of(replace(network, structures=(replace(network.structures[0], routing=word),)), flows, policy)[0]
        for word in ("minimal", "valiant")
    }
    assert best.utilisation_minimal == pytest.approx(4)  # four hosts of a group on one global link
    grid = [(s * loads["minimal"] + (1 - s) * loads["valiant"]).max() / 400e9 for s in np.linspace(0, 1, 2001)]
    assert best.utilisation == pytest.approx(min(grid), rel=1e-3)
    assert best.utilisation <= min(grid) * (1 + 1e-12)
    assert best.utilisation < min(best.utilisation_minimal, best.utilisation_valiant)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=12))
@settings(max_examples=200)
def test_the_lowest_point_of_an_envelope(lines):
    from easterly.route.structured.mix import _lowest

    minimal, valiant = (floats(column) for column in zip(*lines, strict=True))
    share = _lowest(minimal, valiant)
    crossings = [0.0, 1.0]
    for m, v in lines:
        for n, w in lines:
            if abs((m - v) - (n - w)) > 1e-12:
                crossings.append(min(1.0, max(0.0, (w - v) / ((m - v) - (n - w)))))
    values = [(s * minimal + (1 - s) * valiant).max() for s in crossings]
    assert (share * minimal + (1 - share) * valiant).max() == pytest.approx(min(values), rel=1e-9, abs=1e-9)


def test_a_mix_of_folded_fabrics_is_refused():
    network = network_of(f={"blueprint": "fat-tree", "k": 4, "switch": "sw", "hosts": {"type": "one", "count": 4}})
    with pytest.raises(ValueError, match="no torus"):
        structured.mix(network, all_pairs(network), policy_of(network, seed=0))
