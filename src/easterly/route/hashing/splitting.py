"""From a hash to one of several members: modulo, hash-threshold, highest random weight, tables of buckets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import hash as kernel
from easterly.base.columns import IndexColumn, IntColumn, floats, indices, ints
from easterly.route.hashing.linux import wanted_buckets

METHODS = ("modulo", "threshold", "rendezvous", "resilient")
MOST_ENTRIES = 1 << 24
Weights = int | ArrayLike


def split(
    hashes: ArrayLike,
    members: Weights,
    *,
    method: str = "modulo",
    bits: int = 32,
    names: ArrayLike | None = None,
    buckets: int | None = None,
) -> IntColumn:
    """Member of a group that each hash chooses.

    modulo
        ``hash mod sum(w)`` is an entry of a table in which every member stands as often as its weight says.
    threshold
        The range of the hash is cut into one region per member, in proportion to the weights (RFC 2992).
    rendezvous
        The member with the highest random weight (RFC 2992, section 4: HRW).
    resilient
        ``hash mod buckets`` is an entry of a fresh table of buckets; see `buckets_of` and `rebalanced` for its life.

    Parameters
    ----------
    hashes : (N,) int
        Not negative.
    members : int or (M,) weights
        Number of equal members, or a weight for each; whole numbers but for ``rendezvous``.
    method : str
        One of `METHODS`.
    bits : int
        Width of the hash, for ``threshold``: see `easterly.route.hashing.BITS`.
    names : (M,) int, optional
        What tells members apart in ``rendezvous``; their rows if absent.
    buckets : int, optional
        Of ``resilient``; 128 if absent.

    Returns
    -------
    (N,) int32
        Rows of the members.

    Raises
    ------
    ValueError
        An unknown method, weights that are negative, not whole or all 0.

    Examples
    --------
    >>> split([0, 1, 2, 3], 2).tolist(), split([0, 1, 2, 3], 2, method="threshold", bits=2).tolist()
    ([0, 1, 0, 1], [0, 0, 1, 1])
    """
    hashed = np.asarray(hashes).astype(np.uint64)
    if method == "rendezvous":
        weight = floats(np.ones(members) if isinstance(members, int) else members)
        if len(weight) == 0 or weight.sum() <= 0:
            raise ValueError("there is no member of a weight above 0")
        own = np.arange(len(weight)) if names is None else np.asarray(names)
        return ints(kernel.rendezvous(hashed, np.ascontiguousarray(own, dtype=np.uint64), weight))
    weights = whole(members)
    if method == "modulo":
        return ints(_entries(weights)[hashed % np.uint64(weights.sum())])
    if method == "threshold":
        return _regions(hashed, weights, bits)
    if method == "resilient":
        return ints(buckets_of(weights, buckets or 128)[hashed % np.uint64(buckets or 128)])
    raise ValueError(f"no way to split is called {method!r}; there are {', '.join(METHODS)}")


def whole(members: Weights) -> IndexColumn:
    """Whole weights, not all 0 and at most 2^24 in all.

    Raises
    ------
    ValueError
        Anything else.
    """
    given = np.ones(members) if isinstance(members, int) else np.asarray(members, dtype=np.float64)
    if given.ndim != 1 or len(given) == 0 or not np.isfinite(given).all() or (given != np.floor(given)).any():
        raise ValueError("weights must be whole numbers, at least one of them")
    if given.min() < 0 or not 0 < given.sum() <= MOST_ENTRIES:
        raise ValueError("weights must not be negative, and lie between 1 and 2^24 in all")
    return indices(given.astype(np.int64))


def _entries(weights: IndexColumn) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(weights)), weights)


def _regions(hashed: NDArray[np.uint64], weights: IndexColumn, bits: int) -> IntColumn:
    if not 1 <= bits <= 64:
        raise ValueError("a hash has from 1 to 64 bits")
    total, upto = int(weights.sum()), np.cumsum(weights).tolist()
    ends = [-(-(int(w) << bits) // total) for w in upto[:-1]]  # the first hash of the next region
    return ints(np.searchsorted(np.array(ends, dtype=np.uint64), hashed, side="right"))


def buckets_of(members: Weights, buckets: int = 128) -> IntColumn:
    """A fresh table of buckets, each member in as many as its weight is due, in a row.

    Parameters
    ----------
    members : int or (M,) int
    buckets : int

    Returns
    -------
    (buckets,) int32
    """
    return ints(np.repeat(np.arange(len(whole(members))), wanted_buckets(whole(members), buckets)))


def rebalanced(table: IntColumn, members: Weights, *, busy: NDArray[np.bool_] | None = None) -> IntColumn:
    """The table after the members' weights have changed: only buckets of members that hold too many move.

    As in Linux's resilient next-hop groups (`Documentation/networking/nexthop-group-resilient.rst`): buckets of a
    member that has gone move at once; those of a member that holds more than it is due move when they are idle; they
    go to members that hold too few. Here these are served in the order of their rows.

    Parameters
    ----------
    table : (B,) int32
        Member of each bucket.
    members : int or (M,) int
        New weights of the same members; 0 for one that has gone. New members follow the old ones.
    busy : (B,) bool, optional
        Buckets that carried a packet lately; they stay, unless their member has gone.

    Returns
    -------
    (B,) int32

    Examples
    --------
    >>> rebalanced(buckets_of(4, 8), [1, 0, 1, 1]).tolist()
    [0, 0, 0, 3, 2, 2, 3, 3]
    """
    weights = whole(members)
    if len(table) and not (table.min() >= 0 and table.max() < len(weights)):
        raise ValueError("the table names members that have no weight")
    due = wanted_buckets(weights, len(table))
    held, made = np.bincount(table, minlength=len(weights)), table.copy()
    waiting = [m for m in range(len(weights)) for _ in range(int(due[m] - held[m]))]
    for bucket, member in enumerate(table.tolist()):
        gone = weights[member] == 0
        if not waiting or held[member] <= due[member] or (busy is not None and busy[bucket] and not gone):
            continue
        held[member] -= 1
        made[bucket] = waiting.pop(0)
    return ints(made)


def moved(before: IntColumn, after: IntColumn) -> float:
    """Share of connections whose member has changed; NaN without any connection."""
    return float(np.mean(np.asarray(before) != np.asarray(after))) if len(before) else math.nan


def disruption(before: Weights, after: Weights, *, method: str = "modulo", buckets: int = 128) -> Fraction:
    """Share of connections that move when a group changes, for hashes that are spread evenly: in closed form.

    ========== =========================== ===========================================
    method     one of n equal ones leaves  one joins
    ========== =========================== ===========================================
    modulo     (n-1)/n, the last one       n/(n+1)
    threshold  1/4 to 1/2 and more         1/2, at the end
    rendezvous 1/n                         1/(n+1)
    resilient  1/n, rounded to buckets     1/(n+1), rounded to buckets
    ========== =========================== ===========================================

    Parameters
    ----------
    before, after : int or (M,) int
        Weights of the same members, 0 for one that is not there: ``[1, 1, 1]`` and ``[1, 0, 1]``. For ``modulo`` and
        ``threshold`` those that follow a member that has left take its place in the table, as switches do.
    method : str
        For ``rendezvous`` no two members may change in opposite directions.
    buckets : int

    Returns
    -------
    Fraction

    Examples
    --------
    >>> [str(disruption([1] * 4, [1, 1, 1, 0], method=m)) for m in METHODS]
    ['3/4', '1/2', '1/4', '1/4']
    """
    one, other = whole(before), whole(after)
    size = max(len(one), len(other))
    one, other = (indices(np.pad(w, (0, size - len(w)))) for w in (one, other))
    if method == "modulo":
        return _modulo(one, other)
    if method == "threshold":
        return 1 - _kept(one, other)
    if method == "rendezvous":
        return _least(one, other)
    if method == "resilient":
        due = [wanted_buckets(w, buckets) for w in (one, other)]
        return Fraction(int(np.maximum(due[0] - due[1], 0).sum()), buckets)
    raise ValueError(f"no way to split is called {method!r}; there are {', '.join(METHODS)}")


def _modulo(one: IndexColumn, other: IndexColumn) -> Fraction:
    """Over all remainders of the least common multiple of both tables' lengths."""
    tables = [_entries(one), _entries(other)]
    period = math.lcm(*(len(table) for table in tables))
    if period > MOST_ENTRIES:
        raise ValueError(f"the tables repeat after {period:,} hashes only; the limit is 2^24")
    rows = np.arange(period)
    changed = tables[0][rows % len(tables[0])] != tables[1][rows % len(tables[1])]
    return Fraction(int(changed.sum()), period)


def _kept(one: IndexColumn, other: IndexColumn) -> Fraction:
    """Overlap of each member's regions before and after (RFC 2992, section 3)."""
    ends = [_shares(np.cumsum(w), int(w.sum())) for w in (one, other)]
    kept, begin = Fraction(0), [Fraction(0), Fraction(0)]
    for a, b in zip(*ends, strict=True):
        kept += max(min(a, b) - max(begin), Fraction(0))
        begin = [a, b]
    return kept


def _least(one: IndexColumn, other: IndexColumn) -> Fraction:
    """What must move at least: the sum of what each member loses."""
    if (other > one).any() and (other < one).any():
        raise ValueError("the closed form of rendezvous is for members that leave or that join, not both at once")
    shares = [_shares(w, int(w.sum())) for w in (one, other)]
    return sum((max(a - b, Fraction(0)) for a, b in zip(*shares, strict=True)), Fraction(0))


def _shares(weights: Sequence[int] | IndexColumn, total: int) -> list[Fraction]:
    return [Fraction(int(w), total) for w in weights]
