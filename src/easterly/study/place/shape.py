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
from easterly.study.place.pattern import OUTSIDE, Pattern

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
    phase, group : (R,) int
        Phases that pass directed groups.
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
    group: IntColumn
    time_s: FloatColumn
    used: IntColumn
    load_bps: FloatColumn
    alone_s: float

    def step_s(self, factor: FloatColumn) -> float:
        """Step time when every directed group takes so many times as long."""
        if self.pattern.kind != "job":
            return 0.0
        if not len(self.phase):
            return self.alone_s
        return self.pattern.steps.step_s(self.transfer_s(factor))

    def transfer_s(self, factor: FloatColumn) -> FloatColumn:
        """(P,) transfer times of the phases when every directed group takes so many times as long."""
        return _slowest(self.pattern.own_s, self.phase, self.time_s * factor[self.group])


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
        phase, at, time_s = self._times(pattern, flow, group)
        alone_s = pattern.steps.step_s(_slowest(pattern.own_s, phase, time_s)) if pattern.kind == "job" else 0.0
        rate = pattern.rate_bps + (pattern.mean_B * 8 / alone_s if alone_s > 0 else 0.0)
        used, number = np.unique(group, return_inverse=True)
        load_bps = np.bincount(number, rate[flow], len(used))
        return Shape(pattern, spread, phase, at, time_s, ints(used), floats(load_bps), alone_s)

    def _groups(self, block: NDArray[np.int64], place: IntColumn, nic: IntColumn) -> NDArray[np.int64]:
        """(levels, F) group of the interface of each end; -1 for ends outside."""
        found = self.nics[:, block[place.clip(min=0)], nic]
        return np.where(place == OUTSIDE, -1, found)

    def _times(
        self, pattern: Pattern, flow: NDArray[np.int64], group: NDArray[np.int64]
    ) -> tuple[IntColumn, IntColumn, FloatColumn]:
        """Time of each phase at each directed group that it passes, hashed."""
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
        return ints(key // size), ints(at), floats(time_s)


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


def _slowest(own_s: FloatColumn, phase: IntColumn, time_s: FloatColumn) -> FloatColumn:
    slowest = own_s.copy()
    np.maximum.at(slowest, phase, time_s)
    return floats(slowest)


def steps_s(shapes: Sequence[Shape], capacity_bps: FloatColumn) -> list[float]:
    """Step times of works that share the links between blocks: each loses what the others send on average.

    Down to an equal share among those that use the links, as `predict.contention.residual` has it for single links.

    Parameters
    ----------
    shapes : sequence of Shape
    capacity_bps : (D,) float [bit/s]
        Of the directed groups.
    """
    total, owners = np.zeros(len(capacity_bps)), np.zeros(len(capacity_bps), dtype=np.int64)
    for shape in shapes:
        total[shape.used] += shape.load_bps
        owners[shape.used] += shape.load_bps > 0
    crowd = capacity_bps / np.maximum(owners, 1)
    made = []
    for shape in shapes:
        if not len(shape.phase) or shape.pattern.kind != "job":
            made.append(shape.alone_s)
            continue
        used = shape.used
        left = np.maximum(capacity_bps[used] - (total[used] - shape.load_bps), crowd[used])
        factor = np.ones(len(capacity_bps))
        shared = (owners[used] > 1) & (left > 0)
        factor[used[shared]] = np.maximum(capacity_bps[used[shared]] / left[shared], 1.0)
        made.append(shape.step_s(factor))
    return made
