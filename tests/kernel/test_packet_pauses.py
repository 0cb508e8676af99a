"""Pauses that go wrong: rings of them, storms, watchdogs; and runs that cannot end and say so."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernel.test_packet import GB, NEVER, Net, star
from tests.kernel.test_packet_queues import classes, queues

from easterly._kernel import buffer, sched

I32 = np.int32
US, PS = 10**6, 10**12
C = 3
HEADROOM_B = 40_000


def ring(switches=3, hosts=3, *, size_B=2_000_000, through=2, law="fixed", **values):
    """Switches in a ring, each with hosts; their flows go `through` links of the ring and so wait for each other.

    Links 2i and 2i + 1: host i to its switch and back; then from each switch to the next, and from each to the last.
    """
    n = switches * hosts
    links = 2 * n + 2 * switches
    net = Net([100 * GB] * links, [US] * links)
    onward = [2 * n + s for s in range(switches)]
    backward = [2 * n + switches + s for s in range(switches)]  # from switch s + 1 to switch s
    for i in range(n):
        at = i // hosts
        to = (at + through) % switches
        j = to * hosts + i % hosts
        there = [2 * i, *(onward[(at + k) % switches] for k in range(through)), 2 * j + 1]
        back = [2 * j, *(backward[(to - 1 - k) % switches] for k in range(through)), 2 * i + 1]
        net.flows.append((there, back, size_B, 0))
    made = classes(net, [C] * n, law, first_window=10**6, nic_B=10**6, **values)
    enter = {2 * i: i // hosts for i in range(n)} | {x: (s + 1) % switches for s, x in enumerate(onward)}
    enter |= {x: s for s, x in enumerate(backward)}
    leave = {2 * i + 1: i // hosts for i in range(n)} | dict(zip(onward, range(switches), strict=True))
    leave |= {x: (s + 1) % switches for s, x in enumerate(backward)}
    back = np.arange(links)
    back[: 2 * n] = back[: 2 * n] ^ 1
    back[onward], back[backward] = backward, onward
    where, account, behind, way_in = (np.full(links, -1) for _ in range(4))
    per = hosts + 2
    for owner, switch, number in ((enter, behind, way_in), (leave, where, account)):
        seen = dict.fromkeys(range(switches), 0)
        for link, s in owner.items():
            switch[link], number[link] = s, 8 * seen[s]
            seen[s] += 1
    ingress, egress = np.zeros((8 * per, 9), dtype=np.int64), np.zeros((8 * per, 6), dtype=np.int64)
    ingress[:, 1] = egress[:, 1] = np.repeat(np.arange(per), 8)
    ingress[:, 3:5], egress[:, 3:5] = (1, 8), (1, 1)
    ingress[C::8, 6], ingress[C::8, 8] = HEADROOM_B, 3000
    memory = buffer.Memory(1, 0, np.array([[200_000, HEADROOM_B * per]]), np.array([[2**30, 0]]), ingress, egress)
    made.queues(
        np.arange(links, dtype=I32), np.zeros(links, dtype=I32), np.full((links, 8), 1500), np.zeros((links, 24)),
        np.zeros(links, dtype=I32), np.full((links, 8), -1), where.astype(I32), account.astype(I32), behind.astype(I32),
        way_in.astype(I32), back.astype(I32), [memory] * switches,
    )  # fmt: skip
    return made, onward


@pytest.mark.parametrize("law", ["fixed", "dctcp"])
@pytest.mark.parametrize("quanta", [0, 65535])
def test_three_switches_that_wait_for_each_other_are_a_deadlock(law, quanta):
    """Known answer 14: the ring is named, link by link, and the run ends instead of going on for ever."""
    simulation, onward = ring(law=law)
    simulation.pauses(quanta, 0, 10**9)
    assert not simulation.run(NEVER, 10**7)
    stuck = simulation.stuck()
    assert stuck["cause"] == "deadlock"
    assert sorted(stuck["link"].tolist()) == onward and set(stuck["traffic_class"].tolist()) == {C}
    start = onward.index(stuck["link"][0])  # each waits for the next of the ring
    assert stuck["link"].tolist() == onward[start:] + onward[:start]
    assert (stuck["since_ps"] < stuck["at_ps"]).all() and (stuck["waiting_B"] > 20_000).all()
    assert simulation.links()["drops"].sum() == 0
    assert simulation.open > 0
    at = simulation.now_ps
    assert not simulation.run(NEVER, 10**7) and simulation.now_ps == at  # it stays ended


@pytest.mark.parametrize("switches", [2, 4, 5])
def test_rings_of_other_sizes(switches):
    simulation, onward = ring(switches, through=max(2, switches - 1))
    simulation.pauses(0, 0, 10**9)
    assert not simulation.run(NEVER, 10**7)
    assert simulation.open > 0 and simulation.stuck()["cause"] == "deadlock"
    assert sorted(simulation.stuck()["link"].tolist()) == onward


def test_one_link_of_the_ring_each_is_no_deadlock():
    """Without packets that need two links of the ring nobody waits in a circle: all arrives."""
    simulation, _ = ring(through=1)
    simulation.pauses(0, 0, 10**8)
    assert not simulation.run(NEVER, 10**8)
    assert simulation.open == 0 and simulation.stuck()["cause"] == ""
    assert simulation.links()["pauses"].sum() > 0


def test_a_watchdog_breaks_a_deadlock():
    simulation, onward = ring(law="dctcp", least_timeout_ps=10**9)
    simulation.pauses(65535, 0, 10**12)
    for link in onward:
        simulation.guard(link, C, 200 * US, buffer.Watchdog(500 * US, 500 * US, 0))  # pauses come every 168 us
    assert not simulation.run(NEVER, 10**8)
    assert simulation.open == 0 and simulation.stuck()["cause"] == ""
    assert simulation.guarded()["storms"].sum() > 0 and simulation.links()["drops"][onward].sum() > 0


def stormy(law="dctcp", size_B=1_000_000, **values):
    """Hosts 0 to 3 send to the last host of a star, which asks for pauses; host 0 to host 1 also."""
    net = star(5, size_B=size_B)
    net.flows = [([2 * i, 11], [10, 2 * i + 1], size_B, 0) for i in range(3)]
    net.flows.append(([0, 7], [6, 1], size_B, 0))
    made = classes(net, [C] * 4, law, first_window=10**6, **values)
    return queues(made, 5, alpha=(1, 8), shared_B=400_000, lossless=(C,), headroom_B=30_000)


def test_a_storm_without_end_is_told_from_a_deadlock():
    simulation = stormy(least_timeout_ps=10**9)
    simulation.pauses(65535, 10**11, 10**9)
    simulation.storm(11, C, 20 * US, -1, 100 * US)
    assert not simulation.run(NEVER, 10**8)
    stuck = simulation.stuck()
    assert stuck["cause"] == "storm" and stuck["link"][-1] == 11
    assert stuck["at_ps"] >= 10**11 and simulation.open == 4
    assert simulation.victims().tolist() == [0, 0, 0, 1]  # held up behind packets to a host that is not its own


def test_a_storm_passes():
    simulation = stormy(least_timeout_ps=10**9)
    simulation.pauses(65535, 10**12, 10**9)
    simulation.storm(11, C, 20 * US, 3000 * US, 100 * US)
    assert not simulation.run(NEVER, 10**8)
    assert simulation.open == 0 and simulation.stuck()["cause"] == ""
    assert simulation.links()["paused_ps"][11, C] == pytest.approx(2980 * US, rel=1e-6)
    assert simulation.flows()["delivered_ps"][:3].min() > 3000 * US
    assert simulation.links()["drops"].sum() == 0


@pytest.mark.parametrize("action", [0, 1])
@pytest.mark.parametrize("make", [
    None, lambda: sched.Fifo(8, PS), lambda: sched.Wfq([1] * 8, 100 * GB, PS, False),
    lambda: sched.Wf2qPlus([1] * 8, 100 * GB, PS), lambda: sched.ClassBased([1] * 8, [0] * 8, [0] * 8, PS),
])  # fmt: skip
def test_a_watchdog_ends_what_a_storm_does_to_others(action, make):
    """Detection between one and two polls after 200 us; then packets are dropped, or sent in spite of the pause."""
    simulation = stormy(least_timeout_ps=10**9)
    if make is not None:
        simulation.schedule(11, make(), list(range(8)))
    simulation.pauses(65535, 10**10, 10**8)
    simulation.storm(11, C, 20 * US, -1, 20 * US)
    simulation.guard(11, C, 50 * US, buffer.Watchdog(200 * US, 10**9, action))
    assert not simulation.run(NEVER, 10**8)
    flows, guarded = simulation.flows(), simulation.guarded()
    assert guarded["storms"].tolist() == [1] and guarded["restorations"].tolist() == [0]
    victim = flows["delivered_ps"][3]
    assert 200 * US < victim < 4000 * US
    if action == 1:
        assert simulation.open == 0 and simulation.links()["drops"].sum() == 0
        assert (flows["delivered_ps"] > 0).all()
    else:
        assert simulation.links()["drops"][11] > 0 and (flows["delivered_ps"][:3] < 0).all()


def test_a_pause_lasts_its_quanta_and_no_longer():
    """65,535 quanta of 512 bits at 100 Gb/s are 335.5392 us: a single frame holds a class for that long."""
    net = star(1, size_B=1_000_000)
    simulation = queues(classes(net, [C], first_window=10**6), 1, lossless=(C,), headroom_B=30_000)
    simulation.pauses(65535, 0, 10**9)
    simulation.storm(0, C, 0, 10**15, 10**14)  # its next frame comes after the end
    simulation.run(10**12, 10**7)
    assert simulation.links()["paused_ps"][0, C] == 65535 * 64 * 80
    assert simulation.flows()["delivered_ps"][0] > 65535 * 64 * 80


def test_a_flow_that_loses_everything_is_a_livelock():
    net = star(1, size_B=100_000)
    net.loss = [0.0, 0.0, 0.0, 1.0]
    simulation = net.simulation("dctcp", least_timeout_ps=10**9)
    simulation.pauses(0, 10**12, 10**9)
    assert not simulation.run(NEVER, 10**7)
    assert simulation.stuck()["cause"] == "livelock" and simulation.open == 1
    assert 10**12 <= simulation.now_ps < 10**13


def test_a_flow_that_starts_late_is_none():
    net = star(2, size_B=100_000)
    net.flows[1] = (*net.flows[1][:3], 10**13)
    simulation = net.simulation("dctcp")
    simulation.pauses(0, 10**12, 10**9)
    assert not simulation.run(NEVER, 10**7)
    assert simulation.stuck()["cause"] == "" and simulation.open == 0


def test_victims_are_those_whose_way_is_free():
    senders = 8
    net = star(senders + 1, size_B=1_000_000)
    receiver, idle = 2 * (senders + 1), 2 * senders
    net.flows = [([2 * i, receiver + 1], [receiver, 2 * i + 1], 10**6, 0) for i in range(senders)]
    net.flows.append(([0, idle + 1], [idle, 1], 10**6, 0))
    simulation = queues(
        classes(net, [C] * len(net.flows), first_window=10**6), senders + 1, alpha=(1, 8), shared_B=400_000,
        lossless=(C,), headroom_B=30_000,
    )  # fmt: skip
    assert not simulation.run(NEVER, 10**8)
    assert simulation.victims().tolist() == [0] * senders + [1]
