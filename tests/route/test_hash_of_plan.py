"""The hash key of a fabric moves the plan's routing: seeds that polarise, fields that do not tell connections apart."""

from __future__ import annotations

import numpy as np
import pytest
from tests.predict.made import demands, phase
from tests.route.test_hashing_rules import HARDWARE, built, fat_tree, leaf_spine

from easterly.base.seeds import stream
from easterly.model.network import LinkKind
from easterly.model.spec.fabric import Hash
from easterly.route.ecmp import policy_of, spreads_of
from easterly.study.nouns import Nouns

FIELDS = ("src-ip", "dst-ip", "protocol", "src-port", "dst-port")


def between_pods(network, connections):
    """Every interface sends to the one half a fabric away."""
    nic = network.hosts.nic_node
    half = len(nic) // 2
    return demands([phase("j", [(a, b, 1e6) for a, b in zip(nic, np.roll(nic, half), strict=True)],
                          connections=connections)])  # fmt: skip


def uplinks(network, wanted, draws=32, **hash_):
    policy = policy_of(network, seed=1, hashes={"f": Hash(**hash_)} if hash_ else None)
    return spreads_of(network, wanted, policy, seed=1, draws=draws)[1]


def test_seeds_per_switch_are_what_they_were_without_the_key():
    _, network = fat_tree(8, 4)
    plain, named = policy_of(network, seed=7), policy_of(network, seed=7, hashes={"f": Hash(seed="per-switch")})
    wanted = [stream(7, name) >> 33 for name in network.nodes.name.tolist()]
    assert plain.seed.tolist() == named.seed.tolist() == wanted
    assert plain.told is named.told is None


@pytest.mark.parametrize(("seed", "kinds"), [("per-tier", 4), ("same", 1)])
def test_seeds_are_shared_by_tier_or_by_all_of_one_fabric(seed, kinds):
    leaf_spines = {
        name: {"blueprint": "fat-tree", "k": 8, "switch": "sw", "hosts": {"type": "h", "count": 4}} for name in "fg"
    }
    _, network = built(leaf_spines)
    seeds, nodes = policy_of(network, seed=1, hashes={"f": Hash(seed=seed)}).seed, network.nodes
    own = nodes.fabric == "f"
    assert len(set(seeds[own].tolist())) == kinds
    if seed == "per-tier":
        assert all(len(set(seeds[own & (nodes.tier == t)].tolist())) == 1 for t in range(4))
    plain = policy_of(network, seed=1).seed
    np.testing.assert_array_equal(seeds[~own], plain[~own])
    assert not set(seeds[own].tolist()) & set(seeds[~own].tolist())


@pytest.mark.parametrize(("k", "connections"), [(8, 512), (16, 1024)])
def test_one_seed_for_all_uses_one_uplink_of_every_spine(k, connections):
    """k/2 links up on leaves and spines: all that reaches a spine has chosen it, and chooses the same again."""
    _, network = fat_tree(k, k**3 // 16)
    wanted = between_pods(network, connections)
    fair, tiers, same = (uplinks(network, wanted, draws=8, seed=s) for s in ("per-switch", "per-tier", "same"))
    assert fair.even_s[0] == same.even_s[0]
    assert fair.mean_s[0] == pytest.approx(fair.even_s[0], rel=0.25)
    assert tiers.mean_s[0] == pytest.approx(fair.mean_s[0], rel=0.1)
    assert same.mean_s[0] == pytest.approx(same.even_s[0] * k / 2, rel=0.15)
    assert same.p95_s[0] > 1.8 * fair.p95_s[0]


@pytest.mark.parametrize(("below", "above"), [(4, 8), (8, 4), (6, 4), (3, 4)])
def test_regions_of_unlike_tiers_overlap_as_the_closed_form_says(below, above):
    """Spine i gets hashes from i/a to (i + 1)/a, and link j of its b those from j/b to (j + 1)/b."""
    nodes, links = {}, {}
    nodes |= {f"h{i}": {"type": "h"} for i in range(2)} | {f"l{i}": {"type": "sw", "role": "leaf"} for i in range(2)}
    nodes |= {f"s{i}{p}": {"type": "sw", "role": "spine"} for i in range(below) for p in range(2)}
    nodes |= {f"t{i}x{j}": {"type": "sw", "role": "super-spine"} for i in range(below) for j in range(above)}
    for p in range(2):
        links |= {f"h{p}-{n}": {"a": f"h{p}", "b": f"l{p}", "rate": "100Gb/s"} for n in range(4)}
        for i in range(below):
            links[f"up{p}{i:02}"] = {"a": f"l{p}", "b": f"s{i}{p}", "rate": "100Gb/s"}
            links |= {f"x{p}{i:02}{j:02}": {"a": f"s{i}{p}", "b": f"t{i}x{j}", "rate": "100Gb/s"}
                      for j in range(above)}  # fmt: skip
    _, network = built({"f": {"blueprint": "graph", "nodes": nodes, "links": links}})
    nic = network.hosts.nic_node
    wanted = demands([phase("j", [(nic[0], nic[4], 1e6)], connections=20000)])
    policy = policy_of(network, seed=1, hashes={"f": Hash(seed="same")})
    top = network.nodes.role[network.links.dst] == "super-spine"
    assert (network.links.kind[top] == LinkKind.FABRIC).all()
    capacity = np.where(top, 1.0, np.inf)
    share = max(
        min((i + 1) / below, (j + 1) / above) - max(i / below, j / above) for i in range(below) for j in range(above)
    )
    busiest = busiest_of(network, wanted, policy, capacity)
    assert busiest == pytest.approx(8e6 * share, rel=0.05)
    assert busiest > 1.9 * 8e6 / below / above


def busiest_of(network, wanted, policy, capacity):
    from dataclasses import replace

    from easterly.base.columns import floats

    only = replace(network, links=replace(network.links, capacity_bps=floats(capacity)))
    return spreads_of(only, wanted, policy, seed=1, draws=8)[0].mean_s[0]


def test_fields_that_are_alike_do_not_split_a_pair():
    """One pair with 64 connections: addresses alone send all of them over one of 8 uplinks."""
    _, network = leaf_spine(8, 8, 4)
    nic = network.hosts.nic_node
    wanted = demands([phase("j", [(nic[0], nic[8], 1e6)], connections=64)])
    alike, apart = uplinks(network, wanted, fields=("src-ip", "dst-ip")), uplinks(network, wanted, fields=FIELDS)
    assert [alike.p95_s[0], alike.mean_s[0]] == pytest.approx([8e6 / 100e9] * 2)
    assert apart.mean_s[0] < alike.mean_s[0] / 3


def test_the_source_alone_sends_all_of_a_sender_over_one_uplink():
    _, network = leaf_spine(8, 8, 4)
    nic = network.hosts.nic_node
    wanted = demands([phase("j", [(nic[0], nic[8 + i], 1e6) for i in range(8)], connections=4)])
    by_source = uplinks(network, wanted, fields=("src-ip",))
    assert by_source.mean_s[0] == pytest.approx(8 * 8e6 / 100e9)
    assert uplinks(network, wanted, fields=("dst-ip",)).mean_s[0] < by_source.mean_s[0] * 0.7


def test_the_key_reaches_the_plan():
    """Through the stages of a study: the policy and the spread change, the network does not."""
    fabric = {"blueprint": "fat-tree", "k": 8, "switch": "sw", "hosts": {"type": "h", "count": 4}}
    policies = {
        seed: Nouns(built({"f": fabric | {"hash": {"seed": seed}}})[0]).policy for seed in ("per-switch", "same")
    }
    assert len({held.digest for held in policies.values()}) == 2
    assert len(set(policies["same"].value.seed.tolist())) == 1 < len(set(policies["per-switch"].value.seed.tolist()))
    assert HARDWARE["switches"]["sw"]["ports"] == 64


def test_one_seed_for_all_makes_the_step_slower():
    """A job that climbs to the top tier: the 95th percentile of its phases rises, what is split evenly stays."""
    fabric = {"blueprint": "fat-tree", "k": 8, "switch": "sw", "hosts": {"type": "h", "count": 32}}
    spreads = {}
    for seed in ("per-switch", "same"):
        plan, network = built({"f": fabric | {"hash": {"seed": seed}}})
        policy = Nouns(plan).policy.value
        spreads[seed] = spreads_of(network, between_pods(network, 8), policy, seed=1)[0]
    assert spreads["same"].even_s[0] == spreads["per-switch"].even_s[0]
    assert spreads["same"].p95_s[0] > 1.5 * spreads["per-switch"].p95_s[0]
