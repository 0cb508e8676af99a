"""Every departure to the nanosecond, against the rule of the paper, or the source of Linux, retold."""

from __future__ import annotations

from random import Random

import pytest
from tests.qos.scheduling.linux import SchHtb
from tests.qos.scheduling.packets import Packets
from tests.qos.scheduling.rules import (
    CreditBased,
    DeficitRoundRobin,
    Rule,
    SelfClocked,
    WeightedRoundRobin,
    sent,
)

from easterly.qos.scheduling import HtbClass, HtbTree, Scheduler, cbs, cbwfq, drr, htb, wrr

RATES = (3, 1_000_003, 10**9, 8 * 10**9, 400 * 10**9, 800 * 10**9)
"""bit/s; very slow, no divisor of anything, and as fast as ports are."""


def drawn(rng: Random, queues: list[int], most: int = 60) -> Packets:
    """Bursts in one nanosecond, steps of one, and long silences."""
    time, now = [], 0
    for _ in range(rng.randrange(1, most)):
        now += rng.choice([0, 0, 0, 1, rng.randrange(3000), rng.choice([0, 0, 10**6])])
        time.append(now)
    sizes = [1, 64, 500, 1514, 9216, rng.randrange(1, 2000)]
    return Packets(time, [rng.choice(queues) for _ in time], [rng.choice(sizes) for _ in time])


def check(scheduler: Scheduler, rule: Rule, given: Packets, link_bps: int) -> None:
    made = given.sent(scheduler, link_bps)
    departure, order = sent(rule, given, link_bps)
    assert made.order.tolist() == order
    assert made.departure_ns.tolist() == departure


@pytest.mark.parametrize("seed", range(60))
def test_turns_and_tags(seed: int) -> None:
    rng = Random(seed)
    queues = rng.choice([1, 2, 3, 8])
    given, rate = drawn(rng, list(range(queues))), rng.choice(RATES)
    weight = [rng.choice([1, 2, 7, 1000]) for _ in range(queues)]
    quantum = [rng.choice([64, 500, 1514, 20_000]) for _ in range(queues)]
    check(wrr(weight), WeightedRoundRobin(weight), given, rate)
    check(drr(quantum), DeficitRoundRobin(quantum), given, rate)
    check(cbwfq(weight), SelfClocked(weight), given, rate)


@pytest.mark.parametrize("seed", range(60))
def test_credit(seed: int) -> None:
    """Rates whose bytes take whole nanoseconds: the standard says nothing of a clock that ticks within a frame."""
    rng = Random(seed)
    queues, rate = rng.choice([1, 2, 3, 8]), rng.choice([10**8, 10**9, 8 * 10**9])
    slope = [rng.choice([0, rate // 10, rate // 4, rate // 2, rate]) for _ in range(queues)]
    check(cbs(slope, link_bps=rate), CreditBased(slope, rate), drawn(rng, list(range(queues))), rate)


def tree(rng: Random) -> HtbTree:
    """Up to nine classes in up to seven levels; rates, ceilings, bursts and quanta from tiny to large."""
    made: list[HtbClass] = []
    depth: list[int] = []
    rates = rng.choice([(10**6, 10**7, 10**8), (3 * 10**7, 7 * 10**7, 10**9), (8 * 10**9, 400 * 10**9)])
    for i in range(rng.randrange(1, 10)):
        above = rng.choice([None, *(j for j in range(i) if depth[j] < 6)] if i else [None])
        depth.append(0 if above is None else depth[above] + 1)
        rate = rng.choice(rates)
        made.append(
            HtbClass(
                str(i), rate, None if above is None else str(above), ceil_bps=rng.choice([rate, 2 * rate, 10**9]),
                quantum_B=rng.choice([1, 1000, 1514, 60_000]), burst_B=rng.choice([1, 1600, 5000]),
                cburst_B=rng.choice([1, 1600, 9000]), priority=rng.choice([0, 0, 1, 7]),
            )
        )  # fmt: skip
    return htb(made)


@pytest.mark.parametrize("seed", range(120))
def test_htb_is_that_of_linux(seed: int) -> None:
    rng = Random(seed)
    made = tree(rng)
    check(made.scheduler(), SchHtb(made), drawn(rng, made.leaves, 120), rng.choice([8 * 10**8, 10**9, 10**10]))


def test_the_rules_differ_where_they_should() -> None:
    """A control: other weights, quanta and slopes make another order or other times."""
    given = Packets([0] * 12, [0] * 6 + [1] * 6, [1514] * 12)
    assert sent(WeightedRoundRobin([2, 1]), given, 10**9) != sent(WeightedRoundRobin([1, 2]), given, 10**9)
    assert sent(DeficitRoundRobin([1514, 64]), given, 10**9) != sent(DeficitRoundRobin([1514, 1514]), given, 10**9)
    assert sent(CreditBased([10**8, 0], 10**9), given, 10**9) != sent(CreditBased([10**9, 0], 10**9), given, 10**9)
    trees = [
        htb([HtbClass("top", 10**8), *(HtbClass(n, 10**7, "top", ceil_bps=10**8, quantum_B=q, burst_B=1514)
                                       for n, q in (("a", first), ("b", 1514)))])
        for first in (1514, 9000)
    ]  # fmt: skip
    packets = Packets(given.time_ns, [q + 1 for q in given.queue], given.size_B)
    assert sent(SchHtb(trees[0]), packets, 10**9) != sent(SchHtb(trees[1]), packets, 10**9)
