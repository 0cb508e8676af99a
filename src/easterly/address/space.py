"""Numbers out of a space: every object has a place of its own, so that growth moves nobody.

A space is a run of 2**c numbers. Objects come in *groups* (the leaves of a fabric, its spines, ...), and group
g starts at the bit-reversal of g in the space: 0, 1/2, 1/4, 3/4, 1/8, ... This is the "leftmost" assignment
of RFC 3531 section 3, which keeps the room between groups as large as possible for as long as possible; and a
start never depends on how many groups there are, nor a place on how many objects its group has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from easterly.base.columns import BoolColumn, IndexColumn


@dataclass(frozen=True, slots=True)
class Wish:
    """What the objects of one space ask for.

    Attributes
    ----------
    group : (N,) int
        Group of each object.
    place : (N,) int
        Place in the group; unique in it, and not a matter of how many objects there are.
    size : (N,) int
        Numbers that the object takes: a power of two, the same all over a group.
    kept : (N,) int
        Number that the object had in an earlier plan, or -1.
    """

    group: IndexColumn
    place: IndexColumn
    size: IndexColumn
    kept: IndexColumn

    @classmethod
    def of(cls, group: object, place: object, size: object = 1, kept: object = -1) -> Wish:
        """Make a wish from anything that broadcasts to one length."""
        columns = np.broadcast_arrays(*(np.asarray(x, dtype=np.int64) for x in (group, place, size, kept)))
        return cls(*(np.ascontiguousarray(np.atleast_1d(x)) for x in columns))

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the objects got.

    Attributes
    ----------
    first : (N,) int
        First number of each object; aligned to its size.
    packed : bool
        True where the space is too small for everybody's own place: numbers then stand side by side, and
        may move when an object is added.
    """

    first: IndexColumn
    packed: bool


class TooSmall(Exception):
    """The space cannot hold what is asked.

    Attributes
    ----------
    bits : int
        Size of the smallest space that holds it with everybody in a place of its own, as a power of two.
    """

    def __init__(self, bits: int) -> None:
        super().__init__(f"needs 2**{bits} numbers")
        self.bits = bits


def start(group: int, bits: int) -> float:
    """Where a group starts in a space of ``2**bits``: its number with the bits reversed (RFC 3531).

    >>> [start(g, 3) for g in range(8)]
    [0.0, 4.0, 2.0, 6.0, 1.0, 5.0, 3.0, 7.0]
    """
    at, step = 0.0, float(2**bits)
    while group:
        step /= 2
        at += step * (group & 1)
        group >>= 1
    return at


def assign(wish: Wish, bits: int) -> Assignment:
    """Give every object its numbers in a space of ``2**bits``.

    Kept numbers stay. Without any, every object gets its own place if the space has room for all places, and
    otherwise the objects are packed in order of falling size. Beside kept numbers, a new object gets its own
    place where that is free, and the first free numbers otherwise.

    Raises
    ------
    TooSmall

    Examples
    --------
    >>> assign(Wish.of([0, 0, 1], [0, 1, 0]), bits=3).first.tolist()
    [0, 1, 4]
    """
    if not len(wish):
        return Assignment(np.zeros(0, dtype=np.int64), False)
    if (wish.kept >= 0).any():
        return _beside_kept(wish, bits)
    if _fits(wish, bits):
        return Assignment(_own_places(wish, bits), False)
    if int(wish.size.sum()) <= 1 << bits:
        return Assignment(_packed(wish), True)
    raise TooSmall(needed_bits(wish))


def needed_bits(wish: Wish) -> int:
    """Size of the smallest space in which everybody has a place of its own, as a power of two."""
    return next(bits for bits in range(129) if _fits(wish, bits))


def _fits(wish: Wish, bits: int) -> bool:
    """Whether every group ends before the next one in use begins, and begins on a border of its size."""
    ends = []
    for group in np.unique(wish.group).tolist():
        here = wish.group == group
        size, begin = int(wish.size[here][0]), start(group, bits)
        ends.append((begin, begin + (int(wish.place[here].max()) + 1) * size, size))
    ends.sort()
    borders = [*(begin for begin, _, _ in ends[1:]), float(2**bits)]
    return all(end <= border and begin % size == 0 for (begin, end, size), border in zip(ends, borders, strict=True))


def _own_places(wish: Wish, bits: int) -> IndexColumn:
    groups, of = np.unique(wish.group, return_inverse=True)
    begins = np.array([int(start(group, bits)) for group in groups.tolist()], dtype=np.int64)
    return begins[of] + wish.place * wish.size


def _packed(wish: Wish) -> IndexColumn:
    """Side by side, largest first: sizes are powers of two, so each start is aligned."""
    order = np.lexsort((wish.place, wish.group, -wish.size))
    first = np.empty(len(wish), dtype=np.int64)
    first[order] = np.cumsum(wish.size[order]) - wish.size[order]
    return first


def _beside_kept(wish: Wish, bits: int) -> Assignment:
    """Keep what there was; put the new objects into their places or into the first gaps."""
    valid = (wish.kept >= 0) & (wish.kept + wish.size <= 1 << bits) & (wish.kept % wish.size == 0)
    valid &= ~_doubled(wish.kept, wish.size, valid)
    first = np.where(valid, wish.kept, -1)
    new = ~valid
    if not new.any():
        return Assignment(first, False)
    own = _own_places(wish, bits) if _aligned(wish, bits) else np.full(len(wish), 1 << bits, dtype=np.int64)
    happy = new & (own + wish.size <= 1 << bits) & ~_taken(own, wish.size, first[valid], wish.size[valid])
    happy &= ~_doubled(own, wish.size, happy)
    first[happy] = own[happy]
    left = np.flatnonzero(new & ~happy)
    if len(left):
        _fill_gaps(first, wish, left, bits)
    return Assignment(first, False)


def _aligned(wish: Wish, bits: int) -> bool:
    """Whether every group in use begins at a whole number that its size divides."""
    pairs = set(zip(wish.group.tolist(), wish.size.tolist(), strict=True))
    return all(start(group, bits) % size == 0 for group, size in pairs)


def _taken(first: IndexColumn, size: IndexColumn, held: IndexColumn, held_size: IndexColumn) -> BoolColumn:
    """Which of the runs meet a held one. The held ones are disjoint, so looking at two neighbours is enough."""
    order = np.argsort(held, kind="stable")
    begins, ends = held[order], held[order] + held_size[order]
    below = np.searchsorted(begins, first, side="right") - 1
    inside = (below >= 0) & (ends[np.maximum(below, 0)] > first)
    above = np.minimum(below + 1, len(begins) - 1)
    return np.asarray(inside | ((below + 1 < len(begins)) & (begins[above] < first + size)))


def _doubled(first: IndexColumn, size: IndexColumn, among: BoolColumn) -> BoolColumn:
    """Which of the runs marked in `among` begin inside an earlier one (in order of their numbers)."""
    doubled = np.zeros(len(first), dtype=np.bool_)
    rows = np.flatnonzero(among)
    rows = rows[np.lexsort((rows, first[rows]))]
    reach = np.maximum.accumulate(first[rows] + size[rows]) if len(rows) else first[rows]
    doubled[rows[1:]] = first[rows[1:]] < reach[:-1]
    return doubled


def _fill_gaps(first: IndexColumn, wish: Wish, left: IndexColumn, bits: int) -> None:
    """First fit, largest first, in order of the places."""
    held = first >= 0
    order = np.argsort(first[held])
    begins = [*first[held][order].tolist(), 1 << bits]
    ends = [0, *(first[held] + wish.size[held])[order].tolist()]
    gaps = [(end, begin) for end, begin in zip(ends, begins, strict=True) if begin > end]
    for row in left[np.lexsort((wish.place[left], wish.group[left], -wish.size[left]))].tolist():
        first[row] = _take(gaps, int(wish.size[row]), wish)


def _take(gaps: list[tuple[int, int]], size: int, wish: Wish) -> int:
    """Cut an aligned run out of the first gap that holds one."""
    for i, (low, high) in enumerate(gaps):
        at = -(-low // size) * size
        if at + size <= high:
            gaps[i : i + 1] = [gap for gap in ((low, at), (at + size, high)) if gap[1] > gap[0]]
            return at
    raise TooSmall(max(needed_bits(replace(wish, kept=np.full(len(wish), -1, dtype=np.int64))), 1))
