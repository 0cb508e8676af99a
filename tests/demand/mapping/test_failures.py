"""Interfaces that are down: who carries their share, against loops over every GPU."""

from collections import defaultdict

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demand.mapping.made import by_host, by_node, by_pair, flows_of, group_of, paths_of
from tests.demand.mapping.sites import planes, rail_only, rails, site

from easterly.base.columns import bools, ints
from easterly.demand.layout import Layout
from easterly.demand.mapping import ALGORITHMS, pairwise, ring, run, send
from easterly.model.network import LinkKind
from easterly.site.blueprints import build

SIZE_B = 1e9
NETWORKS = {
    "rails": build(rails(4, down=2)),
    "rail-only": build(rail_only(4)),
    "planes": build(planes(4)),
    "dual": build(planes(4, dual=True)),
    "leaf-spine": build(
        site({"f": {"blueprint": "leaf-spine", "hosts": {"type": "h", "count": 4},
                    "leaf": {"type": "sw", "down": 16, "up": 4}, "spine": {"type": "sw"}}})
    ),
}  # fmt: skip


def without(network, nics):
    """Links that are up when all cables of some (host, interface) are pulled."""
    gone = np.isin(network.links.src, [network.hosts.nics(h)[r] for h, r in nics])
    gone |= gone[network.links.reverse]
    return ~gone


@st.composite
def failures(draw, names=tuple(NETWORKS)):
    """A network and pulled interfaces; every host keeps one at least."""
    network = NETWORKS[draw(st.sampled_from(names))]
    pulled = [(h, r) for h in range(4) for r in draw(st.sets(st.integers(0, 7), max_size=3))]
    return network, pulled, without(network, pulled)


def stand_ins(down):
    """For each interface of a host the one that does its work: the nearest of those with the least extra work."""
    extra = dict.fromkeys(sorted(set(range(8)) - set(down)), 0)
    chosen = {r: r for r in extra}
    for r in sorted(down):
        best = min(extra, key=lambda k: (extra[k], abs(k - r), k))
        extra[best] += 1
        chosen[r] = best
    return chosen


def parts_of(network, alive):
    """Part of the network that each interface leads to, as sets of switches."""
    graph = nx.Graph()
    nics = set(network.hosts.nic_node.tolist())
    ends = list(zip(network.links.src.tolist(), network.links.dst.tolist(), alive.tolist(), strict=True))
    graph.add_nodes_from(range(len(network.nodes)))
    graph.add_edges_from((a, b) for a, b, up in ends if up and a not in nics and b not in nics)
    part = {n: i for i, nodes in enumerate(nx.connected_components(graph)) for n in nodes}
    reach = defaultdict(set)
    for a, b, up in ends:
        if up and a in nics:
            reach[a].add(part[b])
    return reach


def chosen_interfaces(network, pulled, alive, src, dst):
    """Interfaces (numbers) for GPU `src` of one host to GPU `dst` of another, by the rules in words."""
    (a, i), (b, j) = divmod(src, 8), divmod(dst, 8)
    down = {h: [r for host, r in pulled if host == h] for h in range(4)}
    railed = network is not NETWORKS["leaf-spine"]
    into = stand_ins(down[b])[j]
    out = into if railed and into not in down[a] else stand_ins(down[a])[i]
    reach = parts_of(network, alive)

    def meet(r, s):
        return bool(reach[int(network.hosts.nics(a)[r])] & reach[int(network.hosts.nics(b)[s])])

    if not meet(out, into):
        both = [r for r in range(8) if meet(r, r)]
        if both:
            out = into = min(both, key=lambda r: (abs(r - into), r))
    return out, into


@given(failures(), st.integers(0, 31), st.integers(0, 31))
def test_a_message_takes_the_interfaces_that_the_rules_say(case, src, dst):
    network, pulled, alive = case
    layout = Layout.of(network, ints(range(4)), bools(alive))
    traffic = send("pp", layout, np.array([src]), np.array([dst]), np.array([5.0])).traffic
    if src // 8 == dst // 8:
        assert len(traffic.src) == 0
        return
    out, into = chosen_interfaces(network, pulled, alive, src, dst)
    a, b = network.hosts.nics(src // 8)[out], network.hosts.nics(dst // 8)[into]
    assert by_pair(traffic) == {(a, b): 5.0}
    relays = ((src // 8, src % 8) != (src // 8, out)) + (into != dst % 8)
    assert traffic.scaleup_B == (5.0 if relays else 0.0)


@given(failures(), st.sampled_from(sorted(ALGORITHMS)), st.booleans())
def test_bytes_between_hosts_stay_and_no_flow_touches_what_is_down(case, name, single):
    network, pulled, alive = case
    ranks = np.arange(32).reshape(4, 8).T if single else None
    healthy, hurt = group_of(network, range(4), ranks), group_of(network, range(4), ranks, alive=alive)
    dead = {int(network.hosts.nics(h)[r]) for h, r in pulled}
    for collective in ALGORITHMS[name].collectives:
        before, after = (run(g, collective, SIZE_B, name) for g in (healthy, hurt))
        assert before.algorithm == after.algorithm
        for end in (0, 1):
            wanted = by_host(network, before.traffic, end)
            assert by_host(network, after.traffic, end) == pytest.approx(wanted)
        assert not dead & {*after.traffic.src.tolist(), *after.traffic.dst.tolist()}


@given(failures())
def test_what_has_a_way_takes_one(case):
    """Pairs of hosts that have a rail in common talk over rails that are joined."""
    network, _, alive = case
    hurt = group_of(network, range(4), alive=alive)
    reach = parts_of(network, alive)
    pairs = list(by_pair(pairwise(hurt, "all-to-all", SIZE_B).traffic))
    paths = paths_of(network, flows_of(pairs), alive)
    for row, (a, b) in enumerate(pairs):
        hosts = (network.hosts.nics(int(network.node_host[n])).tolist() for n in (a, b))
        if any(reach[i] & reach[j] for i, j in zip(*hosts, strict=True)):
            assert paths.ptr[row + 1] > paths.ptr[row]


@pytest.mark.parametrize("name", ["rails", "leaf-spine"])
@given(st.data())
def test_rings_spread_evenly_over_what_is_left(name, data):
    """As many channels as the host with fewest interfaces has; each carries an equal part of what a host sends."""
    network, pulled, alive = data.draw(failures((name,)))
    left = [8 - sum(h == host for h, _ in pulled) for host in range(4)]
    phase = ring(group_of(network, range(4), alive=alive), "all-reduce", SIZE_B)
    for end in (0, 1):
        each = by_node(phase.traffic, end)
        for host in range(4):
            used = [each[int(n)] for n in network.hosts.nics(host) if int(n) in each]
            assert len(used) == min(left)
            assert used == pytest.approx([2 * 31 / 32 * SIZE_B / min(left)] * len(used))


@given(failures(("rail-only",)))
def test_on_rails_apart_channels_run_where_all_hosts_have_a_rail(case):
    network, pulled, alive = case
    common = 8 - len({r for _, r in pulled})
    if common == 0:
        return
    phase = ring(group_of(network, range(4), alive=alive), "all-reduce", SIZE_B)
    each = by_node(phase.traffic, 0)
    assert len(each) == 4 * common
    assert list(each.values()) == pytest.approx([2 * 31 / 32 * SIZE_B / common] * len(each))
    assert (network.nodes.rail_group[phase.traffic.src] == network.nodes.rail_group[phase.traffic.dst]).all()


def test_two_hosts_that_lack_different_rails_keep_seven_channels_where_rails_are_joined():
    """Six on the rails that both have, one between what is left; on rails apart there are six."""
    pulled = [(0, 3), (1, 5)]
    joined, apart = (
        ring(group_of(net, range(4), alive=without(net, pulled)), "all-reduce", SIZE_B)
        for net in (NETWORKS["rails"], NETWORKS["rail-only"])
    )
    assert joined.traffic.busiest_s == pytest.approx(2 * 31 / 32 * SIZE_B * 8 / (7 * 400e9))
    assert apart.traffic.busiest_s == pytest.approx(2 * 31 / 32 * SIZE_B * 8 / (6 * 400e9))


def test_a_group_on_the_lost_rail_moves_next_door():
    """Groups of equal GPUs: the interface beside the lost one carries two groups, the others one."""
    network, ranks = NETWORKS["rails"], np.arange(32).reshape(4, 8).T
    hurt = group_of(network, range(4), ranks, alive=without(network, [(1, 3)]))
    sent = by_node(ring(hurt, "reduce-scatter", SIZE_B).traffic, 0)
    load = {r: sent.get(int(network.hosts.nics(1)[r]), 0) / (3 / 4 * SIZE_B) for r in range(8)}
    assert load == pytest.approx({0: 1, 1: 1, 2: 2, 3: 0, 4: 1, 5: 1, 6: 1, 7: 1})


def test_extra_work_is_shared():
    """Interfaces 0 and 1 are down: 2, the nearest to both, carries one of them, and 3 the other; then 0 to 3."""
    network, ranks = NETWORKS["leaf-spine"], np.arange(32).reshape(4, 8).T
    for down, twice in (((0, 1), {2, 3}), ((0, 1, 2, 3), {4, 5, 6, 7}), ((3, 4), {2, 5})):
        hurt = group_of(network, range(4), ranks, alive=without(network, [(1, r) for r in down]))
        sent = by_node(ring(hurt, "reduce-scatter", SIZE_B).traffic, 0)
        load = {r: sent.get(int(network.hosts.nics(1)[r]), 0) / (3 / 4 * SIZE_B) for r in range(8)}
        assert load == pytest.approx({r: 0 if r in down else 2 if r in twice else 1 for r in range(8)})


def test_hosts_with_more_interfaces_than_gpus_spread_over_those_left():
    host = {"gpus": 4, "nics": 8, "nic_rate": "400Gb/s", "scaleup": "450GB/s"}
    leaf = {"type": "sw", "down": 32}
    network = build(site({"f": {"blueprint": "rail-only", "hosts": {"type": "h", "count": 3}, "leaf": leaf}}, host))
    phase = ring(group_of(network, range(3), alive=without(network, [(2, 1)])), "all-gather", SIZE_B)
    each = by_node(phase.traffic, 0)
    assert len(each) == 3 * 7
    assert list(each.values()) == pytest.approx([11 / 12 * SIZE_B / 7] * 21)


def test_hosts_with_fewer_interfaces_than_gpus_do_too():
    host = {"gpus": 8, "nics": 4, "nic_rate": "400Gb/s", "scaleup": "450GB/s"}
    leaf = {"type": "sw", "down": 32}
    network = build(site({"f": {"blueprint": "rail-only", "hosts": {"type": "h", "count": 3}, "leaf": leaf}}, host))
    phase = ring(group_of(network, range(3), alive=without(network, [(2, 1)])), "all-gather", SIZE_B)
    assert list(by_node(phase.traffic, 0).values()) == pytest.approx([23 / 24 * SIZE_B / 3] * 9)


def test_half_an_interface_has_half_its_rate():
    """Dual ToR: with one of both cables pulled the interface stays, and is the slowest."""
    network = NETWORKS["dual"]
    nic = network.hosts.nics(0)[0]
    first = np.flatnonzero(network.links.src == nic)[0]
    alive = np.ones(len(network.links), dtype=bool)
    alive[[first, network.links.reverse[first]]] = False
    healthy, hurt = (ring(group_of(network, range(4), alive=up), "all-reduce", SIZE_B) for up in (None, alive))
    assert set(by_node(hurt.traffic, 0)) == set(by_node(healthy.traffic, 0))
    assert hurt.traffic.busiest_s == pytest.approx(2 * healthy.traffic.busiest_s)


def test_links_between_switches_do_not_count():
    network = NETWORKS["rails"]
    alive = np.array(network.links.kind == LinkKind.HOST)
    alive[np.flatnonzero(~alive)[4:]] = True
    assert Layout.of(network, ints(range(4)), bools(alive)).standby is None


def test_a_host_without_any_interface_keeps_them():
    """It has to be replaced first; its flows have no way, which routing says."""
    network = NETWORKS["rails"]
    pulled = [(2, r) for r in range(8)]
    hurt = group_of(network, range(4), alive=without(network, pulled))
    phase = ring(hurt, "all-reduce", SIZE_B)
    assert by_host(network, phase.traffic, 0)[2] == pytest.approx(2 * 31 / 32 * SIZE_B)
