"""Shared memory against fixed points, against itself written down in dictionaries, and against its own promises."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.qos.buffers import queue_limit_B
from easterly.qos.memory import Chip, EgressQueue, Group, Outcome, Pool, SharedMemory, play


def lossy(shared_B, alphas, cell_B=1, reserved_B=0):
    """One pool at egress under dynamic thresholds, nothing in the way at ingress."""
    promised = shared_B + reserved_B * len(alphas)
    return Chip(
        memory_B=promised,
        cell_B=cell_B,
        ingress_pools=[Pool(promised)],
        egress_pools=[Pool(shared_B)],
        groups=[Group(limit_B=promised)],
        queues=[EgressQueue(alpha=alpha, reserved_B=reserved_B) for alpha in alphas],
    )


def settled(memory, alpha, queues, rounds=20_000):
    """Fixed point of Q = alpha (B - sum of Q), found by going there in small steps; exact rationals are not needed."""
    each = 0.0
    for _ in range(rounds):
        each += (alpha * (memory - queues * each) - each) / (2 * (1 + alpha * queues))
    return each


@pytest.mark.parametrize(
    "queues, alpha, each_MB, free_MB",
    [(1, 1, 32, 32), (3, 1, 16, 16), (4, 0.5, 10.6667, 21.3333), (2, 8, 30.1176, 3.7647)],
)
def test_dynamic_thresholds_share_64_MB(queues, alpha, each_MB, free_MB):
    """Choudhury & Hahne 1998: alpha B / (1 + alpha S) each. Cells of 1 kB arrive for all queues in turn."""
    memory = SharedMemory(lossy(64_000_000, [alpha] * queues, cell_B=1000))
    refused = 0
    while refused < queues:
        outcomes = [memory.admit(0, q, 1000) for q in range(queues)]
        refused = sum(outcome == Outcome.REFUSED_AT_EGRESS for outcome in outcomes)
    held = [row["used"] / 1000 for row in memory.counters["egress"]]
    assert held == pytest.approx([each_MB] * queues, abs=0.0011)
    assert memory.counters["egress_pools"][0]["free"] / 1000 == pytest.approx(free_MB, abs=0.0011 * queues)
    assert settled(64.0, alpha, queues) == pytest.approx(each_MB, abs=1e-4)
    assert queue_limit_B(64e6, alpha, queues) / 1e6 == pytest.approx(each_MB, abs=1e-4)


@settings(max_examples=20)
@given(
    st.lists(st.fractions(Fraction(1, 128), 16, max_denominator=128), min_size=1, max_size=6),
    st.integers(50, 600),
)
def test_saturated_queues_settle_at_their_thresholds(alphas, cells):
    """Queues that are always offered more and always sent hold alpha F each, whatever the alphas.

    Let F cells be free when everybody is refused: then Q + 1 > alpha F. Between a round's sending and that moment at
    most one cell more per queue is free, so what was let in since holds Q <= alpha (F + S).
    """
    memory, queues = SharedMemory(lossy(cells, alphas)), range(len(alphas))
    for _ in range(cells):
        while [memory.admit(0, q, 1) for q in queues].count(Outcome.IN):
            pass
        for q, row in enumerate(memory.counters["egress"]):
            if row["used"]:
                memory.release(0, q, 1)
    while [memory.admit(0, q, 1) for q in queues].count(Outcome.IN):
        pass
    state = memory.counters
    free = state["egress_pools"][0]["free"]
    for alpha, row in zip(alphas, state["egress"], strict=True):
        assert row["used"] + 1 > alpha * free
        assert row["used"] <= alpha * (free + len(alphas))


def test_a_queue_that_was_greedy_shrinks_when_others_come():
    memory = SharedMemory(lossy(900, [1, 1]))
    while memory.admit(0, 0, 1) == Outcome.IN:
        pass
    assert memory.counters["egress"][0]["used"] == 450
    assert memory.threshold_B(0, egress=True) == 450
    while memory.admit(0, 1, 1) == Outcome.IN:
        pass
    # The first holds 450; the second stops at (900 - 450) / 2; the first is above its threshold of 225 now.
    assert memory.counters["egress"][1]["used"] == 225
    assert memory.threshold_B(0, egress=True) == 225
    for _ in range(300):
        memory.release(0, 0, 1)
        assert memory.admit(0, 1, 1) in (Outcome.IN, Outcome.REFUSED_AT_EGRESS)
    assert memory.counters["egress"][1]["used"] > 300


def test_what_is_reserved_is_there_whatever_the_others_do():
    memory = SharedMemory(lossy(100, [8, 8], reserved_B=10))
    while memory.admit(0, 0, 1) == Outcome.IN:
        pass
    before = memory.counters["egress_pools"][0]["free"]
    assert [memory.admit(0, 1, 1) for _ in range(10)] == [Outcome.IN] * 10
    assert memory.counters["egress_pools"][0]["free"] == before


def test_packets_take_whole_cells():
    memory = SharedMemory(lossy(2048, [1024], cell_B=256))
    assert [memory.chip.cells, memory.admit(0, 0, 257), memory.counters["chip"]["used"]] == [8, Outcome.IN, 2]
    memory.admit(0, 0, 256)
    memory.admit(0, 0, 1)
    assert memory.counters["chip"] == {"used": 4, "peak": 4}
    memory.release(0, 0, 257)
    assert memory.counters["chip"] == {"used": 2, "peak": 4}


class Plain:
    """The memory once more, with dictionaries and fractions."""

    def __init__(self, chip):
        self.chip = chip
        self.groups = [[0, 0] for _ in chip.groups]  # in use, in headroom
        self.queues = [0 for _ in chip.queues]

    def cells(self, size):
        return -(-(size + self.chip.overhead_B) // self.chip.cell_B)

    def free(self, side, pool):
        c = self.chip
        if side == "in":
            used = sum(
                max(0, u - -(-g.reserved_B // c.cell_B))
                for g, (u, _) in zip(c.groups, self.groups, strict=True) if g.pool == pool
            )  # fmt: skip
            return c.ingress_pools[pool].shared_B // c.cell_B - used
        used = sum(
            max(0, u - -(-q.reserved_B // c.cell_B))
            for q, u in zip(c.queues, self.queues, strict=True) if q.pool == pool
        )  # fmt: skip
        return c.egress_pools[pool].shared_B // c.cell_B - used

    def room(self, side, each, used, n):
        reserved = -(-each.reserved_B // self.chip.cell_B)
        after = max(0, used + n - reserved)
        if after == 0:
            return True
        free = self.free(side, each.pool)
        if after - max(0, used - reserved) > free:
            return False
        limit = each.limit_B // self.chip.cell_B if each.alpha is None else Fraction(each.alpha) * free
        fresh = after - max(0, used - reserved)
        return fresh == 0 or after <= limit

    def admit(self, g, q, size):
        n, group, queue = self.cells(size), self.chip.groups[g], self.chip.queues[q]
        if not self.room("out", queue, self.queues[q], n):
            return Outcome.REFUSED_AT_EGRESS
        if self.room("in", group, self.groups[g][0], n):
            self.groups[g][0] += n
            self.queues[q] += n
            return Outcome.IN
        taken = sum(h for each, (_, h) in zip(self.chip.groups, self.groups, strict=True) if each.pool == group.pool)
        own = -(-group.headroom_B // self.chip.cell_B) - self.groups[g][1]
        if n <= own and n <= self.chip.ingress_pools[group.pool].headroom_B // self.chip.cell_B - taken:
            self.groups[g][1] += n
            self.queues[q] += n
            return Outcome.IN_HEADROOM
        return Outcome.REFUSED_AT_INGRESS

    def release(self, g, q, size):
        n = self.cells(size)
        back = min(n, self.groups[g][1])
        self.groups[g][1] -= back
        self.groups[g][0] -= n - back
        self.queues[q] -= n


sizes = st.integers(0, 3000)
alphas = st.fractions(0, 8, max_denominator=64)


def either(alpha, limit, by_alpha):
    return {"alpha": alpha} if by_alpha else {"limit_B": limit}


@st.composite
def chips(draw):
    cell = draw(st.sampled_from([1, 64, 208, 256]))
    ways = st.builds(either, alphas, sizes, st.booleans())
    groups = [
        Group(pool=draw(st.integers(0, 1)), port=i // 2, reserved_B=draw(sizes) // 3, headroom_B=draw(sizes),
              xon_B=draw(sizes) // 4, xon_offset_B=draw(sizes) // 4, **draw(ways))
        for i in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    queues = [
        EgressQueue(pool=draw(st.integers(0, 1)), port=i // 2, reserved_B=draw(sizes) // 3, **draw(ways))
        for i in range(draw(st.integers(1, 4)))
    ]
    ingress = [Pool(draw(st.integers(0, 9000)), draw(sizes)) for _ in range(2)]
    promised = sum(p.shared_B // cell + p.headroom_B // cell for p in ingress)
    promised += sum(-(-g.reserved_B // cell) for g in groups)
    return Chip(
        memory_B=max(1, promised) * cell, cell_B=cell, overhead_B=draw(st.sampled_from([0, 16])),
        ingress_pools=ingress, egress_pools=[Pool(draw(st.integers(0, 20_000))) for _ in range(2)],
        groups=groups, queues=queues,
    )  # fmt: skip


events = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 1600), st.booleans()), max_size=80)


@settings(max_examples=20)
@given(chips(), events)
def test_memory_is_what_plain_counting_says_and_never_overflows(chip, rows):
    memory, plain, inside = SharedMemory(chip), Plain(chip), []
    peak = 0
    for g, q, size, leaves in rows:
        g, q = g % len(chip.groups), q % len(chip.queues)
        if leaves and inside:
            one = inside.pop(size % len(inside))
            memory.release(*one)
            plain.release(*one)
        else:
            outcome = memory.admit(g, q, size)
            assert outcome == plain.admit(g, q, size)
            if outcome <= Outcome.IN_HEADROOM:
                inside.append((g, q, size))
        check(chip, memory.counters, plain, inside)
        peak = max(peak, memory.counters["chip"]["used"])
    assert memory.counters["chip"]["peak"] == peak


def check(chip, state, plain, inside):
    """The chip is never over-full, and every way to count gives what is inside."""
    used = state["chip"]["used"]
    assert used <= chip.cells
    assert used == sum(plain.cells(size) for _, _, size in inside)
    assert used == sum(row["used"] + row["headroom"]["used"] for row in state["ingress"])
    assert used == sum(row["used"] for row in state["egress"])
    assert used == sum(row["used"] for row in state["ingress_ports"]) == sum(r["used"] for r in state["egress_ports"])
    assert [[row["used"], row["headroom"]["used"]] for row in state["ingress"]] == plain.groups
    for pool, row in zip(chip.ingress_pools, state["ingress_pools"], strict=True):
        assert 0 <= row["shared"]["used"] <= pool.shared_B // chip.cell_B
        assert 0 <= row["headroom"]["used"] <= pool.headroom_B // chip.cell_B
    for i, row in enumerate(state["ingress"]):
        if chip.groups[i].headroom_B and row["headroom"]["used"]:
            assert row["paused"]


def by_hand(chip, times, sizes, groups, queues, rates):
    """`play` with the steps of `SharedMemory` and exact times."""
    memory, free, leaving, fates, changes = SharedMemory(chip), [Fraction(0)] * len(rates), [], [], []
    asks = [False] * len(chip.groups)

    def judge(now):
        for g in range(len(asks)):
            if memory.paused(g) != asks[g]:
                asks[g] = not asks[g]
                changes.append((now, g, asks[g]))

    for i, now in enumerate(times):
        for at, one in sorted(x for x in leaving if x[0] <= now):
            memory.release(*(column[one] for column in (groups, queues, sizes)))
            leaving.remove((at, one))
            judge(at)
        outcome = memory.admit(groups[i], queues[i], sizes[i])
        at = -1
        rate = rates[queues[i]]
        if outcome <= Outcome.IN_HEADROOM and rate:
            start = max(free[queues[i]], Fraction(now))
            free[queues[i]] = start + Fraction(8 * 10**9 * sizes[i], rate)
            at = -(-free[queues[i]].numerator // free[queues[i]].denominator)
            leaving.append((at, i))
        fates.append((int(outcome), at))
        judge(now)
    return fates, changes, memory.counters


@settings(max_examples=20)
@given(
    chips(),
    st.lists(st.tuples(st.integers(0, 900), st.integers(1, 1600), st.integers(0, 3), st.integers(0, 3)), max_size=60),
    st.lists(st.sampled_from([0, 10**9, 3 * 10**9, 10**10]), min_size=4, max_size=4),
)
def test_steps_and_columns_are_the_same(chip, rows, rates):
    times = np.cumsum([row[0] for row in rows]).astype(int).tolist()
    size = [row[1] for row in rows]
    groups, queues = [row[2] % len(chip.groups) for row in rows], [row[3] % len(chip.queues) for row in rows]
    rates = rates[: len(chip.queues)]
    passage = play(chip, times, size, groups, queues, rate_bps=rates, drain=False)
    fates, changes, counters = by_hand(chip, times, size, groups, queues, rates)
    assert list(zip(passage.outcome.tolist(), passage.departure_ns.tolist(), strict=True)) == fates
    assert passage.counters == counters
    pauses = passage.pauses
    assert list(zip(pauses.time_ns.tolist(), pauses.group.tolist(), pauses.paused.tolist(), strict=True)) == changes


def test_a_group_pauses_and_goes_on_with_a_gap_between():
    chip = Chip(
        memory_B=1000, ingress_pools=[Pool(700, 300)], egress_pools=[Pool(1000)],
        groups=[Group(limit_B=500, headroom_B=300, xon_offset_B=200)], queues=[EgressQueue(limit_B=1000)],
    )  # fmt: skip
    memory = SharedMemory(chip)
    for _ in range(5):
        memory.admit(0, 0, 100)
        assert not memory.paused(0)
    assert memory.admit(0, 0, 100) == Outcome.IN_HEADROOM
    assert memory.paused(0)
    held = []
    for _ in range(6):
        memory.release(0, 0, 100)
        held.append((memory.counters["chip"]["used"], memory.paused(0)))
    assert held == [(500, True), (400, True), (300, False), (200, False), (100, False), (0, False)]
    for _ in range(5):
        memory.admit(0, 0, 100)
        assert not memory.paused(0)


def test_a_threshold_that_falls_pauses_a_group_that_did_nothing():
    chip = Chip(
        memory_B=1000, ingress_pools=[Pool(900, 100)], egress_pools=[Pool(1000)],
        groups=[Group(alpha=1, headroom_B=100), Group(alpha=8)], queues=[EgressQueue(limit_B=1000)],
    )  # fmt: skip
    memory = SharedMemory(chip)
    for _ in range(40):
        memory.admit(0, 0, 10)
    assert not memory.paused(0)
    for _ in range(40):
        memory.admit(1, 0, 10)
    assert memory.paused(0)  # holds 400, and only 100 are free
    assert memory.admit(0, 0, 10) == Outcome.IN_HEADROOM


@pytest.mark.parametrize(
    "wrong, says",
    [
        (lambda: Chip(memory_B=100, ingress_pools=[Pool(90, 20)]), "take 10 B away"),
        (lambda: Chip(memory_B=0), "memory of 0"),
        (lambda: Chip(memory_B=9, groups=[Group(alpha=1)]), "group 0 draws on pool 0"),
        (lambda: Chip(memory_B=9, egress_pools=[Pool(1)], queues=[EgressQueue()]), "queue 0: give either"),
        (lambda: Chip(memory_B=9, egress_pools=[Pool(1)], queues=[EgressQueue(alpha=-1)]), "alpha -1"),
        (lambda: Chip(memory_B=9, egress_pools=[Pool(1)], queues=[EgressQueue(limit_B=-1)]), "negative"),
        (lambda: SharedMemory(lossy(10, [1])).release(0, 0, 1), "more than group or queue hold"),
        (lambda: SharedMemory(lossy(10, [1])).admit(1, 0, 1), "group is 1"),
        (lambda: play(lossy(10, [1]), [0], [1], [0], [3], rate_bps=[1]), "queue"),
        (lambda: play(lossy(10, [1]), [0], [1], [0], [0], rate_bps=[]), "rate_bps"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        wrong()
