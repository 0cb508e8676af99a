"""The simulation of packets against closed forms: exact in picoseconds wherever the form is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly._kernel import packet

GB = 10**9
NEVER = 2**62


@dataclass
class Net:
    """Links, and flows along paths of links."""

    rate_bps: list[int]
    delay_ps: list[int]
    limit_B: list[int] = field(default_factory=list)
    mark_B: list[tuple[int, int]] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    flows: list[tuple[list[int], list[int], int, int]] = field(default_factory=list)  # path, back, size, start

    def simulation(self, law="fixed", shift=10, seed=1, of_class=None, **values):
        given_ = {"pause_reaction_ps": 0} | {
            name: values.pop(name) for name in ("pause_reaction_ps",) if name in values
        }
        chosen = packet.Law(law, {"nic_B": 10**9, "least_timeout_ps": GB} | values)
        route, path = [], []
        for there, back, _, _ in self.flows:
            path.append((len(route), len(route) + len(there) + 1))
            route += [*there, -1, *back, -1]
        n, f = len(self.rate_bps), len(self.flows)
        return packet.Simulation(
            np.array(self.rate_bps), np.array(self.delay_ps), np.array(self.limit_B or [-1] * n),
            np.array(self.mark_B or [(-1, -1)] * n).reshape(n, 2), np.ones(n), np.array(self.loss or [0.0] * n),
            np.array(route, dtype=np.int32), np.array(path).reshape(f, 2), np.array([x[2] for x in self.flows]),
            np.array([x[3] for x in self.flows]), np.zeros(f, dtype=np.int32),
            np.array(of_class or [0] * f, dtype=np.int32), [chosen], seed=seed, shift=shift, **given_,
        )  # fmt: skip


def chain(hops, rate_bps=100 * GB, delay_ps=1_000_000):
    """A path of equal links, and one back."""
    net = Net([rate_bps] * 2 * hops, [delay_ps] * 2 * hops)
    return net, list(range(hops)), list(range(hops, 2 * hops))


def done(simulation):
    assert not simulation.run(NEVER, 10**9)
    return simulation.flows()


def star(senders, rate_bps=100 * GB, delay_ps=1_000_000, size_B=1_000_000, **ports):
    """Hosts around one switch: links 2i to the switch, 2i + 1 from it; all send to the last."""
    n = senders + 1
    net = Net([rate_bps] * 2 * n, [delay_ps] * 2 * n)
    net.flows = [([2 * i, 2 * senders + 1], [2 * senders, 2 * i + 1], size_B, 0) for i in range(senders)]
    for name, value in ports.items():
        column = [(-1, -1) if name == "mark_B" else -1] * 2 * n
        column[1::2] = [value] * n
        setattr(net, name, column)
    return net


def test_an_idle_path_takes_the_sum_of_its_links():
    net, there, back = chain(6)
    net.flows = [(there, back, 1448, 0)]
    flows = done(net.simulation())
    assert flows["delivered_ps"][0] == 6 * (120_000 + 1_000_000)
    assert flows["acknowledged_ps"][0] == 6 * (120_000 + 1_000_000) + 6 * (64 * 80 + 1_000_000)


@given(st.integers(1, 6), st.integers(1, 200), st.sampled_from([25, 100, 400, 800]), st.integers(0, 5_000_000))
def test_a_train_of_packets_follows_its_first(hops, packets, rate, delay_ps):
    net, there, back = chain(hops, rate * GB, delay_ps)
    net.flows = [(there, back, packets * 1448, 0)]
    flows = done(net.simulation(first_window=1e9))
    assert flows["delivered_ps"][0] == (packets + hops - 1) * 1500 * 8000 // rate + hops * delay_ps


@pytest.mark.parametrize("rate_bps", [3 * GB, 7 * GB, 1_001_000, 123_457_000, 9_999_999_999_000])
def test_rates_that_do_not_divide_never_drift(rate_bps):
    net, there, back = chain(1, rate_bps, 0)
    net.flows = [(there, back, 10_000 * 1448, 0)]
    flows = done(net.simulation(first_window=1e9, least_timeout_ps=2**50))
    assert flows["delivered_ps"][0] == -(-10_000 * 1500 * 8 * 10**12 // rate_bps)


def test_fifteen_to_one_ends_between_the_bound_and_five_percent_above():
    net = star(15, limit_B=16_000_000, mark_B=(65 * 1500, 65 * 1500))
    flows = done(net.simulation("dctcp"))
    bound_ps = 15e6 * 1500 / 1448 * 80 + 120_000 + 2e6
    last = flows["delivered_ps"].max()
    assert bound_ps <= last <= 1.05 * bound_ps
    assert flows["again"].sum() == 0 and flows["marked"].sum() > 0


@pytest.mark.parametrize("law", ["newreno", "cubic", "dctcp"])
@pytest.mark.parametrize("limit", [20, 60, 300])
def test_everything_arrives_whatever_is_dropped(law, limit):
    net = star(12, limit_B=limit * 1500)
    net.loss = [0.001] * len(net.rate_bps)
    simulation = net.simulation(law)
    flows, links = done(simulation), simulation.links()
    assert (flows["acknowledged_ps"] > 0).all() and simulation.open == 0
    assert links["drops"].sum() > 0
    assert (flows["sent"] == flows["packets"] + flows["again"]).all()
    # Data and acknowledgements put on links, less what was lost there, is what hops counted.
    assert simulation.hops >= 2 * flows["packets"].sum()


def test_what_is_put_in_comes_out_is_dropped_or_lost():
    net = star(8, limit_B=30 * 1500, size_B=400_000)
    net.loss = [0.0 if i % 2 else 0.01 for i in range(len(net.rate_bps))]  # on the links to the switch
    simulation = net.simulation("newreno")
    flows, links = done(simulation), simulation.links()
    sent = flows["sent"].sum()
    data_out = (links["sent_B"][17] - 0) // 1500  # the last link to the receiver carries data alone
    assert abs(data_out - (sent - links["drops"][17] - simulation.lost)) <= 8 + flows["packets"].sum() * 0.02
    assert sent * 1500 >= links["sent_B"][17]


def test_dctcp_holds_the_queue_at_its_threshold():
    """Alizadeh et al. 2010: between K + N and K + N - A, with A = sqrt(2 N (C RTT + K)) / 2."""
    rate, senders, mark = 10 * GB, 2, 40
    net = star(senders, rate, 24_700_000, 60_000_000, mark_B=(mark * 1500, mark * 1500))
    simulation = net.simulation("dctcp", nic_B=64_000)
    flows = done(simulation)
    goodput = senders * 60e6 * 8 / (flows["delivered_ps"].max() * 1e-12)
    assert goodput > 0.99 * rate * 1448 / 1500
    assert flows["again"].sum() == 0


def test_timeouts_of_hours_end_and_time_never_falls():
    """Links of a second, most packets lost: timeouts double up to their limit, over slots of a picosecond."""
    net, there, back = chain(1, 1_000_000, 10**12)
    net.flows = [(there, back, 4 * 1448, 0)]
    net.loss = [0.7, 0.7]
    simulation = net.simulation("newreno", shift=0, least_timeout_ps=2**42)
    before = 0
    while simulation.run(NEVER, 3):
        assert simulation.now_ps >= before
        before = simulation.now_ps
    flows = simulation.flows()
    assert flows["timeouts"][0] > 3 and 0 < flows["delivered_ps"][0] <= flows["acknowledged_ps"][0]


@settings(max_examples=15)
@given(st.integers(0, 2**63), st.integers(6, 16))
def test_the_same_bytes_whatever_the_slots(seed, shift):
    net = star(6, limit_B=20 * 1500, size_B=150_000)
    net.loss = [0.01] * len(net.rate_bps)
    first, second = (net.simulation("cubic", shift=s, seed=seed) for s in (10, shift))
    a, b = done(first), done(second)
    assert all(np.array_equal(a[name], b[name]) for name in a)
    assert first.hops == second.hops and first.now_ps == second.now_ps


def test_going_on_in_pieces_is_going_on():
    net = star(6, limit_B=20 * 1500, size_B=300_000)
    whole, pieces = net.simulation("newreno"), net.simulation("newreno")
    done(whole)
    while pieces.run(NEVER, 97):
        pass
    assert all(np.array_equal(value, pieces.flows()[name]) for name, value in whole.flows().items())


def test_ten_times_the_rate_in_a_tenth_of_the_time():
    slow = star(5, 10 * GB, 10_000_000, mark_B=(30_000, 30_000))
    fast = star(5, 100 * GB, 1_000_000, mark_B=(30_000, 30_000))
    a = done(slow.simulation("dctcp", least_timeout_ps=10 * GB))["delivered_ps"]
    b = done(fast.simulation("dctcp", least_timeout_ps=GB))["delivered_ps"]
    assert np.array_equal(a, 10 * b)


def test_apart_is_together():
    near, far = star(4, size_B=200_000, limit_B=15 * 1500), star(4, size_B=200_000, limit_B=15 * 1500)
    n = len(near.rate_bps)
    both = Net(near.rate_bps * 2, near.delay_ps * 2, near.limit_B * 2)
    both.flows = near.flows + [
        ([x + n for x in there], [x + n for x in back], size, start) for there, back, size, start in far.flows
    ]
    alone, pair = done(near.simulation("newreno")), done(both.simulation("newreno"))
    assert np.array_equal(pair["delivered_ps"], np.tile(alone["delivered_ps"], 2))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rate_bps": [1_500, 10**11]}, "multiple of 1000"),
        ({"delay_ps": [-1, 0]}, "delay_ps is -1"),
        ({"loss": [2.0, 0.0]}, "loss is 2"),
        ({"mark_B": [(10, 5), (-1, -1)]}, "mark_B is 5"),
        ({"flows": [([0], [7], 1, 0)]}, "neither -1 nor a link"),
        ({"flows": [([0], [1], -1, 0)]}, "size_B is -1"),
        ({"delay_ps": [0]}, "one per link"),
    ],
)
def test_what_makes_no_sense_is_refused(change, said):
    net, there, back = chain(1)
    net.flows = [(there, back, 1000, 0)]
    for name, value in change.items():
        setattr(net, name, value)
    with pytest.raises(ValueError, match=said):
        net.simulation()


def test_a_law_that_is_none():
    with pytest.raises(ValueError, match="'vegas', which is no law"):
        packet.Law("vegas", {})
    with pytest.raises(ValueError, match="called 'gain'"):
        packet.Law("dctcp", {"gain": 0.1})
