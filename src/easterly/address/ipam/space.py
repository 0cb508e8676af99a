"""The free space of one pool during a batch: the rows that were read, and what became of them."""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol

from easterly.address.ipam.free import largest, tightest, without
from easterly.address.text import reversed_bits

Run = tuple[int, int]
Key = tuple[int, int]
PAGE = 64


class Source(Protocol):
    """Where free intervals are read from, in three orders; `after` is the last key that was read."""

    def ascending(self, after: int, limit: int) -> Sequence[Run]:
        """Intervals by address, from beyond `after`."""

    def fitting(self, length: int, after: Key, limit: int) -> Sequence[Run]:
        """Intervals into which a block of `length` fits, the tightest first, then by address."""

    def ranked(self, after: Key, limit: int) -> Sequence[Run]:
        """Intervals with the largest block first, then by rank."""


class Space:
    """Free intervals of a pool: those that are needed are read, in the order in which they are needed.

    Between transactions nothing is kept. Inside one, an order has been read up to some key; what was read and what
    the batch made itself are known, and the first of an order is known when it does not lie beyond that key.
    """

    def __init__(self, source: Source, bits: int) -> None:
        self._source, self._bits = source, bits
        self._read: dict[int, int] = {}  # as stored: lo to hi
        self._now: dict[int, int] = {}
        self._los: list[int] = []  # of `_now`, sorted
        self._below: int | None = -1  # every interval that begins at or below it is known; None: all are
        self._orders: dict[int, _Order] = {}  # by length; -1 for the order of sparse blocks

    def know(self, runs: Sequence[Run]) -> None:
        """Take over intervals as they are stored; those that are known already may have changed since."""
        for lo, hi in runs:
            if lo not in self._read:
                self._read[lo] = hi
                self._add(lo, hi)

    def changes(self) -> tuple[list[int], list[Run]]:
        """Begins of stored intervals that are no more, and intervals to be stored."""
        gone = [lo for lo, hi in self._read.items() if self._now.get(lo) != hi]
        return gone, [(lo, hi) for lo, hi in self._now.items() if self._read.get(lo) != hi]

    def hosts(self, count: int, lo: int, hi: int) -> list[Run] | None:
        """Take the lowest free addresses between two, as runs; None where there are not as many."""
        found: list[Run] = []
        at, missing = 0, count
        while missing:
            if at == len(self._los) or (self._below is not None and self._los[at] > self._below):
                if self._below is None:
                    return None
                self._read_on(missing)
                at, found, missing = 0, [], count  # what was read may lie below what the batch gave back
                continue
            start = self._los[at]
            first, last = max(start, lo), min(self._now[start], hi)
            if first <= last:
                last = min(last, first + missing - 1)
                found.append((first, last))
                missing -= last - first + 1
            at += 1
        for first, last in found:
            self.take(first, last)
        return found

    def _read_on(self, missing: int) -> None:
        """Read more intervals by address."""
        assert self._below is not None
        limit = min(4096, max(PAGE // 4, missing + 2))
        runs = self._source.ascending(self._below, limit)
        self._below = runs[-1][0] if len(runs) == limit else None
        self.know(runs)

    def block(self, length: int) -> int | None:
        """Take a block of a length where it leaves the most: the tightest interval, then the lowest address."""
        run = self._first(length)
        if run is None:
            return None
        size = 1 << (self._bits - length)
        at = tightest(*run, size)
        self.take(at, at + size - 1)
        return at

    def sparse(self, length: int) -> int | None:
        """Take a block of a length as far from all others as can be: RFC 3531 section 3, leftmost."""
        run = self._first(-1)
        if run is None or largest(*run, self._bits)[0] > length:
            return None
        at = largest(*run, self._bits)[1]
        self.take(at, at + (1 << (self._bits - length)) - 1)
        return at

    def holds(self, first: int, last: int) -> bool:
        """Whether a run is free; its interval has to be known."""
        at = bisect_right(self._los, first) - 1
        return at >= 0 and self._now[self._los[at]] >= last

    def take(self, first: int, last: int) -> None:
        """Take a run that is free."""
        at = bisect_right(self._los, first) - 1
        lo = self._los.pop(at)
        for part in without(lo, self._now.pop(lo), first, last):
            self._add(*part)

    def give(self, first: int, last: int) -> None:
        """Give a run back; its neighbours have to be known."""
        at = bisect_left(self._los, first)
        if at < len(self._los) and self._los[at] == last + 1:
            last = self._now.pop(self._los.pop(at))
        if at and self._now[self._los[at - 1]] == first - 1:
            first = self._los.pop(at - 1)
            del self._now[first]
        self._add(first, last)

    def _add(self, lo: int, hi: int) -> None:
        self._now[lo] = hi
        self._los.insert(bisect_left(self._los, lo), lo)
        for length, order in self._orders.items():
            self._offer(order, length, lo, hi)

    def _offer(self, order: _Order, length: int, lo: int, hi: int) -> None:
        fit, block = largest(lo, hi, self._bits)
        if length < 0:
            heapq.heappush(order.heap, ((fit, reversed_bits(block, self._bits)), lo, hi))
        elif fit <= length:
            heapq.heappush(order.heap, ((-fit, lo), lo, hi))

    def _first(self, length: int) -> Run | None:
        """First interval of an order, which stays in it."""
        order = self._orders.get(length)
        if order is None:
            order = self._orders[length] = _Order()
            for lo, hi in self._now.items():
                self._offer(order, length, lo, hi)
        while True:
            while order.heap and self._now.get(order.heap[0][1]) != order.heap[0][2]:
                heapq.heappop(order.heap)
            if order.heap and (order.upto is None or order.heap[0][0] <= order.upto):
                return order.heap[0][1], order.heap[0][2]
            if order.upto is None:
                return None
            self._read_order(order, length)

    def _read_order(self, order: _Order, length: int) -> None:
        assert order.upto is not None
        source, last = self._source, order.upto
        runs = source.ranked(last, PAGE) if length < 0 else source.fitting(length, last, PAGE)
        if runs:
            fit, block = largest(*runs[-1], self._bits)
            last = (fit, reversed_bits(block, self._bits)) if length < 0 else (-fit, runs[-1][0])
        order.upto = last if len(runs) == PAGE else None
        self.know(runs)


class _Order:
    """One order of intervals: a heap of those that are known, and the key up to which all are."""

    def __init__(self) -> None:
        self.heap: list[tuple[Key, int, int]] = []
        self.upto: Key | None = (-1000, -1)
