"""Total flow analysis beside exact fractions, published bounds and itself."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from tests.kernel.total_flow import Exact

from easterly._kernel.calculus import Total

INF = float("inf")

NONE = np.zeros(0, dtype=np.int32)


def total(ports, queues, flows, *, shaped=True, slack=0.0, rounds=100_000, solve=True, backs=None):
    """Ports (B/s, s, queues), queues (quantum, packet, shaper), flows (queues, burst, B/s), answers (queues, part)."""
    backs = [([], 0)] * len(flows) if backs is None else backs
    made = Total(
        np.array([rate * 8.0 for rate, _, _ in ports]),
        np.array([float(latency) for _, latency, _ in ports]),
        np.concatenate([[0], np.cumsum([count for _, _, count in ports])]).astype(np.int64),
        np.array([float(quantum) for quantum, _, _ in queues]),
        np.array([float(packet) for _, packet, _ in queues]),
        np.array([shaper * 8.0 for _, _, shaper in queues]),
        np.concatenate([[0], np.cumsum([len(hops) for hops, _, _ in flows])]).astype(np.int64),
        np.concatenate([hops for hops, _, _ in flows]).astype(np.int32),
        np.concatenate([[0], np.cumsum([len(hops) for hops, _ in backs])]).astype(np.int64),
        np.concatenate([hops for hops, _ in backs]).astype(np.int32),
        np.array([float(share) for _, share in backs]),
        np.array([float(burst) for _, burst, _ in flows]),
        np.array([rate * 8.0 for _, _, rate in flows]),
        shaped,
        slack,
        rounds,
    )
    if solve:
        made.solve()
    return made


def take_away(found, *flows):
    found.change(np.array(flows, dtype=np.int64), np.zeros(len(flows)), np.zeros(len(flows)))


def line(n, flows, *, shaped=False, rate=10.0, latency=0.1):
    """n equal ports of one queue each; what links shape bursts by is 1 B."""
    return total([(rate, latency, 1)] * n, [(0, 1, INF)] * n, flows, shaped=shaped)


@pytest.mark.parametrize(("n", "bound"), [(2, 0.66), (3, 1.092), (5, 2.232480), (10, 7.787605)])
def test_tandems_with_cross_traffic_at_each_hop(n, bound):
    """Delays of a tandem as panco finds them by its linear program, and as the recursion of bursts has them."""
    found = line(n, [(list(range(n)), 1, 2), *(([i], 1, 4) for i in range(n))])
    assert found.flow_delay_s[0] == pytest.approx(bound, abs=1e-6)
    burst, sum_s = 1.0, 0.0
    for _ in range(n):
        hop_s = 0.1 + (burst + 1) / 10
        burst, sum_s = burst + 2 * hop_s, sum_s + hop_s
    assert found.flow_delay_s[0] == pytest.approx(sum_s, rel=1e-12)


def test_a_tandem_whose_links_shape():
    n = 10
    found = line(n, [(list(range(n)), 1, 2), *(([i], 1, 4) for i in range(n))], shaped=True)
    assert found.flow_delay_s[0] == pytest.approx(4.781227, abs=1e-6)


@pytest.mark.parametrize(("n", "bound"), [(3, 1.664), (5, 3.61984), (10, 14.37692), (20, 137.07539), (40, 10_027.66)])
def test_interleaved_tandems(n, bound):
    cross = [([0], 1, 2), ([n - 1], 1, 2), *(([i, i + 1], 1, 2) for i in range(n - 1))]
    assert line(n, [(list(range(n)), 1, 2), *cross]).flow_delay_s[0] == pytest.approx(bound, rel=1e-6)


def ring(n, hops, load, *, shaped):
    flows = [([(i + k) % n for k in range(hops)], 1, load * 10 / hops) for i in range(n)]
    return line(n, flows, shaped=shaped)


@pytest.mark.parametrize(
    ("n", "load", "unshaped", "shaped"),
    [(5, 0.3, 3.636364, 1.33558), (5, 0.6, 20.0, 1.87952), (10, 0.3, INF, 3.158658)],
)
def test_rings(n, load, unshaped, shaped):
    assert ring(n, n - 1, load, shaped=False).flow_delay_s[0] == pytest.approx(unshaped, rel=1e-6)
    found = ring(n, n - 1, load, shaped=True)
    assert found.flow_delay_s[0] == pytest.approx(shaped, rel=2e-6)
    assert len(found.cyclic) == n and found.rounds > 1


@pytest.mark.parametrize(("n", "hops", "load"), [(4, 2, 0.9), (7, 5, 0.2), (30, 3, 0.5), (6, 6, 0.35)])
def test_a_ring_has_the_fixed_point_of_its_equation(n, hops, load):
    """D = T + (sum of bursts) / R, each burst grown by rate x D at every hop before: linear in D."""
    rate = load * 10 / hops
    grows = rate * hops * (hops - 1) / 2 / 10
    found = ring(n, hops, load, shaped=False)
    if grows >= 1:
        assert np.isinf(found.delay_s).all()
        return
    exact = (0.1 + hops / 10) / (1 - grows)
    assert (found.delay_s >= exact).all() and (found.delay_s <= exact * (1 + 2e-9)).all()


def test_strict_priority_waits_for_one_packet_below():
    """64 KiB and 10 Gb/s beside packets of 9,216 B at 100 Gb/s."""
    high, tiny = ([0], 65_536, 1.25e9), ([1], 1e-9, 1.0)
    found = total([(12.5e9, 0, 2)], [(0, 9216, INF), (0, 9216, INF)], [high, tiny])
    assert found.delay_s[0] * 1e6 == pytest.approx(5.98016, rel=1e-12)
    assert found.backlog_B[0] == pytest.approx(65_536 + 9216 * 0.1, rel=1e-12)
    assert found.delay_s[1] * 1e6 == pytest.approx(5.825422, abs=1e-6)


def test_deficit_round_robin_beside_queues_without_bound():
    """Latencies of 10.32192, 7.00416 and 4.23936 us for quanta of 9,216, 18,432 and 36,864 B at 100 Gb/s."""
    for own, latency_us in enumerate((10.32192, 7.00416, 4.23936)):
        flows = [([q], 1e-9 if q == own else 1e6, 1.0 if q == own else 2e10) for q in range(3)]
        queues = [(quantum, 9216, INF) for quantum in (9216, 18432, 36864)]
        found = total([(12.5e9, 0, 3)], queues, flows)
        assert found.delay_s[own] * 1e6 == pytest.approx(latency_us, rel=1e-9)
        assert np.isinf(np.delete(found.delay_s, own)).all()


def test_a_shaper_holds_back_its_own_queue():
    assert total([(10.0, 0, 1)], [(0, 1, 2.0)], [([0], 5, 1)]).delay_s[0] == pytest.approx(2.5, rel=1e-12)
    assert np.isinf(total([(10.0, 0, 1)], [(0, 1, 2.0)], [([0], 5, 3)]).delay_s[0])


def test_a_queue_that_is_held_back_leaves_later_than_it_comes():
    """A shaped queue of high priority is in the way of others for as long as it is held, not only as it comes."""
    high, low = ([0], 5, 1), ([1], 1, 1)
    found = total([(10.0, 0, 2)], [(0, 1, 2.0), (0, 1, INF)], [high, low])
    held = (5 + 1 / 10 * 2) / 2  # its burst at 2 B/s, behind a packet of 1 B at 10 B/s
    assert found.delay_s[0] == pytest.approx(held, rel=1e-12)
    assert found.delay_s[1] == pytest.approx((1 + 5 + held) / 9, rel=1e-12)
    slow = total([(10.0, 0, 2)], [(0, 1, 0.5), (0, 1, INF)], [high, low])
    assert np.isinf(slow.delay_s).all()


def test_round_robin_beside_a_queue_that_is_held_back_relies_on_turns_alone():
    flows = [([0], 5, 1), ([1], 1, 1)]
    free, held = (total([(10.0, 0, 2)], [(4, 1, INF), (4, 1, rate)], flows) for rate in (INF, 8.0))
    assert free.delay_s[0] == pytest.approx((5 + 1) / 9, rel=1e-12)
    assert held.delay_s[0] == pytest.approx((4 * (1 + 1 / 4) + 1) / 10 + 5 / 5, rel=1e-12)


def random_network(rng, ports=5):
    """Flows that go from lower to higher ports, with two strict and two weighted queues each."""
    made = [(int(rng.integers(20, 60)), int(rng.integers(0, 3)) / 4, 4) for _ in range(ports)]
    queues = [(q, int(rng.integers(1, 5)), INF) for _ in range(ports) for q in (0, 0, int(rng.integers(2, 9)), 3)]
    flows = []
    for _ in range(int(rng.integers(4, 12))):
        way = sorted(rng.choice(ports, int(rng.integers(1, ports)), replace=False).tolist())
        own = int(rng.integers(0, 4))
        flows.append(([4 * p + own for p in way], int(rng.integers(1, 20)), int(rng.integers(0, 9)) / 8))
    return made, queues, flows


@pytest.mark.parametrize("shaped", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_random_networks_as_in_fractions(seed, shaped):
    ports, queues, flows = random_network(np.random.default_rng(seed))
    exact = Exact(ports, queues, flows, shaped=shaped)
    exact.solve(range(len(ports)))
    found = total(ports, queues, flows, shaped=shaped)
    assert found.delay_s == pytest.approx([float(exact.delay[q]) for q in range(len(queues))], rel=1e-9)
    assert found.backlog_B == pytest.approx([float(exact.backlog[q]) for q in range(len(queues))], rel=1e-9)
    assert not len(found.cyclic)


@pytest.mark.parametrize("seed", range(10))
def test_a_flow_more_and_less_is_as_if_it_had_always_been(seed):
    rng = np.random.default_rng(seed)
    ports, queues, flows = random_network(rng, ports=8)
    found = total(ports, queues, flows[:-1])
    without = found.delay_s
    hops, burst, rate = flows[-1]
    row = found.add(np.array(hops, dtype=np.int32), NONE, 0.0, float(burst), rate * 8.0)
    assert row == len(flows) - 1
    assert (found.delay_s == total(ports, queues, flows).delay_s).all()
    take_away(found, row)
    assert (found.delay_s == without).all()


def test_a_flow_against_the_order_of_the_others():
    ports, queues = [(10.0, 0.1, 1)] * 3, [(0, 1, INF)] * 3
    found = total(ports, queues, [([0, 1, 2], 1, 1)])
    found.add(np.array([2, 0], dtype=np.int32), NONE, 0.0, 1.0, 8.0)
    assert (found.delay_s == total(ports, queues, [([0, 1, 2], 1, 1), ([2, 0], 1, 1)]).delay_s).all()
    assert found.cyclic.tolist() == [0, 1, 2]


@pytest.mark.parametrize("slack", [1e-6, 1e-3])
def test_slack_is_above_the_exact_bounds_and_near_them(slack):
    rng = np.random.default_rng(3)
    ports, queues, flows = random_network(rng, ports=8)
    found = total(ports, queues, flows, slack=slack)
    for _ in range(20):
        hops, burst, rate = flows[int(rng.integers(len(flows)))]
        row = found.add(np.array(hops, dtype=np.int32), NONE, 0.0, float(burst) / 50, rate * 8.0 / 50)
        more = total(ports, queues, [*flows, (hops, burst / 50, rate / 50)]).delay_s
        assert (found.delay_s >= more * (1 - 1e-12)).all()
        assert found.delay_s == pytest.approx(more, rel=20 * slack)
        take_away(found, row)


def random_mesh(rng, ports=6):
    """Flows of any ways, and answers back, lightly loaded: their queues depend on each other in rings."""
    made = [(40, int(rng.integers(0, 3)) / 4, 2) for _ in range(ports)]
    queues = [(q, 1, INF) for _ in range(ports) for q in (0, 0)]
    flows, backs = [], []
    for _ in range(int(rng.integers(6, 14))):
        way = rng.permutation(ports)[: int(rng.integers(2, ports))].tolist()
        own = int(rng.integers(0, 2))
        flows.append(([2 * p + own for p in way], int(rng.integers(1, 20)), int(rng.integers(1, 9)) / 8))
        backs.append(([2 * p + own for p in way[-2::-1]], 0.125))
    return made, queues, flows, backs


def walked(ports, queues, flows, backs):
    """Delays of a mesh in fractions of a second: rounds over all queues at once, however many it takes."""
    delay = [0.0] * len(queues)
    for _ in range(400):
        exact = Exact(ports, queues, [], shaped=True)
        before = {}
        for f, ((hops, burst, rate), (home, share)) in enumerate(zip(flows, backs, strict=True)):
            exact.flows += [(hops, burst, rate), (home, burst * share, rate * share)]
            ahead = 0.0
            for way, own in ((2 * f, hops), (2 * f + 1, home)):
                for h, q in enumerate(own):
                    before[way, h] = Fraction(ahead)
                    ahead += delay[q]
        exact.before = before
        now = list(delay)
        for p in range(len(ports)):
            arrivals = {q: exact.arrival(q) for q in exact.rows[p]}
            for q in exact.rows[p]:
                now[q] = float(exact.one(p, q, arrivals)[0]) if arrivals[q] else 0.0
        if max(abs(a - b) for a, b in zip(now, delay, strict=True)) <= 1e-11 * max(now):
            return now
        delay = now
    raise AssertionError("does not stand still")


@pytest.mark.parametrize("seed", range(4))
def test_meshes_stand_still_where_rounds_over_all_queues_do(seed):
    mesh = random_mesh(np.random.default_rng(seed), ports=4)
    found = total(*mesh[:3], backs=mesh[3])
    assert len(found.cyclic) > 1
    assert found.delay_s == pytest.approx(walked(*mesh), rel=2e-9)


@pytest.mark.parametrize("slack", [1e-8, 1e-5])
@pytest.mark.parametrize("seed", range(12))
def test_changes_around_a_cycle_hold_and_stay_near(seed, slack):
    """Flows come and go one by one: never below what all of it gives anew, and within what slack adds on the way."""
    rng = np.random.default_rng(seed)
    ports, queues, flows, backs = random_mesh(rng)
    found = total(ports, queues, flows, backs=backs, slack=slack)
    there = [True] * len(flows)
    for f in rng.integers(0, len(flows), 15).tolist():
        there[f] = not there[f]
        _, burst, rate = flows[f]
        found.change(np.array([f]), np.array([float(burst) * there[f]]), np.array([8.0 * rate * there[f]]))
        some = [(hops, b * on, r * on) for (hops, b, r), on in zip(flows, there, strict=True)]
        anew = total(ports, queues, some, backs=backs)
        assert (found.delay_s >= anew.delay_s * (1 - 2e-9)).all()
        assert found.delay_s == pytest.approx(anew.delay_s, rel=300 * slack + 2e-9)
        assert (found.backlog_B >= anew.backlog_B * (1 - 2e-9)).all()


def test_what_grew_without_end_comes_down_again():
    """Two flows around a ring of two: one more than it carries, and taken away."""
    ports, queues = [(10.0, 0.1, 1)] * 2, [(0, 1, INF)] * 2
    flows = [([0, 1], 1, 1), ([1, 0], 1, 1), ([0], 1, 0)]
    found = total(ports, queues, flows, shaped=False, slack=1e-6)
    calm = found.delay_s
    found.change(np.array([2]), np.array([1.0]), np.array([76.0]))
    assert np.isinf(found.delay_s).all()
    take_away(found, 2)
    assert found.delay_s == pytest.approx(total(ports, queues, flows[:2], shaped=False).delay_s, rel=1e-4)
    assert (found.delay_s <= calm).all()


def test_around_a_cycle_without_end_nothing_that_comes_has_a_bound():
    """The first port of the ring has no bound at once: the others, which the round never comes to, have none either."""
    ports, queues = [(1.0, 0.1, 2), (1.0, 0.1, 2)], [(0, 1, INF)] * 4
    found = total(ports, queues, [([0, 2], 1, 3), ([2, 0], 1, 3), ([3], 0, 0)])
    assert found.cyclic.tolist() == [0, 1]
    assert np.isinf(found.delay_s[[0, 2]]).all() and np.isinf(found.backlog_B[[0, 2]]).all()
    assert (found.delay_s[[1, 3]] == 0).all()


def test_more_than_a_port_carries_has_no_bound():
    found = total([(10.0, 0, 1), (20.0, 0, 1)], [(0, 1, INF)] * 2, [([0, 1], 1, 11), ([1], 1, 1)], shaped=False)
    assert np.isinf(found.delay_s).all()
    shaped = total([(10.0, 0, 1), (20.0, 0, 1)], [(0, 1, INF)] * 2, [([0, 1], 1, 11), ([1], 1, 1)])
    assert np.isinf(shaped.delay_s[0]) and shaped.delay_s[1] == pytest.approx((1 + 1) / 20)


def test_what_does_not_fit_together_is_refused():
    good = {"ports": [(10.0, 0, 2)], "queues": [(0, 1, INF), (3, 1, INF)], "flows": [([0], 1, 1)]}
    total(**good)
    for change, said in (
        ({"ports": [(-1.0, 0, 2)]}, "rate_bps"),
        ({"ports": [(10.0, 0, 1)]}, "queue_ptr"),
        ({"queues": [(3, 1, INF), (0, 1, INF)]}, "strict queue after a weighted one"),
        ({"flows": [([2], 1, 1)]}, "flow_queue"),
        ({"flows": [([0, 1], 1, 1)]}, "of the port that the flow comes from"),
        ({"flows": [([0], float("nan"), 1)]}, "burst_B"),
        ({"flows": [([0], 1, INF)]}, "flow_bps"),
        ({"backs": [([0], 0.5)]}, "back_queue has 0, a queue of the port that the flow comes from"),
        ({"backs": [([9], 0.5)]}, "back_queue"),
        ({"backs": [([], -1)]}, "back_share"),
    ):
        with pytest.raises(ValueError, match=said):
            total(**{**good, **change})
    with pytest.raises(ValueError, match="slack"):
        total(**good, slack=2.0)
    with pytest.raises(ValueError, match="rounds"):
        total(**good, rounds=0)
    found = total(**good)
    with pytest.raises(ValueError, match="flow"):
        take_away(found, 1)
    with pytest.raises(ValueError, match="flow_queue"):
        found.add(np.array([7], dtype=np.int32), NONE, 0.0, 1.0, 1.0)


def test_what_answers_a_flow_comes_after_it_and_is_a_part_of_it():
    """A tenth of a flow of 4 B and 2 B/s comes back over two queues, delayed by what the flow was."""
    ports, queues = [(10.0, 0.1, 1)] * 3, [(0, 1, INF)] * 3
    found = total(ports, queues, [([0], 4, 2)], backs=[([1, 2], 0.1)])
    first = 0.1 + 4 / 10
    second = 0.1 + 0.1 * (4 + 2 * first) / 10
    third = 0.1 + min(0.1 * (4 + 2 * (first + second)), 1) / 10
    assert found.delay_s == pytest.approx([first, second, third], rel=1e-12)


def test_answers_in_both_directions_close_a_cycle():
    """Two hosts send to each other, and a part p of it comes back behind: D = T + ((1 + p) b + p r D) / R."""
    ports, queues = [(10.0, 0.1, 1)] * 2, [(0, 1, INF)] * 2
    flows = [([0], 3, 2), ([1], 3, 2)]
    found = total(ports, queues, flows, backs=[([1], 0.5), ([0], 0.5)])
    exact = (0.1 + 1.5 * 3 / 10) / (1 - 0.5 * 2 / 10)
    assert found.cyclic.tolist() == [0, 1]
    assert found.delay_s == pytest.approx([exact, exact], rel=1e-6) and (found.delay_s >= exact).all()
