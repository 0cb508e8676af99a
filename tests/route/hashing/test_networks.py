"""Hashing on networks: walks, polarisation against closed forms, groups in tables and what they cost."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.route.test_hashing_rules import built, fat_tree, leaf_spine

from easterly.base.columns import bools
from easterly.route.bins import all_apart, fullest_link, meeting, used_links
from easterly.route.ecmp import paths_of, policy_of
from easterly.route.hashing import (
    hash_of,
    load_error,
    plan_groups,
    polarisation,
    polarised_links,
    queue_pairs,
    split,
    walk,
)


def pairs_of(network, each):
    nic = network.hosts.nic_node
    src = np.repeat(nic, each)
    dst = np.repeat(np.roll(nic, len(nic) // 2), each)
    return queue_pairs(src, dst), src, dst


@pytest.fixture(scope="module")
def tree():
    return fat_tree(8, 32)[1]


CHAIN = 50.0


def wan(cables):
    """Switches with the cables given, joined by a dear chain that tests may cut; four interfaces at both ends."""
    nodes = {name: {"type": "sw", "role": "leaf"} for cable in cables for name in cable[:2]}
    nodes |= {f"h{i}": {"type": "h"} for i in range(2)}
    links = {f"c{i}": {"a": a, "b": b, "rate": "100Gb/s", "cost": cost} for i, (a, b, cost) in enumerate(cables)}
    ends = sorted({name for cable in cables for name in cable[:2]})
    links |= {f"x{a}": {"a": a, "b": b, "rate": "100Gb/s", "cost": CHAIN} for a, b in pairwise(ends)}
    links |= {f"n{h}{r}": {"a": f"h{h}", "b": ends[-1] if h else ends[0], "rate": "100Gb/s"}
              for h in range(2) for r in range(4)}  # fmt: skip
    return built({"f": {"blueprint": "graph", "nodes": nodes, "links": links}})[1]


@pytest.mark.parametrize("rule", ["modulo", "threshold"])
def test_every_step_is_the_choice_of_the_hash_among_the_next_hops(tree, rule):
    """Next hops from networkx, one connection after the other."""
    tuples, src, dst = pairs_of(tree, 2)
    rows = np.arange(0, len(src), 17)
    policy = policy_of(tree, seed=3)
    hops = walk(tree, policy, tuples.rows(rows), src[rows], dst[rows], function="jhash", rule=rule)
    graph = nx.DiGraph(zip(tree.links.src.tolist(), tree.links.dst.tolist(), strict=True))
    for i, row in enumerate(rows.tolist()):
        mine = hops.connection == i
        far = nx.single_source_shortest_path_length(graph.reverse(copy=False), int(dst[row]))
        at = int(src[row])
        for node, width, taken in zip(hops.node[mine], hops.width[mine], hops.link[mine], strict=True):
            assert node == at
            out = np.flatnonzero(tree.links.src == at)
            options = [link for link in out if far[int(tree.links.dst[link])] == far[at] - 1]
            assert width == len(options)
            hashed = int(hash_of(tuples.rows(rows[i : i + 1]), "jhash", seed=int(policy.seed[at]))[0])
            assert taken == options[int(split([hashed], len(options), method=rule)[0])]
            at = int(tree.links.dst[taken])
        assert at == dst[row]
    assert len(hops.stuck) == 0


@pytest.mark.parametrize("rule", ["modulo", "threshold"])
@pytest.mark.parametrize("function", ["crc32", "crc16-arc", "toeplitz", "siphash", "linux-l4"])
def test_one_seed_for_all_leaves_what_the_closed_form_says(tree, function, rule):
    tuples, src, dst = pairs_of(tree, 32)
    found = polarisation(tree, tuples, src, dst, function=function, seeding="same", rule=rule, draws=2).use
    assert found.tier.tolist() == [1, 2]
    assert found.used.tolist() == pytest.approx([4, float(polarised_links(4, 4, rule=rule))])
    assert found.fan_out[1] == pytest.approx(1)
    assert found.entropy[1] == pytest.approx(0)
    assert found.imbalance[1] == pytest.approx(4)


@pytest.mark.parametrize(("function", "fair"), [("siphash", True), ("toeplitz", True), ("jhash", True),
                                                ("crc32", False), ("crc16-ccitt-false", False)])  # fmt: skip
def test_seeds_per_tier_help_only_hashes_that_are_not_shifted(tree, function, fair):
    """The seed of a CRC adds a constant: of what agrees in its lowest two bits, all still agrees."""
    tuples, src, dst = pairs_of(tree, 32)
    found = polarisation(tree, tuples, src, dst, function=function, seeding="per-tier", draws=4)
    assert found.use.used[1] == pytest.approx(4 if fair else 1, rel=0.01)
    same = polarisation(tree, tuples, src, dst, function=function, seeding="same", draws=4)
    assert (found.fullest_p95 < same.fullest_p95 / 2) == fair


@pytest.mark.parametrize(("below", "above"), [(4, 4), (4, 8), (8, 4), (6, 4), (3, 4), (5, 7), (1, 6)])
@pytest.mark.parametrize("rule", ["modulo", "threshold"])
def test_polarised_links_are_counted(below, above, rule):
    hashes = np.arange(below * above * 64, dtype=np.uint64)
    bits = 63
    spread = hashes if rule == "modulo" else hashes * np.uint64((1 << bits) // len(hashes))
    low, high = (split(spread, w, method=rule, bits=bits) for w in (below, above))
    used = [len(np.unique(high[low == i])) for i in range(below)]
    assert np.mean(used) == pytest.approx(float(polarised_links(below, above, rule=rule)))


@pytest.mark.no_cover
@pytest.mark.parametrize(("senders", "up"), [(4, 4), (8, 8), (8, 3)])
def test_an_ideal_hash_uses_what_balls_in_bins_do(senders, up):
    _, network = leaf_spine(8, up, 4)
    nic = network.hosts.nic_node
    src, dst = nic[:senders], nic[8 : 8 + senders]
    found = polarisation(network, queue_pairs(src, dst), src, dst, function="siphash", draws=600)
    assert found.use.expected[0] == pytest.approx(used_links(senders, up))
    assert found.use.used[0] == pytest.approx(used_links(senders, up), rel=0.03)
    assert found.use.imbalance[0] == pytest.approx(fullest_link(senders, up) * up / senders, rel=0.04)
    apart = np.mean(found.fullest == 1) if senders <= up else 0.0
    assert apart == pytest.approx(all_apart(senders, up), abs=0.06)


def test_chances_of_meeting():
    rng = np.random.default_rng(1)
    thrown = rng.integers(0, 6, (40_000, 4))
    alone = np.mean([(thrown[:, 1:] != thrown[:, :1]).all(axis=1)])
    assert meeting(4, 6) == pytest.approx(1 - alone, abs=0.01)
    assert all_apart(4, 6) == pytest.approx(np.mean([len(set(row)) == 4 for row in thrown.tolist()]), abs=0.01)
    assert (meeting(3, 1), meeting(1, 1), meeting(0, 5), all_apart(0, 3)) == (1, 0, 0, 1)


def test_few_elephants_fill_a_link_that_many_mice_do_not(tree):
    few, many = (pairs_of(tree, n) for n in (1, 64))
    found = [
        polarisation(tree, *given, function="siphash", draws=8, load=np.full(len(given[1]), 64.0 / n))
        for n, given in ((1, few), (64, many))
    ]
    assert found[0].fullest_p95 > 2 * found[1].fullest_p95
    assert found[0].use.used[0] < found[1].use.used[0] == pytest.approx(4)


def test_elephants_among_mice_weigh_what_they_carry(tree):
    tuples, src, dst = pairs_of(tree, 2)
    load = np.where(np.arange(len(src)) == 0, 1000.0, 1.0)
    found = polarisation(tree, tuples, src, dst, function="siphash", draws=3, load=load)
    assert found.fullest.min() >= 1000
    assert found.use.imbalance[0] > 3.8


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.sampled_from([1.0, 2.0])), min_size=1,
        max_size=12,
    ).filter(lambda cables: all(a != b for a, b, _ in cables)),
    st.integers(0, 99),
)  # fmt: skip
def test_loads_of_weights_are_those_of_the_paths(cables, seed):
    """Against the kernel of equal-cost shares; parallel cables, parts without a way, failed links."""
    network = wan(cables)
    nic, rng = network.hosts.nic_node, np.random.default_rng(seed)
    alive = bools((rng.random(len(network.links)) < 0.8) | (network.links.kind == 0))
    policy = policy_of(network, seed=1, alive=alive)
    weight = rng.integers(1, 9, len(network.links)).astype(float)
    src, dst, amount = nic[rng.integers(0, 8, 6)], nic[rng.integers(0, 8, 6)], rng.random(6)
    plan = plan_groups(network, policy, dst, table=4096, weight=weight)
    found = load_error(network, policy, plan, src, dst, amount)
    assert plan.worst == pytest.approx(1)
    np.testing.assert_allclose(found.reduced, found.exact, rtol=1e-9)
    shares = paths_of(network, flows(src, dst), with_weight(policy, weight))
    size = np.diff(shares.ptr)
    load = np.bincount(shares.link, shares.share * np.repeat(amount, size), len(network.links))
    np.testing.assert_allclose(found.exact, load, atol=1e-12)
    lost = (size == 0) & (src != dst)
    assert found.unserved == pytest.approx(amount[lost].sum())


def flows(src, dst):
    from types import SimpleNamespace

    return SimpleNamespace(src=np.asarray(src, dtype=np.int32), dst=np.asarray(dst, dtype=np.int32))


def with_weight(policy, weight):
    from dataclasses import replace

    return replace(policy, weight=weight)


def test_small_tables_cost_what_their_error_says(tree):
    nic, rng = tree.hosts.nic_node, np.random.default_rng(1)
    weight, policy = rng.uniform(1, 9, len(tree.links)), policy_of(tree, seed=1)
    ends = np.roll(nic, len(nic) // 2)
    before = None
    for table in (16, 32, 128, 1024):
        plan = plan_groups(tree, policy, nic, table=table, weight=weight)
        entries = np.bincount(np.repeat(plan.node, np.diff(plan.ptr)), plan.entries)
        assert entries.max() <= table
        found = load_error(tree, policy, plan, nic, ends, np.ones(len(nic)))
        assert found.exact.sum() == pytest.approx(found.reduced.sum())
        assert 1 <= found.worst <= plan.worst**2 + 1e-9, "two tiers choose, each at most that much off"
        assert before is None or plan.worst <= before
        before = plan.worst
    assert before < 1.01


def test_a_switch_whose_table_is_too_small_is_named(tree):
    with pytest.raises(ValueError, match="f-pod0-leaf-0: 1 groups need 4 entries, and the table has 3"):
        plan_groups(tree, policy_of(tree, seed=1), tree.hosts.nic_node, table=3)


def test_connections_without_a_way_are_said():
    network = wan([("a", "b", 1.0), ("c", "d", 1.0)])
    nic = network.hosts.nic_node
    src, dst = nic[[0, 0, 1]], nic[[4, 1, 1]]
    tuples, policy = queue_pairs(src, dst), policy_of(network, seed=1, alive=bools(network.links.cost < CHAIN))
    hops = walk(network, policy, tuples, src, dst)
    assert hops.stuck.tolist() == [0]
    found = polarisation(network, tuples, src, dst, draws=2, policy=policy)
    assert (found.stuck, len(found.use), found.fullest.tolist()) == (1, 0, [0, 0])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"function": "md5"}, "no hash function"),
        ({"rule": "best"}, "no rule"),
        ({"seeding": "none"}, "per-switch, per-tier or same"),
        ({"draws": 0}, "at least one draw"),
        ({"load": [1.0]}, "one number per connection"),
        ({"load": [-1.0, 1.0]}, "from 0 on"),
        ({"src": [0]}, "2 headers, 1 sources"),
    ],
)
def test_misuse_is_said(tree, change, says):
    given = {"src": tree.hosts.nic_node[:2], "dst": tree.hosts.nic_node[2:4]} | change
    with pytest.raises(ValueError, match=says):
        polarisation(tree, queue_pairs([0, 1], [2, 3]), **given)
