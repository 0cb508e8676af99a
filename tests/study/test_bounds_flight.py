"""What is on its way at once: all sets of messages of which none waits for another, and phases by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from easterly.base.columns import floats, indices, ints
from easterly.model.packets import PacketMessages
from easterly.study.bounds import flight
from easterly.study.bounds.flight import in_flight_B


def messages_of(connection, waits):
    zero = floats(np.zeros(len(connection)))
    ptr = np.concatenate([[0], np.cumsum([len(each) for each in waits])])
    idx = [m for each in waits for m in each]
    return PacketMessages(
        ints(connection), indices(np.ones(len(connection))), zero, zero, zero, indices(ptr), ints(idx)
    )


def at_once(connection, waits, size_B, of):
    """The heaviest set of messages of a connection of which none is waited for by another, by trying all."""
    ahead = []
    for each in waits:
        ahead.append(set(each).union(*(ahead[m] for m in each)))
    own = [m for m, c in enumerate(connection) if c == of]
    best = 0.0
    for count in range(1, len(own) + 1):
        for some in combinations(own, count):
            if not any(a in ahead[b] for a, b in combinations(some, 2)):
                best = max(best, sum(size_B[m] for m in some))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_never_less_than_any_set_that_can_be_on_its_way(seed):
    rng = np.random.default_rng(seed)
    count, connections = int(rng.integers(4, 16)), int(rng.integers(1, 4))
    own = rng.integers(-1, connections, count).tolist()
    waits = [sorted({int(w) for w in rng.integers(0, m, int(rng.integers(0, 3)))}) if m else [] for m in range(count)]
    size_B = rng.integers(1, 9, count).astype(float)
    found = in_flight_B(messages_of(own, waits), size_B, connections)
    exact = [at_once(own, waits, size_B, c) for c in range(connections)]
    whole = [sum(size_B[m] for m in range(count) if own[m] == c) for c in range(connections)]
    assert (found >= exact).all() and (found <= whole).all()


@pytest.mark.parametrize("phases", [1, 2, 5])
def test_phases_of_all_pairs_are_one_phase_at_once(phases):
    """In each phase everyone sends to everyone, twice, and begins the next when all of it has arrived there."""
    hosts = 4
    pairs = [(a, b) for a in range(hosts) for b in range(hosts) if a != b]
    own, waits = [], []
    for phase in range(phases):
        for c, (a, _) in enumerate(pairs * 2):
            own.append(c % len(pairs))
            last = 2 * len(pairs) * (phase - 1)
            waits.append([last + i for i, (_, to) in enumerate(pairs * 2) if to == a] if phase else [])
    found = in_flight_B(messages_of(own, waits), np.full(len(own), 10.0), len(pairs))
    exact = at_once(own, waits, [10.0] * len(own), 0)
    assert found.tolist() == [min(phases, 2) * 20.0] * len(pairs) and exact == found[0]


@pytest.mark.parametrize("ranks", [3, 4, 8])
def test_in_a_ring_a_message_waits_for_its_last_time_around(ranks):
    """2 (N - 1) messages on each of N connections; each waits for the one N before it, so N may be on their way."""
    steps = 2 * (ranks - 1)
    own = [i for _ in range(steps) for i in range(ranks)]
    waits = [[] if k == 0 else [(k - 1) * ranks + (i - 1) % ranks] for k in range(steps) for i in range(ranks)]
    found = in_flight_B(messages_of(own, waits), np.full(len(own), 10.0), ranks)
    assert found.tolist() == [10.0 * min(ranks, steps)] * ranks


@pytest.mark.parametrize("credit", [1, 3, 7])
def test_credits_are_what_is_at_once(credit):
    waits = [list(range(max(m - credit + 1, 0))) for m in range(20)]
    assert in_flight_B(messages_of([0] * 20, waits), np.full(20, 10.0), 1).tolist() == [10.0 * credit]


def test_one_after_the_other_is_one_at_once_and_too_much_is_all(monkeypatch):
    chain = messages_of([0] * 5, [[], [0], [1], [2], [3]])
    size_B = np.array([1.0, 2, 3, 4, 5])
    assert in_flight_B(chain, size_B, 1).tolist() == [5.0]
    later = messages_of([0, 0], [[1], []])
    assert in_flight_B(later, np.array([1.0, 2.0]), 1).tolist() == [3.0]
    many = messages_of([0] * 100, [[]] + [[m] for m in range(99)])
    assert in_flight_B(many, np.ones(100), 1).tolist() == [100.0 - 64.0]  # of the last nothing is known
    monkeypatch.setattr(flight, "MOST", 4)
    assert in_flight_B(chain, size_B, 1).tolist() == [15.0]
