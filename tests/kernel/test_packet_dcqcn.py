"""DCQCN: the deterministic part of algorithm 1 of Zhu et al. 2015, and the form of HPCC's simulator."""

from __future__ import annotations

import pytest
from tests.kernel.test_packet import GB, NEVER, chain, star
from tests.kernel.test_packet_queues import classes, queues

US = 1_000_000
ONE = {"gap_ps": 2**50}  # one notification of a flow, and no more
TOLD_PS = 300_000 + 1_000_000 + 2 * 12_800 + 1_000_000
"""When the first notification is back: a packet there, its acknowledgement and the notification back, at 40 Gb/s."""


def marked(size_B=10**9, **values):
    """One flow whose packets are all marked, at 40 Gb/s."""
    net, there, back = chain(1, 40 * GB)
    net.flows, net.mark_B = [(there, back, size_B, 0)], [(0, 0), (-1, -1)]
    return net.simulation("dcqcn", **{"nic_B": 16_000} | values)


def at(simulation, time_ps):
    assert simulation.run(time_ps, 10**9)
    return {name: float(column[0]) for name, column in simulation.rates().items()}


def test_one_notification():
    simulation = marked(**ONE)
    assert at(simulation, TOLD_PS - 1) == {"rate_bps": 40e9, "target_bps": 40e9, "alpha": 1.0}
    assert at(simulation, TOLD_PS)["rate_bps"] == 20e9
    expected = [30e9, 35e9, 37.5e9, 38.75e9, 39.375e9]
    for step, rate_bps in enumerate(expected, 1):
        before, after = (at(simulation, TOLD_PS + step * 55 * US + late) for late in (-1, 0))
        assert before["rate_bps"] == ([20e9, *expected])[step - 1]
        assert after["rate_bps"] == rate_bps and after["target_bps"] == 40e9
    assert simulation.notifications == 1


def test_a_second_cut_lowers_the_target():
    simulation = marked(gap_ps=50 * US)
    assert at(simulation, TOLD_PS + 49 * US) == {"rate_bps": 20e9, "target_bps": 40e9, "alpha": 1.0}
    found = at(simulation, TOLD_PS + 51 * US)  # the first packet that arrives 50 us after the one that was told of
    assert found["rate_bps"] == 10e9 and found["target_bps"] == 20e9


def test_each_cut_starts_the_timer_anew():
    simulation = marked(gap_ps=50 * US, rate_timer_ps=100 * US, least_bps=10e9)
    assert at(simulation, TOLD_PS + 1000 * US)["rate_bps"] == 10e9


def test_the_target_rises_after_five_steps():
    """Six steps fit between two notifications; behind the second the target is below the rate of the line."""
    simulation = marked(gap_ps=50 * US, rate_timer_ps=8 * US)
    time_ps = TOLD_PS + 49 * US
    before = at(simulation, time_ps)
    assert before["rate_bps"] == pytest.approx(40e9 - 20e9 / 2**6, rel=1e-12)
    while (found := at(simulation, time_ps))["target_bps"] == 40e9:
        time_ps += 10_000
    target, rate = before["rate_bps"], before["rate_bps"] / 2  # alpha is still 1
    assert found["target_bps"] == target and found["rate_bps"] == pytest.approx(rate, rel=1e-2)
    rate = found["rate_bps"]
    for step in range(1, 7):
        target += 40e6 if step == 6 else 0.0
        rate = (rate + target) / 2
        found = at(simulation, time_ps + step * 8 * US)
        assert found["rate_bps"] == pytest.approx(rate, rel=1e-12)
        assert found["target_bps"] == pytest.approx(target, rel=1e-12)


def test_hyper_increase_needs_both_counters():
    """Ten steps by time fit between two notifications, and as many by bytes."""
    risen = []
    for counter_B in (10**12, 1_500):
        simulation = marked(gap_ps=100 * US, rate_timer_ps=9 * US, counter_B=counter_B, additive_bps=1e6)
        assert simulation.run(TOLD_PS + 100 * US + 95 * US, 10**9)
        risen.append(simulation.rates()["target_bps"][0])
    assert risen[1] > risen[0]


@pytest.mark.parametrize("g", [1 / 256, 1 / 16])
def test_alpha(g):
    simulation = marked(dcqcn_g=g, **ONE)
    # alpha = (1 - g) 1 + g, and then one factor per timer; strictly after it.
    for times in (0, 1, 2, 10, 100, 1000):
        found = at(simulation, TOLD_PS + times * 55 * US + 10 * US)
        assert found["alpha"] == pytest.approx((1 - g) ** times, rel=1e-12)


def test_a_cut_takes_half_of_alpha_and_then_alpha_rises():
    """Notifications 100 us apart: alpha decays once between two, and the rate recovers by one step."""
    g, gap = 1 / 16, 100 * US
    simulation = marked(dcqcn_g=g, gap_ps=gap, rate_timer_ps=2**49)
    alpha, rate, seen = 1.0, 40e9, []
    for _ in range(6):
        rate *= 1 - alpha / 2
        seen.append(rate)
        alpha = ((1 - g) * alpha + g) * (1 - g)  # one timer of 55 us within the gap
    for number, expected in enumerate(seen):
        found = at(simulation, TOLD_PS + number * gap + (40 * US if number else 0))
        assert found["rate_bps"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("reaction_us", [0, 55])
def test_the_notification_takes_its_time(reaction_us):
    simulation = marked(reaction_ps=reaction_us * US, **ONE)
    # Behind the acknowledgement of the first packet, unless that has long left.
    told = TOLD_PS + reaction_us * US - (12_800 if reaction_us else 0)
    slack = 0 if reaction_us == 0 else 12_800  # an acknowledgement may be on the link
    assert at(simulation, told - 1)["rate_bps"] == 40e9
    assert at(simulation, told + slack)["rate_bps"] == 20e9


@pytest.mark.parametrize("gap_us", [50, 4])
def test_notifications_keep_their_distance(gap_us):
    simulation = marked(gap_ps=gap_us * US, least_bps=10e9)
    for_ps = 1000 * US
    assert simulation.run(for_ps, 10**9)
    # Packets arrive at least every 1.2 us, each of them marked.
    assert for_ps / ((gap_us + 1.2) * US) - 1 <= simulation.notifications <= for_ps / (gap_us * US) + 1


@pytest.mark.parametrize("of_class", [-1, 6])
def test_notifications_in_a_class_of_their_own(of_class):
    net = star(4, 40 * GB, size_B=3_000_000)
    simulation = queues(
        classes(net, [3] * 4, "dcqcn", cnp_class=of_class), 4, ramp=(5_000, 20_000, 1.0), alpha=(1, 8),
        shared_B=2 * 10**6, lossless=(3,), headroom_B=60_000, strict=1 << 6,
    )  # fmt: skip
    assert not simulation.run(NEVER, 10**9)
    assert simulation.notifications > 0
    most_B = simulation.links()["most_B"]
    assert (most_B[:, 6].max() > 0) == (of_class == 6) and most_B[:, 3].max() > 0


def test_sampled_marks():
    """HPCC's simulator: alpha moves each microsecond, marks cut the rate each 4 us, and the target stays."""
    g = 1 / 256
    simulation = marked(
        dcqcn_g=g, decrease_ps=4 * US, alpha_timer_ps=US, rate_timer_ps=900 * US, clamp_target=0, fast_steps=1
    )
    first = TOLD_PS - 12_800  # the acknowledgement of the first packet
    assert at(simulation, first)["rate_bps"] == 40e9
    # At 40 Gb/s each microsecond brings marks, but alpha is 1 already.
    rate = 40e9
    for cut in range(1, 4):
        rate *= 0.5
        found = at(simulation, first + cut * 4 * US + 1000)
        assert found["rate_bps"] == pytest.approx(rate, rel=1e-2) and found["target_bps"] == 40e9
    assert simulation.notifications == 0


def test_sampled_steps():
    """Two flows overload a link and are cut; when its queue is gone: a step of recovery, an additive one, hyper."""
    net = star(2, 40 * GB, mark_B=(11_000, 11_000), size_B=10**9)
    simulation = net.simulation(
        "dcqcn", nic_B=16_000, decrease_ps=4 * US, alpha_timer_ps=US, rate_timer_ps=100 * US, fast_steps=1,
        additive_bps=1e9, hyper_bps=3e9, dcqcn_g=1 / 256,
    )  # fmt: skip
    seen = []
    for us in range(0, 500):
        found = at(simulation, us * US)
        if not seen or found["rate_bps"] != seen[-1][1]:
            seen.append((us, found["rate_bps"], found["target_bps"]))
    lowest = min(range(len(seen)), key=lambda i: seen[i][1])
    assert lowest >= 2 and seen[lowest][2] < 40e9  # several cuts, each of which lowers the target
    (cut_us, rate, target), *later = seen[lowest : lowest + 5]
    for step, (us, found_rate, found_target) in enumerate(later, 1):
        target += [0.0, 1e9, 3e9, 3e9][step - 1]
        rate = (rate + target) / 2
        assert us - cut_us in (100 * step, 100 * step + 1)
        assert (found_rate, found_target) == pytest.approx((rate, target), rel=1e-12)
