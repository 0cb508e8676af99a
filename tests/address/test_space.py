"""Numbers out of a space: disjoint, aligned, and not moved by growth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from easterly.address.space import Assignment, TooSmall, Wish, assign, needed_bits, start

SIZES = st.lists(st.sampled_from([1, 2, 4, 8]), min_size=1, max_size=6)


def numbers(wish: Wish, given: Assignment) -> list[int]:
    return [
        n
        for first, size in zip(given.first.tolist(), wish.size.tolist(), strict=True)
        for n in range(first, first + size)
    ]


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """Groups with a size each, and some places in each."""
    sizes = draw(SIZES)
    rows = [(group, place, size) for group, size in enumerate(sizes)
            for place in sorted(draw(st.sets(st.integers(0, 9), min_size=1, max_size=6)))]  # fmt: skip
    return Wish.of(*zip(*rows, strict=True))


def test_groups_start_as_rfc_3531_has_it():
    """Section 3 of the RFC, the leftmost order of three bits: 0 4 2 6 1 5 3 7."""
    assert [start(group, 3) for group in range(8)] == [0, 4, 2, 6, 1, 5, 3, 7]
    assert [start(group, 32) for group in (0, 1, 3)] == [0, 2**31, 3 * 2**30]


@given(wishes(), st.integers(0, 12))
def test_disjoint_aligned_and_inside(wish, bits):
    try:
        given = assign(wish, bits)
    except TooSmall as error:
        assert error.bits > bits
        assert wish.size.sum() > 1 << bits
        assert not assign(wish, error.bits).packed
        return
    taken = numbers(wish, given)
    assert len(taken) == len(set(taken))
    assert max(taken) < 1 << bits
    assert (given.first % wish.size == 0).all()
    assert given.packed == (bits < needed_bits(wish))


@given(wishes(), st.data())
def test_growth_moves_nobody(wish, data):
    """Any part of the objects gets the numbers that it has in the whole: the rest could come later."""
    bits = needed_bits(wish)
    whole = assign(wish, bits).first
    part = np.array(sorted(data.draw(st.sets(st.integers(0, len(wish) - 1), min_size=1))))
    earlier = Wish(wish.group[part], wish.place[part], wish.size[part], wish.kept[part])
    assert assign(earlier, bits).first.tolist() == whole[part].tolist()


@given(wishes(), st.data(), st.integers(0, 4))
def test_what_was_given_is_kept_and_the_rest_is_free(wish, data, slack):
    bits = needed_bits(wish) + slack
    shuffled = data.draw(st.permutations(range(1 << max(bits - 3, 0))))
    count = data.draw(st.integers(0, min(len(wish), len(shuffled))))
    kept = np.full(len(wish), -1)
    kept[:count] = np.array(shuffled[:count], dtype=np.int64) * 8
    held = Wish.of(wish.group, wish.place, wish.size, kept)
    try:
        given = assign(held, bits)
    except TooSmall as error:
        assert error.bits >= needed_bits(wish)
        return
    assert given.first[:count].tolist() == kept[:count].tolist()
    taken = numbers(wish, given)
    assert len(taken) == len(set(taken)) and max(taken) < 1 << bits
    assert (given.first % wish.size == 0).all()


def test_kept_numbers_that_cannot_be_kept_are_given_up():
    """Outside the space, not aligned, or twice the same: the object counts as new."""
    given = assign(Wish.of(0, [0, 1, 2, 3], 2, [0, 0, 7, 100]), bits=4)
    assert given.first.tolist() == [0, 2, 4, 6]


def test_a_new_object_takes_the_first_gap_where_its_place_is_taken():
    given = assign(Wish.of(0, [0, 1, 2], 1, [1, -1, -1]), bits=3)
    assert given.first.tolist() == [1, 0, 2]


def test_nothing_needs_no_room():
    assert assign(Wish.of(np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0)), 0).first.tolist() == []


def test_a_full_space_says_what_would_do():
    with pytest.raises(TooSmall) as caught:
        assign(Wish.of([0, 0, 0, 1], [0, 1, 2, 0], [1, 1, 1, 1], [0, 1, -1, -1]), bits=1)
    assert caught.value.bits == 3


@given(wishes())
def test_order_does_not_matter(wish):
    assume(len(wish) > 1)
    bits = needed_bits(wish)
    back = Wish(wish.group[::-1], wish.place[::-1], wish.size[::-1], wish.kept[::-1])
    for size in (bits, max(int(wish.size.sum() - 1).bit_length(), 0)):
        if wish.size.sum() <= 1 << size:
            assert assign(back, size).first[::-1].tolist() == assign(wish, size).first.tolist()
