"""Linear programmes, and what their answers prove."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Of the solver."""
ROUNDING = 1e-12
"""Relative to all that is added up in a proof."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a programme gives.

    Attributes
    ----------
    bound : float
        No feasible point has a higher value: that is proven, whatever the solver did.
    x : (N,) float
        The point that the solver found.
    price : (M,) float
        What a row costs, from 0 up.
    rest : float
        Part of the bound that does not come from rows: what rounding of prices costs.
    """

    bound: float
    x: Floats
    price: Floats
    rest: float


@dataclass(slots=True)
class Programme:
    """Maximise over ``0 <= x <= most`` where rows hold: ``values . x[columns] <= limit``.

    By weak duality prices y >= 0 of rows prove that no x has more than ``y . limit + sum(max(0, c - A'y) most)``
    (Neumaier & Shcherbina 2004, Math. Program. 99): so the bound holds however well the solver works.
    """

    most: list[Floats] = field(default_factory=list)
    columns: list[NDArray[np.int64]] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)
    limits: list[Floats] = field(default_factory=list)
    count: int = 0
    rows: int = 0

    def variables(self, most: Floats) -> NDArray[np.int64]:
        """New variables by their upper limits; their numbers."""
        self.most.append(np.asarray(most, dtype=float))
        made = np.arange(self.count, self.count + len(most))
        self.count += len(most)
        return made

    def demand(self, columns: NDArray[np.int64], values: Floats | list[float], limits: Floats) -> NDArray[np.int64]:
        """Rows of as many columns each, with values of each row or of all; their numbers."""
        self.columns.append(columns)
        self.values.append(np.broadcast_to(np.asarray(values, dtype=float), columns.shape))
        self.limits.append(np.broadcast_to(np.asarray(limits, dtype=float), len(columns)))
        made = np.arange(self.rows, self.rows + len(columns))
        self.rows += len(columns)
        return made

    def solve(self, objective: dict[int, float]) -> Answer:
        """Maximise the sum of columns by their weights.

        Raises
        ------
        ArithmeticError
            The solver gave up.
        """
        cost = np.zeros(self.count)
        for column, weight in objective.items():
            cost[column] = weight
        most, limits = np.concatenate(self.most), np.concatenate(self.limits)
        width = np.concatenate([np.full(len(c), c.shape[1]) for c in self.columns])
        index = np.concatenate([c.ravel() for c in self.columns])
        value = np.concatenate([v.ravel() for v in self.values])
        x, price = _solved(cost, most, limits, np.concatenate([[0], np.cumsum(width)]), index, value)
        price = np.maximum(price, 0.0)
        left = cost - np.bincount(index, value * np.repeat(price, width), self.count)
        by_rows, rest = price * limits, np.maximum(left, 0.0) * most
        slip = ROUNDING * float(np.abs(by_rows).sum() + rest.sum())
        return Answer(float(by_rows.sum() + rest.sum()) + slip, x, price, float(rest.sum()) + slip)


def _solved(
    cost: Floats, most: Floats, limits: Floats, start: NDArray[np.int64], index: NDArray[np.int64], value: Floats
) -> tuple[Floats, Floats]:
    """The point and the prices that HiGHS finds."""
    highspy: Any = import_module("highspy")

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(limits)
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(len(cost)), most
    model.row_lower_, model.row_upper_ = np.full(len(limits), -highspy.kHighsInf), limits
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = start.astype(np.int32), index.astype(np.int32), value
    model.sense_ = highspy.ObjSense.kMaximize
    solver = highspy.Highs()
    for name, setting in (
        ("output_flag", False), ("threads", 1), ("random_seed", 0), ("solver", "simplex"),
        ("primal_feasibility_tolerance", TOLERANCE), ("dual_feasibility_tolerance", TOLERANCE),
    ):  # fmt: skip
        solver.setOptionValue(name, setting)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"the linear programme was left unsolved: {solver.getModelStatus()}")
    found = solver.getSolution()
    return np.array(found.col_value), np.array(found.row_dual)
