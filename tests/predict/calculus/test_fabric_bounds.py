"""Worst cases of networks of queues: closed forms, and the packet simulator, which stays within them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from easterly.base.columns import bools, floats, indices, ints
from easterly.model.packets import PacketFlows
from easterly.model.port_queues import CLASSES, PortScheduler
from easterly.predict.calculus import Standing, bounds
from easterly.predict.packet import simulate, transport
from easterly.predict.packet.star import star_flows, star_ports, star_queues

RATE_BPS, DELAY_S, TICK_S = 100e9, 1e-6, 1e-12
HOW = replace(transport("newreno"), delays="moments", first_window=1e6, ideal_acks=True, nic_B=1 << 20)
PACKET_B = HOW.packet_B


def wire_B(packets):
    return float(packets * PACKET_B)


def data_B(packets):
    return packets * (PACKET_B - HOW.header_B)


def queues_of(hosts, *, strict=(), quanta=None, **columns):
    """Ports of a star with memory that never fills."""
    shape = (2 * hosts, CLASSES)
    marks = {"strict": bools(np.broadcast_to(np.isin(np.arange(CLASSES), strict), shape))}
    if quanta is not None:
        marks["quantum_B"] = indices(np.broadcast_to(quanta, shape))
    return star_queues(hosts, ints([0]), lossless_B=1e9, lossy_B=1e9, pool_B=0, **marks, **columns)


def at(found, link, queue):
    (row,) = np.flatnonzero((found.queues.link == link) & (found.queues.queue == queue))
    return found.queues.delay_s[row], found.queues.backlog_B[row]


def assert_within(found, outcome):
    """No queue and no packet of a simulation beyond its bound; a port ends in whole ticks."""
    table = found.queues
    own = table.queue >= 0
    assert own.any()
    assert (outcome.most_B[table.link[own], table.queue[own]] <= table.backlog_B[own] * (1 + 1e-12)).all()
    assert outcome.most_B.sum() == outcome.most_B[table.link[own], table.queue[own]].sum()
    there = outcome.delays.packets > 0
    assert (outcome.delays.most_s[there] <= found.delay_s[there] + 4 * TICK_S).all()


@pytest.mark.parametrize(("senders", "packets"), [(2, 100), (7, 40), (15, 3)])
def test_an_incast_is_what_comes_less_what_leaves(senders, packets):
    """(N - 1) / N of all bytes, and of N first packets that are all there at once: L + R t from each link."""
    flows, ports = star_flows(np.arange(senders), senders, data_B(packets)), star_ports(senders + 1, RATE_BPS, DELAY_S)
    queues = queues_of(senders + 1)
    found = bounds(ports, queues, flows, HOW, wire_B(packets), 0.0)
    last_s = (wire_B(packets) - PACKET_B) * 8 / RATE_BPS  # of each link, behind the first packet
    backlog_B = senders * wire_B(packets) - last_s * RATE_BPS / 8
    delay_s, needs_B = at(found, 2 * senders + 1, 0)
    assert needs_B == pytest.approx(backlog_B, rel=1e-12)
    assert needs_B == pytest.approx((senders - 1) * wire_B(packets) + PACKET_B, rel=1e-12)
    assert delay_s == pytest.approx(backlog_B * 8 / RATE_BPS, rel=1e-12)
    assert found.nic_s == pytest.approx(wire_B(packets) * 8 / RATE_BPS, rel=1e-12)
    assert found.network_s == pytest.approx(2 * DELAY_S + delay_s, rel=1e-12)
    assert not len(found.cyclic) and found.why == ""
    outcome = simulate(ports, flows, HOW, queues=queues)
    assert_within(found, outcome)
    assert outcome.most_B[2 * senders + 1, 0] >= needs_B - 2 * PACKET_B  # and near it
    less = bounds(ports, queues, flows, HOW, np.where(np.arange(senders) == 0, 0.0, wire_B(packets)), 0.0)
    with pytest.raises(AssertionError):
        assert_within(less, outcome)


def two_classes(hosts, packets, classes):
    made = star_flows(np.arange(hosts - 1), hosts - 1, data_B(packets))
    return replace(made, traffic_class=ints(np.resize(classes, hosts - 1)))


def test_the_higher_of_two_strict_classes_waits_for_one_packet():
    """Class 6 before class 2, each from one host: at the receiver's port the burst itself, and a packet below it."""
    packets, ports, queues = 50, star_ports(3, RATE_BPS, DELAY_S), queues_of(3, strict=(2, 6))
    flows = two_classes(3, packets, [6, 2])
    found = bounds(ports, queues, flows, HOW, wire_B(packets), 0.0)
    high_s, high_B = at(found, 5, 6)
    assert high_s == pytest.approx(2 * PACKET_B * 8 / RATE_BPS, rel=1e-12)  # the link itself holds back all but one
    assert high_B == pytest.approx(2 * PACKET_B, rel=1e-12)
    low_s, low_B = at(found, 5, 2)
    assert low_B == pytest.approx(wire_B(packets), rel=1e-12)  # all of it is there before the other has left
    assert low_s == pytest.approx(wire_B(packets + 1) * 8 / RATE_BPS, rel=1e-12)  # its first packet, behind all of that
    assert_within(found, simulate(ports, flows, HOW, queues=queues))


def test_weighted_classes_share_what_is_left():
    """Burst over a part of a third of the rate, behind a round of the others (Boyer, Stea & Sofack 2012)."""
    quanta, ports = [1500, 3000, *[1500] * 6], star_ports(3, RATE_BPS, DELAY_S)
    queues, packets = queues_of(3, quanta=quanta), 400
    flows = two_classes(3, packets, [0, 1])
    found = bounds(ports, queues, flows, HOW, np.array([wire_B(1), wire_B(packets)]), 0.0)
    rate, others = RATE_BPS / 8, 3000
    block = others * (1 + PACKET_B / 1500) + PACKET_B
    assert at(found, 5, 0)[0] == pytest.approx((PACKET_B * 3 + block) / rate, rel=1e-12)
    sizes = replace(flows, size_B=indices([data_B(1), data_B(packets)]))
    assert_within(found, simulate(ports, sizes, HOW, queues=queues))


def test_a_queue_that_is_shaped_keeps_what_it_holds_from_nobody():
    """Class 7 has a tenth of the rate; class 0 behind it gets the rest while 7 waits for tokens."""
    packets, hosts = 60, 4
    shaper = floats(np.where(np.arange(CLASSES) == 7, RATE_BPS / 10, np.nan) * np.ones((2 * hosts, 1)))
    queues = queues_of(hosts, strict=(7,), shaper_bps=shaper, burst_B=indices(np.full((2 * hosts, 8), 2 * PACKET_B)))
    ports, flows = star_ports(hosts, RATE_BPS, DELAY_S), two_classes(hosts, packets, [7, 0, 0])
    found = bounds(ports, queues, flows, HOW, wire_B(packets), 0.0)
    outcome = simulate(ports, flows, HOW, queues=queues)
    assert_within(found, outcome)
    assert outcome.delays.most_s[0] >= wire_B(packets - 3) * 8 / (RATE_BPS / 10)
    assert at(found, 0, 7)[0] == pytest.approx(wire_B(packets) * 80 / RATE_BPS + 3 * PACKET_B * 8 / RATE_BPS, rel=0.01)


@pytest.mark.parametrize("seed", range(12))
def test_no_packet_of_a_random_star_is_beyond_its_bound(seed):
    """Classes that are strict, weighted and shaped, answers on the way back, marks with notifications."""
    rng = np.random.default_rng(seed)
    hosts, count = int(rng.integers(3, 8)), int(rng.integers(4, 30))
    src, to = rng.integers(0, hosts, count), rng.integers(1, hosts, count)
    dst, shape = (src + to) % hosts, (2 * hosts, CLASSES)
    law = ("newreno", "dcqcn-paper", "cubic")[seed % 3]
    how = replace(transport(law), delays="moments", ack_class=int(rng.choice([-1, 5])), lossless=False)
    shaper = np.where(rng.random(CLASSES) < 0.3, rng.uniform(5e9, 5e10, CLASSES), np.nan)
    queues = queues_of(
        hosts, strict=tuple(rng.choice(8, 3, replace=False)), quanta=rng.integers(800, 9000, CLASSES),
        shaper_bps=floats(np.broadcast_to(shaper, shape)), burst_B=indices(np.full(shape, 4 * how.packet_B)),
        kmin_B=floats(np.full(shape, 5e3)), kmax_B=floats(np.full(shape, 2e5)), pmax=floats(np.full(shape, 0.01)),
    )  # fmt: skip
    size_B, ptr = rng.integers(1, 60_000, count), indices(2 * np.arange(count + 1))
    flows = PacketFlows(
        indices(size_B), floats(rng.uniform(0, 20e-6, count)), ptr, ints(np.stack([2 * src, 2 * dst + 1], 1).ravel()),
        ptr, ints(np.stack([2 * dst, 2 * src + 1], 1).ravel()), traffic_class=ints(rng.integers(0, 8, count)),
    )  # fmt: skip
    ports = star_ports(hosts, RATE_BPS, DELAY_S)
    packets = -(-size_B // (how.packet_B - how.header_B))
    found = bounds(ports, queues, flows, how, size_B + packets * how.header_B, 0.0, packets=packets)
    outcome = simulate(ports, flows, how, queues=queues)
    assert outcome.complete and not outcome.again.any()
    assert_within(found, outcome)


def test_ports_without_classes_are_first_in_first_out():
    """Both classes wait in one queue; its limit is its room."""
    ports, flows = star_ports(3, RATE_BPS, DELAY_S, limit_B=20_000), two_classes(3, 10, [0, 5])
    found = bounds(ports, None, flows, HOW, wire_B(10), 0.0)
    assert at(found, 5, -1)[1] == pytest.approx(wire_B(11), rel=1e-12)
    assert (found.queues.room_B == 20_000).all() and (found.queues.safe_B == 20_000).all()
    assert not found.queues.beyond.any()
    assert bounds(ports, None, flows, HOW, wire_B(20), 0.0).queues.beyond.any()


def test_rooms_are_what_one_queue_alone_may_have():
    """A threshold of 1/8 of free memory leaves a ninth of it; a pause, and headroom behind it."""
    queues = queues_of(3, alpha=floats(np.full((6, 8), 1 / 8)), reserved_B=indices(np.full((6, 8), 1000)))
    ports, flows = star_ports(3, RATE_BPS, DELAY_S), two_classes(3, 10, [0])
    found = bounds(ports, queues, flows, HOW, wire_B(10), 0.0).queues
    assert found.room_B[found.link == 5] == pytest.approx(1000 + 1e9 / 9, rel=1e-12)
    assert np.isnan(found.room_B[found.link == 0]).all() and not found.beyond.any()
    lossless = replace(
        queues.ports, lossless=bools(np.ones((6, 8))), xoff_B=floats(np.full((6, 8), 9000.0)),
        headroom_B=indices(np.full((6, 8), 5000)),
    )  # fmt: skip
    found = bounds(ports, replace(queues, ports=lossless), flows, HOW, wire_B(10), 0.0).queues
    own = found.link == 5
    assert found.lossless.all() and found.safe_B[own] == 9000 and found.room_B[own] == 14_000 and found.beyond[own]


def test_answers_are_a_part_of_what_they_answer():
    """10 packets to host 2 are answered by 10 acknowledgements of 64 B, in the class that they are given."""
    how = replace(HOW, ideal_acks=False, ack_class=3)
    ports, flows = star_ports(3, RATE_BPS, DELAY_S), two_classes(3, 10, [0])
    found = bounds(ports, queues_of(3), flows, how, wire_B(10), 0.0)
    assert at(found, 4, 3)[1] == pytest.approx(2 * 10 * how.ack_B, rel=1e-12)
    short = bounds(ports, queues_of(3), flows, how, wire_B(1), 0.0, packets=10)
    assert at(short, 4, 3)[1] == pytest.approx(2 * 10 * how.ack_B, rel=1e-12)


def test_rates_grow_bursts_on_their_way():
    """A token bucket through a star alone: its burst is one packet behind the first link, and its rate goes on."""
    ports, flows = star_ports(2, RATE_BPS, DELAY_S), star_flows(np.arange(1), 1, 1)
    found = bounds(ports, None, flows, HOW, wire_B(4), 20e9)
    assert found.nic_s[0] == pytest.approx(wire_B(4) * 8 / RATE_BPS, rel=1e-12)
    assert found.queues.load == pytest.approx([0.2, 0.2], rel=1e-12)
    assert at(found, 3, -1)[1] == pytest.approx(PACKET_B, rel=1e-12)
    loose = bounds(ports, None, flows, HOW, wire_B(4), 20e9, shaped=False)
    assert at(loose, 3, -1)[1] == pytest.approx(wire_B(4) + 20e9 / 8 * found.nic_s[0], rel=1e-12)


def test_what_has_no_bound_says_why():
    ports, flows = star_ports(3, RATE_BPS, DELAY_S), star_flows(np.arange(2), 2, 1)
    found = bounds(ports, None, flows, HOW, wire_B(1), 60e9)
    assert np.isinf(found.delay_s).all() and found.overloaded.tolist() == [5] and "1 of the links" in found.why
    shaper = floats(np.full((6, 8), 1e9))
    found = bounds(ports, queues_of(3, shaper_bps=shaper), flows, HOW, wire_B(1), 2e9)
    assert np.isinf(found.delay_s).all() and not len(found.overloaded) and "shaper" in found.why


def test_what_does_not_fit_is_refused():
    ports, flows = star_ports(3, RATE_BPS, DELAY_S), star_flows(np.arange(2), 2, 1)
    for burst_B, rate_bps, said in ((-1.0, 0.0, "burst_B is -1"), (1.0, np.inf, "rate_bps is inf")):
        with pytest.raises(ValueError, match=said):
            bounds(ports, None, flows, HOW, burst_B, rate_bps)
    bare = replace(flows, ptr=indices([0, 0, 0]), link=ints([]))
    with pytest.raises(ValueError, match="path without links"):
        bounds(ports, None, bare, HOW, 1.0, 0.0)
    queues = replace(queues_of(3), schedulers=(PortScheduler((5,), "wfq"),))
    with pytest.raises(ValueError, match="wfq have no bounds"):
        bounds(ports, queues, flows, HOW, 1.0, 0.0)


@pytest.mark.parametrize("slack", [0.0, 1e-3])
@pytest.mark.parametrize("law", ["newreno", "dcqcn-paper"])
def test_flows_that_come_and_go_are_as_if_asked_anew(law, slack):
    """Answers, notifications and classes around a star; never below, and above by what slack adds."""
    rng, hosts, count = np.random.default_rng(5), 5, 20
    src, to = rng.integers(0, hosts, count), rng.integers(1, hosts, count)
    dst, ptr = (src + to) % hosts, indices(2 * np.arange(count + 1))
    there = np.stack([2 * src, 2 * dst + 1], 1), np.stack([2 * dst, 2 * src + 1], 1)
    flows = PacketFlows(
        indices(np.ones(count)), floats(np.zeros(count)), ptr, ints(there[0].ravel()), ptr, ints(there[1].ravel()),
        traffic_class=ints(rng.integers(0, 8, count)),
    )  # fmt: skip
    marks = {"kmin_B": floats(np.full((2 * hosts, 8), 5e3)), "kmax_B": floats(np.full((2 * hosts, 8), 2e5))}
    ports, queues = star_ports(hosts, RATE_BPS, DELAY_S), queues_of(hosts, strict=(3, 5), **marks)
    burst_B, rate_bps, how = rng.uniform(2e3, 6e4, count), rng.uniform(0, 1e9, count), transport(law)
    on = rng.random(count) < 0.5
    made = Standing(ports, queues, flows, how, burst_B, rate_bps, there=on, slack=slack)
    for flow in rng.integers(0, count, 12).tolist():
        (made.remove if on[flow] else made.add)([flow])
        on[flow] = not on[flow]
        now, packets = made.bounds(), np.ceil(burst_B / how.packet_B) * on
        anew = bounds(ports, queues, flows, how, burst_B * on, rate_bps * on, packets=packets)
        assert (now.queues.delay_s >= anew.queues.delay_s * (1 - 4e-9)).all()
        assert now.queues.delay_s == pytest.approx(anew.queues.delay_s, rel=2e-8 + 30 * slack)
        assert now.queues.load == pytest.approx(anew.queues.load, rel=1e-12)
    assert (made.there == on).all()
    with pytest.raises(ValueError, match=r"not within 0\.\.19"):
        made.add([20])
    with pytest.raises(ValueError, match="one entry for each"):
        Standing(ports, queues, flows, how, burst_B, rate_bps, there=[True])


@pytest.mark.parametrize("kind", ["fifo", "strict", "weighted"])
def test_a_window_bounds_what_waits(kind):
    """Seven senders of 8 packets a window: no more waits than all windows, nor for longer than they take."""
    senders, packets, window = 7, 200, 8
    ports, flows = star_ports(8, RATE_BPS, DELAY_S), star_flows(np.arange(senders), senders, data_B(packets))
    how = replace(HOW, receive_B=window * (HOW.packet_B - HOW.header_B), ideal_acks=False, ack_class=1)
    queues = queues_of(8, strict=(0,) if kind == "strict" else ())
    if kind == "fifo":
        queues = replace(queues, schedulers=(PortScheduler(tuple(range(16)), "fifo"),))
    free = bounds(ports, queues, flows, how, wire_B(packets), 0.0, packets=packets)
    found = bounds(ports, queues, flows, how, wire_B(packets), 0.0, packets=packets, in_flight_B=wire_B(window))
    queue = -1 if kind == "fifo" else 0
    assert at(found, 15, queue)[1] == pytest.approx(senders * wire_B(window), rel=1e-12)
    assert at(found, 15, queue)[1] < 0.1 * at(free, 15, queue)[1] and (found.delay_s < 0.3 * free.delay_s).all()
    below = PACKET_B if kind == "strict" else 0
    if kind != "weighted":
        expected_s = (senders * wire_B(window) + below * 0) * 8 / RATE_BPS
        assert at(found, 15, queue)[0] == pytest.approx(expected_s, rel=1e-12)
    outcome = simulate(ports, flows, how, queues=queues)
    if kind != "fifo":
        assert_within(found, outcome)
        assert outcome.most_B[15, 0] > 0.8 * at(found, 15, 0)[1]
    assert (outcome.delays.most_s <= found.delay_s + 4 * TICK_S).all()
    half = bounds(ports, queues, flows, how, wire_B(packets), 0.0, packets=packets, in_flight_B=wire_B(window // 2))
    assert not (outcome.delays.most_s <= half.delay_s).all()


def test_what_goes_on_for_ever_is_bounded_by_windows_alone():
    """A steady rate has no end: without a window nothing is said, with one its queue holds no more."""
    ports, flows = star_ports(3, RATE_BPS, DELAY_S), star_flows(np.arange(2), 2, 1)
    plain = bounds(ports, None, flows, HOW, wire_B(40), 10e9)
    same = bounds(ports, None, flows, HOW, wire_B(40), 10e9, in_flight_B=np.inf)
    assert (same.queues.backlog_B == plain.queues.backlog_B).all()
    capped = bounds(ports, None, flows, HOW, wire_B(40), 10e9, in_flight_B=[wire_B(2), np.inf])
    assert at(capped, 0, -1)[1] == pytest.approx(wire_B(2), rel=1e-12)
    assert at(capped, 5, -1) == at(plain, 5, -1)
    over = bounds(ports, None, flows, HOW, wire_B(4), 60e9, in_flight_B=wire_B(4))
    assert at(over, 5, -1)[1] == pytest.approx(2 * wire_B(4), rel=1e-12) and np.isfinite(over.delay_s).all()
