"""Sets of addresses as prefixes: unions, differences, intersections, ranges, and which prefix holds which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from easterly._kernel import prefix as kernel
from easterly.address.prefixes import Prefixes, by_family, halves, joined, some
from easterly.address.text import BITS, Prefix, read_host
from easterly.base.columns import IndexColumn, frozen

FIRST, SECOND, BOTH = 1, 2, 4
_NOTHING = Prefixes.of([])


def summarise(prefixes: Prefixes) -> Prefixes:
    """The fewest prefixes that hold exactly the addresses of a list: nothing more, nothing less.

    A maximal aligned block inside the set is in every exact cover, so the answer is unique. Sorting by digits and one
    pass, O(N) for a fixed number of bits.

    Parameters
    ----------
    prefixes : Prefixes
        (N,) in any order.

    Returns
    -------
    Prefixes
        (R,) in order, IPv4 first; no two overlap.

    Examples
    --------
    >>> summarise(Prefixes.of(["10.0.1.0/24", "10.0.0.0/24", "10.0.2.0/23", "10.0.2.0/24"])).text()
    ['10.0.0.0/22']
    >>> summarise(Prefixes.of(["192.168.1.0/24", "192.168.2.0/24"])).text()  # one /23 would hold more
    ['192.168.1.0/24', '192.168.2.0/24']
    """
    return _combined(prefixes, _NOTHING, FIRST)


def subtract(prefixes: Prefixes, minus: Prefixes) -> Prefixes:
    """Addresses of the first list that are in none of the second, as the fewest prefixes.

    Examples
    --------
    >>> subtract(Prefixes.of(["10.0.0.0/8"]), Prefixes.of(["10.64.0.0/10", "10.128.0.0/9"])).text()
    ['10.0.0.0/10']
    """
    return _combined(prefixes, minus, FIRST)


def intersect(prefixes: Prefixes, others: Prefixes) -> Prefixes:
    """Addresses that are in both lists, as the fewest prefixes.

    Examples
    --------
    >>> intersect(Prefixes.of(["10.0.0.0/23"]), Prefixes.of(["10.0.1.0/24", "10.0.2.0/24"])).text()
    ['10.0.1.0/24']
    """
    return _combined(prefixes, others, BOTH)


def symmetric(prefixes: Prefixes, others: Prefixes) -> Prefixes:
    """Addresses that are in one list and not in the other, as the fewest prefixes."""
    return _combined(prefixes, others, FIRST | SECOND)


def _combined(one: Prefixes, two: Prefixes, keep: int) -> Prefixes:
    made = []
    for family, bits, (a, b) in by_family(one, two):
        p, q = some(one, a), some(two, b)
        hi, lo, length = kernel.combine(bits, p.hi, p.lo, p.length, q.hi, q.lo, q.length, keep)
        columns = (np.full(len(length), family, dtype=np.uint8), hi, lo, length)
        made.append(Prefixes(*(frozen(each) for each in columns)))
    return joined(*made) if made else _NOTHING


def range_prefixes(first: str, last: str) -> Prefixes:
    """The fewest prefixes that hold exactly the addresses from one to another, both counted in.

    Parameters
    ----------
    first, last : str
        Addresses of one family.

    Returns
    -------
    Prefixes
        In order; at most 2 b - 2 for addresses of b bits.

    Raises
    ------
    AddressError
        For text that is no address.
    ValueError
        Where the families differ, or the last comes before the first.

    Examples
    --------
    >>> range_prefixes("192.168.1.10", "192.168.1.20").text()
    ['192.168.1.10/31', '192.168.1.12/30', '192.168.1.16/30', '192.168.1.20/32']
    """
    low, high = read_host(first), read_host(last)
    if low.family != high.family:
        raise ValueError(f"{first} is IPv{low.family} and {last} is IPv{high.family}: write both in one family")
    if low.first > high.first:
        raise ValueError(f"{first} comes after {last}: write the lower address first")
    _, hi, lo, length = kernel.ranges(BITS[low.family], *halves([low.first]), *halves([high.first]))
    return Prefixes.of_family(low.family, hi, lo, length)


def covering(table: Prefixes, asked: Prefixes) -> IndexColumn:
    """Row of the longest prefix of a table that holds all of each prefix asked for; an equal one does.

    Returns
    -------
    (Q,) int
        -1 where none does; the first of equal rows.

    Examples
    --------
    >>> covering(Prefixes.of(["10.0.0.0/8", "10.1.0.0/16"]), Prefixes.of(["10.1.2.0/24", "10.0.0.0/7"])).tolist()
    [1, -1]
    """
    found = np.full(len(asked), -1, dtype=np.int64)
    for _, bits, (t, q) in by_family(table, asked):
        p, a = some(table, t), some(asked, q)
        row = kernel.covering(bits, p.hi, p.lo, p.length, a.hi, a.lo, a.length)
        found[q[row >= 0]] = t[row[row >= 0]]
    return frozen(found)


def parents(prefixes: Prefixes) -> IndexColumn:
    """Row of the nearest other prefix that holds each; of equal prefixes the earlier holds the later.

    Returns
    -------
    (N,) int
        -1 for those that nothing holds. Where all are -1, no two overlap.

    Examples
    --------
    >>> parents(Prefixes.of(["10.0.0.0/8", "10.1.2.0/24", "10.1.0.0/16", "fd00::/8"])).tolist()
    [-1, 2, 0, -1]
    """
    found = np.full(len(prefixes), -1, dtype=np.int64)
    for _, bits, (rows,) in by_family(prefixes):
        p = some(prefixes, rows)
        up = kernel.parents(bits, p.hi, p.lo, p.length)
        found[rows[up >= 0]] = rows[up[up >= 0]]
    return frozen(found)


def overlaps(prefixes: Prefixes, others: Prefixes) -> tuple[IndexColumn, IndexColumn]:
    """Pairs of a row of each list that share addresses: each row with the nearest that holds it, both ways.

    Prefixes overlap only where one holds the other. A row that holds several appears once for each of them; a row that
    several hold appears with the longest of these.

    Returns
    -------
    (K,) int, (K,) int
        Rows of the first list and of the second, in order. None where the lists are disjoint.

    Examples
    --------
    >>> first, second = overlaps(Prefixes.of(["10.0.0.0/8", "fd00::/8"]), Prefixes.of(["10.1.0.0/16", "10.2.0.0/16"]))
    >>> first.tolist(), second.tolist()
    ([0, 0], [0, 1])
    """
    below, above = covering(prefixes, others), covering(others, prefixes)
    inner, outer = np.flatnonzero(below >= 0), np.flatnonzero(above >= 0)
    pairs = np.concatenate([np.stack([below[inner], inner], 1), np.stack([outer, above[outer]], 1)])
    pairs = np.unique(pairs, axis=0)
    return frozen(np.ascontiguousarray(pairs[:, 0])), frozen(np.ascontiguousarray(pairs[:, 1]))


def addresses_in(prefixes: Prefixes) -> int:
    """Number of addresses of a list, each counted once.

    Examples
    --------
    >>> addresses_in(Prefixes.of(["10.0.0.0/24", "10.0.0.0/25", "10.0.1.0/32"]))
    257
    """
    cover = summarise(prefixes)
    counts = np.unique(np.stack([cover.family, cover.length]), axis=1, return_counts=True)
    (families, lengths), repeats = counts[0].tolist(), counts[1].tolist()
    rows = zip(families, lengths, repeats, strict=True)
    return sum(count << (BITS[family] - length) for family, length, count in rows)


def supernet(prefixes: Prefixes) -> Prefix:
    """The smallest single prefix that holds all of a list of one family; unlike a summary, it may hold more.

    Raises
    ------
    ValueError
        An empty list, or one of both families.

    Examples
    --------
    >>> str(supernet(Prefixes.of(["192.168.1.0/24", "192.168.2.0/24"])))
    '192.168.0.0/22'
    """
    cover = summarise(prefixes)
    if len(cover) == 0 or cover.family[0] != cover.family[-1]:
        raise ValueError("a prefix of one family holds a list of that family, with at least one row")
    first, last = cover[0], cover[len(cover) - 1].last
    free = (first.first ^ last).bit_length()
    return Prefix(first.family, first.first >> free << free, BITS[first.family] - free)


def parts(prefix: Prefix, length: int, most: int = 1 << 20) -> Prefixes:
    """All blocks of one length in a prefix, in order.

    Raises
    ------
    ValueError
        A length shorter than the prefix's, or beyond the family's; more than `most` blocks.

    Examples
    --------
    >>> from easterly.address.text import read
    >>> parts(read("10.0.0.0/22"), 24).text()
    ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24']
    """
    bits = BITS[prefix.family]
    if not prefix.length <= length <= bits:
        raise ValueError(f"{prefix} has no /{length}: the length is between {prefix.length} and {bits}")
    count = 1 << (length - prefix.length)
    if count > most:
        raise ValueError(f"{prefix} has {count:,} blocks of /{length}, more than {most:,}: write a shorter length")
    return blocks(prefix, length, range(count))


def blocks(prefix: Prefix, length: int, indices: Sequence[int]) -> Prefixes:
    """Blocks of one length in a prefix, by their numbers from 0 on."""
    size = 1 << (BITS[prefix.family] - length)
    hi, lo = halves(prefix.first + index * size for index in indices)
    return Prefixes.of_family(prefix.family, hi, lo, np.full(len(indices), length))


class Table:
    """Prefixes, compiled for longest matches of many addresses.

    A trie of 64 slots a node with bit masks in place of pointers (Asai & Ohara 2015, "Poptrie", SIGCOMM).

    Parameters
    ----------
    prefixes : Prefixes
        (N,) both families; of equal ones the first answers.

    Examples
    --------
    >>> table = Table(Prefixes.of(["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"]))
    >>> table.longest(Prefixes.of(["10.1.2.3/32", "10.2.0.0/32", "192.0.2.1/32", "2001:db9::/128"])).tolist()
    [2, 1, 0, -1]
    """

    def __init__(self, prefixes: Prefixes) -> None:
        self._rows, self._lookup = {}, {}
        for family, bits, (rows,) in by_family(prefixes):
            p = some(prefixes, rows)
            self._rows[family], self._lookup[family] = rows, kernel.Lookup(bits, p.hi, p.lo, p.length)

    def longest(self, addresses: Prefixes) -> IndexColumn:
        """Row of the longest prefix that holds the first address of each row; -1 where none does.

        Parameters
        ----------
        addresses : Prefixes
            (Q,) their lengths are not looked at.

        Returns
        -------
        (Q,) int
        """
        found = np.full(len(addresses), -1, dtype=np.int64)
        for family, lookup in self._lookup.items():
            asked = addresses.rows_of(family)
            part = some(addresses, asked)
            # One more row at the end stands for none: -1 counts from there.
            found[asked] = np.append(self._rows[family], -1)[lookup.longest(part.hi, part.lo)]
        return frozen(found)

    @property
    def memory_B(self) -> int:
        """Bytes of the tries."""
        return sum(lookup.state["memory_B"] for lookup in self._lookup.values())
