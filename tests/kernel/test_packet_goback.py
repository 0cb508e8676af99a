"""Go-back-N against a simulation of its own, and against what a loss costs."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.draws import MASK, mix, unit
from tests.kernel.test_packet import chain, done, star


class Wire:
    """A link that loses packets, by the draws that are named by the bytes put on it."""

    def __init__(self, link, loss, seed, each_ps, delay_ps):
        self.key, self.loss, self.each_ps, self.delay_ps = mix(seed, ~link & MASK), loss, each_ps, delay_ps
        self.free_ps = self.sent_B = self.lost = 0

    def send(self, now_ps, size_B):
        """When it gets to the other end; None if it does not."""
        self.free_ps = max(self.free_ps, now_ps) + size_B * 80
        self.sent_B += size_B
        if unit(mix(self.key, self.sent_B)) < self.loss:
            self.lost += 1
            return None
        return self.free_ps + self.delay_ps


class Pair:
    """One sender and one receiver, one link each way, no timer."""

    def __init__(self, packets, window, loss, seed, delay_ps):
        self.there, self.back = (Wire(link, loss[link], seed, 80, delay_ps) for link in (0, 1))
        self.packets, self.window = packets, window
        self.events, self.order, self.sent = [], 0, 0
        self.una = self.following = self.missing = 0
        self.asked, self.delivered_ps = None, 0

    def put(self, wire, now_ps, size_B, what, number):
        at_ps = wire.send(now_ps, size_B)
        if at_ps is not None:
            self.order += 1
            heapq.heappush(self.events, (at_ps, self.order, what, number))

    def fill(self, now_ps):
        while self.following < self.packets and self.following - self.una < self.window:
            self.put(self.there, now_ps, 1500, self.data, self.following)
            self.following, self.sent = self.following + 1, self.sent + 1

    def data(self, now_ps, number):
        if number > self.missing:
            if self.asked != self.missing:
                self.asked = self.missing
                self.put(self.back, now_ps, 64, self.again, self.missing)
            return
        if number == self.missing:
            self.missing += 1
            self.delivered_ps = now_ps
        self.put(self.back, now_ps, 64, self.acknowledged, self.missing)

    def again(self, now_ps, number):
        if number >= self.una:
            self.una = self.following = number

    def acknowledged(self, now_ps, number):
        self.una = max(self.una, number)
        self.following = max(self.following, self.una)

    def run(self):
        """When all was there, and packets sent; None if only a timer would go on."""
        now_ps = 0
        while True:
            self.fill(now_ps)
            if not self.events:
                return (self.delivered_ps, self.sent) if self.una == self.packets else None
            now_ps, _, what, number = heapq.heappop(self.events)
            what(now_ps, number)


@settings(max_examples=200)
@given(st.integers(1, 400), st.integers(1, 60), st.sampled_from([0.0, 0.003, 0.02]), st.sampled_from([0.0, 0.02]),
       st.integers(0, 2**32), st.sampled_from([0, 137_000, 1_000_000]))  # fmt: skip
def test_what_is_sent_is_what_a_simulation_of_its_own_sends(packets, window, loss, loss_back, seed, delay_ps):
    net, there, back = chain(1, delay_ps=delay_ps)
    net.flows, net.loss = [(there, back, packets * 1448, 0)], [loss, loss_back]
    simulation = net.simulation("fixed", go_back=1, first_window=float(window), seed=seed, least_timeout_ps=10**12)
    flows = done(simulation)
    assert flows["received"][0] == packets and flows["acknowledged_ps"][0] >= flows["delivered_ps"][0] > 0
    assert flows["sent"][0] == packets + flows["again"][0]
    expected = Pair(packets, window, (loss, loss_back), seed, delay_ps).run()
    assert (expected is None) == (flows["timeouts"][0] > 0)
    if expected is not None:
        assert (flows["delivered_ps"][0], flows["sent"][0]) == expected


def test_without_loss_it_is_selective_repeat():
    net = star(5, size_B=500_000)
    a, b = (done(net.simulation("dctcp", go_back=way)) for way in (0, 1))
    assert all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("seed", range(5))
def test_a_loss_costs_a_round_trip_of_packets(seed):
    """100 Gb/s, 1 us a link: what left after the one that is lost until its successor is answered, 20 packets."""
    packets = 20_000
    net, there, back = chain(1)
    net.flows, net.loss = [(there, back, packets * 1448, 0)], [2e-4, 0.0]
    simulation = net.simulation("fixed", go_back=1, first_window=1e9, nic_B=1500, seed=seed)
    flows = done(simulation)
    # Packet k leaves its host when k - 1 has 60 ns left; the answer to i + 1 comes 2 packets, 2 us and 5.12 ns after i.
    cost = 1 + int((2 * 120 + 2000 + 5.12 + 60) // 120)
    assert cost == 20 and simulation.lost > 0 and flows["timeouts"][0] == 0
    assert flows["again"][0] == cost * simulation.lost
    assert flows["delivered_ps"][0] == flows["sent"][0] * 120_000 + 1_000_000


@pytest.mark.parametrize("law", ["newreno", "dctcp", "dcqcn"])
@pytest.mark.parametrize("limit", [10, 40])
def test_everything_arrives_whatever_is_dropped(law, limit):
    net = star(8, limit_B=limit * 1500, mark_B=(5 * 1500, 9 * 1500), size_B=300_000)
    net.loss = [0.002] * len(net.rate_bps)
    simulation = net.simulation(law, go_back=1, ask_again_ps=100_000_000)
    flows = done(simulation)
    assert (flows["acknowledged_ps"] > 0).all() and simulation.open == 0
    assert (flows["sent"] == flows["packets"] + flows["again"]).all()
    selective = done(net.simulation(law))
    assert flows["again"].sum() > selective["again"].sum()


def test_asking_again_saves_a_timeout():
    net, there, back = chain(1)
    net.flows, net.loss = [(there, back, 20_000 * 1448, 0)], [0.05, 0.0]
    once, often = (
        done(net.simulation("fixed", go_back=1, first_window=1e9, nic_B=1500, **more))
        for more in ({}, {"ask_again_ps": 10_000_000})
    )
    assert often["timeouts"][0] < once["timeouts"][0]
    assert often["delivered_ps"][0] < once["delivered_ps"][0]


@pytest.mark.parametrize("law", ["fixed", "dctcp", "dcqcn", "hpcc", "swift"])
def test_over_an_idle_path_back_ideal_acknowledgements_are_the_real_ones(law):
    net = star(6, size_B=200_000, mark_B=(30_000, 30_000))
    real, ideal = net.simulation(law), net.simulation(law, ideal_acks=1)
    a, b = done(real), done(ideal)
    assert all(np.array_equal(a[name], b[name]) for name in a)
    assert ideal.hops == real.hops // 2 if law != "dcqcn" else ideal.hops < real.hops
    sent_B = ideal.links()["sent_B"]
    assert sent_B[12] == 0 < real.links()["sent_B"][12] and sent_B[13] > 0


def test_ideal_acknowledgements_are_not_held_up():
    """Flows both ways: real acknowledgements wait behind packets."""
    net, there, back = chain(1)
    net.flows = [(there, back, 2_000_000, 0), (back, there, 2_000_000, 0)]
    a, b = (done(net.simulation("fixed", first_window=20.0, ideal_acks=way)) for way in (0, 1))
    assert (b["delivered_ps"] < a["delivered_ps"]).all()


@pytest.mark.parametrize("every", [2, 4, 16])
def test_acknowledgements_for_some_packets_and_at_the_end_of_a_message(every):
    net, there, back = chain(1)
    net.flows = [(there, back, 1001 * 1448, 0)]
    simulation = net.simulation("fixed", go_back=1, acks_every=every, ack_delay_ps=2**50, first_window=1e9)
    flows = done(simulation)
    assert simulation.links()["sent_B"][1] == -(-1001 // every) * 64
    assert flows["acknowledged_ps"][0] == flows["delivered_ps"][0] + 64 * 80 + 1_000_000
    assert flows["again"][0] == flows["timeouts"][0] == 0
