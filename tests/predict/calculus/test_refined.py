"""Flows of a fabric one by one: within total flow analysis, beyond any packet, exact where that is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from easterly.base.columns import bools, floats, indices, ints
from easterly.model.packets import PacketFlows
from easterly.model.port_queues import CLASSES
from easterly.predict.calculus.fabric import analysis, told
from easterly.predict.calculus.hops import hops_of, service
from easterly.predict.calculus.refined import refined
from easterly.predict.packet import simulate, transport
from easterly.predict.packet.star import star_ports, star_queues

RATE_BPS, DELAY_S, TICK_S = 100e9, 1e-6, 1e-12
HOW = replace(transport("newreno"), delays="moments", first_window=1e6, ideal_acks=True, nic_B=1 << 20)
PACKET_B = HOW.packet_B


def parking_lot(switches, packets, classes=0):
    """A flow along a row of switches, and beside it at each a flow of two hops: NICs first, then links, then a way out.

    Link i leads from switch i to the next; behind those come NICs, and a link back for each.
    """
    row = list(range(switches))
    ways = [[switches, *row], *([switches + 1 + i, i, *([i + 1] if i + 1 < switches else [])] for i in range(switches))]
    links = 2 * switches + 1
    ptr = indices(np.cumsum([0, *(len(way) for way in ways)]))
    data_B = packets * (PACKET_B - HOW.header_B)
    flows = PacketFlows(
        indices(np.broadcast_to(data_B, len(ways))), floats(np.zeros(len(ways))), ptr, ints(np.concatenate(ways)),
        indices(np.arange(len(ways) + 1)), ints(np.full(len(ways), links)),
        traffic_class=ints(np.resize(classes, len(ways))),
    )  # fmt: skip
    return star_ports(switches + 1, RATE_BPS, DELAY_S), flows


def solved(ports, queues, flows, packets, rate_bps=0.0):
    made = analysis(ports, queues, flows, HOW, packets * float(PACKET_B), rate_bps, packets=packets)
    made.total.solve()
    return made


@pytest.mark.parametrize("switches", [2, 3, 4, 6])
def test_packets_stay_within_what_is_tighter_than_port_by_port(switches):
    rng = np.random.default_rng(switches)
    ports, flows = parking_lot(switches, 40)
    made = solved(ports, None, flows, np.full(len(flows), 40), 5e9)
    found, tight = told(made), refined(made, range(len(flows)))
    assert tight.total_s == pytest.approx(found.network_s, rel=1e-12)
    assert (tight.refined_s <= tight.total_s).all() and tight.refined_s[0] < tight.total_s[0]
    assert tight.analysis[0] == ("all dates" if switches <= 4 else "linear")
    assert (np.isnan(tight.tightness) | (tight.tightness <= 1)).all()
    for _ in range(8):
        late = replace(flows, start_s=floats(rng.uniform(0, 6e-6, len(flows))))
        outcome = simulate(ports, late, HOW)
        assert (outcome.delays.most_s <= found.nic_s + tight.refined_s + 4 * TICK_S).all()


def test_behind_one_switch_it_is_the_incast():
    """What is reached by fresh flows is the bound but for the first packets, and that of total flow analysis."""
    hosts, packets = 5, 60
    ptr = indices(2 * np.arange(hosts))
    links = ints(np.stack([2 * np.arange(hosts - 1), np.full(hosts - 1, 2 * hosts - 1)], 1).ravel())
    flows = PacketFlows(indices(np.full(hosts - 1, 1)), floats(np.zeros(hosts - 1)), ptr, links, ptr, links)
    made = solved(star_ports(hosts, RATE_BPS, DELAY_S), None, flows, np.full(hosts - 1, packets))
    tight = refined(made, [0])
    backlog_B = (hosts - 2) * packets * PACKET_B + PACKET_B
    assert tight.refined_s[0] == pytest.approx(2 * DELAY_S + backlog_B * 8 / RATE_BPS, rel=1e-9)
    assert tight.tightness[0] == pytest.approx(1, rel=1e-6)


def classes_of(switches, *, strict=(), quanta=1500):
    shape = (2 * switches + 2, CLASSES)
    return star_queues(
        switches + 1, ints([0]), lossless_B=1e9, lossy_B=1e9, pool_B=0,
        strict=bools(np.broadcast_to(np.isin(np.arange(CLASSES), strict), shape)),
        quantum_B=indices(np.broadcast_to(quanta, shape)),
    )  # fmt: skip


@pytest.mark.parametrize(("strict", "classes"), [((6,), [0, 6]), ((), [0, 1]), ((6, 2), [2, 6, 2, 0]), ((), [0])])
def test_classes_are_served_what_others_leave(strict, classes):
    """No packet is beyond it, whether others go first or take turns."""
    rng, switches, packets = np.random.default_rng(1), 3, 30
    ports, flows = parking_lot(switches, packets, classes)
    queues = classes_of(switches, strict=strict)
    made = solved(ports, queues, flows, np.full(len(flows), packets))
    found, tight = told(made), refined(made, range(len(flows)))
    assert (tight.refined_s <= tight.total_s).all()
    for _ in range(6):
        late = replace(flows, start_s=floats(rng.uniform(0, 6e-6, len(flows))))
        outcome = simulate(ports, late, HOW, queues=queues)
        assert (outcome.delays.most_s <= found.nic_s + tight.refined_s + 4 * TICK_S).all()


def rows_of(made):
    return {each: i for i, each in enumerate(zip(made.laid.link.tolist(), made.laid.queue.tolist(), strict=True))}


def test_service_is_what_formulas_leave():
    """R - rho behind (sigma + packet) / (R - rho) for strict classes, a part of R behind a round for weighted ones."""
    ports, flows = parking_lot(2, 10, [2, 6, 0])
    rate = RATE_BPS / 8
    made = solved(ports, classes_of(2, strict=(6, 2)), flows, np.full(3, 10), 8e9)
    hops, row = hops_of(made), rows_of(made)
    nic_s = 10 * PACKET_B / rate
    high_B = 10 * PACKET_B + 1e9 * nic_s
    assert service(made, hops, row[0, 6]) == pytest.approx((rate, PACKET_B / rate), rel=1e-12)
    assert service(made, hops, row[0, 2]) == pytest.approx((rate - 1e9, high_B / (rate - 1e9)), rel=1e-12)
    turns = solved(ports, classes_of(2, quanta=3000), flows, np.full(3, 10), 8e9)
    hops, row = hops_of(turns), rows_of(turns)
    block = 3000 * (1 + PACKET_B / 3000) + PACKET_B
    size_B = 10 * PACKET_B + 1e9 * nic_s
    turn, last = (rate / 2, block / rate), (rate - 1e9, size_B / (rate - 1e9))
    best = min((turn, last), key=lambda each: each[1] + size_B / each[0])
    assert service(turns, hops, row[0, 2]) == pytest.approx(best, rel=1e-12)


def test_what_has_no_bound_stays_without():
    ports, flows = parking_lot(3, 10)
    tight = refined(solved(ports, None, flows, np.full(len(flows), 10), 60e9), [0])
    assert np.isinf(tight.refined_s).all() and tight.analysis.tolist() == ["total"] and np.isnan(tight.reached_s).all()
    assert len(refined(solved(ports, None, flows, np.full(len(flows), 10)), [])) == 0
