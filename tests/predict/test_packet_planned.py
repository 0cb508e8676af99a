"""Queues of a plan in a simulation: every number of the plan, and thresholds that come out as it says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.qos.test_plan import a_site

from easterly.base.columns import floats, ints
from easterly.model.network import NodeKind
from easterly.model.packets import PacketFlows, Ports
from easterly.predict.packet import plan_queues, simulate, transport
from easterly.qos.plan import plan
from easterly.site import blueprints

CLASSES = {
    "bulk": {"dscp": 0, "share": "rest", "ecn": "auto"},
    "control": {"dscp": 48, "share": "10%", "priority": "strict"},
    "rdma": {"dscp": 26, "share": "50%", "lossless": True, "ecn": "auto"},
    "web": {"dscp": 16, "share": "15%", "wred": {"min": "20kB", "max": "80kB", "probability": "50%", "mark": "drop"}},
}
RDMA, BULK = 3, 0
HOW = replace(transport("fixed"), first_window=1e9, nic_B=10**9, least_timeout_s=1.0)


def planned(classes=CLASSES, *, hosts=2, buffer="16MB", **more):
    site = a_site(classes, switch={"buffer": buffer}, hosts=hosts, down=8, up=8, **more)
    network = blueprints.build(site)
    made = plan(site, network)
    return network, made, plan_queues(network, made)


def test_every_port_has_what_its_group_is_set_to():
    network, made, queues = planned()
    ports = queues.ports
    assert queues.of_class.tolist() == made.queue.tolist() == [0, 6, 3, 2]
    assert sorted(ports.link.tolist()) == list(range(len(network.links)))
    for at, link in enumerate(ports.link.tolist()):
        group = made.group_of(link)
        for c, q in enumerate(queues.of_class.tolist()):
            for name in ("kmin_B", "kmax_B", "pmax", "alpha", "shaper_bps"):
                np.testing.assert_equal(getattr(ports, name)[at, q], getattr(made.queues, name)[group, c])
            for name in ("headroom_B", "reserved_B", "xon_offset_B"):
                assert getattr(ports, name)[at, q] == np.nan_to_num(getattr(made.queues, name)[group, c])
            assert ports.strict[at, q] == made.strict[c]
            assert ports.early_drop[at, q] == made.early_drop[c]
        weight = made.queues.weight[group]
        assert ports.quantum_B[at, queues.of_class[weight > 0]] == pytest.approx(
            weight[weight > 0] / weight[weight > 0].min() * made.mtu_B, abs=1
        )
        node = network.links.src[link]
        assert (ports.memory[at] < 0) == (network.nodes.kind[node] != NodeKind.SWITCH)
        assert network.links.reverse[link] == ports.link_in[at]


def test_memories_are_those_of_the_kind_of_switch():
    network, made, queues = planned()
    assert len(queues.memories) == (network.nodes.kind == NodeKind.SWITCH).sum()
    switch = network.nodes.name.tolist().index(queues.memories.name[0])
    row = made.budgets.role.tolist().index(network.nodes.role[switch])
    assert queues.memories.lossless_B[0] == made.budgets.lossless_B[row]
    assert queues.memories.lossy_B[0] == made.budgets.lossy_B[row]
    assert queues.memories.headroom_B[0] == made.budgets.pool_B[row]


def into_one(network, made, queues, c, senders, *, size_B=20_000_000, until_s=2e-3):
    """Packets of one class from the hosts of one leaf to another of its hosts, paths of two links."""
    links = network.links
    leaf = network.nodes.name.tolist().index(str(queues.memories.name[0]))
    nics = [n for n in links.dst[links.src == leaf].tolist() if network.nodes.kind[n] == NodeKind.NIC]
    up = {n: int(np.flatnonzero((links.src == n) & (links.dst == leaf))[0]) for n in nics}
    down = {n: int(links.reverse[up[n]]) for n in nics}
    last, first = nics[0], nics[1 : senders + 1]
    assert len(first) == senders
    ptr = 2 * np.arange(senders + 1)
    flows = PacketFlows(
        np.full(senders, size_B), floats(np.zeros(senders)), ptr, ints([x for n in first for x in (up[n], down[last])]),
        ptr, ints([x for n in first for x in (up[last], down[n])]),
        traffic_class=ints(np.full(senders, queues.of_class[c])),
    )  # fmt: skip
    none = np.full(len(links), -1)
    ports = Ports(
        floats(links.capacity_bps), floats(np.full(len(links), 1e-6)), none, none, none,
        floats(np.ones(len(links))), floats(np.zeros(len(links))),
    )  # fmt: skip
    return simulate(ports, flows, HOW, queues=queues, until_s=until_s), down[last], [up[n] for n in first]


def test_a_lossy_queue_alone_is_held_to_what_the_plan_says():
    """Choudhury & Hahne 1998: alpha B / (1 + alpha), and what is reserved."""
    network, made, queues = planned(buffer="4MB")
    found, link, _ = into_one(network, made, queues, BULK, 3)
    limit_B = made.queues.limit_alone_B[made.group_of(link), BULK]
    assert found.drops[link] > 0 and found.drops.sum() == found.drops[link]
    assert found.most_B[link, queues.of_class[BULK]] == pytest.approx(limit_B, abs=3 * 1500)


def test_a_lossless_class_pauses_at_its_threshold_and_loses_nothing():
    network, made, queues = planned(buffer="4MB")
    found, link, ups = into_one(network, made, queues, 2, 3)
    assert found.drops.sum() == 0
    assert (found.pauses[ups, RDMA] > 0).all() and found.pauses.sum() == found.pauses[ups, RDMA].sum()
    group = made.group_of(link)
    # Three groups at ingress, two sending as fast as the third drains: each to alpha B / (1 + 3 alpha), then headroom.
    alpha, pool_B = made.queues.alpha[group, 2], made.budgets.lossless_B[made.groups.budget[group]]
    low_B = 3 * (alpha * pool_B / (1 + 3 * alpha) - made.queues.xon_offset_B[group, 2])
    most_B = found.most_B[link, RDMA]
    assert low_B < most_B < 3 * (alpha * pool_B / (1 + 3 * alpha) + made.queues.reserved_B[group, 2]
                                 + made.queues.headroom_B[group, 2])  # fmt: skip


def test_a_stated_pause_is_where_it_is_stated():
    rdma = {**CLASSES["rdma"], "pfc": {"xoff": "100kB", "xon": "80kB"}}
    network, made, queues = planned({**CLASSES, "rdma": rdma}, buffer="16MB")
    assert np.nanmin(queues.ports.xoff_B) == np.nanmax(queues.ports.xoff_B) == 100_000
    found, link, _ = into_one(network, made, queues, 2, 2)
    headroom_B = made.queues.headroom_B[made.group_of(link), 2]
    assert found.drops.sum() == 0
    assert 2 * 80_000 < found.most_B[link, RDMA] < 2 * (100_000 + headroom_B)


def test_more_than_eight_queues_are_refused():
    network, made, _ = planned()
    with pytest.raises(ValueError, match="9 queues"):
        plan_queues(network, replace(made, queue=ints(range(9))))
    high = replace(made, queue=ints([0, 9, 3, 2]))
    assert plan_queues(network, high).of_class.tolist() == [0, 3, 2, 1]
