"""Windows against closed forms: what laws do to a sender, seen from inside, on one bottleneck."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernel.test_packet import GB, Net, done, star

MS, US = 10**9, 10**6
PLENTY_B = 1448 * 10**8


def bottleneck(rate_bps, rtt_ps, flows=1, size_B=PLENTY_B, limit_B=-1, mark_B=(-1, -1), fast=10):
    """Senders behind links of their own, faster than the one that all share; acknowledgements come back alone."""
    net = Net(
        [rate_bps * fast] * flows + [rate_bps] + [rate_bps * fast] * flows, [0] * flows + [rtt_ps // 2] * (flows + 1)
    )
    net.limit_B = [-1] * flows + [limit_B] + [-1] * flows
    net.mark_B = [(-1, -1)] * flows + [mark_B] + [(-1, -1)] * flows
    net.flows = [([f, flows], [flows + 1 + f], size_B, 0) for f in range(flows)]
    return net


def watched(net, until_ps, law, every_ps=0, lose=None, **values):
    """The simulation, and what was seen of each sender."""
    simulation = net.simulation(law, **values)
    for flow in range(len(net.flows)):
        simulation.probe(flow, every_ps)
    if lose is not None:
        simulation.lose(len(net.flows), *lose)
    simulation.run(until_ps, 10**12)
    return simulation, [simulation.probed(flow) for flow in range(len(net.flows))]


def mean_window(seen, from_ps):
    """Over time."""
    time, window = seen["time_ps"], seen["window"]
    at = np.flatnonzero(time >= from_ps)
    return np.average(window[at[:-1]], weights=np.diff(time[at]))


def within(seen, grid_ps, column="pipe"):
    """A column at given times."""
    return seen[column][np.searchsorted(seen["time_ps"], grid_ps, side="right") - 1]


@pytest.mark.parametrize("per_loss", [1000, pytest.param(5000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("delayed", "law"), [(False, 3 / 2), (True, 3 / 4)])
def test_newreno_under_periodic_loss(per_loss, delayed, law):
    """Mathis et al. 1997: sqrt(3 / (2 p)), with every other packet acknowledged sqrt(3 / (4 p))."""
    how = {"acks_every": 2, "ack_delay_ps": 40 * MS, "counts_acks": 1} if delayed else {}
    cycle_ps = int(per_loss / np.sqrt(law * per_loss) * 100 * MS)
    net = bottleneck(100 * GB, 100 * MS)
    simulation, (seen,) = watched(
        net, 40 * cycle_ps, "newreno", lose=(per_loss, per_loss), least_timeout_ps=1000 * MS, **how
    )
    assert mean_window(seen, 10 * cycle_ps) == pytest.approx(np.sqrt(law * per_loss), rel=0.05)
    assert seen["window"][seen["time_ps"] > 10 * cycle_ps].max() == pytest.approx(
        np.sqrt(law * per_loss) / 0.75, rel=0.05
    )
    flows = simulation.flows()
    assert flows["timeouts"][0] == 0
    assert flows["again"][0] == simulation.lost


@pytest.mark.parametrize("top", [100, *(pytest.param(top, marks=pytest.mark.slow) for top in (400, 1000))])
def test_the_curve_of_cubic(top):
    """RFC 9438: C (t - K)^3 + W_max from the first acknowledgement after a loss; in long round trips."""
    first, rtt_ps = top // 2, 200 * MS
    lost = top - first  # in slow start the window is `first` and one more for each packet before the lost one
    K = np.cbrt(0.3 * top / 0.4)
    _, (seen,) = watched(
        bottleneck(100 * GB, rtt_ps), int((2 * K + 2) * 1e12), "cubic", lose=(lost + 1, 0),
        first_window=first, least_timeout_ps=1000 * MS, pacing=1.0,
    )  # fmt: skip
    cut = np.flatnonzero(seen["phase"] == 2)[0]
    assert (seen["window"][cut - 1], seen["window"][cut]) == (top, pytest.approx(0.7 * top))
    after = np.flatnonzero(seen["phase"] == 1)[0]
    t = (seen["time_ps"][after:] - seen["time_ps"][after]) * 1e-12
    known = 0.4 * (t - K) ** 3 + top
    use = (t > 0.4) & (t < 2 * K)
    assert use.sum() > 1000
    assert seen["window"][after:][use] == pytest.approx(known[use], rel=5e-3)


def test_the_mean_window_of_cubic():
    """RFC 9438, section 4: 1.054 (RTT / p)^(3/4) where it starts there; and from above the windows come down to it."""
    per_loss, rtt_s = 10_000, 0.2
    mean = (0.4 * 3.7 / 1.2) ** 0.25 * (rtt_s * per_loss) ** 0.75
    tops = []
    for start in (1.0, 1.2):
        top = int(start * mean / 0.925)
        _, (seen,) = watched(
            bottleneck(100 * GB, 200 * MS), 100 * 10**12, "cubic", lose=(top - 12 + 1, per_loss), every_ps=MS,
            fast_convergence=0, least_timeout_ps=1000 * MS, pacing=1.0,
        )  # fmt: skip
        if start == 1.0:
            assert mean_window(seen, 10 * 10**12) == pytest.approx(mean, rel=0.06)
        cuts = np.flatnonzero((seen["phase"][1:] == 2) & (seen["phase"][:-1] != 2))
        tops.append(seen["window"][cuts])
    assert (np.diff(tops[1][2:]) < 0).all()
    assert abs(tops[0][-1] - tops[0][2]) < tops[1][2] - tops[1][-1]


@pytest.mark.parametrize("flows", [1, 2, pytest.param(10, marks=pytest.mark.slow)])
def test_the_sawtooth_of_dctcp(flows):
    """Alizadeh et al. 2010, section 3.3: windows up to (C RTT + K) / N, a queue from K + N - A to K + N."""
    K, rate, rtt_ps = 40, 10 * GB, 100 * US
    simulation, seen = watched(
        bottleneck(rate, rtt_ps, flows, mark_B=(K * 1500, K * 1500)), 100 * MS, "dctcp", least_timeout_ps=10 * MS
    )
    flying = rate * (rtt_ps * 1e-12 + (1500 + 64) * 8 / rate * 1.1) / 12_000  # packets without a queue
    grid = np.linspace(30 * MS, 100 * MS, 20_000)
    queue = sum(within(each, grid) for each in seen) - flying
    high, amplitude = K + flows, np.sqrt(2 * flows * (flying + K)) / 2
    assert np.percentile(queue, 99.5) == pytest.approx(high, abs=3)
    if flows <= 2:  # more lose step with each other
        assert np.ptp(np.percentile(queue, [0.5, 99.5])) == pytest.approx(amplitude, rel=0.25)
    for each in seen:
        at = each["time_ps"] > 30 * MS
        assert each["inner"][at].mean() == pytest.approx(np.sqrt(2 * flows / (flying + K)), rel=0.35)
    assert simulation.links()["sent_B"][flows] * 8 > 0.99 * rate * 0.1


def test_what_a_threshold_costs_dctcp():
    """K above C RTT / 7 keeps the link busy (section 3.4), a single packet does not."""

    def busy(packets, flows):
        net = bottleneck(10 * GB, 100 * US, flows, mark_B=(packets * 1500, packets * 1500))
        simulation, _ = watched(net, 100 * MS, "dctcp", every_ps=MS, least_timeout_ps=10 * MS)
        return simulation.links()["sent_B"][flows] * 8 / (10 * GB * 0.1)

    for flows in (1, 2):
        assert busy(24, flows) > 0.99 and busy(1, flows) < 0.97


def test_the_mean_share_of_marks():
    """Every packet of ten is marked: alpha is 1; none is: (1 - g)^n after n windows (RFC 8257, section 3.3)."""
    g = 1 / 8
    _, (seen,) = watched(bottleneck(10 * GB, 1 * MS, mark_B=(0, 0)), 100 * MS, "dctcp", g=g, least_timeout_ps=100 * MS)
    assert (seen["inner"] == 1.0).all()
    assert seen["window"][-1] < 4
    _, (seen,) = watched(bottleneck(100 * GB, 1 * MS), 20 * MS, "dctcp", g=g, least_timeout_ps=100 * MS, most_window=10)
    steps = np.unique(seen["inner"])[::-1]
    assert len(steps) > 15
    assert steps == pytest.approx((1 - g) ** np.arange(1, len(steps) + 1), rel=1e-12)


@pytest.mark.parametrize("flows", [20, pytest.param(1000, marks=pytest.mark.slow)])
def test_swift_holds_the_delay_at_its_target(flows):
    """Kumar et al. 2020: the round trip stays near the target, which rises as windows fall; nothing is dropped.

    Algorithm 1 adds at most a packet to a window in a round trip, whatever its size: so much may each flow be above.
    """
    seconds = 0.02 if flows < 100 else 0.2
    net = bottleneck(100 * GB, 20 * US, flows, limit_B=100_000_000)
    simulation, seen = watched(net, int(seconds * 1e12), "swift", every_ps=US, first_window=1 if flows > 100 else 10)
    half = int(seconds * 5e11)
    delays = np.concatenate([each["srtt_ps"][each["time_ps"] > half] for each in seen])
    targets = np.concatenate([each["inner"][each["time_ps"] > half] for each in seen])
    assert 0.85 * targets.mean() < delays.mean() < targets.mean() + flows * 120_000
    assert simulation.links()["drops"].sum() == 0
    assert simulation.links()["sent_B"][flows] * 8 > 0.97 * 100 * GB * seconds
    windows = np.array([each["window"][-1] for each in seen])
    assert (windows.mean() < 1) == (flows > 100)


@pytest.mark.parametrize("window", [1.0, 4.0, 30.0, 100.0, 300.0])
def test_the_target_of_swift(window):
    """base + links x hop + a part of the range that falls with the root of the window, none from 100 packets."""
    _, (seen,) = watched(
        bottleneck(100 * GB, 20 * US, size_B=1448 * 400), 10**12, "swift", first_window=window, most_window=window,
        swift_add=0, swift_base_ps=50 * US, swift_hop_ps=US, swift_range_ps=100 * US,
    )  # fmt: skip
    a = 1 / (1 / np.sqrt(0.1) - 1 / np.sqrt(100))
    known = 50 + 2 + 100 * np.clip(a / np.sqrt(window) - a / np.sqrt(100), 0, 1)
    assert seen["inner"][-1] == pytest.approx(known * US, abs=2)


def test_bbr_startup_doubles_drains_and_probes():
    """Startup doubles the rate each round trip, and then the rate is that of the link within its cycle of gains."""
    net = bottleneck(100_000_000, 40 * MS)
    simulation, (seen,) = watched(net, 30 * 10**12, "bbr", least_timeout_ps=200 * MS)
    time, rate, phase = seen["time_ps"] * 1e-12, seen["inner"], seen["phase"]
    assert rate[np.searchsorted(time, 0.13)] == pytest.approx(2 * rate[np.searchsorted(time, 0.09)], rel=0.1)
    assert rate[time > 1] == pytest.approx(100e6, rel=0.02)
    probing = (time > 2) & (phase == 2)
    paces = np.unique(np.round(seen["rate_bps"][probing] / rate[probing], 3))
    assert paces.tolist() == [0.75, 1.0, 1.25]
    shares = [np.isclose(seen["rate_bps"][probing] / rate[probing], gain, rtol=1e-3).mean() for gain in (0.75, 1.25)]
    assert max(shares) < 0.2
    few = phase == 3
    assert few.any() and seen["window"][few].max() == 4.0
    starts = time[1:][(phase[1:] == 3) & (phase[:-1] != 3)]
    ends = time[1:][(phase[1:] != 3) & (phase[:-1] == 3)]
    assert len(starts) == 2
    assert 10 < starts[1] - ends[0] < 10.5  # after a round trip was as short for the last time
    assert (ends - starts).min() > 0.2
    assert (ends - starts).max() < 0.6
    used = simulation.links()["sent_B"][1] * 8 / (100e6 * 30)
    assert used > 0.95
    queue = seen["pipe"][probing] * 12_000 - 100e6 * 0.04
    assert queue.max() < 0.4 * 100e6 * 0.04  # a quarter, and what leaves at once


def test_two_bbr_keep_a_queue_of_one_product():
    """Each holds twice its share of the product of rate and round trip (Hock et al. 2017, ICNP)."""
    net = bottleneck(100_000_000, 40 * MS, 2)
    net.flows[1] = (*net.flows[1][:3], 2 * 10**12)
    simulation, seen = watched(net, 30 * 10**12, "bbr", every_ps=MS, least_timeout_ps=200 * MS)
    grid = np.linspace(8e12, 30e12, 20_000)
    probing = (within(seen[0], grid, "phase") == 2) & (within(seen[1], grid, "phase") == 2)
    queue = (within(seen[0], grid) + within(seen[1], grid))[probing] * 12_000 / (100e6 * 0.04) - 1
    assert queue.mean() == pytest.approx(1.0, abs=0.35)
    assert simulation.links()["sent_B"][2] * 8 > 0.93 * 100e6 * 30


def test_bbr3_goes_through_its_phases():
    """Down, cruise, refill and up in turn, at their gains; few packets every five seconds; and the link stays busy."""
    simulation, (seen,) = watched(bottleneck(100_000_000, 40 * MS), 20 * 10**12, "bbr3", least_timeout_ps=200 * MS)
    phase, late = seen["phase"], seen["time_ps"] > 2 * 10**12
    follows = {(a, b) for a, b in pairwise(phase.tolist()) if a != b}
    assert {(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 2)} <= follows
    assert not {(3, 5), (2, 5), (5, 3), (4, 3)} & follows
    gains = seen["rate_bps"] / seen["inner"]
    for at, gain in ((2, 0.9), (3, 1.0), (5, 1.25)):
        assert np.median(gains[(phase == at) & late]) == pytest.approx(0.99 * gain, rel=1e-6)
    assert simulation.links()["sent_B"][1] * 8 > 0.94 * 100e6 * 20
    assert seen["inner"][late] == pytest.approx(100e6, rel=0.03)


def test_bbr3_loses_little_where_the_buffer_is_small():
    """At most the two per cent at which it answers, and far less than version 1, which does not."""
    lost = {}
    for law in ("bbr", "bbr3"):
        net = bottleneck(100_000_000, 40 * MS, 2, limit_B=60 * 1500)  # a fifth of the product
        simulation, _ = watched(net, 20 * 10**12, law, every_ps=MS, least_timeout_ps=200 * MS)
        flows = simulation.flows()
        lost[law] = flows["again"].sum() / flows["sent"].sum()
        assert simulation.links()["sent_B"][2] * 8 > 0.85 * 100e6 * 20
    assert lost["bbr3"] < 0.02 < 2 * lost["bbr"]
    assert lost["bbr3"] < lost["bbr"] / 5


def test_bbr3_answers_marks_on_short_paths():
    """The queue stays near the threshold where round trips are below 5 ms; version 1 fills what it can."""
    means = {}
    for law in ("bbr", "bbr3"):
        net = bottleneck(10 * GB, 100 * US, 4, mark_B=(40 * 1500, 40 * 1500))
        simulation, seen = watched(net, 200 * MS, law, every_ps=50 * US, least_timeout_ps=200 * MS)
        grid = np.linspace(60 * MS, 200 * MS, 5000)
        means[law] = sum(within(each, grid) for each in seen).mean() - 10 * GB * 100e-6 / 12_000
        assert simulation.links()["sent_B"][4] * 8 > 0.95 * 10 * GB * 0.2
    assert means["bbr3"] < 60 < 200 < means["bbr"]


@pytest.mark.parametrize("law", ["newreno", "cubic", "dctcp", "swift", "bbr", "bbr3"])
def test_equal_flows_share_equally(law):
    """Jain's index of four flows that started together."""
    flows = 4
    rate, rtt_ps, seconds = (GB // 10, 20 * MS, 25.0) if law.startswith("bbr") else (GB, 2 * MS, 1.0)
    net = bottleneck(rate, rtt_ps, flows, limit_B=1500 * 340, mark_B=(1500 * 40, 1500 * 40))
    simulation, _ = watched(
        net, int(seconds * 1e12), law, every_ps=MS, least_timeout_ps=10 * MS, swift_base_ps=3 * MS, swift_range_ps=0
    )
    got = simulation.flows()["received"]
    assert got.sum() ** 2 / (flows * (got**2).sum()) > 0.9
    assert simulation.links()["sent_B"][flows] * 8 > 0.9 * rate * seconds


def test_a_tiny_buffer_costs_a_timeout():
    """What nothing overtakes is missed only after a timeout, so that no end comes before the bound and that."""
    net = star(60, limit_B=15_000, size_B=30_000)
    flows = done(net.simulation("newreno", least_timeout_ps=200 * MS))
    assert flows["timeouts"].sum() > 0
    assert flows["delivered_ps"].max() >= 60 * 30_000 * 1500 / 1448 * 80 + 200 * MS


@pytest.mark.parametrize("window_B", [65_535, 1_000_000])
def test_a_receive_window_limits_the_rate(window_B):
    """RFC 7323: a window per round trip; without scaling 65,535 B."""
    net = bottleneck(10 * GB, 100 * MS, size_B=20_000_000)
    flows = done(net.simulation("fixed", first_window=1e6, ahead=window_B // 1448, least_timeout_ps=1000 * MS))
    rounds = np.ceil(np.ceil(20_000_000 / 1448) / (window_B // 1448))
    assert flows["delivered_ps"][0] == pytest.approx((rounds - 0.5) * 100 * MS, rel=0.02)


@given(st.integers(1, 9), st.integers(1, 300), st.booleans())
@settings(max_examples=25)
def test_acknowledgements_that_wait(every, packets, marked):
    """One for so many packets in order, one for the rest when the first of them has waited; marks are all counted."""
    net = Net([10 * GB, 10 * GB], [MS, MS], flows=[([0], [1], packets * 1448, 0)])
    net.mark_B = [(0, 0) if marked else (-1, -1), (-1, -1)]
    simulation = net.simulation(
        "fixed", first_window=1e6, classic_ecn=1, acks_every=every, ack_delay_ps=40 * MS, least_timeout_ps=1000 * MS
    )
    flows = done(simulation)
    assert simulation.links()["sent_B"][1] == 64 * -(-packets // every)
    assert flows["marked"][0] == (packets if marked else 0)
    rest = packets % every
    last_ps = 2 * MS + packets * 1_200_000 + 51_200
    if rest == 0:
        assert flows["acknowledged_ps"][0] == last_ps
    else:
        assert flows["acknowledged_ps"][0] == last_ps - (rest - 1) * 1_200_000 + 40 * MS


def test_a_change_of_marks_is_said_at_once():
    """RFC 8257, section 3.2: what came before the change is acknowledged apart, so that no mark is guessed."""
    net = star(3, limit_B=-1, mark_B=(20 * 1500, 20 * 1500), size_B=400_000)
    every, some = (net.simulation("dctcp", acks_every=n, ack_delay_ps=MS) for n in (1, 4))
    for simulation in (every, some):
        flows = done(simulation)
        assert flows["marked"].sum() == simulation.links()["marks"].sum() > 100


def test_paced_packets_leave_evenly():
    """A window of eight within half a round trip, as slow start has it, never in a burst."""
    net = bottleneck(GB, 10 * MS, size_B=1448 * 2000)
    _, (seen,) = watched(net, 10**12, "newreno", pacing=1.0, first_window=8, most_window=8, least_timeout_ps=100 * MS)
    gaps = np.diff(seen["time_ps"])[50:-50]
    assert np.median(gaps) == pytest.approx(10 * MS / 16, rel=0.05)
    assert gaps.min() > 0.9 * 10 * MS / 16


def test_a_receiving_host_takes_its_time():
    """Packets queue behind each other in it, and the last is late by all of them."""
    net = Net([10 * GB, 10 * GB], [MS, MS], flows=[([0], [1], 100 * 1448, 0)])
    flows = done(net.simulation("fixed", first_window=1e6, host_ps=5 * US))
    assert flows["delivered_ps"][0] == MS + 1_200_000 + 100 * 5 * US


def test_swift_takes_hosts_for_hosts():
    """A slow receiver holds the window at the target of hosts, a slow network does not."""
    net = bottleneck(100 * GB, 20 * US, size_B=1448 * 20_000)
    _, (seen,) = watched(net, 10**12, "swift", host_ps=2 * US, swift_endpoint_ps=60 * US)
    late = seen["time_ps"] > seen["time_ps"][-1] // 2
    assert seen["srtt_ps"][late].mean() == pytest.approx(80 * US, rel=0.15)


def test_looks_change_nothing():
    net = star(6, limit_B=20 * 1500, size_B=300_000)
    plain, looked = net.simulation("bbr"), net.simulation("bbr")
    for flow in range(6):
        looked.probe(flow, 0)
    a, b = done(plain), done(looked)
    assert all(np.array_equal(a[name], b[name]) for name in a) and plain.events == looked.events
    assert len(looked.probed(3)["time_ps"]) > 100
    with pytest.raises(ValueError, match="not looked into"):
        plain.probed(0)
    with pytest.raises(ValueError, match="has begun"):
        plain.probe(0, 0)
    twice = net.simulation()
    twice.probe(0, 0)
    with pytest.raises(ValueError, match="looked into already"):
        twice.probe(0, 0)


@given(st.integers(1, 50), st.integers(0, 50))
def test_packets_are_lost_by_their_number(first, every):
    net = Net([10 * GB, 10 * GB], [MS, MS], flows=[([0], [1], 200 * 1448, 0)])
    simulation = net.simulation("fixed", first_window=20, least_timeout_ps=20 * MS)
    simulation.lose(0, first, every if every != 1 else 2)
    flows = done(simulation)
    every = 2 if every == 1 else every
    sent = int(flows["sent"][0])
    assert simulation.lost == (1 if every == 0 else (sent - first) // every + 1)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"acks_every": 2}, "would wait for ever"),
        ({"swift_range_from": 5.0, "swift_range_to": 2.0}, "not below"),
        ({"ahead": 0}, "ahead is 0"),
        ({"pacing": -1}, "pacing is -1"),
    ],
)
def test_numbers_that_make_no_sense(values, said):
    with pytest.raises(ValueError, match=said):
        star(1).simulation("swift", **values)
