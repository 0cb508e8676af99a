"""Order of rings against every order there is."""

from itertools import pairwise, permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.mapping.made import by_pair, group_of, placed
from tests.demand.mapping.sites import clos_site, rails

from easterly.base.columns import ints
from easterly.demand.layout import Layout, order
from easterly.demand.mapping import ring
from easterly.site.blueprints import build


def leaves_of(network, row):
    """Switches that each interface of a host is plugged into."""
    ends = list(zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True))
    return tuple(frozenset(b for a, b in ends if a == nic) for nic in network.hosts.nics(row).tolist())


def crossings(label, ring_of):
    """Edges of a ring whose ends differ."""
    return sum(label[a] != label[b] for a, b in pairwise([*ring_of, ring_of[0]]))


def least(label, hosts):
    first, *rest = hosts
    return min(crossings(label, (first, *others)) for others in permutations(rest))


@given(placed(max_hosts=6, blueprints=("leaf-spine", "rail-optimized", "multi-plane", "clos", "fat-tree")))
def test_no_order_leaves_leaves_or_pods_less_often(case):
    network, hosts = case
    ring_of = [hosts[i] for i in order(network, ints(hosts))]
    assert sorted(ring_of) == sorted(hosts)
    nic = {h: int(network.hosts.nics(h)[0]) for h in hosts}
    for label in (
        {h: leaves_of(network, h) for h in hosts},
        {h: int(network.nodes.pod[nic[h]]) for h in hosts},
    ):
        assert crossings(label, ring_of) == least(label, hosts)


@given(placed(max_hosts=12))
def test_hosts_on_the_same_leaves_stay_in_the_order_given(case):
    network, hosts = case
    place = {h: i for i, h in enumerate(hosts[i] for i in order(network, ints(hosts)))}
    for i, a in enumerate(hosts):
        for b in hosts[i + 1 :]:
            if leaves_of(network, a) == leaves_of(network, b):
                assert place[a] < place[b]


def test_hosts_in_the_order_of_the_network_stay_there():
    network = build(clos_site(tiers=4, count=32))
    assert order(network, ints(range(32))).tolist() == list(range(32))


def test_rings_follow_the_order_and_ranks_stay():
    """Hosts 0 and 1 on one leaf, 4 and 5 on the next; ranks dealt in turns, the ring goes leaf by leaf."""
    network = build(rails(8))
    hosts = [0, 4, 1, 5]
    phase = ring(group_of(network, hosts), "all-reduce", 1e9)
    host = network.node_host
    assert {(int(host[a]), int(host[b])) for a, b in by_pair(phase.traffic)} == {(0, 1), (1, 4), (4, 5), (5, 0)}
    layout = Layout.of(network, ints(hosts))
    assert layout.nic_node[:, 0].tolist() == [int(network.hosts.nics(h)[0]) for h in hosts]


@given(st.permutations(range(8)))
def test_edges_of_a_ring_do_not_depend_on_how_ranks_were_dealt(hosts):
    """Two leaves of four hosts: two edges cross, in each channel."""
    network = build(rails(8))
    phase = ring(group_of(network, hosts), "all-reduce", 1e9)
    su = network.nodes.su
    assert np.sum(su[phase.traffic.src] != su[phase.traffic.dst]) == 2 * 8
