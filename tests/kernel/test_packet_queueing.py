"""Queues of packets against closed forms of queueing: waits, losses, priorities, fair shares, delays over hops."""

from __future__ import annotations

import numpy as np
import pytest
from tests.kernel.test_packet import GB, NEVER, star
from tests.kernel.test_packet_queues import classes, queues
from tests.kernel.test_packet_stations import PLENTY, PS, departures, port

from easterly._kernel import aqm, packet, sched

RATE = GB
PER_B = 8000  # ps
I32 = np.int32
PACKETS, SEEDS = 400_000, range(5)
"""Two million packets in all."""


def open_loops(loads, laws, of_class, packets=PACKETS, *, links=1, paths=None, seed=1, shapes=None):
    """Sources into links with queues; the means and peaks of their delays."""
    n = len(laws)
    paths = paths or [[0]] * n
    route, path = [], []
    for each in paths:
        path.append((len(route), len(route)))
        route += [*each, -1]
    made_laws = [
        packet.Law("open", {"header_B": 0, "gaps": 1, "delays": 1, "source_bps": load * RATE} | law)
        for load, law in zip(loads, laws, strict=True)
    ]
    mean_B = [
        law["packet_B"] if law.get("lengths", 0) < 2 else (law["packet_B"] + law["small_B"]) / 2 for law in laws
    ]  # fmt: skip
    each_s = sum(load / mean for load, mean in zip(loads, mean_B, strict=True))
    size = np.array([round(packets * load / each_s) for load in loads])
    made = packet.Simulation(
        np.full(links, RATE), np.zeros(links, dtype=np.int64), np.full(links, -1), np.full((links, 2), -1),
        np.ones(links), np.zeros(links), np.array(route, dtype=I32), np.array(path), size, np.zeros(n, dtype=np.int64),
        np.arange(n, dtype=I32), np.array(of_class, dtype=I32), made_laws, pause_reaction_ps=0, seed=seed, shift=16,
    )  # fmt: skip
    none = np.full(links, -1, dtype=I32)
    made.queues(
        np.arange(links, dtype=I32), np.full(links, 128, dtype=I32), np.full((links, 8), 1500), np.zeros((links, 24)),
        np.zeros(links, dtype=I32), np.full((links, 8), -1), none, none, none, none, np.arange(links, dtype=I32), [],
    )  # fmt: skip
    if shapes:
        shapes(made)
    assert not made.run(NEVER, 10**9)
    return made


def waits(loads, laws, of_class):
    """Mean wait of each source [ps], over seeds."""
    found = []
    for seed in SEEDS:
        delays = open_loops(loads, laws, of_class, seed=seed).delays()
        found.append(delays["sum_ps"] / delays["packets"])
    own = np.array([
        (law["packet_B"] if law.get("lengths", 0) < 2 else (law["packet_B"] + law["small_B"]) / 2) * PER_B
        for law in laws
    ])  # fmt: skip
    return np.mean(found, axis=0) - own


def test_m_d_1():
    """Wq = rho s / (2 (1 - rho)); Pollaczek & Khinchine."""
    s = 1000 * PER_B
    assert waits([0.8], [{"packet_B": 1000}], [0])[0] == pytest.approx(0.8 * s / (2 * 0.2), rel=0.02)


def test_m_m_1():
    s = 1000 * PER_B
    assert waits([0.8], [{"packet_B": 1000, "lengths": 1}], [0])[0] == pytest.approx(0.8 * s / 0.2, rel=0.03)


def test_m_g_1_of_two_lengths():
    law = {"packet_B": 1500, "lengths": 2, "small_B": 64, "small_share": 0.5}
    mean, square = (1500 + 64) / 2 * PER_B, (1500**2 + 64**2) / 2 * PER_B**2
    rate = 0.8 / mean
    assert waits([0.8], [law], [0])[0] == pytest.approx(rate * square / (2 * 0.2), rel=0.03)


@pytest.mark.parametrize(("rho", "k"), [(0.8, 10), (0.95, 8), (1.2, 5)])
def test_m_m_1_k_loses(rho, k):
    """K counts the packet on the link: K - 1 wait at most."""
    lost = []
    for seed in SEEDS:
        made = open_loops(
            [rho], [{"packet_B": 1000, "lengths": 1}], [0], 200_000, seed=seed,
            shapes=lambda it: it.manage(0, 0, aqm.TailDrop(PLENTY, k - 1)),
        )  # fmt: skip
        lost.append(made.links()["drops"][0] / made.flows()["sent"][0])
    assert np.mean(lost) == pytest.approx((1 - rho) * rho**k / (1 - rho ** (k + 1)), rel=0.05)


@pytest.mark.parametrize("sizes", [(1000, 1000), (200, 1500), (1500, 64)])
def test_two_priorities_without_preemption(sizes):
    """Cobham 1954: W1 = R / (1 - rho1), W2 = R / ((1 - rho1)(1 - rho1 - rho2))."""
    loads = 0.3, 0.45
    found = waits(loads, [{"packet_B": b} for b in sizes], [7, 0])
    rest = sum(load * b * PER_B / 2 for load, b in zip(loads, sizes, strict=True))
    assert found[0] == pytest.approx(rest / (1 - loads[0]), rel=0.04)
    assert found[1] == pytest.approx(rest / ((1 - loads[0]) * (1 - sum(loads))), rel=0.04)


def backlogged(sizes, schedule=None, quantum=1500, count=4000):
    """Bytes that two classes have sent after each departure, while both have packets."""
    n = 2 * count
    of_class = np.tile(np.array([0, 1], dtype=I32), count)
    size = np.array(sizes)[of_class]
    simulation = port(np.arange(n), of_class, size, quantum=quantum)
    if schedule is not None:
        simulation.schedule(0, schedule, list(range(8)))
    found = departures(simulation)
    order = np.argsort(found)
    end = min(found[of_class == c].max() for c in (0, 1))
    order = order[found[order] <= end]
    return [np.cumsum(np.where(of_class[order] == c, size[order], 0)) for c in (0, 1)]


@pytest.mark.parametrize("quanta", [(1500, 1500), (3000, 1500), (1500, 4500), (500, 500)])
def test_deficit_round_robin_is_fair_over_any_window(quanta):
    """|bytes - share| <= Q + Lmax in every window, whatever the sizes (Shreedhar & Varghese 1996)."""
    quantum = [*quanta, *[1500] * 6]
    first, second = backlogged((1500, 64), quantum=quantum)
    share = quanta[0] / sum(quanta)
    ahead = first - share * (first + second)  # in a window: a difference of two of these
    assert ahead.max() - ahead.min() <= max(quanta) + 1500


def test_weighted_round_robin_by_packets_is_unfair_by_bytes():
    first, second = backlogged((1500, 64), sched.Wrr([1] * 8, False, PS))
    assert first[-1] / second[-1] == pytest.approx(1500 / 64, rel=0.01)


@pytest.mark.parametrize("make", [
    lambda: sched.Wfq([2, 8, 1, 1, 1, 1, 1, 1], RATE, PS, False),
    lambda: sched.Wfq([2, 8, 1, 1, 1, 1, 1, 1], RATE, PS, True),
    lambda: sched.Wf2qPlus([2, 8, 1, 1, 1, 1, 1, 1], RATE, PS),
])  # fmt: skip
@pytest.mark.parametrize("hops", [1, 3, 5])
def test_a_flow_with_a_bucket_over_links_with_fair_queueing(make, hops):
    """Parekh & Gallager 1994: sigma / r + (K - 1) L / r + sum of Lmax / C, with all else backlogged at every hop."""
    length, burst, count = 1000, 12, 200
    weights = 16
    r_per_ps = 2 / weights / PER_B  # guaranteed bytes in a picosecond
    start = np.concatenate([np.zeros(burst), np.arange(1, count) * length / r_per_ps]).astype(np.int64) + 10**9
    route, path = [], []
    for each in ([*range(hops)], *([h] for h in range(hops))):
        path.append(len(route))
        route += [*each, -1]
    mine = len(start)
    flow_path = np.array([[path[0]] * 2] * mine + [[path[1 + h]] * 2 for h in range(hops)])
    own = packet.Law("open", {"header_B": 0, "packet_B": length, "delays": 1})
    cross = packet.Law("open", {"header_B": 0, "packet_B": 1500, "source_bps": RATE})
    size = np.array([length] * mine + [60_000_000] * hops)
    made = packet.Simulation(
        np.full(hops, RATE), np.zeros(hops, dtype=np.int64), np.full(hops, -1), np.full((hops, 2), -1), np.ones(hops),
        np.zeros(hops), np.array(route, dtype=I32), flow_path, size, np.array([*start, *[0] * hops]),
        np.array([0] * mine + [1] * hops, dtype=I32), np.array([0] * mine + [1] * hops, dtype=I32), [own, cross],
        pause_reaction_ps=0, seed=1, shift=16,
    )  # fmt: skip
    none = np.full(hops, -1, dtype=I32)
    made.queues(
        np.arange(hops, dtype=I32), np.zeros(hops, dtype=I32), np.full((hops, 8), 1500), np.zeros((hops, 24)),
        np.zeros(hops, dtype=I32), np.full((hops, 8), -1), none, none, none, none, np.arange(hops, dtype=I32), [],
    )  # fmt: skip
    for h in range(hops):
        made.schedule(h, make(), list(range(8)))
    assert not made.run(NEVER, 10**9)
    worst = made.delays()["most_ps"][:mine].max()
    bound = (burst * length) / r_per_ps + (hops - 1) * length / r_per_ps + hops * 1500 * PER_B
    assert 0.3 * burst * length * PER_B < worst <= bound


def test_codel_drops_at_the_instants_of_its_law():
    """RFC 8289: 100 ms after the delay first exceeds the target, then at intervals of 100 ms / sqrt(count)."""
    each_ps = 1000 * PER_B  # a packet's time at 1 Gb/s is 8 us; 8 ms of overload by 1.25 pass the target soon
    n = 120_000
    time = (np.arange(n) * each_ps * 0.8).astype(np.int64) + 1
    simulation = port(time, np.zeros(n, dtype=I32), np.full(n, 1000), rate_bps=RATE)
    simulation.manage(0, 0, aqm.CoDel(5 * 10**9, 100 * 10**9, 1514, False, PLENTY, PLENTY))
    at, step = [], 10**8
    for until in range(step, 600 * 10**9, step):
        simulation.run(until, 10**8)
        at += [until] * (int(simulation.links()["drops"][0]) - len(at))
    gaps = np.diff(at[:8]) / 1e9
    assert gaps == pytest.approx(100 / np.sqrt(np.arange(1, 8)), abs=0.2)  # steps of 0.1 ms at both ends
    # The delay grows by 0.25 of the time: it passes 5 ms when 25 ms of packets have been sent.
    assert at[0] / 1e9 == pytest.approx(25 + 100, abs=0.3)


@pytest.mark.parametrize(("reaction_ps", "short"), [(0, 0), (500_000, 0), (0, 1), (500_000, 1)])
def test_headroom_by_the_formula_loses_nothing(reaction_ps, short):
    """2 C d + reaction C + two frames and the pause: of 100,000 packets none is lost; without it some are."""
    senders = 8
    net = star(senders, size_B=12_500 * 1448)
    headroom_B = 0 if short else 2 * 12_500 + reaction_ps // 80 + 2 * 1500 + 64
    simulation = queues(
        classes(net, [3] * senders, first_window=10**6, pause_reaction_ps=reaction_ps), senders, alpha=(1, 8),
        shared_B=400_000, lossless=() if short else (3,), headroom_B=headroom_B,
    )  # fmt: skip
    simulation.run(10**10 if short else NEVER, 10**8)
    drops = simulation.links()["drops"].sum()
    assert (drops > 0) == bool(short)
    if not short:
        assert simulation.open == 0 and simulation.links()["pauses"].sum() > 0
