"""Lower bounds: step times and objectives that no placement goes below."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, floats
from easterly.model.blocks import Blocks
from easterly.study.place.pattern import Pattern

WIDEST = 256
"""Hosts of a work up to which its cuts are looked at; above, its own interfaces alone bound it."""
PRICES = 200
"""Steps of the search for prices of works."""


def least_s(
    pattern: Pattern, blocks: Blocks, groups: NDArray[np.int64], room: IntColumn, allowed: BoolColumn,
    *, apart: bool = False,
) -> float:  # fmt: skip
    """Step time of a job that no placement goes below, whoever else is there.

    Hosts are given out in the order of the blocks, so each group of a level holds a run of consecutive places, at most
    as many as it has room for. What leaves such a run passes the links out of the group. For every phase and level, the
    run that takes longest is made as short as any cutting into runs allows (bottleneck paths, by dynamic programming);
    phases and levels may be cut differently, links are those of the largest group, hashing is even, nobody else sends.
    Each of these lowers the time, so it is a bound.

    Parameters
    ----------
    pattern : Pattern
    blocks : Blocks
    groups : (levels, B, nics) int
        Group of each interface of a block's hosts; -1 where there is none.
    room : (B,) int
        Hosts that may be had.
    allowed : (B,) bool
    apart : bool
        Not all of its hosts in one block.

    Returns
    -------
    float [s]
        Infinite where it must be apart and has one host.
    """
    if apart and pattern.hosts == 1:
        return math.inf
    transfer = np.array(pattern.own_s)
    if pattern.hosts <= WIDEST:
        for level in range(len(groups)):
            for kin in _kin(groups[level][allowed]):
                longest = pattern.hosts - 1 if apart and level == 0 else pattern.hosts
                runs = _Runs.of(blocks, groups[level][:, kin[0]], room, allowed, longest)
                if runs is not None and runs.longest < pattern.hosts:
                    transfer = np.maximum(transfer, _through(pattern, kin, runs))
    return pattern.steps.step_s(floats(transfer))


class _Runs:
    """Longest run of places that a group can hold, and the capacities of the largest group."""

    def __init__(self, longest: int, out_bps: float, in_bps: float) -> None:
        self.longest, self.out_bps, self.in_bps = longest, out_bps, in_bps

    @staticmethod
    def of(
        blocks: Blocks, group: NDArray[np.int64], room: IntColumn, allowed: BoolColumn, longest: int
    ) -> _Runs | None:
        """None where groups are no runs of blocks, so that nothing is known."""
        own, free = group[allowed], np.asarray(room)[allowed]
        found = np.unique(own)
        if (own < 0).any() or int((np.diff(own) != 0).sum()) + 1 != len(found):
            return None
        held = np.array([free[own == g].sum() for g in found])
        return _Runs(
            min(longest, int(held.max())), float(blocks.out_bps[found].max()), float(blocks.in_bps[found].max())
        )


def _kin(group: NDArray[np.int64]) -> list[list[int]]:
    """Interfaces of a host that share a group, alike in all blocks; none where blocks differ."""
    if not len(group):
        return []
    first = [row.tolist() for row in group]
    alike = [[row.index(g) for g in row] for row in first]
    if any(row != alike[0] for row in alike):
        return []
    return [[p for p, lead in enumerate(alike[0]) if lead == each] for each in sorted(set(alike[0]))]


def _through(pattern: Pattern, kin: Sequence[int], runs: _Runs) -> FloatColumn:
    """(P,) least transfer time of each phase at the links of groups that hold these interfaces."""
    time = np.zeros(len(pattern.own_s))
    inner = pattern.inner & (pattern.size_B > 0)
    out, into = inner & np.isin(pattern.src_nic, kin), inner & np.isin(pattern.dst_nic, kin)
    known: dict[bytes, float] = {}
    for phase in np.unique(pattern.phase[out | into]).tolist():
        here = pattern.phase == phase
        key = b"".join(
            c[mask & here].tobytes() for mask in (out, into) for c in (pattern.src, pattern.dst, pattern.size_B)
        )
        if key not in known:
            known[key] = _bottleneck(_cut_s(pattern, out & here, into & here, runs), runs.longest)
        time[phase] = known[key]
    return floats(time)


def _cut_s(pattern: Pattern, out: BoolColumn, into: BoolColumn, runs: _Runs) -> NDArray[np.float64]:
    """(n + 1, n + 1) time in which the bytes leave and enter the run of places from s to before e."""
    n = pattern.hosts
    within = _summed(pattern, out & into, n)
    time = np.zeros((n + 1, n + 1))
    for mask, place, rate_bps in ((out, pattern.src, runs.out_bps), (into, pattern.dst, runs.in_bps)):
        total = np.concatenate([[0.0], np.cumsum(np.bincount(place[mask], pattern.size_B[mask], n))])
        diagonal = np.diag(within)
        inside = diagonal[None, :] + diagonal[:, None] - within - within.T
        crossing = np.maximum(total[None, :] - total[:, None] - inside, 0.0)
        crossing[crossing < 1e-9 * total[-1]] = 0.0  # what rounding leaves of nothing
        time = np.maximum(time, crossing * 8 / rate_bps if rate_bps > 0 else np.where(crossing > 0, np.inf, 0.0))
    return time


def _summed(pattern: Pattern, mask: BoolColumn, n: int) -> NDArray[np.float64]:
    """(n + 1, n + 1) bytes from places before i to places before j."""
    table = np.zeros((n + 1, n + 1))
    key = pattern.src[mask].astype(np.int64) * n + pattern.dst[mask]
    table[1:, 1:] = np.bincount(key, pattern.size_B[mask], n * n).reshape(n, n)
    return np.asarray(table.cumsum(axis=0).cumsum(axis=1))


def _bottleneck(time: NDArray[np.float64], longest: int) -> float:
    """Least over all ways to cut places into runs of the longest time of a run."""
    n = len(time) - 1
    least = np.full(n + 1, np.inf)
    least[0] = 0.0
    for end in range(1, n + 1):
        start = max(0, end - longest)
        least[end] = np.maximum(least[start:end], time[start:end, end]).min(initial=np.inf)
    return float(least[n])


def apart_at_least(saving: Sequence[float], hosts: Sequence[int], room: Sequence[int]) -> float:
    """What is lost at least because not all works can be whole in blocks of their own.

    How much can be saved at most by works that are whole is a multiple knapsack. With a price on each work, at most
    ``sum(price) + sum over blocks of the best filling at saving - price`` is saved, whatever the prices (Lagrangian
    relaxation of "in one block only", Martello & Toth 1990, chapter 6); good prices are looked for by subgradients, and
    each filling is exact (dynamic programming). So the answer is a bound, however the search for prices ends.

    Parameters
    ----------
    saving : sequence of float
        What each work saves if it is whole.
    hosts : sequence of int
        Hosts of each.
    room : sequence of int
        Hosts of each block.

    Returns
    -------
    float
        At least 0.

    Examples
    --------
    >>> apart_at_least([1.0, 1.0, 1.0], [3, 3, 3], [4, 5])  # two blocks, one work each
    1.0
    """
    gain, size = np.array(saving, dtype=np.float64), np.array(hosts, dtype=np.int64)
    total = math.fsum(gain.tolist())
    if not len(gain) or total <= 0:
        return 0.0
    kinds, counts = np.unique(np.array(room, dtype=np.int64), return_counts=True)
    price, best = np.zeros(len(gain)), total
    for step in range(PRICES):
        filled = np.zeros(len(gain))
        value = math.fsum(price.tolist())
        for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
            worth, chosen = _filling(gain - price, size, kind)
            value += count * worth
            filled[chosen] += count
        best = min(best, value)
        over = filled - 1.0
        if not over.any() or not np.where(price > 0, over, np.maximum(over, 0)).any():
            break
        price = np.clip(price + (gain.max() / (step + 2)) * np.sign(over), 0.0, gain)
    return max(0.0, total - best)


def _filling(value: NDArray[np.float64], size: NDArray[np.int64], room: int) -> tuple[float, list[int]]:
    """Best filling of one block: worth and works (0-1 knapsack)."""
    rows = np.flatnonzero((value > 0) & (size <= room)).tolist()
    best = np.zeros(room + 1)
    took = np.zeros((len(rows), room + 1), dtype=np.bool_)
    for at, row in enumerate(rows):
        need = int(size[row])
        with_it = best[: room + 1 - need] + value[row]
        better = with_it > best[need:]
        took[at, need:] = better
        best[need:] = np.where(better, with_it, best[need:])
    chosen, left = [], room
    for at in range(len(rows) - 1, -1, -1):
        if took[at, left]:
            chosen.append(rows[at])
            left -= int(size[rows[at]])
    return float(best[room]), chosen
