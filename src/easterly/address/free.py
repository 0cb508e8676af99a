"""Free space as aligned blocks: what is held is cut out; what is taken is the tightest that fits, or far from all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from easterly.address.text import BITS, Prefix, reversed_bits

Heap = list[tuple[int, int]]


class Full(ValueError):
    """No free block is large enough.

    Attributes
    ----------
    largest : int or None
        Bits of the largest that is free.
    """

    def __init__(self, largest: int | None) -> None:
        super().__init__("nothing that large is free")
        self.largest = largest


@dataclass(slots=True)
class Space:
    """Aligned free blocks of one family, by their bits.

    Examples
    --------
    >>> from easterly.address.text import read
    >>> space = Space.of([read("10.0.0.0/22")])
    >>> str(space.take(8)), str(space.take(9)), str(space.take(8))
    ('10.0.0.0/24', '10.0.2.0/23', '10.0.1.0/24')
    """

    family: int
    free: dict[int, set[int]] = field(default_factory=dict)
    _orders: dict[tuple[int, bool], Heap] = field(default_factory=dict)  # may hold what is free no more

    @classmethod
    def of(cls, prefixes: Iterable[Prefix]) -> Space:
        """All of some disjoint prefixes of one family."""
        rows = list(prefixes)
        made = cls(rows[0].family)
        for prefix in rows:
            made.free.setdefault(BITS[prefix.family] - prefix.length, set()).add(prefix.first)
        return made

    def prefixes(self) -> Iterable[Prefix]:
        """All that is free, in no order."""
        return (
            Prefix(self.family, at, BITS[self.family] - size) for size, firsts in self.free.items() for at in firsts
        )

    def take(self, bits: int, *, sparse: bool = False) -> Prefix:
        """Cut ``2**bits`` addresses out.

        The smallest free block that fits, the lowest of its size; if `sparse`, the largest, and among those the first
        in the order of reversed bits: RFC 3531 section 3, "leftmost".

        Raises
        ------
        Full
        """
        sizes = [size for size, firsts in self.free.items() if firsts and size >= bits]
        if not sizes:
            raise Full(max((size for size, firsts in self.free.items() if firsts), default=None))
        size = max(sizes) if sparse else min(sizes)
        first = self._first(size, sparse)
        self.free[size].remove(first)
        self._give_back(first, size, first, bits)
        return Prefix(self.family, first, BITS[self.family] - bits)

    def hold(self, prefix: Prefix) -> bool:
        """Cut this very prefix out; False, and nothing done, if it is not free as a whole."""
        bits = BITS[self.family] - prefix.length
        for size, firsts in self.free.items():
            around = prefix.first >> size << size
            if size >= bits and around in firsts:
                firsts.remove(around)
                self._give_back(around, size, prefix.first, bits)
                return True
        return False

    def _first(self, size: int, sparse: bool) -> int:
        """The first free block of a size in an order."""
        heap = self._orders.get((size, sparse))
        if heap is None:
            heap = self._orders[size, sparse] = [self._ranked(at, sparse) for at in self.free[size]]
            heapify(heap)
        while heap[0][1] not in self.free[size]:
            heappop(heap)
        return heap[0][1]

    def _ranked(self, at: int, sparse: bool) -> tuple[int, int]:
        return reversed_bits(at, BITS[self.family]) if sparse else at, at

    def _give_back(self, first: int, size: int, kept: int, bits: int) -> None:
        """What is left of a block without one inside it: a sibling of every size between."""
        while size > bits:
            size -= 1
            low, high = first, first + (1 << size)
            first, other = (high, low) if kept >= high else (low, high)
            self.free.setdefault(size, set()).add(other)
            for sparse in (False, True):
                if (heap := self._orders.get((size, sparse))) is not None:
                    heappush(heap, self._ranked(other, sparse))
