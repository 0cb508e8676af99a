"""The packet memory of a switch chip: pools, priority groups at ingress, queues at egress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

FINEST = 2**20
"""Thresholds are fractions of at most this denominator; others are rounded to the nearest that is."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Memory that many groups or queues draw on.

    Attributes
    ----------
    shared_B : int
        Beyond what is reserved, and without headroom.
    headroom_B : int
        For all groups of the pool together: less than the sum of theirs shares it among them.
    """

    shared_B: int
    headroom_B: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a priority group or a queue may hold.

    Attributes
    ----------
    pool, port : int
    reserved_B : int
        Always there for it.
    alpha : float or Fraction, optional
        Holds shared memory up to alpha times what is free of the pool (Choudhury & Hahne 1998).
    limit_B : int, optional
        Holds shared memory up to this, instead.
    """

    pool: int = 0
    port: int = 0
    reserved_B: int = 0
    alpha: float | Fraction | None = None
    limit_B: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Account):
    """A priority group: the packets of some priorities that came in by one port.

    Attributes
    ----------
    headroom_B : int
        Behind the threshold; a group that has some is lossless, and pauses its sender.
    xon_B, xon_offset_B : int
        It lets its sender go on when its headroom is empty and its shared memory is at most `xon_B`, or `xon_offset_B`
        below the threshold.
    """

    headroom_B: int = 0
    xon_B: int = 0
    xon_offset_B: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EgressQueue(Account):
    """A queue of one port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """Memory in cells, counted at once where a packet came in and where it goes out.

    What ingress pools give away, reserved parts and headroom included, must fit the memory, so that it never overflows;
    egress pools may promise more than there is, as switches do.

    Attributes
    ----------
    memory_B, cell_B : int
    overhead_B : int
        Kept with each packet, in its cells.
    ingress_pools, egress_pools : sequence of Pool
    groups : sequence of Group
    queues : sequence of EgressQueue
    """

    memory_B: int
    cell_B: int = 1
    overhead_B: int = 0
    ingress_pools: Sequence[Pool] = field(default_factory=tuple)
    egress_pools: Sequence[Pool] = field(default_factory=tuple)
    groups: Sequence[Group] = field(default_factory=tuple)
    queues: Sequence[EgressQueue] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if self.cell_B < 1 or self.memory_B < self.cell_B:
            raise ValueError(f"a memory of {self.memory_B} B in cells of {self.cell_B} B: give at least one cell")
        for what, accounts, pools in self._sides():
            for i, each in enumerate(accounts):
                _sane(f"{what} {i}", each, len(pools))
        if self.promised_cells > self.cells:
            over_B = (self.promised_cells - self.cells) * self.cell_B
            raise ValueError(
                f"ingress pools, reserved parts and headroom take {self.promised_cells} cells of {self.cells}: "
                f"take {over_B} B away, from the shared part for instance"
            )

    @property
    def cells(self) -> int:
        """Cells of the chip."""
        return self.memory_B // self.cell_B

    @property
    def promised_cells(self) -> int:
        """Cells that ingress may come to hold."""
        pools = sum(self._down(pool.shared_B) + self._down(pool.headroom_B) for pool in self.ingress_pools)
        return pools + sum(self._up(group.reserved_B) for group in self.groups)

    def tables(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Pools, groups and queues in cells, as the core takes them: what is given rounded down, what is kept up."""
        groups = [
            [*self._row(g), self._up(g.headroom_B), self._down(g.xon_B), self._down(g.xon_offset_B)]
            for g in self.groups
        ]
        queues = [self._row(queue) for queue in self.queues]
        ingress, egress = ([[self._down(p.shared_B), self._down(p.headroom_B)] for p in pools] for pools in
                           (self.ingress_pools, self.egress_pools))  # fmt: skip
        return _table(ingress, 2), _table(egress, 2), _table(groups, 9), _table(queues, 6)

    def _row(self, each: Account) -> list[int]:
        alpha = Fraction(0) if each.alpha is None else Fraction(each.alpha).limit_denominator(FINEST)
        limit = 0 if each.limit_B is None else self._down(each.limit_B)
        den = 0 if each.alpha is None else alpha.denominator
        return [each.pool, each.port, self._up(each.reserved_B), alpha.numerator, den, limit]

    def _sides(self) -> list[tuple[str, Sequence[Account], Sequence[Pool]]]:
        return [("group", self.groups, self.ingress_pools), ("queue", self.queues, self.egress_pools)]

    def _up(self, size_B: int) -> int:
        return -(-size_B // self.cell_B)

    def _down(self, size_B: int) -> int:
        return size_B // self.cell_B


def _table(rows: list[list[int]], columns: int) -> NDArray[np.int64]:
    return np.array(rows, dtype=np.int64).reshape(len(rows), columns)


def _sane(what: str, each: Account, pools: int) -> None:
    if not 0 <= each.pool < pools:
        raise ValueError(f"{what} draws on pool {each.pool}: there are {pools}, counted from 0")
    if (each.alpha is None) == (each.limit_B is None):
        raise ValueError(f"{what}: give either alpha or limit_B")
    if each.alpha is not None and not 0 <= each.alpha <= 1024:
        raise ValueError(f"{what} has alpha {float(each.alpha):g}: chips take at most 1024, and none below 0")
    sizes = [each.reserved_B, each.limit_B or 0]
    sizes += [each.headroom_B, each.xon_B, each.xon_offset_B] if isinstance(each, Group) else []
    if min(sizes) < 0:
        raise ValueError(f"{what} has a negative size")
