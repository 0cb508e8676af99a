"""What is to be placed, where it may go, and what counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import BoolColumn, IntColumn
from easterly.model.blocks import Blocks
from easterly.study.place.pattern import Pattern
from easterly.study.place.shape import Shape, Shapes, Spread, steps_s

OBJECTIVES = ("slowdown", "gpu-time", "worst")
UNITS = {"slowdown": "1", "gpu-time": "s", "worst": "1"}
DIGITS = 12
"""Decimals to which values are compared, relative to the value itself; sums differ in their last bits."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Works on blocks of hosts.

    Attributes
    ----------
    blocks : Blocks
    shapes : Shapes
    works : tuple of Pattern
    current : tuple of Spread
        How they are spread now.
    movable : tuple of bool
        Works that may go elsewhere.
    free : (B,) int
        Hosts of each block that works which stay do not have.
    least_s : tuple of float [s]
        Step time that no placement goes below, by work; 0 for what has no steps.
    objective : str
        One of `OBJECTIVES`.
    """

    blocks: Blocks
    shapes: Shapes
    works: tuple[Pattern, ...]
    current: tuple[Spread, ...]
    movable: tuple[bool, ...]
    free: IntColumn
    least_s: tuple[float, ...]
    objective: str

    @property
    def jobs(self) -> list[int]:
        """Rows of works with steps."""
        return [row for row, work in enumerate(self.works) if work.kind == "job"]

    @property
    def moving(self) -> list[int]:
        """Rows of works that may go elsewhere."""
        return [row for row, free in enumerate(self.movable) if free]

    def allowed(self, row: int) -> BoolColumn:
        """(B,) True for blocks that a work may use: of its fabric, and of the model of host that it runs on."""
        work, blocks = self.works[row], self.blocks
        fits: BoolColumn = (blocks.fabric == work.fabric) & (blocks.host_type == work.host_type)
        return fits

    def room(self, spreads: Sequence[Spread]) -> IntColumn:
        """(B,) hosts that are left when works are spread like this."""
        left = np.array(self.free)
        for row in self.moving:
            for block, hosts in spreads[row]:
                left[block] -= hosts
        return left

    def made(self, spreads: Sequence[Spread]) -> list[Shape]:
        """Shapes of all works."""
        return [self.shapes.get(work, spread) for work, spread in zip(self.works, spreads, strict=True)]

    def steps_s(self, spreads: Sequence[Spread]) -> list[float]:
        """Step times by the model of blocks."""
        return steps_s(self.made(spreads), self.shapes.capacity_bps)

    def value(self, steps: Sequence[float]) -> float:
        """Objective from step times by work."""
        return objective(self.objective, [self.works[row].gpus for row in self.jobs],
                         [steps[row] for row in self.jobs], [self.least_s[row] for row in self.jobs])  # fmt: skip


def objective(name: str, gpus: Sequence[int], step_s: Sequence[float], least_s: Sequence[float]) -> float:
    """What a placement costs; less is better.

    Parameters
    ----------
    name : str
        ``slowdown``: step time over the least that any placement could give, in the mean over GPUs; ``gpu-time``: GPUs
        times step time, summed, in GPU-seconds; ``worst``: the largest slowdown of a job.
    gpus, step_s, least_s : sequence, by job

    Raises
    ------
    ValueError
        No such objective.

    Examples
    --------
    >>> objective("slowdown", [8, 24], [2.0, 1.0], [1.0, 1.0]), objective("gpu-time", [8, 24], [2.0, 1.0], [1.0, 1.0])
    (1.25, 40.0)
    >>> objective("worst", [8, 24], [2.0, 1.0], [1.0, 1.0])
    2.0
    """
    if name not in OBJECTIVES:
        raise ValueError(f"objective {name!r}: one of {', '.join(OBJECTIVES)}")
    if not gpus:
        return 0.0
    slower = [step / least if least > 0 else 1.0 for step, least in zip(step_s, least_s, strict=True)]
    if name == "worst":
        return max(slower)
    if name == "gpu-time":
        return math.fsum(count * step for count, step in zip(gpus, step_s, strict=True))
    return math.fsum(count * ratio for count, ratio in zip(gpus, slower, strict=True)) / sum(gpus)


def rounded(value: float) -> float:
    """A value without its last bits.

    >>> rounded(0.1 + 0.2) == rounded(0.3)
    True
    """
    return float(f"{value:.{DIGITS - 1}e}")
