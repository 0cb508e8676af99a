"""Ports with queues: shares, priorities, shared memory, pauses, notifications; against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import GB, NEVER, star

from easterly._kernel import buffer


def queues(simulation, senders, *, quanta=None, strict=0, ramp=(0, 0, 0), alpha=(1, 1), shared_B=10**7, lossless=(),
           headroom_B=0, xon_offset_B=3_000, egress_alpha=(10**6, 1), egress_B=2**30, nic_limit_B=-1):  # fmt: skip
    """The star of `test_packet`: one switch with one memory, queues at every port and in every NIC."""
    n = senders + 1
    links = 2 * n
    up, down = np.arange(0, links, 2), np.arange(1, links, 2)
    ingress = np.zeros((8 * n, 9), dtype=np.int64)
    ingress[:, 1] = np.repeat(np.arange(n), 8)
    ingress[:, 3:5] = alpha
    for c in lossless:
        ingress[c::8, 6], ingress[c::8, 8] = headroom_B, xon_offset_B
    egress = np.zeros((8 * n, 6), dtype=np.int64)
    egress[:, 1] = np.repeat(np.arange(n), 8)
    egress[:, 3:5] = egress_alpha
    pools = np.array([[shared_B, headroom_B * len(lossless) * n]])
    memory = buffer.Memory(1, 0, pools, np.array([[egress_B, 0]]), ingress, egress)
    where, account = np.full(links, -1), np.full(links, -1)
    behind, way_in = np.full(links, -1), np.full(links, -1)
    where[down], account[down] = 0, 8 * np.arange(n)
    behind[up], way_in[up] = 0, 8 * np.arange(n)
    back = np.empty(links, dtype=int)
    back[up], back[down] = down, up
    quantum = np.tile(np.array(quanta or [1500] * 8), (links, 1))
    on_the_way_out = np.tile(np.array(ramp, dtype=float), (links, 8))
    i32 = np.int32
    simulation.queues(
        np.arange(links, dtype=i32), np.full(links, strict, dtype=i32), quantum, on_the_way_out,
        np.zeros(links, dtype=i32),
        np.where((where < 0)[:, None], nic_limit_B, np.full((links, 8), -1)), where.astype(i32),
        account.astype(i32), behind.astype(i32), way_in.astype(i32),
        back.astype(i32), [memory],
    )  # fmt: skip
    return simulation


def classes(net, of_class, law="fixed", **values):
    """Flows of these classes, whose NICs hold little of each."""
    return net.simulation(law, of_class=of_class, **{"nic_B": 16_000, "least_timeout_ps": 10 * GB} | values)


def test_one_queue_is_first_in_first_out():
    """Both forms of a port give the same times where there is one class and room for all."""
    net = star(5, size_B=200_000)
    plain = classes(net, [0] * 5, first_window=20.0, nic_B=10**9)
    ported = queues(classes(net, [0] * 5, first_window=20.0, nic_B=10**9), 5, shared_B=10**9)
    for simulation in (plain, ported):
        assert not simulation.run(NEVER, 10**8)
    assert np.array_equal(plain.flows()["delivered_ps"], ported.flows()["delivered_ps"])
    assert plain.hops == ported.hops and plain.now_ps <= ported.now_ps


@pytest.mark.parametrize("quanta", [(1500, 1500), (3000, 1500), (9000, 1500), (4500, 3000)])
def test_shares_of_deficit_round_robin(quanta):
    """While both are busy, bytes are as quanta, but for a quantum and a packet."""
    net = star(2, size_B=3_000_000)
    simulation = queues(
        classes(net, [1, 2], first_window=500.0), 2, quanta=[1500, *quanta, *[1500] * 5], shared_B=10**9
    )
    received = []
    for until_ps in (30_000_000, 150_000_000):
        assert simulation.run(until_ps, 10**8)
        received.append(simulation.flows()["received"])
    first, second = np.diff(received, axis=0)[0] * 1500
    assert abs(first - second * quanta[0] / quanta[1]) <= 2 * (max(quanta) + 1500)


def test_strict_goes_first():
    both, one = star(2, size_B=1_000_000), star(2, size_B=1_000_000)
    one.flows = one.flows[:1]
    times = []
    for net, of_class in ((both, [6, 0]), (one, [6])):
        simulation = queues(classes(net, of_class, first_window=500.0), 2, strict=1 << 6, shared_B=10**9)
        assert not simulation.run(NEVER, 10**8)
        times.append(simulation.flows()["delivered_ps"])
    assert times[0][0] <= times[1][0] + 120_000  # but for one packet that was on the link
    assert times[0][1] >= times[0][0] + 100 * 120_000


@pytest.mark.parametrize(("num", "den"), [(1, 2), (1, 1), (4, 1)])
@pytest.mark.parametrize("busy", [1, 2, 4])
def test_a_queue_is_held_to_its_dynamic_threshold(num, den, busy):
    """Choudhury & Hahne 1998: S busy queues hold alpha B / (1 + alpha S) each."""
    memory_B, senders = 600_000, 3 * busy
    net = star(senders + busy - 1, size_B=20_000_000)
    for i in range(senders):  # three senders to each of `busy` receivers
        receiver = 2 * (senders + i // 3)
        net.flows[i] = ([2 * i, receiver + 1], [receiver, 2 * i + 1], 20_000_000, 0)
    net.flows = net.flows[:senders]
    made = classes(net, [0] * senders, first_window=10**6)
    simulation = queues(made, senders + busy - 1, alpha=(10**6, 1), egress_alpha=(num, den), egress_B=memory_B)
    assert simulation.run(300_000_000, 10**8)
    held = simulation.links()["most_B"][2 * senders + 1 :: 2, 0]
    alpha = num / den
    # The packet on the link is counted by the memory, and not by the queue; arrivals of one instant may go before.
    assert held == pytest.approx(alpha * memory_B / (1 + alpha * busy), abs=(2 + 2 * busy * alpha) * 1500)


@pytest.mark.parametrize("headroom_B", [30_000, 0])
def test_pauses_lose_nothing_with_headroom_and_something_without(headroom_B):
    senders = 8
    net = star(senders, size_B=1_000_000)
    simulation = queues(
        classes(net, [3] * senders, first_window=10**6), senders, alpha=(1, 8), shared_B=400_000,
        lossless=(3,) if headroom_B else (), headroom_B=headroom_B,
    )  # fmt: skip
    assert not simulation.run(NEVER, 10**8)
    flows, links = simulation.flows(), simulation.links()
    assert (flows["acknowledged_ps"] > 0).all()
    if headroom_B:
        assert links["drops"].sum() == 0 and flows["again"].sum() == 0
        assert links["pauses"][:, 3].sum() > 0 and links["paused_ps"][:, 3].sum() > 0
        assert links["pauses"].sum() == links["pauses"][:, 3].sum()
        wire_ps = (senders * 691 * 1500 - senders * (691 * 1448 - 10**6)) * 80
        assert flows["delivered_ps"].max() <= 1.02 * (wire_ps + 2_120_000)
    else:
        assert links["drops"].sum() > 0 and flows["again"].sum() > 0


def test_a_victim_shares_the_paused_link():
    """A flow to an idle host slows down behind packets of its class that are paused."""
    senders = 8
    net = star(senders + 1, size_B=1_000_000)
    receiver, idle = 2 * (senders + 1), 2 * senders
    net.flows = [([2 * i, receiver + 1], [receiver, 2 * i + 1], 10**6, 0) for i in range(senders)]
    net.flows.append(([0, idle + 1], [idle, 1], 10**6, 0))
    alone = star(senders + 1, size_B=1_000_000)
    alone.flows = net.flows[-1:]
    times = []
    for used in (net, alone):
        simulation = queues(
            classes(used, [3] * len(used.flows), first_window=10**6), senders + 1, alpha=(1, 8), shared_B=400_000,
            lossless=(3,), headroom_B=30_000,
        )  # fmt: skip
        assert not simulation.run(NEVER, 10**8)
        times.append(simulation.flows()["delivered_ps"][-1])
    assert times[0] > 2 * times[1]


def test_dcqcn_answers_notifications_and_fills_the_link():
    senders = 4
    net = star(senders, 40 * GB, size_B=20_000_000)
    simulation = queues(
        classes(net, [3] * senders, "dcqcn"), senders, ramp=(5_000, 200_000, 0.01), alpha=(1, 8), shared_B=2 * 10**6,
        lossless=(3,), headroom_B=60_000,
    )  # fmt: skip
    assert not simulation.run(NEVER, 10**9)
    flows, links = simulation.flows(), simulation.links()
    assert simulation.notifications > 0 and flows["marked"].sum() > 0
    assert links["drops"].sum() == 0 and flows["again"].sum() == 0
    goodput = senders * 20e6 * 8 / (flows["delivered_ps"].max() * 1e-12)
    assert 0.6 < goodput / (40e9 * 1448 / 1500) <= 1


@settings(max_examples=10)
@given(st.integers(6, 14), st.integers(0, 2**32))
def test_the_same_bytes_whatever_the_slots(shift, seed):
    net = star(6, size_B=150_000)
    found = []
    for slots in (10, shift):
        simulation = queues(
            classes(net, [c % 8 for c in range(6)], "dctcp", shift=slots, seed=seed), 6, ramp=(10_000, 60_000, 0.5),
            alpha=(1, 4), shared_B=100_000, lossless=(1, 3), headroom_B=20_000,
        )  # fmt: skip
        assert not simulation.run(NEVER, 10**8)
        found.append((*simulation.flows().values(), *simulation.links().values()))
    assert all(np.array_equal(a, b) for a, b in zip(*found, strict=True))


def test_queues_that_make_no_sense_are_refused():
    net = star(2)
    simulation = classes(net, [0, 0])
    with pytest.raises(ValueError, match="quantum_B is 0"):
        queues(simulation, 2, quanta=[0] * 8)
    begun = classes(net, [0, 0])
    begun.run(0, 1)
    with pytest.raises(ValueError, match="has begun"):
        queues(begun, 2)


def test_what_finds_no_room_in_its_own_nic_is_sent_later():
    net = star(3, size_B=300_000)
    simulation = queues(classes(net, [0] * 3, "newreno"), 3, nic_limit_B=4_500)
    assert not simulation.run(NEVER, 10**8)
    flows, links = simulation.flows(), simulation.links()
    assert (flows["acknowledged_ps"] > 0).all() and links["drops"][:6:2].sum() > 0


def test_links_with_queues_lose_packets_too():
    net = star(3, size_B=1_000_000)
    net.loss = [0.01] * len(net.rate_bps)
    simulation = queues(classes(net, [0] * 3, "newreno"), 3, shared_B=10**9)
    assert not simulation.run(NEVER, 10**8)
    assert (simulation.flows()["acknowledged_ps"] > 0).all()
    assert simulation.links()["drops"].sum() == 0
    # A hundredth of all that was put on links, within five standard deviations.
    assert abs(simulation.lost - 0.01 * simulation.hops) <= 5 * np.sqrt(0.01 * simulation.hops)


def test_what_begins_in_a_switch_is_counted_at_no_way_in():
    """A path that starts at a port of a switch: sent as from a host, and nothing of the memory is used by it."""
    net = star(3)
    net.flows = [([1], [0], 100_000, 0), ([2, 1], [0, 3], 100_000, 0)]  # the first: from the switch to host 0
    made = queues(classes(net, [3, 3]), 3, shared_B=10**6)
    assert not made.run(NEVER, 10**7)
    assert (made.flows()["delivered_ps"] > 0).all() and made.links()["drops"].sum() == 0
