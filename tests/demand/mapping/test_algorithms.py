"""What algorithms put on interfaces, against messages written out one by one, and their latencies by hand."""

from collections import Counter, defaultdict
from itertools import product
from math import ceil, log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.demand.clusters import NIC_BPS, SCALEUP_BPS
from tests.demand.clusters import network as one_switch
from tests.demand.mapping.made import by_host, by_node, by_pair, group_of

from easterly.base.columns import ints
from easterly.demand import collectives
from easterly.demand.layout import Layout
from easterly.demand.mapping import (
    bruck,
    halving_doubling,
    hierarchical,
    in_network,
    pairwise,
    parameter_server,
    ring,
    run,
    send,
    tree,
)  # fmt: skip
from easterly.demand.mapping.tree import first_parents, second_parents
from easterly.model.spec.job import Library

SIZE_B = 1e9
counts = st.integers(2, 7)
makes = st.sampled_from([(8, 8), (8, 4), (4, 8), (2, 2), (1, 1), (3, 3)])


def cluster(hosts, make, railed=True):
    gpus, nics = make
    network = one_switch(hosts, gpus, nics, railed=railed)
    return network, group_of(network, range(hosts))


def depth(parents):
    def up(i):
        return 0 if parents[i] < 0 else 1 + up(parents[i])

    return max(up(i) for i in range(len(parents)))


@pytest.mark.parametrize("count", range(2, 130))
def test_two_trees_span_all_hosts_and_share_the_inner_ones(count):
    """Sanders, Speck & Traeff 2009: every node is a leaf in one of two trees, which are flat."""
    place, total = np.arange(count), np.full(count, count)
    trees = [f(place, total).tolist() for f in (first_parents, second_parents)]
    for parents in trees:
        assert parents.count(-1) == 1
        assert max(Counter(p for p in parents if p >= 0).values()) <= 2
        assert depth(parents) <= ceil(log2(count)) + 1
    inner = [{p for p in parents if p >= 0} for parents in trees]
    roots = {parents.index(-1) for parents in trees}
    assert not (inner[0] & inner[1]) - roots


@given(counts, makes)
def test_trees_carry_twice_the_array_at_most(hosts, make):
    """Each host sends 2 S at most, and all together 2 (K-1) S: up and down each of the K-1 edges, in two halves."""
    network, group = cluster(hosts, make)
    phase = tree(group, "all-reduce", SIZE_B)
    for end in (0, 1):
        sums = by_host(network, phase.traffic, end)
        assert max(sums.values()) <= 2 * SIZE_B * (1 + 1e-9)
        assert sum(sums.values()) == pytest.approx(2 * (hosts - 1) * SIZE_B)
    shares = set(np.round(list(by_node(phase.traffic, 0).values()), 3))
    assert len(by_node(phase.traffic, 0)) == hosts * make[1] and len(shares) <= 4


def simulated_halving(ranks, passes):
    """Recursive halving of an all-reduce, with the blocks that every rank still works on: {(src, dst): share of S}."""
    inner = 1 << (ranks.bit_length() - 1)
    extra = ranks - inner
    sent = Counter()
    for i in range(extra):
        sent[2 * i, 2 * i + 1] += 1
        sent[2 * i + 1, 2 * i] += 1
    stay = [2 * i + 1 for i in range(extra)] + list(range(2 * extra, ranks))
    blocks = {r: set(range(inner)) for r in range(inner)}
    step = 1
    while step < inner:
        for r in range(inner):
            mine = {b for b in blocks[r] if b & step == r & step}
            sent[stay[r], stay[r ^ step]] += passes * len(blocks[r] - mine) / inner
        blocks = {r: {b for b in blocks[r] if b & step == r & step} for r in range(inner)}
        step *= 2
    assert all(blocks[r] == {r} for r in range(inner))
    return sent


def host_edges(sent, gpus):
    """{(host, host): share} of what ranks send to ranks of other hosts."""
    edges = defaultdict(float)
    for (a, b), share in sent.items():
        if a // gpus != b // gpus:
            edges[a // gpus, b // gpus] += share
    return dict(edges)


def mapped_edges(network, traffic):
    edges = defaultdict(float)
    for (a, b), size in by_pair(traffic).items():
        edges[int(network.node_host[a]), int(network.node_host[b])] += size / SIZE_B
    return dict(edges)


@given(counts, makes, st.booleans())
def test_halving_and_doubling_message_by_message(hosts, make, railed):
    network, group = cluster(hosts, make, railed)
    phase = halving_doubling(group, "all-reduce", SIZE_B)
    sent = simulated_halving(hosts * make[0], 2)
    assert mapped_edges(network, phase.traffic) == pytest.approx(host_edges(sent, make[0]))
    inside = Counter()
    for (a, b), share in sent.items():
        if a // make[0] == b // make[0]:
            inside[a] += share
    assert phase.scaleup_B >= max(inside.values(), default=0) * SIZE_B * (1 - 1e-9)
    if make[0] == make[1] and hosts * make[0] in (2, 4, 8, 16, 32):
        assert phase.scaleup_B == pytest.approx(max(inside.values(), default=0) * SIZE_B)


@pytest.mark.parametrize("collective", ["reduce-scatter", "all-gather"])
def test_halving_alone_sends_half(collective):
    network, group = cluster(4, (8, 8))
    whole, half = (halving_doubling(group, name, SIZE_B) for name in ("all-reduce", collective))
    assert by_pair(half.traffic) == {pair: size / 2 for pair, size in by_pair(whole.traffic).items()}
    assert mapped_edges(network, half.traffic) == pytest.approx(host_edges(simulated_halving(32, 1), 8))


def simulated_bruck(ranks):
    """Bruck's exchange with the blocks themselves: {(src, dst): blocks}, checked to deliver all of them."""
    held = {r: {(r, d): (d - r) % ranks for d in range(ranks)} for r in range(ranks)}
    sent, step = Counter(), 1
    while step < ranks:
        moved = {r: {k: left for k, left in held[r].items() if left & step} for r in range(ranks)}
        for r, blocks in moved.items():
            sent[r, (r + step) % ranks] += len(blocks)
            held[r] = {k: left for k, left in held[r].items() if k not in blocks}
        for r, blocks in moved.items():
            held[(r + step) % ranks] |= {k: left - step for k, left in blocks.items()}
        step *= 2
    assert all(set(held[d]) == {(s, d) for s in range(ranks)} for d in range(ranks))
    return sent


@settings(max_examples=20)
@given(counts, makes, st.booleans())
def test_bruck_block_by_block(hosts, make, railed):
    network, group = cluster(hosts, make, railed)
    ranks = hosts * make[0]
    sent = {pair: blocks / ranks for pair, blocks in simulated_bruck(ranks).items()}
    assert mapped_edges(network, bruck(group, "all-to-all", SIZE_B).traffic) == pytest.approx(host_edges(sent, make[0]))


@given(counts, makes, st.booleans())
def test_pairs_message_by_message(hosts, make, railed):
    """On rails a message leaves on the rail that it arrives on; else on the sender's own."""
    (gpus, nics), ranks = make, hosts * make[0]
    _, group = cluster(hosts, make, railed)
    phase = pairwise(group, "all-to-all", SIZE_B)
    wanted, inside, lanes = defaultdict(float), Counter(), max(1, nics // gpus)
    for a, b in product(range(ranks), repeat=2):
        if a == b:
            continue
        out, into = (r % gpus * nics // gpus for r in (b if railed else a, b))
        if a // gpus == b // gpus or out != a % gpus * nics // gpus:
            inside[a] += SIZE_B / ranks
        if a // gpus != b // gpus:
            for lane in range(lanes):
                ends = (1 + a // gpus * nics + out + lane, 1 + b // gpus * nics + into + lane)
                wanted[ends] += SIZE_B / ranks / lanes
    assert by_pair(phase.traffic) == pytest.approx(dict(wanted))
    assert phase.scaleup_B == pytest.approx(max(inside.values(), default=0))


def test_limited_routing_sends_less_between_hosts_and_copies_inside():
    """Four of eight copies go on their own: half of the bytes on the wire, all of them in the scale-up domain."""
    _, group = cluster(8, (8, 8))
    whole, limited = (pairwise(group, "all-to-all", SIZE_B, remote=share) for share in (1.0, 0.5))
    assert by_pair(limited.traffic) == pytest.approx({pair: size / 2 for pair, size in by_pair(whole.traffic).items()})
    assert limited.scaleup_B == pytest.approx(63 / 64 * SIZE_B)


def test_the_busiest_rank_gets_more_and_the_others_less():
    """Two groups of 4 hosts of one GPU; the first is busiest in the first group, the second in the second."""
    network = one_switch(8, 1, 1)
    group = group_of(network, range(8), np.arange(8).reshape(2, 4))
    phase = pairwise(group, "all-to-all", SIZE_B, imbalance=1.5)
    received = by_node(phase.traffic, 1)
    mean = 3 / 4 * SIZE_B
    assert [received[n] / mean for n in range(1, 5)] == pytest.approx([1.5] + [2.5 / 3] * 3)
    assert [received[n] / mean for n in range(5, 9)] == pytest.approx([2.5 / 3, 1.5] + [2.5 / 3] * 2)
    assert sum(received.values()) == pytest.approx(2 * 4 * mean)


@given(counts, makes, st.sampled_from([None, 1, 2, 5, 16]))
def test_parameter_servers_worker_by_worker(hosts, make, servers):
    network, group = cluster(hosts, make)
    group = group.__class__(group.axis, group.layout, group.runs, group.ranks, Library(servers=servers))
    shards = servers or hosts
    wanted = defaultdict(float)
    for shard in range(shards):
        at = shard * hosts // shards
        for worker in range(hosts):
            if worker != at:
                wanted[worker, at] += 1 / shards
    push = parameter_server(group, "reduce-scatter", SIZE_B)
    assert mapped_edges(network, push.traffic) == pytest.approx(dict(wanted))
    pull = parameter_server(group, "all-gather", SIZE_B)
    assert mapped_edges(network, pull.traffic) == pytest.approx({(b, a): x for (a, b), x in wanted.items()})
    both = parameter_server(group, "all-reduce", SIZE_B)
    assert sum(by_node(both.traffic, 0).values()) == pytest.approx(2 * sum(wanted.values()) * SIZE_B)


def test_a_central_server_drowns():
    """K-1 workers push S each into one host: 8 interfaces of 50 GB/s take (K-1) S / 400 GB/s."""
    _, group = cluster(5, (8, 8))
    phase = run(group, "all-reduce", SIZE_B, "parameter-server", Library(servers=1))
    assert phase.traffic.busiest_s == pytest.approx(4 * SIZE_B * 8 / (8 * NIC_BPS))
    sharded = run(group, "all-reduce", SIZE_B, "parameter-server")
    assert sharded.traffic.busiest_s == pytest.approx(2 * 4 / 5 * SIZE_B * 8 / (8 * NIC_BPS))


@given(counts, makes)
def test_switches_that_add_send_the_array_once(hosts, make):
    _, group = cluster(hosts, make)
    phase = in_network(group, "all-reduce", SIZE_B)
    for end in (0, 1):
        each = by_node(phase.traffic, end)
        assert len(each) == hosts * make[1]
        assert list(each.values()) == pytest.approx([SIZE_B / make[1]] * len(each))


def test_switches_of_the_scale_up_domain_halve_what_gpus_send():
    """S (1 + 1/q) instead of 2 (q-1)/q S; for two GPUs that would be more."""
    _, group = cluster(1, (8, 8))
    phase = run(group, "all-reduce", SIZE_B, "in-network", Library(nvls=True))
    assert phase.scaleup_B == pytest.approx(9 / 8 * SIZE_B) and len(phase.traffic.src) == 0
    assert phase.scaleup_s == pytest.approx(9 / 8 * SIZE_B * 8 / SCALEUP_BPS)
    assert run(group, "all-reduce", SIZE_B, "in-network").scaleup_B == pytest.approx(14 / 8 * SIZE_B)
    _, pair = cluster(1, (2, 2))
    assert run(pair, "all-reduce", SIZE_B, "in-network", Library(nvls=True)).scaleup_B == pytest.approx(SIZE_B)


@given(counts, makes, st.sampled_from(["ring", "tree"]), st.integers(0, 6), st.booleans())
def test_what_has_a_root_reaches_all_from_it(hosts, make, algorithm, shift, scattered):
    """Every other host receives the array once, over edges that lead there from the root; a reduce turns them round."""
    network = one_switch(hosts, *make)
    order = np.roll(np.arange(hosts), shift) if scattered else np.arange(hosts)
    group = group_of(network, order.tolist())
    edges = mapped_edges(network, run(group, "broadcast", SIZE_B, algorithm).traffic)
    reached, root = {int(order[0])}, int(order[0])
    for _ in range(hosts):
        reached |= {b for a, b in edges if a in reached}
    assert reached == set(range(hosts))
    assert Counter(b for _, b in edges) == Counter(set(range(hosts)) - {root})
    assert list(edges.values()) == pytest.approx([1.0] * (hosts - 1))
    back = mapped_edges(network, run(group, "reduce", SIZE_B, algorithm).traffic)
    assert {(b, a) for a, b in back} == set(edges)


def test_a_chain_sends_the_array_once_and_a_tree_many_times():
    _, group = cluster(8, (8, 8))
    chain, spread = (run(group, "broadcast", SIZE_B, name) for name in ("ring", "tree"))
    assert spread.traffic.busiest_s == pytest.approx(3 * chain.traffic.busiest_s)
    assert spread.latency_s < chain.latency_s


US = 1e-6


@pytest.mark.parametrize(
    "name, collective, us",
    [
        ("ring", "all-reduce", 8.4 + 56 * 3.4 + 6 * 14),
        ("ring", "all-gather", 8.4 + 28 * 3.4 + 3 * 14),
        ("hierarchical", "all-reduce", 2 * 8.4 + 14 * 3.4 + 6 * 14),
        ("tree", "all-reduce", 8.4 + 2 * (7 * 4.0 + 2 * 14)),
        ("tree", "broadcast", 8.4 + 3 * 4.0 + 2 * 14),
        ("halving-doubling", "all-reduce", 8.4 + 2 * (3 * 3.4 + 2 * 14)),
        ("halving-doubling", "reduce-scatter", 8.4 + 3 * 3.4 + 2 * 14),
        ("in-network", "all-reduce", 14 * 2.8 + 30),
        ("parameter-server", "all-reduce", 8.4 + 14 * 3.4 + 2 * 14),
        ("bruck", "all-to-all", 8.4 + 5 * 14),
        ("pairwise", "all-to-all", 8.4 + 14 + 23),
    ],
)
def test_latency_of_four_hosts_of_eight(name, collective, us):
    """Constants of NCCL's tuning tables, Simple protocol, times serial messages counted by hand."""
    _, group = cluster(4, (8, 8))
    assert run(group, collective, SIZE_B, name).latency_s == pytest.approx(us * US)


def test_folding_costs_two_more_messages():
    _, six, four = (cluster(n, (1, 1))[1] for n in (2, 6, 4))
    assert halving_doubling(six, "all-reduce", 1.0).latency_s == pytest.approx((8.4 + 6 * 14) * US)
    assert halving_doubling(four, "all-reduce", 1.0).latency_s == pytest.approx((8.4 + 4 * 14) * US)


def test_ring_and_levels_have_the_latencies_of_the_formulas():
    _, group = cluster(4, (8, 8))
    assert ring(group, "all-reduce", 1.0).latency_s == pytest.approx(collectives.ring_latency_s("all-reduce", 4, 32))
    wanted = collectives.hierarchical_latency_s("all-reduce", 4, 8)
    assert hierarchical(group, "all-reduce", 1.0).latency_s == pytest.approx(wanted)


@pytest.mark.parametrize(
    "name, collective, parts",
    [
        ("ring", "all-reduce", 32 * 8),
        ("ring", "broadcast", 8),
        ("hierarchical", "all-gather", 4 * 8),
        ("tree", "all-reduce", 2 * 8),
        ("halving-doubling", "all-reduce", 16),
        ("in-network", "all-reduce", 8),
        ("parameter-server", "all-reduce", 4 * 8),
        ("pairwise", "all-to-all", 32),
        ("bruck", "all-to-all", 2),
    ],
)
def test_size_of_one_message(name, collective, parts):
    """A rank's part in each of 8 channels; what is exchanged first between hosts."""
    _, group = cluster(4, (8, 8))
    assert run(group, collective, SIZE_B, name).message_B == pytest.approx(SIZE_B / parts)


def test_pairs_of_ranks_send_what_they_are_told():
    network = one_switch(2, 2, 2)
    layout = Layout.of(network, ints([0, 1]))
    src, dst = np.array([0, 0, 1]), np.array([1, 2, 2])
    phase = send("pp", layout, src, dst, np.array([5.0, 7.0, 11.0]))
    assert by_pair(phase.traffic) == {(1, 3): 18.0}
    assert phase.scaleup_B == 11.0 and phase.message_B == 11.0
    assert phase.latency_s == pytest.approx((8.4 + 14) * US)
    inside = send("pp", layout, np.array([0]), np.array([1]), np.array([5.0]))
    assert inside.latency_s == pytest.approx((8.4 + 3.4) * US) and inside.scaleup_s == 5 * 8 / SCALEUP_BPS
