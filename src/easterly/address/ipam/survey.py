"""Places of many rows: which pool they lie in, and which of them clash, all in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from easterly._kernel import prefix as kernel
from easterly.address.ipam import schema
from easterly.address.ipam.nouns import Pool, span
from easterly.address.ipam.places import place
from easterly.address.text import AddressError

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]
_HALF = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of addresses.

    Attributes
    ----------
    pool : (N,) int64
        Row of the pool in a list of pools; -1 for none.
    lo, hi : (N, 2) uint64
        First and last address, upper half first.
    length : (N,) int64
        Of the prefix; -1 for a range.
    tag : (N,) int64
        What each is: its line, or below zero -1 - id of an allocation that there is.
    """

    pool: Ints
    lo: Words
    hi: Words
    length: Ints
    tag: Ints

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Runs:
        """Some rows."""
        return Runs(self.pool[rows], self.lo[rows], self.hi[rows], self.length[rows], self.tag[rows])


def joined(parts: Sequence[Runs]) -> Runs:
    """Runs one behind the other."""
    names = ("pool", "lo", "hi", "length", "tag")
    return Runs(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def pair(number: int) -> tuple[int, int]:
    """Halves of an address, the upper one first."""
    return number >> 64, number & _HALF


def octets_of(words: Words) -> list[bytes]:
    """Addresses as they are stored."""
    every: list[bytes] = np.ascontiguousarray(words, ">u8").view("V16").ravel().tolist()
    return every


def lines_of(family: int, lo: Words, hi: Words, lengths: Ints) -> bytes:
    r"""Texts of many runs of addresses, a line for each.

    >>> ends = np.array([[0, 4], [0, 9]], np.uint64)
    >>> lines_of(4, ends, ends, np.array([30, -1]))
    b'0.0.0.4/30\n0.0.0.9-0.0.0.9\n'
    """
    upper, lower = (np.ascontiguousarray(lo[:, half]) for half in (0, 1))
    ranges = np.flatnonzero(lengths < 0).tolist()
    bits = (np.where(lengths < 0, 0, lengths) if ranges else lengths).astype(np.uint8)
    made = kernel.format(np.full(len(bits), family, np.uint8), upper, lower, bits, True)
    if not ranges:
        return made
    texts = made.split(b"\n")
    for i in ranges:
        (a, b), (c, d) = lo[i].tolist(), hi[i].tolist()
        texts[i] = span(family, a << 64 | b, c << 64 | d, -1).encode()
    return b"\n".join(texts)


def texts_of(family: int, lo: Words, hi: Words, lengths: Ints) -> list[str]:
    """The same as a list."""
    return lines_of(family, lo, hi, lengths).decode("ascii").split("\n")[:-1]


def words_of(octets: Sequence[bytes]) -> Words:
    """Inverse of `octets_of`."""
    return np.frombuffer(b"".join(octets), dtype=">u8").astype(np.uint64).reshape(-1, 2)


def read_runs(texts: Sequence[str], lines: Sequence[int]) -> tuple[NDArray[np.int64], Runs, dict[int, str]]:
    """Read many places at once.

    Parameters
    ----------
    texts : sequence of str
        Addresses, prefixes and ranges.
    lines : sequence of int

    Returns
    -------
    family : (N,) int64
        4 or 6; 0 where the text is no place.
    runs : Runs
        Without pools.
    faults : dict of int to str
        Why, by line.
    """
    count = len(texts)
    family, length = np.zeros(count, np.int64), np.full(count, -1, np.int64)
    lo, hi = np.zeros((count, 2), np.uint64), np.zeros((count, 2), np.uint64)
    whole = "\n".join(texts)
    if not whole.isascii() or "#" in whole or whole.count("\n") != count - 1:
        # A remark or a line break inside of a cell would be lost on the reader of lists.
        whole = "\n".join(text if text.isascii() and "#" not in text and "\n" not in text else "?" for text in texts)
    fam, upper, lower, bits, at, _, _ = kernel.parse(whole.encode(), True)
    rows = at.astype(np.int64) - 1
    family[rows], length[rows], lo[rows, 0], lo[rows, 1] = fam, bits, upper, lower
    hi[rows] = _last(family[rows], lo[rows], length[rows])
    faults = {}
    for row in np.flatnonzero(family == 0).tolist():
        try:
            found = place(texts[row].strip())
        except AddressError as error:
            faults[lines[row]] = f"{error}; {error.hint}" if error.hint else str(error)
            continue
        family[row], length[row], lo[row], hi[row] = found.family, found.length, pair(found.lo), pair(found.hi)
    tag = np.asarray(lines, np.int64)
    return family, Runs(np.full(count, -1, np.int64), lo, hi, length, tag), faults


def _last(family: Ints, lo: Words, length: Ints) -> Words:
    """Last addresses of prefixes."""
    host = np.where(family == 4, 32, 128) - length
    shift = np.clip(host, 0, 63).astype(np.uint64)
    one, full = np.uint64(1), np.uint64(_HALF)
    lower = np.where(host >= 64, full, (one << shift) - one)
    over = np.clip(host - 64, 0, 63).astype(np.uint64)
    upper = np.where(host >= 128, full, np.where(host > 64, (one << over) - one, np.uint64(0)))
    return np.column_stack((lo[:, 0] | upper, lo[:, 1] | lower))


def below(a: Words, b: Words) -> NDArray[np.bool_]:
    """Whether addresses are less than others."""
    less: NDArray[np.bool_] = (a[:, 0] < b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] < b[:, 1]))
    return less


def misplaced(family: Ints, runs: Runs, pools: Sequence[Pool], plain: NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
    """Rows that lie outside of their pool, and hosts at its edge; those without a pool are left out.

    Parameters
    ----------
    family : (N,) int64
    runs : Runs
    pools : sequence of Pool
    plain : (N,) bool
        Rows that are addresses of hosts.

    Yields
    ------
    line : int
    why : str
    """
    known = np.flatnonzero((runs.pool >= 0) & (family > 0))
    if not len(known):
        return
    some, at = runs.take(known), runs.pool[known]
    edges = [np.array([pair(n) for n in ends], np.uint64) for ends in zip(*map(_ends, pools), strict=True)]
    first, last, low, high = (edge[at] for edge in edges)
    out = np.array([pool.family for pool in pools])[at] != family[known]
    out |= below(some.lo, first) | below(last, some.hi)
    host = plain[known] & ~out & (below(some.lo, low) | below(high, some.hi))
    for row in np.flatnonzero(out).tolist():
        yield int(some.tag[row]), f"not in pool {pools[at[row]].name} ({pools[at[row]].text})"
    for row in np.flatnonzero(host).tolist():
        yield int(some.tag[row]), f"the first or last address of {pools[at[row]].text} is no host's"


def _ends(pool: Pool) -> tuple[int, int, int, int]:
    return pool.lo, pool.hi, *pool.hosts


def stored(connection: Connection, pools: Sequence[Pool]) -> Iterator[Runs]:
    """Allocations that there are in some pools."""
    columns = schema.allocation.c
    for row, pool in enumerate(pools):
        asked = select(columns.lo, columns.hi, columns.length, columns.id).where(columns.pool == pool.id)
        for part in connection.execute(asked, execution_options={"yield_per": 50_000}).partitions(50_000):
            los, his, lengths, ids = zip(*part, strict=True)
            tags = -1 - np.asarray(ids, np.int64)
            at = np.full(len(part), row, np.int64)
            yield Runs(at, words_of(los), words_of(his), np.asarray(lengths, np.int64), tags)


def clashes(there: Runs, rows: Runs) -> tuple[dict[int, int], dict[int, int]]:
    """Rows that are there already, and rows that cannot be as well.

    Parameters
    ----------
    there : Runs
        Allocations; they are disjoint in each pool.
    rows : Runs
        Of a file; each in a pool.

    Returns
    -------
    same : dict of int to int
        Lines of rows whose place is that of an allocation, with its id.
    no : dict of int to int
        Lines of rows that overlap an allocation, or an earlier row that was let in; with the tag of that one.
    """
    if not len(there.tag) and _in_order(rows):
        return {}, {}
    both = joined([there, rows])
    # What is there comes first of equal places, and then the earlier line.
    order = np.lexsort((both.tag, both.hi[:, 1], both.hi[:, 0], both.lo[:, 1], both.lo[:, 0], both.pool))
    every = both.take(order)
    again = np.zeros(len(order), bool)
    again[1:] = (
        (every.pool[1:] == every.pool[:-1]) & (every.lo[1:] == every.lo[:-1]).all(axis=1)
        & (every.hi[1:] == every.hi[:-1]).all(axis=1) & (every.tag[:-1] < 0)
    )  # fmt: skip
    repeats = np.flatnonzero(again)
    same = dict(zip(every.tag[repeats].tolist(), (-1 - every.tag[repeats - 1]).tolist(), strict=True))
    rest = every.take(~again)
    touching = (rest.pool[1:] == rest.pool[:-1]) & ~below(rest.hi[:-1], rest.lo[1:])
    return same, _losers(rest) if touching.any() else {}


def _in_order(rows: Runs) -> bool:
    """Whether rows follow each other, as those of an export do: none is there twice then."""
    before = below(rows.hi[:-1], rows.lo[1:])
    return bool(((rows.pool[1:] > rows.pool[:-1]) | ((rows.pool[1:] == rows.pool[:-1]) & before)).all())


def _losers(runs: Runs) -> dict[int, int]:
    """Rows that lose in each heap of rows that overlap: what is there wins, then the earlier line."""
    found: dict[int, int] = {}
    numbers = zip(runs.pool.tolist(), runs.lo.tolist(), runs.hi.tolist(), runs.tag.tolist(), strict=True)
    heap: list[tuple[int, int, int]] = []
    now, end = -1, -1
    for pool, (lo_upper, lo), (hi_upper, hi), tag in numbers:
        first, last = lo_upper << 64 | lo, hi_upper << 64 | hi
        if pool != now or first > end:
            found.update(_lost(heap))
            heap, now, end = [], pool, -1
        heap.append((tag, first, last))
        end = max(end, last)
    found.update(_lost(heap))
    return found


def _lost(heap: list[tuple[int, int, int]]) -> Iterable[tuple[int, int]]:
    kept: list[tuple[int, int, int]] = []
    for tag, first, last in sorted(heap) if len(heap) > 1 else ():
        other = next((k for k, a, b in kept if first <= b and a <= last), None)
        if other is None:
            kept.append((tag, first, last))
        elif tag >= 0:
            yield tag, other


def gaps(runs: Iterable[tuple[Words, Words]], first: int, last: int) -> Iterator[tuple[int, int]]:
    """What is free between disjoint runs in order of address.

    Parameters
    ----------
    runs : iterable of ((N, 2) uint64, (N, 2) uint64)
        First and last addresses, piece by piece.
    first, last : int
        Of the pool.

    Raises
    ------
    ValueError
        Where two overlap.
    """
    at = first
    for lo, hi in runs:
        after = hi + np.array([0, 1], np.uint64)
        after[:, 0] += after[:, 1] == 0  # carry
        joint = (after[:-1] == lo[1:]).all(axis=1)
        if (~below(hi[:-1], lo[1:])).any():
            raise ValueError("two allocations of a pool overlap")
        starts = np.concatenate(([0], np.flatnonzero(~joint) + 1))
        ends = np.concatenate((starts[1:] - 1, [len(lo) - 1]))
        for (a, b), (c, d) in zip(lo[starts].tolist(), hi[ends].tolist(), strict=True):
            begin = a << 64 | b
            if begin < at:
                raise ValueError("two allocations of a pool overlap")
            if begin > at:
                yield at, begin - 1
            at = (c << 64 | d) + 1
    if at <= last:
        yield at, last
