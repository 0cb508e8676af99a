"""What a work loads, and how long it takes, when its hosts are spread over blocks in a certain way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.model.blocks import Blocks
from easterly.route.bins import MOST, fullest_link
from easterly.study.place.pattern import OUTSIDE, Pattern, exposed_s

Spread = tuple[tuple[int, int], ...]
"""How a work is spread: pairs of block and number of hosts in it, in the order of the blocks."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One work on some numbers of hosts of some blocks.

    Directed groups stand for the links out of a group of `Blocks` (twice its number) and into it (one more).

    Attributes
    ----------
    pattern : Pattern
    spread : Spread
    phase : (K,) int
        Phases that pass directed groups, ascending.
    first : (K,) int
        First row of each.
    at : (R,) int
        Directed group of each row, as a position in `used`.
    time_s : (R,) float [s]
        Transfer time that the links of the group need for the bytes of the phase, hashed.
    used : (U,) int
        Directed groups with a mean load.
    load_bps : (U,) float [bit/s]
    alone_s : float [s]
        Step time with nobody else there; 0 for what has no steps.
    """

    pattern: Pattern
    spread: Spread
    phase: IntColumn
    first: IntColumn
    at: IntColumn
    time_s: FloatColumn
    used: IntColumn
    load_bps: FloatColumn
    alone_s: float


class Shapes:
    """Shapes of works on a network, each made once."""

    def __init__(self, blocks: Blocks, nics: NDArray[np.int64]) -> None:
        """`nics` holds (levels, blocks, interfaces) the group of each interface of a block's hosts."""
        self.blocks = blocks
        self.nics = nics
        self._made: dict[tuple[str, Spread], Shape] = {}
        self.capacity_bps = floats(np.stack([blocks.out_bps, blocks.in_bps], axis=1).ravel())

    @staticmethod
    def of(blocks: Blocks, nic_ptr: NDArray[np.int64], nic_node: IntColumn) -> Shapes:
        """Shapes on these blocks; `nic_ptr` and `nic_node` are those of the hosts."""
        heads = blocks.host_idx[blocks.host_ptr[:-1]]
        width = int(np.diff(nic_ptr)[heads].max(initial=1))
        at = nic_ptr[heads][:, None] + np.arange(width)
        there = at < nic_ptr[heads + 1][:, None]
        nodes = nic_node[at.clip(max=len(nic_node) - 1)]
        return Shapes(blocks, np.where(there, blocks.group[:, nodes], -1).astype(np.int64))

    def get(self, pattern: Pattern, spread: Spread) -> Shape:
        """Shape of a work that is spread like this."""
        key = (pattern.name, spread)
        if key not in self._made:
            self._made[key] = self._make(pattern, spread)
        return self._made[key]

    def _make(self, pattern: Pattern, spread: Spread) -> Shape:
        block = np.repeat([b for b, _ in spread], [n for _, n in spread])
        src, dst = self._groups(block, pattern.src, pattern.src_nic), self._groups(block, pattern.dst, pattern.dst_nic)
        apart = src != dst
        sides = [(2 * src, apart & (src >= 0)), (2 * dst + 1, apart & (dst >= 0))]
        flow = np.concatenate([np.nonzero(mask)[1] for _, mask in sides])
        group = np.concatenate([ends[mask] for ends, mask in sides])
        phase, first, rows, time_s = self._times(pattern, flow, group)
        slowest = np.array(pattern.own_s)
        if len(phase):
            slowest[phase] = np.maximum(slowest[phase], np.maximum.reduceat(time_s, first))
        alone_s = pattern.steps.step_s(floats(slowest)) if pattern.kind == "job" else 0.0
        rate = pattern.rate_bps + (pattern.mean_B * 8 / alone_s if alone_s > 0 else 0.0)
        used, number = np.unique(group, return_inverse=True)
        load_bps = np.bincount(number, rate[flow], len(used))
        at = ints(np.searchsorted(used, rows))
        return Shape(pattern, spread, phase, first, at, time_s, ints(used), floats(load_bps), alone_s)

    def _groups(self, block: NDArray[np.int64], place: IntColumn, nic: IntColumn) -> NDArray[np.int64]:
        """(levels, F) group of the interface of each end; -1 for ends outside."""
        found = self.nics[:, block[place.clip(min=0)], nic]
        return np.where(place == OUTSIDE, -1, found)

    def _times(
        self, pattern: Pattern, flow: NDArray[np.int64], group: NDArray[np.int64]
    ) -> tuple[IntColumn, IntColumn, IntColumn, FloatColumn]:
        """Phases that pass directed groups, the first row of each, the group and the time of every row."""
        size = len(self.capacity_bps)
        key, number = np.unique(pattern.phase[flow].astype(np.int64) * size + group, return_inverse=True)
        sent_B = np.bincount(number, pattern.size_B[flow], len(key))
        balls = np.bincount(number, pattern.connections[flow], len(key)).astype(np.int64)
        some = sent_B > 0
        key, sent_B, balls = key[some], sent_B[some], balls[some]
        at = key % size
        ways = self.blocks.ways[at // 2].tolist()
        luck = np.array([unevenness(ball, way) for ball, way in zip(balls.tolist(), ways, strict=True)])
        with np.errstate(divide="ignore"):
            time_s = sent_B * 8 / self.capacity_bps[at] * luck if len(key) else np.zeros(0)
        phase, first = np.unique(key // size, return_index=True)
        return ints(phase), ints(first), ints(at), floats(time_s)


@lru_cache(maxsize=65536)
def unevenness(connections: int, links: int) -> float:
    """How much fuller than the mean the fullest link is expected to be, of connections of equal size.

    As balls in bins (`route.bins`); 1 beyond what is worked out exactly, where hashing is nearly even.

    >>> unevenness(2, 2), unevenness(8, 1)
    (1.5, 1.0)
    """
    if links <= 1 or connections < 1 or max(connections, links) > MOST:
        return 1.0
    return fullest_link(connections, links) * links / connections


def steps_s(shapes: Sequence[Shape], capacity_bps: FloatColumn) -> list[float]:
    """Step times of works that share the links between blocks: each loses what the others send on average.

    Down to an equal share among those that use the links, as `predict.contention.residual` has it for single links. All
    works at once, as a search asks for nothing else.

    Parameters
    ----------
    shapes : sequence of Shape
    capacity_bps : (D,) float [bit/s]
        Of the directed groups.

    Returns
    -------
    list of float [s]
        0 for what has no steps.
    """
    made = [shape.alone_s for shape in shapes]
    rows = [row for row, shape in enumerate(shapes) if len(shape.phase) and shape.pattern.kind == "job"]
    if rows:
        crossing = [shapes[row] for row in rows]
        times = _crossing_s(crossing, _factors(shapes, crossing, capacity_bps))
        for row, time in zip(rows, times.tolist(), strict=True):
            made[row] = time
    return made


def _factors(shapes: Sequence[Shape], crossing: Sequence[Shape], capacity_bps: FloatColumn) -> NDArray[np.float64]:
    """How many times as long each used group of the crossing works takes beside the others, one after the other."""
    size = len(capacity_bps)
    used, load = np.concatenate([s.used for s in shapes]), np.concatenate([s.load_bps for s in shapes])
    total = np.bincount(used, load, size)
    owners = np.bincount(used, load > 0, size)
    own, sent = np.concatenate([s.used for s in crossing]), np.concatenate([s.load_bps for s in crossing])
    there = capacity_bps[own]
    left = np.maximum(there - (total[own] - sent), there / np.maximum(owners[own], 1))
    shared = (owners[own] > 1) & (left > 0)
    return np.where(shared, np.maximum(there / np.where(shared, left, 1.0), 1.0), 1.0)


def _crossing_s(shapes: Sequence[Shape], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    """Step times of works that pass directed groups, each taking so many times as long."""
    groups = np.cumsum([0, *(len(s.used) for s in shapes)])
    rows = np.cumsum([0, *(len(s.at) for s in shapes)])
    phases = np.cumsum([0, *(len(s.pattern.own_s) for s in shapes)])
    table = np.concatenate([s.pattern.table for s in shapes], axis=1)
    at = np.concatenate([s.at + n for s, n in zip(shapes, groups[:-1].tolist(), strict=True)])
    first = np.concatenate([s.first + n for s, n in zip(shapes, rows[:-1].tolist(), strict=True)])
    phase = np.concatenate([s.phase + n for s, n in zip(shapes, phases[:-1].tolist(), strict=True)])
    transfer = table[0].copy()
    sent = np.maximum.reduceat(np.concatenate([s.time_s for s in shapes]) * factor[at], first)
    transfer[phase] = np.maximum(transfer[phase], sent)
    exposed, least = exposed_s(table[1:], transfer)
    compute = np.array([s.pattern.steps.compute_s for s in shapes])
    waited, sent_s = (np.add.reduceat(column, phases[:-1]) for column in (exposed, least))
    return floats(np.maximum(compute + waited, sent_s))
