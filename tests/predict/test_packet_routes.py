"""Packets over all cheapest paths: hashes, spraying, flowlets, failures; against the room of routes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from tests.demand.clusters import site

from easterly._kernel import graph
from easterly.base.columns import floats, indices, ints
from easterly.model.network import LinkKind
from easterly.model.packet_routes import LinkEvent, Manner, Names
from easterly.model.packets import Ports
from easterly.model.routing import Tunnels
from easterly.predict.packet import (
    faults_of,
    hashed_ways,
    outage,
    simulate,
    steer,
    steer_failing,
    steer_through,
    steer_tunnels,
    transport,
)
from easterly.predict.packet.star import one_switch, star_flows, star_ports
from easterly.route.ecmp import policy_of
from easterly.route.hashing import hash_of, queue_pairs, tuples_of, walk
from easterly.site import blueprints

GB = 1e9
HARDWARE = {
    "switches": {"sw": {"ports": 64, "rate": "100Gb/s"}},
    "hosts": {"h": {"gpus": 1, "nics": 1, "nic_rate": "100Gb/s"}},
}
FIXED = replace(transport("fixed"), first_window=1e6, nic_B=10**9, duplicates=2**20, least_timeout_s=50.0)


def fat_tree(k, hosts):
    fabric = {"blueprint": "fat-tree", "k": k, "switch": "sw", "hosts": {"type": "h", "count": hosts}}
    return blueprints.build(site(fabrics={"f": fabric}, hardware=HARDWARE))


def leaf_spine(down, up, hosts):
    fabric = {
        "blueprint": "leaf-spine", "hosts": {"type": "h", "count": hosts},
        "leaf": {"type": "sw", "down": down, "up": up}, "spine": {"type": "sw", "count": up},
    }  # fmt: skip
    return blueprints.build(site(fabrics={"f": fabric}, hardware=HARDWARE))


def ports_of(network, rate_bps=100 * GB, delay_s=1e-6, limit_B=-1):
    n = len(network.links)
    none = np.full(n, -1)
    return Ports(
        floats(np.full(n, rate_bps)), floats(np.full(n, delay_s)), np.full(n, limit_B), none, none, floats(np.ones(n)),
        floats(np.zeros(n)),
    )  # fmt: skip


def pairs(network, each=1, seed=3):
    """Every interface to another, `each` connections of every pair, by a permutation without fixed points."""
    nic = network.hosts.nic_node
    order = np.random.default_rng(seed).permutation(len(nic))
    to = np.empty_like(nic)
    to[order] = nic[np.roll(order, 1)]
    return np.repeat(nic, each), np.repeat(to, each), np.tile(np.arange(each), len(nic))


@pytest.fixture(scope="module")
def tree():
    return fat_tree(4, 16)


def crc_names(network, policy, src, dst, fields=None):
    there, back = queue_pairs(src, dst), queue_pairs(src, dst)
    back = replace(back, src=there.dst, dst=there.src, src_port=there.dst_port, dst_port=there.src_port)
    value = np.stack([hash_of(each, "crc32") for each in (there, back)], axis=1).astype(np.uint64)
    one = tuples_of(["10.0.0.1"], ["10.0.0.2"], [1], [2])
    plain = int(hash_of(one, "crc32")[0])
    seed = [int(hash_of(one, "crc32", seed=int(s))[0]) ^ plain for s in policy.seed]
    return there, back, Names(value, np.array(seed, dtype=np.uint64), 32)


@pytest.mark.parametrize("rule", ["modulo", "threshold"])
def test_connections_take_the_ways_that_walks_take(tree, rule):
    """By CRC-32 of the five-tuple with the seed of every switch: each connection alone, there and back."""
    src, dst, number = pairs(tree, 3)
    policy = policy_of(tree, seed=5)
    there, back, names = crc_names(tree, policy, src, dst)
    how = Manner(modulo=rule == "modulo")
    ways = [
        walk(tree, policy, t, a, b, function="crc32", rule=rule) for t, a, b in ((there, src, dst), (back, dst, src))
    ]
    for row in range(0, len(src), 7):
        one = slice(row, row + 1)
        alone = Names(names.value[one], names.seed, names.bits)
        flows, routes = steer(tree, policy, src[one], dst[one], 1000, number=number[one], manner=how, names=alone)
        found = simulate(ports_of(tree), flows, FIXED, routes=routes)
        for way, size_B in zip(ways, (1052, 64), strict=True):
            assert set(np.flatnonzero(found.sent_B == size_B)) == set(way.link[way.connection == row].tolist())
    flows, routes = steer(tree, policy, src, dst, 1000, number=number, manner=how, names=names)
    found = simulate(ports_of(tree), flows, FIXED, routes=routes)
    on = [np.bincount(way.link, minlength=len(tree.links)) for way in ways]
    assert np.array_equal(found.sent_B, 1052 * on[0] + 64 * on[1])
    known = hashed_ways(ports_of(tree), flows, FIXED, routes)
    for way, ptr, link in ((ways[0], known.ptr, known.link), (ways[1], known.back_ptr, known.back_link)):
        for row in range(len(src)):
            assert link[ptr[row] : ptr[row + 1]].tolist() == way.link[way.connection == row].tolist()


def test_packets_that_choose_for_themselves_have_no_single_way(tree):
    src, dst, number = pairs(tree, 3)
    flows, routes = steer(tree, policy_of(tree, seed=5), src, dst, 1000, number=number, manner=Manner("random"))
    with pytest.raises(ValueError, match="no single way"):
        hashed_ways(ports_of(tree), flows, FIXED, routes)


@pytest.mark.parametrize("network", [fat_tree(4, 16), fat_tree(6, 54), leaf_spine(8, 5, 8)])
@pytest.mark.parametrize("told", [7, 3, 1])
def test_the_busiest_link_is_that_of_the_spread(network, told):
    """The mixed hash of the room of routes, draw by draw: as many connections on its busiest link, and that link."""
    src, dst, number = pairs(network, 4)
    policy = replace(policy_of(network, seed=9), told=ints(np.full(len(network.nodes), told)))
    weight = 1.0 + np.arange(len(network.links)) % 3
    ends, links = pairs(network), network.links
    inside = np.where(links.kind == LinkKind.HOST, np.inf, 1.0)
    for weights in (policy.weight, floats(weight)):
        policy = replace(policy, weight=weights)
        for draw in range(3):
            flows, routes = steer(network, policy, src, dst, 1000, number=number, seed=77, draw=draw)
            found = simulate(ports_of(network), flows, replace(FIXED, ack_B=1), routes=routes)
            on = found.sent_B // 1052
            loads = np.where(links.kind == LinkKind.HOST, 0, on)
            worst = [
                graph.hashed_spread(
                    len(network.nodes), links.src, links.dst, policy.cost, policy.transit, policy.alive, policy.weight,
                    policy.seed, ints(ends[0]), ints(ends[1]), floats(np.full(len(ends[0]), 4.0)),
                    ints(np.full(len(ends[0]), 4)), ints(np.full(len(ends[0]), told)), ints(np.zeros(len(ends[0]))), 1,
                    inside.reshape(1, -1), 77, count,
                )[1][0, 0] * count
                for count in (draw, draw + 1) if count > 0
            ]  # fmt: skip
            assert loads.max() == pytest.approx(worst[-1] - (worst[0] if draw else 0.0), abs=1e-9)


def test_one_seed_for_all_polarises():
    """What comes to a switch of the second tier has been chosen by the same hash: one of its links is used, not both.

    With k = 4 a leaf hashes into halves, and its spine halves the half again: of hash regions that are alike, one.
    """
    network = fat_tree(8, 128)
    policy, used = policy_of(network, seed=2), {}
    tier = network.nodes.tier
    up = (tier[network.links.src] == 2) & (tier[network.links.dst] == 3)
    src, dst, number = pairs(network, 16)
    for polarised in (False, True):
        flows, routes = steer(
            network, policy, src, dst, 1000, number=number, manner=Manner(polarised=polarised, modulo=True)
        )
        found = simulate(ports_of(network), flows, FIXED, routes=routes)
        used[polarised] = (found.sent_B[up] > 500).mean()
    # Remainders by 4 twice with one hash: of four links one is used by data that chose among four below.
    assert used[True] == pytest.approx(1 / 4, abs=0.02) and used[False] > 0.95


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", [1, 2])
def test_a_sprayed_permutation_fills_a_fat_tree(tree, seed):
    """Full bisection, acknowledgements of a byte: sprayed, receivers get 95 % of their lines and more; hashed, not.

    The shortest queue of the own switch knows nothing of collisions on the way down: it is between the two.
    """
    src, dst, _ = pairs(tree, seed=seed)
    packets, policy = 7000, policy_of(tree, seed=seed)
    how = replace(FIXED, first_window=300, nic_B=64_000, ack_B=1)
    share = {}
    for pick in ("hash", "random", "flow-turns", "two-choices", "switch-turns", "least", "least-random"):
        flows, routes = steer(tree, policy, src, dst, 1448 * packets, manner=Manner(pick))
        found = simulate(ports_of(tree), flows, how, routes=routes, seed=seed)
        assert found.complete and found.again.sum() == 0
        share[pick] = (found.ideal_s / found.fct_s).mean()
        assert share[pick] <= 1 + 1e-9
    assert min(share["random"], share["flow-turns"], share["two-choices"]) >= 0.95
    assert min(share["switch-turns"], share["least"], share["least-random"]) > share["hash"] < 0.8


def test_flowlets_keep_their_order(tree):
    """A gap of the longest path's wait and more: nothing comes late. Without a gap, much does."""
    src, dst, _ = pairs(tree)
    policy = policy_of(tree, seed=4)
    how = replace(FIXED, first_window=60, nic_B=64_000)
    late = {}
    for gap_s in (0.0, 60e-6):
        flows, routes = steer(tree, policy, src, dst, 1448 * 800, manner=Manner("random", gap_s=gap_s), watched=True)
        found = simulate(ports_of(tree), flows, how, routes=routes)
        late[gap_s] = found.reordered.sum()
        assert (found.fates.changes.sum() > 0) == (gap_s == 0.0)
    assert late[60e-6] == 0 < late[0.0]


def test_same_bytes_and_nothing_without_a_seed(tree):
    src, dst, number = pairs(tree, 2)
    policy = policy_of(tree, seed=4)
    flows, routes = steer(tree, policy, src, dst, 50_000, number=number, manner=Manner("random"))
    a, b = (simulate(ports_of(tree), flows, transport("dctcp"), routes=routes, seed=1) for _ in range(2))
    assert np.array_equal(a.fct_s, b.fct_s) and np.array_equal(a.sent_B, b.sent_B) and a.events == b.events
    other = simulate(ports_of(tree), flows, transport("dctcp"), routes=routes, seed=2)
    assert not np.array_equal(a.sent_B, other.sent_B)


def test_the_first_path_is_one_of_the_cheapest(tree):
    src, dst, _ = pairs(tree)
    policy = policy_of(tree, seed=4)
    flows, _ = steer(tree, policy, src, dst, 1000)
    links = tree.links
    for f in range(len(flows)):
        for ptr, link, a, b in (
            (flows.ptr, flows.link, src[f], dst[f]), (flows.back_ptr, flows.back_link, dst[f], src[f])
        ):  # fmt: skip
            path = link[ptr[f] : ptr[f + 1]]
            assert links.src[path[0]] == a and links.dst[path[-1]] == b
            assert (links.dst[path[:-1]] == links.src[path[1:]]).all() and len(path) in (2, 4, 6)


def test_what_fails_is_avoided_after_the_delays(tree):
    """A spine's cable fails for good: losses end when switches know, and all arrives."""
    src, dst, _ = pairs(tree, seed=1)
    policy, tier = policy_of(tree, seed=4), tree.nodes.tier
    links = tree.links
    cable = np.flatnonzero((tier[links.src] == 2) & (tier[links.dst] == 3))[:1]
    events = outage(tree, cable, 20e-6)
    how = replace(transport("newreno"), least_timeout_s=1e-3)
    ends = {}
    for local_s, global_s in ((5e-6, None), (5e-6, 30e-6), (40e-6, 40e-6)):
        flows, routes, faults = steer_failing(
            tree, policy, src, dst, 2_000_000, events=events, local_s=local_s, global_s=global_s, watched=True
        )
        found = simulate(ports_of(tree), flows, how, routes=routes, faults=faults, until_s=1.0)
        fates = found.fates
        lost = fates.refused.sum() + fates.cut.sum() + fates.without_way
        ends[local_s, global_s] = found.complete, int(lost)
        assert fates.of_flow.sum() + fates.without_way == lost
        assert (fates.refused > 0).sum() <= 2
    assert ends[5e-6, 30e-6][0] and ends[40e-6, 40e-6][0]
    assert ends[5e-6, 30e-6][1] > 0
    # Down from the core there is no other way: without new tables what is sent there is lost for ever.
    assert not ends[5e-6, None][0] and ends[5e-6, None][1] > ends[5e-6, 30e-6][1]


def test_tables_are_those_of_what_is_left():
    """Each epoch's packets take the ways of a network without what is down: link by link, as if steered there."""
    network = fat_tree(4, 16)
    policy, tier, links = policy_of(network, seed=6), network.nodes.tier, network.links
    core = np.flatnonzero((tier[links.src] == 2) & (tier[links.dst] == 3))
    down = np.unique(np.concatenate([core[:3], links.reverse[core[:3]]]))
    src, dst, number = pairs(network, 6)
    events = [*outage(network, core[:3], 1e-3, 3e-3)]
    left = replace(policy, alive=policy.alive & ~np.isin(np.arange(len(links)), down))
    counts = []
    for at_s, known in ((0.0, policy), (2e-3, left), (5e-3, policy)):
        flows, routes, faults = steer_failing(
            network, policy, src, dst, 1000, at_s, number=number, events=events, local_s=1e-6, global_s=1e-4
        )
        found = simulate(ports_of(network), flows, FIXED, routes=routes, faults=faults)
        plain, ways = steer(network, known, src, dst, 1000, at_s, number=number)
        wanted = simulate(ports_of(network), plain, FIXED, routes=ways)
        assert np.array_equal(found.sent_B, wanted.sent_B) and np.array_equal(found.fct_s, wanted.fct_s)
        counts.append(found.sent_B[down].sum())
    assert counts[1] == 0 < min(counts[0], counts[2])


def test_a_rate_that_halves_and_bits_that_flip():
    network = leaf_spine(4, 1, 8)
    policy, links = policy_of(network, seed=1), network.links
    nic = network.hosts.nic_node
    up = np.flatnonzero(links.src == nic[0])
    events = [LinkEvent(0.0, int(up[0]), "rate", 50 * GB), LinkEvent(0.0, int(up[0]), "bit-errors", 1e-7)]
    flows, routes, faults = steer_failing(
        network, policy, nic[:1], nic[-1:], 1448 * 3000, events=events, local_s=1e-6, global_s=None
    )
    how = replace(transport("newreno"), first_window=1e4, least_timeout_s=1e-3)
    found = simulate(ports_of(network), flows, how, routes=routes, faults=faults)
    assert found.fates.lost[up[0]] == pytest.approx(3000 * 12_000e-7, abs=4 * 1.9)
    assert found.complete and found.fct_s[0] >= 3000 * 12_000 / 50e9


def test_pairs_without_a_path_are_named(tree):
    nic = tree.hosts.nic_node
    policy = policy_of(tree, seed=1)
    with pytest.raises(ValueError, match="sends to itself"):
        steer(tree, policy, nic[:1], nic[:1], 1000)
    alive = policy.alive & (tree.nodes.tier[tree.links.dst] < 3)
    with pytest.raises(ValueError, match=r"no path from .* to"):
        steer(tree, replace(policy, alive=alive), nic[:1], nic[-1:], 1000)
    with pytest.raises(ValueError, match="learn of a failure"):
        steer_failing(tree, policy, nic[:1], nic[-1:], 1000, events=[], local_s=1.0, global_s=0.5)


@pytest.mark.slow
def test_a_thousand_hosts_in_little_memory():
    """k = 16: tables of a permutation of 1,024 hosts, in a process of its own."""
    network = fat_tree(16, 1024)
    src, dst, _ = pairs(network)
    _, routes = steer(network, policy_of(network, seed=1), src, dst, 10**6)
    bytes_ = sum(
        each.nbytes for each in (routes.route, routes.path, routes.ptr, routes.member, routes.weight, routes.name)
    )
    assert bytes_ < 60e6
    assert indices(routes.ptr)[-1] > 0


def test_segments_pass_their_waypoints(tree):
    """Cheapest paths from waypoint to waypoint, there and back: links from networkx's lengths, no others."""
    policy, links, tier = policy_of(tree, seed=2), tree.links, tree.nodes.tier
    nic = tree.hosts.nic_node
    cores = np.flatnonzero(tier == 3)
    src, dst = nic[[0, 0, 3, 5]], nic[[15, 9, 12, 6]]
    via = [[cores[0]], [cores[3], np.flatnonzero(tier == 2)[5]], [], [cores[1]]]
    flows, routes = steer_through(tree, policy, src, dst, via, 20_000)
    net = nx.DiGraph(zip(links.src.tolist(), links.dst.tolist(), strict=True))
    for row in range(len(src)):
        one = slice(row, row + 1)
        alone, ways = steer_through(tree, policy, src[one], dst[one], via[row : row + 1], 20_000)
        found = simulate(ports_of(tree), alone, FIXED, routes=ways)
        stops = [int(src[row]), *map(int, via[row]), int(dst[row])]
        length = sum(nx.shortest_path_length(net, a, b) for a, b in pairwise(stops))
        used = found.sent_B >= 20_000
        assert used.sum() == length == np.diff(alone.ptr)[0] and found.complete
        heads = set(links.dst[used].tolist())
        assert heads >= set(stops[1:])
        assert found.packet_hops == 14 * length + 14 * np.diff(alone.back_ptr)[0]
    assert simulate(ports_of(tree), flows, FIXED, routes=routes).complete
    with pytest.raises(ValueError, match="each named once"):
        steer_through(tree, policy, src[:1], dst[:1], [[cores[0], cores[1], cores[0]]], 1000)
    with pytest.raises(ValueError, match="are switches"):
        steer_through(tree, policy, src[:1], dst[:1], [[nic[3]]], 1000)


def test_tunnels_share_by_their_rates(tree):
    links, nic = tree.links, tree.hosts.nic_node
    net = nx.DiGraph(zip(links.src.tolist(), links.dst.tolist(), strict=True))
    of = {(a, b): i for i, (a, b) in enumerate(zip(links.src.tolist(), links.dst.tolist(), strict=True))}
    paths = [
        [of[step] for step in pairwise(nodes)]
        for nodes in list(nx.all_shortest_paths(net, int(nic[0]), int(nic[15])))[:3]
    ]
    ptr = np.cumsum([0, *map(len, paths)])
    along, backup = ints([link for path in paths for link in path]), ints([2, -1, -1])
    tunnels = Tunnels(ints([0, 0, 0]), indices(ptr), along, floats([30e9, 10e9, 60e9]), backup)
    flows, routes = steer_tunnels(tree, tunnels, 1448 * 4000, manner=Manner("random"))
    found = simulate(ports_of(tree), flows, FIXED, routes=routes)
    alone = [next(link for link in path if sum(link in each for each in paths) == 1) for path in paths]
    on = found.sent_B[alone]
    # The last protects the first and carries nothing: a flow's packets are shared three to one.
    assert on[2] == 0 and on[0] / (on[0] + on[1]) == pytest.approx(3 / 4, abs=0.03) and found.complete
    with pytest.raises(ValueError, match="flow 0 has no tunnel"):
        steer_tunnels(tree, replace(tunnels, flow=ints([1, 1, 1])), 1000)


@pytest.mark.parametrize("law", ["newreno", "dcqcn-paper"])
def test_a_failure_that_nobody_goes_round_is_told(tree, law):
    """Down from a core there is one way: without new tables, a run says that nothing new arrives, and ends."""
    src, dst, _ = pairs(tree, seed=1)
    tier, links = tree.nodes.tier, tree.links
    cable = np.flatnonzero((tier[links.src] == 2) & (tier[links.dst] == 3))[:1]
    flows, routes, faults = steer_failing(
        tree, policy_of(tree, seed=4), src, dst, 500_000, events=outage(tree, cable, 5e-6), local_s=5e-6
    )
    found = simulate(ports_of(tree), flows, transport(law), routes=routes, faults=faults)
    assert not found.complete and "nothing new arrives" in repr(found)
    assert 0 < np.isinf(found.fct_s).sum() < len(flows)


@pytest.mark.parametrize("holds", [False, True])
@pytest.mark.parametrize("cable", [0, 5])
def test_a_lossless_switch_whose_cable_fails_goes_on(holds, cable):
    """Of a sender, or of the receiver: pauses that were on their way are asked for again, and all arrives."""
    how, senders, size_B = transport("dcqcn-paper"), 5, 400_000
    ports = star_ports(senders + 1, 40e9, 1e-6)
    flows = star_flows(np.arange(senders), senders, size_B)
    queues = one_switch(senders + 1, how, rate_bps=40e9, shared_B=60_000, headroom_B=24_000, xon_offset_B=3000)
    what = "hold" if holds else "down"
    times = (50e-6, what), (90e-6, "up")
    events = [LinkEvent(at, link, each) for at, each in times for link in (2 * cable, 2 * cable + 1)]
    found = simulate(ports, flows, how, queues=queues, faults=faults_of(events))
    assert found.complete and np.isfinite(found.fct_s).all()
    gone = found.fates.cut.sum() + found.fates.refused.sum()
    assert gone > 0 and found.again.sum() >= 1 and found.pauses.sum() > 0
    assert (found.fates.refused.sum() == 0) == holds
    calm = simulate(ports, flows, how, queues=queues)
    assert calm.fates is None and calm.fct_s.max() < found.fct_s.max() and calm.drops.sum() == 0
