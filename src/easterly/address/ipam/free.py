"""Free space as maximal intervals: what fits into one, where it goes, what is left. Nothing here knows of a store.

An interval is a pair (lo, hi) of the first and the last free address. Its *fit* is the length of the largest
aligned block inside it, its *rank* the address of that block with its bits reversed: the order of the "leftmost"
assignment of RFC 3531 section 3.
"""

from __future__ import annotations

from collections.abc import Iterator


def largest(lo: int, hi: int, bits: int) -> tuple[int, int]:
    """Length and address of the largest aligned block; of two, the one that RFC 3531 takes first.

    Parameters
    ----------
    lo, hi : int
        The interval, not empty.
    bits : int
        Bits of an address: 32 or 128.

    Returns
    -------
    length, address : int

    Examples
    --------
    >>> largest(1, 15, 32), largest(0, 0, 32), largest(4, 11, 32)
    ((29, 8), (32, 0), (30, 8))
    """
    power = (hi - lo + 1).bit_length() - 1
    start = -(-lo >> power) << power
    if start + (1 << power) - 1 > hi:
        power -= 1
        start = -(-lo >> power) << power
    # There may be a second one beside it (a third would make a larger block); its number is then even, so that
    # its reversed bits are less.
    after = start + (1 << power)
    return bits - power, after if after + (1 << power) - 1 <= hi else start


def blocks(lo: int, hi: int) -> Iterator[tuple[int, int]]:
    """The fewest aligned blocks that make up an interval, in order of address, as (address, size).

    >>> list(blocks(1, 10))
    [(1, 1), (2, 2), (4, 4), (8, 2), (10, 1)]
    """
    while lo <= hi:
        room = (hi - lo + 1).bit_length() - 1
        power = min(room, (lo & -lo).bit_length() - 1) if lo else room
        yield lo, 1 << power
        lo += 1 << power


def tightest(lo: int, hi: int, size: int) -> int:
    """Where a block of `size` goes in an interval so that larger blocks stay whole.

    The address of the smallest of `blocks` that holds it, the lowest of several.

    Raises
    ------
    ValueError
        Where it does not fit.

    Examples
    --------
    >>> tightest(0, 11, 4), tightest(1, 15, 2)
    (8, 2)
    """
    return min((have, at) for at, have in blocks(lo, hi) if have >= size)[1]


def without(lo: int, hi: int, first: int, last: int) -> list[tuple[int, int]]:
    """What is left of an interval when a part of it is taken.

    >>> without(0, 9, 3, 4), without(0, 9, 0, 9)
    ([(0, 2), (5, 9)], [])
    """
    return [part for part in ((lo, first - 1), (last + 1, hi)) if part[0] <= part[1]]
