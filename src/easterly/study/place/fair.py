"""Fair division of several resources among tenants: dominant shares made equal, and what that costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.base.columns import BoolColumn, FloatColumn, bools, floats

NEAR = 1e-9
"""Relative distance at which a resource is used up, or one share as large as another."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What tenants need for one task, and what there is.

    Attributes
    ----------
    capacity : (R,) float
        Of each resource, in its own unit.
    demand : (T, R) float
        Of each resource for one task of each tenant.
    weight : (T,) float
    most : (T,) float
        Tasks that a tenant can use at most; infinite for no limit.
    """

    capacity: FloatColumn
    demand: FloatColumn
    weight: FloatColumn
    most: FloatColumn

    @staticmethod
    def of(
        capacity: ArrayLike, demand: ArrayLike, *, weight: ArrayLike | None = None, most: ArrayLike | None = None
    ) -> Claims:
        """Claims, checked.

        Raises
        ------
        ValueError
            Shapes that do not fit; a capacity, weight or limit that is not above 0; a demand below 0, of nothing at
            all, or not a number.
        """
        have, need = np.asarray(capacity, dtype=np.float64), np.asarray(demand, dtype=np.float64)
        if have.ndim != 1 or need.ndim != 2 or need.shape[1] != len(have) or not len(need):
            raise ValueError(f"demand of shape {need.shape} for capacity of {have.shape}: tenants by resources")
        given = np.ones(len(need)) if weight is None else np.asarray(weight, dtype=np.float64)
        limit = np.full(len(need), np.inf) if most is None else np.asarray(most, dtype=np.float64)
        if given.shape != (len(need),) or limit.shape != (len(need),):
            raise ValueError(f"{len(need)} tenants need as many weights and limits")
        for name, values in (("capacity", have), ("weight", given)):
            if not (np.isfinite(values) & (values > 0)).all():
                raise ValueError(f"{name} {values.tolist()}: each must be above 0; leave out what there is none of")
        if not (limit > 0).all():
            raise ValueError(f"limits {limit.tolist()}: each must be above 0")
        if not (np.isfinite(need) & (need >= 0)).all() or not (need > 0).any(axis=1).all():
            raise ValueError("a task needs some of at least one resource, and not less than nothing of any")
        return Claims(floats(have), floats(need), floats(given), floats(limit))

    @property
    def dominant(self) -> FloatColumn:
        """(T,) largest share of any resource that one task takes."""
        return floats((self.demand / self.capacity).max(axis=1))

    def tasks_in(self, bundle: NDArray[np.float64]) -> FloatColumn:
        """(..., T) tasks that each tenant could run with bundles of resources (..., R)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(self.demand > 0, bundle[..., None, :] / self.demand, np.inf)
        return floats(np.minimum(each.min(axis=-1), self.most))


@dataclass(frozen=True, slots=True)
class Division:
    """Tasks that tenants get, and whether that is fair.

    Attributes
    ----------
    claims : Claims
    tasks : (T,) float
    whole : bool
        Tasks are not divided.
    """

    claims: Claims
    tasks: FloatColumn
    whole: bool = False

    @property
    def used(self) -> FloatColumn:
        """(R,) what is used of each resource."""
        return floats(self.tasks @ self.claims.demand)

    @property
    def share(self) -> FloatColumn:
        """(T,) dominant share of each tenant."""
        return floats(self.tasks * self.claims.dominant)

    @property
    def envy(self) -> FloatColumn:
        """(T, T) tasks that i would gain with what j holds, j's bundle scaled by their weights; 0 without envy.

        A division is envy-free if all are 0 (Ghodsi et al. 2011, section 3). Where tasks are whole, it can only be so
        up to one task (Parkes, Procaccia & Shah 2015, ACM Trans. Econ. Comput. 3:1).
        """
        claims = self.claims
        scale = claims.weight[:, None] / claims.weight[None, :]
        bundle = self.tasks[:, None] * claims.demand
        gained = np.stack([claims.tasks_in(bundle * scale[i][:, None])[:, i] for i in range(len(claims.weight))])
        more = gained - self.tasks[:, None]
        return floats(np.where(more > NEAR * np.maximum(gained, 1.0), more, 0.0))

    @property
    def incentive(self) -> FloatColumn:
        """(T,) tasks beyond what each could run on its own slice of everything; none below 0 if sharing pays."""
        claims = self.claims
        slices = claims.capacity[None, :] * (claims.weight / claims.weight.sum())[:, None]
        return floats(self.tasks - np.diagonal(claims.tasks_in(slices)))

    @property
    def wasted(self) -> BoolColumn:
        """(T,) True where a tenant could have more and nobody less: none, if the division is Pareto-efficient."""
        claims, left = self.claims, self.claims.capacity - self.used
        least = claims.demand * float(self.whole) + (0.0 if self.whole else NEAR * claims.capacity)
        room = ((left >= least) | (claims.demand == 0)).all(axis=1)
        return bools(room & (self.tasks + (1.0 if self.whole else NEAR * self.tasks) <= claims.most))


def divisible(claims: Claims) -> Division:
    """Weighted dominant-resource fairness for tasks that can be divided.

    Progressive filling (Ghodsi et al. 2011, NSDI, section 4): all dominant shares rise together, in proportion to the
    weights, until a resource is used up or a tenant has all that it can use; who needs the resource stops there, the
    others go on. One step per event, so the answer is exact but for rounding.

    Parameters
    ----------
    claims : Claims

    Returns
    -------
    Division

    Examples
    --------
    The example of the paper: 9 processors and 18 GB; tasks of A take <1, 4>, those of B <3, 1>.

    >>> divisible(Claims.of([9, 18], [[1, 4], [3, 1]])).tasks.round(9).tolist()
    [3.0, 2.0]
    """
    rate = claims.weight / claims.dominant
    tasks, rising = np.zeros(len(rate)), np.ones(len(rate), dtype=np.bool_)
    left = claims.capacity.copy()
    while rising.any():
        pull = (rate * rising) @ claims.demand
        with np.errstate(divide="ignore", invalid="ignore"):
            until = np.where(pull > 0, left / pull, np.inf)
            full = np.where(rising, (claims.most - tasks) / rate, np.inf)
        step = float(min(until.min(), full.min()))
        tasks = tasks + step * rate * rising
        left = np.maximum(left - step * pull, 0.0)
        gone = until <= step * (1 + NEAR)
        left[gone] = 0.0
        rising &= ~((claims.demand[:, gone] > 0).any(axis=1) | (full <= step * (1 + NEAR)))
    return Division(claims, floats(np.minimum(tasks, claims.most)))


def whole(claims: Claims) -> Division:
    """Weighted dominant-resource fairness for whole tasks.

    The next task goes to the tenant with the least dominant share over its weight, of those whose next task fits; of
    equals, the first (Ghodsi et al. 2011, algorithm 1, going on with the others when one no longer fits).

    Parameters
    ----------
    claims : Claims

    Returns
    -------
    Division

    Examples
    --------
    >>> whole(Claims.of([9, 18], [[1, 4], [3, 1]])).tasks.tolist()
    [3.0, 2.0]
    """
    tasks, left = np.zeros(len(claims.weight)), claims.capacity.copy()
    pace = claims.dominant / claims.weight
    slack = NEAR * claims.capacity
    while True:
        fits = (claims.demand <= left + slack).all(axis=1) & (tasks + 1 <= claims.most * (1 + NEAR))
        if not fits.any():
            return Division(claims, floats(tasks), whole=True)
        share = np.where(fits, np.round(tasks * pace, 12), np.inf)
        chosen = int(np.argmin(share))
        tasks[chosen] += 1
        left = left - claims.demand[chosen]


@dataclass(frozen=True, slots=True)
class Best:
    """Most that tenants could do together, fair or not.

    Attributes
    ----------
    tasks : (T,) float
    value : float
    bound : float
        No division has more; from prices, so that it does not rest on the solver.
    """

    tasks: FloatColumn
    value: float
    bound: float


def most_throughput(claims: Claims, worth: ArrayLike) -> Best:
    """Division of most total worth, as a linear programme.

    ``max sum(worth x)`` over ``x demand <= capacity``, ``0 <= x <= most``, by HiGHS. From its prices p of the resources
    the bound ``sum(p capacity) + sum(most max(0, worth - p demand))`` follows for any p >= 0 (weak duality).

    Parameters
    ----------
    claims : Claims
        Limits may be infinite: each task needs something.
    worth : (T,) float
        What one task of each tenant is worth.

    Returns
    -------
    Best

    Examples
    --------
    >>> best = most_throughput(Claims.of([9, 18], [[1, 4], [3, 1]]), [1, 1])
    >>> best.tasks.round(6).tolist(), round(best.bound, 6)
    ([4.090909, 1.636364], 5.727273)
    """
    value = np.asarray(worth, dtype=np.float64)
    with np.errstate(divide="ignore"):
        reach = np.where(claims.demand > 0, claims.capacity / claims.demand, np.inf).min(axis=1)
    most = np.minimum(claims.most, reach)
    share = claims.demand / claims.capacity
    tasks, price = _solved(value * most, share * most[:, None])
    price = np.maximum(price, 0.0)
    tasks = np.clip(tasks, 0.0, 1.0) + 0.0  # no -0
    tasks = tasks / max(1.0, float((tasks @ (share * most[:, None])).max()))
    left = np.maximum(value * most - share * most[:, None] @ price, 0.0)
    return Best(
        floats(tasks * most), math.fsum((tasks * most * value).tolist()), math.fsum([*price.tolist(), *left.tolist()])
    )


def _solved(worth: NDArray[np.float64], share: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Most worth with at most one of each thing and of each resource: the point, and prices of the resources."""
    highspy: Any = import_module("highspy")

    count, rows = share.shape
    scale = float(np.abs(worth).max()) or 1.0
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, rows
    model.col_cost_, model.col_lower_, model.col_upper_ = worth / scale, np.zeros(count), np.ones(count)
    model.row_lower_, model.row_upper_ = np.full(rows, -highspy.kHighsInf), np.ones(rows)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.start_ = np.arange(count + 1, dtype=np.int32) * rows
    matrix.index_, matrix.value_ = np.tile(np.arange(rows, dtype=np.int32), count), share.ravel()
    model.sense_ = highspy.ObjSense.kMaximize
    solver = highspy.Highs()
    for name, setting in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("solver", "simplex")):
        solver.setOptionValue(name, setting)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise ArithmeticError(f"the linear programme was left unsolved: {solver.getModelStatus()}")
    found = solver.getSolution()
    return np.array(found.col_value), np.array(found.row_dual) * scale
