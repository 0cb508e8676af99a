"""Fit, rank and place of blocks against every block there is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from easterly.address.ipam.free import blocks, largest, tightest, without
from easterly.address.text import reversed_bits

BITS = 7
RUNS = st.tuples(st.integers(0, 127), st.integers(0, 127)).map(sorted).map(tuple)


def inside(lo: int, hi: int) -> list[tuple[int, int]]:
    """All aligned blocks inside a run, as (size, address)."""
    sizes = [1 << power for power in range(BITS + 1)]
    return [(s, at) for s in sizes for at in range(0, 128, s) if lo <= at and at + s - 1 <= hi]


@given(RUNS)
def test_largest_is_the_largest_of_all_blocks_and_reads_least_backwards(run: tuple[int, int]) -> None:
    size = max(s for s, _ in inside(*run))
    at = min((at for s, at in inside(*run) if s == size), key=lambda n: f"{n:07b}"[::-1])
    assert largest(*run, BITS) == (BITS + 1 - size.bit_length(), at)


@given(RUNS)
def test_blocks_are_the_run_and_none_is_part_of_a_larger_one(run: tuple[int, int]) -> None:
    parts = list(blocks(*run))
    assert [n for at, size in parts for n in range(at, at + size)] == list(range(run[0], run[1] + 1))
    assert all((2 * size, at // (2 * size) * 2 * size) not in inside(*run) for at, size in parts)


@given(RUNS, st.integers(0, BITS))
def test_tightest_is_the_place_whose_largest_block_is_smallest(run: tuple[int, int], power: int) -> None:
    size = 1 << power
    places = [at for s, at in inside(*run) if s == size]
    if places:
        assert tightest(*run, size) == min(
            places, key=lambda n: (max(s for s, at in inside(*run) if at <= n < at + s), n)
        )


@given(st.integers(0, 127))
def test_rank_turns_round(n: int) -> None:
    assert reversed_bits(reversed_bits(n, BITS), BITS) == n


@given(RUNS, st.data())
def test_without_leaves_the_rest(run: tuple[int, int], data: st.DataObject) -> None:
    first = data.draw(st.integers(*run))
    last = data.draw(st.integers(first, run[1]))
    left = [n for lo, hi in without(*run, first, last) for n in range(lo, hi + 1)]
    assert left == [n for n in range(run[0], run[1] + 1) if not first <= n <= last]
