"""Packets that leave a port without an event: nothing else changes. Whoever is watched has an event for each."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernel.test_packet import GB, NEVER, Net
from tests.kernel.test_packet_pauses import ring
from tests.kernel.test_packet_queues import classes, queues
from tests.kernel.test_packet_record import record


def crossing(seed):
    """Hosts around one switch, some slower, with flows of any class between any two of them; little memory."""
    draw = np.random.default_rng(seed)
    hosts = int(draw.integers(3, 7))
    rate_bps = (draw.choice([100, 100, 40, 7], hosts) * GB).tolist()
    flows = [
        tuple(int(draw.integers(low, high)) for low, high in ((0, hosts), (1, hosts), (1, 300_000), (0, 60), (0, 8)))
        for _ in range(int(draw.integers(6, 15)))
    ]

    def one(choices):
        return choices[int(draw.integers(len(choices)))]

    memory = {
        "shared_B": one([20_000, 60_000, 250_000, 1_000_000]), "alpha": one([(1, 8), (1, 2), (1, 1), (4, 1)]),
        "egress_alpha": one([(10**6, 1), (1, 1)]), "egress_B": one([2**30, 100_000]),
        "lossless": one([(), (3,), tuple(range(8)), tuple(range(8))]), "headroom_B": 40_000,
        "xon_offset_B": one([0, 3_000]), "strict": one([0, 1 << 6, 255]), "ramp": one([(0, 0, 0), (5e3, 5e4, 0.3)]),
        "quanta": [one([1500, 3000])] * 8,
    }  # fmt: skip
    return hosts, rate_bps, flows, memory, one(["fixed", "dctcp", "newreno", "dcqcn"]), seed


def made(hosts, rate_bps, flows, memory, law, seed):
    net = Net([rate for rate in rate_bps for _ in range(2)], [1_000_000] * 2 * hosts)
    for src, step, size_B, start_us, _ in flows:
        dst = (src + step) % hosts
        net.flows.append(([2 * src, 2 * dst + 1], [2 * dst, 2 * src + 1], size_B, start_us * 10**6))
    many = classes(net, [flow[4] for flow in flows], law, seed=seed, first_window=60.0, nic_B=64_000)
    return queues(many, hosts - 1, **memory)


def outcome(simulation, until_ps=20 * 10**9):
    more = simulation.run(until_ps, 10**7)
    told = {**simulation.flows(), **simulation.links(), "victims": simulation.victims()}
    return told, (more, simulation.hops, simulation.events, simulation.now_ps, simulation.open)


def agree(plain, seen):
    """Whether anything paused."""
    (a, ends), (b, same) = outcome(plain), outcome(seen)
    assert ends == same
    assert all(np.array_equal(a[name], b[name], equal_nan=a[name].dtype.kind == "f") for name in a)
    return a["paused_ps"].any()


def test_an_event_more_or_less_changes_nothing():
    paused = 0
    for seed in range(120):
        case = crossing(seed)
        paused += agree(made(*case), record(made(*case), 2 * case[0], watch=3))
    assert paused > 30


@pytest.mark.parametrize("law", ["fixed", "dctcp", "dcqcn"])
@pytest.mark.parametrize("through", [1, 2])
def test_nor_between_switches_that_pause_each_other(law, through):
    plain, seen = (ring(law=law, through=through, size_B=300_000)[0] for _ in range(2))
    for each in (plain, seen):
        each.pauses(0, 0, 10**9)
    agree(plain, record(seen, 24, watch=3))


def test_events_are_saved():
    """Most of what leaves an idle path is not waited for: there are far fewer turns of the loop than events."""
    memory = {"lossless": (0,), "headroom_B": 30_000}
    simulation = made(2, [100 * GB] * 2, [(0, 1, 3_000_000, 0, 0)], memory, "fixed", 1)
    turns = 0
    while simulation.run(NEVER, 1):
        turns += 1
    assert turns < 0.85 * simulation.events
