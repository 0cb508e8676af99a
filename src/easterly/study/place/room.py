"""What is left free, and what fits into it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import IntColumn
from easterly.model.blocks import Blocks


@dataclass(frozen=True, slots=True)
class Room:
    """Free hosts of one fabric.

    Attributes
    ----------
    fabric : str
    hosts, free : int
    largest : dict of str to int
        Free hosts of the part of the tree that has most, by level.
    fits : dict of int to dict of str to int
        By size in hosts: how many more jobs of that size fit, each into one part of the tree, by level.
    """

    fabric: str
    hosts: int
    free: int
    largest: dict[str, int]
    fits: dict[int, dict[str, int]]

    @property
    def fragmentation(self) -> float:
        """Share of the free hosts that are outside the block with most of them: 0 if all are together.

        >>> Room("main", 8, 4, {"leaf": 3, "fabric": 4}, {}).fragmentation
        0.25
        """
        block = next(iter(self.largest.values()), 0)
        return 1 - block / self.free if self.free else 0.0


def rooms(blocks: Blocks, left: IntColumn) -> tuple[Room, ...]:
    """Free hosts of every fabric, in the order of names.

    Parameters
    ----------
    blocks : Blocks
    left : (B,) int
        Free hosts of each block.
    """
    return tuple(_room(blocks, np.asarray(left), str(fabric)) for fabric in np.unique(blocks.fabric))


def _room(blocks: Blocks, left: IntColumn, fabric: str) -> Room:
    here = blocks.fabric == fabric
    hosts = int(blocks.size[here].sum())
    by_level: dict[str, np.ndarray] = {}
    for word, unit in zip(blocks.level.tolist(), blocks.unit, strict=True):
        parts = np.unique(unit[here], return_inverse=True)[1]
        free = np.bincount(parts, left[here]).astype(np.int64)
        if not by_level or len(free) < len(next(reversed(by_level.values()))):
            by_level[word] = free
    sizes = [1 << n for n in range(hosts.bit_length()) if 1 << n <= hosts]
    return Room(
        fabric, hosts, int(left[here].sum()), {word: int(free.max()) for word, free in by_level.items()},
        {size: {word: int((free // size).sum()) for word, free in by_level.items()} for size in sizes},
    )  # fmt: skip
