"""Prefixes in columns: many blocks of addresses of both families, as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import prefix as kernel
from easterly.address.text import BITS, Prefix, read
from easterly.base.columns import frozen
from easterly.base.schema import Doc

WordColumn = NDArray[np.uint64]
ByteColumn = NDArray[np.uint8]
_HALF = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Blocks of addresses, in any order, equal ones and both families among them.

    Attributes
    ----------
    family : (N,) uint8
        4 or 6.
    hi, lo : (N,) uint64
        Halves of the first address. An IPv4 address is a number in `lo`.
    length : (N,) uint8
        Leading bits that all addresses of the block share.
    """

    family: Annotated[ByteColumn, Doc("4 or 6.")]
    hi: Annotated[WordColumn, Doc("Upper half of the first address; 0 in IPv4.")]
    lo: Annotated[WordColumn, Doc("Lower half of the first address; all of it in IPv4.")]
    length: Annotated[ByteColumn, Doc("Leading bits that the addresses of the block share.")]

    @classmethod
    def of(cls, rows: Iterable[Prefix | str]) -> Prefixes:
        """Prefixes one by one, as nouns or as text.

        Raises
        ------
        AddressError
            For text that is no prefix.

        Examples
        --------
        >>> Prefixes.of(["10.0.0.0/8", "fd00::/8"]).family.tolist()
        [4, 6]
        """
        made = [read(row) if isinstance(row, str) else row for row in rows]
        return cls(
            bytes_of([p.family for p in made]), words([p.first >> 64 for p in made]),
            words([p.first & _HALF for p in made]), bytes_of([p.length for p in made]),
        )  # fmt: skip

    @classmethod
    def of_family(cls, family: int, hi: ArrayLike, lo: ArrayLike, length: ArrayLike) -> Prefixes:
        """Columns of one family."""
        count = np.asarray(length).shape
        return cls(bytes_of(np.full(count, family)), words(hi), words(lo), bytes_of(length))

    def __len__(self) -> int:
        return len(self.length)

    def __getitem__(self, row: int) -> Prefix:
        family, hi, lo = int(self.family[row]), int(self.hi[row]), int(self.lo[row])
        return Prefix(family, hi << 64 | lo, int(self.length[row]))

    def __iter__(self) -> Iterator[Prefix]:
        rows = zip(self.family.tolist(), self.hi.tolist(), self.lo.tolist(), self.length.tolist(), strict=True)
        return (Prefix(family, hi << 64 | lo, length) for family, hi, lo, length in rows)

    @property
    def bits(self) -> ByteColumn:
        """(N,) bits of an address of each family: 32 or 128."""
        return frozen(np.where(self.family == 4, BITS[4], BITS[6]).astype(np.uint8))

    def take(self, rows: ArrayLike) -> Prefixes:
        """Some rows, by number or by mask."""
        at = np.asarray(rows)
        return Prefixes(*(frozen(each[at]) for each in (self.family, self.hi, self.lo, self.length)))

    def rows_of(self, family: int) -> NDArray[np.int64]:
        """(K,) row numbers of one family."""
        return np.flatnonzero(self.family == family).astype(np.int64)

    def text(self, *, bare: bool = False) -> list[str]:
        """Text of each, RFC 5952 for IPv6; `bare` leaves the length away where it is full.

        Examples
        --------
        >>> Prefixes.of(["10.0.0.0/8", "2001:db8:0:0::/128"]).text(bare=True)
        ['10.0.0.0/8', '2001:db8::']
        """
        return kernel.format(self.family, self.hi, self.lo, self.length, bare).decode("ascii").split("\n")[:-1]


def joined(*lists: Prefixes) -> Prefixes:
    """Lists, one after the other."""
    columns = zip(*((each.family, each.hi, each.lo, each.length) for each in lists), strict=True)
    family, hi, lo, length = (frozen(np.concatenate(column)) for column in columns)
    return Prefixes(family, hi, lo, length)


def words(values: ArrayLike) -> WordColumn:
    """Read-only uint64 column."""
    return frozen(np.array(values, dtype=np.uint64))


def bytes_of(values: ArrayLike) -> ByteColumn:
    """Read-only uint8 column."""
    return frozen(np.array(values, dtype=np.uint8))


def halves(numbers: Iterable[int]) -> tuple[WordColumn, WordColumn]:
    """Upper and lower halves of addresses."""
    every = list(numbers)
    return words([n >> 64 for n in every]), words([n & _HALF for n in every])


def by_family(*lists: Prefixes) -> Iterator[tuple[int, int, tuple[NDArray[np.int64], ...]]]:
    """For each family that any of the lists has: the family, its bits, and the rows of each list."""
    for family, bits in BITS.items():
        rows = tuple(each.rows_of(family) for each in lists)
        if any(map(len, rows)):
            yield family, bits, rows


def some(prefixes: Prefixes, rows: NDArray[np.int64]) -> Prefixes:
    """Distinct rows in their order; the list itself where that is all of it, as no copy is needed."""
    return prefixes if len(rows) == len(prefixes) else prefixes.take(rows)
