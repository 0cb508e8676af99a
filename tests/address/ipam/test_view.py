"""The free space of a batch against a set of addresses: what was not read yet must make no difference."""

from __future__ import annotations

import random
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.address.ipam.sets import BITS, Sets

from easterly.address.ipam import space
from easterly.address.ipam.free import largest
from easterly.address.text import reversed_bits

LO = 0x0A000000


class Stored:
    """Intervals as a table would give them, in three orders."""

    def __init__(self, runs: list[tuple[int, int]]) -> None:
        self.runs = runs

    def ascending(self, after: int, limit: int) -> list[tuple[int, int]]:
        return [run for run in sorted(self.runs) if run[0] > after][:limit]

    def fitting(self, length: int, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        rows = sorted((-largest(*run, BITS)[0], run[0], run) for run in self.runs if largest(*run, BITS)[0] <= length)
        return [row[2] for row in rows if row[:2] > after][:limit]

    def ranked(self, after: tuple[int, int], limit: int) -> list[tuple[int, int]]:
        rows = sorted((fit, reversed_bits(at, BITS), run) for run in self.runs for fit, at in [largest(*run, BITS)])
        return [row[2] for row in rows if row[:2] > after][:limit]

    def around(self, lo: int, hi: int) -> list[tuple[int, int]]:
        return [run for run in self.runs if run[0] <= hi + 1 and run[1] >= lo - 1]


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 60))
def test_any_batch_on_any_fill_is_as_on_a_set(seed: int, fill: int) -> None:
    random_ = random.Random(seed)
    sets = Sets(LO, LO + 63, 0)
    for n in random_.sample(range(LO, LO + 64), fill):
        sets.add(n, n, None)
    stored = Stored(sets.runs())
    with patch.object(space, "PAGE", random_.choice((1, 2, 64))):
        view = space.Space(stored, BITS)
        for _ in range(12):
            step(view, sets, stored, random_)
    gone, new = view.changes()
    left = [run for run in stored.runs if run[0] not in gone]
    assert sorted(left + new) == sets.runs()


def step(view: space.Space, sets: Sets, stored: Stored, random_: random.Random) -> None:
    """One operation on both."""
    verb, size = random_.choice(("hosts", "block", "block", "sparse", "give", "take")), 1 << random_.randrange(5)
    if verb == "hosts":
        wanted = sets.hosts(size)
        found = view.hosts(size, LO + 1, LO + 62)
        assert wanted == (None if found is None else [n for lo, hi in found for n in range(lo, hi + 1)])
        sets.free -= set(wanted or ())
    elif verb in ("block", "sparse"):
        at = getattr(sets, verb)(size)
        assert getattr(view, verb)(BITS + 1 - size.bit_length()) == at
        sets.free -= set() if at is None else set(range(at, at + size))
    else:
        lo = random_.randrange(LO, LO + 64)
        run = range(lo, min(LO + 64, lo + size))
        view.know(stored.around(run[0], run[-1]))
        if verb == "give" and sets.free.isdisjoint(run):
            view.give(run[0], run[-1])
            sets.free |= set(run)
        elif verb == "take":
            assert view.holds(run[0], run[-1]) == sets.free.issuperset(run)
            if sets.free.issuperset(run):
                view.take(run[0], run[-1])
                sets.free -= set(run)
